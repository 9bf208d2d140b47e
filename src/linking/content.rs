//! The content of the window that shows the unlinked people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::ids::SlackUserId;
use crate::core::person::{Member, Profile};
use crate::core::teammate::Unlinked;
use crate::platform::slack::blocks::kit::Block;

/// A page of the people who are not linked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleView {
    /// The members without a Slack user, each with the likely one.
    pub members: Vec<(Member, Option<Profile>)>,
    /// The unlinked users who tried to use the app, each with the reason and the likely members.
    pub strangers: Vec<(Profile, Unlinked, Vec<Member>)>,
    /// The links that were made by hand.
    pub by_hand: Vec<LinkView>,
    /// The numbers of members, unlinked users and links by hand on all pages.
    pub counts: [usize; 3],
    /// The page that is shown, from 0.
    pub page: usize,
    /// The number of pages.
    pub pages: usize,
    /// The result of the button that was pressed.
    #[serde(default)]
    pub notice: Vec<Block>,
}

/// A link that was made by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// The Slack user.
    pub user: SlackUserId,
    /// The user's name for colleagues.
    pub name: String,
    /// The member's name in dialnote.
    pub member: String,
    /// The name that colleagues read for the admin who made it.
    pub by: String,
    /// The time at which it was made.
    pub at: Timestamp,
    /// The reason why the link has no effect, if it has none.
    pub broken: Option<Broken>,
}

/// The reason why a link by hand has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// The member is no longer in dialnote.
    MemberGone,
    /// The Slack user's account can no longer be linked.
    Account(Unlinked),
}

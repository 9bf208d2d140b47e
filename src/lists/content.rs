//! The content of lists and homes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::availability::Away;
use crate::core::card_view::CardView;
use crate::core::ids::SlackUserId;
use crate::core::preferences::NotificationPreferences;
use crate::core::query::{FILTERS, Query};
use crate::core::route::Routed;
use crate::core::rules::Rules;
use crate::core::sweep::Sweep;
use crate::people::people_words::NotLinked;
use crate::platform::slack::blocks::kit::Block;

/// The content of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    /// The query.
    pub query: Query,
    /// The name that colleagues read for the person whose conversations are listed, if the filter is a person.
    pub whose: Option<String>,
    /// The conversations of the page.
    pub rows: Vec<CardView>,
    /// The number of conversations on all pages.
    pub found: usize,
    /// The page that is shown, from 0.
    pub page: usize,
    /// The number of conversations per filter, in the order of [`FILTERS`].
    pub counts: [usize; FILTERS.len()],
    /// The result of the button that was pressed in the list.
    #[serde(default)]
    pub notice: Vec<Block>,
    /// The time since which dialnote has not answered, if it does not. The list is as old as that.
    pub silent_since: Option<Timestamp>,
    /// True if some conversations have not been read yet.
    pub reading: bool,
    /// Everything that the person owns, if the filter is a person and the reader may reassign it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
}

/// The content of a person's Home tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HomeView {
    /// The list, or the reason why there is none.
    pub list: Result<ListView, NotLinked>,
    /// The person's name for colleagues, if it is known.
    #[serde(default)]
    pub name: Option<String>,
    /// True until the person hides the first steps.
    #[serde(default)]
    pub is_new: bool,
    /// The person's notification preferences.
    #[serde(alias = "wishes")]
    pub preferences: NotificationPreferences,
    /// The part for managers; `None` for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<ManagerView>,
    /// The part for admins; `None` for others.
    pub admin: Option<AdminView>,
}

/// The part of the Home tab about the team, for admins and for people who made a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ManagerView {
    /// The shared numbers with unassigned conversations, the longest wait first.
    pub queues: Vec<NumberQueue>,
    /// The number of further ones.
    pub more: usize,
    /// The people who own open conversations: those who are away, then the busiest.
    pub people: Vec<OwnerLoad>,
    /// The number of further ones.
    pub more_people: usize,
    /// The names of people who are there and own none.
    pub free: Vec<String>,
}

/// The unassigned conversations of a shared number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NumberQueue {
    /// The name of the number; `None` for conversations of no shared number.
    pub name: Option<String>,
    /// The number of conversations.
    pub unassigned: usize,
    /// Those nearest to their limits, else the oldest.
    pub nearest: Vec<CardView>,
}

/// The number of conversations that a person owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Owned {
    /// The open ones.
    pub open: usize,
    /// The snoozed ones.
    #[serde(default)]
    pub snoozed: usize,
}

/// A person with the number of conversations that they own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnerLoad {
    /// The person's name for colleagues.
    pub name: String,
    /// Their Slack user, if they have one.
    pub user: Option<SlackUserId>,
    /// The number of conversations.
    #[serde(flatten)]
    pub owned: Owned,
    /// The reason why they are away, if they are.
    pub away: Option<Away>,
    /// Everything that they own, if the reader may reassign it.
    pub sweep: Option<Sweep>,
}

/// The part of the Home tab that only admins see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AdminView {
    /// The rules.
    pub rules: Rules,
    /// The number of members in the dialnote organization, if dialnote gives it.
    pub members: Option<usize>,
    /// True if the key is read-only, as far as the app noticed.
    pub read_only_key: bool,
    /// The names of members without a Slack user.
    pub unlinked: Vec<String>,
    /// The number of unlinked users who tried to use the app.
    #[serde(default)]
    pub strangers: usize,
    /// The channels that get cards.
    #[serde(default)]
    pub routes: Vec<Routed>,
    /// The number of those channels in which the app can't post.
    #[serde(default)]
    pub closed: usize,
    /// True if a recent command was about a conversation.
    #[serde(default)]
    pub tried: bool,
}

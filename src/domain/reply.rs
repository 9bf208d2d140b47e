//! Answers to one person, and the lists that the person sees.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::card_view::CardView;
use crate::domain::conversation::State;
use crate::domain::delivery::Receipt;
use crate::domain::event::Again;
use crate::domain::list::{FILTERS, Query};
use crate::domain::people::Unlinked;
use crate::domain::person::{Member, Profile};
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::refusal::Refusal;
use crate::ids::{ChannelId, SlackUserId};
use crate::view::kit::Block;

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
}

/// The content of a person's Home tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeView {
    /// The list, or the reason why there is none.
    pub list: Result<ListView, Unlinked>,
    /// The person's notification preferences.
    #[serde(alias = "wishes")]
    pub preferences: NotificationPreferences,
    /// The part for admins; `None` for others.
    pub admin: Option<AdminView>,
}

/// The part of the Home tab that only admins see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminView {
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
}

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

/// A channel that gets cards, with the name of the shared number; `None` if it gets those of all.
pub type Routed = (ChannelId, Option<String>);

/// The answer to a command that was carried out. It says who was notified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The command was carried out.
    Done(CommandResult),
    /// The command was carried out, but its note was not saved.
    NoteRefused {
        /// The result.
        deed: Box<CommandResult>,
        /// The reason why the note was not saved.
        why: Refusal,
        /// The note, so that it is not lost.
        note: String,
    },
    /// The results of several commands that were given at once.
    Several(Box<Several>),
}

impl Reply {
    /// Returns the reply with the states of its direct messages.
    #[must_use]
    pub fn with_receipts(mut self, receipts: Vec<Receipt>) -> Self {
        match &mut self {
            Self::Done(deed) => deed.receipts = receipts,
            Self::NoteRefused { deed, .. } => deed.receipts = receipts,
            Self::Several(several) => several.receipts = receipts,
        }
        self
    }
}

/// The results of several commands that were given at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Several {
    /// The commands that were carried out.
    pub deeds: Vec<CommandResult>,
    /// The conversations whose note was not saved although the rest was done, each with the reason.
    pub unnoted: Vec<(About, Refusal)>,
    /// The commands that were not carried out: the conversation as the requester named it, and the reason.
    pub refused: Vec<(String, Refusal)>,
    /// The note, so that it is not lost; empty if it was saved everywhere.
    pub note: String,
    /// The direct messages that followed.
    #[serde(default)]
    pub receipts: Vec<Receipt>,
}

/// The result of a command, for the requester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandResult {
    /// The conversation.
    pub about: About,
    /// The kind of result.
    pub what: ResultKind,
    /// The name that colleagues read for the previous owner, if there was one.
    pub from: Option<String>,
    /// True if a note was saved with it.
    pub noted: bool,
    /// The pick from a group, if the command named a group.
    #[serde(default)]
    pub picked: Option<Picked>,
    /// The reason why the new owner does not see the conversation among the open ones, if so.
    #[serde(default)]
    pub hidden: Option<Hidden>,
    /// The conversation's owner and status, if `hidden` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// True if it was undone, but the note that came with it stays.
    #[serde(default)]
    pub note_stays: bool,
    /// The act that it is part of, if the act can be undone.
    #[serde(default)]
    pub undo: Option<String>,
    /// The direct messages that followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// The time by which a hand-off has to be accepted, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The reason why a conversation is not among the open ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// It is done.
    Done,
    /// It is snoozed until this time, if the time is known.
    Snoozed(Option<Timestamp>),
}

/// A pick of a group member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// The group.
    pub group: String,
    /// The number of open conversations that the picked member had.
    pub open: usize,
}

/// The kind of a command's result, from the requester's view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    /// The requester became the owner.
    Mine,
    /// Another person became the owner.
    Theirs(String),
    /// Another person became the owner and got the requester's note.
    HandedTo(String),
    /// The conversation is unassigned.
    Unassigned,
    /// It is done.
    Done,
    /// It is open again.
    Reopened,
    /// It is snoozed until this time.
    Snoozed(Timestamp),
    /// It was unsnoozed.
    Woken,
    /// The requester's last act was undone.
    Undone(Again),
    /// The requester accepted an assignment.
    Accepted,
    /// An assignment was declined, or not accepted in time, and returned to this person.
    GivenBack(String),
    /// The requester is still working on it.
    Kept,
    /// A note was saved, as asked.
    Noted,
    /// Nothing changed, but the note was saved.
    OnlyNoted,
}

impl ResultKind {
    /// Answers whether the command changed something that undo can restore.
    pub fn can_be_undone(&self) -> bool {
        !matches!(self, Self::Undone(_) | Self::Accepted | Self::Kept | Self::Noted | Self::OnlyNoted)
    }
}

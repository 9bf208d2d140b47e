//! What one person is answered, and the lists in which they see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::card_view::CardView;
use crate::domain::conversation::{SharedNumber, State};
use crate::domain::delivery::{Receipt, Why};
use crate::domain::event::{Again, HistoryEntry};
use crate::domain::finding::Finding;
use crate::domain::list::{FILTERS, Query};
use crate::domain::people::Unlinked;
use crate::domain::person::{Member, Profile};
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::question::Question;
use crate::domain::refusal::Refusal;
use crate::domain::report::{Alone, Report};
use crate::error::Service;
use crate::ids::{ChannelId, DraftId, SlackUserId};

/// What a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    /// What was asked for.
    pub query: Query,
    /// What colleagues call the person whose conversations are listed, if a person is asked for.
    pub whose: Option<String>,
    /// The conversations of the page.
    pub rows: Vec<CardView>,
    /// How many there are on all pages.
    pub found: usize,
    /// The page that is shown.
    pub page: usize,
    /// How many conversations each filter has, in the order of [`FILTERS`].
    pub counts: [usize; FILTERS.len()],
    /// What came of the button that was pressed in it.
    pub notice: Option<Box<Reply>>,
    /// Since when dialnote has not answered, if it does not: the list is as old as that.
    pub silent_since: Option<Timestamp>,
    /// Whether not all conversations were read yet.
    pub reading: bool,
}

/// What somebody's home shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeView {
    /// The list, or why there is none.
    pub list: Result<ListView, Unlinked>,
    /// What they want to hear of.
    #[serde(alias = "wishes")]
    pub preferences: NotificationPreferences,
    /// What only admins see.
    pub admin: Option<AdminView>,
}

/// What only admins see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminView {
    /// The rules.
    pub rules: Rules,
    /// How many members the organization in dialnote has, if dialnote says so.
    pub members: Option<usize>,
    /// Whether the key may write, as far as anybody noticed.
    pub read_only_key: bool,
    /// Members who are nobody in Slack.
    pub unlinked: Vec<String>,
    /// How many people in Slack wanted something and are nobody in dialnote.
    #[serde(default)]
    pub strangers: usize,
    /// The channels that get cards.
    #[serde(default)]
    pub routes: Vec<Routed>,
}

/// Who is not linked, a page of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleView {
    /// Members who are nobody in Slack, each with who they are likely to be.
    pub members: Vec<(Member, Option<Profile>)>,
    /// Slack users who wanted something and are no members: why not, and who they are likely to be.
    pub strangers: Vec<(Profile, Unlinked, Vec<Member>)>,
    /// The links that were made by hand.
    pub by_hand: Vec<LinkView>,
    /// How many there are of each on all pages.
    pub counts: [usize; 3],
    /// The page that is shown.
    pub page: usize,
    /// How many there are.
    pub pages: usize,
    /// What came of the button that was pressed.
    pub notice: Option<Box<Reply>>,
}

/// A link that was made by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// The Slack user.
    pub user: SlackUserId,
    /// What colleagues call them.
    pub name: String,
    /// What the member is called in dialnote.
    pub member: String,
    /// What colleagues call the one who made it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why it does not count, if it does not.
    pub broken: Option<Broken>,
}

/// Why a link that was made by hand does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// The member is not in dialnote any more.
    MemberGone,
    /// The Slack user has no account any more that can be linked.
    Account(Unlinked),
}

/// A channel that gets cards, and of what, in words; of everything, if it is not said.
pub type Routed = (ChannelId, Option<String>);

/// What is said to one person in answer to what they asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Done(CommandResult),
    /// It was not done.
    Refused {
        /// Why not.
        why: Refusal,
        /// The note that came with it, so that it is not lost; empty if there was none.
        note: String,
    },
    /// It was not done, and will be as soon as somebody is linked.
    Postponed {
        /// Why not yet.
        why: Refusal,
        /// The note that came with it; empty if there was none.
        note: String,
    },
    /// It was done, but the note was not written.
    NoteRefused {
        /// What was done.
        deed: Box<CommandResult>,
        /// Why the note was not.
        why: Refusal,
        /// The note, so that it is not lost.
        note: String,
    },
    /// It is not clear yet what is to be done.
    Question(Box<Question>),
    /// What happened to a conversation through this app.
    History {
        /// Which.
        about: About,
        /// What, newest first.
        deeds: Vec<HistoryEntry>,
    },
    /// It will be done when dialnote answers again. An earlier version said only that.
    Waiting,
    /// It is done as soon as a service responds.
    Waits {
        /// The command, as it is typed; nothing, if there is none.
        asked: Option<String>,
        /// The service.
        service: Service,
        /// The setting whose address the service was not found at, if it was found at another.
        #[serde(default)]
        setting: Option<String>,
        /// What waits, by a name of its own: several commands that were given at once wait together.
        #[serde(default)]
        once: String,
    },
    /// A direct message was refused for good, after its sender was answered or without an answer.
    NotNotified {
        /// The receiver's name for colleagues.
        name: String,
        /// The conversation it told of, if it told of one.
        about: Option<About>,
        /// The reason.
        why: Why,
    },
    /// It was tried for long and given up.
    GivenUp {
        /// What the operator can search the log for.
        reference: String,
        /// The kept command, for another try.
        draft: DraftId,
    },
    /// A list of conversations.
    List(Box<ListView>),
    /// What a channel does not show.
    Shown(CardView),
    /// What came of several things that were asked for at once.
    Several(Box<Several>),
    /// The rules were changed.
    RulesChanged,
    /// What a channel shows was changed.
    PrivacyChanged {
        /// Whether it shows less now.
        masked: bool,
    },
    /// Something else was set about a channel.
    ChannelChanged,
    /// A channel gets the cards of a shared number from now on.
    Routed {
        /// The channel.
        channel: ChannelId,
        /// What the shared number is called; nothing, if it is all of them.
        line: Option<String>,
    },
    /// A channel gets no cards any more.
    RouteOff {
        /// The channel.
        channel: ChannelId,
    },
    /// Which channels get cards.
    Routes {
        /// Each with the shared number, or with nothing if it gets the cards of all.
        routes: Vec<Routed>,
        /// Shared numbers whose cards no channel gets, for whoever may have them come to where this is said.
        offers: Vec<SharedNumber>,
    },
    /// Somebody was linked by hand.
    Linked {
        /// What colleagues call them in Slack.
        name: String,
        /// What they are called in dialnote.
        member: String,
        /// What colleagues call the one who was that member before, if somebody was.
        from: Option<String>,
        /// What they were called in dialnote before, if they were another member.
        before: Option<String>,
    },
    /// A link that was made by hand was taken away.
    Unlinked {
        /// What colleagues call them in Slack.
        name: String,
        /// Who they are in dialnote now by their address, if they are.
        member: Option<String>,
    },
    /// Several members are meant by what was typed.
    WhichMember {
        /// The Slack user to be linked.
        user: SlackUserId,
        /// What colleagues call them.
        name: String,
        /// The members.
        choices: Vec<Member>,
        /// How many more fit.
        more: usize,
    },
    /// What somebody wants to hear of was changed.
    WishesChanged,
    /// The app was installed.
    Welcome {
        /// Whether it is connected to dialnote: then it was installed before.
        connected: bool,
    },
    /// What a look at everything found.
    Examined(Vec<Finding>),
    /// A report cannot be posted where it was asked for.
    ReportNotPosted,
    /// A report that only the one who asked for it sees.
    Report {
        /// What was found out.
        report: Box<Report>,
        /// Why nobody else sees it.
        why: Alone,
    },
    /// The card cannot be posted where the command was given.
    CardNotPosted {
        /// Where.
        channel: ChannelId,
    },
}

/// What came of several things that were asked for at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Several {
    /// What was done.
    pub deeds: Vec<CommandResult>,
    /// Whose note was not written though the rest was done, and why.
    pub unnoted: Vec<(About, Refusal)>,
    /// What was not done, and why: the conversation as it was named, and the reason.
    pub refused: Vec<(String, Refusal)>,
    /// The note, so that it is not lost; empty if it was written everywhere.
    pub note: String,
    /// The direct messages that followed.
    #[serde(default)]
    pub receipts: Vec<Receipt>,
}

/// Something that was done, told to the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandResult {
    /// To which conversation.
    pub about: About,
    /// What.
    pub what: ResultKind,
    /// What colleagues call the owner before, if there was one.
    pub from: Option<String>,
    /// Whether a note was written along with it.
    pub noted: bool,
    /// How the owner was picked, if nobody was named.
    #[serde(default)]
    pub picked: Option<Picked>,
    /// Why its new owner does not see it among what is open, if so.
    #[serde(default)]
    pub hidden: Option<Hidden>,
    /// Its owner and status now, if that is why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Whether it was taken back without the note that came with it.
    #[serde(default)]
    pub note_stays: bool,
    /// The act that it is part of, if that can be taken back.
    #[serde(default)]
    pub undo: Option<String>,
    /// The direct messages that followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// The time by which a hand-off has to be accepted, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Why a conversation is not among the open ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// It is done.
    Done,
    /// It is snoozed, until then if that is known.
    Snoozed(Option<Timestamp>),
}

/// Why it was this one of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// The group.
    pub group: String,
    /// How many open conversations the one who was picked had.
    pub open: usize,
}

/// What was done, seen by the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    /// I became the owner.
    Mine,
    /// Somebody else became the owner.
    Theirs(String),
    /// Somebody else became the owner together with my note.
    HandedTo(String),
    /// It went back to the queue.
    Unassigned,
    /// It is done.
    Done,
    /// It is open again.
    Reopened,
    /// It comes back then.
    Snoozed(Timestamp),
    /// It is back.
    Woken,
    /// What I did last was taken back.
    Undone(Again),
    /// I take care of what I was given.
    Accepted,
    /// I gave it back.
    GivenBack(String),
    /// I am still on it.
    Kept,
    /// A note was written, as asked.
    Noted,
    /// Nothing changed but for the note that was added.
    OnlyNoted,
}

impl ResultKind {
    /// Whether it changed something that can be put back.
    pub fn can_be_undone(&self) -> bool {
        !matches!(self, Self::Undone(_) | Self::Accepted | Self::Kept | Self::Noted | Self::OnlyNoted)
    }
}

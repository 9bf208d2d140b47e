//! What is to be said, as values: decided in `domain::plan`, kept in the outbox, worded in `view`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::asker::Addressee;
use crate::domain::conversation::{Conversation, Line as SharedNumber};
use crate::domain::list::{FILTERS, Query};
use crate::domain::people::Unlinked;
use crate::domain::policy::Rules;
use crate::domain::refusal::{About, Refusal};
use crate::domain::report::Report;
use crate::domain::wishes::Wishes;
use crate::ids::{ChannelId, ConversationId, DraftId, FileId, MemberId, MessageTs, SlackUserId, ViewId};

/// One thing to be said in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// For one person's eyes, where they asked.
    Private {
        /// To whom.
        to: Addressee,
        /// What.
        say: Say,
    },
    /// The card of a conversation in a channel: posted once, then kept up to date.
    Card {
        /// Where.
        channel: ChannelId,
        /// What it shows.
        face: Face,
        /// Who is told if it cannot be posted.
        asker: Option<Addressee>,
    },
    /// The card once more, at the bottom of its channel, because its contact got in touch after it was done.
    Anew {
        /// Where.
        channel: ChannelId,
        /// What it shows.
        face: Face,
    },
    /// What stands where a card was before it was posted anew.
    Moved {
        /// Where.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// What people call it.
        title: String,
        /// Where the card was.
        old: MessageTs,
        /// Where it is.
        new: MessageTs,
    },
    /// A line in the thread of a card.
    Line {
        /// The card's channel.
        channel: ChannelId,
        /// The card's conversation.
        conversation: ConversationId,
        /// What.
        line: Line,
    },
    /// What a channel is told at once.
    Digest {
        /// Where.
        channel: ChannelId,
        /// What.
        digest: Box<Digest>,
    },
    /// Something of what a channel was told at once has an owner since, or needs none.
    Settled {
        /// The channel.
        channel: ChannelId,
        /// Which conversation.
        conversation: ConversationId,
        /// What happened; nothing, if it waits again.
        line: Option<Line>,
    },
    /// A report with its picture.
    Report {
        /// Where.
        channel: ChannelId,
        /// Who asked for it.
        to: Addressee,
        /// What it says.
        report: Box<Report>,
        /// The picture, once it is uploaded.
        file: Option<FileId>,
    },
    /// A direct message.
    Direct {
        /// To whom.
        user: SlackUserId,
        /// What.
        notice: Notice,
    },
    /// A direct message shows what its reader answered.
    Answered {
        /// The reader, in the direct channel.
        to: Addressee,
        /// The message.
        ts: MessageTs,
        /// About which of its conversations.
        conversation: ConversationId,
        /// What was answered.
        answer: Answer,
        /// What is said instead if the message is too old to be changed.
        otherwise: Box<Say>,
    },
    /// Somebody's home.
    Home {
        /// Whose.
        user: SlackUserId,
        /// What it shows.
        face: Box<HomeFace>,
    },
    /// A window with a list in it.
    Window {
        /// Who has it open.
        user: SlackUserId,
        /// Which.
        view: ViewId,
        /// What it shows.
        face: Box<ListFace>,
    },
    /// A form that was opened before it was known what to show in it.
    Filled {
        /// Who has it open.
        user: SlackUserId,
        /// Which.
        view: ViewId,
        /// What people call the conversation; nothing, if there is none.
        title: Option<String>,
        /// What the form remembers, as JSON (`domain::click::FormContext`).
        context: String,
    },
    /// A link to a conversation becomes its card.
    Unfurl {
        /// Where the link stands.
        channel: ChannelId,
        /// The message with the link in it.
        ts: MessageTs,
        /// The link, to the letter as Slack gave it.
        url: String,
        /// What is shown.
        face: Face,
    },
}

/// What somebody answered to what they were given, or did with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They take care of it.
    Accepted,
    /// They gave it back.
    GaveBack,
    /// They resolved it.
    Done,
    /// They are still on it.
    Kept,
    /// They need not answer any more: it is not theirs.
    Gone,
}

/// What a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListFace {
    /// What was asked for.
    pub query: Query,
    /// What colleagues call the person whose conversations are listed, if a person is asked for.
    pub whose: Option<String>,
    /// The conversations of the page.
    pub rows: Vec<Face>,
    /// How many there are on all pages.
    pub found: usize,
    /// The page that is shown.
    pub page: usize,
    /// How many conversations each filter has, in the order of [`FILTERS`].
    pub counts: [usize; FILTERS.len()],
    /// What came of the button that was pressed in it.
    pub notice: Option<Box<Say>>,
    /// Since when dialnote has not answered, if it does not: the list is as old as that.
    pub silent_since: Option<Timestamp>,
    /// Whether not all conversations were read yet.
    pub reading: bool,
}

/// What somebody's home shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeFace {
    /// The list, or why there is none.
    pub list: Result<ListFace, Unlinked>,
    /// What they want to hear of.
    pub wishes: Wishes,
    /// What only admins see.
    pub admin: Option<AdminFace>,
}

/// What only admins see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminFace {
    /// The rules.
    pub rules: Rules,
    /// How many members the organization in dialnote has, if dialnote says so.
    pub members: Option<usize>,
    /// Whether the key may write, as far as anybody noticed.
    pub read_only_key: bool,
    /// Members whose e-mail address nobody in Slack has.
    pub unlinked: Vec<String>,
    /// The channels that get cards.
    #[serde(default)]
    pub routes: Vec<Routed>,
}

/// A channel that gets cards, and of what, in words; of everything, if it is not said.
pub type Routed = (ChannelId, Option<String>);

/// What a channel is told at once: who waits for an owner, and how much everybody has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// When this was so.
    pub at: Timestamp,
    /// Whether it is told because we were away.
    pub caught_up: bool,
    /// For how many minutes all of it has waited at least, if that is why it is told.
    #[serde(default)]
    pub overdue: Option<u16>,
    /// What nobody owns, oldest first.
    pub waiting: Vec<Face>,
    /// How much more of that there is.
    pub more: usize,
    /// What happened since to what nobody owned.
    #[serde(default)]
    pub settled: Vec<(ConversationId, Line)>,
    /// How much of what is snoozed comes back today.
    pub snoozed: usize,
    /// What colleagues call people, and how many open conversations they own.
    pub loads: Vec<(String, usize)>,
}

impl Digest {
    /// One that says nothing yet.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            caught_up: false,
            overdue: None,
            waiting: Vec::new(),
            more: 0,
            settled: Vec::new(),
            snoozed: 0,
            loads: Vec::new(),
        }
    }
}

/// What a card shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// What colleagues call the owner.
    pub owner: Option<String>,
}

/// What is said to one person in answer to what they asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Say {
    /// It was done.
    Done(Deed),
    /// It was not done.
    Refused {
        /// Why not.
        why: Refusal,
        /// The note that came with it, so that it is not lost; empty if there was none.
        note: String,
    },
    /// It was done, but the note was not written.
    NoteRefused {
        /// What was done.
        deed: Deed,
        /// Why the note was not.
        why: Refusal,
        /// The note, so that it is not lost.
        note: String,
    },
    /// Several conversations fit.
    Pick {
        /// The kept command.
        draft: DraftId,
        /// The ones to choose from.
        choices: Vec<Choice>,
        /// How many more fit.
        more: usize,
    },
    /// What happened to a conversation through this app.
    History {
        /// Which.
        about: About,
        /// What, newest first.
        deeds: Vec<Told>,
    },
    /// It will be done when dialnote answers again.
    Waiting,
    /// It was tried for long and given up.
    GivenUp {
        /// What the operator can search the log for.
        reference: String,
        /// The kept command, for another try.
        draft: DraftId,
    },
    /// A list of conversations.
    List(Box<ListFace>),
    /// What a channel does not show.
    Shown(Face),
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
    /// What somebody wants to hear of was changed.
    WishesChanged,
    /// A report cannot be posted where it was asked for.
    ReportNotPosted,
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
    pub deeds: Vec<Deed>,
    /// Whose note was not written though the rest was done, and why.
    pub unnoted: Vec<(About, Refusal)>,
    /// What was not done, and why: the conversation as it was named, and the reason.
    pub refused: Vec<(String, Refusal)>,
    /// The note, so that it is not lost; empty if it was written everywhere.
    pub note: String,
}

/// A conversation to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which.
    pub about: About,
    /// What colleagues call the owner.
    pub owner: Option<String>,
    /// When something last happened.
    pub last_activity: Option<Timestamp>,
}

/// Something that was done, told to the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// To which conversation.
    pub about: About,
    /// What.
    pub what: What,
    /// What colleagues call the owner before, if there was one.
    pub from: Option<String>,
    /// Whether the owner before is in Slack, to be told.
    #[serde(default = "so")]
    pub told: bool,
    /// Whether a note was written along with it.
    pub noted: bool,
    /// How the owner was picked, if nobody was named.
    #[serde(default)]
    pub picked: Option<Picked>,
}

fn so() -> bool {
    true
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
pub enum What {
    /// I became the owner.
    Mine,
    /// Somebody else became the owner, and was told.
    Theirs(String),
    /// Somebody else became the owner together with my note, and was told.
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

/// What happened, for everybody who reads the card's thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What colleagues call the one who did it.
    pub actor: String,
    /// What.
    pub what: Event,
    /// The note; empty if there is none.
    pub note: String,
}

/// What happened to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The actor took it.
    Took {
        /// The owner before.
        from: Option<String>,
    },
    /// The actor gave it to somebody.
    Assigned {
        /// The owner before.
        from: Option<String>,
        /// The owner now.
        to: String,
    },
    /// The actor handed it over with a note.
    HandedOff {
        /// The owner now.
        to: String,
    },
    /// The actor put it back into the queue.
    Unassigned {
        /// The owner before.
        from: Option<String>,
    },
    /// The actor resolved it.
    Done,
    /// The actor opened it again.
    Reopened,
    /// The actor put it away until then.
    Snoozed(Timestamp),
    /// The actor brought it back.
    Woke,
    /// The actor took back what they did last.
    Undone(Again),
    /// The actor wrote a note.
    Noted,
    /// The actor takes care of what they were given.
    Accepted,
    /// The actor is still on it.
    Kept,
    /// The actor gave it back.
    GaveBack {
        /// To whom; to nobody, if whoever gave it is gone.
        to: Option<String>,
    },
    /// The time is over for which it was put away. The actor is the contact.
    TimeIsUp,
    /// The contact, who is the actor, called or wrote, and it is open again.
    GotInTouch,
    /// The actor called the contact back, or wrote an answer.
    Answered {
        /// Whether it was a call.
        call: bool,
    },
    /// The actor did not answer in time.
    Returned {
        /// Who owns it again.
        to: Option<String>,
    },
}

impl Event {
    /// Whether the conversation has another owner or another status since.
    pub fn changes_state(&self) -> bool {
        !matches!(self, Self::Noted | Self::Accepted | Self::Kept | Self::Answered { .. })
    }
}

/// How something is after what was done to it was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Owned by this person.
    OwnedBy(String),
    /// Owned by nobody.
    Queued,
    /// Open.
    Open,
    /// Done.
    Done,
    /// Snoozed.
    Snoozed,
}

/// Something that happened, as a history tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What colleagues call the one who did it.
    pub by: String,
    /// What.
    pub what: Event,
}

/// A direct message to somebody whom another's action concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// You own it now.
    YoursNow {
        /// What colleagues call the one who did it.
        actor: String,
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// Why; empty if nothing was said.
        note: String,
        /// Whether it was handed over rather than assigned.
        handoff: bool,
    },
    /// You own it now, because somebody changed that in dialnote itself.
    YoursElsewhere {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
    },
    /// Something that you own and that was put away or done is open again.
    Back {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// Whether its contact called or wrote, rather than its time being over.
        heard: bool,
    },
    /// You own several now.
    SeveralYours {
        /// What colleagues call the one who did it.
        actor: String,
        /// Which.
        abouts: Vec<About>,
        /// Why; empty if nothing was said.
        note: String,
        /// Whether they were handed over rather than assigned.
        handoff: bool,
    },
    /// Somebody takes care of what you gave them.
    Accepted {
        /// What colleagues call them.
        actor: String,
        /// Which.
        about: About,
    },
    /// What you gave somebody is yours again.
    BackToYou {
        /// What colleagues call them.
        actor: String,
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// Why; empty if nothing was said.
        note: String,
        /// Whether they did not answer in time rather than giving it back.
        late: bool,
    },
    /// You did not answer in time, and it is not yours any more.
    Returned {
        /// Which.
        about: About,
        /// What colleagues call the owner now.
        to: Option<String>,
    },
    /// You did not answer yet.
    Reminder {
        /// What colleagues call the one who gave it to you.
        actor: String,
        /// Which.
        about: About,
        /// Why; empty if nothing was said.
        note: String,
    },
    /// You own it, and nothing has happened to it for long.
    StillOnIt {
        /// Which.
        about: About,
        /// For how many working hours.
        hours: u16,
    },
    /// You own it no more.
    NotYoursNow {
        /// What colleagues call the one who did it.
        actor: String,
        /// Which.
        about: About,
        /// What colleagues call the owner now.
        to: Option<String>,
    },
    /// Somebody is not there any more and still owns something.
    Left {
        /// What dialnote called them.
        name: String,
        /// Who they were in dialnote.
        member: MemberId,
        /// How many open conversations they own.
        open: usize,
    },
    /// A channel gets no cards any more, because they cannot be posted there.
    RoutePaused {
        /// Which.
        channel: ChannelId,
        /// Whether it is archived, rather than one that we are not in.
        archived: bool,
    },
    /// Somebody wrote a note on what you own.
    Noted {
        /// What colleagues call the one who did it.
        actor: String,
        /// Which.
        about: About,
        /// The note.
        note: String,
    },
}

//! Every expected "no". A refusal is a typed value with what its sentence needs; the sentence
//! itself is `view::reply`'s.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::moved::Moved;
use crate::domain::people::Unlinked;
use crate::domain::rule::Rule;
use crate::domain::verb::Verb;
use crate::ids::{ConversationId, MemberId, SlackUserId};

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The person who asks is no teammate.
    YouAreNotLinked(Unlinked),
    /// The person to be assigned is no teammate.
    NotLinked {
        /// What colleagues call the person.
        name: String,
        /// Why not.
        why: Unlinked,
    },
    /// The request came from a workspace that this app is not set up for.
    NotInstalled,
    /// Whoever runs the app has connected it, and nobody else can.
    OperatorConnects,
    /// Only an admin, or whoever installed the app, can connect it.
    NotYoursToConnect,
    /// Who asks could not be found out just now, and it is nothing to do by what was known before.
    WhoIsUnknown,
    /// The conversation was in dialnote, and is no longer.
    Gone(About),
    /// dialnote has no conversation with this id.
    NoConversation {
        /// The id.
        id: ConversationId,
    },
    /// dialnote takes no such call at the address that is set.
    WrongAddress {
        /// The setting.
        setting: String,
    },
    /// Somebody else was first.
    Taken {
        /// Which conversation.
        about: About,
        /// Who owns it now.
        owner: String,
        /// The owner as dialnote knows them.
        owner_id: MemberId,
        /// How long ago, where we saw it happen.
        seconds_ago: Option<i64>,
    },
    /// The person who asks owns it already.
    AlreadyYours(About),
    /// The person named owns it already.
    AlreadyTheirs {
        /// Which conversation.
        about: About,
        /// The owner.
        owner: String,
    },
    /// A group does not take away what somebody owns.
    Owned {
        /// Which conversation.
        about: About,
        /// The owner.
        owner: String,
    },
    /// Nobody of the group can be made the owner.
    NobodyAvailable {
        /// The group.
        group: String,
    },
    /// Who belongs to the group cannot be found out.
    GroupUnreadable {
        /// The group.
        group: String,
    },
    /// Only its owner can say that.
    NotYours {
        /// Which conversation.
        about: About,
        /// What colleagues call the owner.
        owner: Option<String>,
        /// The owner as dialnote knows them, if it can be taken over from them.
        #[serde(default)]
        owner_id: Option<MemberId>,
    },
    /// Nobody owns it, so nobody can be taken off it.
    NobodyOwnsIt(About),
    /// It has the wanted status already.
    AlreadySo {
        /// Which conversation.
        about: About,
        /// Whether it is done (else open).
        done: bool,
        /// Who did it and how many seconds ago, where we saw it happen.
        by: Option<(String, i64)>,
    },
    /// With the line that tells who wrote it the note is longer than dialnote takes.
    NoteTooLong {
        /// How many characters it has.
        characters: usize,
        /// How many it may have.
        most: usize,
    },
    /// The message that was to become a note is one of the app's own.
    OwnMessage,
    /// The message that was to become a note has no words.
    NothingToNote,
    /// The rules ask for a note, and there is none.
    NoteMissing {
        /// The command.
        #[serde(default = "handoff")]
        verb: Verb,
        /// The conversation: a form can ask for the words.
        about: About,
    },
    /// A snooze until a time that has passed, as earlier versions stored it.
    TimePassed,
    /// A snooze for more than a year, as earlier versions stored it.
    TimeTooFar,
    /// A snooze until a time that has passed.
    SnoozeOver {
        /// The conversation.
        about: About,
        /// The time.
        until: Timestamp,
        /// The time was ahead when the command was given.
        waited: bool,
    },
    /// A snooze for more than a year.
    SnoozeTooLong {
        /// The conversation.
        about: About,
    },
    /// It is not snoozed, so it cannot come back.
    NotSnoozed(About),
    /// The person who asks did nothing that could be taken back.
    NothingToUndo,
    /// What was to be taken back is taken back already.
    UndoneAlready,
    /// Somebody else did something since.
    ChangedSince {
        /// To which conversation.
        about: About,
        /// Who, if it was done through this app.
        by: Option<String>,
        /// Whether that was the person who asks.
        #[serde(default)]
        yourself: bool,
    },
    /// What the person who asks did last was only a note.
    NotesStay {
        /// On which conversation.
        about: About,
        /// On which others.
        #[serde(default)]
        others: Others,
        /// What they did before that, which can be taken back.
        earlier: Option<Earlier>,
    },
    /// It was done too long ago to be taken back.
    TooLateToUndo(About),
    /// The same for what was done to several conversations at once.
    AllTooLateToUndo {
        /// One of them.
        about: About,
        /// The others.
        others: Others,
    },
    /// Slack did not open the form.
    FormNotOpened,
    /// What is set cannot be read just now, so no form can show it.
    SettingsUnreadable,
    /// The connection's key may only read.
    ReadOnlyKey,
    /// dialnote does not know the connection's key.
    KeyRefused,
    /// dialnote took the change, but shows another owner.
    DidNotStick {
        /// Which conversation.
        about: About,
        /// Who owns it now.
        owner: Option<String>,
    },
    /// dialnote takes no change of status.
    StatusRefused {
        /// Which conversation.
        about: About,
        /// dialnote's words.
        words: String,
    },
    /// dialnote took a change of status, and made none.
    StatusUnchanged(About),
    /// dialnote did not answer until we gave up.
    DialnoteSilent,
    /// dialnote said no, in its own words.
    Dialnote {
        /// dialnote's words.
        words: String,
    },
    /// A rule of the workspace forbids it.
    NotAllowed(Rule),
    /// There is nothing that could be accepted or given back.
    NothingGiven(About),
    /// The same, and no conversation is named.
    NothingGivenToYou,
    /// Nothing open belongs to whoever asks.
    NothingYours,
    /// Nothing open belongs to somebody who left.
    NothingTheirs,
    /// The message is in dialnote as a note already.
    NotedAlready(About),
    /// No shared number is called so.
    NoLine {
        /// What was typed.
        asked: String,
        /// What the shared numbers are called.
        lines: Vec<String>,
    },
    /// It was typed where there is no channel.
    WhichChannel,
    /// Nobody in dialnote is meant by what was typed.
    NoMember {
        /// What was typed.
        asked: String,
        /// Who comes nearest.
        nearest: Option<String>,
    },
    /// Somebody else in Slack is that member.
    MemberTaken {
        /// The Slack user who was to be the member.
        user: SlackUserId,
        /// What colleagues call them.
        name: String,
        /// The member.
        member: MemberId,
        /// What the member is called in dialnote.
        member_name: String,
        /// Who is the member.
        holder: SlackUserId,
        /// What colleagues call them.
        holder_name: String,
        /// Whether that was said by hand, rather than by the address.
        by_hand: bool,
    },
    /// Nothing was said by hand about this person.
    NotLinkedByHand {
        /// What colleagues call them.
        name: String,
    },
    /// The conversation changed after its person was asked about it.
    Moved(Box<Moved>),
    /// The list or the button is too old, or was not this person's.
    DraftGone,
}

impl Refusal {
    /// The conversation that its sentence names.
    pub fn about(&self) -> Option<&About> {
        match self {
            Self::Gone(about)
            | Self::Taken { about, .. }
            | Self::AlreadyYours(about)
            | Self::AlreadyTheirs { about, .. }
            | Self::Owned { about, .. }
            | Self::NotYours { about, .. }
            | Self::NobodyOwnsIt(about)
            | Self::AlreadySo { about, .. }
            | Self::NotSnoozed(about)
            | Self::ChangedSince { about, .. }
            | Self::NotesStay { about, .. }
            | Self::TooLateToUndo(about)
            | Self::AllTooLateToUndo { about, .. }
            | Self::DidNotStick { about, .. }
            | Self::NothingGiven(about)
            | Self::NotedAlready(about) => Some(about),
            Self::Moved(moved) => Some(&moved.about),
            _ => None,
        }
    }

    /// Whether it holds only until an admin links somebody.
    pub fn waits_for_a_link(&self) -> bool {
        matches!(self, Self::YouAreNotLinked(why) | Self::NotLinked { why, .. } if why.can_be_linked())
    }
}

/// Only hand-overs needed a note at first.
fn handoff() -> Verb {
    Verb::Handoff
}

/// The other conversations of an act.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Others {
    /// Those that are named.
    pub named: Vec<About>,
    /// The number of those that are not.
    pub more: usize,
}

/// An act that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The act.
    pub act: String,
    /// The command.
    pub verb: Verb,
    /// A conversation that it changed.
    pub about: About,
    /// How many it changed.
    pub of: usize,
}

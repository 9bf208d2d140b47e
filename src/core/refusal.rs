//! Refusals: every expected "no". A refusal is a typed value with the data that its sentence needs. The sentence
//! itself is in `commands::refusal_words`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::away_assignee::AwayAssignee;
use crate::core::ids::{ChannelId, ConversationId, MemberId, SlackUserId};
use crate::core::moved::Moved;
use crate::core::rule::Rule;
use crate::core::teammate::Unlinked;
use crate::core::verbs::Verb;

/// The reason why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The requester is not a teammate.
    YouAreNotLinked(Unlinked),
    /// The person to assign is not a teammate.
    NotLinked {
        /// The name that colleagues read.
        name: String,
        /// The reason why they are not linked.
        why: Unlinked,
    },
    /// The app is not installed in the workspace of the request.
    NotInstalled,
    /// The operator manages the connection to dialnote. No one else can change it.
    OperatorConnects,
    /// Only an admin, or the person who installed the app, can connect it.
    NotYoursToConnect,
    /// The requester's identity could not be confirmed just now. The command must not rely on what was known before.
    WhoIsUnknown,
    /// The conversation was in dialnote, and no longer is.
    Gone(About),
    /// dialnote has no conversation with this id.
    NoConversation {
        /// The id.
        id: ConversationId,
    },
    /// dialnote offers no such call at the configured address.
    WrongAddress {
        /// The name of the setting.
        setting: String,
    },
    /// Another person owns the conversation already.
    Taken {
        /// The conversation.
        about: About,
        /// The present owner's name.
        owner: String,
        /// The present owner's member.
        owner_id: MemberId,
        /// The number of seconds since they took it, if the app saw it happen.
        seconds_ago: Option<i64>,
    },
    /// The requester owns it already.
    AlreadyYours(About),
    /// The person named owns it already.
    AlreadyTheirs {
        /// The conversation.
        about: About,
        /// The owner.
        owner: String,
    },
    /// A group cannot take over a conversation that has an owner.
    Owned {
        /// The conversation.
        about: About,
        /// The owner.
        owner: String,
    },
    /// No one in the group can become the owner.
    NobodyAvailable {
        /// The group.
        group: String,
    },
    /// The group's members cannot be read.
    GroupUnreadable {
        /// The group.
        group: String,
    },
    /// Only the owner can give this command.
    NotYours {
        /// The conversation.
        about: About,
        /// The owner's name for colleagues.
        owner: Option<String>,
        /// The owner's member, if the requester can take over from them.
        #[serde(default)]
        owner_id: Option<MemberId>,
    },
    /// The conversation is unassigned already.
    NobodyOwnsIt(About),
    /// The conversation has the wanted status already.
    AlreadySo {
        /// The conversation.
        about: About,
        /// True if it is done, rather than open.
        done: bool,
        /// The actor, and the number of seconds since then, if the app saw it happen.
        by: Option<(String, i64)>,
    },
    /// The note is longer than dialnote accepts.
    NoteTooLong {
        /// The length of the note, in characters.
        characters: usize,
        /// The greatest length, in characters.
        most: usize,
    },
    /// The message to save as a note is one of the app's own.
    OwnMessage,
    /// The message to save as a note has no words.
    NothingToNote,
    /// The rules require a note, and there is none.
    NoteMissing {
        /// The command.
        #[serde(default = "handoff")]
        verb: Verb,
        /// The conversation, so that a form can ask for the note.
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
        /// True if the time was still ahead when the command was given.
        waited: bool,
    },
    /// A snooze for more than a year.
    SnoozeTooLong {
        /// The conversation.
        about: About,
    },
    /// The conversation is not snoozed, so it cannot be unsnoozed.
    NotSnoozed(About),
    /// The requester did nothing that can be undone.
    NothingToUndo,
    /// The act was undone already.
    UndoneAlready,
    /// The conversation changed after the act that was to be undone.
    ChangedSince {
        /// The conversation.
        about: About,
        /// The actor's name, if another person made the change through this app.
        by: Option<String>,
        /// True if the requester made the change.
        #[serde(default)]
        yourself: bool,
    },
    /// The requester's last act was only a note.
    NotesStay {
        /// A conversation with the note.
        about: About,
        /// The others.
        #[serde(default)]
        others: Others,
        /// The latest act before it that can be undone.
        earlier: Option<Earlier>,
    },
    /// The act was too long ago to be undone.
    TooLateToUndo(About),
    /// The act on several conversations was too long ago to be undone.
    AllTooLateToUndo {
        /// One of them.
        about: About,
        /// The others.
        others: Others,
    },
    /// Slack did not open the form.
    FormNotOpened,
    /// The settings cannot be read just now, so no form can show them.
    SettingsUnreadable,
    /// The connection's key is read-only.
    ReadOnlyKey,
    /// dialnote rejects the connection's key.
    KeyRefused,
    /// dialnote accepted the change of owner, but shows another owner.
    DidNotStick {
        /// The conversation.
        about: About,
        /// The present owner's name.
        owner: Option<String>,
    },
    /// dialnote refused the change of status.
    StatusRefused {
        /// The conversation.
        about: About,
        /// dialnote's words.
        words: String,
    },
    /// dialnote accepted the change of status, but shows the old one.
    StatusUnchanged(About),
    /// dialnote did not answer until the app stopped trying.
    DialnoteSilent,
    /// dialnote refused the command, in its own words.
    Dialnote {
        /// dialnote's words.
        words: String,
    },
    /// A rule of the workspace forbids it. Earlier versions stored the rules about conversations like this, too.
    NotAllowed(Rule),
    /// A rule of the workspace forbids it for this conversation.
    RuleForbids {
        /// The rule.
        rule: Rule,
        /// The conversation.
        about: About,
        /// The owner's name for colleagues, if it has one.
        owner: Option<String>,
    },
    /// The requester has no assignment of this conversation to accept or decline.
    NothingGiven(About),
    /// The requester has no assignment to accept or decline, and named no conversation.
    NothingGivenToYou,
    /// The requester owns no open conversation.
    NothingYours,
    /// The member who left owns no open conversation.
    NothingTheirs,
    /// The message was saved as a note already.
    NotedAlready(About),
    /// No shared number has this name.
    NoLine {
        /// The text that was typed.
        asked: String,
        /// The names of the shared numbers.
        lines: Vec<String>,
    },
    /// The channel shows no shared number's cards, so there are no settings for them.
    NoRoute(ChannelId),
    /// The command needs a channel, and was typed outside one.
    WhichChannel,
    /// No dialnote member matches the text.
    NoMember {
        /// The text that was typed.
        asked: String,
        /// The nearest match.
        nearest: Option<String>,
    },
    /// Slack knows no such user.
    NoSlackUser,
    /// Another Slack user is linked to the member.
    MemberTaken {
        /// The Slack user who was to be linked.
        user: SlackUserId,
        /// The user's name for colleagues.
        name: String,
        /// The member.
        member: MemberId,
        /// The member's name in dialnote.
        member_name: String,
        /// The Slack user who is linked now.
        holder: SlackUserId,
        /// That user's name for colleagues.
        holder_name: String,
        /// True if that link was made by hand, rather than found by address.
        by_hand: bool,
    },
    /// No link of this person was made by hand.
    NotLinkedByHand {
        /// The person's name for colleagues.
        name: String,
    },
    /// The conversation changed after the requester saw it.
    Moved(Box<Moved>),
    /// The person to assign is away. The requester can confirm it.
    TheyAreAway(Box<AwayAssignee>),
    /// The list or the button is too old, or was not the requester's.
    DraftGone,
    /// The question was answered without a choice. It is still open.
    NothingChosen,
}

impl Refusal {
    /// Returns the conversation that the refusal's sentence names.
    pub fn about(&self) -> Option<&About> {
        match self {
            Self::Gone(about)
            | Self::Taken { about, .. }
            | Self::AlreadyYours(about)
            | Self::AlreadyTheirs { about, .. }
            | Self::Owned { about, .. }
            | Self::NotYours { about, .. }
            | Self::RuleForbids { about, .. }
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
            Self::TheyAreAway(away) => Some(&away.about),
            _ => None,
        }
    }

    /// Answers whether the refusal holds only until an admin links a person.
    pub(crate) fn waits_for_a_link(&self) -> bool {
        matches!(self, Self::YouAreNotLinked(why) | Self::NotLinked { why, .. } if why.can_be_linked())
    }
}

/// Returns the default verb: earlier versions required a note only for hand-offs.
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

/// An act that can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The act.
    pub act: String,
    /// The command.
    pub verb: Verb,
    /// A conversation that it changed.
    pub about: About,
    /// The number of conversations that it changed.
    pub of: usize,
}

//! Direct messages to people whom someone else's action concerns.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::absence::Absence;
use crate::core::answer::AnswerBy;
use crate::core::auto_assign::PoolTrouble;
use crate::core::automation::{AutomaticReason, ReturnTo};
use crate::core::conversation::Conversation;
use crate::core::delivery::Why;
use crate::core::ids::{ChannelId, ConversationId, MemberId};
use crate::core::target_outcome::WaitLimit;

/// A direct message to a person whom someone else's action concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectMessage {
    /// The reader is the new owner of a conversation.
    YoursNow {
        /// The actor's name for colleagues.
        actor: String,
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// The actor's note; empty if there is none.
        note: String,
        /// True if it was handed off rather than assigned.
        handoff: bool,
        /// The times by which it has to be accepted, if it has to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer_by: Option<AnswerBy>,
        /// The reason, if the app did it by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<AutomaticReason>,
    },
    /// The reader is the new owner: the change was made in dialnote itself.
    YoursElsewhere {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
    },
    /// A snoozed or done conversation of the reader is open again.
    Back {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// True if its contact called or wrote; false if its snooze ended.
        heard: bool,
    },
    /// The reader is the new owner of several conversations.
    SeveralYours {
        /// The actor's name for colleagues.
        actor: String,
        /// The conversations.
        abouts: Vec<About>,
        /// The actor's note; empty if there is none.
        note: String,
        /// True if they were handed off rather than assigned.
        handoff: bool,
    },
    /// The reader owns conversations again, because a change was undone.
    YoursAgain {
        /// The name for colleagues of the person who undid it.
        actor: String,
        /// The conversations.
        abouts: Vec<About>,
    },
    /// The receiver accepted a conversation that the reader assigned to them.
    Accepted {
        /// The receiver's name for colleagues.
        actor: String,
        /// The conversation.
        about: About,
    },
    /// A conversation that the reader assigned to someone is the reader's again.
    BackToYou {
        /// The receiver's name for colleagues.
        actor: String,
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// The receiver's note; empty if there is none.
        note: String,
        /// True if the receiver did not answer in time, rather than declining it.
        late: bool,
    },
    /// The reader did not answer in time, and is no longer the owner.
    Returned {
        /// The conversation.
        about: About,
        /// The new owner's name for colleagues, if it has an owner.
        to: Option<String>,
    },
    /// The reader has not answered a hand-off yet.
    Reminder {
        /// The name for colleagues of the person who handed it off.
        actor: String,
        /// The conversation.
        about: About,
        /// The note of the hand-off; empty if there is none.
        note: String,
        /// The time at which it returns to the sender, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// The reader owns a stale conversation.
    StillOnIt {
        /// The conversation.
        about: About,
        /// The number of working hours without activity.
        hours: u16,
        /// The time at which it is taken from the reader, if it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Its next place then.
        #[serde(default)]
        then: ReturnTo,
    },
    /// A conversation of the reader must be answered soon.
    AnswerDue {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// The time by which it must be answered.
        due: Timestamp,
    },
    /// A conversation of the reader was not answered in time.
    AnswerOverdue {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// The time by which it had to be answered.
        due: Timestamp,
    },
    /// A conversation of someone else, or of no one, missed its target, and the route names the reader for that.
    TargetMissed {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// The limit.
        limit: WaitLimit,
        /// The time at which it ended.
        due: Timestamp,
        /// The owner's name for colleagues, if it has an owner.
        owner: Option<String>,
    },
    /// The reader is no longer the owner.
    NotYoursNow {
        /// The actor's name for colleagues.
        actor: String,
        /// The conversation.
        about: About,
        /// The new owner's name for colleagues, if it has an owner.
        to: Option<String>,
        /// The reason, if the app did it by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<AutomaticReason>,
    },
    /// A member who left still owns open conversations.
    Left {
        /// The member's name in dialnote.
        name: String,
        /// The member's id.
        member: MemberId,
        /// The number of open conversations that the member owns.
        open: usize,
    },
    /// Someone cannot be sent direct messages: for admins, once until it works again.
    CannotNotify {
        /// The person's name for colleagues.
        name: String,
        /// The reason.
        why: Why,
    },
    /// An admin linked the reader to a dialnote member.
    Linked {
        /// The admin's name for colleagues.
        by: String,
        /// The member's name in dialnote.
        member: String,
        /// The number of deferred commands of the reader that run now.
        waiting: usize,
    },
    /// A channel gets no more cards, because the app cannot post there.
    RoutePaused {
        /// The channel.
        channel: ChannelId,
        /// True if the channel is archived; false if the app is not a member of it.
        archived: bool,
    },
    /// No one can be picked for the conversations of a channel that the reader set up.
    NoOneToPick {
        /// The channel.
        channel: ChannelId,
        /// The words for the people to pick from.
        pool: String,
        /// The problem with them.
        why: PoolTrouble,
    },
    /// The changes that concern the reader, from a time in which the poller did not read dialnote.
    CaughtUp {
        /// The time without polls, if it is known.
        away: Option<Absence>,
        /// The changes that are shown.
        notices: Vec<DirectMessage>,
        /// The number of changes that are not shown.
        more: usize,
    },
    /// Conversations of the reader's were unassigned while they were away, because the contacts got in touch.
    WhileAway {
        /// The conversations that are shown, as they are now.
        returned: Vec<ReturnedConversation>,
        /// The number of conversations that are not shown.
        more: usize,
    },
    /// The reader is no longer the owner of several conversations.
    SeveralNotYours {
        /// The actor's name for colleagues.
        actor: String,
        /// The conversations.
        abouts: Vec<About>,
        /// The new owner's name for colleagues, if they have an owner.
        to: Option<String>,
    },
    /// The weekly report of a channel that may not show it, for the person who made its route.
    WeeklyReport {
        /// The channel.
        channel: ChannelId,
        /// The report.
        report: Box<WordedReport>,
    },
    /// A person wrote a note on a conversation of the reader.
    Noted {
        /// The actor's name for colleagues.
        actor: String,
        /// The conversation.
        about: About,
        /// The note.
        note: String,
    },
}

/// A conversation that was unassigned while its owner was away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedConversation {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// The owner's name for colleagues, if it has an owner again.
    pub owner: Option<String>,
}

/// A report in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordedReport {
    /// The title.
    pub title: String,
    /// The figures, each with its name.
    pub facts: Vec<(String, String)>,
    /// The lists, each with its title.
    pub lists: Vec<(String, Vec<String>)>,
    /// The time of the report, or its requester.
    pub origin: String,
    /// All of it in a line, for notifications.
    pub text: String,
}

impl DirectMessage {
    /// Says by when a hand-off has to be accepted.
    pub(crate) fn expect_answer(&mut self, by: AnswerBy) {
        if let Self::YoursNow { answer_by, handoff: true, .. } = self {
            *answer_by = Some(by);
        }
    }

    /// Returns the conversation that the message is about, if it is about one.
    pub fn about(&self) -> Option<About> {
        match self {
            Self::YoursNow { conversation, .. }
            | Self::YoursElsewhere { conversation }
            | Self::Back { conversation, .. }
            | Self::AnswerDue { conversation, .. }
            | Self::AnswerOverdue { conversation, .. }
            | Self::TargetMissed { conversation, .. }
            | Self::BackToYou { conversation, .. } => Some(About::from(&**conversation)),
            Self::Accepted { about, .. }
            | Self::Returned { about, .. }
            | Self::Reminder { about, .. }
            | Self::StillOnIt { about, .. }
            | Self::NotYoursNow { about, .. }
            | Self::Noted { about, .. } => Some(about.clone()),
            Self::SeveralYours { .. }
            | Self::YoursAgain { .. }
            | Self::WhileAway { .. }
            | Self::SeveralNotYours { .. }
            | Self::WeeklyReport { .. }
            | Self::CaughtUp { .. }
            | Self::Left { .. }
            | Self::CannotNotify { .. }
            | Self::Linked { .. }
            | Self::RoutePaused { .. }
            | Self::NoOneToPick { .. } => None,
        }
    }

    /// Returns the conversation and the limit that the message is about, if it is about a limit.
    pub(crate) fn limit(&self) -> Option<(&Conversation, (WaitLimit, Timestamp))> {
        match self {
            Self::AnswerDue { conversation, due } | Self::AnswerOverdue { conversation, due } => {
                Some((&**conversation, (WaitLimit::Answer, *due)))
            }
            Self::TargetMissed { conversation, limit, due, .. } => Some((&**conversation, (*limit, *due))),
            _ => None,
        }
    }

    /// Returns the conversations that the reader owns and can act on from the message.
    pub fn given(&self) -> Vec<ConversationId> {
        match self {
            Self::YoursNow { conversation, .. }
            | Self::YoursElsewhere { conversation }
            | Self::Back { conversation, .. }
            | Self::AnswerDue { conversation, .. }
            | Self::AnswerOverdue { conversation, .. }
            | Self::BackToYou { conversation, .. } => vec![conversation.id.clone()],
            Self::Reminder { about, .. } | Self::StillOnIt { about, .. } => vec![about.id.clone()],
            Self::SeveralYours { abouts, .. } | Self::YoursAgain { abouts, .. } => {
                abouts.iter().map(|about| about.id.clone()).collect()
            }
            _ => Vec::new(),
        }
    }
}

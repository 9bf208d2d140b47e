//! What somebody is told directly, because another's action concerns them.

use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::absence::Absence;
use crate::domain::conversation::Conversation;
use crate::domain::delivery::Why;
use crate::ids::{ChannelId, ConversationId, MemberId};

/// A direct message to somebody whom another's action concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectMessage {
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
    /// Someone cannot be sent direct messages: for admins, once until it works again.
    CannotNotify {
        /// The person's name for colleagues.
        name: String,
        /// The reason.
        why: Why,
    },
    /// You are somebody in dialnote now, because an admin said so.
    Linked {
        /// What colleagues call the admin.
        by: String,
        /// What you are called in dialnote.
        member: String,
        /// How much of what you asked for before is done now.
        waiting: usize,
    },
    /// A channel gets no cards any more, because they cannot be posted there.
    RoutePaused {
        /// Which.
        channel: ChannelId,
        /// Whether it is archived, rather than one that we are not in.
        archived: bool,
    },
    /// What concerned you while nothing was seen of dialnote.
    CaughtUp {
        /// When that was, if it is known.
        away: Option<Absence>,
        /// The changes, as far as they are told.
        notices: Vec<DirectMessage>,
        /// How many more there are.
        more: usize,
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

impl DirectMessage {
    /// The conversation it tells of, if it tells of one.
    pub fn about(&self) -> Option<About> {
        match self {
            Self::YoursNow { conversation, .. }
            | Self::YoursElsewhere { conversation }
            | Self::Back { conversation, .. }
            | Self::BackToYou { conversation, .. } => Some(About::from(&**conversation)),
            Self::Accepted { about, .. }
            | Self::Returned { about, .. }
            | Self::Reminder { about, .. }
            | Self::StillOnIt { about, .. }
            | Self::NotYoursNow { about, .. }
            | Self::Noted { about, .. } => Some(about.clone()),
            Self::SeveralYours { .. }
            | Self::CaughtUp { .. }
            | Self::Left { .. }
            | Self::CannotNotify { .. }
            | Self::Linked { .. }
            | Self::RoutePaused { .. } => None,
        }
    }

    /// The conversations that its reader owns and can act on from it.
    pub fn given(&self) -> Vec<ConversationId> {
        match self {
            Self::YoursNow { conversation, .. }
            | Self::YoursElsewhere { conversation }
            | Self::Back { conversation, .. }
            | Self::BackToYou { conversation, .. } => vec![conversation.id.clone()],
            Self::Reminder { about, .. } | Self::StillOnIt { about, .. } => vec![about.id.clone()],
            Self::SeveralYours { abouts, .. } => abouts.iter().map(|about| about.id.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

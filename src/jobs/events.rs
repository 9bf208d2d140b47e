//! Domain events. A capability says what has happened, and does not know which capabilities follow it up. Capabilities
//! above it subscribe. All subscriptions are listed in one place, where the app is put together.

use jiff::Timestamp;

use crate::core::automation::AutomaticReason;
use crate::core::card_view::CardView;
use crate::core::conversation::{Activity, Conversation, Owner};
use crate::core::event::ThreadEntry;
use crate::core::external_change_job::ExternalChangeJob;
use crate::core::ids::{ChannelId, MemberId, SlackUserId};
use crate::core::route::Route;
use crate::jobs::outbox::direct::SendDirect;
use crate::platform::db::Claim;

/// A change of a conversation, by a command or in dialnote.
pub(crate) struct ConversationChanged {
    /// The content that its cards show from now on.
    pub(crate) card_view: CardView,
    /// The conversation after the change.
    pub(crate) now: Conversation,
    /// The changes of owner or status, in order.
    pub(crate) entries: Vec<ThreadEntry>,
    /// The activities since the last known one, oldest first, without notes.
    pub(crate) news: Vec<Activity>,
}

/// Changes that were found after an absence, and that are not announced one by one.
pub(crate) struct FoundLate<'a> {
    /// The job that found them.
    pub(crate) claim: &'a Claim,
    /// The job with the conversation and the absence.
    pub(crate) job: &'a ExternalChangeJob,
    /// The direct messages that would have been sent.
    pub(crate) directs: &'a [SendDirect],
}

/// An unassigned conversation that was found.
pub(crate) struct WaitsForOwner {
    /// The routes of its number with their channels, those included that are paused.
    pub(crate) taking: Vec<(ChannelId, Route)>,
    /// The conversation as it is now.
    pub(crate) now: Conversation,
    /// The reason why it is unassigned.
    pub(crate) cause: WaitCause,
}

/// The reason why a conversation is open and unassigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitCause {
    /// Its contact called or wrote, or its snooze ended.
    News {
        /// The time of the contact's first call or message without an answer, if there is a new one.
        came: Option<Timestamp>,
    },
    /// The app unassigned it.
    Automatic {
        /// The previous owner.
        from: Option<MemberId>,
        /// The reason.
        reason: AutomaticReason,
    },
    /// A person decided so, or it was so before.
    Other,
}

/// A person whose status or account in Slack changed, so that they may be away or back.
pub(crate) struct AvailabilityChanged {
    /// The person.
    pub(crate) user: SlackUserId,
}

/// An open conversation with an owner, whose contact called without an answer, left a voicemail or wrote.
pub(crate) struct ContactHeard<'a> {
    /// The conversation as it is now.
    pub(crate) conversation: &'a Conversation,
    /// The owner.
    pub(crate) owner: &'a Owner,
    /// The time at which the contact got in touch.
    pub(crate) at: Timestamp,
}

/// A channel in which Slack no longer lets the app post.
pub(crate) struct ChannelClosed {
    /// The channel.
    pub(crate) channel: ChannelId,
    /// True if it is archived.
    pub(crate) archived: bool,
}

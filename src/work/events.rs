//! Domain events. A capability says what has happened, and does not know who follows it up; capabilities above
//! subscribe. Which do is listed in one place, where the app is put together.

use crate::domain::card_view::CardView;
use crate::domain::conversation::Conversation;
use crate::domain::event::ThreadEntry;
use crate::domain::job::ExternalChangeJob;
use crate::domain::message::Message;
use crate::domain::route::Route;
use crate::ids::ChannelId;
use crate::store::Claim;

/// A conversation has changed, by a command or in dialnote.
pub(crate) struct ConversationChanged {
    /// What its cards show from now on.
    pub(crate) card_view: CardView,
    /// The conversation.
    pub(crate) now: Conversation,
    /// The changes of owner or status, in order.
    pub(crate) entries: Vec<ThreadEntry>,
}

/// Changes were found after an absence: nobody hears of each by itself.
pub(crate) struct FoundLate<'a> {
    /// The job that found them.
    pub(crate) claim: &'a Claim,
    /// The conversation, and the absence.
    pub(crate) job: &'a ExternalChangeJob,
    /// The messages that would have been sent.
    pub(crate) messages: &'a [Message],
}

/// A conversation was found that waits for an owner.
pub(crate) struct WaitsForOwner {
    /// The channels that get its cards, with their routes.
    pub(crate) routed: Vec<(ChannelId, Route)>,
}

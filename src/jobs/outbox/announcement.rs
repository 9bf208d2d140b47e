//! The messages that announce a change of a conversation.

use crate::core::event::ThreadEntry;
use crate::core::ids::{ChannelId, ConversationId};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outbox::cards::{PostCard, PostEntry, RepostCard};
use crate::jobs::outbox::direct::{MarkDirect, SendDirect, ShowAnswer};
use crate::platform::db::{Card, Effect, NewJob};

/// The messages that announce a change, in the order in which they are queued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Announcement {
    /// The cards to post or update.
    pub cards: Vec<PostCard>,
    /// The cards to post again.
    pub reposts: Vec<RepostCard>,
    /// The thread entries.
    pub entries: Vec<PostEntry>,
    /// The requester's answer, in the direct message that asked for it. It comes before marks on older messages.
    pub answered: Option<ShowAnswer>,
    /// The marks on older direct messages.
    pub marks: Vec<MarkDirect>,
    /// The new direct messages.
    pub directs: Vec<SendDirect>,
}

impl Announcement {
    /// Adds an entry to the threads of a conversation's cards in these channels.
    pub(crate) fn add_entry(&mut self, channels: &[ChannelId], conversation: &ConversationId, entry: &ThreadEntry) {
        self.entries.extend(channels.iter().map(|channel| PostEntry {
            channel: channel.clone(),
            conversation: conversation.clone(),
            entry: entry.clone(),
        }));
    }

    /// Returns what is left if no one is to be notified: cards and older direct messages are updated in place.
    #[must_use]
    pub(crate) fn silent(self) -> Self {
        let in_place = |RepostCard { channel, card_view }| PostCard { channel, card_view, requester: None };
        let cards = self.cards.into_iter().chain(self.reposts.into_iter().map(in_place)).collect();
        Self { cards, marks: self.marks, ..Self::default() }
    }

    /// Returns the effects that announce each card which is the first of its conversation in its channel. A job that
    /// changes the conversation before the card is posted has to update the card. `cards` are the channels that have
    /// one.
    pub(crate) fn first_cards(&self, cards: &[ChannelId]) -> Vec<Effect> {
        let new = self.cards.iter().filter(|card| !cards.contains(&card.channel));
        let expected = new.map(|PostCard { channel, card_view, .. }| Card {
            channel: channel.clone(),
            conversation: card_view.conversation.id.clone(),
            ts: None,
            card_view: serde_json::to_string(card_view).unwrap_or_default(),
        });
        expected.map(Effect::PutCard).collect()
    }

    /// Returns the jobs that send the messages.
    pub(crate) fn jobs(&self, ctx: &TenantCtx) -> Vec<NewJob> {
        let mut jobs: Vec<_> = self.cards.iter().map(|card| ctx.new_job(card)).collect();
        jobs.extend(self.reposts.iter().map(|card| ctx.new_job(card)));
        jobs.extend(self.entries.iter().map(|entry| ctx.new_job(entry)));
        jobs.extend(self.answered.iter().map(|answered| ctx.new_job(answered)));
        jobs.extend(self.marks.iter().map(|mark| ctx.new_job(mark)));
        jobs.extend(self.directs.iter().map(|direct| ctx.new_job(direct)));
        jobs
    }
}

//! The subscribers of the domain events.

use crate::work::ctx::Subscribers;
use crate::work::events::ConversationChanged;
use crate::work::{absence, deferred, digests, links, posted_digest, routes, stale};

/// Returns the subscribers of the app.
pub(crate) fn all() -> Subscribers {
    Subscribers {
        conversation_changed: vec![
            |ctx, ConversationChanged { card_view, .. }| Box::pin(links::shown_links(ctx, card_view)),
            |ctx, changed| Box::pin(posted_digest::settle_in_digests(ctx, changed)),
        ],
        channel_closed: vec![|ctx, closed| Box::pin(routes::pause_route(ctx, closed))],
        found_late: vec![absence::keep_missed],
        waits_for_owner: vec![|ctx, waits| Box::pin(digests::have_all_reminded(ctx, waits))],
        polling: vec![|ctx| Box::pin(deferred::follow_poll(ctx)), |ctx| Box::pin(stale::have_owners_asked(ctx))],
        absence_ended: vec![|ctx, away| Box::pin(digests::catch_up(ctx, *away))],
    }
}

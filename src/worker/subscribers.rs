//! The subscribers of the domain events.

use crate::cards::unfurls;
use crate::commands::deferred;
use crate::jobs::ctx::Subscribers;
use crate::jobs::events::ConversationChanged;
use crate::notifications::{absence, digests, posted_digest};
use crate::settings::routes;
use crate::waiting::{shift_change, shift_offer, stale};

/// Returns the subscribers of the app.
pub(crate) fn all() -> Subscribers {
    Subscribers {
        conversation_changed: vec![
            |ctx, ConversationChanged { card_view, .. }| Box::pin(unfurls::shown_links(ctx, card_view)),
            |ctx, changed| Box::pin(posted_digest::settle_in_digests(ctx, changed)),
            |ctx, changed| Box::pin(shift_offer::settle_in_offers(ctx, changed)),
        ],
        channel_closed: vec![|ctx, closed| Box::pin(routes::pause_route(ctx, closed))],
        found_late: vec![absence::keep_missed],
        waits_for_owner: vec![|ctx, waits| Box::pin(digests::have_all_reminded(ctx, waits))],
        polling: vec![
            |ctx| Box::pin(deferred::follow_poll(ctx)),
            |ctx| Box::pin(stale::have_owners_asked(ctx)),
            |ctx| Box::pin(shift_change::have_shifts_checked(ctx)),
        ],
        absence_ended: vec![|ctx, away| Box::pin(digests::catch_up(ctx, *away))],
    }
}

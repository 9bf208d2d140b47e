//! The subscribers of the domain events.

use crate::cards::unfurls;
use crate::commands::deferred;
use crate::jobs::ctx::Subscribers;
use crate::jobs::events::ConversationChanged;
use crate::notifications::{absence, digests, posted_digest};
use crate::settings::routes;
use crate::waiting::{absent_owners, auto_assign, shift_change, shift_offer, stale, targets, while_away};

/// Returns the subscribers of the app.
pub(crate) fn all() -> Subscribers {
    Subscribers {
        conversation_changed: vec![
            |ctx, ConversationChanged { card_view, .. }| Box::pin(unfurls::shown_links(ctx, card_view)),
            |ctx, changed| Box::pin(posted_digest::settle_in_digests(ctx, changed)),
            |ctx, changed| Box::pin(auto_assign::after_change(ctx, changed)),
            |ctx, changed| Box::pin(shift_offer::settle_in_offers(ctx, changed)),
        ],
        stored_with_change: vec![|ctx, changed| Box::pin(targets::followed(ctx, changed))],
        channel_closed: vec![|ctx, closed| Box::pin(routes::pause_route(ctx, closed))],
        found_late: vec![absence::keep_missed],
        waits_for_owner: vec![|ctx, waits| Box::pin(digests::have_all_reminded(ctx, waits)), |ctx, waits| {
            Box::pin(auto_assign::have_assigned(ctx, waits))
        }],
        contact_heard: vec![|ctx, heard| Box::pin(absent_owners::check(ctx, heard))],
        availability_changed: vec![|ctx, changed| Box::pin(while_away::follow(ctx, changed)), |ctx, changed| {
            Box::pin(auto_assign::after_availability(ctx, changed))
        }],
        group_changed: vec![|ctx, changed| Box::pin(auto_assign::after_group(ctx, changed)), |ctx, _| {
            Box::pin(shift_change::after_group_change(ctx))
        }],
        polling: vec![
            |ctx| Box::pin(deferred::follow_poll(ctx)),
            |ctx| Box::pin(stale::have_owners_asked(ctx)),
            |ctx| Box::pin(shift_change::have_shifts_checked(ctx)),
        ],
        absence_ended: vec![|ctx, away| Box::pin(digests::catch_up(ctx, *away))],
    }
}

//! The route of a request to the app.

use super::outcome::Ack;
use super::outgoing::OutgoingRequest;
use super::{envelope, post};
use crate::impossible::Impossible;
use crate::shared::Shared;

/// Sends a request, twice if the faults say so, and returns the outcome of the first.
pub(super) async fn send(shared: &Shared, parcel: OutgoingRequest) -> Result<Ack, Impossible> {
    let twice = shared.world(|world| world.faults.slack.deliver_twice);
    let ack = send_once(shared, &parcel).await?;
    if twice {
        let retry = (parcel.path == "/slack/events").then_some("http_timeout");
        send_once(shared, &OutgoingRequest { retry, ..parcel }).await?;
    }
    Ok(ack)
}

/// Sends over a connection of Socket Mode if that is on, otherwise by HTTP.
async fn send_once(shared: &Shared, parcel: &OutgoingRequest) -> Result<Ack, Impossible> {
    let (bot, by_socket) = shared.world(|world| (world.bot.clone(), world.sockets.on));
    if by_socket {
        return Ok(envelope::send(shared, parcel).await);
    }
    let bot = bot.ok_or_else(|| Impossible("the app has no address yet; set one with --bot".to_owned()))?;
    Ok(post::post(shared, &bot, parcel).await)
}

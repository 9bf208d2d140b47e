//! A webhook of dialnote makes the app look at once, and is only a hint.

use insta::assert_snapshot;
use jiff::SignedDuration;
use reqwest::StatusCode;

use crate::support::{Bot, MAYA, Setup, product_with};

const TOLD: Setup = Setup { webhooks: true, ..Setup::USUAL };

#[tokio::test]
async fn a_webhook_makes_a_missed_call_a_card_before_the_next_poll() {
    product_with(TOLD, async |bot| {
        begin(bot).await;
        let conversation = bot.call_in("+14155550999").await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :red_circle: Unassigned · owner by Nov 23, 17:30 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 9:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_webhook_is_looked_up_once() {
    product_with(TOLD, async |bot| {
        begin(bot).await;
        bot.call_in("+14155550999").await;
        bot.settle().await;
        let (looked, (url, body)) = (bot.calls("GET"), last_webhook(bot));
        let again = [("x-dialnote-delivery-id", "another")];
        assert_eq!(post(&url, &again, body).await, StatusCode::OK);
        bot.settle().await;
        assert_eq!(bot.calls("GET"), looked, "it is known");
        assert_eq!(post(&url, &[], "{}".to_owned()).await, StatusCode::OK);
        bot.settle().await;
        assert_eq!(bot.calls("GET"), looked + 1, "what has no name is new");
    })
    .await;
}

#[tokio::test]
async fn there_is_nothing_at_an_address_that_is_guessed() {
    product_with(TOLD, async |bot| {
        begin(bot).await;
        bot.call_in("+14155550999").await;
        bot.settle().await;
        let (looked, (url, body)) = (bot.calls("GET"), last_webhook(bot));
        let guessed = format!("{}{}", url.trim_end_matches(|c: char| c.is_ascii_hexdigit()), "00".repeat(32));
        assert_eq!(post(&guessed, &[], body).await, StatusCode::NOT_FOUND);
        assert_eq!(post(&url, &[], "x".repeat(300 * 1024)).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(post(&url, &[], "[".repeat(10_000)).await, StatusCode::OK, "whatever it says, we only look");
        bot.settle().await;
        assert_eq!(bot.calls("GET"), looked + 1);
    })
    .await;
}

#[tokio::test]
async fn without_webhooks_polling_finds_changes() {
    product_with(TOLD, async |bot| {
        begin(bot).await;
        bot.world(|world| world.dialnote.webhooks.clear());
        let conversation = bot.call_in("+14155550999").await;
        bot.look().await;
        bot.card(&conversation).await;
        assert!(bot.world(|world| world.dialnote.webhooks.is_empty()), "asked a moment ago");
        bot.clock.advance(SignedDuration::from_hours(6));
        bot.look().await;
        assert_eq!(bot.world(|world| world.dialnote.webhooks.len()), 3, "and asked again");
        bot.read_all().await;
    })
    .await;
}

/// Loads everything, and routes the calls of its number to #front-desk.
async fn begin(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    bot.read_all().await;
}

/// Returns the latest webhook's address and body.
fn last_webhook(bot: &Bot) -> (String, String) {
    bot.world(|world| {
        let last = world.deliveries.iter().rfind(|delivery| delivery.kind == "dialnote_webhook");
        last.map(|delivery| (delivery.url.clone(), delivery.body.clone())).expect("a webhook")
    })
}

async fn post(url: &str, headers: &[(&str, &str)], body: String) -> StatusCode {
    let request = reqwest::Client::new().post(url).body(body);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap().status()
}

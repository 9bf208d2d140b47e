//! A channel that becomes shared with another company shows less from then on.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, product};

/// Ana's number on a card: where no one else reads it, and where others do.
const WHOLE: &str = "+1 415 555 0101";
const MASKED: &str = "+1 ••• ••• 0101";

#[tokio::test]
async fn a_setting_about_something_else_hides_nothing_and_shows_nothing() {
    product(async |bot| {
        set(bot, json!(["aloud"])).await;
        take(bot, ANA).await;
        assert!(bot.card(ANA).await.contains(WHOLE));
        share(bot).await;
        assert!(bot.card(ANA).await.contains(MASKED), "the card that stood there, too");
        take(bot, "conv_1002").await;
        assert!(bot.card("conv_1002").await.contains("+1 ••• ••• 0102"));
    })
    .await;
}

#[tokio::test]
async fn without_the_event_it_is_noticed_within_a_minute() {
    product(async |bot| {
        take(bot, ANA).await;
        assert!(bot.card(ANA).await.contains(WHOLE));
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        bot.clock.advance(SignedDuration::from_secs(61));
        take(bot, "conv_1002").await;
        assert!(bot.card("conv_1002").await.contains("+1 ••• ••• 0102"));
        assert!(bot.card(ANA).await.contains(MASKED), "the card that stood there, too");
    })
    .await;
}

#[tokio::test]
async fn a_setting_from_before_the_sharing_does_not_count() {
    product(async |bot| {
        set(bot, json!(["masked"])).await;
        set(bot, json!([])).await;
        take(bot, ANA).await;
        assert!(bot.card(ANA).await.contains(WHOLE));
        share(bot).await;
        assert!(bot.card(ANA).await.contains(MASKED));
        // For a shared channel it applies until the next company joins.
        set(bot, json!([])).await;
        bot.press(MAYA, ANA, "unassign").await;
        bot.read_all().await;
        assert!(bot.card(ANA).await.contains(WHOLE));
        bot.clock.advance(SignedDuration::from_secs(61));
        share(bot).await;
        assert!(bot.card(ANA).await.contains(MASKED));
    })
    .await;
}

/// Lets another company join, and sends Slack's event about it.
async fn share(bot: &mut Bot) {
    bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
    let event = json!({ "type": "channel_shared", "channel": FRONT_DESK, "connected_team_id": "T0OTHER" });
    bot.sandbox.event(event).await.unwrap();
    bot.read_all().await;
}

async fn take(bot: &mut Bot, conversation: &str) {
    bot.slash(LEO, &format!("/dialnote take {conversation}")).await;
    bot.read_all().await;
}

/// Sets the channel's rules as an admin.
async fn set(bot: &mut Bot, channel: Value) {
    bot.slash(MAYA, "/dialnote settings").await;
    let values = json!({
        "reassign": { "reassign": "anyone" }, "done": { "done": "anyone" }, "notes": { "notes": ["handoff"] },
        "answer": { "answer": "15" }, "from": { "from": "09:00" }, "until": { "until": "17:00" },
        "configure": { "configure": ["admins"] }, "channel": { "channel": channel },
    });
    bot.submit(MAYA, values).await;
    bot.read_all().await;
}

#[tokio::test]
async fn a_channel_that_is_set_to_hide_hides_what_stands_there() {
    product(async |bot| {
        bot.look().await;
        take(bot, ANA).await;
        let link = bot.work.links.to(&dialnote_slack::core::ids::ConversationId::new("conv_1002"));
        let ts = bot.say(LEO, FRONT_DESK, &format!("see {link}")).await;
        assert!(bot.unfurled("front-desk", &ts).await.contains("+1 415 555 0102"));
        set(bot, json!(["masked"])).await;
        assert!(bot.card(ANA).await.contains(MASKED));
        assert!(bot.unfurled("front-desk", &ts).await.contains("+1 ••• ••• 0102"), "and the link");
        set(bot, json!([])).await;
        assert!(bot.card(ANA).await.contains(WHOLE));
        assert!(bot.unfurled("front-desk", &ts).await.contains("+1 415 555 0102"));
    })
    .await;
}

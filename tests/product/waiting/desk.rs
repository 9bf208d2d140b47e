//! A channel that gets the cards of the front desk, and assigns what comes in.

use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::Document;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Bot, MAYA, Setup, product_with};

/// Runs a test at ten in the morning, in a channel that gets the cards of the front desk and assigns as `auto` says.
pub async fn desk(auto: Value, test: impl AsyncFnOnce(&mut Bot)) {
    desk_at(Setup::MORNING, auto, test).await;
}

pub async fn desk_at(setup: Setup, auto: Value, test: impl AsyncFnOnce(&mut Bot)) {
    product_with(setup, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        set(bot, "C0FRONT", &json!({ "auto": auto, "remind_within": 0 })).await;
        test(bot).await;
        bot.read_all().await;
    })
    .await;
}

/// Changes the stored settings of a channel's route.
pub async fn set(bot: &Bot, channel: &str, settings: &Value) {
    let team = InstallationId::new(bot.team());
    let kept = bot.work.store.document(&team, "route", channel).await.unwrap().expect("a route");
    let mut body: Value = serde_json::from_str(&kept.body).unwrap();
    body.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    bot.work.store.keep(&team, Document { body: body.to_string(), ..kept }).await.unwrap();
}

pub fn frontdesk(how: &str, most_open: u16) -> Value {
    json!({ "how": how, "pool": { "group": { "id": "S0FRONTDESK", "name": "@frontdesk" } }, "most_open": most_open })
}

/// Lets `count` new contacts call in vain. Returns their conversations.
pub async fn calls(bot: &mut Bot, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for nth in 0..count {
        all.push(bot.missed_call(&format!("+1415555{:04}", 9000 + nth)).await);
    }
    all
}

/// Returns the owners of conversations, by the names of their members.
pub fn owners(bot: &Bot, conversations: &[String]) -> Vec<String> {
    let name = |one: &String| bot.dialnote(one).split(' ').next().unwrap().trim_start_matches("mem_").to_owned();
    conversations.iter().map(name).collect()
}

/// Has a person rest for some minutes.
pub fn rest(bot: &Bot, who: &str, minutes: i64) {
    let until = bot.clock.now() + SignedDuration::from_mins(minutes);
    bot.world(|world| world.person_mut(who).unwrap().undisturbed_until = Some(until));
}

/// Lets minutes pass, with the work that falls due.
pub async fn minutes(bot: &Bot, count: i64) {
    for _ in 0..count {
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.tenants.tick().await.unwrap();
        bot.look().await;
    }
}

pub async fn documents(bot: &Bot, kind: &str) -> usize {
    bot.work.store.documents(&InstallationId::new(bot.team()), kind, 99).await.unwrap().len()
}

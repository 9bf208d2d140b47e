//! A channel that gets the cards of the front desk, and assigns what comes in.

use dialnote_slack::core::ids::InstallationId;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Bot, FRONT_DESK, MAYA, Setup, product_with};

/// Runs a test at ten in the morning, in a channel that gets the cards of the front desk and assigns as `auto` says.
pub async fn desk(auto: Value, test: impl AsyncFnOnce(&mut Bot)) {
    desk_at(Setup::MORNING, auto, test).await;
}

pub async fn desk_at(setup: Setup, auto: Value, test: impl AsyncFnOnce(&mut Bot)) {
    product_with(setup, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        let mut fields = json!({ "remind": { "remind": "0" } });
        fields.as_object_mut().unwrap().extend(auto.as_object().unwrap().clone());
        bot.set_route(MAYA, FRONT_DESK, fields).await;
        test(bot).await;
        bot.read_all().await;
    })
    .await;
}

/// Returns the fields of the window that assign to the group at the front desk.
pub fn frontdesk(how: &str, most_open: u16) -> Value {
    json!({
        "auto": { "auto": how }, "pool_group": { "pool_group": "@frontdesk" },
        "most_open": { "most_open": most_open.to_string() },
    })
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

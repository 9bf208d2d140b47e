//! What a route does so that nothing waits unseen, its settings, and people who are away.

mod absent_owners;
mod auto_assign;
mod availability;
mod desk;
mod escalation;
mod first_calls;
mod preview;
mod returns;
mod settings;
mod shift_change;
mod targets;
mod turns;

use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::Document;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Bot, MAYA};

/// Routes the front desk to its channel, with these settings besides the usual ones.
async fn route_with(bot: &mut Bot, settings: Value) {
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    bot.settle().await;
    change_route(bot, json!({ "digest": "never", "remind_within": 0 })).await;
    change_route(bot, settings).await;
    bot.read_all().await;
}

/// Changes settings of the route of #front-desk.
async fn change_route(bot: &Bot, settings: Value) {
    let team = InstallationId::new(bot.team());
    let channel = bot.world(|world| world.channel("front-desk").unwrap().id.clone());
    let kept = bot.work.store.document(&team, "route", &channel).await.unwrap().unwrap();
    let mut route: Value = serde_json::from_str(&kept.body).unwrap();
    for (name, value) in settings.as_object().unwrap() {
        route[name] = value.clone();
    }
    bot.work.store.keep(&team, Document { body: route.to_string(), ..kept }).await.unwrap();
}

/// Lets hours pass while the app polls dialnote.
async fn hours(bot: &Bot, hours: usize) {
    for _ in 0..hours {
        minutes(bot, 60).await;
    }
}

/// Lets minutes pass while the app polls dialnote. Longer times between polls would count as an absence.
async fn minutes(bot: &Bot, minutes: i64) {
    let end = bot.clock.now() + SignedDuration::from_mins(minutes);
    while bot.clock.now() < end {
        let step = SignedDuration::from_mins(9).min(end.duration_since(bot.clock.now()));
        bot.clock.advance(step);
        bot.poll().await.unwrap();
        bot.settle().await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
    }
}

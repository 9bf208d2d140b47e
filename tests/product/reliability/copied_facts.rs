//! Each instance keeps copies of rules, routes, links and profiles. A change that another instance made holds for the
//! next command.

use std::sync::Arc;

use dialnote_slack::platform::db::Queue;
use dialnote_slack::worker::tenants::Tenants;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

/// Lets an instance work until nothing is due.
async fn works(instance: &Arc<Tenants>) {
    while instance.step(Queue::Work).await.unwrap() | instance.step(Queue::Outbox).await.unwrap() {}
}

/// Types a command that the second instance carries out, and returns the answer.
async fn by_the_second(bot: &mut Bot, second: &Arc<Tenants>, who: &str, line: &str) -> String {
    bot.slash(who, line).await;
    works(second).await;
    bot.answer(who).await
}

#[tokio::test]
async fn a_rule_saved_on_one_instance_holds_on_the_other() {
    product(async |bot| {
        let second = bot.second().await;
        for (rule, expected) in [
            ("anyone", "You took over Ana Lima"),
            ("owner_and_admins", "Only the owner or an admin can reassign Ana Lima."),
            ("anyone", "You took over Ana Lima"),
        ] {
            bot.slash(MAYA, "/dialnote settings").await;
            bot.submit(MAYA, json!({ "reassign": { "reassign": rule } })).await;
            bot.read_all().await;
            let said = by_the_second(bot, &second, ZOE, "/assign @zoe conv_1001").await;
            assert!(said.contains("Ana Lima"), "{rule}: {said}");
            let said = by_the_second(bot, &second, LEO, "/assign @leo conv_1001").await;
            assert!(said.starts_with(expected), "{rule}: {said}");
            bot.slash(MAYA, "/unassign conv_1001").await;
            bot.read_all().await;
        }
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

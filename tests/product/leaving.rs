//! Who leaves does not take along what they own.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Bot, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn what_somebody_leaves_behind_is_put_back_with_one_button() {
    product(async |bot| {
        begin(bot).await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_zoe"));
        bot.clock.advance(SignedDuration::from_mins(61));
        bot.look().await;
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe Park is not there any more and still owns 2 open conversations.
        [Re-queue all]
        ");
        bot.press_private(MAYA, "dm", "requeue", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Unassigned 2 conversations.
        Unassigned Grace Kim (+1 415 555 0106).
        Unassigned Nora Quinn (+1 415 555 0113).
        ");
        assert_eq!(
            (bot.dialnote("conv_1006").as_str(), bot.dialnote("conv_1013").as_str()),
            ("nobody open", "nobody open")
        );
        let said_anew = bot.world(|world| {
            let to_dm = |channel: &str| channel.starts_with('D');
            let calls = world.calls.iter().filter(|call| call.method == "chat.update");
            calls.filter(|call| call.body["channel"].as_str().is_some_and(to_dm)).count()
        });
        assert_eq!(said_anew, 0, "the answer tells of all at once");
        bot.clock.advance(SignedDuration::from_mins(61));
        bot.look().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn so_is_what_belongs_to_a_switched_off_account() {
    product(async |bot| {
        begin(bot).await;
        bot.slash(LEO, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.person_mut(ZOE).unwrap().deleted = true);
        for _ in 0..2 {
            bot.sandbox.event(json!({ "type": "user_change", "user": ZOE })).await.unwrap();
        }
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe is not there any more and still owns 3 open conversations.
        [Re-queue all]
        ");
    })
    .await;
}

#[tokio::test]
async fn who_owned_nothing_leaves_without_a_word() {
    product(async |bot| {
        begin(bot).await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_maya"));
        bot.clock.advance(SignedDuration::from_mins(61));
        bot.look().await;
        assert_eq!(bot.calls("chat.postMessage"), 0);
    })
    .await;
}

async fn begin(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route *").await;
    bot.read_all().await;
}

//! A member who leaves does not keep their conversations.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::people::linking_by_hand::sam_is_in_dialnote;
use crate::support::{Bot, LEO, MAYA, SAM, ZOE, product};

#[tokio::test]
async fn a_former_members_conversations_are_unassigned_with_one_button() {
    product(async |bot| {
        begin(bot).await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_zoe"));
        miss_twice(bot).await;
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe Park left and still owns 3 open or snoozed conversations.
        [Assign all to…] [Unassign all]
        ");
        bot.press_private(MAYA, "dm", "requeue", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Unassigned 3 conversations.
        Unassigned Grace Kim (+1 415 555 0106).
        Unassigned Nora Quinn (+1 415 555 0113).
        Unassigned Priya Shah (+1 415 555 0108).
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
async fn a_deactivated_accounts_conversations_can_be_unassigned() {
    product(async |bot| {
        begin(bot).await;
        bot.slash(LEO, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.person_mut(ZOE).unwrap().deleted = true);
        for _ in 0..2 {
            bot.sandbox.event(json!({ "type": "user_change", "user": ZOE })).await.unwrap();
        }
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe left and still owns 4 open or snoozed conversations.
        [Assign all to…] [Unassign all]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_member_without_conversations_leaves_without_a_message() {
    product(async |bot| {
        begin(bot).await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_maya"));
        miss_twice(bot).await;
        assert_eq!(bot.calls("chat.postMessage"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_account_is_noticed_although_no_command_named_it() {
    product(async |bot| {
        begin(bot).await;
        // By the address in the event.
        bot.world(|world| world.person_mut(ZOE).unwrap().deleted = true);
        bot.sandbox.event(json!({ "type": "user_change", "user": ZOE })).await.unwrap();
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe left and still owns 3 open or snoozed conversations.
        [Assign all to…] [Unassign all]
        ");
        // By a link that was made by hand.
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.slash(MAYA, "/assign @sam conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(50));
        bot.tenants.tick().await.unwrap();
        bot.world(|world| {
            let sam = world.person_mut(SAM).unwrap();
            (sam.deleted, sam.email) = (true, None);
        });
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        assert!(bot.dm(MAYA).await.contains("Sam left and still owns 1 open or snoozed conversation."));
        assert_eq!(bot.calls("users.info"), 3, "only Maya, for each of her changes, and Sam were looked up");
        // That morning's digest waits for the changes before it.
        bot.pass(SignedDuration::from_secs(31)).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_list_of_members_that_came_incomplete_is_looked_at_again() {
    product(async |bot| {
        begin(bot).await;
        let all = bot.world(|world| world.dialnote.members.clone());
        for left in [0, 1] {
            bot.world(|world| world.dialnote.members.truncate(left));
            bot.clock.advance(SignedDuration::from_mins(61));
            bot.look().await;
            bot.world(|world| world.dialnote.members.clone_from(&all));
            bot.clock.advance(SignedDuration::from_secs(61));
            bot.look().await;
        }
        // No one was notified, and they are known as before.
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1001"), "mem_zoe open");
        assert!(!bot.everything().contains("left and still owns"));
    })
    .await;
}

#[tokio::test]
async fn an_empty_list_of_members_is_no_list() {
    product(async |bot| {
        begin(bot).await;
        bot.clock.advance(SignedDuration::from_mins(40));
        bot.slash(MAYA, "/inbox").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(21));
        let all = bot.world(|world| std::mem::take(&mut world.dialnote.members));
        for _ in 0..3 {
            bot.look().await;
            bot.clock.advance(SignedDuration::from_secs(61));
        }
        bot.slash(MAYA, "/done conv_1001").await;
        let answer = bot.answer(MAYA).await;
        assert_eq!(answer, "Marked Ana Lima (+1 415 555 0101) done.", "who was a member still is");
        bot.world(|world| world.dialnote.members = all);
        bot.look().await;
        bot.read_all().await;
        assert!(!bot.everything().contains("left and still owns"));
    })
    .await;
}

/// Lets two polls miss a person, with the required time between them.
async fn miss_twice(bot: &Bot) {
    for wait in [SignedDuration::from_mins(61), SignedDuration::from_secs(61)] {
        bot.clock.advance(wait);
        bot.look().await;
    }
}

async fn begin(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route *").await;
    bot.read_all().await;
}

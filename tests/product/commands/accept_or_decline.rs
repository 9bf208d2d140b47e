//! The new owner accepts or declines an assignment, or is reminded.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, LEO, MAYA, ZOE, product};

const A_QUARTER: SignedDuration = SignedDuration::from_mins(15);

#[tokio::test]
async fn accepted_by_button() {
    product(async |bot| {
        bot.slash(MAYA, "/handoff @zoe conv_1001 call before noon").await;
        bot.read_all().await;
        bot.press_private(ZOE, "dm", "accept", 0).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
          :white_check_mark: You accepted this at 9:00 UTC
        Maya handed a conversation off to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: call before noon
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Zoe accepted this.");
        assert_snapshot!(bot.dm(MAYA).await, @"Zoe accepted Ana Lima.");
        bot.clock.advance(SignedDuration::from_hours(24));
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
    })
    .await;
}

#[tokio::test]
async fn declined_by_button_and_by_command() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.press_private(ZOE, "dm", "give_back", 0).await;
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · You declined this. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe declined Ana Lima. You're the owner again.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        assert_snapshot!(bot.line(ANA).await, @"Zoe declined this. Maya is the owner again.");

        bot.clock.advance(SignedDuration::from_secs(10));
        bot.slash(MAYA, "/handoff @leo conv_1001 for you").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote giveback conv_1001 I am out today").await;
        assert_snapshot!(bot.answer(LEO).await, @"You declined Ana Lima. Maya is the owner again. Maya has been notified and your note was added.");
        bot.read_all().await;
        bot.slash(LEO, "/dialnote giveback conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"There's nothing to accept or decline for Ana Lima: it isn't assigned to you, or you already responded.");
        bot.slash(LEO, "/dialnote accept").await;
        assert_snapshot!(bot.answer(LEO).await, @"You have no pending hand-offs.");
    })
    .await;
}

#[tokio::test]
async fn an_unanswered_handoff_returns_to_the_sender() {
    product(async |bot| {
        bot.world(|world| world.person_mut("zoe").unwrap().tz = "Europe/London".into());
        bot.slash(MAYA, "/handoff @zoe conv_1001 call before noon").await;
        bot.read_all().await;
        bot.pass(A_QUARTER + SignedDuration::from_secs(1)).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Reminder: Maya handed Ana Lima off to you. Accept by 9:30 UTC, or it returns to Maya.
        > Maya: call before noon
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.pass(A_QUARTER + SignedDuration::from_secs(1)).await;
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · You didn't respond in time, so this returned to Maya. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · You didn't respond in time, so this returned to Maya. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(ZOE).await, @"You didn't respond in time, so Ana Lima returned to Maya.");
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe didn't respond in time. You're the owner of Ana Lima again.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Zoe didn't respond in time. Maya is the owner again.");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        assert_snapshot!(bot.card(ANA).await, @"
          :large_blue_circle:  Owner: Maya
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: call before noon
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn no_reminder_comes_outside_working_hours() {
    product(async |bot| {
        // It is 9:00 in London, and 4:00 in New York, where Zoe is.
        bot.slash(MAYA, "/handoff @zoe conv_1001 call before noon").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(5));
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        bot.clock.advance(A_QUARTER + SignedDuration::from_secs(1));
        bot.tenants.tick().await.unwrap();
        assert!(bot.dm(ZOE).await.contains("Reminder: Maya handed"), "a quarter past nine where Zoe is");
        bot.press_private(ZOE, "dm", "accept", 0).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn people_who_keep_every_assignment_are_not_reminded() {
    product(async |bot| {
        bot.world(|world| world.person_mut("zoe").unwrap().tz = "Europe/London".into());
        bot.slash(MAYA, "/handoff @zoe conv_1001 call before noon").await;
        bot.read_all().await;
        bot.open_home(ZOE).await;
        bot.home(ZOE).await;
        bot.press_in(ZOE, "home", "wishes", "").await;
        bot.submit(ZOE, json!({
            "kinds": { "kinds": ["yours", "not_yours", "noted", "answered", "reminder"] }, "keeps": { "keeps": ["keeps"] },
        })).await;
        bot.read_all().await;
        bot.pass(A_QUARTER * 3).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn accept_without_a_conversation_means_the_latest_of_your_own() {
    product(async |bot| {
        bot.slash(MAYA, "/handoff @zoe conv_1001 the first").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(1));
        bot.slash(MAYA, "/handoff @zoe conv_1004 the second").await;
        bot.read_all().await;
        bot.world(|world| world.dialnote.conversation_mut("conv_1004").unwrap().assigned_to = None);
        bot.look().await;
        bot.slash(ZOE, "/dialnote accept").await;
        assert_snapshot!(bot.answer(ZOE).await, @"You accepted Ana Lima. Maya has been notified.");
        bot.read_all().await;
    })
    .await;
}

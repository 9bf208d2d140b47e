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
        Maya handed +1 415 555 0101 (Ana Lima) to you.
        “call before noon”
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
          :white_check_mark: You take care of it.
        [Done] [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Zoe takes care of this.");
        assert_snapshot!(bot.dm(MAYA).await, @"Zoe takes care of +1 415 555 0101 (Ana Lima).");
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
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned +1 415 555 0101 (Ana Lima) to you.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
          :leftwards_arrow_with_hook: You gave it back.
        [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe gave +1 415 555 0101 (Ana Lima) back to you.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        [Done] [Open in dialnote ↗]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        assert_snapshot!(bot.line(ANA).await, @"Zoe gave this back to Maya.");

        bot.clock.advance(SignedDuration::from_secs(10));
        bot.slash(MAYA, "/handoff @leo conv_1001 for you").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote giveback conv_1001 I am out today").await;
        assert_snapshot!(bot.answer(LEO).await, @"You declined Ana Lima. Maya is the owner again. Maya has been notified and your note was added.");
        bot.read_all().await;
        bot.slash(LEO, "/dialnote giveback conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"+1 415 555 0101 (Ana Lima) is not waiting for your answer: nobody gave it to you, or you answered already.");
        bot.slash(LEO, "/dialnote accept").await;
        assert_snapshot!(bot.answer(LEO).await, @"Nothing is waiting for your answer.");
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
        Maya handed +1 415 555 0101 (Ana Lima) to you and waits for your answer.
        “call before noon”
        [Accept] [Give back]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.pass(A_QUARTER + SignedDuration::from_secs(1)).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya handed +1 415 555 0101 (Ana Lima) to you.
        “call before noon”
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
          Returned to Maya, 2026-11-23 09:30 UTC
        [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya handed +1 415 555 0101 (Ana Lima) to you and waits for your answer.
        “call before noon”
          Returned to Maya, 2026-11-23 09:30 UTC
        [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"You did not answer in time, so +1 415 555 0101 (Ana Lima) belongs to Maya again.");
        assert_snapshot!(bot.dm(MAYA).await, @"
        Zoe did not answer in time, so +1 415 555 0101 (Ana Lima) is yours again.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        [Done] [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Zoe did not answer in time; Maya owns this again.");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        assert_snapshot!(bot.card(ANA).await, @"
        # Ana Lima
          +1 415 555 0101 · on Front desk
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        Owner: Maya
        [Hand off] [Assign to… ▾] [Unassign] [Snooze] [Done] [History] [Open in dialnote ↗]
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
        assert!(bot.dm(ZOE).await.contains("waits for your answer"), "a quarter past nine where Zoe is");
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

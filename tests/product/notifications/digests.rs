//! Digests: unassigned conversations each morning, and after downtime.

use std::time::Duration;

use dialnote_slack::platform::db::{Queue, Verdict};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, Setup, product, product_with};

const LEASE: Duration = Duration::from_secs(30);
const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(31);

#[tokio::test]
async fn each_working_morning_a_channel_gets_a_digest() {
    // Five to nine in Maya's Los Angeles, on a Friday.
    let friday = Setup { now: "2026-11-27T16:55:00Z", ..Setup::USUAL };
    product_with(friday, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(4)).await;
        assert_eq!(bot.posts("front-desk").len(), 1, "only the card");
        bot.pass(SignedDuration::from_mins(2)).await;
        assert_snapshot!(bot.posts("front-desk").pop().unwrap(), @"
        # Good morning · 4 unassigned
        :red_circle: Marta Silva · +1 415 555 0110
        :speech_balloon: Text message · Nov 27, 13:55 UTC · Front desk · “Running ten minutes late, sorry!” [Take it]
        🔴 <script>alert(1)</script> <!channel> · +1 415 555 0109
        💬 Text message · Nov 27, 14:55 UTC · Front desk · “*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:” [Take it]
        :red_circle: +1 415 555 0105
        :telephone_receiver: Missed call · Nov 27, 16:03 UTC · Front desk [Take it]
        :red_circle: Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 27, 16:40 UTC · Front desk · “Hi, this is Robert Hale. My crown came loose last night, could I come in today?” [Take it]
        ---
          Open now: Zoe 2 · Leo 1
        [Show all unassigned] [My conversations]
        ");
        bot.clock.advance(SignedDuration::from_hours(48));
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        assert_eq!(bot.posts("front-desk").len(), 2, "nobody works on Sundays");
        bot.clock.advance(SignedDuration::from_hours(24));
        bot.pass(HALF_A_MINUTE + SignedDuration::from_secs(2)).await;
        assert_eq!(bot.posts("front-desk").len(), 3);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn taking_a_conversation_in_the_digest_is_answered() {
    let friday = Setup { now: "2026-11-27T16:59:30Z", ..Setup::USUAL };
    product_with(friday, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(1)).await;
        bot.press_in_digest(LEO, "take", ANA).await;
        assert_snapshot!(bot.answer(LEO).await, @"You took Ana Lima (+1 415 555 0101).");
        assert!(bot.card(ANA).await.contains("Owner: Leo"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_shows_less_has_a_digest_that_does_and_its_morning_begins_when_the_rules_say() {
    let friday = Setup { now: "2026-11-27T15:59:30Z", ..Setup::USUAL };
    product_with(friday, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(
            MAYA,
            json!({
                "reassign": { "reassign": "anyone" }, "done": { "done": "anyone" }, "notes": { "notes": ["handoff"] },
                "answer": { "answer": "15" }, "from": { "from": "08:00" }, "until": { "until": "17:00" },
                "configure": { "configure": ["admins"] }, "channel": { "channel": ["masked"] },
            }),
        )
        .await;
        bot.slash(MAYA, "/snooze conv_1001 3h").await;
        bot.look().await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(1)).await;
        let digest = bot.posts("front-desk").pop().unwrap();
        assert!(digest.contains("+1 ••• ••• 0102"), "{digest}");
        assert!(!digest.contains("415 555 0102") && digest.contains("Back today: Ana Lima at "), "{digest}");
    })
    .await;
}

#[tokio::test]
async fn after_a_long_absence_there_is_one_summary_and_no_flood() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(5));
        for n in 0..9 {
            bot.call_in(&format!("+1415555080{n}")).await;
        }
        bot.in_dialnote(json!({ "conversation": ANA, "assignedToId": null })).await;
        bot.clock.advance(HALF_A_MINUTE);
        bot.settle().await;
        assert!(bot.card(ANA).await.contains(":red_circle: Unassigned"));
        assert!(bot.dm(LEO).await.contains("1 change concerns you:"));
        let posts = bot.posts("front-desk");
        assert_eq!(posts.len(), 2, "the card and the summary");
        assert_snapshot!(posts[1].lines().next().unwrap(), @"The app was offline from 9:00 UTC to 14:00 UTC and has caught up. 16 unassigned conversations, oldest first:");
    })
    .await;
}

#[tokio::test]
async fn a_digest_shows_what_happened_since() {
    let friday = Setup { now: "2026-11-27T16:59:30Z", ..Setup::USUAL };
    product_with(friday, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route Billing").await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(1)).await;
        bot.press_in_digest(LEO, "take", "conv_1004").await;
        bot.read_all().await;
        bot.in_dialnote(json!({ "conversation": "conv_1012", "assignedToId": "mem_zoe" })).await;
        bot.read_all().await;
        let digest = |bot: &Bot| bot.posts("front-desk").into_iter().find(|post| post.starts_with("# Good morning"));
        assert_snapshot!(digest(bot).unwrap(), @"
        # Good morning · 2 unassigned
        :white_check_mark: Lucía Fernández · Assigned to Zoe in dialnote.
        :white_check_mark: Robert Nguyen · Leo took this.
        ---
          Open now: Leo 1
        [Show all unassigned] [My conversations]
        ");
        bot.slash(LEO, "/unassign conv_1004").await;
        bot.read_all().await;
        assert!(digest(bot).unwrap().contains(":red_circle: Robert Nguyen · "), "it waits again");
        bot.pass(SignedDuration::from_mins(1)).await;
    })
    .await;
}

#[tokio::test]
async fn a_digest_that_was_given_up_comes_again() {
    let friday = Setup { now: "2026-11-27T16:59:30Z", ..Setup::USUAL };
    product_with(friday, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route Billing").await;
        bot.read_all().await;
        // Its job is lost, as if nothing had worked for a day.
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.tenants.tick().await.unwrap();
        let jobs = bot.work.store.claim(Queue::Work, 9, bot.clock.now(), LEASE).await.unwrap();
        for job in jobs {
            let cause = "on purpose".to_owned();
            bot.work.store.settle(&job, Verdict::Dead { cause }, Vec::new(), bot.clock.now()).await.unwrap();
        }
        bot.expect_dead(1);
        let digests = |bot: &Bot| bot.posts("front-desk").iter().filter(|post| post.contains("oldest first")).count();
        for _ in 0..24 * 8 {
            bot.clock.advance(SignedDuration::from_hours(1));
            bot.look().await;
            bot.tenants.tick().await.unwrap();
            bot.settle().await;
        }
        assert!(digests(bot) > 0);
        bot.read_all().await;
    })
    .await;
}

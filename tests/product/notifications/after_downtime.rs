//! After downtime each channel gets one summary, and each person one message about their own conversations.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Bot, LEO, MAYA, Setup, ZOE, product, product_with};

/// Longer than the app takes to read what happened while it was away.
const CAUGHT_UP: SignedDuration = SignedDuration::from_secs(31);

/// Sets up a workspace in which Leo owns `conv_1003` and has snoozed it for 20 minutes, and which the app has read.
async fn begin(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route *").await;
    bot.slash(LEO, "/assign @leo conv_1003").await;
    bot.slash(LEO, "/snooze conv_1003 20m").await;
    bot.read_all().await;
}

fn summaries(bot: &Bot) -> Vec<String> {
    let posts = bot.posts("front-desk").into_iter();
    posts.filter(|post| post.contains("oldest first") || post.starts_with("Good morning")).collect()
}

#[tokio::test]
async fn each_person_gets_one_summary_of_their_own_conversations() {
    product(async |bot| {
        begin(bot).await;
        bot.clock.advance(SignedDuration::from_mins(25));
        bot.sandbox.change_in_dialnote(&json!({ "conversation": "conv_1006", "assignedToId": "mem_leo" })).unwrap();
        bot.restart().await;
        bot.look().await;
        bot.clock.advance(CAUGHT_UP);
        assert_snapshot!(bot.dm(LEO).await, @"
        The app was offline from 9:00 UTC to 9:25 UTC and has caught up. 2 changes concern you:
        ---
        Snooze ended: Diana Okafor. You own it.
        Diana Okafor · +1 415 555 0103
        :speech_balloon: Text message sent · Nov 23, 7:50 UTC · Billing
        > We are asking them and will write to you today.
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ---
        Grace Kim was assigned to you in dialnote.
        Grace Kim · +1 415 555 0106 · Kim Orthodontics
        :speech_balloon: Text message · Nov 23, 7:56 UTC · Front desk
        > Can you send Tuesday's scans to our office?
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        let lost = bot.dm(ZOE).await;
        assert!(lost.contains("1 change concerns you:") && lost.contains("You're no longer the owner."), "{lost}");
        assert_eq!(summaries(bot).len(), 1);
        assert_snapshot!(summaries(bot)[0].lines().next().unwrap(), @"The app was offline from 9:00 UTC to 9:25 UTC and has caught up. 7 unassigned conversations, oldest first:");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_summary_follows_preferences_and_counts_the_rest() {
    product(async |bot| {
        begin(bot).await;
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.open_home(ZOE).await;
        bot.home(ZOE).await;
        bot.press_in(ZOE, "home", "wishes", "").await;
        bot.submit(ZOE, json!({ "kinds": { "kinds": ["yours"] } })).await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(2));
        for n in 0..13 {
            let conversation = bot.call_in(&format!("+1415555080{n:02}")).await;
            let owner = json!({ "conversation": conversation, "assignedToId": "mem_zoe" });
            bot.sandbox.change_in_dialnote(&owner).unwrap();
        }
        bot.sandbox.change_in_dialnote(&json!({ "conversation": "conv_1001", "assignedToId": null })).unwrap();
        bot.look().await;
        bot.clock.advance(CAUGHT_UP);
        let told = bot.dm(ZOE).await;
        assert!(told.contains("13 changes concern you:") && told.contains("And 3 more. Type /inbox"), "{told}");
        assert!(!told.contains("no longer the owner"), "{told}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_morning_that_begins_with_an_absence_has_one_summary() {
    let night = Setup { now: "2026-11-27T10:00:00Z", ..Setup::USUAL };
    product_with(night, async |bot| {
        begin(bot).await;
        // Work begins at 9 in California.
        bot.clock.advance(SignedDuration::from_hours(8));
        bot.call_in("+14155550801").await;
        bot.restart().await;
        // Its digest is due before anything is read.
        bot.pass(SignedDuration::from_secs(2)).await;
        bot.look().await;
        bot.pass(SignedDuration::from_mins(3)).await;
        bot.read_all().await;
        assert_eq!(summaries(bot).len(), 1, "{:?}", summaries(bot));
        assert!(summaries(bot)[0].starts_with("The app was offline from"));
        assert!(summaries(bot)[0].contains("Open now: "), "and it is the morning's");
    })
    .await;
}

#[tokio::test]
async fn a_reminder_that_is_due_then_is_part_of_it() {
    let day = Setup { now: "2026-11-27T17:30:00Z", ..Setup::USUAL };
    product_with(day, async |bot| {
        begin(bot).await;
        bot.missed_call("+14155550801").await;
        bot.read_all().await;
        let before = summaries(bot).len();
        bot.clock.advance(SignedDuration::from_hours(1));
        bot.call_in("+14155550802").await;
        bot.restart().await;
        bot.pass(SignedDuration::from_secs(2)).await;
        bot.look().await;
        bot.pass(SignedDuration::from_mins(5)).await;
        bot.read_all().await;
        let told = summaries(bot);
        assert_eq!(told.len(), before + 1, "{told:#?}");
        assert!(told.last().unwrap().starts_with("The app was offline from"));
    })
    .await;
}

#[tokio::test]
async fn where_dialnote_could_not_be_reached_that_is_said() {
    product(async |bot| {
        begin(bot).await;
        bot.world(|world| world.faults.dialnote.down = true);
        for _ in 0..4 {
            bot.clock.advance(SignedDuration::from_mins(5));
            bot.poll().await.unwrap_err();
        }
        bot.world(|world| world.faults.dialnote.down = false);
        bot.call_in("+14155550801").await;
        bot.look().await;
        bot.clock.advance(CAUGHT_UP);
        bot.read_all().await;
        assert!(summaries(bot)[0].starts_with("dialnote couldn't be reached from"), "{:?}", summaries(bot));
    })
    .await;
}

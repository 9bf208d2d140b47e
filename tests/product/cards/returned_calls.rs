//! Missed calls and unanswered messages on a card: how many there were, and who called back.

use dialnote_sandbox::Incoming;
use dialnote_slack::core::ids::{ConversationId, InstallationId};
use dialnote_slack::platform::db::Snapshot;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

const CALLER: &str = "+14155550999";
const FRONT_DESKS: &str = "+14155550100";

#[tokio::test]
async fn calls_are_counted_until_a_call_back() {
    product(async |bot| {
        let conversation = begin(bot).await;
        bot.press(LEO, &conversation, "take").await;
        bot.read_all().await;
        bot.missed_call(CALLER).await;
        bot.missed_call(CALLER).await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :large_blue_circle:  Owner: Leo · took it Nov 23, 9:00 UTC · answer by Nov 23, 19:00 UTC
        +1 415 555 0999
        :telephone_receiver: 3 missed calls · last Nov 23, 9:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        call_back(bot, Some("leo")).await;
        assert_snapshot!(bot.line(&conversation).await, @"Leo called back.");
        assert_snapshot!(bot.card(&conversation).await, @"
          :large_blue_circle:  Owner: Leo · took it Nov 23, 9:00 UTC
        +1 415 555 0999
        :leftwards_arrow_with_hook: Called back by Leo · Nov 23, 9:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        bot.press(LEO, &conversation, "unassign").await;
        bot.read_all().await;
        assert!(bot.card(&conversation).await.contains("Called back by Leo"), "also after a command");
    })
    .await;
}

#[tokio::test]
async fn a_call_back_that_two_polls_find_is_posted_once() {
    product(async |bot| {
        let conversation = begin(bot).await;
        let (installation, id) = (InstallationId::new(bot.team()), ConversationId::new(&conversation));
        let before = bot.work.store.snapshot(&installation, &id).await.unwrap().unwrap();
        call_back(bot, Some("leo")).await;
        assert_snapshot!(bot.line(&conversation).await, @"Leo called back.");
        let replies = |bot: &Bot| bot.world(|world| world.messages.iter().filter(|m| m.is_reply()).count());
        let told = replies(bot);
        // The other poll read the same list before the first one stored what it had seen.
        bot.clock.advance(SignedDuration::from_secs(1));
        let before = Snapshot { at: bot.clock.now(), ..before };
        bot.work.store.put_snapshots(&installation, vec![before]).await.unwrap();
        bot.clock.advance(SignedDuration::from_secs(1));
        bot.look().await;
        assert_eq!(replies(bot), told);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_back_by_an_unknown_person_counts() {
    product(async |bot| {
        let conversation = begin(bot).await;
        call_back(bot, None).await;
        assert_snapshot!(bot.line(&conversation).await, @"Called back from dialnote.");
        let card = bot.card(&conversation).await;
        assert!(
            card.ends_with("[Done] [Take it] [⋯ Assign to… · Snooze… · Add note… · History · Open in dialnote]"),
            "{card}"
        );
        call_back(bot, Some("zoe")).await;
        assert!(!bot.card(&conversation).await.contains("Called back"), "who calls again answers nobody");
    })
    .await;
}

#[tokio::test]
async fn a_text_message_waits_until_it_is_answered() {
    product(async |bot| {
        bot.look().await;
        bot.slash(ZOE, "/dialnote take conv_1010").await;
        bot.read_all().await;
        write(bot, "+14155550110", FRONT_DESKS, "Still late, sorry").await;
        assert!(bot.card("conv_1010").await.contains("2 text messages"));
        write(bot, FRONT_DESKS, "+14155550110", "No problem.").await;
        assert_snapshot!(bot.line("conv_1010").await, @"Replied from dialnote.");
        assert_snapshot!(bot.card("conv_1010").await, @"
          :large_blue_circle:  Owner: Zoe · took it Nov 23, 9:00 UTC
        Marta Silva · +1 415 555 0110
        :leftwards_arrow_with_hook: Answered · Nov 23, 9:00 UTC · Front desk
        > No problem.
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_call_after_done_makes_a_new_card() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(LEO, "/done conv_1001").await;
        bot.slash(MAYA, "/dialnote take conv_1002").await;
        bot.read_all().await;
        bot.missed_call("+14155550101").await;
        let posts = bot.posts("front-desk");
        assert_snapshot!(posts.join("\n\n"), @"
        Ana Lima got in touch again · Go to the new card

          :large_blue_circle:  Owner: Maya · took it Nov 23, 9:00 UTC
        Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk
        > Hi, this is Robert Hale. My crown came loose last night, could I come in today?
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]

          :large_blue_circle:  Owner: Leo
        Ana Lima · +1 415 555 0101
        :telephone_receiver: 2 missed calls · last Nov 23, 9:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Ana Lima got in touch again and is open.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Ana Lima got in touch again and is open. You own it.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: 2 missed calls · last Nov 23, 9:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        bot.press(LEO, ANA, "unassign").await;
        bot.read_all().await;
        assert!(bot.card(ANA).await.contains(":red_circle: Unassigned"));
        assert_eq!(bot.posts("front-desk").len(), 3, "the new card is kept true, where it stands");
    })
    .await;
}

#[tokio::test]
async fn a_masked_channel_hides_the_number_of_a_call_after_done() {
    product(async |bot| {
        let conversation = begin(bot).await;
        bot.slash(MAYA, "/dialnote settings").await;
        let masked = json!({
            "reassign": { "reassign": "anyone" }, "done": { "done": "anyone" }, "notes": { "notes": [] },
            "answer": { "answer": "0" }, "remind": { "remind": "0" }, "from": { "from": "09:00" },
            "until": { "until": "17:00" }, "configure": { "configure": ["admins"] },
            "channel": { "channel": ["masked"] },
        });
        bot.submit(MAYA, masked).await;
        bot.slash(LEO, &format!("/done {conversation}")).await;
        bot.read_all().await;
        bot.missed_call(CALLER).await;
        assert_snapshot!(bot.line(&conversation).await, @"The contact got in touch again and is open.");
        let posts = bot.posts("front-desk");
        assert!(posts[0].contains("got in touch again"), "{posts:?}");
        assert!(!posts.join("\n").contains("415 555 0999"), "{posts:?}");
    })
    .await;
}

/// Posts to #front-desk the card of a contact with a missed call.
async fn begin(bot: &mut Bot) -> String {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    let conversation = bot.missed_call(CALLER).await;
    bot.read_all().await;
    conversation
}

async fn call_back(bot: &Bot, who: Option<&str>) {
    let (from, to) = (FRONT_DESKS.to_owned(), CALLER.to_owned());
    come(bot, Incoming { kind: "call".to_owned(), from, to, text: None, who: who.map(str::to_owned) }).await;
}

async fn write(bot: &Bot, from: &str, to: &str, text: &str) {
    let (from, to, text) = (from.to_owned(), to.to_owned(), Some(text.to_owned()));
    come(bot, Incoming { kind: "sms".to_owned(), from, to, text, who: None }).await;
}

async fn come(bot: &Bot, incoming: Incoming) {
    bot.clock.advance(SignedDuration::from_secs(1));
    bot.sandbox.incoming(incoming).await.unwrap();
    bot.look().await;
}

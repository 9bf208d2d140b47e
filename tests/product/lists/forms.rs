//! Forms, and commands without a conversation that open one.

use std::fmt::Write;

use dialnote_slack::core::ids::{ConversationId, InstallationId};
use dialnote_slack::platform::db::Snapshot;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{ANA, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn a_command_without_a_conversation_opens_a_form() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/assign @zoe").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Assign]]
        Conversation*: [Name, number or company ▾]
        New owner*: [Zoe ▾]
        Note: [___]
        ");
        let empty = bot.submit(MAYA, json!({ "which": { "which": null }, "to": { "to": "zoe" } })).await;
        assert_snapshot!(empty.field_errors["which"], @"Please complete this required field.");
        assert_eq!(bot.search(MAYA, "window", "which", "ana l").await, ["Ana Lima · +1 415 555 0101"]);
        bot.submit(MAYA, json!({ "which": { "which": ANA }, "to": { "to": "zoe" }, "note": { "note": "hello" } })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn each_form_asks_for_what_its_command_needs() {
    product(async |bot| {
        bot.poll().await.unwrap();
        let mut forms = String::new();
        for typed in ["/done", "/dialnote note", "/snooze tomorrow", "/dialnote take", "/handoff @leo"] {
            bot.slash(MAYA, typed).await;
            write!(forms, "{typed}\n{}\n\n", bot.window(MAYA).await).unwrap();
            bot.close(MAYA).await;
        }
        assert_snapshot!(forms, @"
        /done
        [[Mark done]]
        Conversation*: [Name, number or company ▾]
        Note: [___]

        /dialnote note
        [[Add note]]
        Conversation*: [Name, number or company ▾]
        Note*: [___]

        /snooze tomorrow
        [[Snooze]]
        Conversation*: [Name, number or company ▾]
          Until Nov 24, 17:00 UTC, unless you choose another time
        When should it reopen?: [Choose a time ▾]
        Or at this time: [date and time]

        /dialnote take
        [[Take it]]
        Conversation*: [Name, number or company ▾]

        /handoff @leo
        [[Hand off]]
        Conversation*: [Name, number or company ▾]
        New owner*: [Leo ▾]
        Note*: [___]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_form_keeps_the_typed_words() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/snooze 2h").await;
        bot.search(MAYA, "window", "which", "ana").await;
        bot.submit(MAYA, json!({ "which": { "which": ANA } })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Snoozed Ana Lima (+1 415 555 0101) until Nov 23, 11:00 UTC.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_offers_those_of_the_channels_number_first() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash_in("billing", MAYA, "/dialnote route Billing").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote take").await;
        assert_eq!(
            bot.search(MAYA, "window", "which", "robert").await,
            ["Robert Hale · +1 415 555 0102", "Robert Nguyen · +1 415 555 0104"]
        );
        bot.close(MAYA).await;
        bot.slash_in("billing", MAYA, "/dialnote take").await;
        assert_eq!(
            bot.search(MAYA, "window", "which", "robert").await,
            ["Robert Nguyen · +1 415 555 0104", "Robert Hale · +1 415 555 0102"]
        );
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_suggests_the_least_busy_person() {
    product(async |bot| {
        bot.poll().await.unwrap();
        for who in [MAYA, LEO, ZOE] {
            bot.slash(who, "/inbox").await;
        }
        bot.read_all().await;
        bot.slash(MAYA, "/inbox ana lima").await;
        bot.read_all().await;
        bot.press_private(MAYA, "front-desk", "assign", 0).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Assign]]
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
          :red_circle: Unassigned
        New owner*: [Search teammates ▾]
        Note: [___]
        ");
        bot.submit(MAYA, json!({ "to": { "to": ZOE } })).await;
        assert_snapshot!(bot.answer(MAYA).await.lines().next().unwrap_or_default(), @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_becomes_a_note_once() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        let card =
            bot.world(|world| world.messages.iter().rfind(|m| m.to.is_none() && !m.is_reply()).unwrap().ts.clone());
        let said = bot.say_in_thread(LEO, "front-desk", &card, "She prefers <b>mornings</b> & tea").await;
        bot.shortcut(ZOE, "note_message", Some(("front-desk", &said))).await;
        assert_snapshot!(bot.line(ANA).await, @"
        Zoe added a note.
        > Leo: She prefers <b>mornings</b> & tea
        ");
        bot.shortcut(ZOE, "note_message", Some(("front-desk", &said))).await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        This message is already a note on Ana Lima. Nothing changed.
        > Your note (not saved): Leo: She prefers <b>mornings</b> & tea
        ");
        assert_eq!(bot.notes(ANA).len(), 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_about_an_unknown_conversation_is_filled_in_a_moment_later() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox ana lima").await;
        bot.read_all().await;
        let gone = Snapshot { conversation: ConversationId::new(ANA), at: bot.clock.now(), body: String::new() };
        bot.work.store.put_snapshots(&InstallationId::new("T0ACME"), vec![gone]).await.unwrap();
        bot.press_private(MAYA, "front-desk", "note", 0).await;
        let waiting = bot.world(|world| world.modals[0].body["blocks"][0]["text"]["text"].clone());
        assert_eq!(waiting, "Loading the conversation…");
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Add note]]
        Ana Lima
        Note*: [___]
        ");
        bot.submit(MAYA, json!({ "note": { "note": "prefers mornings" } })).await;
        bot.read_all().await;
        assert_eq!(bot.notes(ANA).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_hands_off_the_conversation_it_links_to() {
    product(async |bot| {
        bot.poll().await.unwrap();
        let link = bot.work.links.to(&ConversationId::new("conv_1002"));
        let said = bot.say(MAYA, "front-desk", &format!("who takes {link} ?")).await;
        bot.read_all().await;
        bot.shortcut(MAYA, "hand_off_message", Some(("front-desk", &said))).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Hand off]]
        Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk
          :red_circle: Unassigned
        New owner*: [Search teammates ▾]
        Note*: [___]
        ");
        bot.close(MAYA).await;
    })
    .await;
}

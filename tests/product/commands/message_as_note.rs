//! *Add as note*: a message's words become a note unchanged, or are refused.

use dialnote_sandbox::{ChannelKind, Message};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

/// Writes in the thread of Ana's card as a person, and makes it a note as Zoe.
async fn note(bot: &mut Bot, text: &str, change: impl FnOnce(&mut Message)) {
    let card = bot.world(|world| world.messages.iter().find(|m| m.to.is_none() && !m.is_reply()).unwrap().ts.clone());
    let said = bot.say_in_thread(LEO, FRONT_DESK, &card, text).await;
    bot.world(|world| change(world.messages.iter_mut().find(|message| message.ts == said).unwrap()));
    bot.read_all().await;
    bot.shortcut(ZOE, "note_message", Some((FRONT_DESK, &said))).await;
}

/// Returns the words of the last note about Ana.
fn words(bot: &Bot) -> String {
    let notes = bot.notes(ANA);
    notes.last().and_then(|note| note.split("\n\n— ").next()).unwrap_or_default().to_owned()
}

async fn with_card(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote take conv_1001").await;
    bot.read_all().await;
}

#[tokio::test]
async fn a_message_without_text_is_read_from_its_blocks_and_files() {
    product(async |bot| {
        with_card(bot).await;
        let rich = json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [
            { "type": "text", "text": "only in blocks, says " }, { "type": "user", "user_id": "U0MAYA" },
        ] }] });
        note(bot, "x", |message| (message.text, message.blocks) = (String::new(), vec![rich])).await;
        bot.read_all().await;
        assert_eq!(words(bot), "Leo: only in blocks, says @Maya");
        let file = json!({ "id": "F1", "title": "Offer for Ana.pdf" });
        note(bot, "x", |message| (message.text, message.files) = (String::new(), vec![file])).await;
        bot.read_all().await;
        assert_eq!(words(bot), "Leo: Offer for Ana.pdf");
    })
    .await;
}

#[tokio::test]
async fn people_and_channels_have_their_names() {
    product(async |bot| {
        with_card(bot).await;
        let billing = bot.world(|world| world.channel("billing").unwrap().id.clone());
        let text = format!("call <@U0MAYA> in <#{billing}> &lt;today&gt;, not <@U0NOBODY>");
        note(bot, "x", |message| message.text = text).await;
        bot.read_all().await;
        assert_eq!(words(bot), "Leo: call @Maya in #billing <today>, not @someone");
        // Only members of a private channel know its name.
        bot.world(|world| world.channel_mut("billing").unwrap().kind = ChannelKind::Private);
        note(bot, "x", |message| message.text = format!("see <#{billing}|>")).await;
        bot.read_all().await;
        assert_eq!(words(bot), "Leo: see #channel");
    })
    .await;
}

#[tokio::test]
async fn a_note_too_long_for_dialnote_is_refused_and_not_cut() {
    product(async |bot| {
        with_card(bot).await;
        note(bot, "x", |message| message.text = "é".repeat(4_900)).await;
        bot.read_all().await;
        assert_eq!(words(bot), format!("Leo: {}", "é".repeat(4_900)));
        note(bot, "x", |message| message.text = "a ".repeat(3_000)).await;
        assert_snapshot!(bot.answer(ZOE).await, @"The note has 6004 characters, and dialnote accepts 5000. Shorten it and try again.");
        assert_eq!(bot.notes(ANA).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_long_one_fills_both_fields_of_the_form() {
    product(async |bot| {
        bot.look().await;
        let said = bot.say(LEO, FRONT_DESK, "x").await;
        let long = "0123456789".repeat(450);
        bot.world(|world| world.messages.last_mut().unwrap().text.clone_from(&long));
        bot.shortcut(ZOE, "note_message", Some((FRONT_DESK, &said))).await;
        let fields = bot.world(|world| {
            let blocks = world.modals[0].body["blocks"].as_array().unwrap();
            let value = |block: &Value| block["element"]["initial_value"].as_str().map(str::to_owned);
            blocks.iter().filter_map(value).collect::<Vec<_>>()
        });
        assert_eq!(fields.concat(), format!("Leo: {long}"));
        let (first, second) = (&fields[0], &fields[1]);
        let values = json!({ "which": { "which": ANA }, "note": { "note": first }, "more": { "more": second } });
        bot.search(ZOE, "window", "which", "ana lima").await;
        bot.submit(ZOE, values).await;
        bot.read_all().await;
        assert_eq!(words(bot), format!("Leo: {long}"));
    })
    .await;
}

#[tokio::test]
async fn the_apps_own_messages_and_empty_ones_are_refused() {
    product(async |bot| {
        with_card(bot).await;
        let posted = bot.world(|world| {
            let visible = world.messages.iter().filter(|message| message.to.is_none() && message.author != "U0LEO");
            visible.map(|message| (message.channel.clone(), message.ts.clone())).collect::<Vec<_>>()
        });
        assert!(posted.len() > 1, "a card and a line");
        let front_desk = bot.world(|world| world.channel(FRONT_DESK).unwrap().id.clone());
        for (_, ts) in posted.iter().filter(|(channel, _)| *channel == front_desk) {
            bot.shortcut(ZOE, "note_message", Some((FRONT_DESK, ts))).await;
            let answer = bot.answer(ZOE).await;
            assert_eq!(answer, "The app wrote this message, so it can't be added as a note. Choose a message that someone wrote.");
        }
        note(bot, "x", |message| message.text = " \u{200b}\n".into()).await;
        assert_snapshot!(bot.answer(ZOE).await, @"This message has no text to add as a note. Type the note with `/dialnote note`.");
        assert_eq!(bot.notes(ANA), [""; 0]);
        assert_eq!(bot.form(ZOE), None);
    })
    .await;
}

#[tokio::test]
async fn a_note_names_its_writer_where_known() {
    product(async |bot| {
        with_card(bot).await;
        note(bot, "moved the meeting", |message| message.author = "U0NOBODY".into()).await;
        bot.read_all().await;
        assert_eq!(words(bot), "From Slack: moved the meeting");
        note(bot, "hi", |message| message.author = "U0SAM".into()).await;
        bot.read_all().await;
        assert_eq!(words(bot), "Sam: hi");
    })
    .await;
}

//! dialnote's notes are the comments of the object, both ways.

use dialnote_sandbox::{ReadComments, WriteComment};
use serde_json::{Value, json};

use super::drawing::{link, open, pane};
use crate::support::{ANA, Bot, MAYA, SAM, ZOE, product};

async fn comments(bot: &Bot, who: &str) -> Vec<String> {
    let read = ReadComments { who: who.to_owned(), ..ReadComments::default() };
    bot.sandbox.read_comments(read).await.unwrap();
    bot.settle().await;
    listed(bot, who)
}

fn listed(bot: &Bot, who: &str) -> Vec<String> {
    let pane = bot.sandbox.pane(who).unwrap();
    let comments = pane["comments"]["list"].as_array().or_else(|| pane["comments"].as_array()).cloned();
    let words = |comment: &Value| {
        let sender = &comment["sender"];
        let sender = sender["user_id"].as_str().or_else(|| sender["text"].as_str()).unwrap_or_default().to_owned();
        format!("{sender}: {}", comment["comment"]["value"].as_str().unwrap_or_default())
    };
    comments.unwrap_or_default().iter().map(words).collect()
}

#[tokio::test]
async fn notes_are_comments_and_comments_are_notes() {
    product(async |bot| {
        bot.in_dialnote(json!({ "conversation": ANA, "note": "prefers mornings" })).await;
        bot.slash(MAYA, "/dialnote note conv_1001 asked for a quote").await;
        bot.read_all().await;
        let ts = link(bot, MAYA, ANA).await;
        open(bot, ZOE, &ts).await;
        pane(bot, ZOE).await;
        assert_eq!(comments(bot, ZOE).await, ["dialnote: prefers mornings", "U0MAYA: asked for a quote"]);

        let write = WriteComment { who: ZOE.to_owned(), text: "tell @leo".to_owned(), ..WriteComment::default() };
        bot.sandbox.write_comment(write).await.unwrap();
        bot.read_all().await;
        assert!(bot.notes(ANA).concat().contains("tell @Leo"), "{:?}", bot.notes(ANA));
        assert_eq!(listed(bot, ZOE).last().map(String::as_str), Some("U0ZOE: tell @Leo"));
        assert_eq!(comments(bot, ZOE).await.len(), 3, "the posted comment isn't listed twice");
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_not_linked_reads_no_notes() {
    product(async |bot| {
        bot.in_dialnote(json!({ "conversation": ANA, "note": "prefers mornings" })).await;
        let ts = link(bot, MAYA, ANA).await;
        open(bot, SAM, &ts).await;
        pane(bot, SAM).await;
        let read = ReadComments { who: SAM.to_owned(), ..ReadComments::default() };
        if bot.sandbox.read_comments(read).await.is_ok() {
            bot.settle().await;
        }
        assert!(!bot.sandbox.pane(SAM).unwrap().to_string().contains("prefers mornings"));
    })
    .await;
}

//! Names, notes and messages come from outside and stay text: random ones, full of Slack's markup, and a check of every
//! word that the app sent.

use dialnote_sandbox::{Click, Kind, Service};
use dialnote_slack::core::ids::ConversationId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::support::{Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

/// A mark in every text from outside, by which it is found again.
const OUTSIDE: &str = "zqx";

/// Texts with a meaning to Slack, or hard to show.
const NASTY: [&str; 24] = [
    "<!channel>",
    "<!here|x>",
    "<@U0MAYA>",
    "<#C0FRONT|front-desk>",
    "<!subteam^S0FRONTDESK>",
    "<https://x.example|y>",
    "https://x.example/a_b",
    "*bold*",
    "_it_",
    "~no~",
    "`code`",
    "```\nblock\n```",
    ":tada:",
    "\n",
    "> quoted",
    "&lt;",
    "<!date^0^{date}|x>",
    "\u{202e}rtl\u{2069}",
    "\u{200b}\u{200d}",
    "שלום",
    "👩‍👩‍👧🇩🇪",
    "\"\\\u{7}\t",
    "{\"c\":\"x\"}",
    "<",
];

struct Texts(StdRng);

impl Texts {
    /// Returns a text from outside of at most `most` characters.
    fn next(&mut self, most: usize) -> String {
        let pieces = self.0.random_range(0..6);
        let pieces: Vec<_> = (0..pieces).map(|_| NASTY[self.0.random_range(0..NASTY.len())]).collect();
        let mut text = format!("{}{OUTSIDE}{}", if pieces.len() % 2 == 0 { "" } else { "*" }, pieces.join(" "));
        match self.0.random_range(0..10) {
            0 => text = text.repeat(10_000 / text.len() + 1),
            1 => text = String::new(),
            _ => {}
        }
        text.chars().take(most).collect()
    }
}

#[tokio::test]
async fn names_notes_and_messages_stay_text() {
    for seed in 0..3 {
        product(async |bot| {
            let mut texts = Texts(StdRng::seed_from_u64(seed));
            fill(bot, &mut texts, seed == 2);
            use_everything(bot, &mut texts).await;
            bot.read_all().await;
            look_at_everything(bot, seed);
        })
        .await;
    }
}

/// Fills the world with names, numbers and messages from outside, and optionally with a channel that shows less.
fn fill(bot: &Bot, texts: &mut Texts, shared: bool) {
    bot.world(|world| {
        world.channel_mut(FRONT_DESK).unwrap().shared = shared;
        for person in &mut world.people {
            (person.display_name, person.real_name) = (texts.next(10_000), texts.next(10_000));
        }
        for member in &mut world.dialnote.members {
            member.name = texts.next(10_000);
        }
        for number in &mut world.dialnote.numbers {
            number.name = texts.next(10_000);
        }
        let unnamed = world.dialnote.conversations.len() - 2;
        for (nth, one) in world.dialnote.conversations.iter_mut().enumerate() {
            let contact = &mut one.contact;
            (contact.first_name, contact.last_name) = (Some(texts.next(10_000)), Some(texts.next(200)));
            contact.company = Some(texts.next(10_000));
            if nth >= unnamed {
                (contact.first_name, contact.last_name) = (None, None);
                contact.phone_number = texts.next(500);
            }
            if let Some(last) = one.timeline.last_mut() {
                (last.text, last.kind) = (texts.next(10_000), if nth % 2 == 0 { Kind::Sms } else { Kind::Voicemail });
            }
        }
    });
}

async fn use_everything(bot: &mut Bot, texts: &mut Texts) {
    bot.poll().await.unwrap();
    let ids: Vec<String> = bot.world(|world| world.dialnote.conversations.iter().map(|one| one.id.clone()).collect());
    for who in [MAYA, ZOE] {
        bot.open_home(who).await;
        bot.home(who).await;
    }
    for id in ids.iter().step_by(3) {
        let note = texts.next(1_900);
        for line in [
            format!("/assign @zoe {id} {note}"),
            format!("/dialnote take {id}"),
            format!("/handoff @leo {id} {note}"),
            format!("/dialnote undo {id}"),
            format!("/done {id} {note}"),
            format!("/dialnote history {id}"),
            format!("/done {note}"),
            format!("/dialnote {note}"),
            format!("/assign {note}"),
            format!("/assign @zoe {note}"),
            format!("/snooze {id} {note}"),
            format!("/inbox all {note}"),
            "/inbox all".to_owned(),
            "/inbox @leo".to_owned(),
            format!("/done {id} conv_9999 {note}"),
        ] {
            bot.slash(MAYA, &line).await;
            bot.close(MAYA).await;
        }
        bot.settle().await;
    }
    bot.slash(LEO, &format!("/assign @zoe {} {} {}", ids[0], ids[1], texts.next(1_500))).await;
    bot.slash(LEO, &format!("/reopen {}", ids[0])).await;
    bot.slash(LEO, &format!("/inbox {}", ids[0])).await;
    bot.settle().await;
    bot.press(LEO, &ids[0], "hand_off").await;
    bot.submit(LEO, json!({ "to": { "to": "zoe" }, "note": { "note": format!("n {}", texts.next(2_900)) } })).await;
    bot.close(LEO).await;
    bot.shortcut(LEO, "find_conversation", None).await;
    bot.search(LEO, "window", "find", OUTSIDE).await;
    bot.search(LEO, "window", "find", "conv_1001").await;
    bot.choose_in(LEO, "window", "find", &ids[0]).await;
    bot.window(LEO).await;
    bot.close(LEO).await;
    let link = bot.work.links.to(&ConversationId::new(ids[2].as_str()));
    let said = bot.say(ZOE, FRONT_DESK, &format!("{} {link}", texts.next(2_000))).await;
    bot.unfurled(FRONT_DESK, &said).await;
    let said = bot.say(ZOE, FRONT_DESK, &format!("say {}", texts.next(10_000))).await;
    bot.shortcut(ZOE, "note_message", Some((FRONT_DESK, &said))).await;
    bot.settle().await;
    if bot.form(ZOE).is_some() {
        bot.search(ZOE, "window", "which", "conv_1001").await;
        bot.close(ZOE).await;
    }
    let direct = bot.world(|world| world.seen_by(ZOE, "dm").last().map(|message| message.ts.clone()));
    let mut click = Click::message(ZOE, "dm", &direct.unwrap(), "accept");
    click.value = Some(format!(r#"{{"c":"{}"}}"#, ids[0]));
    let _ = bot.sandbox.click(click).await;
    bot.home(MAYA).await;
}

/// Checks that everything was accepted, and that nothing from outside is more than text.
fn look_at_everything(bot: &Bot, seed: u64) {
    let (calls, answers) = bot.world(|world| {
        let calls: Vec<_> = world.calls.iter().filter(|call| call.service == Service::Slack).cloned().collect();
        let answers: Vec<_> = world.deliveries.iter().map(|delivery| delivery.response.clone()).collect();
        (calls, answers)
    });
    assert!(calls.len() > 50, "the app spoke");
    for call in calls {
        assert_eq!(call.error, None, "seed {seed}: {} {}", call.method, call.body);
        look_at(&call.body, seed);
    }
    for answer in answers.iter().filter_map(|answer| serde_json::from_str(answer).ok()) {
        look_at(&answer, seed);
    }
}

fn look_at(value: &Value, seed: u64) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| look_at(one, seed)),
        // Nothing in an entity is markup, and nothing in it may look like a mention or a link.
        Value::Object(fields) if fields.contains_key("entity_payload") => {
            let written = value.to_string();
            assert!(!written.contains(['<', '>']), "seed {seed}: markup in {written}");
        }
        Value::Object(fields) => {
            let text = fields.get("text").and_then(Value::as_str).unwrap_or_default();
            match fields.get("type").and_then(Value::as_str) {
                Some("plain_text") => {
                    let foreign = text.contains(OUTSIDE) && fields["emoji"] != false;
                    assert!(!foreign, "seed {seed}: emoji in {text:?}");
                }
                Some("mrkdwn") => look_at_markup(text, fields.get("verbatim") == Some(&json!(true)), seed),
                // A piece of rich text or a cell of a table, in which nothing formats.
                Some("text" | "raw_text") => {}
                // The text of notifications: it links and notifies nothing, and blocks are shown in its place.
                _ if !text.is_empty() => {
                    assert!(!text.contains(['<', '>']), "seed {seed}: markup in {text:?}");
                    let has_blocks = fields.get("blocks").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
                    assert!(has_blocks, "seed {seed}: only {text:?} is shown");
                    let is_post = fields.contains_key("unfurl_links");
                    let formats = is_post && fields.get("mrkdwn") != Some(&json!(false));
                    assert!(!formats, "seed {seed}: markup in {text:?}");
                }
                _ => {}
            }
            assert!(!fields.contains_key("link_names") && !fields.contains_key("parse"), "{fields:?}");
            fields.values().for_each(|one| look_at(one, seed));
        }
        _ => {}
    }
}

/// Checks that a line of markup shows text from outside as it is: a text that would format belongs in plain text.
fn look_at_markup(text: &str, is_verbatim: bool, seed: u64) {
    let words = without_own(text);
    assert!(!words.contains(['<', '>']), "seed {seed}: {text:?}");
    assert_eq!(words.matches('`').count() % 2, 0, "seed {seed}: code without an end: {text:?}");
    // In code nothing formats.
    let words = words.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    if !words.contains(OUTSIDE) {
        return;
    }
    assert!(is_verbatim, "seed {seed}: addresses from outside become links: {text:?}");
    let formats = ["*bold*", "**", "_it_", "a_b", "~no~", ":tada:", "\n&gt;"];
    let formats = formats.into_iter().find(|nasty| words.contains(nasty));
    assert_eq!(formats, None, "seed {seed}: markup from outside: {text:?}");
    assert_eq!(words.matches('*').count() % 2, 0, "seed {seed}: markup from outside: {text:?}");
}

/// Removes what the app itself marks up: times, which each reader sees in their own zone, channels, and links but for
/// their labels.
fn without_own(text: &str) -> String {
    let Some((before, (inner, after))) =
        text.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?)))
    else {
        return text.to_owned();
    };
    let label = match inner.split_once('|') {
        Some((link, label)) if link.starts_with("http") && !link.contains("x.example") => label,
        Some((time, _)) if time.starts_with("!date^") && !time.starts_with("!date^0^") => "",
        None if inner.starts_with("#C") => "",
        _ => return text.to_owned(),
    };
    format!("{before}{label}{}", without_own(after))
}

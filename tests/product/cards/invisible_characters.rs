//! Names and notes are shown without characters that hide, reverse or flood the text around them.

use serde_json::Value;

use crate::support::{ANA, Bot, FRONT_DESK, MAYA, ZOE, product};

/// Characters that none of our texts has.
const HIDDEN: [char; 8] = ['\u{202e}', '\u{2067}', '\u{200f}', '\u{200b}', '\u{feff}', '\u{ad}', '\u{7}', '\u{2028}'];

#[tokio::test]
async fn names_are_shown_without_invisible_characters() {
    product(async |bot| {
        called(bot, "Eve\u{202e}gnp\u{200b}\n\nnew", "St\u{ad}one\u{7}");
        bot.world(|world| {
            world.person_mut(ZOE).unwrap().display_name = "Zoë\u{202e}evil\u{2028}Owner: Leo".into();
            world.dialnote.conversation_mut(ANA).unwrap().contact.company = Some("Ac\u{2067}me\u{feff}".into());
            world.dialnote.numbers[0].name = "Front\u{200f} desk\u{200b}".into();
        });
        bot.slash(MAYA, "/assign @zoe conv_1001 please call").await;
        let answer = bot.answer(MAYA).await;
        assert!(answer.contains("Evegnp new Stone") && answer.contains("Zoëevil Owner: Leo"), "{answer}");
        assert!(bot.card(ANA).await.contains("Evegnp new Stone"));
        bot.read_all().await;
        nothing_hidden(bot);
    })
    .await;
}

#[tokio::test]
async fn an_invisible_name_counts_as_none() {
    product(async |bot| {
        called(bot, "\u{200b}\u{200b}", "\u{2060}");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        let card = bot.card(ANA).await;
        assert!(card.contains("+1 415 555 0101") && !card.contains("()"), "{card}");
        nothing_hidden(bot);
    })
    .await;
}

#[tokio::test]
async fn a_long_name_is_cut_between_characters() {
    product(async |bot| {
        called(bot, &"👩\u{200d}🚀".repeat(200), &"e\u{301}\u{335}".repeat(200));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert!(bot.card(ANA).await.contains("👩\u{200d}🚀…"));
    })
    .await;
}

#[tokio::test]
async fn a_note_reaches_dialnote_without_invisible_characters() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 call\u{202e} back\u{200b}").await;
        bot.slash(MAYA, "/done conv_1005\u{200b}").await;
        bot.slash(MAYA, "/done \u{2068}conv_1004\u{2069} called").await;
        bot.read_all().await;
        assert!(bot.notes(ANA)[0].starts_with("call back\n\n— Maya"), "{:?}", bot.notes(ANA));
        assert_eq!(bot.dialnote("conv_1005"), "nobody done");
        assert!(bot.notes("conv_1004")[0].starts_with("called\n"));
        nothing_hidden(bot);
    })
    .await;
}

fn called(bot: &Bot, first: &str, last: &str) {
    bot.world(|world| {
        let contact = &mut world.dialnote.conversation_mut(ANA).unwrap().contact;
        (contact.first_name, contact.last_name) = (Some(first.into()), Some(last.into()));
    });
}

/// Checks that no text the app sent to Slack, in an answer or by a call, hides anything.
fn nothing_hidden(bot: &Bot) {
    let sent = bot.world(|world| {
        let calls = world.calls.iter().map(|call| call.body.clone());
        let answers = world.deliveries.iter().filter_map(|one| serde_json::from_str(&one.response).ok());
        calls.chain(answers).collect::<Vec<Value>>()
    });
    let shown = bot.posts(FRONT_DESK).len() + sent.len();
    assert!(shown > 2);
    for text in sent.iter().flat_map(texts) {
        assert!(!text.contains(HIDDEN), "{text:?}");
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::String(text) => vec![text],
        _ => Vec::new(),
    }
}

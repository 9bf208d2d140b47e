//! Buttons and forms may show an old state. Their person is asked before anything that changed since is
//! overwritten: changes in dialnote that the card does not show yet, or a teammate's while the card cannot be
//! redrawn.

use dialnote_sandbox::{Message, NewerBlocks};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

/// The source of the other change.
#[derive(Clone, Copy)]
enum Other {
    /// A change in dialnote itself.
    Dialnote(fn() -> Value),
    /// A command that Leo types.
    Leo(&'static str),
}

const TO_LEO: [Other; 2] =
    [Other::Dialnote(|| json!({ "conversation": ANA, "assignedToId": "mem_leo" })), Other::Leo("/assign me conv_1001")];
const DONE: [Other; 2] =
    [Other::Dialnote(|| json!({ "conversation": ANA, "status": "done" })), Other::Leo("/done conv_1001")];
const SNOOZED: [Other; 2] = [
    Other::Dialnote(|| json!({ "conversation": ANA, "status": "snoozed", "snoozedUntil": "2026-11-24T09:00:00Z" })),
    Other::Leo("/snooze conv_1001 tomorrow 9am"),
];

/// A button that Maya presses.
struct Press {
    /// The commands that she typed before.
    before: &'static [&'static str],
    button: &'static str,
    /// Her choice in a menu.
    chosen: Option<&'static str>,
    /// The question to her, after the name of the conversation.
    asked: &'static str,
    /// The state in dialnote when she goes on.
    then: &'static str,
}

const TAKEN: &[&str] = &["/assign me conv_1001"];

fn presses() -> Vec<(Press, [Other; 2])> {
    let press = |before, button, chosen, asked, then| Press { before, button, chosen, asked, then };
    vec![
        (press(&["/dialnote note conv_1001 hello"], "take", None, "done", "mem_maya done"), DONE),
        (press(&["/dialnote note conv_1001 hello"], "assign_to", Some(ZOE), "assigned to Leo", "mem_zoe open"), TO_LEO),
        (press(&["/dialnote note conv_1001 hello"], "done", None, "assigned to Leo", "mem_leo done"), TO_LEO),
        (press(TAKEN, "unassign", None, "assigned to Leo", "nobody open"), TO_LEO),
        (press(TAKEN, "unassign", None, "done", "nobody done"), DONE),
        (press(TAKEN, "done", None, "assigned to Leo", "mem_leo done"), TO_LEO),
        (press(TAKEN, "done", None, "snoozed", "mem_maya done"), SNOOZED),
        (press(&["/assign me conv_1001", "/snooze conv_1001 1h"], "wake", None, "snoozed", "mem_maya open"), SNOOZED),
        (press(&["/assign me conv_1001", "/snooze conv_1001 1h"], "done", None, "snoozed", "mem_maya done"), SNOOZED),
        (
            press(&["/assign me conv_1001", "/done conv_1001"], "reopen", None, "assigned to Leo", "mem_leo open"),
            TO_LEO,
        ),
    ]
}

#[tokio::test]
async fn a_card_that_was_overtaken_asks_first() {
    for (press, others) in presses() {
        for other in others {
            product(async |bot| {
                type_all(bot, press.before).await;
                let card = card(bot);
                changes(bot, other).await;
                let state = bot.dialnote(ANA);
                press_on_card(bot, &card, &press).await;
                asks(bot, MAYA, press.asked, &state).await;
                goes_on(bot, MAYA, press.then).await;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_change_that_overwrites_nothing_is_not_asked_about() {
    product(async |bot| {
        type_all(bot, TAKEN).await;
        let shown = card(bot);
        // Her own change.
        holds_cards_back(bot, true);
        bot.slash(MAYA, "/snooze conv_1001 1h").await;
        bot.settle().await;
        bot.press_on(MAYA, &shown, "done").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya done");
        end(bot).await;
    })
    .await;
    product(async |bot| {
        // The end of a snooze was on the card.
        type_all(bot, &["/assign @zoe conv_1001", "/snooze conv_1001 1h"]).await;
        let shown = card(bot);
        bot.clock.advance(SignedDuration::from_mins(61));
        bot.press_on(MAYA, &shown, "done").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_direct_message_that_was_overtaken_asks_first() {
    // A teammate who marks it done cancels the wait for Zoe's answer.
    for (button, then, others) in [("give_back", "mem_maya done", &DONE[..1]), ("done", "mem_zoe done", &SNOOZED)] {
        for other in others {
            product(async |bot| {
                type_all(bot, &["/assign me conv_1001", "/handoff @zoe conv_1001 for you"]).await;
                let message = bot.world(|world| (*world.seen_by(ZOE, "dm").last().unwrap()).clone());
                changes(bot, *other).await;
                let state = bot.dialnote(ANA);
                bot.press_in_direct(ZOE, &message, button).await;
                let word = state.split_once(' ').map(|(_, status)| status.to_owned()).unwrap();
                asks(bot, ZOE, &word, &state).await;
                bot.press_private(ZOE, "dm", "retry", 0).await;
                bot.settle().await;
                assert_eq!(bot.dialnote(ANA), then);
                end(bot).await;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_list_that_was_overtaken_asks_first() {
    for other in TO_LEO {
        product(async |bot| {
            type_all(bot, TAKEN).await;
            bot.slash(MAYA, "/inbox").await;
            bot.settle().await;
            let list = bot.last_private(MAYA);
            bot.read_all().await;
            changes(bot, other).await;
            bot.press_on(MAYA, &list, "done").await;
            let list = bot.answer(MAYA).await;
            assert_eq!(bot.dialnote(ANA), "mem_leo open", "nothing is overwritten");
            assert!(list.contains("Nothing changed yet: Ana Lima (+1 415 555 0101) is assigned to Leo now."), "{list}");
            goes_on(bot, MAYA, "mem_leo done").await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_form_opened_from_an_outdated_card_says_what_changed() {
    product(async |bot| {
        type_all(bot, TAKEN).await;
        let shown = card(bot);
        changes(bot, TO_LEO[1]).await;
        bot.press_on(MAYA, &shown, "hand_off").await;
        let form = bot.window(MAYA).await;
        assert!(
            form.starts_with("[[Hand off]]\n! Ana Lima is assigned to Leo now. Submitting changes that.\n"),
            "{form}"
        );
        bot.submit(MAYA, json!({ "to": { "to": ZOE }, "note": { "note": "for you" } })).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "she knew of it");
        end(bot).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_says_what_changed_where_slack_does_not_know_alerts() {
    product(async |bot| {
        bot.world(|world| world.faults.slack.newer_blocks = NewerBlocks::Refused);
        type_all(bot, TAKEN).await;
        let shown = card(bot);
        changes(bot, TO_LEO[1]).await;
        let opened = bot.calls("views.open");
        bot.press_on(MAYA, &shown, "hand_off").await;
        let words = "[[Hand off]]\nAna Lima is assigned to Leo now. Submitting changes that.\n";
        assert!(bot.window(MAYA).await.starts_with(words), "{:?}", bot.form(MAYA));
        assert_eq!(bot.calls("views.open"), opened + 2, "once refused, once opened");
        bot.close(MAYA).await;
        bot.press_on(MAYA, &shown, "hand_off").await;
        assert!(bot.window(MAYA).await.starts_with(words));
        assert_eq!(bot.calls("views.open"), opened + 3, "the refusal is remembered");
        bot.close(MAYA).await;
        end(bot).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_overtaken_asks_first() {
    let forms = [
        ("snooze", json!({ "soon": { "soon": "1h" } }), "mem_leo snoozed"),
        ("hand_off", json!({ "to": { "to": ZOE }, "note": { "note": "for you" } }), "mem_zoe open"),
    ];
    for (button, values, then) in forms {
        for other in TO_LEO {
            product(async |bot| {
                type_all(bot, TAKEN).await;
                bot.press(MAYA, ANA, button).await;
                changes(bot, other).await;
                bot.submit(MAYA, values.clone()).await;
                asks(bot, MAYA, "assigned to Leo", "mem_leo open").await;
                goes_on(bot, MAYA, then).await;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_choice_in_a_search_field_asks_first() {
    let forms = [
        ("/unassign", json!({}), "nobody open"),
        ("/assign @zoe", json!({}), "mem_zoe open"),
        ("/handoff @zoe", json!({ "note": { "note": "for you" } }), "mem_zoe open"),
        ("/done", json!({}), "mem_leo done"),
        ("/snooze 2h", json!({}), "mem_leo snoozed"),
    ];
    for (command, mut values, then) in forms {
        for other in TO_LEO {
            product(async |bot| {
                bot.look().await;
                type_all(bot, TAKEN).await;
                bot.slash(MAYA, command).await;
                let offered = bot.search(MAYA, "window", "which", "ana l").await;
                assert_eq!(offered, ["Ana Lima · +1 415 555 0101 · Maya Chen"]);
                changes(bot, other).await;
                values["which"] = json!({ "which": ANA });
                bot.submit(MAYA, values.clone()).await;
                asks(bot, MAYA, "assigned to Leo", "mem_leo open").await;
                goes_on(bot, MAYA, then).await;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_prefilled_form_asks_first() {
    for other in TO_LEO {
        product(async |bot| {
            bot.look().await;
            bot.slash(MAYA, "/assign @zoe lim wants a call back").await;
            bot.read_all().await;
            bot.press_private(MAYA, "front-desk", "fill_in", 0).await;
            changes(bot, other).await;
            bot.submit(MAYA, json!({})).await;
            asks(bot, MAYA, "assigned to Leo", "mem_leo open").await;
            goes_on(bot, MAYA, "mem_zoe open").await;
        })
        .await;
    }
}

#[tokio::test]
async fn the_end_of_a_snooze_is_said() {
    product(async |bot| {
        type_all(bot, TAKEN).await;
        changes(bot, SNOOZED[0]).await;
        bot.press(MAYA, ANA, "done").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Nothing changed yet: Ana Lima (+1 415 555 0101) is snoozed now. It changed after it was shown to you.
          Snoozed until Nov 24, 9:00 UTC
        [Mark done anyway] [Change…]
        ");
    })
    .await;
}

async fn type_all(bot: &mut Bot, commands: &[&str]) {
    for command in commands {
        bot.slash(MAYA, command).await;
        bot.read_all().await;
    }
}

/// Returns the card as it is now.
fn card(bot: &Bot) -> Message {
    bot.world(|world| {
        let posted = |m: &&Message| m.to.is_none() && !m.is_reply() && m.channel == "C0FRONT";
        world.messages.iter().rfind(posted).cloned().expect("a card")
    })
}

/// Changes the conversation from the other source without redrawing a card.
async fn changes(bot: &mut Bot, other: Other) {
    match other {
        Other::Dialnote(change) => bot.sandbox.change_in_dialnote(&change()).unwrap(),
        Other::Leo(command) => {
            holds_cards_back(bot, true);
            bot.slash(LEO, command).await;
            bot.settle().await;
        }
    }
}

/// Makes Slack refuse changes of messages while `held` is true.
fn holds_cards_back(bot: &Bot, held: bool) {
    bot.world(|world| {
        let limited = &mut world.faults.slack.rate_limited;
        if held { limited.insert("chat.update".into(), 30) } else { limited.remove("chat.update") }
    });
}

/// Finishes the work held back and checks that nothing failed.
async fn end(bot: &mut Bot) {
    holds_cards_back(bot, false);
    bot.pass(SignedDuration::from_secs(60)).await;
    bot.read_all().await;
}

async fn press_on_card(bot: &Bot, card: &Message, press: &Press) {
    match press.chosen {
        None => bot.press_on(MAYA, card, press.button).await,
        Some(person) => bot.choose(MAYA, ANA, person).await,
    };
}

/// Checks that a person is asked and that dialnote's state is unchanged.
async fn asks(bot: &mut Bot, who: &str, now: &str, state: &str) {
    let asked = bot.answer(who).await;
    let start = format!("Nothing changed yet: Ana Lima (+1 415 555 0101) is {now} now.");
    assert!(asked.starts_with(&start), "{start}\n{asked}");
    assert_eq!(bot.dialnote(ANA), state, "nothing is overwritten");
}

/// Goes on with the command as Maya.
async fn goes_on(bot: &mut Bot, who: &str, then: &str) {
    bot.press_private(who, FRONT_DESK, "retry", 0).await;
    bot.settle().await;
    assert_eq!(bot.dialnote(ANA), then);
    end(bot).await;
}

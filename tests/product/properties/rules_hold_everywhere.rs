//! No command, button or form leads around a rule: random rules, people, states and ways to ask, judged by the writes
//! in dialnote.

use dialnote_sandbox::{Click, Status};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

const ROUNDS: usize = 100;

/// The one admin.
const ADMIN: &str = MAYA;
const WHO: [&str; 3] = ["anyone", "owner_and_admins", "admins"];

/// The rules in force.
#[derive(Clone, Debug)]
struct Rules {
    reassign: &'static str,
    done: &'static str,
    note_on_handoff: bool,
    note_on_done: bool,
}

/// The state in dialnote.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    owner: Option<String>,
    status: Status,
    until: Option<Timestamp>,
    notes: usize,
}

#[tokio::test]
async fn no_way_of_asking_breaks_a_rule() {
    asks_in_every_way(0).await;
}

#[tokio::test]
async fn no_way_of_asking_breaks_a_rule_in_a_second_round() {
    asks_in_every_way(1).await;
}

#[tokio::test]
async fn no_way_of_asking_breaks_a_rule_in_a_third_round() {
    asks_in_every_way(2).await;
}

/// Changes the rules, asks for something as some person in some way, and checks the writes, again and again.
async fn asks_in_every_way(seed: u64) {
    product(async |bot| {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut refused = 0;
        bot.poll().await.unwrap();
        for round in 0..ROUNDS {
            // An act may no longer be allowed when it is undone.
            prepare(bot, &mut dice).await;
            let rules = change_rules(bot, &mut dice).await;
            let requester = [MAYA, LEO, LEO, ZOE][dice.random_range(0..4)];
            let before = seen(bot);
            let writes = bot.calls("PATCH");
            let (asked, is_answer) = ask(bot, &mut dice, requester).await;
            bot.settle().await;
            bot.close(requester).await;
            let after = seen(bot);
            refused += usize::from(writes == bot.calls("PATCH"));
            let story = format!("seed {seed}, round {round}: {requester} {asked}, {before:?} → {after:?}, {rules:?}");
            keeps_the_rules(&rules, requester, &before, &after, (&asked, is_answer), &story);
        }
        assert!((ROUNDS / 10..ROUNDS).contains(&refused), "some is refused, and some is not: {refused}");
        bot.read_all().await;
    })
    .await;
}

fn keeps_the_rules(rules: &Rules, requester: &str, before: &Seen, after: &Seen, how: (&str, bool), story: &str) {
    let (asked, is_answer) = how;
    let is_owner = before.owner.as_deref() == Some(&format!("mem_{requester}"));
    let may = |who: &str| match who {
        "anyone" => true,
        "owner_and_admins" => is_owner || requester == ADMIN,
        _ => requester == ADMIN,
    };
    if before.owner.is_some() && after.owner != before.owner && !is_answer {
        assert!(may(rules.reassign), "re-assigned: {story}");
    }
    let noted = after.notes > before.notes;
    let away = after.until != before.until && after.until.is_some() && !asked.contains("undo");
    if away && before.owner.is_some() && !is_owner {
        assert!(may(rules.reassign), "snoozed: {story}");
    }
    if after.status == Status::Done && before.status != Status::Done {
        assert!(may(rules.done), "done: {story}");
        // An undone reopening needs no second note.
        assert!(noted || !rules.note_on_done || asked.contains("undo"), "done without a note: {story}");
    }
    let handed = asked.contains("hand") && after.owner != before.owner;
    assert!(noted || !rules.note_on_handoff || !handed, "handed over without a note: {story}");
}

fn seen(bot: &Bot) -> Seen {
    bot.world(|world| {
        let ana = world.dialnote.conversation(ANA).unwrap();
        Seen { owner: ana.assigned_to.clone(), status: ana.status, until: ana.snoozed_until, notes: ana.notes().len() }
    })
}

/// Submits the form of the rules as the admin.
async fn change_rules(bot: &mut Bot, dice: &mut StdRng) -> Rules {
    let rules = Rules {
        reassign: WHO[dice.random_range(0..3)],
        done: WHO[dice.random_range(0..3)],
        note_on_handoff: dice.random(),
        note_on_done: dice.random(),
    };
    let notes: Vec<_> = [(rules.note_on_handoff, "handoff"), (rules.note_on_done, "done")]
        .into_iter()
        .filter_map(|(needed, name)| needed.then_some(name))
        .collect();
    bot.slash(ADMIN, "/dialnote settings").await;
    bot.submit(
        ADMIN,
        json!({
            "reassign": { "reassign": rules.reassign }, "done": { "done": rules.done }, "notes": { "notes": notes },
            "answer": { "answer": "15" }, "from": { "from": "09:00" }, "until": { "until": "17:00" },
            "configure": { "configure": ["admins"] }, "channel": { "channel": [] },
        }),
    )
    .await;
    bot.settle().await;
    rules
}

/// Leaves the conversation in some state as the admin; the requester may have caused it too.
async fn prepare(bot: &mut Bot, dice: &mut StdRng) {
    bot.clock.advance(SignedDuration::from_secs(dice.random_range(6..400)));
    for _ in 0..dice.random_range(1..4) {
        let line = [
            "/assign @zoe conv_1001 take care",
            "/assign @leo conv_1001 take care",
            "/assign me conv_1001 all mine",
            "/unassign conv_1001",
            "/done conv_1001 all fine",
            "/reopen conv_1001",
            "/snooze conv_1001 1h",
        ][dice.random_range(0..7)];
        bot.slash([ADMIN, LEO, LEO][dice.random_range(0..3)], line).await;
        bot.settle().await;
    }
}

/// Asks for something as a person in some way. Returns the way, and whether it answers an assignment.
async fn ask(bot: &mut Bot, dice: &mut StdRng, requester: &str) -> (String, bool) {
    let typed = [
        "/assign @zoe conv_1001",
        "/assign @leo conv_1001 a note",
        "/assign me conv_1001",
        "/unassign conv_1001",
        "/dialnote take conv_1001",
        "/handoff @zoe conv_1001",
        "/handoff @leo conv_1001 a note",
        "/handoff all @leo",
        "/handoff all @leo a note",
        "/done conv_1001",
        "/done conv_1001 a note",
        "/done conv_1001 conv_1002",
        "/assign @zoe conv_1001 conv_1002",
        "/unassign conv_1001 conv_1002",
        "/handoff @zoe conv_1001 conv_1002",
        "/dialnote undo conv_1001",
        "/dialnote undo",
        "/reopen conv_1001",
        "/snooze conv_1001 2h",
        "/dialnote decline conv_1001",
        "/dialnote accept conv_1001",
    ];
    match dice.random_range(0..7) {
        // By undoing their own act from before the change of rules.
        4 => {
            bot.slash(requester, "/dialnote undo conv_1001").await;
            ("/dialnote undo conv_1001".to_owned(), false)
        }
        5 => {
            bot.slash(requester, "/unassign conv_1001").await;
            ("/unassign conv_1001".to_owned(), false)
        }
        // By the button in the answer to a person who was too late.
        6 => {
            bot.slash(requester, "/dialnote take conv_1001").await;
            bot.settle().await;
            press(bot, requester, "answer", "take_over").await;
            ("take over".to_owned(), false)
        }
        0 | 1 => {
            let line = typed[dice.random_range(0..typed.len())];
            bot.slash(requester, line).await;
            (line.to_owned(), line.contains("decline"))
        }
        // On the card, in a direct message, in a list: any button there, also one of an old version.
        2 => {
            let pressed = ["take", "unassign", "done", "reopen", "wake", "give_back", "accept", "hand_off", "assign"];
            let action = pressed[dice.random_range(0..pressed.len())];
            let place = ["card", "dm", "list"][dice.random_range(0..3)];
            if place == "list" {
                bot.slash(requester, "/inbox ana lima").await;
                bot.settle().await;
            }
            let asked = press(bot, requester, place, action).await.map(|()| format!("presses {action} in {place}"));
            if bot.form(requester).is_some() {
                let note = ["", "a note"][dice.random_range(0..2)];
                let values = json!({ "to": { "to": "leo" }, "note": { "note": note } });
                bot.submit(requester, values).await;
            }
            (asked.unwrap_or_else(|| "presses nothing".to_owned()), action == "give_back")
        }
        // By the form offered in a refusal.
        _ => {
            let line = ["/done conv_1001", "/handoff @zoe conv_1001"][dice.random_range(0..2)];
            bot.slash(requester, line).await;
            bot.settle().await;
            let form = if line.contains("done") { "done_with_note" } else { "hand_off" };
            if press(bot, requester, "answer", form).await.is_some() && bot.form(requester).is_some() {
                let values = json!({ "to": { "to": "zoe" }, "note": { "note": "a note" } });
                let values = if line.contains("done") { json!({ "note": { "note": "a note" } }) } else { values };
                bot.submit(requester, values).await;
            }
            (format!("{line}, then its form"), false)
        }
    }
}

/// Presses the latest such button in that place, if there is one.
async fn press(bot: &Bot, requester: &str, place: &str, action: &str) -> Option<()> {
    let click = bot.world(|world| {
        let user = world.person(requester).unwrap().id.clone();
        let there = world.messages.iter().rev().filter(|message| match place {
            "dm" => {
                message.channel.starts_with('D') && message.visible_to(&user) && message.channel.ends_with(&user[2..])
            }
            "card" => message.to.is_none() && !message.is_reply() && !message.channel.starts_with('D'),
            _ => message.to.as_ref() == Some(&user),
        });
        there.into_iter().find_map(|message| {
            let mut controls = message.blocks.iter().flat_map(|block| {
                let row = block["elements"].as_array().into_iter().flatten().chain(block.get("accessory"));
                row.map(move |element| (block["block_id"].as_str(), element))
            });
            let (block, control, chosen) = controls.find_map(|(block, control)| {
                let option = format!("{action}:{ANA}");
                let mut options = control["options"].as_array().into_iter().flatten();
                let is_chosen = control["type"] == "overflow" && options.any(|one| one["value"] == option.as_str());
                let is_it = is_chosen || is_about_ana(control, action);
                is_it.then_some((block, control, is_chosen.then_some(option)))
            })?;
            let channel = if place == "dm" { "dm" } else { FRONT_DESK };
            let mut click = Click::message(requester, channel, &message.ts, control["action_id"].as_str()?);
            click.block_id = block.map(str::to_owned);
            click.value = control["value"].as_str().map(str::to_owned);
            click.selected_option = chosen;
            Some(click)
        })
    })?;
    bot.click(click).await;
    bot.settle().await;
    Some(())
}

fn is_about_ana(button: &Value, action: &str) -> bool {
    button["action_id"] == action && button["value"].as_str().is_some_and(|value| value.contains(ANA))
}

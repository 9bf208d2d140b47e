//! Presses on cards, direct messages, lists and Home, which may show an old state.

use dialnote_sandbox::{Click, Message};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{MEMBERS, Play, who};
use crate::properties::model::{Act, Came, State, Status};
use crate::support::{FRONT_DESK, SAM};

impl Play<'_> {
    /// Expects the outcome of a button or form that shows this state: the app asks first if it is outdated.
    fn expect_of(&mut self, who: &'static str, id: &str, act: Act, noted: bool, shown: Option<&State>) -> Came {
        let now = self.bot.clock.now();
        if shown.is_some_and(|shown| self.model.asks(who, id, act, noted, shown, now)) {
            self.model.refused(who, id, now);
            self.note_down(&format!("{who} is asked before {act:?} {id}"));
            return Came::Asked;
        }
        self.expect(who, id, act, noted)
    }

    /// Answers the last question about a change: do it anyway.
    async fn goes_on(&mut self, who: &'static str, id: &str, act: Act, noted: bool) {
        self.model.at_once();
        self.expect(who, id, act, noted);
        let anyway = self.offered(who, "retry");
        self.bot.click(anyway).await;
        self.bot.settle().await;
    }

    /// Returns a click on the latest such button that a person has.
    fn offered(&self, who: &'static str, action: &str) -> Click {
        let found = self.bot.world(|world| {
            let user = world.person(who).unwrap().id.clone();
            let has = |m: &&Message| buttons(&m.blocks).iter().any(|(name, ..)| name == action);
            world.messages.iter().filter(|m| m.to.as_ref() == Some(&user)).rfind(has).cloned()
        });
        let found = found.unwrap_or_else(|| self.fail(&format!("nobody offers {action}")));
        let button = buttons(&found.blocks).into_iter().rfind(|(name, ..)| name == action);
        let mut click = Click::message(who, &found.channel, &found.ts, action);
        click.value = button.and_then(|(_, _, value)| value);
        click
    }

    pub(super) async fn presses_on_a_card(&mut self) {
        let cards: Vec<(Message, String)> = self.bot.world(|world| {
            let cards = world.messages.iter().filter_map(|message| card_of(message).map(|id| (message.clone(), id)));
            cards.collect()
        });
        if cards.is_empty() {
            return;
        }
        let (card, id) = self.one_of(&cards);
        let who = self.somebody();
        let (action, block, value) = self.one_of(&buttons(&card.blocks));
        let mut click = Click::message(who, FRONT_DESK, &card.ts, &action);
        (click.block_id, click.value) = (Some(block), value);
        let mut act = pressed(&action);
        if action == "assign_to" {
            let person = if self.chance(5) { SAM } else { self.one_of(MEMBERS) };
            click.selected_user = Some(person.to_owned());
            act = Some(Act::Assign(person));
        }
        self.press(who, &id, act, click).await;
    }

    /// Presses a button, and fills in the form if it opens one.
    async fn press(&mut self, who: &'static str, id: &str, act: Option<Act>, click: Click) {
        let action = click.action_id.clone();
        let opens = ["hand_off", "assign", "snooze", "note"].contains(&action.as_str());
        if !opens {
            self.maybe_twice();
        }
        self.note_down(&format!("{who} presses {action} of {id}"));
        let shown = shown_by(&click);
        let came = act.map(|act| (act, self.expect_of(who, id, act, false, shown.as_ref())));
        let owner = self.model.conversations[id].state(self.bot.clock.now()).owner;
        self.bot.click(click).await;
        self.bot.settle().await;
        if opens {
            self.fills_in(who, id, &action, shown.as_ref()).await;
        }
        match came {
            Some((Act::Take, Came::Refused)) if who != SAM && owner != Some(who) && self.chance(50) => {
                self.model.at_once();
                self.expect(who, id, Act::TakeOver(owner.unwrap()), false);
                let take_over = self.offered(who, "take_over");
                self.bot.click(take_over).await;
            }
            Some((act, Came::Asked)) if self.chance(50) => self.goes_on(who, id, act, false).await,
            _ => {}
        }
    }

    async fn fills_in(&mut self, who: &'static str, id: &str, form: &str, shown: Option<&State>) {
        if self.bot.form(who).is_some() != (who != SAM) {
            self.fail(&format!("forms are for those who are in dialnote: {form}"));
        }
        if who == SAM {
            return self.note_down("Sam gets no form");
        }
        let to = if self.chance(5) { SAM } else { self.one_of(MEMBERS) };
        let (values, act) = match form {
            "hand_off" => (json!({ "to": { "to": to }, "note": { "note": "for you" } }), Act::Handoff(to)),
            "assign" => (json!({ "to": { "to": to }, "note": { "note": "for you" } }), Act::Assign(to)),
            "note" => (json!({ "note": { "note": "they called again" } }), Act::Note),
            _ => {
                let until = self.bot.clock.now() + SignedDuration::from_hours(1);
                (json!({ "soon": { "soon": "1h" } }), Act::Snooze(until))
            }
        };
        let noted = !matches!(act, Act::Snooze(_));
        let outcome = self.bot.submit(who, values).await;
        let mut came = Came::Refused;
        if outcome.field_errors.is_empty() {
            came = self.expect_of(who, id, act, noted, shown);
        } else if to != SAM {
            self.fail(&format!("{form} is refused: {:?}", outcome.field_errors));
        }
        self.bot.close(who).await;
        if came == Came::Asked && self.chance(50) {
            self.bot.settle().await;
            self.goes_on(who, id, act, noted).await;
        }
    }

    pub(super) async fn presses_in_a_direct_message(&mut self) {
        let who = self.one_of(MEMBERS);
        let all: Vec<(Message, String, String, Option<String>)> = self.bot.world(|world| {
            let messages = world.seen_by(who, "dm").into_iter().rev().take(3);
            let buttons = messages.flat_map(|message| {
                let buttons = buttons(&message.blocks).into_iter();
                buttons.map(|(action, block, value)| (message.clone(), action, block, value))
            });
            buttons.filter(|(.., value)| value.is_some()).collect()
        });
        if all.is_empty() {
            return;
        }
        let (message, action, block, value) = self.one_of(&all);
        let mut click = Click::message(who, "dm", &message.ts, &action);
        let Some(id) = conversation_in(value.as_deref()) else { return };
        (click.block_id, click.value) = (Some(block), value);
        self.press(who, &id, pressed(&action), click).await;
    }

    pub(super) async fn presses_in_a_list(&mut self) {
        let who = self.one_of(MEMBERS);
        let filter = self.one_of(&["", "unassigned", "snoozed", "done", "all", "@leo"]);
        self.note_down(&format!("{who}: /inbox {filter}"));
        self.bot.slash(who, &format!("/inbox {filter}")).await;
        self.bot.settle().await;
        let list = self.bot.world(|world| {
            let user = world.person(who).unwrap().id.clone();
            world.messages.iter().rfind(|m| m.to.as_ref() == Some(&user)).cloned()
        });
        let list = list.unwrap_or_else(|| self.fail("no list"));
        if self.chance(25) {
            self.changes_elsewhere().await;
        }
        self.presses_a_row(who, &list.blocks, |action| Click::message(who, FRONT_DESK, &list.ts, action)).await;
    }

    pub(super) async fn presses_at_home(&mut self) {
        let who = self.one_of(MEMBERS);
        let home = self.bot.world(|world| {
            let user = world.person(who).unwrap().id.clone();
            world.homes.get(&user).cloned()
        });
        let Some(home) = home else { return };
        if self.chance(50) {
            let wanted = self.one_of(&["mine", "unassigned", "all"]);
            let option = format!(r#"{{"q":{{"f":"{wanted}"}}}}"#);
            self.bot.choose_in(who, "home", "filter", &option).await;
            self.note_down(&format!("{who} looks at {wanted} at home"));
            return;
        }
        self.presses_a_row(who, home.blocks(), |action| Click::view(who, &home.id, action)).await;
    }

    async fn presses_a_row(&mut self, who: &'static str, blocks: &[Value], click: impl Fn(&str) -> Click) {
        let mut rows = buttons(blocks);
        rows.retain(|(.., value)| conversation_in(value.as_deref()).is_some());
        if rows.is_empty() {
            return;
        }
        let (action, block, value) = self.one_of(&rows);
        let id = conversation_in(value.as_deref()).unwrap();
        let mut click = click(&action);
        (click.block_id, click.value) = (Some(block), value);
        self.press(who, &id, pressed(&action), click).await;
    }
}

/// Returns the conversation of a card, if the message is one.
pub(super) fn card_of(message: &Message) -> Option<String> {
    let posted = message.to.is_none() && !message.is_reply() && !message.channel.starts_with('D');
    let row = message.blocks.iter().find(|block| block["type"] == "actions").filter(|_| posted)?;
    conversation_in(row["block_id"].as_str())
}

fn conversation_in(carried: Option<&str>) -> Option<String> {
    let carried: Value = serde_json::from_str(carried?).ok()?;
    carried["c"].as_str().map(str::to_owned)
}

/// Returns the state in which a button shows its conversation, if it names one.
fn shown_by(click: &Click) -> Option<State> {
    let mut carried = [&click.value, &click.block_id].into_iter().flatten();
    let shown = carried.find_map(|carried| serde_json::from_str::<Value>(carried).ok())?["s"].clone();
    let status = match shown["s"].as_str()? {
        "done" => Status::Done,
        "snoozed" => Status::Snoozed(shown["u"].as_str()?.parse().ok()?),
        _ => Status::Open,
    };
    Some(State { owner: shown["o"].as_str().map(who), status })
}

/// Returns the buttons: name, block and value. The act that *Undo* takes back is not in its value.
fn buttons(blocks: &[Value]) -> Vec<(String, String, Option<String>)> {
    let rows = blocks.iter().flat_map(|block| {
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice).iter().chain(block.get("accessory"));
        elements.map(|element| (block["block_id"].as_str().unwrap_or_default(), element))
    });
    let known = rows.filter(|(_, element)| element["action_id"].is_string() && element.get("url").is_none());
    let known = known.filter(|(_, element)| element["action_id"] != "undo");
    let named = known.map(|(block, element)| {
        let value = element["value"].as_str().map(str::to_owned);
        (element["action_id"].as_str().unwrap().to_owned(), block.to_owned(), value)
    });
    named.collect()
}

/// Returns the action of a button; `None` if it changes nothing.
fn pressed(action: &str) -> Option<Act> {
    Some(match action {
        "take" => Act::Take,
        "unassign" => Act::Unassign,
        "done" => Act::Done,
        "reopen" => Act::Reopen,
        "wake" => Act::Wake,
        "accept" => Act::Accept,
        "give_back" => Act::GiveBack,
        _ => return None,
    })
}

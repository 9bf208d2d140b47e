//! Presses on cards, direct messages, lists and Home, which may show an old state.

use dialnote_sandbox::{Click, Message, Typing};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{MEMBERS, Play, who};
use crate::properties::model::{Act, Came, State, Status};
use crate::support::{FRONT_DESK, SAM};

/// A button, a menu of people, or an option of the menu behind an ellipsis.
#[derive(Clone)]
struct Pressable {
    /// Its meaning, without the number that tells equal buttons apart.
    action: String,
    action_id: String,
    block_id: String,
    value: Option<String>,
    option: Option<String>,
}

impl Pressable {
    /// Returns the click that presses it.
    fn of(self, mut click: Click) -> Click {
        (click.action_id, click.block_id) = (self.action_id, Some(self.block_id));
        (click.value, click.selected_option) = (self.value, self.option);
        click
    }

    /// Returns the conversation that it names.
    fn conversation(&self) -> Option<String> {
        let chosen = self.option.as_deref().and_then(|option| option.split_once(':'));
        chosen.map(|(_, id)| id.to_owned()).or_else(|| conversation_in(self.value.as_deref()))
    }
}

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

    fn refused(&mut self, who: &'static str, id: &str, act: Act) -> Came {
        self.model.refused(who, id, self.bot.clock.now());
        self.note_down(&format!("{who}: {act:?} {id}, which is not theirs"));
        Came::Refused
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
            let has = |m: &&Message| buttons(&m.blocks).iter().any(|one| one.action == action);
            world.messages.iter().filter(|m| m.to.as_ref() == Some(&user)).rfind(has).cloned()
        });
        let found = found.unwrap_or_else(|| self.fail(&format!("nobody offers {action}")));
        let button = buttons(&found.blocks).into_iter().rfind(|one| one.action == action).unwrap();
        button.of(Click::message(who, &found.channel, &found.ts, action))
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
        let button = self.one_of(&buttons(&card.blocks));
        let action = button.action.clone();
        let mut click = button.of(Click::message(who, FRONT_DESK, &card.ts, &action));
        let mut act = pressed(&action);
        if action == "assign_to" {
            let person = if self.chance(5) { SAM } else { self.one_of(MEMBERS) };
            if !self.is_offered(who, &card, &click, person).await {
                return;
            }
            click.selected_option = Some(user(person));
            act = Some(Act::Assign(person));
        }
        self.press(who, &id, &action, act, click).await;
    }

    /// Opens the menu of people on a card. Those who are not in dialnote are offered no one.
    async fn is_offered(&mut self, who: &'static str, card: &Message, menu: &Click, person: &str) -> bool {
        let typing = Typing {
            who: who.to_owned(),
            channel: Some(FRONT_DESK.to_owned()),
            message_ts: Some(card.ts.clone()),
            action_id: menu.action_id.clone(),
            block_id: menu.block_id.clone(),
            ..Typing::default()
        };
        let offered = self.bot.sandbox.options(typing).await.unwrap().options;
        let is_offered = offered.iter().any(|option| option["value"] == user(person).as_str());
        if is_offered != (who != SAM) {
            self.fail(&format!("{who} is offered {offered:?}, and chooses {person}"));
        }
        is_offered
    }

    /// Presses a button, and fills in the form if it opens one.
    async fn press(&mut self, who: &'static str, id: &str, action: &str, act: Option<Act>, click: Click) {
        let opens = ["hand_off", "assign", "snooze", "note"].contains(&action);
        if !opens {
            self.maybe_twice();
        }
        self.note_down(&format!("{who} presses {action} of {id}"));
        let shown = shown_by(&click);
        let owner = self.model.conversations[id].state(self.bot.clock.now()).owner;
        // A direct message offers its reader actions on their own conversations.
        let as_owner = click.channel.as_deref() == Some("dm") && matches!(act, Some(Act::Done | Act::Unassign));
        let came = act.map(|act| {
            if as_owner && owner != Some(who) {
                return (act, self.refused(who, id, act));
            }
            (act, self.expect_of(who, id, act, false, shown.as_ref()))
        });
        // Home asks in its own place.
        let at_home = click.channel.is_none();
        self.bot.click(click).await;
        self.bot.settle().await;
        if opens {
            self.fills_in(who, id, action).await;
        }
        match came {
            Some((Act::Take, Came::Refused)) if who != SAM && owner != Some(who) && self.chance(50) => {
                self.model.at_once();
                self.expect(who, id, Act::TakeOver(owner.unwrap()), false);
                let take_over = self.offered(who, "take_over");
                self.bot.click(take_over).await;
            }
            Some((act, Came::Asked)) if !at_home && self.chance(50) => self.goes_on(who, id, act, false).await,
            _ => {}
        }
    }

    /// Fills in a form. It says what changed since its button was drawn, so the app does not ask about that.
    async fn fills_in(&mut self, who: &'static str, id: &str, form: &str) {
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
        if outcome.field_errors.is_empty() {
            self.expect(who, id, act, noted);
        } else if to != SAM {
            self.fail(&format!("{form} is refused: {:?}", outcome.field_errors));
        }
        self.bot.close(who).await;
    }

    pub(super) async fn presses_in_a_direct_message(&mut self) {
        let who = self.one_of(MEMBERS);
        let all: Vec<(Message, Pressable)> = self.bot.world(|world| {
            let messages = world.seen_by(who, "dm").into_iter().rev().take(3);
            let buttons = messages
                .flat_map(|message| buttons(&message.blocks).into_iter().map(move |button| (message.clone(), button)));
            buttons.filter(|(_, button)| button.conversation().is_some()).collect()
        });
        if all.is_empty() {
            return;
        }
        let (message, button) = self.one_of(&all);
        let (action, id) = (button.action.clone(), button.conversation().unwrap());
        let click = button.of(Click::message(who, "dm", &message.ts, &action));
        self.press(who, &id, &action, pressed(&action), click).await;
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
        rows.retain(|button| button.conversation().is_some());
        if rows.is_empty() {
            return;
        }
        let button = self.one_of(&rows);
        let (action, id) = (button.action.clone(), button.conversation().unwrap());
        let click = button.of(click(&action));
        self.press(who, &id, &action, pressed(&action), click).await;
    }
}

/// Returns the conversation of a card, if the message is one.
pub(super) fn card_of(message: &Message) -> Option<String> {
    let posted = message.to.is_none() && !message.is_reply() && !message.channel.starts_with('D');
    let is_card = posted && message.blocks.iter().all(|block| block["type"] != "header");
    message.blocks.iter().filter(|_| is_card).find_map(|block| conversation_in(block["block_id"].as_str()))
}

/// Returns someone's id in Slack.
fn user(handle: &str) -> String {
    format!("U0{}", handle.to_uppercase())
}

fn conversation_in(carried: Option<&str>) -> Option<String> {
    let carried: Value = serde_json::from_str(carried?).ok()?;
    carried["c"].as_str().map(str::to_owned)
}

/// Returns the state in which a button shows its conversation, if it names one.
fn shown_by(click: &Click) -> Option<State> {
    let mut carried = [&click.value, &click.block_id].into_iter().flatten();
    // The name of a row may come before its data.
    let data = |carried: &str| serde_json::from_str::<Value>(&carried[carried.find('{')?..]).ok();
    let shown = carried.find_map(|carried| data(carried))?["s"].clone();
    let status = match shown["s"].as_str()? {
        "done" => Status::Done,
        "snoozed" => Status::Snoozed(shown["u"].as_str()?.parse().ok()?),
        _ => Status::Open,
    };
    Some(State { owner: shown["o"].as_str().map(who), status })
}

/// Returns what can be pressed, without *Undo*: the act that it takes back is not in its value.
fn buttons(blocks: &[Value]) -> Vec<Pressable> {
    let rows = blocks.iter().flat_map(|block| {
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice).iter().chain(block.get("accessory"));
        elements.map(|element| (block["block_id"].as_str().unwrap_or_default(), element))
    });
    let known = rows.filter(|(_, element)| element["action_id"].is_string() && element.get("url").is_none());
    known.flat_map(|(block, element)| pressable(block, element)).filter(|one| one.action != "undo").collect()
}

/// Returns a button, or the options of a menu behind an ellipsis that ask the app for something.
fn pressable(block_id: &str, element: &Value) -> Vec<Pressable> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let action_id = element["action_id"].as_str().unwrap_or_default();
    let one = |action: &str, value, option| {
        let (action, action_id, block_id) = (action.to_owned(), action_id.to_owned(), block_id.to_owned());
        Pressable { action, action_id, block_id, value, option }
    };
    if element["type"] == "overflow" {
        let options = element["options"].as_array().into_iter().flatten().filter(|option| option.get("url").is_none());
        let options = options.filter_map(|option| text(&option["value"]));
        return options
            .map(|option| one(option.split(':').next().unwrap_or_default(), None, Some(option.clone())))
            .collect();
    }
    let is_number = |nth: &str| nth.bytes().all(|byte| byte.is_ascii_digit());
    let action = action_id.rsplit_once('_').filter(|(_, nth)| is_number(nth)).map_or(action_id, |(action, _)| action);
    vec![one(action, text(&element["value"]), None)]
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

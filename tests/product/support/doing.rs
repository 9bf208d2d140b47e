//! People's actions in Slack and in dialnote.

use dialnote_sandbox::{
    Click, Close, Incoming, Member, Message, ObjectPlace, Outcome, Person, PressObject, Reacting, Saying, Shortcut,
    Submit, Typing, View,
};
use dialnote_slack::core::error::Fault;
use dialnote_slack::sync::poll_state::PollOutcome;
use dialnote_slack::sync::poller;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::seeing::{Control, buttons_of, elements};
use super::{Bot, FRONT_DESK};
use crate::support::drawing::{draw, draw_blocks};

impl Bot {
    /// Types a command in #front-desk.
    pub async fn slash(&self, who: &str, text: &str) -> Outcome {
        self.slash_in(FRONT_DESK, who, text).await
    }

    /// Types a command in a channel.
    pub async fn slash_in(&self, channel: &str, who: &str, text: &str) -> Outcome {
        acknowledged(self.sandbox.slash(who, channel, text).await.unwrap())
    }

    /// Presses a button on the card of a conversation in #front-desk.
    pub async fn press(&self, who: &str, conversation: &str, button: &str) -> Outcome {
        let click = self.on_card(who, conversation, button);
        self.click(click).await
    }

    /// Returns a click on the card of a conversation in #front-desk.
    fn on_card(&self, who: &str, conversation: &str, button: &str) -> Click {
        let ts = self.card_ts(FRONT_DESK, conversation);
        let click = Click::message(who, FRONT_DESK, &ts, button);
        let card = self.message(&ts);
        match control(&card.blocks, button, |_| true) {
            Some(found) => found.of(click),
            None => click,
        }
    }

    /// Does the same with any outcome.
    pub async fn press_in_vain(&self, who: &str, conversation: &str, button: &str) -> Outcome {
        self.sandbox.click(self.on_card(who, conversation, button)).await.unwrap()
    }

    /// Chooses a person in the menu of a card in #front-desk.
    pub async fn choose(&self, who: &str, conversation: &str, person: &str) -> Outcome {
        let ts = self.card_ts(FRONT_DESK, conversation);
        let typing = Typing {
            who: who.to_owned(),
            channel: Some(FRONT_DESK.to_owned()),
            message_ts: Some(ts.clone()),
            view_id: None,
            action_id: "assign_to".to_owned(),
            block_id: None,
            value: String::new(),
        };
        acknowledged(self.sandbox.options(typing).await.unwrap());
        let mut click = Click::message(who, FRONT_DESK, &ts, "assign_to");
        click.selected_option = Some(self.user_id(person));
        self.click(click).await
    }

    /// Presses a button of the last private message that a person got in a channel (or `dm`). `row` picks among several
    /// buttons of the same kind.
    pub async fn press_private(&self, who: &str, channel: &str, button: &str, row: usize) -> Outcome {
        let message = self.last_private_in(who, channel);
        let found = controls(&message.blocks, button).nth(row);
        let found = found.unwrap_or_else(|| panic!("no {button} in {}", draw(&message)));
        self.click(found.of(Click::message(who, channel, &message.ts, button))).await
    }

    /// Returns the last private message that a person got in #front-desk.
    pub fn last_private(&self, who: &str) -> Message {
        self.last_private_in(who, FRONT_DESK)
    }

    fn last_private_in(&self, who: &str, channel: &str) -> Message {
        self.world(|world| {
            let mine = world.seen_by(who, channel);
            mine.into_iter().rfind(|m| channel == "dm" || m.to.is_some()).cloned().expect("a private message")
        })
    }

    /// Presses a button that a private message in #front-desk had, regardless of what it shows by now.
    pub async fn press_on(&self, who: &str, message: &Message, button: &str) -> Outcome {
        let found = control(&message.blocks, button, |_| true).expect("the button");
        self.click(found.of(Click::message(who, FRONT_DESK, &message.ts, button))).await
    }

    /// Presses a button that a direct message had, regardless of what it shows by now.
    pub async fn press_in_direct(&self, who: &str, message: &Message, button: &str) -> Outcome {
        let found = control(&message.blocks, button, |_| true).expect("the button");
        self.click(found.of(Click::message(who, "dm", &message.ts, button))).await
    }

    /// Performs a click.
    pub async fn click(&self, click: Click) -> Outcome {
        acknowledged(self.sandbox.click(click).await.unwrap())
    }

    /// Presses a button in a person's home, or in the window on top: on the row of a conversation, if one is named.
    pub async fn press_in(&self, who: &str, view: &str, button: &str, conversation: &str) -> Outcome {
        let shown = self.view(who, view).expect("a view");
        let found = control(shown.blocks(), button, |value| value.contains(conversation));
        let found = found.unwrap_or_else(|| panic!("no {button} in {}", draw_blocks(shown.blocks())));
        self.click(found.of(Click::view(who, &shown.id, button))).await
    }

    /// Chooses an option in a menu of a person's home, or of the window on top.
    pub async fn choose_in(&self, who: &str, view: &str, menu: &str, option: &str) -> Outcome {
        let shown = self.view(who, view).expect("a view");
        let mut click = Click::view(who, &shown.id, menu);
        let offered = option_of(&self.offered.lock().unwrap(), option);
        click.selected_option = offered.as_ref().and_then(Value::as_str).or(Some(option)).map(str::to_owned);
        self.click(click).await
    }

    /// Types into a search field of a person's home, or of the window on top. Returns the options offered.
    pub async fn search(&self, who: &str, view: &str, field: &str, typed: &str) -> Vec<String> {
        let shown = self.view(who, view).expect("a view");
        let typing = Typing {
            who: who.to_owned(),
            channel: None,
            message_ts: None,
            view_id: Some(shown.id),
            action_id: field.to_owned(),
            block_id: None,
            value: typed.to_owned(),
        };
        let offered = acknowledged(self.sandbox.options(typing).await.unwrap()).options;
        self.offered.lock().unwrap().clone_from(&offered);
        offered.iter().map(|option| option["text"]["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Uses a global shortcut, or one on a message.
    pub async fn shortcut(&self, who: &str, callback_id: &str, message: Option<(&str, &str)>) -> Outcome {
        let (channel, message_ts) = message.map(|(channel, ts)| (channel.to_owned(), ts.to_owned())).unzip();
        let shortcut = Shortcut { who: who.to_owned(), callback_id: callback_id.to_owned(), channel, message_ts };
        acknowledged(self.sandbox.shortcut(shortcut).await.unwrap())
    }

    /// Writes a message in a channel and returns its name.
    pub async fn say(&self, who: &str, channel: &str, text: &str) -> String {
        let saying =
            Saying { who: who.to_owned(), channel: channel.to_owned(), text: text.to_owned(), thread_ts: None };
        self.sandbox.say(saying).await.unwrap()
    }

    /// Writes a message in a thread and returns its name.
    pub async fn say_in_thread(&mut self, who: &str, channel: &str, thread: &str, text: &str) -> String {
        let (who, channel, text) = (who.to_owned(), channel.to_owned(), text.to_owned());
        let saying = Saying { who, channel, text, thread_ts: Some(thread.to_owned()) };
        let ts = self.sandbox.say(saying).await.unwrap();
        self.read_all().await;
        ts
    }

    /// Mentions the app in the thread of a card in #front-desk.
    pub async fn mention(&mut self, who: &str, conversation: &str, text: &str) -> String {
        let card = self.card_ts(FRONT_DESK, conversation);
        self.write(who, FRONT_DESK, Some(card), &format!("@dialnote {text}")).await
    }

    /// Writes a message in a channel or in the direct message with the app (`dm`). Returns its name.
    pub async fn write(&mut self, who: &str, channel: &str, thread: Option<String>, text: &str) -> String {
        let saying =
            Saying { who: who.to_owned(), channel: channel.to_owned(), text: text.to_owned(), thread_ts: thread };
        let ts = self.sandbox.say(saying).await.unwrap();
        self.know_message(&ts);
        ts
    }

    /// Adds an emoji to the card of a conversation in #front-desk.
    pub async fn react(&self, who: &str, conversation: &str, name: &str) {
        let card = self.card_ts(FRONT_DESK, conversation);
        self.react_to(who, FRONT_DESK, &card, name, false).await;
    }

    /// Removes an emoji from the card of a conversation in #front-desk.
    pub async fn unreact(&self, who: &str, conversation: &str, name: &str) {
        let card = self.card_ts(FRONT_DESK, conversation);
        self.react_to(who, FRONT_DESK, &card, name, true).await;
    }

    /// Adds an emoji to a message, or removes it.
    pub async fn react_to(&self, who: &str, channel: &str, ts: &str, name: &str, remove: bool) {
        let (who, channel, message_ts, name) = (who.to_owned(), channel.to_owned(), ts.to_owned(), name.to_owned());
        self.sandbox.react(Reacting { who, channel, message_ts, name, remove }).await.unwrap();
    }

    /// Presses a button of a row in the last message to #front-desk that has several.
    pub async fn press_in_digest(&self, who: &str, button: &str, conversation: &str) -> Outcome {
        let numbered = format!("{button}_");
        let is_row = |element: &Value| element["action_id"].as_str().is_some_and(|id| id.starts_with(&numbered));
        let has_it = |m: &&Message| {
            let mut rows = elements(m).filter(|element| is_row(element));
            rows.any(|row| row["value"].as_str().is_some_and(|value| value.contains(conversation)))
        };
        let digest = self.world(|world| world.messages.iter().rfind(has_it).expect("a digest").clone());
        let found = control(&digest.blocks, button, |value| value.contains(conversation)).expect("the row");
        self.click(found.of(Click::message(who, FRONT_DESK, &digest.ts, button))).await
    }

    /// Presses a button of the object below a link.
    pub async fn press_unfurled(&self, who: &str, channel: &str, ts: &str, button: &str) -> Outcome {
        let press = PressObject {
            who: who.to_owned(),
            place: ObjectPlace::Unfurl,
            channel: Some(channel.to_owned()),
            message_ts: Some(ts.to_owned()),
            url: None,
            action_id: button.to_owned(),
        };
        acknowledged(self.sandbox.press_object(press).await.unwrap())
    }

    /// Has Slack send an event.
    pub async fn event(&self, event: Value) {
        acknowledged(self.sandbox.event(event).await.unwrap());
    }

    /// Opens a person's home.
    pub async fn open_home(&self, who: &str) {
        acknowledged(self.sandbox.event(json!({ "type": "app_home_opened", "user": who })).await.unwrap());
    }

    /// Closes all windows that a person has open.
    pub async fn close(&self, who: &str) {
        while let Some(view_id) = self.form(who) {
            let close = Close { who: who.to_owned(), view_id, all: true };
            self.sandbox.close_view(close).await.unwrap();
        }
    }

    pub(super) fn view(&self, who: &str, view: &str) -> Option<View> {
        self.world(|world| {
            let user = world.person(who)?.id.clone();
            if view == "home" { world.homes.get(&user).cloned() } else { world.stack(&user).last().copied().cloned() }
        })
    }

    /// Fills in the form a person has open and submits it. A conversation that a search field offered is chosen by its
    /// id.
    pub async fn submit(&self, who: &str, mut values: Value) -> Outcome {
        let view = self.form(who).expect("an open form");
        if let Some(which) = values.pointer_mut("/which/which") {
            *which = self.option(which);
        }
        if let Some(Value::String(to)) = values.pointer_mut("/to/to") {
            self.search_people(who, &view).await;
            *to = self.user_id(to);
        }
        let submit = Submit { who: who.to_owned(), view_id: view, values: values.as_object().unwrap().clone() };
        self.sandbox.submit(submit).await.unwrap()
    }

    /// Changes settings of a channel's route as a person does: by the window *Channel settings*, opened from the workspace
    /// rules in that channel. `values` has only the fields to change, by the name of the field twice
    /// (`core::form::route_form` lists them); people are named by their handle, user groups as typed, and an empty choice
    /// is `null`:
    ///
    /// ```ignore
    /// bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    /// bot.set_route(MAYA, FRONT_DESK, json!({
    ///     "auto": { "auto": "in_turn" }, "pool_group": { "pool_group": "@frontdesk" },
    ///     "most_open": { "most_open": "8" }, "owner_call": { "owner_call": "15" }, "tell": { "tell": ["owner"] },
    ///     "then_user": { "then_user": MAYA }, "from": { "from": "08:00" }, "until": { "until": "16:00" },
    ///     "return_after": { "return_after": "8" }, "return_to": { "return_to": "next" },
    ///     "shift": { "shift": ["offered"] }, "weekly_day": { "weekly_day": "4" },
    ///     "weekly_at": { "weekly_at": "16:00" },
    /// })).await;
    /// ```
    ///
    /// The channel must have a route. A field that is refused fails the test. The answer is read and returned.
    pub async fn set_route(&mut self, who: &str, channel: &str, values: Value) -> String {
        self.open_route(who, channel).await;
        let outcome = self.submit(who, values).await;
        assert!(outcome.field_errors.is_empty(), "{:?}", outcome.field_errors);
        self.close(who).await;
        self.settle().await;
        let answer = self.last_private_in(who, channel);
        self.know_message(&answer.ts);
        draw(&answer)
    }

    /// Opens the window with the settings of a channel's route.
    pub async fn open_route(&self, who: &str, channel: &str) {
        self.slash_in(channel, who, "/dialnote settings").await;
        self.press_in(who, "window", "route_settings", "").await;
    }

    /// Opens the menu of new owners in a form.
    async fn search_people(&self, who: &str, view: &str) {
        let typing = Typing {
            who: who.to_owned(),
            channel: None,
            message_ts: None,
            view_id: Some(view.to_owned()),
            action_id: "to".to_owned(),
            block_id: None,
            value: String::new(),
        };
        acknowledged(self.sandbox.options(typing).await.unwrap());
    }

    /// Returns the Slack user with this handle.
    fn user_id(&self, handle: &str) -> String {
        self.world(|world| world.person(handle).map_or_else(|| handle.to_owned(), |person| person.id.clone()))
    }

    /// Returns a message in any channel.
    pub(super) fn message(&self, ts: &str) -> Message {
        self.world(|world| world.messages.iter().find(|message| message.ts == ts).cloned().expect("the message"))
    }

    fn option(&self, chosen: &Value) -> Value {
        let Value::String(id) = chosen else {
            return chosen.as_array().map_or(chosen.clone(), |all| all.iter().map(|id| self.option(id)).collect());
        };
        option_of(&self.offered.lock().unwrap(), id).unwrap_or_else(|| chosen.clone())
    }

    // --- in dialnote ---

    /// Adds a new person to the workspace and to dialnote.
    pub fn hire(&self, id: &str, name: &str) {
        self.world(|world| {
            world.add_person(Person::named(id, name), &[FRONT_DESK]);
            let email = format!("{id}@acme.example");
            let zoe = world.dialnote.member("mem_zoe").unwrap().clone();
            world.dialnote.members.push(Member { id: format!("mem_{id}"), name: name.into(), email, ..zoe });
        });
    }

    /// Changes something in dialnote, and lets the app notice.
    pub async fn in_dialnote(&self, change: Value) {
        self.sandbox.change_in_dialnote(&change).unwrap();
        self.look().await;
    }

    /// Lets a contact call the front desk without an answer, and the app notice. Returns the conversation.
    pub async fn missed_call(&self, from: &str) -> String {
        let conversation = self.call_in(from).await;
        self.look().await;
        conversation
    }

    /// Lets a contact call the front desk without an answer. Returns the conversation.
    pub async fn call_in(&self, from: &str) -> String {
        let (to, kind) = ("+14155550100".to_owned(), "call".to_owned());
        let incoming = Incoming { kind, from: from.to_owned(), to, text: None, who: None };
        self.clock.advance(SignedDuration::from_secs(1));
        self.sandbox.incoming(incoming).await.unwrap()
    }

    /// Lets time pass while the app runs and polls dialnote as usual.
    pub async fn pass_awake(&self, hours: i64) {
        for _ in 0..hours * 15 {
            self.clock.advance(SignedDuration::from_mins(4));
            let _ = self.poll().await;
        }
        self.settle().await;
    }

    /// Lets the app poll dialnote once.
    pub async fn poll(&self) -> Result<Option<PollOutcome>, Fault> {
        poller::poll(&*self.current().await).await
    }

    /// Lets the app poll dialnote, and do the work that follows. A second change within seconds is left for the next
    /// poll.
    pub async fn look(&self) {
        while self.poll().await.unwrap().is_some_and(|looked| looked.left > 0) {
            self.settle().await;
            self.clock.advance(SignedDuration::from_secs(5));
        }
        self.settle().await;
    }
}

/// Returns the first control with this meaning whose value `holds`.
fn control(blocks: &[Value], action: &str, holds: impl Fn(&str) -> bool) -> Option<Control> {
    controls(blocks, action).find(|control| holds(&control.value))
}

/// Returns the controls with this meaning: buttons, also numbered ones, and options of menus behind an ellipsis.
fn controls<'a>(blocks: &'a [Value], action: &'a str) -> impl Iterator<Item = Control> + 'a {
    blocks.iter().flat_map(move |block| {
        let block_id = block["block_id"].as_str().map(str::to_owned);
        let all = buttons_of(std::slice::from_ref(block)).filter_map(move |element| Control::read(element, action));
        all.map(move |control| Control { block_id: block_id.clone(), ..control }).collect::<Vec<_>>()
    })
}

fn acknowledged(outcome: Outcome) -> Outcome {
    assert_eq!(outcome.status, Some(200), "{outcome:?}");
    outcome
}

/// Returns the value of the option for a conversation.
pub fn option_of(offered: &[Value], id: &str) -> Option<Value> {
    let names_it = |value: &&Value| value.as_str().is_some_and(|value| value.contains(&format!("\"{id}\"")));
    offered.iter().map(|option| &option["value"]).find(names_it).cloned()
}

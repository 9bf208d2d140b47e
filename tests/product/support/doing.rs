//! People's actions in Slack and in dialnote.

use dialnote_sandbox::{
    Click, Close, Incoming, Member, Message, Outcome, Person, Saying, Shortcut, Submit, Typing, View,
};
use dialnote_slack::core::error::Fault;
use dialnote_slack::sync::poll_state::PollOutcome;
use dialnote_slack::sync::poller;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::seeing::{buttons_of, elements};
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
        let ts = self.card_ts(FRONT_DESK, conversation);
        self.click(Click::message(who, FRONT_DESK, &ts, button)).await
    }

    /// Does the same with any outcome.
    pub async fn press_in_vain(&self, who: &str, conversation: &str, button: &str) -> Outcome {
        let ts = self.card_ts(FRONT_DESK, conversation);
        self.sandbox.click(Click::message(who, FRONT_DESK, &ts, button)).await.unwrap()
    }

    /// Chooses a person in the menu of a card in #front-desk.
    pub async fn choose(&self, who: &str, conversation: &str, person: &str) -> Outcome {
        let ts = self.card_ts(FRONT_DESK, conversation);
        let mut click = Click::message(who, FRONT_DESK, &ts, "assign_to");
        click.selected_user = Some(person.to_owned());
        self.click(click).await
    }

    /// Presses a button of the last private message that a person got in a channel (or `dm`). `row` picks among several
    /// buttons of the same kind.
    pub async fn press_private(&self, who: &str, channel: &str, button: &str, row: usize) -> Outcome {
        let message = self.last_private_in(who, channel);
        let values: Vec<String> = elements(&message)
            .filter(|element| element["action_id"] == button)
            .filter_map(|element| element["value"].as_str().map(str::to_owned))
            .collect();
        let mut click = Click::message(who, channel, &message.ts, button);
        click.value = Some(values.get(row).unwrap_or_else(|| panic!("no {button} in {}", draw(&message))).clone());
        self.click(click).await
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
        let value = elements(message).find(|element| element["action_id"] == button);
        let value = value.and_then(|element| element["value"].as_str()).expect("the button");
        let mut click = Click::message(who, FRONT_DESK, &message.ts, button);
        click.value = Some(value.to_owned());
        self.click(click).await
    }

    /// Presses a button that a direct message had, regardless of what it shows by now.
    pub async fn press_in_direct(&self, who: &str, message: &Message, button: &str) -> Outcome {
        let value = elements(message).find(|element| element["action_id"] == button);
        let value = value.and_then(|element| element["value"].as_str()).expect("the button");
        let mut click = Click::message(who, "dm", &message.ts, button);
        click.value = Some(value.to_owned());
        self.click(click).await
    }

    /// Performs a click.
    pub async fn click(&self, click: Click) -> Outcome {
        acknowledged(self.sandbox.click(click).await.unwrap())
    }

    /// Presses a button in a person's home, or in the window on top: on the row of a conversation, if one is named.
    pub async fn press_in(&self, who: &str, view: &str, button: &str, conversation: &str) -> Outcome {
        let shown = self.view(who, view).expect("a view");
        let found = shown.blocks().iter().find_map(|block| {
            let value = buttons_of(std::slice::from_ref(block)).find_map(|element| {
                let value = element["value"].as_str().unwrap_or_default();
                (element["action_id"] == button && value.contains(conversation)).then(|| value.to_owned())
            });
            Some((value?, block["block_id"].as_str()?.to_owned()))
        });
        let (value, block) = found.unwrap_or_else(|| panic!("no {button} in {}", draw_blocks(shown.blocks())));
        let mut click = Click::view(who, &shown.id, button);
        (click.value, click.block_id) = (Some(value), Some(block));
        self.click(click).await
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

    /// Presses a button of a row in the last message to #front-desk that has several.
    pub async fn press_in_digest(&self, who: &str, button: &str, conversation: &str) -> Outcome {
        let block = format!("row:{conversation}");
        let has_it = |m: &&Message| m.blocks.iter().any(|one| one["block_id"] == block.as_str());
        let ts = self.world(|world| world.messages.iter().rfind(has_it).expect("a digest").ts.clone());
        let mut click = Click::message(who, FRONT_DESK, &ts, button);
        click.block_id = Some(block);
        self.click(click).await
    }

    /// Presses a button of an unfurl.
    pub async fn press_unfurled(&self, who: &str, channel: &str, ts: &str, button: &str) -> Outcome {
        self.click(Click::message(who, channel, ts, button)).await
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
        let submit = Submit { who: who.to_owned(), view_id: view, values: values.as_object().unwrap().clone() };
        self.sandbox.submit(submit).await.unwrap()
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

fn acknowledged(outcome: Outcome) -> Outcome {
    assert_eq!(outcome.status, Some(200), "{outcome:?}");
    outcome
}

/// Returns the value of the option for a conversation.
pub fn option_of(offered: &[Value], id: &str) -> Option<Value> {
    let names_it = |value: &&Value| value.as_str().is_some_and(|value| value.contains(&format!("\"{id}\"")));
    offered.iter().map(|option| &option["value"]).find(names_it).cloned()
}

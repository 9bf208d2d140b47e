//! Private answers to a person, their buttons and menus, and forms.

use std::collections::BTreeSet;

use dialnote_sandbox::{Click, Message, View, World};
use serde_json::{Value, json};

use super::words::{self, Text};
use crate::support::Bot;

/// Buttons that open a filled-in form.
const FORM_BUTTONS: [&str; 2] = ["choose", "fill_in"];

/// A button, or an entry of a menu.
#[derive(Clone, Debug)]
pub struct Offer {
    channel: String,
    ts: String,
    action: String,
    block: String,
    /// The value of the button or entry.
    pub value: String,
    is_entry: bool,
}

/// Returns the present, as a revision of the messages: later changes are new.
pub fn mark(world: &World) -> u64 {
    world.messages.iter().map(|message| message.changed).max().unwrap_or_default()
}

/// Returns the private messages that a person got since then, oldest first.
pub fn answers(world: &World, who: &str, since: u64) -> Vec<Message> {
    let user = world.person(who).expect("a person").id.clone();
    let direct = world.seen_by(who, "dm").into_iter().filter(|message| message.author != user);
    let private = world.messages.iter().filter(|message| message.to.as_ref() == Some(&user));
    let mut answers: Vec<Message> = private.chain(direct).filter(|message| message.changed > since).cloned().collect();
    answers.sort_by_key(|message| message.changed);
    answers.dedup_by_key(|message| message.changed);
    answers
}

pub fn texts(message: &Message) -> Vec<Text> {
    words::of_message(&json!(message.text), &json!(message.blocks))
}

/// Returns all words of some messages as a person reads them, with the marks of emphasis and without.
pub fn said(world: &World, messages: &[Message]) -> String {
    let texts = messages.iter().flat_map(texts);
    texts.flat_map(|text| [text.plain(world), text.read(world)]).collect::<Vec<_>>().join("\n")
}

/// Returns the same in short, for failures.
pub fn summary(world: &World, messages: &[Message]) -> String {
    let Some(last) = messages.last() else { return "no answer".to_owned() };
    let mut lines: Vec<String> = texts(last).iter().filter(|text| text.markup).map(|text| text.plain(world)).collect();
    lines.dedup();
    let all = lines.join(" | ").replace('\n', " / ");
    let buttons: Vec<String> = offers(std::slice::from_ref(last), |_| true).iter().map(|o| o.action.clone()).collect();
    let cut: String = all.chars().take(300).collect();
    if buttons.is_empty() {
        format!("answer “{cut}”")
    } else {
        format!("answer “{cut}” [{}]", buttons.join(", "))
    }
}

/// Returns the wanted buttons and menu entries of some messages.
pub fn offers(messages: &[Message], wanted: impl Fn(&str) -> bool) -> Vec<Offer> {
    let mut offers = Vec::new();
    for message in messages {
        for (block, element) in elements(&message.blocks) {
            let id = element["action_id"].as_str().unwrap_or_default();
            let numbered = id.rsplit_once('_').filter(|(_, nth)| nth.parse::<usize>().is_ok());
            let is_menu = element["type"] == "overflow";
            if !is_menu && !wanted(numbered.map_or(id, |(action, _)| action)) {
                continue;
            }
            // A menu behind an ellipsis offers what its entries mean.
            let is_wanted = |entry: &&Value| {
                let meaning = entry["value"].as_str().and_then(|value| value.split_once(':')).map(|(verb, _)| verb);
                !is_menu || meaning.is_some_and(&wanted)
            };
            let offer = |value: &Value, is_entry| Offer {
                channel: message.channel.clone(),
                ts: message.ts.clone(),
                action: id.to_owned(),
                block: block.to_owned(),
                value: value.as_str().unwrap_or_default().to_owned(),
                is_entry,
            };
            let groups = element["option_groups"].as_array().into_iter().flatten().map(|group| &group["options"]);
            let entries = groups.chain([&element["options"]]).filter_map(Value::as_array).flatten();
            offers.extend(entries.filter(is_wanted).map(|entry| offer(&entry["value"], true)));
            if element["type"] == "button" {
                offers.push(offer(&element["value"], false));
            }
        }
    }
    offers
}

fn elements(blocks: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    blocks.iter().flat_map(|block| {
        let id = block["block_id"].as_str().unwrap_or_default();
        let row = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        row.iter().chain(block.get("accessory")).chain(block.get("element")).map(move |element| (id, element))
    })
}

impl Offer {
    /// Returns the conversation that it names: in its value, or in its block if the value has none.
    pub fn conversation(&self) -> Option<String> {
        let entry = self.value.split_once(':').map_or(self.value.as_str(), |(_, conversation)| conversation);
        named(&self.value, "c").or_else(|| is_conversation(entry).then(|| entry.to_owned())).or_else(|| {
            let row = self.block.strip_prefix("row:").filter(|row| is_conversation(row)).map(str::to_owned);
            named(&self.block, "c").or(row)
        })
    }

    /// Returns the person that it names, by id.
    pub fn person(&self) -> Option<String> {
        named(&self.value, "u")
    }

    /// Presses it, and works until the app is quiet.
    pub async fn press(&self, bot: &Bot, who: &str) -> Result<(), String> {
        let mut click = Click::message(who, &self.channel, &self.ts, &self.action);
        click.block_id = Some(self.block.clone());
        if self.is_entry {
            click.selected_option = Some(self.value.clone());
        } else {
            click.value = Some(self.value.clone());
        }
        let outcome = bot.sandbox.click(click).await.map_err(|impossible| format!("{} {impossible}", self.action))?;
        bot.settle().await;
        match outcome.error {
            None => Ok(()),
            Some(error) => Err(format!("pressing {} led to {error}", self.action)),
        }
    }
}

fn named(json: &str, field: &str) -> Option<String> {
    serde_json::from_str::<Value>(json).ok()?[field].as_str().map(str::to_owned)
}

fn is_conversation(text: &str) -> bool {
    text.strip_prefix("conv_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the offers of the last message that has any of this kind.
pub fn choices(messages: &[Message], action: &str) -> Vec<Offer> {
    let of = |message: &Message| offers(std::slice::from_ref(message), |one| one == action);
    messages.iter().rev().map(of).find(|offers| !offers.is_empty()).unwrap_or_default()
}

/// Returns the form that a person has open.
pub fn form(world: &World, who: &str) -> Option<View> {
    let user = world.person(who)?.id.clone();
    world.stack(&user).last().copied().cloned()
}

/// Returns the form that opened at once, or behind the one button of a private answer.
pub async fn form_or_behind_a_button(bot: &Bot, who: &str, since: u64) -> Option<View> {
    if let Some(view) = bot.world(|world| form(world, who)) {
        return Some(view);
    }
    let answers = bot.world(|world| answers(world, who, since));
    let mut buttons = offers(&answers, |action| FORM_BUTTONS.contains(&action));
    if buttons.is_empty() {
        buttons = offers(&answers, |_| true);
    }
    let [button] = buttons.as_slice() else { return None };
    button.press(bot, who).await.ok()?;
    bot.world(|world| form(world, who))
}

/// Returns a form's element with this `action_id`.
pub fn field<'a>(view: &'a View, name: &str) -> Option<&'a Value> {
    elements(view.blocks()).map(|(_, element)| element).find(|element| element["action_id"] == name)
}

/// Returns the id of the filled-in person.
pub fn person_in(view: &View) -> Option<String> {
    field(view, "to").and_then(|to| to["initial_option"]["value"].as_str()).map(str::to_owned)
}

/// Returns a form's conversations: those filled in, or those remembered.
pub fn conversations_in(view: &View) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(which) = field(view, "which") {
        conversations(&which["initial_option"], &mut found);
        conversations(&which["initial_options"], &mut found);
    }
    if found.is_empty() {
        let memory = view.body["private_metadata"].as_str().unwrap_or_default();
        conversations(&serde_json::from_str(memory).unwrap_or(Value::Null), &mut found);
    }
    found
}

fn conversations(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_conversation(text) => found.extend([text.clone()]),
        Value::String(text) => found.extend(named(text, "c")),
        Value::Array(all) => all.iter().for_each(|one| conversations(one, found)),
        Value::Object(fields) => fields.values().for_each(|field| conversations(field, found)),
        _ => {}
    }
}

/// Returns the conversations in some messages: in their controls, by full names and by numbers.
pub fn conversations_of(world: &World, messages: &[Message]) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = offers(messages, |_| true).iter().filter_map(Offer::conversation).collect();
    let words = said(world, messages);
    for conversation in &world.dialnote.conversations {
        let contact = &conversation.contact;
        let names: Vec<&str> = contact.first_name.iter().chain(&contact.last_name).map(String::as_str).collect();
        let name = names.join(" ");
        let national = contact.phone_number.strip_prefix("+1").filter(|digits| digits.len() == 10);
        let number = national.map(|digits| format!("+1 {} {} {}", &digits[..3], &digits[3..6], &digits[6..]));
        let is_named = !name.is_empty() && words.contains(&name);
        if is_named || number.is_some_and(|number| words.contains(&number)) {
            found.insert(conversation.id.clone());
        }
    }
    found
}

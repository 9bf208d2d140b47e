//! Plays a cell, and judges its outcome by the writes and by the messages that its person saw.

use dialnote_sandbox::{
    Click, Delivery, Impossible, Message, Outcome as Answer, Shortcut, Submit, Typing, View, World,
};
use dialnote_slack::core::control::{Carried, Control};
use dialnote_slack::platform::slack::reading;
use serde_json::{Value, json};

use super::expected::Outcome;
use super::moves::{Move, NIA, NUMBERS, SECRET, Sign, moves, sign, user};
use super::stage::Stage;
use super::table::{Deed, Kind, Set, Way};
use crate::support::drawing::{draw, draw_blocks};
use crate::support::{Bot, FRONT_DESK, MAYA};

/// The words of each refusal.
const REFUSALS: [(&str, Outcome); 16] = [
    ("Not done: your Slack email", Outcome::Stranger),
    ("Your Slack account isn't linked to dialnote yet.", Outcome::Stranger),
    ("Only people can use this app, not bots.", Outcome::Stranger),
    ("Your Slack account is deactivated.", Outcome::Stranger),
    ("Guests can't use this app", Outcome::Stranger),
    ("Only members of the workspace that installed this app", Outcome::Stranger),
    ("Only an admin can ", Outcome::Rule),
    ("Only the owner or an admin can ", Outcome::Rule),
    ("Only an admin of this workspace or ", Outcome::Rule),
    ("Add a note", Outcome::NoteMissing),
    ("There's nothing to accept or decline for ", Outcome::NotTheirs),
    ("You aren't the owner of ", Outcome::NotTheirs),
    ("This list or button has expired.", Outcome::NotTheirs),
    ("Nothing to undo", Outcome::NotTheirs),
    ("You already own ", Outcome::Already),
    ("This app isn't installed", Outcome::NotInstalled),
];

/// The text of a message with a control that the app did not draw.
const BOARD: &str = "a board";

/// A cell of the table.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub deed: Deed,
    pub way: Way,
    pub kind: Kind,
    pub set: Set,
}

/// The messages and views that someone has seen.
struct Mark {
    revision: u64,
    delivery: u64,
    views: Vec<(String, String)>,
}

/// The outcome of a cell.
#[derive(Debug)]
struct Seen {
    /// The texts shown to them and to no one else.
    told: Vec<String>,
    /// True if a conversation or a stored setting has changed.
    changed: bool,
    /// True if a link became a card.
    unfurled: bool,
    /// True if everyone there sees a contact's whole number.
    exposed: bool,
    /// The ways in which Slack asked.
    ways: Vec<Way>,
}

impl Stage<'_> {
    /// Plays a cell.
    pub async fn play(&mut self, cell: Cell) -> Result<Outcome, String> {
        let Cell { deed, way, kind, set } = cell;
        let mut outcomes = Vec::new();
        let about = self.prepare(deed, kind).await;
        for one in moves(deed, way, &about) {
            for forged in Self::gates(&one, kind) {
                let outcome = self.play_move(cell, &one, *forged).await?;
                // A press in a view names no channel, and Slack refuses a direct message to them.
                let is_unheard = !outcomes.is_empty() && outcome == Outcome::Nothing && is_out_of_reach(kind);
                outcomes.extend(Some(outcome).filter(|_| !is_unheard));
            }
        }
        if outcomes.contains(&Outcome::Done) || kind == Kind::OtherOrganization {
            self.restore(deed, kind, set).await;
        }
        let first = outcomes[0];
        if outcomes.iter().all(|one| *one == first) {
            Ok(first)
        } else {
            Err(format!("now one, now another: {outcomes:?}"))
        }
    }

    /// Answers whether a form is opened by its person, or by an admin and taken over. A person who gets no form must be
    /// kept from submitting another's as well.
    fn gates(one: &Move, kind: Kind) -> &'static [bool] {
        match one {
            Move::Submit(..) | Move::PressIn(..) if kind.is_elsewhere() => &[true],
            Move::Search(..) if !kind.is_teammate() => &[true],
            Move::Submit(..) | Move::PressIn(..) if !kind.is_teammate() => &[false, true],
            _ => &[false],
        }
    }

    async fn play_move(&mut self, cell: Cell, one: &Move, forged: bool) -> Result<Outcome, String> {
        let Cell { deed, way, kind, .. } = cell;
        let before = self.fingerprint(deed).await;
        if forged {
            self.take_over_a_form(one, kind).await;
        }
        let mark = mark(self.home(kind), Self::who(kind));
        let answers = self.act(one, kind, forged).await;
        self.acme.settle().await;
        let changed = self.fingerprint(deed).await != before;
        let mut seen = seen(self.home(kind), Self::who(kind), &mark);
        seen.told.extend(answers);
        seen.changed = changed;
        tidy_up(self.home(kind));
        tidy_up(self.acme);
        // Only the form that a shortcut opens is taken over, and people who are refused a form submit none.
        let went = if forged && matches!(one, Move::Submit(..)) { Way::Form } else { way };
        let needs_a_form = matches!(one, Move::Submit(..) | Move::PressIn(..));
        // Without an installation no scope is granted, and Slack sends no messages, emoji or links.
        let is_unheard = kind == Kind::NotInstalled && matches!(went, Way::Written | Way::Reacted | Way::Link);
        if !seen.ways.contains(&went) && (forged || !needs_a_form) && !is_unheard {
            return Err(format!("Slack asked in other ways: {:?}", seen.ways));
        }
        judge(cell, &sign(deed, way), &seen)
    }

    /// Gives a form that an admin has opened to another person.
    async fn take_over_a_form(&self, one: &Move, kind: Kind) {
        let (Move::Submit(opened, _) | Move::PressIn(opened, _) | Move::Search(opened, _)) = one else { return };
        start(self.acme, MAYA, opened).await;
        self.acme.settle().await;
        let form = self.acme.world(|world| world.modals.pop()).expect("a form");
        let form = View { user: user(Self::who(kind)), ..form };
        self.home(kind).world(|world| world.modals.push(form));
    }

    /// Performs the move. Returns Slack's immediate answer beside messages and windows.
    async fn act(&self, one: &Move, kind: Kind, forged: bool) -> Vec<String> {
        let (bot, who) = (self.home(kind), Self::who(kind));
        let (Move::Submit(opened, _) | Move::PressIn(opened, _) | Move::Search(opened, _)) = one else {
            start(bot, who, one).await;
            return Vec::new();
        };
        if !forged {
            start(bot, who, opened).await;
            bot.settle().await;
        }
        let Some(form) = bot.form(who) else { return Vec::new() };
        bot.world(|world| forget_what_was_shown(world, &form));
        match one {
            Move::Submit(_, values) => {
                let mut values = values.clone();
                if let Some(Value::String(to)) = values.pointer_mut("/to/to") {
                    *to = user(to);
                }
                let submit = Submit { who: who.to_owned(), view_id: form, values: values.as_object().unwrap().clone() };
                taken(bot.sandbox.submit(submit).await).field_errors.into_values().collect()
            }
            Move::PressIn(_, control) => {
                taken(bot.sandbox.click(Click::view(who, &form, control.action_id())).await);
                Vec::new()
            }
            Move::Search(_, typed) => {
                let (who, value) = (who.to_owned(), typed.clone());
                let (view_id, action_id) = (Some(form), "which".to_owned());
                let typing = Typing { who, value, view_id, action_id, ..Typing::default() };
                taken(bot.sandbox.options(typing).await).options.iter().map(Value::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Returns an answer that Slack accepts.
fn taken(answer: Result<Answer, Impossible>) -> Answer {
    let answer = answer.unwrap();
    assert_eq!(answer.error, None, "{answer:?}");
    answer
}

/// Answers whether Slack refuses a direct message to them.
fn is_out_of_reach(kind: Kind) -> bool {
    matches!(kind, Kind::Bot | Kind::Deactivated | Kind::OtherWorkspace)
}

/// Performs a move that needs no form.
async fn start(bot: &Bot, who: &str, one: &Move) {
    match one {
        Move::Type(line) => drop(taken(bot.sandbox.slash(who, FRONT_DESK, line).await)),
        Move::Press(control, carried) => drop(press(bot, who, *control, carried, Button::Plain).await),
        Move::PressPrivately(control, carried) => drop(press(bot, who, *control, carried, Button::Private).await),
        Move::Choose(control, carried, chosen) => drop(press(bot, who, *control, carried, Button::Menu(chosen)).await),
        Move::Shortcut(callback_id) => {
            let shortcut =
                Shortcut { who: who.to_owned(), callback_id: (*callback_id).to_owned(), ..Shortcut::default() };
            taken(bot.sandbox.shortcut(shortcut).await);
        }
        Move::ShortcutOn(callback_id, text) => {
            let ts = bot.world(|world| world.say("maya", FRONT_DESK, text)).unwrap();
            let (who, callback_id) = (who.to_owned(), (*callback_id).to_owned());
            let channel = Some(FRONT_DESK.to_owned());
            let shortcut = Shortcut { who, callback_id, channel, message_ts: Some(ts) };
            taken(bot.sandbox.shortcut(shortcut).await);
        }
        Move::React(name, on) => {
            let ts = bot.world(|world| card_to_react_to(world, on));
            bot.react_to(who, FRONT_DESK, &ts, name, false).await;
        }
        Move::OpenHome => bot.open_home(who).await,
        Move::Post(text) => drop(bot.say(who, FRONT_DESK, text).await),
        Move::Submit(..) | Move::PressIn(..) | Move::Search(..) => unreachable!("it opens a form first"),
    }
}

/// Returns the card of a conversation, without the emoji on it. In other workspaces it is an ordinary message.
fn card_to_react_to(world: &mut World, on: &str) -> String {
    let here = world.channel(FRONT_DESK).unwrap().id.clone();
    let is_seen = |message: &Message| message.channel == here && message.to.is_none() && !message.is_reply();
    let names_it = |message: &Message| json!(message.blocks).to_string().contains(on);
    let card = world.messages.iter_mut().rfind(|message| is_seen(message) && names_it(message));
    let Some(card) = card else { return world.say(MAYA, FRONT_DESK, on).unwrap() };
    card.reactions.clear();
    card.ts.clone()
}

/// The place of a control in a message.
#[derive(Clone, Copy)]
pub enum Button<'a> {
    Plain,
    Private,
    Menu(&'a str),
}

/// Presses a control that the app did not draw there, as a forged request would.
pub async fn press(bot: &Bot, who: &str, control: Control, carried: &Carried, button: Button<'_>) -> Answer {
    let element = match button {
        Button::Menu(_) => json!({ "type": "users_select", "action_id": control.action_id() }),
        _ => json!({ "type": "button", "action_id": control.action_id(), "value": carried.encode() }),
    };
    let block = json!({ "type": "actions", "block_id": carried.encode(), "elements": [element] });
    let ts = bot.world(|world| board(world, block, matches!(button, Button::Private).then(|| user(who))));
    let mut click = Click::message(who, FRONT_DESK, &ts, control.action_id());
    if let Button::Menu(chosen) = button {
        click.selected_user = Some(chosen.to_owned());
    }
    taken(bot.sandbox.click(click).await)
}

/// Posts a message of the app with this block in it.
fn board(world: &mut World, block: Value, to: Option<String>) -> String {
    let ts = world.say("dialnote", FRONT_DESK, BOARD).unwrap();
    let message = world.messages.iter_mut().rfind(|message| message.ts == ts).unwrap();
    (message.blocks, message.to) = (vec![block], to);
    ts
}

/// Turns a form into one of an earlier version: it does not name its conversation's state, which the test changes
/// behind the app's back. Its menu of people offers the chosen one, no matter who typed into it.
fn forget_what_was_shown(world: &mut World, form: &str) {
    let form = world.modals.iter_mut().find(|view| view.id == form).expect("the form");
    for block in form.body["blocks"].as_array_mut().into_iter().flatten() {
        if block["element"]["action_id"] == "to" {
            let nia = json!({ "text": { "type": "plain_text", "text": NIA }, "value": user(NIA) });
            block["element"] = json!({ "type": "static_select", "action_id": "to", "options": [nia] });
        }
    }
    let memory = form.body["private_metadata"].as_str().and_then(|memory| serde_json::from_str::<Value>(memory).ok());
    if let Some(Value::Object(mut memory)) = memory {
        memory.remove("shown");
        form.body["private_metadata"] = json!(Value::Object(memory).to_string());
    }
}

fn views(world: &World, user: &str) -> Vec<View> {
    world.modals.iter().chain(world.homes.values()).filter(|view| view.user == user).cloned().collect()
}

fn mark(bot: &Bot, who: &str) -> Mark {
    let user = user(who);
    bot.world(|world| Mark {
        revision: world.messages.iter().map(|message| message.changed).max().unwrap_or_default(),
        delivery: world.deliveries.iter().last().map_or(0, |delivery| delivery.seq),
        views: views(world, &user).into_iter().map(|view| (view.id, view.hash)).collect(),
    })
}

/// Returns the texts that someone saw since then and others did not.
fn seen(bot: &Bot, who: &str, mark: &Mark) -> Seen {
    let user = user(who);
    bot.world(|world| {
        let new = || world.messages.iter().filter(|message| message.changed > mark.revision);
        let direct = format!("D0{}", user.trim_start_matches("U0"));
        let theirs = new().filter(|message| message.to.as_ref() == Some(&user) || message.channel == direct);
        let windows = views(world, &user).into_iter();
        let windows = windows.filter(|view| !mark.views.contains(&(view.id.clone(), view.hash.clone())));
        let window = |view: View| {
            format!("[[{}]]\n{}", view.body["title"]["text"].as_str().unwrap_or_default(), draw_blocks(view.blocks()))
        };
        let requests = world.deliveries.iter().filter(|delivery| delivery.seq > mark.delivery);
        Seen {
            told: theirs.filter(|message| message.text != BOARD).map(draw).chain(windows.map(window)).collect(),
            changed: false,
            exposed: new()
                .any(|message| message.to.is_none() && !is_direct(message) && draw(message).contains(NUMBERS)),
            unfurled: new().any(|message| !message.unfurls.is_empty()),
            ways: requests.filter_map(way).collect(),
        }
    })
}

/// Returns the way in which a request asked, also by Socket Mode.
fn way(request: &Delivery) -> Option<Way> {
    if request.url.starts_with("socket") {
        let frame: Value = serde_json::from_str(&request.body).ok()?;
        return Way::of(&reading::enveloped(frame["type"].as_str()?, &frame["payload"]));
    }
    let kind = request.headers.get("content-type").map(String::as_str);
    Way::of(&reading::read(kind, request.body.as_bytes()).ok()?)
}

fn is_direct(message: &Message) -> bool {
    message.channel.starts_with('D')
}

/// Closes all windows, and forgets messages for one person.
fn tidy_up(bot: &Bot) {
    bot.world(|world| {
        world.modals.clear();
        world.messages.retain(|message| message.to.is_none() && message.text != BOARD);
    });
}

fn judge(cell: Cell, sign: &Sign, seen: &Seen) -> Result<Outcome, String> {
    let kind = cell.kind;
    if cell.set.is_masked() && seen.exposed {
        return Err("the channel hides numbers, and everybody is shown one".to_owned());
    }
    let tells = |words: &str| seen.told.iter().any(|told| told.contains(words));
    if !kind.is_teammate() && tells(SECRET) {
        return Err(format!("it tells: {seen:?}"));
    }
    if kind.is_elsewhere() && seen.changed {
        return Err(format!("it changes what is not theirs: {seen:?}"));
    }
    if kind == Kind::OtherOrganization {
        return Ok(Outcome::Elsewhere);
    }
    let is_done = match sign {
        Sign::Changed => seen.changed,
        Sign::Told(words) => tells(words),
        Sign::Unfurled => seen.unfurled,
    };
    let refused = REFUSALS.iter().find(|(words, _)| tells(words)).map(|(_, outcome)| *outcome);
    match (is_done, refused) {
        (true, None) => Ok(Outcome::Done),
        (false, Some(outcome)) if !seen.changed => Ok(outcome),
        (false, None) if !seen.changed && seen.told.is_empty() => Ok(Outcome::Nothing),
        _ => Err(format!("{seen:?}")),
    }
}

//! The moves by which people ask for something, and the signs by which its success is recognised.

use dialnote_slack::core::command::PendingAction;
use dialnote_slack::core::control::{Carried, Control};
use dialnote_slack::core::ids::{ChannelId, ConversationId, DraftId, MemberId, SlackUserId};
use dialnote_slack::core::query::{Filter, Query};
use dialnote_slack::core::verbs::{COMMANDS, Verb};
use serde_json::{Value, json};

use super::table::{Deed, Way, only_adds_a_note};
use crate::support::handoff_to;

/// The person to whom others assign conversations: of no kind in the table.
pub const NIA: &str = "nia";

/// A member without a Slack user, and a colleague who is no member.
pub const MEMBER: &str = "mem_xan";
pub const COLLEAGUE: &str = "una";

/// Texts that are only in the contacts' names and that no one types, and others beside them.
pub const SECRET: &str = "Quill";
pub const NAME: &str = "Hush";

/// The beginning of their numbers.
pub const NUMBERS: &str = "415 777 01";

/// The conversations of a cell, and the controls prepared for it.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub id: String,
    pub other: String,
    /// The act to undo.
    pub act: Option<String>,
    /// The stored command that a question is about.
    pub draft: Option<String>,
    /// A link to the conversation.
    pub link: String,
    /// The organization's key.
    pub key: String,
}

/// One action of a person.
pub enum Move {
    Type(String),
    Press(Control, Box<Carried>),
    /// Presses a control that only they see.
    PressPrivately(Control, Box<Carried>),
    /// Chooses a person in a menu.
    Choose(Control, Box<Carried>, &'static str),
    /// Opens a form, fills it in and submits it.
    Submit(Box<Move>, Value),
    /// Opens a window and presses a control in it.
    PressIn(Box<Move>, Control),
    /// Opens a form, and types into the search field in it.
    Search(Box<Move>, String),
    Shortcut(&'static str),
    /// Uses a shortcut on a message.
    ShortcutOn(&'static str, String),
    /// Adds an emoji to the card of a conversation.
    React(&'static str, String),
    OpenHome,
    Post(String),
}

impl Move {
    /// Returns the control to press.
    pub fn control(&self) -> Option<Control> {
        match self {
            Self::Press(control, _)
            | Self::PressPrivately(control, _)
            | Self::Choose(control, ..)
            | Self::PressIn(_, control) => Some(*control),
            Self::Submit(opened, _) => opened.control(),
            _ => None,
        }
    }
}

/// A sign of success.
pub enum Sign {
    /// A conversation or a stored setting has changed.
    Changed,
    /// They see this text.
    Told(&'static str),
    /// A link in their message became a card.
    Unfurled,
}

/// Returns the moves that ask for something in some way. If there are several, each has the same outcome.
pub fn moves(deed: Deed, way: Way, about: &About) -> Vec<Move> {
    match way {
        Way::Typed if deed == Deed::Note => notes(about),
        Way::Typed => vec![Move::Type(line(deed, about))],
        Way::Written => moves(deed, Way::Typed, about).into_iter().map(written).collect(),
        Way::Reacted => vec![Move::React(emoji(deed), about.id.clone())],
        Way::Button => pressed(deed, about),
        Way::Form => vec![form(deed, about)],
        Way::Shortcut => vec![shortcut(deed, about)],
        Way::Search => vec![Move::Search(Box::new(Move::Type("/done".to_owned())), NAME.to_owned())],
        Way::Home => vec![Move::OpenHome],
        Way::Link => vec![Move::Post(format!("look at {}", about.link))],
    }
}

/// Returns the move that writes a typed command to the app.
fn written(typed: Move) -> Move {
    let Move::Type(line) = typed else { return typed };
    let line = line.trim_start_matches("/dialnote ").trim_start_matches('/');
    Move::Post(format!("@dialnote {line}"))
}

fn emoji(deed: Deed) -> &'static str {
    match deed {
        Deed::Take => "eyes",
        Deed::DoneBare => "white_check_mark",
        Deed::SnoozeFree | Deed::Snooze => "zzz",
        other => unreachable!("{other:?} has no emoji"),
    }
}

/// Returns each verb that only adds its note, typed.
fn notes(about: &About) -> Vec<Move> {
    let verbs = COMMANDS.into_iter().filter(|(verb, _)| only_adds_a_note(*verb));
    verbs.map(|(_, spec)| Move::Type(format!("{} {} all fine", spec.typed(), about.id))).collect()
}

fn line(deed: Deed, about: &About) -> String {
    let About { id, other, .. } = about;
    match deed {
        Deed::AssignFree | Deed::AssignOwned => format!("/assign @{NIA} {id}"),
        Deed::TakeOver => format!("/assign me {id}"),
        Deed::Take => format!("/dialnote take {id}"),
        Deed::Unassign => format!("/unassign {id}"),
        Deed::HandOff => format!("/handoff @{NIA} {id} call back"),
        Deed::HandOffBare => format!("/handoff @{NIA} {id}"),
        Deed::HandOffAll => format!("/handoff all @{NIA} I am off"),
        Deed::DoneFree | Deed::Done => format!("/done {id} all fine"),
        Deed::DoneBare => format!("/done {id}"),
        Deed::DoneSeveral => format!("/done {id}, {other}: all fine"),
        Deed::Reopen => format!("/reopen {id}"),
        Deed::SnoozeFree | Deed::Snooze => format!("/snooze {id} 2h"),
        Deed::Wake => format!("/dialnote unsnooze {id}"),
        Deed::Undo => format!("/dialnote undo {id}"),
        Deed::Accept => format!("/dialnote accept {id}"),
        Deed::GiveBack => format!("/dialnote decline {id}"),
        Deed::Keep => format!("/dialnote keep {id}"),
        Deed::History => format!("/dialnote history {id}"),
        Deed::List => format!("/inbox all {NAME}"),
        Deed::Report => "/dialnote report week".to_owned(),
        Deed::Help => "/dialnote help".to_owned(),
        Deed::SeeRoutes => "/dialnote route".to_owned(),
        Deed::Route => "/dialnote route *".to_owned(),
        Deed::RouteOff => "/dialnote route off".to_owned(),
        Deed::SeePeople => "/dialnote link".to_owned(),
        Deed::LinkPerson => format!("/dialnote link @{COLLEAGUE} {MEMBER}"),
        Deed::Unlink => format!("/dialnote link @{COLLEAGUE} off"),
        Deed::SeeSettings => "/dialnote settings".to_owned(),
        Deed::Doctor => "/dialnote doctor".to_owned(),
        Deed::SeeConnection => "/dialnote connect".to_owned(),
        other => unreachable!("{other:?} cannot be typed"),
    }
}

fn pressed(deed: Deed, about: &About) -> Vec<Move> {
    let on = || Carried::conversation(&ConversationId::new(&about.id));
    let press = |control, carried| vec![Move::Press(control, Box::new(carried))];
    let linked = || Carried {
        user: Some(SlackUserId::new(user(COLLEAGUE))),
        member: Some(MemberId::new(MEMBER)),
        from: Some(SlackUserId::new(user("ian"))),
        ..Carried::default()
    };
    match deed {
        Deed::AssignFree | Deed::AssignOwned => vec![Move::Choose(Control::AssignTo, Box::new(on()), NIA)],
        Deed::TakeOver => press(Control::TakeOver, Carried { owner: Some(MemberId::new("mem_leo")), ..on() }),
        Deed::TakeAll => press(
            Control::TakeAll,
            Carried { several: vec![(ConversationId::new(&about.id), MemberId::new("mem_leo"))], ..Carried::default() },
        ),
        Deed::Take => press(Control::Take, on()),
        Deed::Unassign => press(Control::Unassign, on()),
        Deed::Requeue => {
            press(Control::Requeue, Carried { owner: Some(MemberId::new("mem_leo")), ..Carried::default() })
        }
        Deed::DoneBare => press(Control::Done, on()),
        Deed::Reopen => press(Control::Reopen, on()),
        Deed::Wake => press(Control::Wake, on()),
        Deed::Undo | Deed::UndoOfOthers => press(Control::Undo, Carried { act: about.act.clone(), ..on() }),
        Deed::Accept => vec![Move::PressPrivately(Control::Accept, Box::new(on()))],
        Deed::GiveBack => press(Control::GiveBack, on()),
        Deed::Keep => vec![Move::PressPrivately(Control::Keep, Box::new(on()))],
        Deed::OthersQuestion => {
            let draft = about.draft.as_deref().map(DraftId::new);
            let carried = Carried { draft, user: Some(SlackUserId::new(user(NIA))), ..on() };
            let controls = [Control::Pick, Control::PickPerson, Control::FillIn, Control::Retry];
            controls.into_iter().map(|control| Move::Press(control, Box::new(carried.clone()))).collect()
        }
        Deed::History => press(Control::History, on()),
        Deed::Show => press(Control::Show, on()),
        Deed::List => lists(about),
        Deed::Route => press(Control::Route, Carried { line: Some("*".to_owned()), ..Carried::default() }),
        Deed::SeePeople => press(Control::People, Carried::default()),
        Deed::Doctor => press(Control::Doctor, Carried::default()),
        Deed::LinkPerson => press(Control::Link, linked()),
        Deed::MoveLink => press(Control::MoveLink, linked()),
        Deed::Unlink => press(Control::Unlink, linked()),
        Deed::SeeSettings => press(Control::Rules, Carried::default()),
        Deed::SeeWishes => press(Control::Wishes, Carried::default()),
        Deed::SeeConnection => press(Control::Connect, Carried::default()),
        Deed::Disconnect => {
            vec![Move::PressIn(Box::new(Move::Type("/dialnote connect".to_owned())), Control::Disconnect)]
        }
        other => unreachable!("{other:?} has no button"),
    }
}

/// Returns the controls of a list.
fn lists(about: &About) -> Vec<Move> {
    let query = Query { text: NAME.to_owned(), ..Query::of(Filter::All) };
    let list = || Box::new(Carried::list(&query));
    let found = Box::new(Carried::conversation(&ConversationId::new(&about.id)));
    let controls = [Control::Filter, Control::Newer, Control::Older];
    let lists = controls.into_iter().map(|control| Move::PressPrivately(control, list()));
    lists.chain([Move::PressPrivately(Control::Find, found)]).collect()
}

fn form(deed: Deed, about: &About) -> Move {
    let on = || Box::new(Carried::conversation(&ConversationId::new(&about.id)));
    let opened = |control, values| Move::Submit(Box::new(Move::Press(control, on())), values);
    let chosen = |verb| {
        let carried = Carried { wanted: Some(PendingAction::only(verb)), ..*on() };
        Move::Submit(Box::new(Move::Press(Control::Choose, Box::new(carried))), json!({}))
    };
    let typed = |line: &str, values| Move::Submit(Box::new(Move::Type(line.to_owned())), values);
    let note = json!({ "note": { "note": "all fine" } });
    match deed {
        Deed::AssignFree | Deed::AssignOwned => opened(Control::Assign, json!({ "to": { "to": NIA } })),
        Deed::AssignAll => {
            let all = Carried { owner: Some(MemberId::new("mem_leo")), ..Carried::default() };
            let opened = Move::Press(Control::AssignAll, Box::new(all));
            Move::Submit(Box::new(opened), json!({ "to": { "to": NIA } }))
        }
        Deed::HandOff => opened(Control::HandOff, handoff_to(NIA, "call back")),
        Deed::DoneFree | Deed::Done => opened(Control::DoneWithNote, note),
        Deed::SnoozeFree | Deed::Snooze => opened(Control::Snooze, json!({ "soon": { "soon": "3h" } })),
        Deed::Note => opened(Control::Note, note),
        Deed::Take => chosen(Verb::Take),
        Deed::Unassign => chosen(Verb::Unassign),
        Deed::Reopen => chosen(Verb::Reopen),
        Deed::Wake => chosen(Verb::Wake),
        Deed::History => chosen(Verb::History),
        Deed::Accept => chosen(Verb::Accept),
        Deed::GiveBack => chosen(Verb::GiveBack),
        Deed::Keep => chosen(Verb::Keep),
        Deed::Settings => typed("/dialnote settings", json!({ "remind": { "remind": "60" } })),
        Deed::RouteSettings => {
            let carried = Carried { channel: Some(ChannelId::new("C0FRONT")), ..Carried::default() };
            let open = Move::Press(Control::RouteSettings, Box::new(carried));
            Move::Submit(Box::new(open), json!({ "digest": { "digest": "never" } }))
        }
        Deed::Connect => typed("/dialnote connect", json!({ "key": { "key": about.key } })),
        Deed::Wishes => Move::Submit(
            Box::new(Move::Press(Control::Wishes, Box::default())),
            json!({ "from": { "from": "22:00" }, "until": { "until": "06:00" } }),
        ),
        other => unreachable!("{other:?} has no form"),
    }
}

fn shortcut(deed: Deed, about: &About) -> Move {
    let message = format!("about {}", about.link);
    match deed {
        Deed::HandOff => {
            Move::Submit(Box::new(Move::ShortcutOn("hand_off_message", message)), handoff_to(NIA, "call back"))
        }
        Deed::Note => Move::ShortcutOn("note_message", message),
        Deed::List => Move::Shortcut("my_inbox"),
        Deed::Find => Move::Shortcut("find_conversation"),
        other => unreachable!("{other:?} has no shortcut"),
    }
}

/// Returns the sign of success.
pub fn sign(deed: Deed, way: Way) -> Sign {
    match deed {
        Deed::Accept => Sign::Told("You accepted"),
        Deed::Keep => Sign::Told("You're still the owner of "),
        Deed::List | Deed::Find | Deed::Home if matches!(way, Way::Shortcut | Way::Home) => {
            Sign::Told("Find a conversation")
        }
        Deed::List | Deed::Find | Deed::Show => Sign::Told(SECRET),
        Deed::History => Sign::Told("History of "),
        Deed::Link => Sign::Unfurled,
        Deed::Report => Sign::Told("Report · last "),
        Deed::Help => Sign::Told("/assign"),
        Deed::SeeRoutes => Sign::Told("No channel shows cards yet"),
        Deed::SeePeople => Sign::Told("[[People]]"),
        Deed::SeeSettings => Sign::Told("[[Workspace rules]]"),
        Deed::SeeWishes => Sign::Told("[[Notifications]]"),
        Deed::Doctor => Sign::Told("database"),
        Deed::SeeConnection => Sign::Told("[[Connect dialnote]]"),
        _ => Sign::Changed,
    }
}

/// Returns someone's id in Slack.
pub fn user(handle: &str) -> String {
    format!("U0{}", handle.to_uppercase())
}

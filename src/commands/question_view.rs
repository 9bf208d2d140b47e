//! Questions to the requester before a command is carried out. Every answer is a button, and the form behind the
//! last one is filled in with all known facts.

use crate::cards::view::happened;
use crate::commands::away_view;
use crate::commands::lookup::NameDoubt;
use crate::commands::lookup::reading::Missing;
use crate::commands::question::{Choice, Question, Unclear};
use crate::core::control::{Carried, Control};
use crate::core::conversation::Status;
use crate::core::ids::{ConversationId, DraftId, SlackUserId};
use crate::core::last_change::{Changer, LastChange};
use crate::core::moved::Moved;
use crate::core::refusal::Refusal;
use crate::core::text::cut;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words::QUOTE;
use crate::platform::slack::blocks::{parts, words};

/// The most characters of a person's name on a button.
const BUTTON_NAME: usize = 40;

/// Returns a question with its answers.
pub(crate) fn asked(question: &Question) -> Content {
    let title = title(question);
    let mut blocks = vec![title.paragraph()];
    let until = question.until.filter(|_| matches!(question.about, Unclear::Conversation { .. }));
    let until = until.map(|until| Markup::of("Snooze until ").time(until));
    blocks.extend(until.as_ref().map(Markup::small));
    match &question.about {
        Unclear::Conversation { choices, more, doubt, .. } => {
            blocks.extend(conversations(question, choices, *more, *doubt));
        }
        Unclear::Person { people, .. } if people.len() > 1 => {
            let row = |(n, person)| choose_person(question, n, person);
            blocks.extend(people.iter().enumerate().map(row));
        }
        Unclear::Person { .. } | Unclear::Missing(_) => {}
    }
    if !is_quoted(question) {
        blocks.extend(words::given_back(&question.note));
    }
    let text = format!("{}{}", title.words(), answers(question));
    let text = until.map_or_else(|| text.clone(), |until| format!("{text} {}", until.words()));
    parts::with_buttons(Content::new(&text, blocks), actions(question))
}

/// Returns the buttons below the question: the only person who fits, and the form with all known facts.
fn actions(question: &Question) -> Vec<Element> {
    let only = match &question.about {
        Unclear::Person { people, .. } => match people.as_slice() {
            [(user, name)] => Some(assign_to(question, user, name)),
            _ => None,
        },
        _ => None,
    };
    let offered = Carried { conversation: only_choice(&question.about), ..carried(question) };
    only.into_iter().chain([Element::button(Control::FillIn, form_label(&question.about), &offered.encode())]).collect()
}

/// Returns the button that carries the command out with the only person who fits.
fn assign_to(question: &Question, user: &SlackUserId, name: &str) -> Element {
    let value = Carried { user: Some(user.clone()), ..carried(question) };
    let label = format!("{} to {}", verbs::spec(question.verb).form.submit, cut(name, BUTTON_NAME));
    Element::button(Control::PickPerson, &label, &value.encode())
}

fn form_label(about: &Unclear) -> &'static str {
    match about {
        Unclear::Conversation { .. } => "Choose another…",
        Unclear::Person { .. } => "Choose someone…",
        Unclear::Missing(missing) => match missing {
            Missing::Conversation { .. } => "Choose a conversation…",
            Missing::Clarity { .. } => "Fill in…",
            Missing::Person | Missing::Somebody { .. } | Missing::OnePerson => "Choose someone…",
            Missing::Note => "Add note…",
        },
    }
}

/// Returns the only conversation that is offered, so that the form can be filled in with it.
fn only_choice(about: &Unclear) -> Option<ConversationId> {
    match about {
        Unclear::Conversation { choices, .. } => match choices.as_slice() {
            [only] => Some(only.about.id.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Answers whether the question itself quotes the whole note.
fn is_quoted(question: &Question) -> bool {
    let asked = match &question.about {
        Unclear::Missing(Missing::Conversation { asked }) => asked.as_str(),
        _ => return false,
    };
    asked == question.note && cut(asked, QUOTE) == asked
}

/// Lists the answers behind the question, where there are several.
fn answers(question: &Question) -> String {
    let answers: Vec<String> = match &question.about {
        Unclear::Conversation { choices, .. } if choices.len() > 1 => {
            choices.iter().map(|choice| words::contact(&choice.about)).collect()
        }
        Unclear::Person { people, .. } if people.len() > 1 => people.iter().map(|(_, name)| name.clone()).collect(),
        _ => Vec::new(),
    };
    if answers.is_empty() { String::new() } else { format!(" {}", answers.join(", ")) }
}

fn title(question: &Question) -> Markup {
    match &question.about {
        Unclear::Conversation { choices, more, asked, doubt } => {
            which_conversation(choices, choices.len() + more, asked, *doubt, question.verb)
        }
        Unclear::Person { people, typed } => which_person(people, typed),
        Unclear::Missing(missing) => lacking(missing, question.verb),
    }
}

fn which_conversation(choices: &[Choice], all: usize, asked: &str, doubt: NameDoubt, verb: Verb) -> Markup {
    let asked = format!("“{}”", cut(asked, QUOTE));
    let matching = |what: &str| Markup::of(&format!("{all} {what} match ")).text(&asked).ours(". Choose one.");
    match (doubt, choices) {
        (NameDoubt::TwoNamed, _) => Markup::of(&format!("{all} conversations are named. Choose one.")),
        (NameDoubt::Weak | NameDoubt::Several, [only]) => {
            words::contact_in(Markup::of("Did you mean "), &only.about).ours("?")
        }
        (NameDoubt::Weak, _) => Markup::of("No contact is called ").text(&asked).ours(". Did you mean one of these?"),
        (NameDoubt::Several, _) => matching("conversations"),
        (NameDoubt::Done, [only]) if verb == Verb::Done => {
            Markup::default().bold(&only.about.title).ours(" is already done.")
        }
        (NameDoubt::Done, [only]) => {
            words::contact_in(Markup::default(), &only.about).ours(" is done. Did you mean this conversation?")
        }
        (NameDoubt::Done, _) => matching("done conversations"),
        (NameDoubt::Leftover, _) if verbs::spec(verb).note.is_some() => Markup::default()
            .text(&asked)
            .ours(" names no conversation. Choose the conversation to continue without it."),
        (NameDoubt::Leftover, _) => Markup::default()
            .code(&verbs::spec(verb).typed())
            .ours(" takes no note. Choose the conversation to continue without ")
            .text(&asked)
            .ours("."),
    }
}

fn which_person(people: &[(SlackUserId, String)], typed: &str) -> Markup {
    let nobody = || Markup::of("No one is called ").text(&format!("“{}”", cut(typed, QUOTE)));
    match people {
        [(_, only)] => nobody().ours(". Did you mean ").bold(only).ours("?"),
        _ if typed.is_empty() => Markup::of("A conversation has one owner. Choose one person."),
        _ => nobody().ours(". Did you mean one of these?"),
    }
}

fn lacking(missing: &Missing, verb: Verb) -> Markup {
    let quoted = |words: &str| format!("“{}”", cut(words, QUOTE));
    match missing {
        Missing::Conversation { asked } if asked.is_empty() => Markup::of("Choose a conversation."),
        Missing::Conversation { asked } => {
            Markup::of("No conversation matches ").text(&quoted(asked)).ours(". Nothing changed.")
        }
        Missing::Clarity { asked } => {
            let asked: Vec<_> = asked.iter().map(|asked| quoted(asked)).collect();
            Markup::of("Not clear: ")
                .text(&cut(&asked.join(", "), 4 * QUOTE))
                .ours(". Nothing changed. The form has the rest.")
        }
        Missing::Person => Markup::of("Choose the new owner."),
        Missing::Somebody { typed } => {
            Markup::of("No one is called ").text(&quoted(typed)).ours(". Choose the new owner.")
        }
        Missing::OnePerson => Markup::of("A hand-off goes to one person, not to a group. Choose the new owner."),
        Missing::Note => {
            let request = verbs::spec(verb).note.as_ref().map_or("", |note| note.request);
            Markup::of(&request.replace("{name}", "this"))
        }
    }
}

fn conversations(question: &Question, choices: &[Choice], more: usize, doubt: NameDoubt) -> Vec<Block> {
    let row = |(n, choice): (usize, &Choice)| {
        let value = Carried { conversation: Some(choice.about.id.clone()), ..carried(question) };
        let button = Element::button(Control::Pick, "Choose", &value.encode()).numbered(n);
        Block::line(&choice_line(choice, doubt), Some(button.about(&words::spoken(&choice.about))))
    };
    let rest = format!("{more} more match. Name the conversation by number or full name.");
    let rest = (more > 0).then(|| Block::small(&rest));
    choices.iter().enumerate().map(row).chain(rest).collect()
}

/// Describes a conversation to choose from: contact and number, then state and last activity.
fn choice_line(choice: &Choice, doubt: NameDoubt) -> Markup {
    let status = if doubt == NameDoubt::Done { Some(Status::Done) } else { choice.status };
    let (emoji, state) = match (status, &choice.owner) {
        (Some(Status::Done), _) => (Emoji::DONE, Markup::of("Done")),
        (Some(Status::Snoozed), _) => (Emoji::SNOOZED, Markup::of("Snoozed")),
        (_, None) => (Emoji::UNASSIGNED, Markup::of("Unassigned")),
        (_, Some(owner)) => (Emoji::OWNED, Markup::default().text(owner)),
    };
    let contact = Markup::default().emoji(emoji).bold(&choice.about.title);
    let contact = contact.then(" · ", Markup::default().text(&choice.about.number));
    let active = choice.last_activity.as_ref().map(happened).unwrap_or_default();
    contact.ours("\n").then("", state.then(" · ", active))
}

fn choose_person(question: &Question, n: usize, (user, name): &(SlackUserId, String)) -> Block {
    let value = Carried { user: Some(user.clone()), ..carried(question) };
    let button = Element::button(Control::PickPerson, "Choose", &value.encode()).numbered(n).about(name);
    Block::line(&Markup::default().bold(name), Some(button))
}

/// Reports a change since the question:
/// "Nothing changed yet: Ana Lima is assigned to Leo now. Leo changed it 3 s ago, after you were asked."
pub(crate) fn moved(moved: &Moved) -> Markup {
    let owner = moved.owner.as_ref().map(|owner| match owner.as_str() {
        "" => Markup::of("unassigned"),
        owner => Markup::of("assigned to ").bold(owner),
    });
    let status = moved.status.map(|status| match status {
        Status::Open => "open",
        Status::Done => "done",
        Status::Snoozed => "snoozed",
        Status::Other => "in another state",
    });
    let now = Markup::joined(" and ", owner.into_iter().chain(status.map(Markup::of)));
    let line =
        words::contact_in(Markup::of("Nothing changed yet: "), &moved.about).ours(" is ").then("", now).ours(" now. ");
    line.then("", changed(moved)).ours(".")
}

/// Names the last known change: "Leo changed it 3 s ago, after you were asked".
fn changed(moved: &Moved) -> Markup {
    let after = if moved.unasked { "" } else { ", after you were asked" };
    match &moved.by {
        Some(LastChange { by, seconds_ago }) => {
            let who = match by {
                Changer::You => Markup::of("You changed it"),
                Changer::Colleague(name) => Markup::default().bold(name).ours(" changed it"),
                Changer::Elsewhere => Markup::of("It was changed in dialnote"),
            };
            who.ours(&format!(" {} ago{after}", words::span(*seconds_ago)))
        }
        None if moved.unasked => Markup::of("It changed after it was shown to you"),
        None => Markup::of("It changed after you were asked"),
    }
}

/// Returns the end of the snooze, if the conversation is snoozed now.
pub(crate) fn end(moved: &Moved) -> Vec<Block> {
    let until = moved.status.and(moved.seen.state.until);
    until.map(|until| Markup::of("Snoozed until ").time(until).small()).into_iter().collect()
}

/// Returns the button that carries out the command anyway, if the requester is asked first: after a change, or because
/// the new owner is away.
pub(crate) fn anyway(why: &Refusal) -> Option<Element> {
    let moved = match why {
        Refusal::Moved(moved) => moved,
        Refusal::TheyAreAway(away) => return Some(away_view::anyway(away)),
        _ => return None,
    };
    let label = format!("{} anyway", verbs::spec(moved.verb).form.submit);
    let button = Element::button(Control::Retry, &label, &kept(&moved.draft).encode());
    Some(button.about(&words::spoken(&moved.about)))
}

/// Returns that button, and the one that opens the form filled in with all known facts.
pub(crate) fn buttons(moved: &Moved) -> Vec<Element> {
    let form = Element::button(Control::FillIn, "Change…", &kept(&moved.draft).encode());
    let anyway = anyway(&Refusal::Moved(Box::new(moved.clone())));
    anyway.into_iter().chain([form.about(&words::spoken(&moved.about))]).collect()
}

fn carried(question: &Question) -> Carried {
    kept(&question.draft)
}

fn kept(draft: &DraftId) -> Carried {
    Carried { draft: Some(draft.clone()), ..Carried::default() }
}

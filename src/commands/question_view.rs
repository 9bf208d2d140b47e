//! Questions to the requester before a command is carried out. Every answer is a button, and the form behind the
//! last one is filled in with all known facts.

use jiff::Timestamp;

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
use crate::platform::slack::blocks::mrkdwn::{neutral, time};
use crate::platform::slack::blocks::words::QUOTE;
use crate::platform::slack::blocks::{parts, words};

/// Returns a question with its answers.
pub(crate) fn asked(question: &Question) -> Content {
    let title = title(question);
    let mut blocks = vec![Block::paragraph(&title)];
    let until = question.until.filter(|_| matches!(question.about, Unclear::Conversation { .. }));
    blocks.extend(until.map(|until| Block::small(&snoozes(until))));
    match &question.about {
        Unclear::Conversation { choices, more, .. } => blocks.extend(conversations(question, choices, *more)),
        Unclear::Person { people, .. } => blocks.extend(people.iter().map(|person| choose_person(question, person))),
        Unclear::Missing(_) => {}
    }
    if !is_quoted(question) {
        blocks.extend(words::given_back(&question.note));
    }
    let offered = Carried { conversation: only_choice(&question.about), ..carried(question) };
    let form = Element::button(Control::FillIn, "Fill in a form", &offered.encode());
    let text = neutral(&text(&title, question));
    let text = until.map_or_else(|| text.clone(), |until| format!("{text} {}", snoozes(until)));
    parts::with_buttons(Content::new(&text, blocks), vec![form])
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

/// Names the time until which an answer snoozes.
fn snoozes(until: Timestamp) -> String {
    format!("Snooze until {}", time(until))
}

/// Answers whether the question itself quotes the whole note.
fn is_quoted(question: &Question) -> bool {
    let asked = match &question.about {
        Unclear::Missing(Missing::Conversation { asked }) => asked.as_str(),
        _ => return false,
    };
    asked == question.note && cut(asked, QUOTE) == asked
}

/// Returns the whole question in one line.
fn text(title: &str, question: &Question) -> String {
    let answers = match &question.about {
        Unclear::Conversation { choices, .. } if choices.len() > 1 => {
            choices.iter().map(|choice| words::named(&choice.about)).collect::<Vec<_>>().join(", ")
        }
        Unclear::Person { people, .. } if people.len() > 1 => {
            people.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    if answers.is_empty() { title.to_owned() } else { format!("{title} {answers}") }
}

fn title(question: &Question) -> String {
    match &question.about {
        Unclear::Conversation { choices, more, asked, doubt } => {
            which_conversation(choices, choices.len() + more, asked, *doubt, question.verb)
        }
        Unclear::Person { people, typed } => which_person(people, typed),
        Unclear::Missing(missing) => lacking(missing, question.verb),
    }
}

fn which_conversation(choices: &[Choice], all: usize, asked: &str, doubt: NameDoubt, verb: Verb) -> String {
    let asked = cut(asked, QUOTE);
    match (doubt, choices) {
        (NameDoubt::TwoNamed, _) => "Two conversations are named. Choose the one you mean.".to_owned(),
        (NameDoubt::Weak | NameDoubt::Several, [only]) => format!("Did you mean {}?", words::named(&only.about)),
        (NameDoubt::Weak, _) => format!("No contact is called “{asked}”. Did you mean one of these?"),
        (NameDoubt::Several, _) => format!("{all} conversations match “{asked}”. Choose one."),
        (NameDoubt::Done, [only]) if verb == Verb::Done => format!("{} is already done.", words::named(&only.about)),
        (NameDoubt::Done, [only]) => format!("{} is done. Did you mean this conversation?", words::named(&only.about)),
        (NameDoubt::Done, _) => format!("{all} done conversations match “{asked}”. Choose one."),
        (NameDoubt::Leftover, _) => {
            format!("{} takes no note. Choose the conversation to go on without “{asked}”.", verbs::spec(verb).typed())
        }
    }
}

fn which_person(people: &[(SlackUserId, String)], typed: &str) -> String {
    match people {
        [(_, only)] => format!("No one is called “{}”. Did you mean {only}?", cut(typed, QUOTE)),
        _ if typed.is_empty() => "A conversation has one owner. Choose one person.".to_owned(),
        _ => format!("No one is called “{}”. Did you mean one of these?", cut(typed, QUOTE)),
    }
}

fn lacking(missing: &Missing, verb: Verb) -> String {
    match missing {
        Missing::Conversation { asked } if asked.is_empty() => "Choose a conversation.".to_owned(),
        Missing::Conversation { asked } => {
            format!("No conversation matches “{}”. Nothing changed.", cut(asked, QUOTE))
        }
        Missing::Clarity { asked } => {
            let asked: Vec<_> = asked.iter().map(|asked| format!("“{}”", cut(asked, QUOTE))).collect();
            format!("Not clear: {}. Nothing changed. The form has the rest.", cut(&asked.join(", "), 4 * QUOTE))
        }
        Missing::Person => "Choose the new owner.".to_owned(),
        Missing::Somebody { typed } => format!("No one is called “{}”. Choose the new owner.", cut(typed, QUOTE)),
        Missing::OnePerson => "A hand-off goes to one person, not to a group. Choose the new owner.".to_owned(),
        Missing::Note => verbs::spec(verb).note.as_ref().map_or("", |note| note.request).to_owned(),
    }
}

fn conversations(question: &Question, choices: &[Choice], more: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    for choice in choices {
        let value = Carried { conversation: Some(choice.about.id.clone()), ..carried(question) };
        let owner = choice.owner.as_deref().unwrap_or("unassigned");
        let text = format!("{} · {owner}", words::named(&choice.about));
        blocks.push(Block::row(&text, Element::button(Control::Pick, "Choose", &value.encode())));
        blocks.extend(choice.last_activity.map(|at| Block::small(&format!("Last activity {}", time(at)))));
    }
    if more > 0 {
        blocks.push(Block::paragraph(&format!("{more} more match. Name the one you mean by number or full name.")));
    }
    blocks
}

fn choose_person(question: &Question, (user, name): &(SlackUserId, String)) -> Block {
    let value = Carried { user: Some(user.clone()), ..carried(question) };
    Block::row(name, Element::button(Control::PickPerson, "Choose", &value.encode()))
}

/// Reports a change since the question:
/// "Not done yet: Ana Lima is assigned to Leo now. Leo changed it 3 s ago, after you were asked."
pub(crate) fn moved(moved: &Moved) -> String {
    let owner = moved.owner.as_ref().map(|owner| match owner.as_str() {
        "" => "unassigned".to_owned(),
        owner => format!("assigned to {owner}"),
    });
    let status = moved.status.map(|status| match status {
        Status::Open => "open".to_owned(),
        Status::Done => "done".to_owned(),
        Status::Snoozed => "snoozed".to_owned(),
        Status::Other => "in another state".to_owned(),
    });
    let now: Vec<_> = owner.into_iter().chain(status).collect();
    let after = if moved.unasked { "" } else { ", after you were asked" };
    let changed = match &moved.by {
        Some(LastChange { by, seconds_ago }) => {
            let who = match by {
                Changer::You => "You changed it".to_owned(),
                Changer::Colleague(name) => format!("{name} changed it"),
                Changer::Elsewhere => "It was changed in dialnote".to_owned(),
            };
            format!("{who} {} ago{after}", words::span(*seconds_ago))
        }
        None if moved.unasked => "It changed after it was shown to you".to_owned(),
        None => "It changed after you were asked".to_owned(),
    };
    let contact = words::contact(&moved.about);
    format!("Not done yet: {contact} is {} now. {changed}.", now.join(" and "))
}

/// Returns the end of the snooze, if the conversation is snoozed now.
pub(crate) fn end(moved: &Moved) -> Vec<Block> {
    let until = moved.status.and(moved.seen.state.until);
    until.map(|until| Block::small(&format!("It comes back {}.", time(until)))).into_iter().collect()
}

/// Returns the button that carries out the command anyway, if the requester is asked again after a change.
pub(crate) fn anyway(why: &Refusal) -> Option<Element> {
    let Refusal::Moved(moved) = why else { return None };
    let label = format!("{} anyway", verbs::spec(moved.verb).form.submit);
    Some(Element::button(Control::Retry, &label, &kept(&moved.draft).encode()))
}

/// Returns that button, and the one that opens the form filled in with all known facts.
pub(crate) fn buttons(moved: &Moved) -> Vec<Element> {
    let form = Element::button(Control::FillIn, "Fill in a form", &kept(&moved.draft).encode());
    let anyway = anyway(&Refusal::Moved(Box::new(moved.clone())));
    anyway.into_iter().chain([form]).collect()
}

fn carried(question: &Question) -> Carried {
    kept(&question.draft)
}

fn kept(draft: &DraftId) -> Carried {
    Carried { draft: Some(draft.clone()), ..Carried::default() }
}

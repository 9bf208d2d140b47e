//! The sentence of each refusal, with buttons for the next step.

use crate::commands::help_view::with_usage;
use crate::commands::{question_view, snooze_view, undo_view};
use crate::core::about::About;
use crate::core::command::PendingAction;
use crate::core::control::{Carried, Control};
use crate::core::event::SOMEBODY;
use crate::core::ids::MemberId;
use crate::core::refusal::Refusal;
use crate::core::rule::{Rule, Who};
use crate::core::teammate::Unlinked;
use crate::core::text::cut;
use crate::core::verbs;
use crate::people::people_words;
use crate::platform::slack::blocks::element::{Confirm, Element, Style};
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::words::QUOTE;
use crate::platform::slack::blocks::{connect_button, parts, words};

/// Explains why a command was refused.
pub fn refusal(why: &Refusal) -> Content {
    refused(why, "")
}

/// Explains why a command was refused, and gives its note back.
pub fn refused(refusal: &Refusal, note: &str) -> Content {
    let mut content = words::sentence(&no(refusal));
    content.blocks.extend(words::given_back(note));
    match refusal {
        Refusal::Taken { about, owner, owner_id, .. }
        | Refusal::NotYours { about, owner: Some(owner), owner_id: Some(owner_id) } => {
            parts::with_buttons(content, vec![take_over(about, owner, owner_id)])
        }
        Refusal::NotYours { about, owner: None, .. } => {
            let value = Carried::conversation(&about.id).encode();
            parts::with_buttons(content, vec![Element::button(Control::Take, "Take it", &value)])
        }
        Refusal::NoteMissing { about, verb } => {
            let carried = Carried { wanted: Some(PendingAction::only(*verb)), ..Carried::conversation(&about.id) };
            let control = Control::opening(*verb).unwrap_or(Control::Choose);
            parts::with_buttons(content, vec![Element::button(control, "Write it", &carried.encode())])
        }
        Refusal::SnoozeOver { about, until, .. } => {
            parts::with_blocks(content, snooze_view::instead(about, Some(*until)))
        }
        Refusal::SnoozeTooLong { about } => parts::with_blocks(content, snooze_view::instead(about, None)),
        Refusal::Moved(moved) => {
            parts::with_buttons(parts::with_blocks(content, question_view::end(moved)), question_view::buttons(moved))
        }
        Refusal::NotesStay { earlier: Some(earlier), .. } => {
            parts::with_buttons(content, vec![undo_view::button_for(earlier)])
        }
        Refusal::YouAreNotLinked(Unlinked::NotConnected) => {
            parts::with_buttons(content, vec![connect_button::button()])
        }
        Refusal::MemberTaken { user, name, member, member_name, holder, holder_name, .. } => {
            let button = people_words::move_it((user, name), (member, member_name), (holder, holder_name));
            parts::with_buttons(content, vec![button])
        }
        _ => content,
    }
}

pub(crate) fn no(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NothingToUndo
        | Refusal::UndoneAlready
        | Refusal::ChangedSince { .. }
        | Refusal::TooLateToUndo(_)
        | Refusal::AllTooLateToUndo { .. }
        | Refusal::NotesStay { .. } => undo_view::refused(refusal),
        Refusal::YouAreNotLinked(why) => people_words::you_are_not_linked(*why),
        Refusal::NotLinked { name, why } => people_words::not_linked(name, *why),
        Refusal::NotInstalled => "This app is not installed in this workspace, or not any more. \
             Ask an admin to install it."
            .to_owned(),
        Refusal::OperatorConnects => {
            "The operator of this app manages its dialnote key; it can't be changed from Slack.".to_owned()
        }
        Refusal::NotYoursToConnect => "Only admins of this workspace, and whoever installed this app, can connect it \
             to dialnote. Ask one of them."
            .to_owned(),
        Refusal::WhoIsUnknown => "I could not check whether you may change this, because Slack or dialnote did not \
             answer. Nothing changed. Try again in a moment."
            .to_owned(),
        Refusal::Moved(moved) => question_view::moved(moved),
        Refusal::Gone(about) => format!("dialnote no longer has the conversation with {}.", words::contact(about)),
        Refusal::NoConversation { id } => format!(
            "dialnote has no conversation {}. It may have been deleted; \
             name it by the contact’s number or name instead.",
            cut(id.as_str(), QUOTE)
        ),
        Refusal::WrongAddress { setting } => format!(
            "dialnote can't do this at the address in {setting}. Nothing changed. \
             Ask the operator of this app to check it with `dialnote-slack doctor`."
        ),
        Refusal::Taken { about, owner, seconds_ago, .. } => match seconds_ago {
            Some(seconds) => format!("{owner} took {} {} ago.", words::named(about), words::span(*seconds)),
            None => format!("{} belongs to {owner} already.", words::named(about)),
        },
        Refusal::AlreadyYours(about) => format!("{} is already yours.", words::named(about)),
        Refusal::AlreadyTheirs { about, owner } => format!("{} is already {owner}’s.", words::named(about)),
        Refusal::Owned { about, owner } => format!(
            "{} belongs to {owner} already, and a group takes nothing away from anybody. Name a person instead.",
            words::named(about)
        ),
        Refusal::NobodyAvailable { group } => {
            format!("Nobody of {group} is in dialnote and there right now. Name a person instead.")
        }
        Refusal::GroupUnreadable { group } => format!(
            "I cannot find out who belongs to {group}. Name a person, or ask whoever set up this app to allow it \
             usergroups:read."
        ),
        Refusal::NobodyOwnsIt(about) => format!("Nobody owns {}; it is in the queue already.", words::named(about)),
        Refusal::AlreadySo { about, done, by } => already_so(about, *done, by.as_ref()),
        Refusal::NoteTooLong { characters, most } => {
            format!("The note has {characters} characters; dialnote takes {most}. Shorten it and try again.")
        }
        Refusal::SettingsUnreadable => {
            "The settings can't be read right now, so nothing was changed. Try again in a minute.".to_owned()
        }
        Refusal::OwnMessage => {
            "The app wrote this message, so it can't be added as a note. Choose a message that someone wrote."
                .to_owned()
        }
        Refusal::NothingToNote => {
            "This message has no text to add as a note. Type the note with /dialnote note instead.".to_owned()
        }
        Refusal::NoteMissing { verb, .. } => {
            let question = verbs::spec(*verb).note.as_ref().map_or("", |note| note.question);
            with_usage(&format!("{question} Add a note."), *verb)
        }
        Refusal::TimePassed => CHOOSE_A_LATER_TIME.to_owned(),
        Refusal::TimeTooFar => CHOOSE_AN_EARLIER_TIME.to_owned(),
        Refusal::SnoozeOver { about, waited, .. } => snooze_view::passed(about, *waited),
        Refusal::SnoozeTooLong { about } => snooze_view::too_far(about),
        Refusal::NotSnoozed(about) => format!("{} is not snoozed.", words::named(about)),
        Refusal::FormNotOpened => "Slack did not open the form in time. Please press the button again.".to_owned(),
        Refusal::ReadOnlyKey => "This app’s dialnote key may only read. \
             Ask whoever set up the app for a key that may write."
            .to_owned(),
        Refusal::KeyRefused => "dialnote does not accept this app’s key any more. \
             Ask whoever set up the app for a new one."
            .to_owned(),
        Refusal::Dialnote { words } => format!("dialnote refused this: “{}”.", cut(words, 500).trim_end_matches('.')),
        Refusal::DidNotStick { about, owner } => format!(
            "dialnote took the change, but {}. Somebody may have changed it there at the same moment; look and try again.",
            match owner {
                Some(owner) => format!("{} belongs to {owner} now", words::named(about)),
                None => format!("nobody owns {} now", words::named(about)),
            }
        ),
        Refusal::StatusRefused { about, words } => format!(
            "dialnote refused the new status of {}: “{}”. Change it in dialnote instead.",
            words::named(about),
            cut(words, 500).trim_end_matches('.')
        ),
        Refusal::StatusUnchanged(about) => format!(
            "dialnote accepted the new status of {} but didn't make it. Change it in dialnote instead.",
            words::named(about)
        ),
        Refusal::DialnoteSilent => "dialnote did not answer in time.".to_owned(),
        Refusal::NotAllowed(rule) => not_allowed(*rule),
        Refusal::NothingGiven(about) => {
            format!(
                "{} is not waiting for your answer: nobody gave it to you, or you answered already.",
                words::named(about)
            )
        }
        Refusal::NotYours { about, owner: Some(owner), .. } => format!("{} belongs to {owner}.", words::named(about)),
        Refusal::NotYours { about, owner: None, .. } => format!("Nobody owns {}.", words::named(about)),
        Refusal::NothingGivenToYou => "Nothing is waiting for your answer.".to_owned(),
        Refusal::NothingYours => "Nothing open is yours.".to_owned(),
        Refusal::NothingTheirs => "Nothing open is theirs any more.".to_owned(),
        Refusal::NotedAlready(about) => {
            format!("This message is in dialnote as a note about {} already.", words::named(about))
        }
        Refusal::NoLine { asked, lines } => format!(
            "No shared number is called “{}”. These are there: {}.",
            cut(asked, QUOTE),
            lines.iter().map(|line| cut(line, QUOTE)).take(MOST_ROWS).collect::<Vec<_>>().join(", ")
        ),
        Refusal::NoMember { asked, nearest } => people_words::no_member(asked, nearest.as_deref()),
        Refusal::MemberTaken { name, member_name, holder_name, by_hand, .. } => {
            let how = if *by_hand { "was linked by hand to" } else { "has the e-mail address of" };
            format!(
                "{holder_name} {how} {member_name} in dialnote, and one member can be one person only. \
                 If that is really {name}, move the link."
            )
        }
        Refusal::NotLinkedByHand { name } => {
            format!("Nobody linked {name} by hand, so there is nothing to take away: the e-mail address counts.")
        }
        Refusal::WhichChannel => "Which channel? Type the command in it, or name it with #.".to_owned(),
        Refusal::DraftGone => "That list or button is too old. Please type the command again.".to_owned(),
    }
}

pub(crate) fn not_allowed(rule: Rule) -> String {
    let who = |who| match who {
        Who::Anyone => "every teammate",
        Who::OwnerAndAdmins => "the owner and admins",
        Who::Admins => "admins",
    };
    match rule {
        Rule::Reassign(may) => {
            format!("In this workspace only {} may re-assign what somebody owns. Ask one of them.", who(may))
        }
        Rule::Snooze(may) => {
            format!("In this workspace only {} may snooze what somebody else owns. Ask one of them.", who(may))
        }
        Rule::Done(may) => format!("In this workspace only {} may mark conversations done. Ask one of them.", who(may)),
        Rule::Configure => "Only admins may change the rules of this workspace.".to_owned(),
    }
}

pub(crate) fn already_so(about: &About, done: bool, by: Option<&(String, i64)>) -> String {
    let (name, status) = (words::named(about), if done { "done" } else { "open" });
    match by {
        Some((by, seconds)) if by == SOMEBODY => {
            format!("{name} is already {status}; it was changed in dialnote {} ago.", words::span(*seconds))
        }
        Some((by, seconds)) => format!("{name} is already {status}; {by} did that {} ago.", words::span(*seconds)),
        None => format!("{name} is already {status}."),
    }
}

/// The most rows of a kind in the answer to a command for several conversations.
pub(crate) const MOST_ROWS: usize = 20;

/// The error under the time of a snooze form, if the time has passed.
pub(crate) const CHOOSE_A_LATER_TIME: &str = "That time has passed. Choose a later one.";

/// The error under the time of a snooze form, if the time is too far away.
pub(crate) const CHOOSE_AN_EARLIER_TIME: &str = "That is more than a year away. Choose an earlier time.";

/// Returns the button that takes over a conversation with another owner, after a confirmation.
pub(crate) fn take_over(about: &About, owner: &str, owner_id: &MemberId) -> Element {
    let carried = Carried { owner: Some(owner_id.clone()), ..Carried::conversation(&about.id) };
    let ask = Confirm::new(
        "Take it over?",
        &format!("{} becomes yours, and {owner} is told.", words::named(about)),
        "Take over",
        "Leave it",
    );
    Element::button(Control::TakeOver, "Take over", &carried.encode()).styled(Style::Danger).asking(ask)
}

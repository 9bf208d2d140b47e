//! The sentence of each refusal: what is true, then who can help or what to type. Its buttons are in
//! `commands::refusal_view`.

use crate::commands::{away_view, question_view, snooze_view, undo_view};
use crate::core::about::About;
use crate::core::event;
use crate::core::refusal::Refusal;
use crate::core::rule::{Rule, Who};
use crate::core::text::cut;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::people::people_words;
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::words;
use crate::platform::slack::blocks::words::QUOTE;

/// The error under the time of a snooze form, if the time has passed.
pub(crate) const CHOOSE_A_LATER_TIME: &str = "That time has passed. Choose a later one.";

/// The error under the time of a snooze form, if the time is too far away.
pub(crate) const CHOOSE_AN_EARLIER_TIME: &str = "That's more than a year away. Choose an earlier time.";

/// The most shared numbers that a sentence names.
const MOST_LINES: usize = 20;

/// The most characters of dialnote's own words that are repeated.
const MOST_OF_DIALNOTE: usize = 500;

/// Returns the sentence of a refusal in words alone.
pub(crate) fn no(refusal: &Refusal) -> String {
    line(refusal).words()
}

/// Returns the reason why only the note was refused. The rest of the command was carried out, so something changed.
pub(crate) fn because(refusal: &Refusal) -> String {
    no(refusal).replace(" Nothing changed.", "").replace("Nothing changed: ", "")
}

/// Returns the sentence of a refusal: with an emoji, if a rule forbids the command or if it failed.
pub(crate) fn line(refusal: &Refusal) -> Markup {
    let line = sentence(refusal);
    match mark(refusal) {
        Some(emoji) => Markup::default().emoji(emoji).then("", line),
        None => line,
    }
}

/// Returns the emoji of a refusal. A command that changes nothing because all is so already has none.
fn mark(refusal: &Refusal) -> Option<Emoji> {
    match refusal {
        Refusal::YouAreNotLinked(_)
        | Refusal::NotAllowed(_)
        | Refusal::RuleForbids { .. }
        | Refusal::OperatorConnects
        | Refusal::NotYoursToConnect => Some(Emoji::REFUSED),
        Refusal::NotInstalled
        | Refusal::WhoIsUnknown
        | Refusal::WrongAddress { .. }
        | Refusal::SettingsUnreadable
        | Refusal::FormNotOpened
        | Refusal::ReadOnlyKey
        | Refusal::KeyRefused
        | Refusal::Dialnote { .. }
        | Refusal::DidNotStick { .. }
        | Refusal::StatusRefused { .. }
        | Refusal::StatusUnchanged(_)
        | Refusal::DialnoteSilent => Some(Emoji::FAILED),
        _ => None,
    }
}

fn sentence(refusal: &Refusal) -> Markup {
    match refusal {
        Refusal::NothingToUndo
        | Refusal::UndoneAlready
        | Refusal::ChangedSince { .. }
        | Refusal::TooLateToUndo(_)
        | Refusal::AllTooLateToUndo { .. }
        | Refusal::NotesStay { .. } => Markup::default().text(&undo_view::refused(refusal)),
        Refusal::NotAllowed(rule) => not_allowed(*rule),
        Refusal::RuleForbids { rule, about, owner } => rule_forbids(*rule, about, owner.as_deref()),
        Refusal::Moved(moved) => question_view::moved(moved),
        Refusal::TheyAreAway(away) => away_view::question(away),
        Refusal::YouAreNotLinked(why) => people_words::you_are_not_linked(*why),
        Refusal::NotLinked { name, why } => people_words::not_linked(name, *why),
        Refusal::NoMember { .. }
        | Refusal::NoSlackUser
        | Refusal::MemberTaken { .. }
        | Refusal::NotLinkedByHand { .. } => people_words::not_changed(refusal),
        _ => about_one(refusal).or_else(|| about_words(refusal)).unwrap_or_else(|| Markup::of(fixed(refusal))),
    }
}

/// Returns the sentence of a refusal that names a conversation.
fn about_one(refusal: &Refusal) -> Option<Markup> {
    let start = |about: &About| Markup::default().bold(&about.title);
    Some(match refusal {
        Refusal::Gone(about) => start(about).ours(" is no longer in dialnote. Nothing changed."),
        Refusal::Taken { about, owner, seconds_ago: Some(seconds), .. } => {
            let ago = format!(" {} ago.", words::span(*seconds));
            Markup::default().bold(owner).ours(" took ").bold(&about.title).ours(&ago)
        }
        Refusal::Taken { about, owner, seconds_ago: None, .. } => {
            Markup::default().bold(owner).ours(" already owns ").bold(&about.title).ours(".")
        }
        Refusal::AlreadyYours(about) => Markup::of("You already own ").bold(&about.title).ours(". Nothing changed."),
        Refusal::AlreadyTheirs { about, owner } => {
            start(about).ours(" is already assigned to ").bold(owner).ours(". Nothing changed.")
        }
        Refusal::Owned { about, owner } => Markup::default()
            .bold(owner)
            .ours(" already owns ")
            .bold(&about.title)
            .ours(". To reassign it, name a person instead of a group."),
        Refusal::NobodyOwnsIt(about) => start(about).ours(" is already unassigned. Nothing changed."),
        Refusal::AlreadySo { about, done, by } => already_so(about, *done, by.as_ref()),
        Refusal::NoteMissing { verb, about } => note_missing(*verb, about),
        Refusal::SnoozeOver { about, waited, .. } => snooze_view::passed(about, *waited),
        Refusal::SnoozeTooLong { about } => snooze_view::too_far(about),
        Refusal::NotSnoozed(about) => start(about).ours(" isn't snoozed. Nothing changed."),
        Refusal::DidNotStick { about, owner: Some(owner) } => Markup::of("dialnote accepted the change, but ")
            .bold(owner)
            .ours(" owns ")
            .bold(&about.title)
            .ours(" now. Check it and try again."),
        Refusal::DidNotStick { about, owner: None } => Markup::of("dialnote accepted the change, but ")
            .bold(&about.title)
            .ours(" is unassigned now. Check it and try again."),
        Refusal::StatusRefused { about, words } => Markup::of("dialnote refused the new status of ")
            .bold(&about.title)
            .ours(": ")
            .text(&said(words))
            .ours(". Change it in dialnote instead."),
        Refusal::StatusUnchanged(about) => Markup::of("dialnote accepted the new status of ")
            .bold(&about.title)
            .ours(" but didn't change it. Change it in dialnote instead."),
        Refusal::NothingGiven(about) => Markup::of("There's nothing to accept or decline for ")
            .bold(&about.title)
            .ours(": it isn't assigned to you, or you already responded."),
        Refusal::NotYours { about, owner: Some(owner), .. } => {
            Markup::of("You aren't the owner of ").bold(&about.title).ours(". ").bold(owner).ours(" is.")
        }
        Refusal::NotYours { about, owner: None, .. } => start(about).ours(" is unassigned. Take it first."),
        Refusal::NotedAlready(about) => {
            Markup::of("This message is already a note on ").bold(&about.title).ours(". Nothing changed.")
        }
        _ => return None,
    })
}

/// Returns the sentence of a refusal that repeats what was typed, or names a setting or a group.
fn about_words(refusal: &Refusal) -> Option<Markup> {
    Some(match refusal {
        Refusal::NoConversation { id } => Markup::of("dialnote has no conversation ")
            .code(&cut(id.as_str(), QUOTE))
            .ours(". Name it by contact name or phone number."),
        Refusal::WrongAddress { setting } => Markup::of("dialnote can't do this at the address in ")
            .code(setting)
            .ours(". Nothing changed. Ask the operator to run ")
            .code("dialnote-slack doctor")
            .ours("."),
        Refusal::NobodyAvailable { group } => {
            Markup::of("No one in ").text(group).ours(" is available right now. Choose a person.")
        }
        Refusal::GroupUnreadable { group } => Markup::of("The members of ")
            .text(group)
            .ours(" can't be read. Name a person, or ask an admin to allow ")
            .code("usergroups:read")
            .ours("."),
        Refusal::NoRoute(channel) => Markup::default()
            .channel(channel)
            .ours(" shows no shared number's cards. Choose one there with ")
            .code("/dialnote route")
            .ours("."),
        Refusal::NoteTooLong { characters, most } => {
            let sentence =
                format!("The note has {characters} characters, and dialnote accepts {most}. Shorten it and try again.");
            Markup::of(&sentence)
        }
        Refusal::NothingToNote => Markup::of("This message has no text to add as a note. Type the note with ")
            .code("/dialnote note")
            .ours("."),
        Refusal::ReadOnlyKey => {
            Markup::of("This app's dialnote key is read-only. ").then("", another_key("one that may write"))
        }
        Refusal::KeyRefused => Markup::of("dialnote rejected this app's key. ").then("", another_key("a new one")),
        Refusal::Dialnote { words } => Markup::of("dialnote refused this: ").text(&said(words)),
        Refusal::NoLine { asked, lines } => {
            let lines: Vec<_> = lines.iter().map(|line| cut(line, QUOTE)).take(MOST_LINES).collect();
            let typed = format!("No shared number is called “{}”. Choose one of: ", cut(asked, QUOTE));
            Markup::default().text(&typed).text(&lines.join(", "))
        }
        _ => return None,
    })
}

/// Returns the sentence of a refusal that names nothing.
fn fixed(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotInstalled => "This app isn't installed in this workspace. Ask an admin to install it.",
        Refusal::OperatorConnects => "The operator of this app manages its dialnote key. It can't be changed in Slack.",
        Refusal::NotYoursToConnect => {
            "Only an admin of this workspace or the person who installed this app can connect it to dialnote. \
             Ask one of them."
        }
        Refusal::WhoIsUnknown => {
            "Nothing changed: Slack or dialnote didn't confirm who you are. Try again in a minute."
        }
        Refusal::SettingsUnreadable => "Nothing changed: the settings can't be read right now. Try again in a minute.",
        Refusal::OwnMessage => {
            "The app wrote this message, so it can't be added as a note. Choose a message that someone wrote."
        }
        Refusal::TimePassed => CHOOSE_A_LATER_TIME,
        Refusal::TimeTooFar => CHOOSE_AN_EARLIER_TIME,
        Refusal::FormNotOpened => "Slack didn't open the window in time. Press the button or type the command again.",
        Refusal::DialnoteSilent => "dialnote didn't respond in time.",
        Refusal::NothingGivenToYou => "You have no pending hand-offs.",
        Refusal::NothingYours => "You own no open conversations.",
        Refusal::NothingTheirs => "They no longer own any open conversations.",
        Refusal::WhichChannel => "Choose a channel: type the command there, or name it with #.",
        Refusal::NothingChosen => "Nothing changed: the question is still open. Choose one of the conversations.",
        Refusal::DraftGone => "This list or button has expired. Type the command again.",
        _ => "Nothing changed.",
    }
}

fn said(words: &str) -> String {
    format!("“{}”", cut(words, MOST_OF_DIALNOTE).trim_end_matches('.'))
}

fn another_key(which: &str) -> Markup {
    Markup::of(&format!("Ask an admin to enter {which} with ")).code("/dialnote connect").ours(".")
}

/// Describes a rule about what only admins may do, or one about conversations as earlier versions stored it.
fn not_allowed(rule: Rule) -> Markup {
    let only = |who, what| format!("Only {} can {what}. Ask an admin.", may(who));
    Markup::of(&match rule {
        Rule::Reassign(who) => only(who, "reassign an owned conversation"),
        Rule::Snooze(who) => only(who, "snooze an owned conversation"),
        Rule::Done(who) => only(who, "mark a conversation done"),
        Rule::Configure => only(Who::Admins, "change the settings and the channels for shared numbers"),
        Rule::Link => only(Who::Admins, "link people"),
        Rule::Doctor => only(Who::Admins, "check the setup"),
        Rule::Workflows => "Workflow steps can't use dialnote in this workspace. Ask an admin to allow them in the \
                            workspace rules (/dialnote settings)."
            .to_owned(),
    })
}

/// Names the rule, the conversation, and the people who can help.
fn rule_forbids(rule: Rule, about: &About, owner: Option<&str>) -> Markup {
    let (who, before, after) = match rule {
        Rule::Reassign(who) => (who, "reassign", ""),
        Rule::Snooze(who) => (who, "snooze", ""),
        Rule::Done(who) => (who, "mark", " done"),
        Rule::Configure | Rule::Link | Rule::Doctor | Rule::Workflows => return not_allowed(rule),
    };
    let line = Markup::of(&format!("Only {} can {before} ", may(who))).bold(&about.title).ours(after).ours(". Ask ");
    match owner.filter(|_| who == Who::OwnerAndAdmins) {
        Some(owner) => line.bold(owner).ours(" (the owner) or an admin."),
        None => line.ours("an admin."),
    }
}

fn may(who: Who) -> &'static str {
    match who {
        Who::Anyone => "a linked teammate",
        Who::OwnerAndAdmins => "the owner or an admin",
        Who::Admins => "an admin",
    }
}

fn already_so(about: &About, done: bool, by: Option<&(String, i64)>) -> Markup {
    let status = if done { "done" } else { "open" };
    let name = Markup::default().bold(&about.title);
    match by {
        Some((by, seconds)) if event::is_elsewhere(by) => {
            name.ours(&format!(" is already {status}: it was changed in dialnote {} ago.", words::span(*seconds)))
        }
        Some((by, seconds)) => {
            let verb = if done { " already marked " } else { " already reopened " };
            let end = if done { " done, " } else { ", " };
            let ago = format!("{end}{} ago.", words::span(*seconds));
            Markup::default().bold(by).ours(verb).then("", name).ours(&ago)
        }
        None => name.ours(&format!(" is already {status}. Nothing changed.")),
    }
}

/// Asks for the note that the rules require.
fn note_missing(verb: Verb, about: &About) -> Markup {
    let request = verbs::spec(verb).note.as_ref().map_or("", |note| note.request);
    match request.split_once("{name}") {
        Some((before, after)) => Markup::of(before).bold(&about.title).ours(after),
        None => Markup::of(request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::{ConversationId, MemberId};

    fn ana() -> About {
        About { id: ConversationId::new("conv_1"), title: "Ana Lima".to_owned(), number: "+1 415 555 0101".to_owned() }
    }

    #[test]
    fn a_rule_names_who_can_help() {
        let forbids = |rule, owner: Option<&str>| {
            no(&Refusal::RuleForbids { rule, about: ana(), owner: owner.map(str::to_owned) })
        };
        let (owner, admins) = (Who::OwnerAndAdmins, Who::Admins);
        for (rule, of, said) in [
            (
                Rule::Reassign(owner),
                Some("Zoe"),
                "Only the owner or an admin can reassign Ana Lima. Ask Zoe (the owner) or an admin.",
            ),
            (Rule::Reassign(admins), Some("Zoe"), "Only an admin can reassign Ana Lima. Ask an admin."),
            (Rule::Done(owner), None, "Only the owner or an admin can mark Ana Lima done. Ask an admin."),
        ] {
            assert_eq!(forbids(rule, of), said);
        }
        assert_eq!(no(&Refusal::NotAllowed(Rule::Doctor)), "Only an admin can check the setup. Ask an admin.");
    }

    #[test]
    fn the_state_that_was_wanted_already_holds() {
        let so = |done, by: Option<(&str, i64)>| {
            no(&Refusal::AlreadySo { about: ana(), done, by: by.map(|(by, ago)| (by.to_owned(), ago)) })
        };
        assert_eq!(so(true, Some(("Leo", 1))), "Leo already marked Ana Lima done, 1 s ago.");
        assert_eq!(so(false, Some(("Leo", 60))), "Leo already reopened Ana Lima, 1 min ago.");
        assert_eq!(so(true, None), "Ana Lima is already done. Nothing changed.");
        let elsewhere = "Ana Lima is already done: it was changed in dialnote 1 s ago.";
        assert_eq!(so(true, Some((event::SOMEBODY, 1))), elsewhere);
    }

    #[test]
    fn the_person_who_was_first_is_named() {
        let taken = |seconds_ago| {
            let owner_id = MemberId::new("mem_zoe");
            no(&Refusal::Taken { about: ana(), owner: "Zoe".to_owned(), owner_id, seconds_ago })
        };
        assert_eq!(taken(Some(3)), "Zoe took Ana Lima 3 s ago.");
        assert_eq!(taken(None), "Zoe already owns Ana Lima.");
    }
}

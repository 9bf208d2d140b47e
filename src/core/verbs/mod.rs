//! The commands that can be typed. [`COMMANDS`] is the one table behind the parser, the forms, `/dialnote help`, the
//! usage hints, `manifest.yml` and the README, so that they always agree. Each verb has a file with its entry.

mod accept;
mod assign;
mod connect;
mod doctor;
mod done;
mod give_back;
mod handoff;
mod help;
mod history;
mod inbox;
mod keep;
mod link;
mod note;
mod reopen;
mod report;
mod route;
mod settings;
mod snooze;
mod spec;
mod take;
mod unassign;
mod undo;
mod wake;

use serde::{Deserialize, Serialize};

pub use self::spec::{Form, MayDo, NoteNeed, NoteSpec, PlainSpec, Spec, UMBRELLA};

/// A verb that can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Make a person the owner.
    Assign,
    /// Become the owner of an unassigned conversation.
    Take,
    /// Remove the owner.
    Unassign,
    /// Reassign with a note.
    Handoff,
    /// Mark done.
    Done,
    /// Open a done conversation again.
    Reopen,
    /// Snooze until a time.
    Snooze,
    /// End a snooze early.
    Wake,
    /// Save a note.
    Note,
    /// Show who did what.
    History,
    /// Undo the requester's last act.
    Undo,
    /// Accept an assignment.
    Accept,
    /// Decline an assignment, so that it returns to the person who made it.
    GiveBack,
    /// Confirm that the requester is still working on what they own.
    Keep,
    /// List conversations.
    Inbox,
    /// Choose the channel that gets a shared number's cards.
    Route,
    /// Link a Slack user to a dialnote member.
    Link,
    /// Show the team's activity.
    Report,
    /// Connect the workspace to dialnote.
    Connect,
    /// Change the rules of the workspace and of the channel.
    Settings,
    /// Check the setup.
    Doctor,
    /// Show the commands.
    Help,
}

/// All verbs, in the order of [`Verb`].
pub static COMMANDS: [(Verb, &Spec); 22] = [
    (Verb::Assign, &assign::SPEC),
    (Verb::Take, &take::SPEC),
    (Verb::Unassign, &unassign::SPEC),
    (Verb::Handoff, &handoff::SPEC),
    (Verb::Done, &done::SPEC),
    (Verb::Reopen, &reopen::SPEC),
    (Verb::Snooze, &snooze::SPEC),
    (Verb::Wake, &wake::SPEC),
    (Verb::Note, &note::SPEC),
    (Verb::History, &history::SPEC),
    (Verb::Undo, &undo::SPEC),
    (Verb::Accept, &accept::SPEC),
    (Verb::GiveBack, &give_back::SPEC),
    (Verb::Keep, &keep::SPEC),
    (Verb::Inbox, &inbox::SPEC),
    (Verb::Route, &route::SPEC),
    (Verb::Link, &link::SPEC),
    (Verb::Report, &report::SPEC),
    (Verb::Connect, &connect::SPEC),
    (Verb::Settings, &settings::SPEC),
    (Verb::Doctor, &doctor::SPEC),
    (Verb::Help, &help::SPEC),
];

/// Other names that people type for a verb. The first of each verb is its earlier name, under which the audit log has
/// it.
const OTHER_NAMES: [(&str, Verb); 3] =
    [("wake", Verb::Wake), ("giveback", Verb::GiveBack), ("give_back", Verb::GiveBack)];

/// Words that people write for a verb in a message to the app.
const PLAIN_WORDS: [(&str, Verb); 13] = [
    ("give", Verb::Assign),
    ("reassign", Verb::Assign),
    ("claim", Verb::Take),
    ("mine", Verb::Take),
    ("release", Verb::Unassign),
    ("pass", Verb::Handoff),
    ("close", Verb::Done),
    ("resolve", Verb::Done),
    ("resolved", Verb::Done),
    ("later", Verb::Snooze),
    ("list", Verb::Inbox),
    ("hello", Verb::Help),
    ("hi", Verb::Help),
];

/// Returns the verb's entry in [`COMMANDS`].
pub fn spec(verb: Verb) -> &'static Spec {
    match verb {
        Verb::Assign => &assign::SPEC,
        Verb::Take => &take::SPEC,
        Verb::Unassign => &unassign::SPEC,
        Verb::Handoff => &handoff::SPEC,
        Verb::Done => &done::SPEC,
        Verb::Reopen => &reopen::SPEC,
        Verb::Snooze => &snooze::SPEC,
        Verb::Wake => &wake::SPEC,
        Verb::Note => &note::SPEC,
        Verb::History => &history::SPEC,
        Verb::Undo => &undo::SPEC,
        Verb::Accept => &accept::SPEC,
        Verb::GiveBack => &give_back::SPEC,
        Verb::Keep => &keep::SPEC,
        Verb::Inbox => &inbox::SPEC,
        Verb::Route => &route::SPEC,
        Verb::Link => &link::SPEC,
        Verb::Report => &report::SPEC,
        Verb::Connect => &connect::SPEC,
        Verb::Settings => &settings::SPEC,
        Verb::Doctor => &doctor::SPEC,
        Verb::Help => &help::SPEC,
    }
}

/// Finds the verb with this name, in any letter case.
pub(crate) fn by_name(name: &str) -> Option<Verb> {
    let own = COMMANDS.iter().map(|(verb, spec)| (spec.name, *verb));
    OTHER_NAMES.into_iter().chain(own).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, verb)| verb)
}

/// Finds the verb that a word of a message means, in any letter case.
pub(crate) fn by_plain_word(word: &str) -> Option<Verb> {
    let plain = || PLAIN_WORDS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, verb)| verb);
    by_name(word).or_else(plain)
}

/// Returns the name of a verb in the audit log, which never changes.
pub(crate) fn stored_name(verb: Verb) -> &'static str {
    OTHER_NAMES.iter().find(|(_, other)| *other == verb).map_or(spec(verb).name, |(name, _)| *name)
}

/// Finds the verb with this slash command, in any letter case.
pub(crate) fn by_slash(slash: &str) -> Option<Verb> {
    let is_own = |spec: &Spec| spec.slash.is_some_and(|own| own.eq_ignore_ascii_case(slash));
    COMMANDS.iter().find(|(_, spec)| is_own(spec)).map(|(verb, _)| *verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_stands_in_the_table_once_under_its_name() {
        for (verb, entry) in COMMANDS {
            assert!(std::ptr::eq(spec(verb), entry), "{}", entry.name);
            assert!(COMMANDS.iter().filter(|(other, _)| *other == verb).count() == 1, "{}", entry.name);
            assert!(entry.slash.is_none_or(|slash| slash == format!("/{}", entry.name)), "{}", entry.name);
            assert!(PLAIN_WORDS.iter().all(|(word, _)| *word != entry.name), "{}", entry.name);
        }
    }

    #[test]
    fn slack_shows_each_hint_whole() {
        for (_, entry) in COMMANDS {
            assert!(entry.arguments.chars().count() <= 40, "{}", entry.name);
            assert!(!entry.summary.ends_with('.'), "{}", entry.name);
        }
    }

    #[test]
    fn earlier_names_are_understood_and_stay_in_the_audit_log() {
        for (earlier, shown, verb) in [("wake", "unsnooze", Verb::Wake), ("giveback", "decline", Verb::GiveBack)] {
            assert_eq!((by_name(earlier), by_name(shown)), (Some(verb), Some(verb)));
            assert_eq!((stored_name(verb), spec(verb).name), (earlier, shown));
        }
        assert_eq!(stored_name(Verb::Assign), "assign");
    }
}

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

pub use self::spec::{Form, MayDo, NoteNeed, NoteSpec, PlainSpec, Spec, UMBRELLA, Verb};

/// All verbs, in the order of [`Verb`].
pub static COMMANDS: [&Spec; 22] = [
    &assign::SPEC,
    &take::SPEC,
    &unassign::SPEC,
    &handoff::SPEC,
    &done::SPEC,
    &reopen::SPEC,
    &snooze::SPEC,
    &wake::SPEC,
    &note::SPEC,
    &history::SPEC,
    &undo::SPEC,
    &accept::SPEC,
    &give_back::SPEC,
    &keep::SPEC,
    &inbox::SPEC,
    &route::SPEC,
    &link::SPEC,
    &report::SPEC,
    &connect::SPEC,
    &settings::SPEC,
    &doctor::SPEC,
    &help::SPEC,
];

/// Other names that people type for a verb.
const OTHER_NAMES: [(&str, Verb); 1] = [("unsnooze", Verb::Wake)];

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
pub fn by_name(name: &str) -> Option<&'static Spec> {
    let other = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    let own = || COMMANDS.iter().find(|spec| spec.name.eq_ignore_ascii_case(name)).copied();
    other.map(|(_, verb)| spec(*verb)).or_else(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_stands_in_the_table_once_under_its_name() {
        for one in COMMANDS {
            assert!(std::ptr::eq(spec(one.verb), one), "{}", one.name);
            assert!(COMMANDS.iter().filter(|other| other.verb == one.verb).count() == 1, "{}", one.name);
            assert!(one.slash.is_none_or(|slash| slash == format!("/{}", one.name)), "{}", one.name);
        }
    }
}

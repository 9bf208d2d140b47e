//! The commands that can be typed. [`COMMANDS`] is the one table behind the parser, `/dialnote help`, the usage
//! hints, `manifest.yml` and the README, so that they always agree.

use serde::{Deserialize, Serialize};

/// The command under which every verb is available.
pub const UMBRELLA: &str = "/dialnote";

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

/// A verb's entry in [`COMMANDS`].
#[derive(Debug)]
pub struct Spec {
    /// The verb.
    pub verb: Verb,
    /// Its name after [`UMBRELLA`].
    pub name: &'static str,
    /// Its own slash command, if it has one.
    pub slash: Option<&'static str>,
    /// The arguments that follow it.
    pub arguments: &'static str,
    /// The description for people.
    pub summary: &'static str,
    /// The arguments of an example.
    pub example: &'static str,
}

/// All verbs, in the order of `Verb`.
pub static COMMANDS: [Spec; 22] = [
    Spec {
        verb: Verb::Assign,
        name: "assign",
        slash: Some("/assign"),
        arguments: "@person [conversation] [note]",
        summary: "Make somebody the owner; `me` for yourself, a group for its least busy member.",
        example: "@zoe +1 415 555 0101 wants a call back",
    },
    Spec {
        verb: Verb::Take,
        name: "take",
        slash: None,
        arguments: "[conversation]",
        summary: "Make it yours, if nobody owns it yet.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::Unassign,
        name: "unassign",
        slash: Some("/unassign"),
        arguments: "[conversation]",
        summary: "Put it back into the queue.",
        example: "+1 415 555 0101",
    },
    Spec {
        verb: Verb::Handoff,
        name: "handoff",
        slash: Some("/handoff"),
        arguments: "@person [conversation] note",
        summary: "Pass it on together with what the next owner must know.",
        example: "@leo Ana Lima asks for a quote, call before noon",
    },
    Spec {
        verb: Verb::Done,
        name: "done",
        slash: Some("/done"),
        arguments: "[conversation] [note]",
        summary: "Resolve it.",
        example: "Ana Lima called back, all fine",
    },
    Spec {
        verb: Verb::Reopen,
        name: "reopen",
        slash: Some("/reopen"),
        arguments: "[conversation]",
        summary: "Open it again.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::Snooze,
        name: "snooze",
        slash: Some("/snooze"),
        arguments: "[conversation] when",
        summary: "Put it away until later: `2h`, `tomorrow 9am`, `monday`, a date.",
        example: "Ana Lima tomorrow 9am",
    },
    Spec {
        verb: Verb::Wake,
        name: "wake",
        slash: None,
        arguments: "[conversation]",
        summary: "Bring back what was snoozed.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::Note,
        name: "note",
        slash: None,
        arguments: "[conversation] text",
        summary: "Write an internal note; the contact does not see it.",
        example: "Ana Lima prefers to be called in the morning",
    },
    Spec {
        verb: Verb::History,
        name: "history",
        slash: None,
        arguments: "[conversation]",
        summary: "Show who did what through this app.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::Undo,
        name: "undo",
        slash: None,
        arguments: "[conversation]",
        summary: "Take back what you did last, within ten minutes and if nothing has changed since.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::Accept,
        name: "accept",
        slash: None,
        arguments: "[conversation]",
        summary: "Say that you take care of what you were given.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::GiveBack,
        name: "giveback",
        slash: None,
        arguments: "[conversation] [note]",
        summary: "Give what you were given back to whoever gave it.",
        example: "Ana Lima I am out today",
    },
    Spec {
        verb: Verb::Keep,
        name: "keep",
        slash: None,
        arguments: "[conversation]",
        summary: "Say that you are still on what is yours.",
        example: "Ana Lima",
    },
    Spec {
        verb: Verb::Inbox,
        name: "inbox",
        slash: Some("/inbox"),
        arguments: "[mine | unassigned | unread | read | done | snoozed | all | @person] [text]",
        summary: "List conversations, with buttons on each.",
        example: "unassigned",
    },
    Spec {
        verb: Verb::Route,
        name: "route",
        slash: None,
        arguments: "[list | #channel] [shared number | * | off]",
        summary: "Choose which channel gets the cards of which shared number; `*` for all of them.",
        example: "#front-desk \"Front desk\"",
    },
    Spec {
        verb: Verb::Link,
        name: "link",
        slash: None,
        arguments: "[@person] [member | off]",
        summary: "Say who in dialnote somebody is, where their e-mail addresses do not; alone it shows who is not linked.",
        example: "@leo Leo Martins",
    },
    Spec {
        verb: Verb::Report,
        name: "report",
        slash: None,
        arguments: "[today | week | month | days]",
        summary: "Show this channel what came in, what became of it, how long it took and who has how much to do.",
        example: "week",
    },
    Spec {
        verb: Verb::Connect,
        name: "connect",
        slash: None,
        arguments: "",
        summary: "Connect this workspace to dialnote, with a key that dialnote gives you; for admins.",
        example: "",
    },
    Spec {
        verb: Verb::Settings,
        name: "settings",
        slash: None,
        arguments: "",
        summary: "Change the rules: who may re-assign, when a note is needed, what this channel shows.",
        example: "",
    },
    Spec {
        verb: Verb::Doctor,
        name: "doctor",
        slash: None,
        arguments: "",
        summary: "Look whether everything is set up as it has to be, and say how to mend what is not.",
        example: "",
    },
    Spec {
        verb: Verb::Help,
        name: "help",
        slash: None,
        arguments: "[command]",
        summary: "Show what you can type.",
        example: "assign",
    },
];

/// Other names that people type for a verb.
const OTHER_NAMES: [(&str, Verb); 1] = [("unsnooze", Verb::Wake)];

impl Verb {
    /// Returns the verb's entry in [`COMMANDS`].
    pub fn spec(self) -> &'static Spec {
        let [assign, take, unassign, handoff, done, reopen, snooze, wake, note, history, undo, others @ ..] = &COMMANDS;
        let [accept, give_back, keep, inbox, route, link, report, connect, settings, doctor, help] = others;
        match self {
            Self::Assign => assign,
            Self::Take => take,
            Self::Unassign => unassign,
            Self::Handoff => handoff,
            Self::Done => done,
            Self::Reopen => reopen,
            Self::Snooze => snooze,
            Self::Wake => wake,
            Self::Note => note,
            Self::History => history,
            Self::Undo => undo,
            Self::Accept => accept,
            Self::GiveBack => give_back,
            Self::Keep => keep,
            Self::Inbox => inbox,
            Self::Route => route,
            Self::Link => link,
            Self::Report => report,
            Self::Connect => connect,
            Self::Settings => settings,
            Self::Doctor => doctor,
            Self::Help => help,
        }
    }
}

impl Spec {
    /// Returns the command without its arguments: `/assign` or `/dialnote take`.
    pub fn typed(&self) -> String {
        self.slash.map_or_else(|| format!("{UMBRELLA} {}", self.name), str::to_owned)
    }

    /// Returns the command with its arguments: `/assign @person conversation [note]`.
    pub fn usage(&self) -> String {
        format!("{} {}", self.typed(), self.arguments).trim_end().to_owned()
    }

    /// Returns an example that works: `/assign @zoe +1 415 555 0101 wants a call back`.
    pub fn example(&self) -> String {
        format!("{} {}", self.typed(), self.example).trim_end().to_owned()
    }

    /// Finds the verb with this name, in any letter case.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        let other = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        let own = || COMMANDS.iter().find(|spec| spec.name.eq_ignore_ascii_case(name));
        other.map(|(_, verb)| verb.spec()).or_else(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_verbs() {
        for spec in &COMMANDS {
            assert!(std::ptr::eq(spec.verb.spec(), spec), "{}", spec.name);
            assert!(spec.slash.is_none_or(|slash| slash == format!("/{}", spec.name)), "{}", spec.name);
        }
    }
}

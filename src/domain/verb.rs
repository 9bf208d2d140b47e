//! What can be typed. [`COMMANDS`] is the one table behind the parser, `/dialnote help`, the usage
//! hints, `manifest.yml` and the README, so that none of them can promise what another does not keep.

use serde::{Deserialize, Serialize};

/// The command under which every verb can be had.
pub const UMBRELLA: &str = "/dialnote";

/// A thing that can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Make somebody the owner.
    Assign,
    /// Make oneself the owner of what nobody owns.
    Take,
    /// Back to the queue.
    Unassign,
    /// A new owner, with a note.
    Handoff,
    /// Resolve.
    Done,
    /// Take the resolving back.
    Reopen,
    /// Put it away until later.
    Snooze,
    /// Take the putting away back.
    Wake,
    /// Write a note.
    Note,
    /// Say who did what.
    History,
    /// Take back what one did last.
    Undo,
    /// Say that one takes care of what one was given.
    Accept,
    /// Give what one was given back to whoever gave it.
    GiveBack,
    /// Say that one is still on what one owns.
    Keep,
    /// List conversations.
    Inbox,
    /// Say which channel gets the cards of which shared number.
    Route,
    /// Say who in Slack is who in dialnote.
    Link,
    /// Show what the team did.
    Report,
    /// Connect the workspace to dialnote.
    Connect,
    /// Change the rules of the workspace and of the channel.
    Settings,
    /// Look whether everything is as it has to be.
    Doctor,
    /// Say what can be typed.
    Help,
}

/// What there is to know about a verb.
#[derive(Debug)]
pub struct Spec {
    /// The verb.
    pub verb: Verb,
    /// Its name after [`UMBRELLA`].
    pub name: &'static str,
    /// Its own slash command, if it has one.
    pub slash: Option<&'static str>,
    /// What is typed after it.
    pub arguments: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What follows the command in an example.
    pub example: &'static str,
}

/// Every verb there is.
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

/// Names that people type for a verb whose own name is another.
const OTHER_NAMES: [(&str, Verb); 1] = [("unsnooze", Verb::Wake)];

impl Verb {
    /// What there is to know about it.
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
    /// How it is typed, without its arguments: `/assign` or `/dialnote take`.
    pub fn typed(&self) -> String {
        self.slash.map_or_else(|| format!("{UMBRELLA} {}", self.name), str::to_owned)
    }

    /// How it is typed: `/assign @person conversation [note]`.
    pub fn usage(&self) -> String {
        format!("{} {}", self.typed(), self.arguments).trim_end().to_owned()
    }

    /// An example that works: `/assign @zoe +1 415 555 0101 wants a call back`.
    pub fn example(&self) -> String {
        format!("{} {}", self.typed(), self.example).trim_end().to_owned()
    }

    /// The verb with this name, in any letter case.
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

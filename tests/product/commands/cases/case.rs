//! The lines of the case files, as data. A field that is not known here is an error: no part of a case is ignored.

use std::collections::BTreeMap;

use dialnote_sandbox::{NewContact, NewPerson, NewProfile};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{FRONT_DESK, MAYA};

/// A line of `naming`, `several`, `people` or `text`: one command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    pub id: String,
    pub why: String,
    #[serde(rename = "as", default = "maya")]
    pub who: String,
    #[serde(rename = "in", default = "front_desk")]
    pub channel: String,
    #[serde(rename = "type")]
    pub typed: String,
    #[serde(default)]
    pub raw: bool,
    #[serde(default)]
    pub contacts: Vec<NewContact>,
    #[serde(default)]
    pub people: Vec<NewPerson>,
    #[serde(default)]
    pub profiles: Vec<NewProfile>,
    pub expect: Option<Expect>,
    pub shown: Option<Shown>,
}

/// A line of `numbers`: a typed number against a contact's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialled {
    pub id: String,
    pub why: String,
    pub contact: String,
    pub typed: String,
    pub region: String,
    #[serde(default)]
    pub raw: bool,
    #[serde(default)]
    pub also: Vec<String>,
    pub expect: Found,
}

/// `found`: `true`, `"offered"` or `false`; `rest` is the note.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub found: Value,
    #[serde(default)]
    pub rest: String,
}

/// A line of `when`: a typed time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    pub id: String,
    pub why: String,
    pub now: String,
    pub zone: String,
    pub phrase: String,
    pub expect: Moment,
}

/// An instant, or a refusal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    pub at: Option<jiff::Timestamp>,
    pub refuses: Option<Kind>,
}

/// A line of `undo`: steps, the last of which is the undo in question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undone {
    pub id: String,
    pub why: String,
    pub steps: Vec<Step>,
    pub expect: Expect,
}

/// A line of `stale`: the world changes between decision and write, or between display and click.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stale {
    pub id: String,
    pub why: String,
    #[serde(rename = "as", default = "maya")]
    pub who: String,
    #[serde(rename = "type")]
    pub typed: Option<String>,
    pub click: Option<Pressed>,
    #[serde(default)]
    pub rules: BTreeMap<String, String>,
    #[serde(default)]
    pub before: Vec<Step>,
    pub fails: Option<Fails>,
    #[serde(default)]
    pub meanwhile: Vec<Step>,
    pub expect: Expect,
}

/// One event.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Step {
    Typed {
        #[serde(rename = "as")]
        who: String,
        #[serde(rename = "type")]
        typed: String,
    },
    InDialnote {
        dialnote: Value,
    },
    Clock {
        clock: i64,
    },
    App {
        app: bool,
    },
}

/// A button that is pressed: `on` a `card`, a `dm` or an `ephemeral`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    pub on: String,
    pub action: String,
    pub conversation: String,
}

/// Failures of dialnote's next writes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fails {
    pub status: u16,
    pub times: u32,
    #[serde(default)]
    pub after_effect: bool,
}

/// An expectation: one of these, or `changes` and `refuses` together.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    pub changes: Option<Vec<Change>>,
    pub loads: Vec<BTreeMap<String, usize>>,
    pub asks: Option<Vec<String>>,
    pub asks_people: Option<Vec<String>>,
    pub more: bool,
    pub note: Option<String>,
    pub to: Option<String>,
    pub conversation: Option<String>,
    pub form: Option<Form>,
    pub refuses: Option<Kind>,
    pub keeps: Option<String>,
    pub may_offer: Option<Vec<String>>,
    pub shows: Option<Vec<String>>,
    pub unchanged: bool,
}

/// A changed conversation. A field that is missing is unchanged.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    pub conversation: String,
    pub owner: Owner,
    pub owner_any: Vec<String>,
    pub status: Option<String>,
    pub until: Option<String>,
    pub note: Option<String>,
    pub notes: Vec<String>,
    pub note_any: Vec<String>,
    /// Any notes are right, because the case says nothing of them.
    #[serde(skip)]
    pub any_notes: bool,
}

/// An owner, by handle: `null` is not the same as a field that is missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Option<String>")]
pub enum Owner {
    #[default]
    Unchanged,
    Nobody,
    Person(String),
}

impl From<Option<String>> for Owner {
    fn from(handle: Option<String>) -> Self {
        handle.map_or(Self::Nobody, Self::Person)
    }
}

/// A form and its filled-in fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub verb: String,
    pub to: Option<String>,
    pub conversations: Option<Vec<String>>,
    pub when: Option<String>,
}

/// Conditions for all displayed texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shown {
    pub absent: Vec<String>,
    pub present: Vec<String>,
    pub present_any: Vec<String>,
    pub inactive: Vec<String>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NoConversation,
    NoPerson,
    UnknownPerson,
    NotLinked,
    YouNotLinked,
    GroupNamed,
    Owned,
    Taken,
    AlreadySo,
    NotYours,
    NotAllowed,
    NotSnoozed,
    NotesStay,
    NothingToUndo,
    ChangedSince,
    TooLate,
    TimeUnclear,
    TimePassed,
    TimeTooFar,
}

fn maya() -> String {
    MAYA.to_owned()
}

fn front_desk() -> String {
    FRONT_DESK.to_owned()
}

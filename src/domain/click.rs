//! Buttons, menus and forms say the same things as typed commands. What a control means is written
//! into its action id and value; here are both directions, so that what `view` draws is what comes
//! back as a [`Command`].

use serde::{Deserialize, Serialize};

use crate::domain::command::{Act, Assignee, Command};
use crate::domain::conversation::Which;
use crate::ids::{ChannelId, ConversationId, DraftId, MemberId, SlackUserId};

/// A control that we draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Take it.
    Take,
    /// Take it over from somebody.
    TakeOver,
    /// Choose the next owner from a menu.
    AssignTo,
    /// Open the hand-off form.
    HandOff,
    /// Back to the queue.
    Unassign,
    /// Resolve.
    Done,
    /// Open again.
    Reopen,
    /// Open the snooze form.
    Snooze,
    /// Bring back.
    Wake,
    /// Who did what.
    History,
    /// A link to dialnote; clicking it tells us nothing new (contracts/slack.md §8.2).
    Open,
    /// One of several conversations.
    Pick,
    /// Try a command again that was given up.
    Retry,
}

const CONTROLS: [(Control, &str); 13] = [
    (Control::Take, "take"),
    (Control::TakeOver, "take_over"),
    (Control::AssignTo, "assign_to"),
    (Control::HandOff, "hand_off"),
    (Control::Unassign, "unassign"),
    (Control::Done, "done"),
    (Control::Reopen, "reopen"),
    (Control::Snooze, "snooze"),
    (Control::Wake, "wake"),
    (Control::History, "history"),
    (Control::Open, "open"),
    (Control::Pick, "pick"),
    (Control::Retry, "retry"),
];

impl Control {
    /// The `action_id` by which a click names the control.
    pub fn action_id(self) -> &'static str {
        CONTROLS.iter().find(|(control, _)| *control == self).map_or("", |(_, id)| id)
    }

    /// The control with this `action_id`.
    pub fn by_action_id(id: &str) -> Option<Self> {
        CONTROLS.iter().find(|(_, known)| *known == id).map(|(control, _)| *control)
    }
}

/// What a control carries: the `value` of a button, or the `block_id` around a menu, which has no
/// value of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The conversation.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// The owner it is to be taken from.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
    /// The kept command to go on with.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
}

impl Carried {
    /// A control on this conversation.
    pub fn conversation(id: &ConversationId) -> Self {
        Self { conversation: Some(id.clone()), owner: None, draft: None }
    }

    /// As Slack carries it.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As Slack brought it back.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// A click as far as its meaning goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Click {
    /// The control.
    pub action_id: String,
    /// What a button carries.
    pub value: Option<String>,
    /// What a menu's block carries.
    pub block_id: String,
    /// Whom a people menu selected.
    pub selected_user: Option<SlackUserId>,
}

/// What a click asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clicked {
    /// Something to do.
    Do(Command),
    /// Going on with a kept command.
    Resume(Resume),
    /// A form about a conversation.
    Open(Form, ConversationId),
    /// Nothing.
    Nothing,
}

/// A form that a button opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The hand-off form.
    Handoff,
    /// The snooze form.
    Snooze,
}

/// Going on with a kept command: with the conversation picked, or as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The kept command.
    pub draft: DraftId,
    /// The conversation picked.
    pub pick: Option<ConversationId>,
}

impl Click {
    /// What it asks for. A control that we do not know, or that carries nothing we can read, asks
    /// for nothing: it may be from an older or newer version of this program.
    pub fn meaning(&self) -> Clicked {
        self.known().unwrap_or(Clicked::Nothing)
    }

    fn known(&self) -> Option<Clicked> {
        let control = Control::by_action_id(&self.action_id)?;
        let carried = self.carried()?;
        let on = |act| {
            let which = Which::Id(carried.conversation.clone()?);
            Some(Clicked::Do(Command { act, which, note: String::new() }))
        };
        match control {
            Control::Take => on(Act::Take { over: None }),
            Control::TakeOver => on(Act::Take { over: carried.owner.clone() }),
            Control::AssignTo => on(Act::Assign(Assignee::User(self.selected_user.clone()?))),
            Control::Unassign => on(Act::Unassign),
            Control::Done => on(Act::Done),
            Control::Reopen => on(Act::Reopen),
            Control::Wake => on(Act::Wake),
            Control::History => on(Act::History),
            Control::HandOff => carried.conversation.clone().map(|id| Clicked::Open(Form::Handoff, id)),
            Control::Snooze => carried.conversation.clone().map(|id| Clicked::Open(Form::Snooze, id)),
            Control::Pick | Control::Retry => {
                let (draft, pick) = (carried.draft.clone()?, carried.conversation.clone());
                Some(Clicked::Resume(Resume { draft, pick }))
            }
            Control::Open => None,
        }
    }

    fn carried(&self) -> Option<Carried> {
        self.value.as_deref().and_then(Carried::decode).or_else(|| Carried::decode(&self.block_id))
    }
}

/// The hand-off form's names for its parts.
pub mod handoff_form {
    /// The form.
    pub const CALLBACK_ID: &str = "handoff";
    /// Who.
    pub const TO: &str = "to";
    /// What the next owner must know.
    pub const NOTE: &str = "note";
    /// The rest of a long note: one input takes 3,000 characters, dialnote 5,000.
    pub const MORE: &str = "more";
}

/// The snooze form's names for its parts.
pub mod snooze_form {
    /// The form.
    pub const CALLBACK_ID: &str = "snooze";
    /// A usual time, as a phrase.
    pub const SOON: &str = "soon";
    /// A time of one's own.
    pub const EXACTLY: &str = "exactly";
    /// The usual times: what they are called, and the phrases they stand for.
    pub const USUAL: [(&str, &str); 5] = [
        ("In one hour", "1h"),
        ("In three hours", "3h"),
        ("Tomorrow morning", "tomorrow"),
        ("Next Monday", "monday"),
        ("In two weeks", "2w"),
    ];
}

/// What a form remembers while it is open: a submission names neither conversation nor channel
/// (contracts/slack.md §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormContext {
    /// The conversation.
    pub conversation: ConversationId,
    /// Where the button was.
    pub channel: Option<ChannelId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_has_its_own_id() {
        for (control, id) in CONTROLS {
            assert_eq!(Control::by_action_id(id), Some(control));
            assert_eq!(control.action_id(), id);
        }
    }

    #[test]
    fn a_menu_carries_in_its_block() {
        let click = Click {
            action_id: "assign_to".into(),
            block_id: Carried::conversation(&ConversationId::new("c1")).encode(),
            selected_user: Some(SlackUserId::new("U1")),
            ..Click::default()
        };
        let Clicked::Do(command) = click.meaning() else { unreachable!("{click:?}") };
        assert_eq!(command.act, Act::Assign(Assignee::User(SlackUserId::new("U1"))));
        assert_eq!(command.which, Which::Id(ConversationId::new("c1")));
    }

    #[test]
    fn what_is_not_ours_asks_for_nothing() {
        for (action_id, value) in [("take", None), ("take", Some("{}")), ("a", Some("click_me_123")), ("open", None)] {
            let click = Click { action_id: action_id.into(), value: value.map(str::to_owned), ..Click::default() };
            assert_eq!(click.meaning(), Clicked::Nothing, "{action_id} {value:?}");
        }
    }
}

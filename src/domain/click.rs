//! Buttons, menus and forms say the same things as typed commands. What a control means is written
//! into its action id and value; here are both directions, so that what `view` draws is what comes
//! back as a [`Command`].

use serde::{Deserialize, Serialize};

use crate::domain::assignee::Assignee;
use crate::domain::command::{Action, Command, PendingAction};
use crate::domain::conversation::{Conversation, ConversationRef};
use crate::domain::linking::Linking;
use crate::domain::list::{Filter, Query};
use crate::domain::routing::Routing;
use crate::domain::seen::Seen;
use crate::domain::shown::ShownState;
use crate::domain::verb::Verb;
use crate::ids::{ConversationId, DraftId, MemberId, SlackUserId};

/// A control that we draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Take it.
    Take,
    /// Take it over from somebody.
    TakeOver,
    /// Choose the next owner from a menu.
    AssignTo,
    /// Open the form in which the next owner is chosen.
    Assign,
    /// Open the hand-off form.
    HandOff,
    /// Back to the queue.
    Unassign,
    /// Resolve.
    Done,
    /// Open the form for resolving with a note.
    DoneWithNote,
    /// Open again.
    Reopen,
    /// Open the snooze form.
    Snooze,
    /// Bring back.
    Wake,
    /// Take back what was done.
    Undo,
    /// Open the form for a note.
    Note,
    /// Who did what.
    History,
    /// What the channel does not show.
    Show,
    /// Take care of what one was given.
    Accept,
    /// Give it back.
    GiveBack,
    /// Say that one is still on it.
    Keep,
    /// A link to dialnote; clicking it tells us nothing new (docs/contracts/slack.md §8.2).
    Open,
    /// One of several conversations.
    Pick,
    /// One of several people.
    PickPerson,
    /// Open the form of a kept command, with everything that is known of it.
    FillIn,
    /// Try a command again that was given up.
    Retry,
    /// Open the form in which a conversation is chosen.
    Choose,
    /// Show another list.
    Filter,
    /// Show an earlier page of a list.
    Newer,
    /// Show a later page of a list.
    Older,
    /// Find a conversation for a list of one.
    Find,
    /// Open the form of one's wishes.
    Wishes,
    /// Open the form of the rules.
    Rules,
    /// Put everything of somebody's back into the queue.
    Requeue,
    /// Have the cards of a shared number come to where it stands.
    Route,
    /// Open the form in which the workspace is connected to dialnote.
    Connect,
    /// Take the connection away.
    Disconnect,
    /// Show who is not linked.
    People,
    /// Link somebody in Slack to somebody in dialnote.
    Link,
    /// The same, although somebody else in Slack is that already.
    MoveLink,
    /// Take a link away that was made by hand.
    Unlink,
}

/// Every control there is, and its `action_id`.
pub const CONTROLS: [(Control, &str); 38] = [
    (Control::Take, "take"),
    (Control::TakeOver, "take_over"),
    (Control::AssignTo, "assign_to"),
    (Control::Assign, "assign"),
    (Control::HandOff, "hand_off"),
    (Control::Unassign, "unassign"),
    (Control::Done, "done"),
    (Control::DoneWithNote, "done_with_note"),
    (Control::Reopen, "reopen"),
    (Control::Snooze, "snooze"),
    (Control::Wake, "wake"),
    (Control::Undo, "undo"),
    (Control::Note, "note"),
    (Control::History, "history"),
    (Control::Show, "show"),
    (Control::Accept, "accept"),
    (Control::GiveBack, "give_back"),
    (Control::Keep, "keep"),
    (Control::Open, "open"),
    (Control::Pick, "pick"),
    (Control::PickPerson, "pick_person"),
    (Control::FillIn, "fill_in"),
    (Control::Retry, "retry"),
    (Control::Choose, "choose"),
    (Control::Filter, "filter"),
    (Control::Newer, "newer"),
    (Control::Older, "older"),
    (Control::Find, "find"),
    (Control::Wishes, "wishes"),
    (Control::Rules, "rules"),
    (Control::Requeue, "requeue"),
    (Control::Route, "route"),
    (Control::Connect, "connect"),
    (Control::Disconnect, "disconnect"),
    (Control::People, "people"),
    (Control::Link, "link"),
    (Control::MoveLink, "move_link"),
    (Control::Unlink, "unlink"),
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

    /// The form that it opens, if it opens one.
    fn form(self) -> Option<Verb> {
        match self {
            Self::Assign => Some(Verb::Assign),
            Self::HandOff => Some(Verb::Handoff),
            Self::DoneWithNote => Some(Verb::Done),
            Self::Snooze => Some(Verb::Snooze),
            Self::Note => Some(Verb::Note),
            _ => None,
        }
    }
}

/// What a control carries: the `value` of a button, or the `block_id` around a menu, which has no
/// value of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The conversation.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// How it shows the conversation. Controls of earlier versions do not say.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<ShownState>,
    /// The owner it is to be taken from.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
    /// The kept command to go on with.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
    /// The list in which it stands, or which it asks for.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Query>,
    /// What is wanted of a conversation that is still to be chosen.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<PendingAction>,
    /// A shared number.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Somebody in Slack.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub user: Option<SlackUserId>,
    /// Somebody in dialnote.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Who in Slack that is so far.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub from: Option<SlackUserId>,
    /// What was done and can be taken back.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The page of what is not a list of conversations.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
}

impl Carried {
    /// A control on this conversation.
    pub fn conversation(id: &ConversationId) -> Self {
        Self { conversation: Some(id.clone()), ..Self::default() }
    }

    /// A control on this conversation, which shows it as it is.
    pub fn showing(conversation: &Conversation) -> Self {
        Self { shown: Some(ShownState::from(conversation)), ..Self::conversation(&conversation.id) }
    }

    /// A control of this list.
    pub fn list(query: &Query) -> Self {
        Self { list: Some(query.clone()), ..Self::default() }
    }

    /// As Slack carries it.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As Slack carries it in so many characters, where need be without how the conversation is shown.
    pub fn encode_within(&self, most: usize) -> String {
        let whole = self.encode();
        if whole.chars().count() <= most { whole } else { Self { shown: None, ..self.clone() }.encode() }
    }

    /// A conversation that was chosen in a search field. Fields of earlier versions have the id alone.
    pub fn chosen(option: &str) -> Self {
        Self::decode(option).unwrap_or_else(|| Self::conversation(&ConversationId::new(option)))
    }

    /// How it shows its conversation, if it says so.
    pub fn seen(self) -> Option<Seen> {
        Some(self.shown?.of(self.conversation?))
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
    /// What a button carries, or the value of the option that was chosen in a menu.
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
    /// The form of a kept command.
    FillIn(DraftId, Option<ConversationId>),
    /// A form for what is wanted of a conversation, or of one that is still to be chosen.
    Open(PendingAction, Option<ConversationId>),
    /// A list.
    List(Query),
    /// The form of one's wishes.
    Wishes,
    /// The form of the rules.
    Rules,
    /// The form in which the workspace is connected to dialnote.
    Connect,
    /// The connection taken away.
    Disconnect,
    /// Cards that are to come to where it was made.
    Route(Routing),
    /// Who is not linked: this page of them.
    People(usize),
    /// Who is who: in the window with that page, if it was made there.
    Link(Linking, usize),
    /// Nothing.
    Nothing,
}

/// Going on with a kept command: with the conversation picked, or as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The kept command.
    pub draft: DraftId,
    /// The conversation picked.
    pub pick: Option<ConversationId>,
    /// The person picked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SlackUserId>,
}

/// How the rows of controls begin in a message that tells of several conversations, one row for each.
const ROW: &str = "row:";

/// The name of such a row.
pub fn row(which: impl std::fmt::Display) -> String {
    format!("{ROW}{which}")
}

impl Click {
    /// What it asks for. A control that we do not know, or that carries nothing we can read, asks
    /// for nothing: it may be from an older or newer version of this program.
    pub fn meaning(&self) -> Clicked {
        self.known().unwrap_or(Clicked::Nothing)
    }

    /// The list in which it was made, if it was made in one.
    pub fn list(&self) -> Option<Query> {
        self.carried().and_then(|carried| carried.list)
    }

    /// How its control shows the conversation, if it says so.
    pub fn seen(&self) -> Option<Seen> {
        self.carried()?.seen()
    }

    /// Whether it was made in a message that tells of several conversations.
    pub fn is_of_several(&self) -> bool {
        self.block_id.starts_with(ROW)
    }

    fn known(&self) -> Option<Clicked> {
        let control = Control::by_action_id(&self.action_id)?;
        match control {
            Control::Wishes => return Some(Clicked::Wishes),
            Control::Rules => return Some(Clicked::Rules),
            Control::Connect => return Some(Clicked::Connect),
            Control::Disconnect => return Some(Clicked::Disconnect),
            Control::Find => {
                let id = Carried::chosen(self.value.as_ref()?).conversation?;
                return Some(Clicked::List(Query::of(Filter::Only(id))));
            }
            _ => {}
        }
        let carried = self.carried()?;
        if let Some(verb) = control.form() {
            return carried.conversation.map(|id| Clicked::Open(PendingAction::only(verb), Some(id)));
        }
        let on = |act| {
            let which = ConversationRef::Id(carried.conversation.clone()?);
            Some(Clicked::Do(Command { act, which, note: String::new() }))
        };
        match control {
            Control::Take => on(Action::Take { over: None }),
            Control::TakeOver => on(Action::Take { over: carried.owner.clone() }),
            Control::AssignTo => on(Action::Assign(Assignee::User(self.selected_user.clone()?))),
            Control::Unassign => on(Action::Unassign),
            Control::Done => on(Action::Done),
            Control::Reopen => on(Action::Reopen),
            Control::Wake => on(Action::Wake),
            Control::Undo => {
                let which = ConversationRef::Act { id: carried.act?, only: carried.conversation };
                Some(Clicked::Do(Command { act: Action::Undo, which, note: String::new() }))
            }
            Control::History => on(Action::History),
            Control::Show => on(Action::Show),
            Control::Accept => on(Action::Accept),
            Control::GiveBack => on(Action::GiveBack),
            Control::Keep => on(Action::Keep),
            Control::Route => Some(Clicked::Route(Routing::Set { channel: None, line: carried.line? })),
            Control::Requeue => {
                let which = ConversationRef::AllOf(carried.owner.clone()?);
                Some(Clicked::Do(Command { act: Action::Unassign, which, note: String::new() }))
            }
            Control::Pick | Control::PickPerson | Control::Retry => {
                let Carried { draft, conversation: pick, user: person, .. } = carried;
                Some(Clicked::Resume(Resume { draft: draft?, pick, person }))
            }
            Control::FillIn => carried.draft.clone().map(|draft| Clicked::FillIn(draft, carried.conversation.clone())),
            Control::People => Some(Clicked::People(carried.page.unwrap_or_default())),
            Control::Link | Control::MoveLink => {
                let (user, member) = (carried.user.clone()?, carried.member.clone()?);
                Some(Clicked::Link(
                    Linking::To { user, member, from: carried.from.clone() },
                    carried.page.unwrap_or_default(),
                ))
            }
            Control::Unlink => {
                Some(Clicked::Link(Linking::Off { user: carried.user.clone()? }, carried.page.unwrap_or_default()))
            }
            Control::Choose => carried.wanted.clone().map(|wanted| Clicked::Open(wanted, carried.conversation.clone())),
            Control::Filter | Control::Newer | Control::Older => carried.list.map(Clicked::List),
            _ => None,
        }
    }

    fn carried(&self) -> Option<Carried> {
        self.value.as_deref().and_then(Carried::decode).or_else(|| Carried::decode(&self.block_id))
    }
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
        assert_eq!(command.act, Action::Assign(Assignee::User(SlackUserId::new("U1"))));
        assert_eq!(command.which, ConversationRef::Id(ConversationId::new("c1")));
    }

    #[test]
    fn what_is_not_ours_asks_for_nothing() {
        for (action_id, value) in [("take", None), ("take", Some("{}")), ("a", Some("click_me_123")), ("open", None)] {
            let click = Click { action_id: action_id.into(), value: value.map(str::to_owned), ..Click::default() };
            assert_eq!(click.meaning(), Clicked::Nothing, "{action_id} {value:?}");
        }
    }
}

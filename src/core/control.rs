//! The buttons and menus that the app draws: their action ids, and the data that they carry. `core::click` reads them
//! when they come back.

use serde::{Deserialize, Serialize};

use crate::core::command::PendingAction;
use crate::core::conversation::{Conversation, State, Status};
use crate::core::ids::{ChannelId, ConversationId, DraftId, MemberId, SlackUserId};
use crate::core::query::Query;
use crate::core::seen::Seen;
use crate::core::shown::ShownState;
use crate::core::verbs::Verb;

/// A control in a message or window of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Take the conversation.
    Take,
    /// Take the conversation over from its owner.
    TakeOver,
    /// Take several conversations, unless their owners have changed.
    TakeAll,
    /// Choose the next owner from a menu.
    AssignTo,
    /// Open the form in which the next owner is chosen.
    Assign,
    /// Open the hand-off form.
    HandOff,
    /// Unassign the conversation.
    Unassign,
    /// Mark the conversation done.
    Done,
    /// Open the form for marking it done with a note.
    DoneWithNote,
    /// Reopen the conversation.
    Reopen,
    /// Open the snooze form.
    Snooze,
    /// End the snooze.
    Wake,
    /// Undo an earlier act.
    Undo,
    /// Open the form for a note.
    Note,
    /// Show the conversation's history.
    History,
    /// Show the details that the channel hides.
    Show,
    /// Accept the assignment.
    Accept,
    /// Decline the assignment.
    GiveBack,
    /// Confirm that the owner is still working on it.
    Keep,
    /// A link to dialnote. A click on it needs no action of the app (docs/contracts/slack.md §8.2).
    Open,
    /// Choose one of several conversations.
    Pick,
    /// Choose one of several people.
    PickPerson,
    /// Open the form of a kept command, with all known fields filled in.
    FillIn,
    /// Retry a kept command.
    Retry,
    /// Open the form in which a conversation is chosen.
    Choose,
    /// Show another list.
    Filter,
    /// Show an earlier page of a list.
    Newer,
    /// Show a later page of a list.
    Older,
    /// Find a conversation and show it as a list of one.
    Find,
    /// Open the form of the notification preferences.
    Wishes,
    /// Open the form of the rules.
    Rules,
    /// Unassign all open conversations of a person.
    Requeue,
    /// Open the form in which a new owner of all open conversations of a person is chosen.
    AssignAll,
    /// Show the cards of a shared number in the control's channel.
    Route,
    /// Open the form of a route's settings.
    RouteSettings,
    /// Show what the settings in the form would have done lately.
    Preview,
    /// Open the form in which the workspace is connected to dialnote.
    Connect,
    /// Disconnect the workspace from dialnote.
    Disconnect,
    /// Show the users and members who are not linked.
    People,
    /// Link a Slack user to a dialnote member.
    Link,
    /// Link a Slack user to a member who is linked to another Slack user.
    MoveLink,
    /// Remove a link that an admin made by hand.
    Unlink,
    /// Choose a further action from the menu behind the ellipsis.
    More,
    /// Show the requester's own conversations.
    ShowMine,
    /// Show the unassigned conversations.
    ShowUnassigned,
    /// Hide the first steps on the Home tab.
    HideIntro,
    /// Show the help for every day.
    Help,
    /// Show the help for every day, in place of another help.
    HelpDaily,
    /// Show the help for all commands.
    HelpAll,
    /// Show the help for admins.
    HelpAdmin,
    /// Check the setup.
    Doctor,
    /// Ask an admin to link the requester.
    AskAdmin,
    /// Check whether the requester is linked now.
    CheckLink,
    /// Choose the member to whom a Slack user is linked.
    ChooseMember,
    /// Choose the Slack user who is linked to a member.
    ChooseUser,
}

/// All controls, each with its `action_id`.
pub const CONTROLS: [(Control, &str); 55] = [
    (Control::Take, "take"),
    (Control::TakeOver, "take_over"),
    (Control::TakeAll, "take_all"),
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
    (Control::AssignAll, "assign_all"),
    (Control::Route, "route"),
    (Control::RouteSettings, "route_settings"),
    (Control::Preview, "preview"),
    (Control::Connect, "connect"),
    (Control::Disconnect, "disconnect"),
    (Control::People, "people"),
    (Control::Link, "link"),
    (Control::MoveLink, "move_link"),
    (Control::Unlink, "unlink"),
    (Control::More, "more"),
    (Control::ShowMine, "show_mine"),
    (Control::ShowUnassigned, "show_unassigned"),
    (Control::HideIntro, "hide_intro"),
    (Control::Help, "help"),
    (Control::HelpDaily, "help_daily"),
    (Control::HelpAll, "help_all"),
    (Control::HelpAdmin, "help_admin"),
    (Control::Doctor, "doctor"),
    (Control::AskAdmin, "ask_admin"),
    (Control::CheckLink, "check_link"),
    (Control::ChooseMember, "choose_member"),
    (Control::ChooseUser, "choose_user"),
];

impl Control {
    /// Returns the `action_id` by which a click names the control.
    pub fn action_id(self) -> &'static str {
        CONTROLS.iter().find(|(control, _)| *control == self).map_or("", |(_, id)| id)
    }

    /// Returns the control with this `action_id`; nothing, if it is unknown. Several equal controls of a message are
    /// numbered: `take_0`.
    pub(crate) fn by_action_id(id: &str) -> Option<Self> {
        let with_id = |id: &str| CONTROLS.iter().find(|(_, known)| *known == id).map(|(control, _)| *control);
        let numbered = || id.rsplit_once('_').filter(|(_, nth)| nth.bytes().all(|b| b.is_ascii_digit()));
        with_id(id).or_else(|| with_id(numbered()?.0))
    }

    /// Returns the value of the control as an option of the menu behind the ellipsis.
    pub(crate) fn option(self, conversation: &ConversationId) -> String {
        format!("{}:{conversation}", self.action_id())
    }

    /// Reads such an option.
    pub(crate) fn of_option(value: &str) -> Option<(Self, ConversationId)> {
        let (control, conversation) = value.split_once(':')?;
        Some((Self::by_action_id(control)?, ConversationId::new(conversation)))
    }

    /// Returns the control that opens the form of a verb, if one does.
    pub fn opening(verb: Verb) -> Option<Self> {
        CONTROLS.iter().map(|(control, _)| *control).find(|control| control.form() == Some(verb))
    }

    /// Returns the verb of the form that the control opens, if it opens one.
    pub(crate) fn form(self) -> Option<Verb> {
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

/// The most characters of the value of a button (docs/contracts/slack.md §11).
const BUTTON_VALUE: usize = 2000;

/// The value of a button that carries nothing, because Slack wants one.
pub(crate) const NOTHING_CARRIED: &str = "{}";

/// The data of a control: the `value` of a button, or the `block_id` around a menu, which has no value of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The conversation, if the control is about one.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// The state in which the control shows the conversation. Controls of earlier versions do not carry it.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<ShownState>,
    /// The owner from whom conversations are taken.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
    /// The kept command to resume.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
    /// The list that holds the control, or that the control asks for.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Query>,
    /// The action on a conversation that is still to be chosen.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<PendingAction>,
    /// A shared number.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// A channel, if it is not the one of the control.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// A Slack user.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub user: Option<SlackUserId>,
    /// A dialnote member.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The Slack user to whom the member is linked so far.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub from: Option<SlackUserId>,
    /// The id of the act to undo.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// Several conversations, each with the owner that the control shows.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub several: Vec<(ConversationId, MemberId)>,
    /// The page, in a list of anything but conversations.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
}

impl Carried {
    /// Returns the data of a control on this conversation.
    pub fn conversation(id: &ConversationId) -> Self {
        Self { conversation: Some(id.clone()), ..Self::default() }
    }

    /// Returns the data of a control on this conversation, with the state in which it shows the conversation.
    pub(crate) fn showing(conversation: &Conversation) -> Self {
        Self { shown: Some(ShownState::from(conversation)), ..Self::conversation(&conversation.id) }
    }

    /// Returns the data of a control on several conversations, as far as they fit into the value of a button.
    pub(crate) fn several(several: impl IntoIterator<Item = (ConversationId, MemberId)>) -> Self {
        let mut carried = Self { several: several.into_iter().collect(), ..Self::default() };
        while carried.encode().chars().count() > BUTTON_VALUE {
            carried.several.pop();
        }
        carried
    }

    /// Returns the data of a control of this list.
    pub fn list(query: &Query) -> Self {
        Self { list: Some(query.clone()), ..Self::default() }
    }

    /// Encodes the data for Slack.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Encodes the data for Slack. Leaves out the shown state, and then the list, if the text would exceed `most`
    /// characters.
    pub(crate) fn encode_within(&self, most: usize) -> String {
        let without =
            [self.clone(), Self { shown: None, ..self.clone() }, Self { shown: None, list: None, ..self.clone() }];
        let all = without.iter().map(Self::encode).collect::<Vec<_>>();
        all.iter().find(|text| text.chars().count() <= most).or(all.last()).cloned().unwrap_or_default()
    }

    /// Reads the option that was chosen in a search field. Options of earlier versions are a bare conversation id.
    pub fn chosen(option: &str) -> Self {
        Self::decode(option).unwrap_or_else(|| Self::conversation(&ConversationId::new(option)))
    }

    /// Returns all conversations as the control shows them: open, with their owners.
    pub(crate) fn all_seen(self) -> Vec<Seen> {
        let open = |owner| State { owner: Some(owner), status: Status::Open, until: None };
        let several = self.several.clone().into_iter().map(|(id, owner)| ShownState::from(open(owner)).of(id));
        let several: Vec<_> = several.collect();
        self.seen().into_iter().chain(several).collect()
    }

    /// Returns the conversation as the control shows it, if the control carries that.
    pub fn seen(self) -> Option<Seen> {
        Some(self.shown?.of(self.conversation?))
    }

    /// Decodes the data that Slack returned; nothing, if the text is not understood.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
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
    fn numbered_controls_are_the_same_controls() {
        assert_eq!(Control::by_action_id("take_0"), Some(Control::Take));
        assert_eq!(Control::by_action_id("take_over"), Some(Control::TakeOver));
        assert_eq!(Control::by_action_id("take_off"), None);
    }
}

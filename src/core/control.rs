//! The meaning of buttons, menus and forms. They express the same commands as typed text. The meaning of a control
//! is its action id and value. Both directions are here, so that the controls that the app draws come back as the same
//! [`Command`].

use serde::{Deserialize, Serialize};

use crate::core::assignee::Assignee;
use crate::core::command::{Action, Command, PendingAction};
use crate::core::conversation::{Conversation, ConversationRef};
use crate::core::help::HelpPage;
use crate::core::ids::{ConversationId, DraftId, MemberId, SlackUserId};
use crate::core::linking::Linking;
use crate::core::query::{Filter, Query};
use crate::core::routing::Routing;
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
    /// Show the cards of a shared number in the control's channel.
    Route,
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
pub const CONTROLS: [(Control, &str); 51] = [
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
    fn of_option(value: &str) -> Option<(Self, ConversationId)> {
        let (control, conversation) = value.split_once(':')?;
        Some((Self::by_action_id(control)?, ConversationId::new(conversation)))
    }

    /// Returns the control that opens the form of a verb, if one does.
    pub fn opening(verb: Verb) -> Option<Self> {
        CONTROLS.iter().map(|(control, _)| *control).find(|control| control.form() == Some(verb))
    }

    /// Returns the verb of the form that the control opens, if it opens one.
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

    /// Returns the data of a control of this list.
    pub fn list(query: &Query) -> Self {
        Self { list: Some(query.clone()), ..Self::default() }
    }

    /// Encodes the data for Slack.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Encodes the data for Slack. Leaves out the shown state, if the text would exceed `most` characters.
    pub(crate) fn encode_within(&self, most: usize) -> String {
        let whole = self.encode();
        if whole.chars().count() <= most { whole } else { Self { shown: None, ..self.clone() }.encode() }
    }

    /// Reads the option that was chosen in a search field. Options of earlier versions are a bare conversation id.
    pub fn chosen(option: &str) -> Self {
        Self::decode(option).unwrap_or_else(|| Self::conversation(&ConversationId::new(option)))
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

/// The parts of a click that carry its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Click {
    /// The control's `action_id`.
    pub action_id: String,
    /// The value of a button, or of the option that was chosen in a menu.
    pub value: Option<String>,
    /// The id of the block around the control; for a menu, its data.
    pub block_id: String,
    /// The user who was chosen in a people menu.
    pub selected_user: Option<SlackUserId>,
}

/// The request that a click makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clicked {
    /// A command.
    Do(Command),
    /// A kept command to resume.
    Resume(Resume),
    /// The form of a kept command, with the conversation if the control names one.
    FillIn(DraftId, Option<ConversationId>),
    /// The form for an action, with its conversation or for one that is still to be chosen.
    Open(PendingAction, Option<ConversationId>),
    /// A list.
    List(Query),
    /// The form of the notification preferences.
    Wishes,
    /// The form of the rules.
    Rules,
    /// The form in which the workspace is connected to dialnote.
    Connect,
    /// The removal of the connection to dialnote.
    Disconnect,
    /// A page of help.
    Help(HelpPage),
    /// The check of the setup.
    Doctor,
    /// The requester's request to the admins for a link.
    AskAdmin,
    /// Another check of the requester's own link.
    CheckLink,
    /// The window in which the member of this Slack user is chosen, with the page of the window below it.
    ChooseMember(SlackUserId, usize),
    /// The window in which the Slack user of this member is chosen, with the page of the window below it.
    ChooseUser(MemberId, usize),
    /// A change of the route of the channel in which the click was made.
    Route(Routing),
    /// This page of the users and members who are not linked.
    People(usize),
    /// A change of a link, with the page of the window in which it was made.
    Link(Linking, usize),
    /// The window in which a conversation is found.
    Find,
    /// The removal of the first steps from the requester's Home tab.
    HideIntro,
    /// No request.
    Nothing,
    /// A control that this version does not know.
    Unknown,
}

/// A kept command to resume: with the chosen conversation or person, or unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The kept command.
    pub draft: DraftId,
    /// The conversation that was chosen.
    pub pick: Option<ConversationId>,
    /// The person who was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SlackUserId>,
}

/// The value of a button that carries nothing, because Slack wants one.
pub(crate) const NOTHING_CARRIED: &str = "{}";

/// The prefix of block ids of rows of controls, in a message about several conversations with a row for each.
const ROW: &str = "row:";

/// Returns the block id of the row for `which`.
pub fn row(which: impl std::fmt::Display) -> String {
    format!("{ROW}{which}")
}

impl Click {
    /// Returns the request of the click. A control that is unknown, or whose data cannot be read, may come from an
    /// older or newer version of this program.
    pub fn meaning(&self) -> Clicked {
        self.known().unwrap_or(Clicked::Unknown)
    }

    /// Returns the list that holds the control, if there is one.
    pub fn list(&self) -> Option<Query> {
        self.carried().and_then(|carried| carried.list)
    }

    /// Returns the conversation as the control shows it, if the control carries that.
    pub fn seen(&self) -> Option<Seen> {
        self.carried()?.seen()
    }

    /// Returns the conversation that the control, or the row around it, is about.
    pub(crate) fn on(&self) -> Option<ConversationId> {
        self.carried()?.conversation
    }

    /// Returns whether the click was made in a message about several conversations.
    pub(crate) fn is_of_several(&self) -> bool {
        self.block_id.starts_with(ROW)
    }

    /// Returns the control that was pressed: for a menu behind an ellipsis, the chosen one.
    fn control(&self) -> Option<Control> {
        match Control::by_action_id(&self.action_id)? {
            Control::More => Control::of_option(self.value.as_deref()?).map(|(control, _)| control),
            control => Some(control),
        }
    }

    fn known(&self) -> Option<Clicked> {
        let control = self.control()?;
        match control {
            Control::Help | Control::HelpDaily => return Some(Clicked::Help(HelpPage::Daily)),
            Control::HelpAll => return Some(Clicked::Help(HelpPage::All)),
            Control::HelpAdmin => return Some(Clicked::Help(HelpPage::Admin)),
            Control::Doctor => return Some(Clicked::Doctor),
            Control::AskAdmin => return Some(Clicked::AskAdmin),
            Control::CheckLink => return Some(Clicked::CheckLink),
            Control::Wishes => return Some(Clicked::Wishes),
            Control::Rules => return Some(Clicked::Rules),
            Control::Connect => return Some(Clicked::Connect),
            Control::Disconnect => return Some(Clicked::Disconnect),
            Control::Find => return Some(self.find()),
            Control::ShowMine => return Some(Clicked::List(Query::of(Filter::Mine))),
            Control::ShowUnassigned => return Some(Clicked::List(Query::of(Filter::Unassigned))),
            Control::HideIntro => return Some(Clicked::HideIntro),
            Control::Open => return Some(Clicked::Nothing),
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
            Control::AssignTo => on(Action::Assign(Assignee::User(self.selected_user()?))),
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
            Control::Accept => on(Action::Plain(Verb::Accept)),
            Control::GiveBack => on(Action::GiveBack),
            Control::Keep => on(Action::Plain(Verb::Keep)),
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
            Control::ChooseMember => {
                carried.user.clone().map(|user| Clicked::ChooseMember(user, carried.page.unwrap_or_default()))
            }
            Control::ChooseUser => {
                carried.member.clone().map(|member| Clicked::ChooseUser(member, carried.page.unwrap_or_default()))
            }
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

    /// Returns the person who was chosen in a menu of people. Menus of earlier versions were Slack's own.
    fn selected_user(&self) -> Option<SlackUserId> {
        self.selected_user.clone().or_else(|| self.value.as_deref().map(SlackUserId::new))
    }

    /// Returns the request of the field or button for finding a conversation. The button carries nothing.
    fn find(&self) -> Clicked {
        let chosen = self.value.as_deref().filter(|value| !value.is_empty() && *value != NOTHING_CARRIED);
        match chosen.and_then(|chosen| Carried::chosen(chosen).conversation) {
            Some(id) => Clicked::List(Query::of(Filter::Only(id))),
            None => Clicked::Find,
        }
    }

    /// Returns the data of the control: its own, or that of the block around it.
    fn carried(&self) -> Option<Carried> {
        let own = self.value.as_deref().and_then(Carried::decode);
        own.or_else(|| Carried::decode(self.block_id.get(self.block_id.find('{')?..)?)).or_else(|| self.chosen())
    }

    /// Returns the conversation that the option of a menu behind an ellipsis names.
    fn chosen(&self) -> Option<Carried> {
        Control::of_option(self.value.as_deref()?).map(|(_, id)| Carried::conversation(&id))
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
        for (action_id, value) in [("take", None), ("take", Some("{}")), ("a", Some("click_me_123")), ("more", None)] {
            let click = Click { action_id: action_id.into(), value: value.map(str::to_owned), ..Click::default() };
            assert_eq!(click.meaning(), Clicked::Unknown, "{action_id} {value:?}");
        }
        let link = Click { action_id: "more".into(), value: Some("open:c1".into()), ..Click::default() };
        assert_eq!(link.meaning(), Clicked::Nothing, "Slack opened the page");
    }

    #[test]
    fn a_menu_behind_an_ellipsis_means_the_chosen_action_on_the_conversation_of_its_row() {
        let id = ConversationId::new("c1");
        let around = Carried { list: Some(Query::of(Filter::Mine)), ..Carried::conversation(&id) }.encode();
        for block_id in [around.clone(), format!("row:3:{around}")] {
            let click = Click {
                action_id: "more".into(),
                value: Some(Control::Unassign.option(&id)),
                block_id,
                ..Click::default()
            };
            let Clicked::Do(command) = click.meaning() else { unreachable!("{click:?}") };
            assert_eq!((command.act, command.which), (Action::Unassign, ConversationRef::Id(id.clone())));
            assert_eq!(click.list(), Some(Query::of(Filter::Mine)));
        }
    }

    #[test]
    fn numbered_controls_are_the_same_controls() {
        assert_eq!(Control::by_action_id("take_0"), Some(Control::Take));
        assert_eq!(Control::by_action_id("take_over"), Some(Control::TakeOver));
        assert_eq!(Control::by_action_id("take_off"), None);
    }
}

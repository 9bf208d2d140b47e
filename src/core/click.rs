//! Clicks: the request that a button, a menu or a field makes. It expresses the same commands as typed text.

use serde::{Deserialize, Serialize};

use crate::core::assignee::Assignee;
use crate::core::command::{Action, Command, PendingAction};
use crate::core::control::{Carried, Control, NOTHING_CARRIED};
use crate::core::conversation::ConversationRef;
use crate::core::help::HelpPage;
use crate::core::ids::{ChannelId, ConversationId, DraftId, MemberId, SlackUserId};
use crate::core::linking::Linking;
use crate::core::query::{Filter, Query};
use crate::core::routing::Routing;
use crate::core::seen::Seen;
use crate::core::verbs::Verb;

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
    /// The form for a new owner of all open conversations of a member.
    AssignAll(MemberId),
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
    /// A preview of the settings in the form around the button.
    Preview,
    /// The form of the settings of a channel's route.
    RouteSettings(ChannelId),
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

    /// Returns all conversations as the control shows them.
    pub(crate) fn all_seen(&self) -> Vec<Seen> {
        self.carried().map(Carried::all_seen).unwrap_or_default()
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
            Control::Preview => return Some(Clicked::Preview),
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
            Control::TakeAll => {
                let ids: Vec<_> = carried.several.into_iter().map(|(id, _)| id).collect();
                let which = (!ids.is_empty()).then_some(ConversationRef::These(ids))?;
                Some(Clicked::Do(Command { act: Action::Assign(Assignee::Me), which, note: String::new() }))
            }
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
            Control::RouteSettings => carried.channel.map(Clicked::RouteSettings),
            Control::Requeue => {
                let which = ConversationRef::AllOf(carried.owner.clone()?);
                Some(Clicked::Do(Command { act: Action::Unassign, which, note: String::new() }))
            }
            Control::AssignAll => carried.owner.clone().map(Clicked::AssignAll),
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
    fn controls_of_help_doctor_and_links_need_no_conversation() {
        let click = |action_id: &str, value: &str| {
            Click { action_id: action_id.into(), value: Some(value.into()), ..Click::default() }.meaning()
        };
        for (action_id, meaning) in [
            ("help", Clicked::Help(HelpPage::Daily)),
            ("help_all", Clicked::Help(HelpPage::All)),
            ("help_admin", Clicked::Help(HelpPage::Admin)),
            ("doctor_1", Clicked::Doctor),
            ("ask_admin", Clicked::AskAdmin),
            ("check_link", Clicked::CheckLink),
        ] {
            assert_eq!(click(action_id, "{}"), meaning, "{action_id}");
        }
        let member = Clicked::ChooseMember(SlackUserId::new("U1"), 2);
        assert_eq!(click("choose_member", r#"{"u":"U1","p":2}"#), member);
        assert_eq!(click("choose_user", r#"{"m":"mem_1"}"#), Clicked::ChooseUser(MemberId::new("mem_1"), 0));
    }
}

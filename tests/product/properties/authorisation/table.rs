//! The dimensions of the table: kinds of people, rules, ways of asking, and all requests. Each list follows one of the
//! app's own, by a match without a remainder: an addition has no cells yet, and does not compile here.

use dialnote_slack::core::control::Control;
use dialnote_slack::core::rule::Who;
use dialnote_slack::core::rules::Rules;
use dialnote_slack::core::teammate::Unlinked;
use dialnote_slack::core::verbs::{self, MayDo, Spec, Verb};
use dialnote_slack::platform::slack::inbound::Inbound;

/// An enum with the list of all its values.
macro_rules! listed {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $value:ident,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$what])* $value,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$value),*];
        }
    };
}

listed!(
    /// A kind of person, by their relation to the conversation and to the team.
    Kind {
        Owner,
        Teammate,
        Admin,
        Unlinked,
        Guest,
        Bot,
        Deactivated,
        OtherWorkspace,
        OtherOrganization,
        NotInstalled,
    }
);

impl Kind {
    /// Returns the kind that the app refuses for this reason.
    pub fn of(why: Unlinked) -> Option<Self> {
        match why {
            Unlinked::Bot => Some(Self::Bot),
            Unlinked::Deactivated => Some(Self::Deactivated),
            Unlinked::Guest => Some(Self::Guest),
            Unlinked::Outsider => Some(Self::OtherWorkspace),
            Unlinked::Unconfirmed | Unlinked::NoEmail | Unlinked::NoMember | Unlinked::Ambiguous | Unlinked::Taken => {
                Some(Self::Unlinked)
            }
            // No person of any kind is known there.
            Unlinked::NotConnected => None,
        }
    }

    pub fn is_teammate(self) -> bool {
        matches!(self, Self::Owner | Self::Teammate | Self::Admin)
    }

    /// Answers whether they ask from another workspace.
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::OtherOrganization | Self::NotInstalled)
    }
}

listed!(
    /// Rules of a workspace: every value of every rule occurs in one of these sets.
    Set {
        Installed,
        OwnersReassign,
        AdminsReassign,
    }
);

impl Set {
    pub fn rules(self) -> Rules {
        let rules = Rules::default();
        match self {
            Self::Installed => rules,
            Self::OwnersReassign => Rules {
                reassign: Who::OwnerAndAdmins,
                done: Who::Admins,
                note_on_handoff: false,
                note_on_done: true,
                ..rules
            },
            Self::AdminsReassign => {
                Rules { reassign: Who::Admins, done: Who::OwnerAndAdmins, only_admins_configure: false, ..rules }
            }
        }
    }

    /// Answers whether the channel hides numbers and messages.
    pub fn is_masked(self) -> bool {
        self == Self::AdminsReassign
    }
}

/// Returns all people that a rule can name.
pub fn named_by_rules() -> impl Iterator<Item = Who> {
    let next = |who: &Who| match who {
        Who::Anyone => Some(Who::OwnerAndAdmins),
        Who::OwnerAndAdmins => Some(Who::Admins),
        Who::Admins => None,
    };
    std::iter::successors(Some(Who::Anyone), next)
}

/// Returns the rights to reassign and to mark done, and the ticked boxes. The other rules are about times and
/// workflows, and about no person.
pub fn said(rules: &Rules) -> ([Who; 2], [bool; 3]) {
    let Rules {
        reassign,
        done,
        note_on_handoff,
        note_on_done,
        only_admins_configure,
        answer_within: _,
        remind_within: _,
        untouched_hours: _,
        working: _,
        workflows: _,
        away_emoji: _,
    } = rules;
    ([*reassign, *done], [*note_on_handoff, *note_on_done, *only_admins_configure])
}

/// A way of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Typed,
    Written,
    Reacted,
    Button,
    Form,
    Shortcut,
    Search,
    Home,
    Link,
}

impl Way {
    /// Returns the way in which a request asks; `None` if no person asks for anything.
    pub fn of(inbound: &Inbound) -> Option<Self> {
        match inbound {
            Inbound::Slash { .. } => Some(Self::Typed),
            Inbound::Written { .. } => Some(Self::Written),
            Inbound::Reacted { .. } => Some(Self::Reacted),
            Inbound::Click { .. } => Some(Self::Button),
            Inbound::Submission { .. } => Some(Self::Form),
            Inbound::Shortcut { .. } => Some(Self::Shortcut),
            Inbound::Suggestion { .. } => Some(Self::Search),
            Inbound::HomeOpened { .. } => Some(Self::Home),
            Inbound::Links { .. } => Some(Self::Link),
            Inbound::PaneOpened { .. }
            | Inbound::PaneSubmitted { .. }
            | Inbound::SslCheck
            | Inbound::UrlVerification { .. }
            | Inbound::ProfileChanged { .. }
            | Inbound::GroupChanged { .. }
            | Inbound::ChannelShared { .. }
            | Inbound::StepReached { .. }
            | Inbound::Removed { .. }
            | Inbound::Ignored { .. } => None,
        }
    }
}

listed!(
    /// A request for something.
    Deed {
        AssignFree,
        AssignOwned,
        Take,
        TakeOver,
        TakeAll,
        Unassign,
        Requeue,
        AssignAll,
        HandOff,
        HandOffBare,
        HandOffAll,
        DoneFree,
        Done,
        DoneBare,
        DoneSeveral,
        Reopen,
        SnoozeFree,
        Snooze,
        Wake,
        Note,
        Undo,
        UndoOfOthers,
        Accept,
        GiveBack,
        Keep,
        OthersQuestion,
        History,
        Show,
        List,
        Find,
        Home,
        Link,
        Report,
        Help,
        SeeRoutes,
        Route,
        RouteSettings,
        RouteOff,
        SeePeople,
        LinkPerson,
        MoveLink,
        Unlink,
        SeeSettings,
        Settings,
        SeeWishes,
        Wishes,
        Doctor,
        SeeConnection,
        Connect,
        Disconnect,
    }
);

/// Returns the request of a typed verb.
#[expect(clippy::match_wildcard_for_single_variants, reason = "a later verb needs cells only if it does more")]
pub fn typed(verb: Verb) -> &'static [Deed] {
    match verb {
        Verb::Assign => &[Deed::AssignFree, Deed::AssignOwned, Deed::TakeOver],
        Verb::Take => &[Deed::Take],
        Verb::Unassign => &[Deed::Unassign],
        Verb::Handoff => &[Deed::HandOff, Deed::HandOffBare, Deed::HandOffAll],
        Verb::Done => &[Deed::DoneFree, Deed::Done, Deed::DoneBare, Deed::DoneSeveral],
        Verb::Reopen => &[Deed::Reopen],
        Verb::Snooze => &[Deed::SnoozeFree, Deed::Snooze],
        Verb::Wake => &[Deed::Wake],
        Verb::History => &[Deed::History],
        Verb::Undo => &[Deed::Undo],
        Verb::Accept => &[Deed::Accept],
        Verb::GiveBack => &[Deed::GiveBack],
        Verb::Keep => &[Deed::Keep],
        Verb::Inbox => &[Deed::List],
        Verb::Route => &[Deed::SeeRoutes, Deed::Route, Deed::RouteOff],
        Verb::Link => &[Deed::SeePeople, Deed::LinkPerson, Deed::Unlink],
        Verb::Report => &[Deed::Report],
        Verb::Connect => &[Deed::SeeConnection],
        Verb::Settings => &[Deed::SeeSettings],
        Verb::Doctor => &[Deed::Doctor],
        Verb::Help => &[Deed::Help],
        other => {
            assert!(only_adds_a_note(other), "{other:?} has no cells");
            &[Deed::Note]
        }
    }
}

/// Answers whether a verb only adds its note, which every teammate may do.
pub fn only_adds_a_note(verb: Verb) -> bool {
    let Spec { plain, note, .. } = verbs::spec(verb);
    note.is_some() && plain.as_ref().is_some_and(|plain| plain.by == MayDo::Anyone)
}

/// Returns the request of a control, and whether it is done at once or by the form that it opens. A link to dialnote
/// asks the app for nothing, a menu asks what its options ask, help and the first steps are for everyone, and *Preview* is part of a form that has
/// cells of its own.
pub fn pressed(control: Control) -> Option<(Deed, Way)> {
    let at_once = |deed| Some((deed, Way::Button));
    let by_form = |deed| Some((deed, Way::Form));
    match control {
        Control::Open
        | Control::More
        | Control::HideIntro
        | Control::Help
        | Control::HelpDaily
        | Control::HelpAll
        | Control::HelpAdmin
        | Control::AskAdmin
        | Control::CheckLink
        | Control::ShowMine
        | Control::ShowUnassigned
        | Control::ChooseMember
        | Control::ChooseUser
        | Control::Preview => None,
        Control::Doctor => at_once(Deed::Doctor),
        Control::Take => at_once(Deed::Take),
        Control::TakeOver => at_once(Deed::TakeOver),
        Control::TakeAll => at_once(Deed::TakeAll),
        Control::AssignTo => at_once(Deed::AssignOwned),
        Control::Assign => by_form(Deed::AssignOwned),
        Control::HandOff => by_form(Deed::HandOff),
        Control::Unassign => at_once(Deed::Unassign),
        Control::Done => at_once(Deed::DoneBare),
        Control::DoneWithNote => by_form(Deed::Done),
        Control::Reopen => at_once(Deed::Reopen),
        Control::Snooze => by_form(Deed::Snooze),
        Control::Wake => at_once(Deed::Wake),
        Control::Undo => at_once(Deed::Undo),
        Control::Note => by_form(Deed::Note),
        Control::History => at_once(Deed::History),
        Control::Show => at_once(Deed::Show),
        Control::Accept => at_once(Deed::Accept),
        Control::GiveBack => at_once(Deed::GiveBack),
        Control::Keep => at_once(Deed::Keep),
        Control::Pick | Control::PickPerson | Control::FillIn | Control::Retry => at_once(Deed::OthersQuestion),
        Control::Choose => by_form(Deed::Take),
        Control::Filter | Control::Newer | Control::Older | Control::Find => at_once(Deed::List),
        Control::Wishes => at_once(Deed::SeeWishes),
        Control::Rules => at_once(Deed::SeeSettings),
        Control::Requeue => at_once(Deed::Requeue),
        Control::AssignAll => by_form(Deed::AssignAll),
        Control::Route => at_once(Deed::Route),
        Control::RouteSettings => by_form(Deed::RouteSettings),
        Control::Connect => at_once(Deed::SeeConnection),
        Control::Disconnect => at_once(Deed::Disconnect),
        Control::People => at_once(Deed::SeePeople),
        Control::Link => at_once(Deed::LinkPerson),
        Control::MoveLink => at_once(Deed::MoveLink),
        Control::Unlink => at_once(Deed::Unlink),
    }
}

impl Deed {
    /// Returns the ways of asking for it.
    pub fn ways(self) -> &'static [Way] {
        use Way::{Button, Form, Home, Link, Reacted, Search, Shortcut, Typed, Written};
        match self {
            Self::AssignFree
            | Self::AssignOwned
            | Self::Unassign
            | Self::Reopen
            | Self::Wake
            | Self::History
            | Self::Accept
            | Self::GiveBack
            | Self::Keep => &[Typed, Written, Button, Form],
            Self::Take => &[Typed, Written, Reacted, Button, Form],
            Self::DoneBare => &[Typed, Written, Reacted, Button],
            Self::SnoozeFree | Self::Snooze => &[Typed, Written, Reacted, Form],
            Self::TakeOver | Self::Undo | Self::Route | Self::LinkPerson | Self::Unlink | Self::Doctor => {
                &[Typed, Written, Button]
            }
            // A message only gets the button that opens the window.
            Self::SeePeople | Self::SeeSettings | Self::SeeConnection => &[Typed, Button],
            Self::HandOff | Self::Note => &[Typed, Written, Form, Shortcut],
            Self::DoneFree | Self::Done => &[Typed, Written, Form],
            Self::HandOffBare
            | Self::HandOffAll
            | Self::DoneSeveral
            | Self::Report
            | Self::Help
            | Self::SeeRoutes
            | Self::RouteOff => &[Typed, Written],
            Self::TakeAll
            | Self::Requeue
            | Self::UndoOfOthers
            | Self::OthersQuestion
            | Self::Show
            | Self::MoveLink
            | Self::SeeWishes
            | Self::Disconnect => &[Button],
            Self::List => &[Typed, Written, Button, Shortcut],
            Self::Find => &[Shortcut, Search],
            Self::Home => &[Home],
            Self::Link => &[Link],
            Self::AssignAll | Self::Settings | Self::RouteSettings | Self::Wishes | Self::Connect => &[Form],
        }
    }
}

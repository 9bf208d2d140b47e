//! The rights by the rules as people read them: written without a look at the app, and compared with it.

use dialnote_slack::core::rule::Who;
use dialnote_slack::core::rules::Rules;

use super::table::{Deed, Kind, Way};

/// The outcome of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, or shown.
    Done,
    /// It was so already, and the answer says so.
    Already,
    /// Refused, because they are no teammate.
    Stranger,
    /// Refused by a rule of the workspace.
    Rule,
    /// Refused until a note is written.
    NoteMissing,
    /// Refused, because it is another person's: only the owner keeps, only the new owner answers.
    NotTheirs,
    /// Refused, because the app is not installed in their workspace.
    NotInstalled,
    /// Asked from another organization: all effects are there. Nothing here changes or is shown.
    Elsewhere,
    /// Nothing happens, and nothing is said.
    Nothing,
}

/// Returns the outcome of asking for something in some way under these rules.
pub fn expected(kind: Kind, rules: &Rules, deed: Deed, way: Way) -> Outcome {
    match kind {
        Kind::OtherOrganization => Outcome::Elsewhere,
        Kind::NotInstalled => not_installed(deed, way),
        _ if kind.is_teammate() => of_teammate(kind, rules, deed),
        _ => of_stranger(deed, way),
    }
}

/// Returns the outcome without an installation. People get an answer where it needs no token: Slack gives global
/// shortcuts, search fields, messages and other events no response URL.
fn not_installed(deed: Deed, way: Way) -> Outcome {
    match way {
        // A press in a window brings no response URL.
        Way::Button if deed == Deed::Disconnect => Outcome::Nothing,
        Way::Typed | Way::Button | Way::Form => Outcome::NotInstalled,
        Way::Shortcut if matches!(deed, Deed::HandOff | Deed::Note) => Outcome::NotInstalled,
        Way::Written | Way::Reacted | Way::Shortcut | Way::Search | Way::Home | Way::Link => Outcome::Nothing,
    }
}

fn of_stranger(deed: Deed, way: Way) -> Outcome {
    match deed {
        // Help lists commands, and nothing about any person.
        Deed::Help => Outcome::Done,
        // Only admins of the workspace connect, and membership does not exist before the connection.
        Deed::SeeConnection | Deed::Connect | Deed::Disconnect => Outcome::Rule,
        // A button of someone else's is refused before any other check.
        Deed::OthersQuestion | Deed::UndoOfOthers => Outcome::NotTheirs,
        Deed::Undo if way == Way::Button => Outcome::NotTheirs,
        // A posted link or typing in a search field asks for no answer.
        Deed::Link => Outcome::Nothing,
        Deed::Find if way == Way::Search => Outcome::Nothing,
        _ => Outcome::Stranger,
    }
}

fn of_teammate(kind: Kind, rules: &Rules, deed: Deed) -> Outcome {
    let (owner, admin) = (kind == Kind::Owner, kind == Kind::Admin);
    let allowed = |may: bool| if may { Outcome::Done } else { Outcome::Rule };
    let who = |who: Who, owner: bool| match who {
        Who::Anyone => true,
        Who::OwnerAndAdmins => owner || admin,
        Who::Admins => admin,
    };
    let theirs = |is: bool| if is { Outcome::Done } else { Outcome::NotTheirs };
    let noted = |missing: bool, outcome: Outcome| {
        if missing && outcome == Outcome::Done { Outcome::NoteMissing } else { outcome }
    };
    match deed {
        Deed::TakeOver | Deed::TakeAll if owner => Outcome::Already,
        // The note is required before the owner is checked.
        Deed::HandOffBare if rules.note_on_handoff => Outcome::NoteMissing,
        // Undo restores: the owner took it, or the others assigned it to the owner.
        Deed::AssignOwned
        | Deed::TakeOver
        | Deed::TakeAll
        | Deed::Unassign
        | Deed::Requeue
        | Deed::AssignAll
        | Deed::HandOff
        | Deed::HandOffBare
        | Deed::Undo => allowed(who(rules.reassign, owner)),
        // All their own conversations.
        Deed::HandOffAll => allowed(who(rules.reassign, true)),
        Deed::Done | Deed::DoneSeveral => allowed(who(rules.done, owner)),
        Deed::DoneFree => allowed(who(rules.done, false)),
        Deed::DoneBare => noted(rules.note_on_done, allowed(who(rules.done, owner))),
        Deed::Snooze => allowed(owner || who(rules.reassign, owner)),
        Deed::Accept | Deed::GiveBack | Deed::Keep => theirs(owner),
        Deed::UndoOfOthers | Deed::OthersQuestion => Outcome::NotTheirs,
        Deed::Route
        | Deed::RouteOff
        | Deed::RouteSettings
        | Deed::SeePeople
        | Deed::LinkPerson
        | Deed::MoveLink
        | Deed::Unlink
        | Deed::SeeSettings
        | Deed::Settings
        | Deed::Doctor => allowed(admin || !rules.only_admins_configure),
        Deed::SeeConnection | Deed::Connect | Deed::Disconnect => allowed(admin),
        Deed::AssignFree
        | Deed::Take
        | Deed::Reopen
        | Deed::SnoozeFree
        | Deed::Wake
        | Deed::Note
        | Deed::History
        | Deed::Show
        | Deed::List
        | Deed::Find
        | Deed::Home
        | Deed::Link
        | Deed::Report
        | Deed::Help
        | Deed::SeeRoutes
        | Deed::SeeWishes
        | Deed::Wishes => Outcome::Done,
    }
}

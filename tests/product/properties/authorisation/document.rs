//! The table as people read it.

use std::fmt::Write;

use dialnote_slack::core::rule::Who;
use dialnote_slack::core::rules::Rules;

use super::expected::{Outcome, expected};
use super::table::{Deed, Kind, Way};

/// The text above the first table.
const HEAD: &str = "\
# Who may what

Every row is played in every way of asking, for every kind of person, against the running app \
(`tests/product/properties/authorisation.rs`), and judged by what was written in dialnote, what is kept and what the \
person was told; under three sets of rules, in which every value of every rule occurs. A verb, button, kind of person \
or rule without its cells fails that test. Made by `make documents`; do not edit by hand.

- **yes**: it is done, or shown.
- **no**: it is refused in a private sentence that says why. Nothing is changed, and nothing of a contact is shown.
- **note**: it is refused until a note is written.
- **–**: nothing happens, and nothing is said.

Where the outcome depends on how it is asked for, that stands beside it. *Owner* is who owns the conversation, and *admin* an admin \
of the Slack workspace, or of the organization in dialnote, who does not. *Guest*, *bot*, *deactivated* and *other workspace* (a person of another company in a shared \
channel) have the e-mail address of a member in dialnote, which does not help them. *Unlinked* is a full member of the \
workspace who is nobody in dialnote. Bots and deactivated people cannot press a button in Slack; what is played is a \
request of Slack's that says they did.

Not in the table are two kinds of people who ask from a workspace of their own. **Another organization**, whose workspace has the \
app and a key of its own: nothing here is changed or shown by anything they do, also if they name our conversations or \
submit our forms. **A workspace without the app**: nothing is changed or shown; commands, buttons, forms and shortcuts on messages \
are answered with a sentence.

The app is one that workspaces install and connect by themselves. Where its operator sets the key of one workspace, `/dialnote \
connect` tells everyone that it cannot be changed from Slack, and nothing else differs.
";

/// The kinds that are columns.
const COLUMNS: [(Kind, &str); 8] = [
    (Kind::Owner, "owner"),
    (Kind::Teammate, "teammate"),
    (Kind::Admin, "admin"),
    (Kind::Unlinked, "unlinked"),
    (Kind::Guest, "guest"),
    (Kind::Bot, "bot"),
    (Kind::Deactivated, "deactivated"),
    (Kind::OtherWorkspace, "other workspace"),
];

/// Returns each rule alone.
fn rules() -> [(&'static str, Rules); 7] {
    let rules = Rules::default;
    [
        (
            "Only the owner and admins may re-assign what someone owns",
            Rules { reassign: Who::OwnerAndAdmins, ..rules() },
        ),
        ("Only admins may re-assign what someone owns", Rules { reassign: Who::Admins, ..rules() }),
        ("Only the owner and admins may mark done", Rules { done: Who::OwnerAndAdmins, ..rules() }),
        ("Only admins may mark done", Rules { done: Who::Admins, ..rules() }),
        ("A note is needed when marking done", Rules { note_on_done: true, ..rules() }),
        ("No note is needed when handing over", Rules { note_on_handoff: false, ..rules() }),
        ("Everybody may change the rules", Rules { only_admins_configure: false, ..rules() }),
    ]
}

/// Returns the whole document.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let usual = Rules::default();
    writeln!(page, "\n## As the rules are at first\n").unwrap();
    page.push_str(&table(Deed::ALL.iter().map(|deed| row(*deed, &usual))));
    for (name, changed) in rules() {
        writeln!(page, "\n## {name}\n\nEverything else is as above.\n").unwrap();
        let rows = Deed::ALL.iter().map(|deed| (row(*deed, &usual), row(*deed, &changed)));
        page.push_str(&table(rows.filter(|(before, after)| before != after).map(|(_, after)| after)));
    }
    page.push_str(
        "\n## The channel hides numbers and messages\n\nEverything is as above: the cards hide them, and *Show* \
         reveals them to teammates alone.\n",
    );
    page
}

fn table(rows: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = COLUMNS.iter().map(|(_, name)| *name).collect();
    let lines = "---|".repeat(COLUMNS.len() + 2);
    format!("| what | how | {} |\n|{lines}\n{}", names.join(" | "), rows.collect::<String>())
}

fn row(deed: Deed, rules: &Rules) -> String {
    let ways: Vec<_> = deed.ways().iter().map(|way| named(*way)).collect();
    let cells: Vec<_> = COLUMNS.iter().map(|(kind, _)| cell(*kind, rules, deed)).collect();
    format!("| {} | {} | {} |\n", words(deed), ways.join(", "), cells.join(" | "))
}

/// Returns the outcome; once, if it is the same in every way.
fn cell(kind: Kind, rules: &Rules, deed: Deed) -> String {
    let outcomes: Vec<_> = deed.ways().iter().map(|way| (*way, said(expected(kind, rules, deed, *way)))).collect();
    let first = outcomes[0].1;
    if outcomes.iter().all(|(_, outcome)| *outcome == first) {
        return first.to_owned();
    }
    let each = outcomes.iter().map(|(way, outcome)| format!("{outcome} ({})", named(*way)));
    each.collect::<Vec<_>>().join(", ")
}

fn said(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "yes",
        Outcome::Already => "it is theirs",
        Outcome::Stranger | Outcome::Rule | Outcome::NotTheirs | Outcome::NotInstalled => "no",
        Outcome::NoteMissing => "note",
        Outcome::Elsewhere | Outcome::Nothing => "–",
    }
}

fn named(way: Way) -> &'static str {
    match way {
        Way::Typed => "typed",
        Way::Button => "button",
        Way::Form => "form",
        Way::Shortcut => "shortcut",
        Way::Search => "search field",
        Way::Home => "opened",
        Way::Link => "posted",
    }
}

fn words(deed: Deed) -> &'static str {
    match deed {
        Deed::AssignFree => "Assign what nobody owns",
        Deed::AssignOwned => "Assign what someone owns to someone else",
        Deed::Take => "Take what nobody owns",
        Deed::TakeOver => "Take over what someone owns",
        Deed::Unassign => "Put back into the queue what someone owns",
        Deed::Requeue => "Put back into the queue everything that someone owns",
        Deed::HandOff => "Hand off what someone owns, with a note",
        Deed::HandOffBare => "Hand off what someone owns, without a note",
        Deed::HandOffAll => "Hand off everything of one’s own",
        Deed::DoneFree => "Mark done what nobody owns, with a note",
        Deed::Done => "Mark done what someone owns, with a note",
        Deed::DoneBare => "Mark done what someone owns, without a note",
        Deed::DoneSeveral => "Mark several done at once, with a note",
        Deed::Reopen => "Reopen",
        Deed::SnoozeFree => "Snooze what nobody owns",
        Deed::Snooze => "Snooze what someone owns",
        Deed::Wake => "Wake what is snoozed",
        Deed::Note => "Add a note",
        Deed::Undo => "Take back that one gave it to its owner",
        Deed::UndoOfOthers => "Take back what someone else did",
        Deed::Accept => "Accept what the owner was given",
        Deed::GiveBack => "Give back what the owner was given",
        Deed::Keep => "Say that one is still on it",
        Deed::OthersQuestion => "Answer a question that someone else was asked",
        Deed::History => "See the history",
        Deed::Show => "See what the channel hides",
        Deed::List => "See a list",
        Deed::Find => "Find a conversation",
        Deed::Home => "See conversations in the Home tab",
        Deed::Link => "Post a link that becomes a card",
        Deed::Report => "See a report",
        Deed::Help => "See what can be typed",
        Deed::SeeRoutes => "See which channel gets what",
        Deed::Route => "Have a channel get cards",
        Deed::RouteOff => "Have a channel get no cards any more",
        Deed::SeePeople => "See who is not linked",
        Deed::LinkPerson => "Link someone to a member",
        Deed::MoveLink => "Move a link from someone else",
        Deed::Unlink => "Take a link away",
        Deed::SeeSettings => "See the rules",
        Deed::Settings => "Change the rules, and what a channel shows",
        Deed::SeeWishes => "See one’s own notifications",
        Deed::Wishes => "Change one’s own notifications",
        Deed::Doctor => "Have everything examined",
        Deed::SeeConnection => "See who connected the workspace",
        Deed::Connect => "Connect it to dialnote",
        Deed::Disconnect => "Disconnect it",
    }
}

#[test]
fn the_table_is_written_down() {
    let page = page();
    if std::env::var_os("WRITE_MESSAGES").is_some() {
        std::fs::write("docs/authorisation.md", &page).unwrap();
    }
    let checked_in = std::fs::read_to_string("docs/authorisation.md").unwrap_or_default();
    assert!(checked_in == page, "docs/authorisation.md is old: make documents");
}

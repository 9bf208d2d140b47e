//! The table as people read it.

use std::fmt::Write;

use dialnote_slack::core::rule::Who;
use dialnote_slack::core::rules::Rules;

use super::expected::{Outcome, expected};
use super::table::{Deed, Kind, Way};

/// The text above the first table.
const HEAD: &str = "\
# Who may what

For security reviewers. A test plays every row in each way of asking, for each kind of person, against the running app \
(`tests/product/properties/authorisation.rs`). It checks what was written in dialnote, what is stored and what the person \
reads, under three sets of rules in which every value of every rule occurs. A verb, button, kind of person or rule without \
cells fails that test. Made by `make documents`; do not edit by hand.

| cell | means |
|---|---|
| yes | done, or shown |
| no | refused in a private sentence that gives the reason. Nothing changes, and nothing about a contact is shown |
| note | refused until there is a note |
| – | nothing happens, and nothing is said |

If the outcome depends on the way of asking, the cell says so.

| column | is |
|---|---|
| owner | the conversation's owner |
| admin | an admin of the Slack workspace, or of the organization in dialnote, who doesn't own the conversation |
| unlinked | a full member of the workspace who isn't linked to a dialnote member |
| guest, bot, deactivated, other workspace | people with the email address of a dialnote member, which doesn't help them. The last \
is a person of another company in a shared channel. Bots and deactivated people can't press a button in Slack; the test sends a \
request of Slack's that says they did |

Two kinds of people ask from a workspace of their own, and aren't in the table:

- **Another organization**, whose workspace has the app with a key of its own: nothing they do changes or shows anything here, even if \
they name our conversations or submit our forms.
- **A workspace without the app**: nothing changes or is shown. Commands, buttons, forms and shortcuts on messages get a sentence as \
their answer.

Workspaces install and connect this app themselves. Where the operator sets the key of one workspace, `/dialnote connect` tells \
everyone that it can't be changed from Slack. Nothing else differs.
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
            "Only the owner and admins can reassign owned conversations",
            Rules { reassign: Who::OwnerAndAdmins, ..rules() },
        ),
        ("Only admins can reassign owned conversations", Rules { reassign: Who::Admins, ..rules() }),
        ("Only the owner and admins can mark conversations done", Rules { done: Who::OwnerAndAdmins, ..rules() }),
        ("Only admins can mark conversations done", Rules { done: Who::Admins, ..rules() }),
        ("Marking done requires a note", Rules { note_on_done: true, ..rules() }),
        ("Hand-offs require no note", Rules { note_on_handoff: false, ..rules() }),
        ("Every teammate can change the rules", Rules { only_admins_configure: false, ..rules() }),
    ]
}

/// Returns the whole document.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let usual = Rules::default();
    writeln!(page, "\n## With the default rules\n").unwrap();
    page.push_str(&table(Deed::ALL.iter().map(|deed| row(*deed, &usual))));
    for (name, changed) in rules() {
        writeln!(page, "\n## {name}\n\nEverything else is as above.\n").unwrap();
        let rows = Deed::ALL.iter().map(|deed| (row(*deed, &usual), row(*deed, &changed)));
        page.push_str(&table(rows.filter(|(before, after)| before != after).map(|(_, after)| after)));
    }
    page.push_str(
        "\n## The channel hides numbers and messages\n\nEverything else is as above. Cards hide them, and *Show* \
         reveals them to a teammate, privately.\n",
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
        Outcome::Already => "already theirs",
        Outcome::Stranger | Outcome::Rule | Outcome::NotTheirs | Outcome::NotInstalled => "no",
        Outcome::NoteMissing => "note",
        Outcome::Elsewhere | Outcome::Nothing => "–",
    }
}

fn named(way: Way) -> &'static str {
    match way {
        Way::Typed => "typed",
        Way::Written => "written",
        Way::Reacted => "emoji",
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
        Deed::AssignFree => "Assign an unassigned conversation",
        Deed::AssignOwned => "Reassign a conversation",
        Deed::Take => "Take an unassigned conversation",
        Deed::TakeOver => "Take over a conversation",
        Deed::TakeAll => "Take over the conversations of a shift",
        Deed::Unassign => "Unassign a conversation",
        Deed::Requeue => "Unassign all of a person's conversations",
        Deed::AssignAll => "Reassign all of a person's conversations",
        Deed::HandOff => "Hand off a conversation, with a note",
        Deed::HandOffBare => "Hand off a conversation, without a note",
        Deed::HandOffAll => "Hand off all of one's own conversations",
        Deed::DoneFree => "Mark an unassigned conversation done, with a note",
        Deed::Done => "Mark an owned conversation done, with a note",
        Deed::DoneBare => "Mark an owned conversation done, without a note",
        Deed::DoneSeveral => "Mark several done at once, with a note",
        Deed::Reopen => "Reopen",
        Deed::SnoozeFree => "Snooze an unassigned conversation",
        Deed::Snooze => "Snooze an owned conversation",
        Deed::Wake => "Unsnooze a conversation",
        Deed::Note => "Add a note",
        Deed::Undo => "Undo one's own assignment to the owner",
        Deed::UndoOfOthers => "Undo another person's change",
        Deed::Accept => "Accept an assignment to the owner",
        Deed::GiveBack => "Decline an assignment to the owner",
        Deed::Keep => "Confirm to be still working on it",
        Deed::OthersQuestion => "Answer another person's question",
        Deed::History => "See the history",
        Deed::Show => "See details that the channel hides",
        Deed::List => "See a list",
        Deed::Find => "Find a conversation",
        Deed::Home => "See conversations in the Home tab",
        Deed::Link => "Post a link that becomes a card",
        Deed::Report => "See a report",
        Deed::Help => "See the commands",
        Deed::SeeRoutes => "See the routes",
        Deed::Route => "Set a channel's route",
        Deed::RouteOff => "Remove a channel's route",
        Deed::RouteSettings => "Change the settings of a channel's route",
        Deed::SeePeople => "See people who aren't linked",
        Deed::LinkPerson => "Link someone to a member",
        Deed::MoveLink => "Move a link from another person",
        Deed::Unlink => "Remove a link",
        Deed::SeeSettings => "See the rules",
        Deed::Settings => "Change the rules and a channel's settings",
        Deed::SeeWishes => "See one's own notification preferences",
        Deed::Wishes => "Change one's own notification preferences",
        Deed::Doctor => "Check the setup",
        Deed::SeeConnection => "See the connection to dialnote",
        Deed::Connect => "Connect the workspace to dialnote",
        Deed::Disconnect => "Disconnect the workspace",
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

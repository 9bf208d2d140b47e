//! The rights of every kind of person to every verb, button and form, in every way of asking, under every rule.

mod document;
mod expected;
mod moves;
mod play;
mod stage;
mod table;

use dialnote_slack::core::control::{CONTROLS, Carried, Control};
use dialnote_slack::core::ids::ConversationId;
use dialnote_slack::core::verbs::COMMANDS;
use serde_json::json;

use expected::expected;
use moves::{About, Move, moves};
use play::{Button, Cell, press};
use stage::Stage;
use table::{Deed, Kind, Set, Way, named_by_rules, pressed, said, typed};

use crate::support::{ANA, LEO, MAYA, Setup, product, product_with, set_up};

/// Makes the tests, each of which plays a part of all requests.
macro_rules! groups {
    ($($test:ident: $group:ident,)*) => {
        /// The part that one test plays.
        #[derive(Clone, Copy, PartialEq, Eq)]
        enum Group { $($group,)* }

        $(
            #[tokio::test]
            async fn $test() {
                play(Group::$group).await;
            }
        )*
    };
}

groups!(
    who_may_assign: Assigning,
    who_may_hand_off: HandingOff,
    who_may_mark_done: Done,
    who_may_put_away: PuttingAway,
    who_may_answer_and_take_back: Answering,
    who_may_look: Looking,
    who_may_see_settings: Seeing,
    who_may_change_settings: Changing,
);

impl Group {
    fn of(deed: Deed) -> Self {
        match deed {
            Deed::AssignFree | Deed::AssignOwned | Deed::Take | Deed::TakeOver | Deed::TakeAll => Self::Assigning,
            Deed::Unassign | Deed::Requeue | Deed::AssignAll | Deed::HandOff | Deed::HandOffBare | Deed::HandOffAll => {
                Self::HandingOff
            }
            Deed::DoneFree | Deed::Done | Deed::DoneBare | Deed::DoneSeveral | Deed::Reopen => Self::Done,
            Deed::SnoozeFree | Deed::Snooze | Deed::Wake | Deed::Note => Self::PuttingAway,
            Deed::Undo | Deed::UndoOfOthers | Deed::Accept | Deed::GiveBack | Deed::Keep | Deed::OthersQuestion => {
                Self::Answering
            }
            Deed::History | Deed::Show | Deed::List | Deed::Find | Deed::Home | Deed::Link | Deed::Report => {
                Self::Looking
            }
            Deed::Help
            | Deed::SeeRoutes
            | Deed::SeePeople
            | Deed::SeeSettings
            | Deed::SeeWishes
            | Deed::SeeConnection
            | Deed::Doctor => Self::Seeing,
            Deed::Route
            | Deed::RouteOff
            | Deed::RouteSettings
            | Deed::LinkPerson
            | Deed::MoveLink
            | Deed::Unlink
            | Deed::Settings
            | Deed::Wishes
            | Deed::Connect
            | Deed::Disconnect => Self::Changing,
        }
    }

    /// Returns the cells to play. Rules end at the workspace: requests from elsewhere are played once.
    fn cells(self, set: Set) -> impl Iterator<Item = Cell> {
        let deeds = Deed::ALL.iter().copied().filter(move |deed| Self::of(*deed) == self);
        let ways = deeds.flat_map(|deed| deed.ways().iter().map(move |way| (deed, *way)));
        let kinds = move || Kind::ALL.iter().filter(move |kind| set == Set::Installed || !kind.is_elsewhere());
        ways.flat_map(move |(deed, way)| kinds().map(move |kind| Cell { deed, way, kind: *kind, set }))
    }
}

/// Plays the cells of a group, and reports all that differ from the table.
async fn play(group: Group) {
    product_with(Setup::INSTALLED, async |bot| {
        let mut stage = Stage::set(bot).await;
        stage.assert_kinds().await;
        let mut wrong = Vec::new();
        for set in Set::ALL {
            stage.rule(*set).await;
            if group.cells(*set).any(|cell| cell.way == Way::Reacted) {
                stage.make_cards().await;
            }
            for cell in group.cells(*set) {
                let due = expected(cell.kind, &set.rules(), cell.deed, cell.way);
                match stage.play(cell).await {
                    Ok(outcome) if outcome == due => {}
                    other => wrong.push(format!("{cell:?}: due is {due:?}, and not {other:?}")),
                }
            }
        }
        assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
        bot.read_all().await;
    })
    .await;
}

/// Returns the moves that ask for something in some way.
fn done(deed: Deed, way: Way) -> Vec<Move> {
    assert!(deed.ways().contains(&way), "{deed:?} has no cells for {way:?}");
    moves(deed, way, &About::default())
}

#[test]
fn every_verb_has_its_cells() {
    for (verb, spec) in COMMANDS {
        for deed in typed(verb) {
            let types = |one: &Move| matches!(one, Move::Type(line) if line.starts_with(&spec.typed()));
            assert!(done(*deed, Way::Typed).iter().any(types), "{deed:?} is asked for by {}", spec.typed());
        }
    }
}

#[test]
fn every_button_and_menu_has_its_cells() {
    for (control, name) in CONTROLS {
        let Some((deed, way)) = pressed(control) else { continue };
        assert!(done(deed, way).iter().any(|one| one.control() == Some(control)), "{name} is pressed for {deed:?}");
    }
}

#[test]
fn every_value_of_every_rule_has_its_cells() {
    let sets: Vec<_> = Set::ALL.iter().map(|set| said(&set.rules())).collect();
    for who in named_by_rules() {
        for rule in 0..2 {
            assert!(sets.iter().any(|(named, _)| named[rule] == who), "{who:?}, rule {rule}");
        }
    }
    for ticked in [true, false] {
        for rule in 0..3 {
            assert!(sets.iter().any(|(_, ticks)| ticks[rule] == ticked), "{ticked}, rule {rule}");
        }
        assert!(Set::ALL.iter().any(|set| set.is_masked() == ticked));
    }
}

#[tokio::test]
async fn where_there_is_one_workspace_a_button_of_another_is_answered() {
    set_up(async |bot| {
        bot.work.home().await.unwrap();
        let other = bot.beside().await;
        press(&other, MAYA, Control::Take, &Carried::conversation(&ConversationId::new(ANA)), Button::Plain).await;
        let told = other.last_private(MAYA);
        assert!(told.text.contains("This app isn't installed in this workspace"), "{}", told.text);
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_former_teammate_is_not_shown_an_earlier_question() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/done nguyn").await;
        bot.read_all().await;
        let question = bot.last_private(LEO);
        bot.world(|world| world.person_mut(LEO).unwrap().guest = true);
        bot.sandbox.event(json!({ "type": "user_change", "user": LEO })).await.unwrap();
        bot.settle().await;
        bot.press_on(LEO, &question, Control::FillIn.action_id()).await;
        assert!(bot.answer(LEO).await.starts_with("Guests can't use this app"), "{}", bot.everything());
        assert_eq!(bot.form(LEO), None);
        bot.read_all().await;
    })
    .await;
}

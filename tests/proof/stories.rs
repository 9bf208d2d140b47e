//! Failures that chance found, replayed on purpose: each happened once in the middle of two hundred kills, and needs
//! neither a kill nor luck.

use dialnote_sandbox::{Entry, Kind, World};

use crate::ledger::Order;
use crate::pausing::assign;
use crate::people::People;
use crate::stage::{Setting, Stage, on_each};
use crate::town;

/// More than one page of dialnote's list holds.
const MANY: usize = 150;

/// On the second page, as long as nothing happens in it.
const FAR_DOWN: usize = 140;

/// dialnote lists the latest activity first. A reader of pages misses a conversation that moves from a later page to
/// the top between two pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_moves_up_while_it_is_looked_for_is_found() {
    let setting = Setting { name: "moving-up", people: 2, conversations: MANY, lease: None };
    on_each(
        |_| true,
        setting,
        async |stage| {
            let app = stage.start().await;
            stage.sandbox.world(|world| world.faults.dialnote.slow_ms = 300);
            let mut people = People::gather(stage, 2);
            people.give(0, Order { conversation: FAR_DOWN, by_number: true, ..assign(0, 1) });
            stage.sandbox.until(move_up_after_the_first_page).await;
            people.all_is_typed().await;
            stage.finish(app).await;
            stage.judge();
        },
    )
    .await;
}

/// Lets a contact write as soon as the first page was read.
fn move_up_after_the_first_page(world: &mut World) -> Option<()> {
    world.calls.iter().find(|call| call.path == "/conversations" && call.acted)?;
    let at = world.now();
    let conversation = world.dialnote.conversation_mut(&town::conversation(FAR_DOWN))?;
    let text = "Are you still there?".to_owned();
    let message = Entry { id: "msg_moving".to_owned(), kind: Kind::Sms, direction: "inbound".to_owned(), text, at };
    conversation.timeline.push(message);
    Some(())
}

/// Two channels talk about one conversation while Slack is down. When it is back, both cards show the
/// owner that the conversation has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_card_shows_the_latest_owner_after_slack_was_down() {
    let setting = Setting { name: "two-channels", people: 3, conversations: 2, lease: None };
    on_each(
        |_| true,
        setting,
        async |stage| {
            let app = stage.start().await;
            // The people are known already, or their commands would wait for Slack too.
            get_to_know(stage).await;
            stage.sandbox.world(|world| world.faults.slack.down = true);
            for (channel, target) in [(town::CHANNELS[0], 1), (town::CHANNELS[1], 2)] {
                stage
                    .carry_through(&Order { number: target, who: town::person(0), channel, ..assign(0, target) })
                    .await;
                stage.sandbox.until(|world| owned_by(world, 0, target).then_some(())).await;
            }
            stage.sandbox.world(|world| world.faults.slack.down = false);
            stage.finish(app).await;
            stage.judge();
            assert!(stage.verdict().is_up_to_date(), "{}\n{}", stage.verdict(), stage.story());
        },
    )
    .await;
}

/// Assigns each person another conversation once.
async fn get_to_know(stage: &Stage) {
    for n in [1, 2] {
        let order = Order { number: 10 + n, who: town::person(0), conversation: 1, ..assign(0, n) };
        stage.carry_through(&order).await;
        stage.sandbox.until(|world| owned_by(world, 1, n).then_some(())).await;
    }
}

fn owned_by(world: &World, conversation: usize, n: usize) -> bool {
    let conversation = world.dialnote.conversation(&town::conversation(conversation));
    conversation.and_then(|c| c.assigned_to.clone()) == Some(town::member(&town::person(n)))
}

//! `SIGSTOP`: a process stands still for longer than its leases, like a virtual machine that is moved or starved.
//! Another one takes over. When the first goes on it does not know of the pause, and must not do anything a second
//! time.

use dialnote_sandbox::{Hang, Service};

use crate::backend::Backend;
use crate::dice::Dice;
use crate::ledger::{Act, Order};
use crate::moment::forget_what_hangs;
use crate::people::People;
use crate::process::Process;
use crate::stage::{Setting, Stage, on_each};
use crate::town;

const PEOPLE: usize = 16;

/// The lease, in seconds; the pause must be longer.
const LEASE: u32 = 6;

/// Calls on their way when the process is paused, each in a different conversation.
pub const CALLS: [(Service, &str, &str, bool); 8] = [
    (Service::Dialnote, "PATCH", "", true),
    (Service::Dialnote, "PATCH", "", false),
    (Service::Dialnote, "POST", "/notes", true),
    (Service::Dialnote, "POST", "/notes", false),
    (Service::Dialnote, "GET", "/conversations", true),
    (Service::Slack, "response_url", "", false),
    (Service::Slack, "chat.postMessage", "", false),
    (Service::Slack, "chat.postMessage", "", true),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_process_does_nothing_a_second_time() {
    let setting = Setting { name: "pausing", people: PEOPLE, conversations: 2 * PEOPLE, lease: Some(LEASE) };
    on_each(Backend::is_shared, setting, async |stage| {
        let mut dice = Dice::new(setting.name);
        let first = stage.start().await;
        let mut people = People::gather(stage, PEOPLE);
        for (n, (service, method, path, after_effect)) in CALLS.into_iter().enumerate() {
            let hang = Hang { service, method: method.into(), path: path.into(), after_effect };
            stage.sandbox.world(|world| world.faults.hang_next.push(hang));
            people.give(n, assign(n, PEOPLE - 1));
            stage.sandbox.hung().await;
        }
        pause_amid_work(stage, &mut people, &mut dice, &first).await;
        forget_what_hangs(stage).await;
        let second = stage.start().await;
        stage.database.becomes_free().await;
        stage.reopen();
        for n in 0..CALLS.len() {
            people.give(n, assign(n, PEOPLE - 2));
        }
        people.all_is_typed().await;
        stage.has_done_what_it_accepted().await;
        first.resume();
        first.stop().await;
        stage.finish(second).await;
        let voided = stage.log.count("another worker took this job over");
        println!("  {voided} settlements of the paused process were void");
        assert!(voided > 0, "the paused process had nothing to say; {}", stage.story());
        stage.judge();
    })
    .await;
}

/// Returns an assignment in the conversation with the same number as its person.
pub fn assign(n: usize, target: usize) -> Order {
    let act = Act::Assign(town::person(target));
    Order { number: 0, who: String::new(), channel: town::CHANNELS[n % 2], conversation: n, by_number: false, act }
}

/// Pauses the process while it has more work, but not in the middle of a transaction: that would hold up everyone else
/// on a file, which is why files are not for several processes.
async fn pause_amid_work(stage: &Stage, people: &mut People, dice: &mut Dice, process: &Process) {
    loop {
        for n in CALLS.len()..PEOPLE {
            people.give(n, assign(n, dice.between(0, PEOPLE - 1)));
        }
        let moment = stage.sandbox.world(|world| world.calls.total()) + dice.between(1, 60) as u64;
        stage.sandbox.until(|world| (world.calls.total() >= moment).then_some(())).await;
        process.pause();
        if stage.database.is_free() {
            return;
        }
        process.resume();
    }
}

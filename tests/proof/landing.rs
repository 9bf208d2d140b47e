//! Calls of a dead process that land after the next start: the service completes the request, and the app is back
//! before the effect.

use dialnote_sandbox::{Hang, Service};

use crate::pausing::assign;
use crate::people::People;
use crate::stage::{Setting, on_each};

const PEOPLE: usize = 16;

/// Long enough for a call to take its ten seconds.
const LEASE: u32 = 20;

/// Calls on their way when the process is killed, each about a different conversation.
const CALLS: [(Service, &str, &str); 6] = [
    (Service::Dialnote, "PATCH", ""),
    (Service::Dialnote, "POST", "/notes"),
    (Service::Dialnote, "PATCH", ""),
    (Service::Slack, "chat.postMessage", ""),
    (Service::Slack, "chat.postMessage", ""),
    (Service::Slack, "chat.postMessage", ""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_call_of_a_dead_process_is_not_repeated() {
    let setting = Setting { name: "landing", people: PEOPLE, conversations: PEOPLE, lease: Some(LEASE) };
    on_each(
        |_| true,
        setting,
        async |stage| {
            let app = stage.start().await;
            let mut people = People::gather(stage, PEOPLE);
            for (n, (service, method, path)) in CALLS.into_iter().enumerate() {
                let hang = Hang { service, method: method.into(), path: path.into(), after_effect: false };
                stage.sandbox.world(|world| world.faults.hang_next.push(hang));
                people.give(n, assign(n, PEOPLE - 1));
                stage.sandbox.hung().await;
            }
            app.kill().await;
            let app = stage.start().await;
            // By the time these are done the next process has had time to act too early.
            for n in CALLS.len()..PEOPLE {
                people.give(n, assign(n, PEOPLE - 1));
            }
            for n in 0..CALLS.len() {
                people.give(n, assign(n, PEOPLE - 2));
            }
            people.all_is_typed().await;
            let mut others = stage.ledger.typings();
            others.retain(|typing| typing.order.conversation >= CALLS.len());
            stage.has_done(others).await;
            stage.sandbox.release();
            stage.finish(app).await;
            stage.judge();
        },
    )
    .await;
}

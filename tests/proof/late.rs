//! Answers that come after our time limit. The call took effect, and the app does not know it: it must find out before
//! it does anything again.

use dialnote_sandbox::{Hang, Service};

use crate::pausing::assign;
use crate::people::People;
use crate::stage::{Setting, on_each};

const PEOPLE: usize = 8;

/// Twice the time limit of a call.
const LEASE: u32 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dialnote_answers_after_our_timeout() {
    let calls = [("PATCH", ""), ("POST", "/notes"), ("GET", "/conversations"), ("PATCH", ""), ("POST", "/notes")];
    answered_too_late("dialnote-late", Service::Dialnote, &calls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_answers_after_our_timeout() {
    let calls = [("chat.postMessage", ""), ("response_url", ""), ("chat.postMessage", ""), ("users.info", "")];
    answered_too_late("slack-late", Service::Slack, &calls).await;
}

/// Checks that each call takes effect and is not answered before the app gives up waiting. A second command about the
/// same conversation waits behind it.
async fn answered_too_late(name: &'static str, service: Service, calls: &[(&str, &str)]) {
    let setting = Setting { name, people: PEOPLE, conversations: PEOPLE, lease: Some(LEASE) };
    on_each(
        |_| true,
        setting,
        async |stage| {
            let app = stage.start().await;
            let mut people = People::gather(stage, PEOPLE);
            for (n, (method, path)) in calls.iter().enumerate() {
                let hang = Hang { service, method: (*method).into(), path: (*path).into(), after_effect: true };
                stage.sandbox.world(|world| world.faults.hang_next.push(hang));
                people.give(n, assign(n, n));
                stage.sandbox.hung().await;
                people.give(n, assign(n, PEOPLE - 1));
            }
            people.all_is_typed().await;
            stage.finish(app).await;
            stage.judge();
        },
    )
    .await;
}

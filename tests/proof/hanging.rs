//! Conversations whose calls hang hold up no others.

use dialnote_sandbox::{Hang, Service};

use crate::pausing::assign;
use crate::people::People;
use crate::stage::{Setting, on_each};

/// The number of conversations that hang: far more than jobs that run at once.
const HANGING: usize = 200;

/// The number of others.
const OTHERS: usize = 20;

const PEOPLE: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_conversations_that_hang_hold_up_no_others() {
    let setting = Setting { name: "hanging", people: PEOPLE, conversations: HANGING + OTHERS, lease: None };
    on_each(
        |_| true,
        setting,
        async |stage| {
            let app = stage.start().await;
            let mut people = People::gather(stage, PEOPLE);
            // They are named conv_2000 to conv_2199, the others conv_2200 and on.
            for hundred in ["/conversations/conv_20", "/conversations/conv_21"] {
                let (service, method, path) = (Service::Dialnote, "GET".to_owned(), hundred.to_owned());
                let hang = Hang { service, method, path, after_effect: false };
                let hangs = std::iter::repeat_n(hang, HANGING / 2);
                stage.sandbox.world(|world| world.faults.hang_next.extend(hangs));
            }
            for n in 0..HANGING {
                people.give(n % PEOPLE, assign(n, (n + 1) % PEOPLE));
            }
            for _ in 0..HANGING {
                stage.sandbox.hung().await;
            }
            stage.ledger.has_tried(HANGING as u64).await;
            for n in HANGING..HANGING + OTHERS {
                people.give(n % PEOPLE, assign(n, (n + 1) % PEOPLE));
            }
            people.all_is_typed().await;
            let others = stage.ledger.typings().split_off(HANGING);
            stage.has_done(others).await;
            // Had they waited for the hanging ones, those would have timed out by now.
            assert_eq!(stage.log.count("did not answer"), 0, "{}", stage.story());
            stage.sandbox.release();
            stage.finish(app).await;
            stage.judge();
        },
    )
    .await;
}

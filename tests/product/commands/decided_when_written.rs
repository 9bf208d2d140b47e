//! Commands that had to wait are decided again on the state of the moment they write: for every wait, every change,
//! every command.

mod cases;

use cases::{CASES, Case};
use dialnote_sandbox::{DialnoteFailure, Hang, Service};
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::{Document, DocumentKind};
use futures_util::StreamExt;
use futures_util::stream::iter;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, Setup, ZOE, product, product_with};

/// The number of worlds at a time.
const AT_ONCE: usize = 3;

/// The same where a time-out is waited for on the real clock, which costs only time.
const WAITING_AT_ONCE: usize = 12;

/// The wait between decision and write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wait {
    Refused(u16),
    TimedOut,
    Killed,
    Outage,
}

const WAITS: [Wait; 6] =
    [Wait::Refused(429), Wait::Refused(500), Wait::Refused(503), Wait::TimedOut, Wait::Killed, Wait::Outage];

/// The change during the wait.
#[derive(Clone, Copy, Debug)]
enum Change {
    Owner,
    Status,
    Rules,
    Nothing,
}

impl Change {
    const ALL: [Self; 4] = [Self::Owner, Self::Status, Self::Rules, Self::Nothing];

    async fn happens(self, bot: &Bot, case: &Case) {
        let (kind, id, at) = (DocumentKind::Rules.name().to_owned(), String::new(), bot.clock.now());
        let body = json!({ "reassign": "admins", "done": "admins" }).to_string();
        let change = match self {
            Self::Owner => json!({ "conversation": case.conversation, "assignedToId": case.owner.0 }),
            Self::Status => json!({ "conversation": case.conversation, "status": case.status.0 }),
            Self::Rules => {
                let kept = Document { kind, id, at, due: None, body };
                bot.work.store.keep(&InstallationId::new(bot.team()), kept).await.unwrap();
                return;
            }
            Self::Nothing => return,
        };
        bot.sandbox.change_in_dialnote(&change).unwrap();
    }

    fn comes_to(self, case: &Case) -> (&'static str, &'static str) {
        match self {
            Self::Owner => (case.owner.1, case.owner.2),
            Self::Status => (case.status.1, case.status.2),
            Self::Rules => case.rules,
            Self::Nothing => case.nothing,
        }
    }
}

impl Wait {
    /// Decides a command without writing it, lets something happen, then lets it be written or decided again.
    async fn around(self, bot: &mut Bot, case: &Case, meanwhile: impl AsyncFnOnce(&Bot)) {
        if self == Self::TimedOut {
            bot.restart_with(&[("LEASE_SECONDS", "5")]).await;
        }
        match self {
            Self::Refused(status) => bot.world(|world| world.faults.dialnote.fail_next.push(failing(status, 3))),
            Self::Outage => bot.world(|world| world.faults.dialnote.fail_next.push(failing(503, 1))),
            Self::TimedOut | Self::Killed => bot.world(|world| world.faults.hang_next.push(writing(false))),
        }
        bot.slash(case.who, case.command).await;
        if self == Self::Killed {
            tokio::select! {
                () = bot.settle() => panic!("nothing is written"),
                () = bot.sandbox.hung() => {}
            }
        } else {
            bot.settle().await;
        }
        if self == Self::Outage {
            bot.world(|world| world.faults.dialnote.down = true);
            comes_back(bot, 20).await;
            bot.clock.advance(SignedDuration::from_hours(5));
            bot.settle().await;
        }
        meanwhile(bot).await;
        if self == Self::Killed {
            bot.restart().await;
        }
        bot.world(|world| world.faults.dialnote.down = false);
        comes_back(bot, 4).await;
    }
}

/// Retries the waiting work again and again.
async fn comes_back(bot: &Bot, times: u32) {
    for _ in 0..times {
        bot.clock.advance(SignedDuration::from_secs(32));
        bot.settle().await;
    }
}

fn failing(status: u16, times: u32) -> DialnoteFailure {
    DialnoteFailure { method: "PATCH".into(), status, times, ..DialnoteFailure::default() }
}

fn writing(after_effect: bool) -> Hang {
    Hang { service: Service::Dialnote, method: "PATCH".into(), path: String::new(), after_effect }
}

/// Returns the number of writes of owner or status that took effect.
fn written(bot: &Bot) -> usize {
    bot.world(|world| world.calls.iter().filter(|call| call.method == "PATCH" && call.acted).count())
}

async fn holds(case: &Case, wait: Wait, change: Change) {
    let story = format!("{} · {wait:?} · {change:?}", case.command);
    product(async |bot| {
        for (who, command) in case.before {
            bot.slash(who, command).await;
            bot.read_all().await;
        }
        let before = written(bot);
        wait.around(bot, case, async |bot| change.happens(bot, case).await).await;
        let (state, word) = change.comes_to(case);
        assert_eq!(bot.dialnote(case.conversation), state, "{story}\n{}", bot.everything());
        let answer = bot.answer(case.who).await;
        assert!(answer.contains(word), "{story}: {answer}");
        assert!(written(bot) <= before + 1, "{story}");
        bot.read_all().await;
    })
    .await;
}

/// Checks a command whose re-check is blind: dialnote's reads do not show the new owner.
async fn is_written_blindly(case: &Case, wait: Wait) {
    let story = format!("{} · {wait:?}", case.command);
    product(async |bot| {
        for (who, command) in case.before {
            bot.slash(who, command).await;
            bot.read_all().await;
        }
        bot.world(|world| world.faults.dialnote.stale_reads = true);
        wait.around(bot, case, async |bot| Change::Owner.happens(bot, case).await).await;
        let answer = bot.answer(case.who).await;
        let is_decided_again = bot.dialnote(case.conversation) == case.owner.1 && answer.contains(case.owner.2);
        assert!(!is_decided_again, "{story}: {answer}");
        bot.read_all().await;
    })
    .await;
}

/// The re-check decides: where it cannot see the present owner, the assertions above do not hold.
#[tokio::test]
async fn without_the_second_look_the_old_state_decides() {
    let differ = CASES.iter().filter(|case| case.owner.2 != case.nothing.1);
    let all = differ.flat_map(|case| WAITS.map(|wait| Box::pin(is_written_blindly(case, wait))));
    iter(all).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

async fn all_hold(waits: &[Wait]) {
    let all = waits.iter().flat_map(|wait| CASES.iter().map(move |case| (*wait, case)));
    let all = all.flat_map(|(wait, case)| Change::ALL.map(|change| Box::pin(holds(case, wait, change))));
    let at_once = if waits.contains(&Wait::TimedOut) { WAITING_AT_ONCE } else { AT_ONCE };
    iter(all).buffer_unordered(at_once).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_retry_after_a_refusal_decides_again() {
    all_hold(&WAITS[..1]).await;
}

#[tokio::test]
async fn a_retry_after_an_unclear_failure_decides_again() {
    all_hold(&WAITS[1..2]).await;
}

#[tokio::test]
async fn a_command_waiting_for_dialnote_decides_again() {
    all_hold(&WAITS[2..3]).await;
}

#[tokio::test]
async fn a_retry_after_a_timeout_decides_again() {
    all_hold(&WAITS[3..4]).await;
}

#[tokio::test]
async fn a_retry_after_a_crash_decides_again() {
    all_hold(&WAITS[4..5]).await;
}

#[tokio::test]
async fn a_retry_after_hours_decides_again() {
    all_hold(&WAITS[5..]).await;
}

/// Checks a write that took effect and whose answer was lost: it is neither repeated nor taken for another person's.
async fn is_ours(case: &Case, killed: bool) {
    product(async |bot| {
        for (who, command) in case.before {
            bot.slash(who, command).await;
            bot.read_all().await;
        }
        let before = bot.calls("PATCH");
        if killed {
            bot.slash(case.who, case.command).await;
            bot.dies_during(writing(true)).await;
            if bot.was_told_to_wait(case.who) {
                bot.answer(case.who).await;
            }
        } else {
            let lost = DialnoteFailure { after_effect: true, ..failing(503, 1) };
            bot.world(|world| world.faults.dialnote.fail_next.push(lost));
            bot.slash(case.who, case.command).await;
            bot.settle().await;
            comes_back(bot, 2).await;
        }
        let (state, word) = case.nothing;
        assert_eq!(bot.dialnote(case.conversation), state, "{}", case.command);
        let answer = bot.answer(case.who).await;
        assert!(answer.contains(word) && !answer.contains("already"), "{}: {answer}", case.command);
        assert_eq!(bot.calls("PATCH"), before + 1, "{}", case.command);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_write_that_got_through_is_not_repeated() {
    let all = CASES.iter().flat_map(|case| [false, true].map(|killed| Box::pin(is_ours(case, killed))));
    iter(all).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn each_conversation_of_a_batch_is_decided_again() {
    for status in [429, 503] {
        product(async |bot| {
            bot.world(|world| world.faults.dialnote.fail_next.push(failing(status, 4)));
            bot.slash(ZOE, "/dialnote take conv_1001 conv_1004").await;
            bot.settle().await;
            let change = json!({ "conversation": "conv_1004", "assignedToId": "mem_leo" });
            bot.sandbox.change_in_dialnote(&change).unwrap();
            comes_back(bot, 4).await;
            assert_eq!(
                (bot.dialnote(ANA).as_str(), bot.dialnote("conv_1004").as_str()),
                ("mem_zoe open", "mem_leo open")
            );
            let answer = bot.answer(ZOE).await;
            assert!(answer.contains("1 of 2") && answer.contains("Leo"), "{answer}");
            bot.read_all().await;
        })
        .await;
    }
}

/// A hand-off without an answer returns, unless the conversation is another person's by then.
#[tokio::test]
async fn a_return_after_a_time_limit_is_decided_again() {
    for status in [429, 503] {
        // In working hours.
        let setup = Setup { now: "2026-11-23T17:30:00Z", ..Setup::USUAL };
        product_with(setup, async |bot| {
            bot.slash(LEO, "/handoff @zoe conv_1003 please").await;
            bot.read_all().await;
            for _ in 0..2 {
                bot.world(|world| world.faults.dialnote.fail_next = vec![failing(status, 9)]);
                bot.clock.advance(SignedDuration::from_mins(16));
                bot.tenants.tick().await.unwrap();
                bot.read_all().await;
            }
            assert_eq!(bot.world(|world| world.faults.dialnote.fail_next[0].times), 8, "it was about to return");
            let change = json!({ "conversation": "conv_1003", "assignedToId": "mem_maya" });
            bot.sandbox.change_in_dialnote(&change).unwrap();
            bot.world(|world| world.faults.dialnote.fail_next.clear());
            comes_back(bot, 2).await;
            assert_eq!(bot.dialnote("conv_1003"), "mem_maya open");
        })
        .await;
    }
}

/// Only the note is left: it belongs to the completed change, regardless of the present owner.
#[tokio::test]
async fn a_note_follows_its_change_and_is_written_once() {
    for (status, after_effect) in [(429, false), (503, false), (503, true)] {
        product(async |bot| {
            let note = DialnoteFailure { method: "POST".into(), path: "/notes".into(), ..failing(status, 1) };
            bot.world(|world| world.faults.dialnote.fail_next.push(DialnoteFailure { after_effect, ..note }));
            bot.slash(MAYA, "/assign @zoe conv_1001 please call").await;
            bot.settle().await;
            let change = json!({ "conversation": ANA, "assignedToId": "mem_leo" });
            bot.sandbox.change_in_dialnote(&change).unwrap();
            comes_back(bot, 2).await;
            assert_eq!((bot.dialnote(ANA).as_str(), bot.notes(ANA).len()), ("mem_leo open", 1));
            assert_eq!(bot.owners_set(), ["mem_zoe"]);
            bot.read_all().await;
        })
        .await;
    }
}

/// The owner at the time of writing the note hears of it.
#[tokio::test]
async fn a_note_alone_notifies_the_owner_of_that_moment() {
    for status in [429, 503] {
        product(async |bot| {
            let note = DialnoteFailure { method: "POST".into(), path: "/notes".into(), ..failing(status, 1) };
            bot.world(|world| world.faults.dialnote.fail_next.push(note));
            bot.slash(MAYA, "/dialnote note conv_1003 she rang").await;
            bot.settle().await;
            let change = json!({ "conversation": "conv_1003", "assignedToId": "mem_zoe" });
            bot.sandbox.change_in_dialnote(&change).unwrap();
            comes_back(bot, 2).await;
            assert!(bot.dm(ZOE).await.contains("she rang"));
            assert_eq!(bot.notes("conv_1003").len(), 1);
            bot.answer(MAYA).await;
            bot.line("conv_1003").await;
        })
        .await;
    }
}

/// A span of time begins when it is asked for, and is not moved by a wait.
#[tokio::test]
async fn a_snooze_ends_when_it_was_asked_to() {
    product(async |bot| {
        let until = bot.clock.now() + SignedDuration::from_hours(2);
        bot.world(|world| world.faults.dialnote.fail_next.push(failing(503, 3)));
        bot.slash(MAYA, "/snooze conv_1001 2h").await;
        bot.settle().await;
        comes_back(bot, 4).await;
        assert_eq!(bot.world(|world| world.dialnote.conversation(ANA).unwrap().snoozed_until), Some(until));
        bot.read_all().await;
    })
    .await;
}

/// The decision itself took long: a group is read after its conversation, and Slack is slow.
#[tokio::test]
async fn a_change_during_the_decision_leads_to_a_new_one() {
    product(async |bot| {
        let (service, method) = (Service::Slack, "usergroups.users.list".to_owned());
        let hang = Hang { service, method, path: String::new(), after_effect: false };
        bot.world(|world| world.faults.hang_next.push(hang));
        bot.slash(LEO, "/assign @frontdesk conv_1001").await;
        let changes = async {
            bot.sandbox.hung().await;
            let change = json!({ "conversation": ANA, "assignedToId": "mem_maya" });
            bot.sandbox.change_in_dialnote(&change).unwrap();
            bot.clock.advance(SignedDuration::from_secs(3));
            bot.sandbox.release();
        };
        tokio::join!(bot.settle(), changes);
        assert_eq!((bot.dialnote(ANA).as_str(), written(bot)), ("mem_maya open", 0));
        assert!(bot.answer(LEO).await.contains("Maya"));
    })
    .await;
}

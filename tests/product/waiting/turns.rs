//! Auto-assignment is fair and happens once: while people act at the same time, over crashes and outages, on several
//! instances and channels.

use dialnote_sandbox::{DialnoteFailure, Hang, Incoming, Service};
use dialnote_slack::commands::job::CommandJob;
use dialnote_slack::core::automation::AutomaticReason;
use dialnote_slack::core::command::{Action, Command};
use dialnote_slack::core::conversation::ConversationRef;
use dialnote_slack::core::ids::{ConversationId, InstallationId, JobId, SlackUserId};
use dialnote_slack::core::request_context::{RequestContext, Via};
use dialnote_slack::jobs::job::encode;
use dialnote_slack::platform::db::{Delivery, NewJob, Queue};
use jiff::SignedDuration;
use serde_json::json;

use super::desk::{calls, desk, documents, frontdesk, minutes, owners, rest};
use crate::support::{ADA, BEN, Bot, FRONT_DESK, LEO, MAYA, ZOE};

#[tokio::test]
async fn a_person_who_takes_it_first_keeps_it() {
    desk(frontdesk("in_turn", 0), async |bot| {
        rest(bot, LEO, 5);
        rest(bot, ZOE, 5);
        let one = bot.missed_call("+14155559000").await;
        bot.press(MAYA, &one, "take").await;
        bot.read_all().await;
        assert_eq!(documents(bot, "awaits_pick").await, 0, "it no longer waits");
        bot.press(MAYA, &one, "unassign").await;
        bot.read_all().await;
        minutes(bot, 7).await;
        assert_eq!(bot.dialnote(&one), "nobody open", "Maya wanted it so");

        // Someone takes it in dialnote, while the app is about to assign it.
        let other = bot.call_in("+14155559001").await;
        assert!(bot.poll().await.unwrap().is_some());
        while bot.dialnote(&other) == "nobody open" {
            let jobs = bot.work.store.jobs(false, JobId(0), 99).await.unwrap();
            if jobs.iter().any(|job| job.body.contains("picked_by")) {
                bot.world(|world| {
                    world.dialnote.conversation_mut(&other).unwrap().assigned_to = Some("mem_maya".into());
                });
            } else {
                assert!(bot.step(Queue::Work).await);
            }
        }
        bot.settle().await;
        assert_eq!(bot.dialnote(&other), "mem_maya open");
        assert_eq!(documents(bot, "pick").await, 0);
        // The turn was given back.
        let next = bot.missed_call("+14155559002").await;
        assert_eq!(bot.dialnote(&next), "mem_leo open");
    })
    .await;
}

/// Has the app unassign a conversation, as it does for a reason of its own.
async fn unassigned_by_the_app(bot: &Bot, conversation: &str, reason: AutomaticReason) {
    let which = ConversationRef::Id(ConversationId::new(conversation));
    let command = Command { act: Action::Unassign, which, note: String::new() };
    let requester = RequestContext {
        user: SlackUserId::new("automation"),
        channel: None,
        thread: None,
        team: None,
        reply: None,
        via: Via::Automatic,
        list: None,
        message: None,
        pane: None,
        call: None,
    };
    let job = CommandJob { reason: Some(reason), ..CommandJob::new(requester, command) };
    let team = InstallationId::new(bot.team());
    let queued = NewJob::new(&team, Queue::Work, job.key(), bot.clock.now(), encode(&job));
    let delivery = Delivery { installation: team, key: format!("by-the-app:{conversation}") };
    bot.work.store.accept(delivery, vec![queued], bot.clock.now()).await.unwrap();
    bot.settle().await;
}

#[tokio::test]
async fn what_the_app_unassigns_goes_to_the_next() {
    desk(frontdesk("least_busy", 0), async |bot| {
        let inactive = || AutomaticReason::Inactive { hours: 8 };
        let all = calls(bot, 4).await;
        assert_eq!(owners(bot, &all), ["leo", "zoe", "leo", "zoe"]);
        unassigned_by_the_app(bot, &all[1], inactive()).await;
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(&all[1]), "nobody open", "the route returns it to the queue");
        let next = json!({ "return_after": { "return_after": "8" }, "return_to": { "return_to": "next" } });
        bot.set_route(MAYA, FRONT_DESK, next).await;
        unassigned_by_the_app(bot, &all[0], inactive()).await;
        assert_eq!(bot.dialnote(&all[0]), "mem_zoe open", "although Leo has fewer");
        unassigned_by_the_app(bot, &all[3], inactive()).await;
        assert_eq!(bot.dialnote(&all[3]), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn what_only_its_last_owner_could_take_holds_up_no_other() {
    desk(frontdesk("least_busy", 5), async |bot| {
        let next = json!({ "return_after": { "return_after": "8" }, "return_to": { "return_to": "next" } });
        bot.set_route(MAYA, FRONT_DESK, next).await;
        let all = calls(bot, 2).await;
        assert_eq!(owners(bot, &all), ["leo", "zoe"]);
        rest(bot, ZOE, 30);
        minutes(bot, 2).await;
        unassigned_by_the_app(bot, &all[0], AutomaticReason::Inactive { hours: 8 }).await;
        let card = bot.card(&all[0]).await;
        assert!(card.contains(" · waiting for another of @frontdesk"), "{card}");
        let later = bot.missed_call("+14155559010").await;
        assert_eq!(bot.dialnote(&later), "mem_leo open", "Leo has room for it");
        minutes(bot, 32).await;
        assert_eq!(bot.dialnote(&all[0]), "mem_zoe open", "Zoe is back");

        rest(bot, ZOE, 30);
        minutes(bot, 2).await;
        unassigned_by_the_app(bot, &later, AutomaticReason::Inactive { hours: 8 }).await;
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(&later), "nobody open", "it isn't Leo's again");
        bot.missed_call("+14155559010").await;
        assert_eq!(bot.dialnote(&later), "mem_leo open", "its contact called again");
    })
    .await;
}

#[tokio::test]
async fn two_channels_assign_once() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.slash_in("billing", MAYA, "/dialnote route *").await;
        bot.read_all().await;
        bot.set_route(MAYA, "billing", frontdesk("least_busy", 0)).await;
        let all = calls(bot, 2).await;
        assert_eq!(owners(bot, &all), ["leo", "zoe"]);
        assert_eq!(bot.owners_set(), ["mem_leo", "mem_zoe"]);
        // The channel of all numbers decides on what the other does not get.
        let line = Incoming {
            kind: "call".into(),
            from: "+14155559005".into(),
            to: "+14155550200".into(),
            text: None,
            who: None,
        };
        let other = bot.sandbox.incoming(line).await.unwrap();
        bot.look().await;
        assert_eq!(bot.dialnote(&other), "mem_leo open", "the least busy");
    })
    .await;
}

#[tokio::test]
async fn turns_outlast_a_restart() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let one = bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_leo open");
        bot.restart().await;
        bot.pass(SignedDuration::from_secs(31)).await;
        let other = bot.missed_call("+14155559001").await;
        assert_eq!(bot.dialnote(&other), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn a_crash_at_any_call_assigns_it_once() {
    let hang = |service, method: &str, after_effect| Hang {
        service,
        method: method.into(),
        path: String::new(),
        after_effect,
    };
    for (service, method, after_effect, writes) in [
        (Service::Dialnote, "PATCH", false, 3),
        (Service::Dialnote, "PATCH", true, 2),
        (Service::Slack, "usergroups.users.list", false, 2),
    ] {
        desk(frontdesk("in_turn", 0), async |bot| {
            let one = bot.call_in("+14155559000").await;
            assert!(bot.poll().await.unwrap().is_some());
            bot.dies_during(hang(service, method, after_effect)).await;
            minutes(bot, 2).await;
            assert_eq!(bot.dialnote(&one), "mem_leo open");
            let other = bot.missed_call("+14155559001").await;
            assert_eq!(bot.dialnote(&other), "mem_zoe open", "{method}: Leo had one turn");
            assert_eq!(bot.calls("PATCH"), writes, "{method}");
        })
        .await;
    }
}

#[tokio::test]
async fn turns_are_fair_on_two_instances_while_dialnote_fails() {
    desk(frontdesk("in_turn", 0), async |bot| {
        for (id, name) in [(ADA, "Ada Berg"), (BEN, "Ben Cole")] {
            bot.hire(id, name);
            bot.world(|world| {
                let user = world.person(id).unwrap().id.clone();
                world.groups[0].users.push(user);
            });
        }
        // The app reads the members of the organization every ten minutes.
        minutes(bot, 11).await;
        let second = bot.second().await;
        let mut all = Vec::new();
        for nth in 0..10 {
            all.push(bot.call_in(&format!("+1415555{:04}", 9100 + nth)).await);
        }
        bot.world(|world| {
            let failure =
                DialnoteFailure { method: "PATCH".into(), status: 503, times: 7, ..DialnoteFailure::default() };
            world.faults.dialnote.fail_next.push(failure);
        });
        assert!(bot.poll().await.unwrap().is_some());
        for _ in 0..6 {
            while {
                let (one, other) = tokio::join!(bot.tenants.step(Queue::Work), second.step(Queue::Work));
                one.unwrap() | other.unwrap()
            } {}
            bot.clock.advance(SignedDuration::from_secs(32));
            bot.tenants.tick().await.unwrap();
        }
        let found = owners(bot, &all);
        for who in ["ada", "ben", "leo", "zoe"] {
            let had = found.iter().filter(|owner| *owner == who).count();
            assert!((2..=3).contains(&had), "{who} has {had}: {found:?}");
        }
        assert_eq!(documents(bot, "pick").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_long_outage_ends_in_the_hours_of_those_who_are_there() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let one = bot.call_in("+14155559000").await;
        bot.world(|world| {
            let failure =
                DialnoteFailure { method: "PATCH".into(), status: 503, times: 99, ..DialnoteFailure::default() };
            world.faults.dialnote.fail_next.push(failure);
        });
        bot.look().await;
        let jobs = bot.work.store.overview().await.unwrap().inbox;
        minutes(bot, 5).await;
        assert_eq!(bot.work.store.overview().await.unwrap().inbox, jobs, "no job a minute");
        rest(bot, LEO, 60);
        bot.world(|world| world.faults.dialnote.fail_next.clear());
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(&one), "mem_zoe open", "Leo was picked at first, and rests by now");
        let other = bot.missed_call("+14155559001").await;
        assert_eq!(bot.dialnote(&other), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn what_dialnote_refuses_is_not_tried_every_minute() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.world(|world| world.faults.dialnote.read_only = true);
        let one = bot.missed_call("+14155559000").await;
        minutes(bot, 30).await;
        assert_eq!((bot.calls("PATCH"), bot.dialnote(&one).as_str()), (1, "nobody open"));
        bot.world(|world| world.faults.dialnote.read_only = false);
        minutes(bot, 32).await;
        assert_eq!(bot.dialnote(&one), "mem_leo open", "and Leo still has his turn");
    })
    .await;
}

#[tokio::test]
async fn a_long_queue_is_assigned_without_a_job_for_each_minute() {
    desk(frontdesk("in_turn", 0), async |bot| {
        rest(bot, LEO, 20);
        rest(bot, ZOE, 20);
        let mut all = Vec::new();
        for nth in 0..55 {
            all.push(bot.call_in(&format!("+1415555{:04}", 9200 + nth)).await);
        }
        bot.look().await;
        let updates = bot.calls("chat.update");
        minutes(bot, 15).await;
        assert_eq!((bot.calls("chat.update"), bot.calls("PATCH")), (updates, 0));
        minutes(bot, 6).await;
        let found = owners(bot, &all);
        let leos = found.iter().filter(|owner| *owner == "leo").count();
        let zoes = found.iter().filter(|owner| *owner == "zoe").count();
        assert!(leos + zoes == 55 && leos.abs_diff(zoes) == 1, "{found:?}");
    })
    .await;
}

//! Profile changes come all day long, and delay nothing.

use dialnote_sandbox::Person;
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::{Delivery, NewJob, Queue};
use serde_json::json;

use crate::support::{ANA, Bot, FRONT_DESK, MAYA, ZOE, product};

#[tokio::test]
async fn a_strangers_profile_change_costs_no_call() {
    product(async |bot| {
        bot.world(|world| {
            (0..150).for_each(|n| world.add_person(Person::named(&format!("p{n}"), &format!("P {n}")), &[FRONT_DESK]));
        });
        for n in 0..150 {
            changed(bot, &format!("p{n}")).await;
        }
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        // The command goes first.
        while bot.dialnote(ANA) != "mem_zoe open" {
            assert!(bot.step(Queue::Work).await);
        }
        assert!(bot.work.store.overview().await.unwrap().inbox > 100, "the events still wait");
        bot.read_all().await;
        assert_eq!(bot.calls("users.info"), 2, "Maya and Zoe");
    })
    .await;
}

#[tokio::test]
async fn a_known_persons_profile_change_costs_no_lookup() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        let before = bot.calls("users.info");
        for n in 0..300 {
            bot.world(|world| world.person_mut(ZOE).unwrap().display_name = format!("Zoe {n}"));
            changed(bot, ZOE).await;
        }
        bot.settle().await;
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        assert!(bot.answer(MAYA).await.contains("Zoe 299"));
        bot.read_all().await;
        assert_eq!(bot.calls("users.info"), before);
    })
    .await;
}

#[tokio::test]
async fn an_event_older_than_the_profile_is_ignored() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        let profile = |name: &str| {
            let (user, account) = ("U0ZOE", "member");
            json!({ "user": user, "name": name, "email": "zoe@acme.example", "account": account })
        };
        for (n, (at, name)) in [("2026-11-23T08:59:00Z", "Late"), ("2026-11-23T08:59:58Z", "New")].iter().enumerate() {
            let told = json!([profile(name), at]);
            profile_job(bot, n, &json!({ "user": "U0ZOE", "told": told })).await;
            bot.slash(MAYA, &format!("/assign @zoe conv_100{}", n + 2)).await;
            let answer = bot.answer(MAYA).await;
            assert_eq!(answer.contains(name), *name == "New", "{answer}");
        }
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_job_stored_by_an_earlier_version_runs_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.world(|world| {
            let zoe = world.person_mut(ZOE).unwrap();
            (zoe.display_name, zoe.real_name) = ("Zora".into(), "Zora Park".into());
        });
        let before = bot.calls("users.info");
        profile_job(bot, 0, &json!("U0ZOE")).await;
        profile_job(bot, 1, &json!("U0SAM")).await;
        bot.settle().await;
        assert_eq!(bot.calls("users.info"), before + 1, "Zoe is known, and Sam is not");
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        let answer = bot.answer(MAYA).await;
        assert!(answer.contains("Zora"), "{answer}");
        bot.read_all().await;
    })
    .await;
}

async fn changed(bot: &Bot, who: &str) {
    bot.sandbox.event(json!({ "type": "user_change", "user": who })).await.unwrap();
}

/// Stores a changed profile as it is in the queue.
async fn profile_job(bot: &Bot, n: usize, job: &serde_json::Value) {
    let (team, now) = (InstallationId::new(bot.team()), bot.clock.now());
    let body = json!({ "kind": "profile.v1", "job": job }).to_string();
    let job = NewJob::new(&team, Queue::Work, "profile:U0ZOE", now, body);
    let delivery = Delivery { installation: team, key: format!("event {n}") };
    bot.work.store.accept(delivery, vec![job], now).await.unwrap();
}

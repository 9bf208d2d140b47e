//! A database of an earlier version, with work in it, is migrated and used.
//!
//! `tests/fixtures/store/v1.sql` is the database of the program with the first schema, killed while dialnote and Slack
//! were down: commands accepted, found and half done, a deferred one taken up, a changed profile, and every kind of
//! message.

use dialnote_slack::core::ids::{InstallationId, JobId};
use dialnote_slack::platform::db::{Delivery, NewJob, Queue};
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::database::On;
use crate::support::{ANA, By, LEO, MAYA, Setup, ZOE, product_with, set_up};

#[tokio::test]
async fn the_work_of_the_first_schema_is_done() {
    let setup = Setup {
        on: On::Written("tests/fixtures/store/v1.sql"),
        now: "2026-11-24T03:00:00Z",
        by: By::Settings,
        ..Setup::USUAL
    };
    product_with(setup, async |bot| {
        bot.pass(SignedDuration::from_secs(5)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "asked for by number");
        assert_eq!(bot.dialnote("conv_1002"), "nobody done", "found, not decided");
        assert_eq!(bot.dialnote("conv_1004"), "mem_zoe open", "picked from a kept list");
        assert!(bot.notes("conv_1006").iter().any(|note| note.starts_with("half done")), "half done");
        assert_snapshot!(bot.dm(MAYA).await, @"Leo unassigned Robert Nguyen. You're no longer the owner.");
        assert_snapshot!(bot.answer(LEO).await, @"Unassigned Robert Nguyen (+1 415 555 0104).");
        assert_snapshot!(bot.line("conv_1004").await, @"Leo unassigned this from Maya.");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 24, 2:56 UTC · Front desk
        > Maya: by number
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 24, 2:22 UTC · Billing
        > Maya: picked later
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
    })
    .await;
}

/// While instances are replaced one by one, an old one meets rows of a new one.
#[tokio::test]
async fn jobs_of_a_later_version_are_left_alone() {
    set_up(async |bot| {
        let store = bot.work.store.clone();
        let (acme, now) = (InstallationId::new("T0ACME"), bot.clock.now());
        let job = NewJob::new(&acme, Queue::Work, "conversation:conv_1001", now, r#"{"kind":"command.v2","job":{}}"#);
        let delivery = Delivery { installation: acme, key: "later".into() };
        store.accept(delivery, vec![job], now).await.unwrap();
        bot.pass(SignedDuration::from_mins(5)).await;
        assert_eq!(store.jobs(true, JobId(0), 9).await.unwrap(), [], "nothing is given up");
        let waiting = store.jobs(false, JobId(0), 9).await.unwrap();
        let [waiting] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert_eq!(waiting.cause.as_deref(), Some("the job cannot be read: its kind is unknown to this version"));

        bot.slash(MAYA, "/dialnote take conv_1004").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1004"), "mem_maya open", "what this version wrote does not wait for it");

        bot.clock.advance(SignedDuration::from_hours(25));
        bot.settle().await;
        assert_eq!(store.jobs(true, JobId(0), 9).await.unwrap().len(), 1, "kept for the operator if none came");
        bot.expect_dead(1);
    })
    .await;
}

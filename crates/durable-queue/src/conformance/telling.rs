//! A person whose command waits is notified of it once.

use crate::conformance::common;
use crate::conformance::common::LEASE;
use crate::{DurableQueue, FollowUp, NewJob, Queue, QueueError, Settled, Verdict};

pub(super) async fn overdue_names_commands_that_wait_oldest_first(store: &dyn DurableQueue) -> Result<(), QueueError> {
    let accepted = |seconds, body: &str| NewJob { accepted: common::at(seconds), ..common::command("a", body) };
    let told = NewJob { delay_notified: true, ..accepted(0, "told") };
    let said = NewJob { accepted: common::at(0), ..common::message("a", "said") };
    common::accept(store, [accepted(3, "c"), accepted(1, "a"), accepted(2, "b"), accepted(5, "young"), told, said])
        .await?;
    let overdue = store.overdue(common::at(5), 9).await?;
    assert_eq!(
        common::names(&overdue),
        ["a", "b", "c"],
        "also those that others hold back; not the told, not messages"
    );
    assert_eq!(common::names(&store.overdue(common::at(5), 2).await?), ["a", "b"], "at most max, oldest first");
    Ok(())
}

pub(super) async fn overdue_claims_only_describe(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "untouched"), common::command("b", "running")]).await?;
    let running = store.claim(Queue::Work, 2, common::at(0), LEASE).await?;
    let [untouched, running] = running.as_slice() else { panic!("two jobs are due") };
    common::settle(store, untouched, common::retry(common::at(0))).await?;
    for described in store.overdue(common::at(9), 9).await? {
        let settled = store.settle(&described, Verdict::Done, vec![], common::at(0)).await?;
        assert_eq!(settled, Settled::LostLease, "{} is described, not claimed", described.body);
        assert_eq!(store.renew(&described, common::at(99)).await?, Settled::LostLease, "there is no lease to renew");
    }
    common::settle(store, running, Verdict::Done).await?;
    common::accept(store, [common::command("c", "never claimed")]).await?;
    for described in store.overdue(common::at(9), 9).await? {
        let settled = store.settle(&described, Verdict::Done, vec![], common::at(0)).await?;
        assert_eq!(settled, Settled::LostLease, "{} is described, not claimed", described.body);
    }
    assert_eq!(
        common::names(&common::claim(store, common::at(0)).await?),
        ["untouched", "never claimed"],
        "both still wait"
    );
    Ok(())
}

pub(super) async fn tells_once(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "waits")]).await?;
    let waiting = common::only(store.overdue(common::at(9), 9).await?)?;
    assert!(!waiting.delay_notified, "no one was notified yet");
    assert!(store.tell(waiting.id, common::message("m", "it waits"), common::at(9)).await?, "the notice is stored");
    assert!(!store.tell(waiting.id, common::message("m", "it waits, again"), common::at(9)).await?, "once");
    assert_eq!(store.overdue(common::at(9), 9).await?, [], "it is no longer named");
    let notices = store.claim(Queue::Outbox, 9, common::at(9), LEASE).await?;
    assert_eq!(common::names(&notices), ["it waits"], "one notice");
    assert!(common::claim_one(store, common::at(9)).await?.delay_notified, "the job knows");
    Ok(())
}

pub(super) async fn what_is_finished_is_not_told(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "done"), common::command("b", "dead")]).await?;
    for (claim, verdict) in common::claim(store, common::at(0)).await?.iter().zip([Verdict::Done, common::dead()]) {
        common::settle(store, claim, verdict).await?;
        assert!(
            !store.tell(claim.id, common::message("m", "late"), common::at(9)).await?,
            "{} is finished",
            claim.body
        );
    }
    assert_eq!(store.overdue(common::at(9), 9).await?, [], "nothing waits");
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "no notice was stored");
    Ok(())
}

pub(super) async fn who_was_told_need_not_be_told_of_what_follows(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "searching")]).await?;
    let searching = common::claim_one(store, common::at(0)).await?;
    assert!(
        store.tell(searching.id, common::message("m", "it waits"), common::at(5)).await?,
        "told while it was worked on"
    );
    let effects = [FollowUp::Enqueue(common::command("b", "found")), FollowUp::Enqueue(common::message("n", "said"))];
    common::settle_with(store, &searching, Verdict::Done, effects).await?;
    assert_eq!(store.overdue(common::at(9), 9).await?, [], "what it left behind is not told again");
    assert!(common::claim_one(store, common::at(9)).await?.delay_notified, "and knows it");
    let said = store.claim(Queue::Outbox, 9, common::at(9), LEASE).await?;
    assert!(said.iter().all(|message| !message.delay_notified), "no one is notified of messages");
    Ok(())
}

pub(super) async fn a_notice_of_another_installation_is_not_told(store: &dyn DurableQueue) -> Result<(), QueueError> {
    common::accept(store, [common::command("a", "ours")]).await?;
    let waiting = common::only(store.overdue(common::at(9), 9).await?)?;
    let theirs = NewJob { installation: common::elsewhere(), ..common::message("m", "theirs") };
    assert!(!store.tell(waiting.id, theirs, common::at(9)).await?, "the job is not theirs");
    assert_eq!(store.next_due(Queue::Outbox).await?, None, "no notice was stored");
    assert_eq!(store.overdue(common::at(9), 9).await?.len(), 1, "ours still waits to be told");
    Ok(())
}

//! Owners are asked whether they are still on what nothing has happened to for long. Once an hour it is looked
//! who has to be; each of them is a job of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::direct_message::DirectMessage;
use crate::domain::hours;
use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::refusal::About;
use crate::domain::stale::{is_to_be_asked, owned_and_old, touched};
use crate::error::Fault;
use crate::ids::{ConversationId, InstallationId};
use crate::store::{Claim, Class, Effect, NewJob};
use crate::work::projection::Conversations;
use crate::work::{Outcome, Work, earlier, later};

/// That it is looked, and when next (`store::Document`).
pub(super) const UNTOUCHED: &str = "untouched";

/// What somebody was asked about, and when, by member (`store::Document`).
const ASKED: &str = "asked";

/// How often it is looked.
const STALE_CHECK_INTERVAL: Duration = Duration::from_hours(1);

/// About how many conversations somebody is asked at a time.
const MAX_ASKED_AT_ONCE: usize = 5;

/// How many of their conversations are looked at for that.
const MAX_EXAMINED: usize = 100;

impl Work {
    /// Has it looked, unless that is under way.
    pub(super) async fn have_owners_asked(&self, installation: &InstallationId) -> Result<(), Fault> {
        let kept = self.store.document(installation, UNTOUCHED, "").await?;
        if kept.is_some_and(|kept| !self.was_given_up(&kept)) {
            return Ok(());
        }
        let due = later(self.clock.now(), STALE_CHECK_INTERVAL);
        self.store.keep(installation, self.document(UNTOUCHED, "", &(), Some(due))).await
    }

    /// Looks which owners are to be asked, and has that done again.
    pub(super) async fn look_for_untouched(&self, claim: &Claim) -> Result<Outcome, Fault> {
        let (installation, now) = (&claim.installation, self.clock.now());
        let again = self.put_due(UNTOUCHED, "", &(), Some(later(now, STALE_CHECK_INTERVAL)));
        let again: Vec<_> = std::iter::once(again).chain(self.digests_given_up(installation).await?).collect();
        let Some(patience) = self.rules(installation).await?.untouched() else {
            return Ok(Outcome::done(again));
        };
        let before = earlier(now, patience.unsigned_abs());
        let owners = |all: &Conversations| {
            let found = owned_and_old(all.values().map(|sight| &sight.known.conversation), before);
            found.into_values().filter_map(|theirs| theirs.first()?.owner.clone()).collect::<Vec<_>>()
        };
        let owners = self.index.look(self.store.as_ref(), installation, owners).await?;
        let ask = |owner| {
            let job = self.following(claim, &Job::Ask(owner));
            Effect::Enqueue(NewJob { class: Class::Machine, ..job })
        };
        Ok(Outcome::done(again.into_iter().chain(owners.into_iter().map(ask)).collect()))
    }

    /// Asks an owner about what was not touched for longest, unless they rest or were asked lately.
    pub(super) async fn ask_owner(&self, claim: &Claim, owner: &Owner) -> Result<Outcome, Fault> {
        let (installation, now) = (&claim.installation, self.clock.now());
        let (rules, user) = (self.rules(installation).await?, self.people.participant(installation, owner).await?.user);
        let Some((patience, user)) = rules.untouched().zip(user) else {
            return Ok(Outcome::done(Vec::new()));
        };
        let zone = hours::zone(self.people.zone(installation, &user).await?.as_deref());
        let asked: BTreeMap<ConversationId, Timestamp> =
            self.kept(installation, ASKED, owner.id.as_str()).await?.unwrap_or_default();
        let (mut still, mut effects) = (BTreeMap::new(), Vec::new());
        for one in self.old_of(installation, owner, earlier(now, patience.unsigned_abs())).await? {
            let asked = asked.get(&one.id).copied();
            let last = touched(&one).max(asked).max(self.touched_here(installation, &one.id).await?);
            let is_asked = effects.len() < MAX_ASKED_AT_ONCE
                && last.is_some_and(|last| is_to_be_asked(last, (rules.working, patience), &zone, now));
            if is_asked {
                let notice = DirectMessage::StillOnIt { about: About::from(&one), hours: rules.untouched_hours };
                effects.push(self.say_unasked(claim, Message::direct(user.clone(), notice)));
            }
            still.extend(is_asked.then_some(now).or(asked).map(|at| (one.id, at)));
        }
        effects.push(self.put(ASKED, owner.id.as_str(), &still));
        Ok(Outcome::done(effects))
    }

    async fn old_of(
        &self,
        installation: &InstallationId,
        owner: &Owner,
        before: Timestamp,
    ) -> Result<Vec<Conversation>, Fault> {
        let theirs = |all: &Conversations| {
            let theirs = all.values().map(|sight| &sight.known.conversation).filter(|one| one.is_owned_by(&owner.id));
            owned_and_old(theirs, before).into_values().flatten().take(MAX_EXAMINED).cloned().collect()
        };
        self.index.look(self.store.as_ref(), installation, theirs).await
    }

    /// When somebody last did something to a conversation, as far as that is written down.
    async fn touched_here(
        &self,
        installation: &InstallationId,
        id: &ConversationId,
    ) -> Result<Option<Timestamp>, Fault> {
        Ok(self.store.entries(installation, id, 1).await?.first().map(|last| last.at))
    }
}

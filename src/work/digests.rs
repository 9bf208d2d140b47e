//! What a channel is told at once rather than one by one: each working morning, and after we were away.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::hours;
use crate::domain::job::{DigestJob, Job};
use crate::domain::message::{Digest, Face, Message};
use crate::domain::route::Route;
use crate::error::Fault;
use crate::ids::{ChannelId, InstallationId, MemberId};
use crate::store::{Claim, Class, Effect, NewJob};
use crate::work::index::Conversations;
use crate::work::{Outcome, Work, later};

/// How many conversations a digest shows.
const MOST: usize = 10;

/// How long it takes to read what happened while we were away: until then it is told once.
const CAUGHT_UP: Duration = Duration::from_secs(30);

/// How many people's loads it tells.
const MOST_PEOPLE: usize = 20;

/// What a channel's conversations come to.
struct Summary {
    waiting: Vec<Conversation>,
    more: usize,
    snoozed: usize,
    loads: Vec<(MemberId, usize)>,
}

impl Work {
    /// Tells a channel what waits; and has that done again the next working morning.
    pub(super) async fn digest(&self, claim: &Claim, job: &DigestJob) -> Result<Outcome, Fault> {
        let installation = &claim.installation;
        let Some(route) = self.route_of(installation, &job.channel).await? else {
            return Ok(Outcome::done(Vec::new()));
        };
        let now = self.clock.now();
        let summary = self.summary(installation, &route, now).await?;
        let mut effects = Vec::new();
        if !job.caught_up {
            effects.push(self.keep_route(installation, &job.channel, &route).await?);
        }
        let nothing_waits = summary.waiting.is_empty();
        if !(nothing_waits && (job.caught_up || summary.loads.is_empty())) {
            let digest = self.worded(installation, summary, job.caught_up, now).await?;
            let message = Message::Digest { channel: job.channel.clone(), digest: Box::new(digest) };
            effects.push(self.say(claim, message));
        }
        Ok(Outcome::done(effects))
    }

    /// The digests of all channels, because we were away.
    pub(super) async fn catch_up(&self, installation: &InstallationId) -> Result<Vec<NewJob>, Fault> {
        let routes = self.routes(installation).await?;
        let jobs = routes.into_iter().map(|(channel, _)| {
            let job = Job::Digest(DigestJob { channel, caught_up: true });
            let due = later(self.clock.now(), CAUGHT_UP);
            NewJob { class: Class::Machine, due, ..self.new_job(installation, &job) }
        });
        Ok(jobs.collect())
    }

    /// The route as it is kept, with the time of the channel's next digest.
    pub(super) async fn keep_route(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        route: &Route,
    ) -> Result<Effect, Fault> {
        let morning = self.rules(installation).await?.working.from;
        let due = hours::next_morning(morning, self.clock.now(), &hours::zone(route.zone.as_deref()));
        Ok(self.put_due(Route::KIND, channel.as_str(), route, Some(due)))
    }

    async fn summary(&self, installation: &InstallationId, route: &Route, now: Timestamp) -> Result<Summary, Fault> {
        let zone = hours::zone(route.zone.as_deref());
        let today = now.to_zoned_datetime(zone.clone()).date();
        let sum = |all: &Conversations| {
            let ours = all.values().map(|sight| &sight.known.conversation);
            let ours: Vec<_> = ours.filter(|one| route.takes(one.line.as_ref())).collect();
            let mut waiting: Vec<_> = ours.iter().filter(|one| one.is_open() && one.owner.is_none()).collect();
            waiting.sort_by_key(|one| one.last_activity.as_ref().map(|last| last.at));
            let back_today = |one: &&&Conversation| {
                let until = one.snoozed_until.filter(|_| one.status == Status::Snoozed);
                until.is_some_and(|until| until.to_zoned_datetime(zone.clone()).date() == today)
            };
            let mut loads = BTreeMap::<MemberId, usize>::new();
            for owner in ours.iter().filter(|one| one.is_open()).filter_map(|one| one.owner.as_ref()) {
                *loads.entry(owner.id.clone()).or_default() += 1;
            }
            let mut loads: Vec<_> = loads.into_iter().collect();
            loads.sort_by_key(|(_, open)| std::cmp::Reverse(*open));
            loads.truncate(MOST_PEOPLE);
            Summary {
                more: waiting.len().saturating_sub(MOST),
                waiting: waiting.into_iter().take(MOST).map(|one| (*one).clone()).collect(),
                snoozed: ours.iter().filter(back_today).count(),
                loads,
            }
        };
        self.index.look(self.store.as_ref(), installation, sum).await
    }

    async fn worded(
        &self,
        installation: &InstallationId,
        summary: Summary,
        caught_up: bool,
        at: Timestamp,
    ) -> Result<Digest, Fault> {
        let mut loads = Vec::new();
        for (id, open) in summary.loads {
            let owner = Owner { id, name: String::new() };
            loads.push((self.people.party(installation, &owner).await?.name, open));
        }
        let waiting = summary.waiting.into_iter().map(|conversation| Face { conversation, owner: None }).collect();
        Ok(Digest { at, caught_up, waiting, more: summary.more, snoozed: summary.snoozed, loads })
    }
}

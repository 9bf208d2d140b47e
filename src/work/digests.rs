//! What a channel is told at once rather than one by one: each working morning, and after we were away.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::conversation::Owner;
use crate::domain::digest::Summary;
use crate::domain::hours;
use crate::domain::job::{DigestJob, Job};
use crate::domain::message::{Digest, Face, Message};
use crate::domain::policy::Rules;
use crate::domain::route::Route;
use crate::error::Fault;
use crate::ids::{ChannelId, InstallationId};
use crate::store::{Claim, Class, Effect, NewJob};
use crate::work::index::Conversations;
use crate::work::{Outcome, Work, later};

/// How long it takes to read what happened while we were away: until then it is told once.
const CAUGHT_UP: Duration = Duration::from_secs(30);

impl Work {
    /// Tells a channel what waits; and has that done again the next working morning.
    pub(super) async fn digest(&self, claim: &Claim, job: &DigestJob) -> Result<Outcome, Fault> {
        let installation = &claim.installation;
        let Some(route) = self.route_of(installation, &job.channel).await? else {
            return Ok(Outcome::done(Vec::new()));
        };
        let now = self.clock.now();
        let sum = |all: &Conversations| Summary::of(all.values().map(|sight| &sight.known.conversation), &route, now);
        let summary = self.index.look(self.store.as_ref(), installation, sum).await?;
        let mut effects = Vec::new();
        if !job.caught_up {
            effects.push(self.keep_route(&job.channel, &route, &self.rules(installation).await?));
        }
        if summary.is_worth_telling(job.caught_up) {
            let digest = self.worded(installation, summary, job.caught_up, now).await?;
            let message = Message::Digest { channel: job.channel.clone(), digest: Box::new(digest) };
            effects.push(self.say_unasked(claim, message));
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
    pub(super) fn keep_route(&self, channel: &ChannelId, route: &Route, rules: &Rules) -> Effect {
        let due = hours::next_morning(rules.working.from, self.clock.now(), &hours::zone(route.zone.as_deref()));
        self.put_due(Route::KIND, channel.as_str(), route, Some(due))
    }

    /// All routes, because the rules say now that mornings begin at another time.
    pub(super) async fn keep_routes(&self, installation: &InstallationId, rules: &Rules) -> Result<Vec<Effect>, Fault> {
        let routes = self.routes(installation).await?;
        Ok(routes.iter().map(|(channel, route)| self.keep_route(channel, route, rules)).collect())
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

//! What a channel is told at once rather than one by one: each working morning, and after we were away.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::conversation::Owner;
use crate::domain::digest::{Overdue, Summary};
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

/// What a channel is to be reminded of is kept under (`store::Document`), by channel.
pub(super) const OVERDUE: &str = "overdue";

/// How much working time lies between two reminders of a channel.
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How long it takes to read what happened while we were away: until then it is told once.
const CAUGHT_UP: Duration = Duration::from_secs(30);

impl Work {
    /// Tells a channel what waits; and has that done again the next working morning.
    pub(super) async fn digest(&self, claim: &Claim, job: &DigestJob) -> Result<Outcome, Fault> {
        let installation = &claim.installation;
        let Some(route) = self.route_of(installation, &job.channel).await? else {
            return Ok(Outcome::done(Vec::new()));
        };
        if job.overdue {
            return self.remind(claim, &job.channel, &route).await;
        }
        let now = self.clock.now();
        let sum = |all: &Conversations| Summary::of(all.values().map(|sight| &sight.known.conversation), &route, now);
        let summary = self.index.look(self.store.as_ref(), installation, sum).await?;
        let mut effects = Vec::new();
        if !job.caught_up {
            effects.push(self.keep_route(&job.channel, &route, &self.rules(installation).await?));
        }
        if summary.is_worth_telling(job.caught_up) && !route.paused {
            let digest = self.worded(installation, summary, job.caught_up, now).await?;
            let message = Message::Digest { channel: job.channel.clone(), digest: Box::new(digest) };
            effects.push(self.say_unasked(claim, message));
        }
        Ok(Outcome::done(effects))
    }

    /// Reminds a channel of what has waited too long for an owner, and has that done again: an hour later,
    /// or when the next one has.
    async fn remind(&self, claim: &Claim, channel: &ChannelId, route: &Route) -> Result<Outcome, Fault> {
        let (installation, now) = (&claim.installation, self.clock.now());
        let rules = route.settings.over(&self.rules(installation).await?);
        let Some(patience) = rules.reminder().filter(|_| !route.paused) else {
            return Ok(Outcome::done(vec![Effect::DropDocument { kind: OVERDUE.to_owned(), id: channel.to_string() }]));
        };
        let zone = hours::zone(route.zone.as_deref());
        if rules.working.after(now, SignedDuration::ZERO, &zone) > now {
            // We were away when it was due, and nobody works just now.
            let due = rules.working.after(now, patience, &zone);
            return Ok(Outcome::done(vec![self.remind_at(channel, Some(due))]));
        }
        let look = |all: &Conversations| {
            let all = all.values().map(|sight| &sight.known.conversation);
            Overdue::of(all, route, (rules.working, patience), now)
        };
        let Overdue { waiting, more, next } = self.index.look(self.store.as_ref(), installation, look).await?;
        if waiting.is_empty() {
            return Ok(Outcome::done(vec![self.remind_at(channel, next)]));
        }
        let again = rules.working.after(now, AT_MOST_EVERY, &zone);
        let waiting = waiting.into_iter().map(|conversation| Face { conversation, owner: None }).collect();
        let overdue = Some(rules.remind_within);
        let digest = Digest { at: now, caught_up: false, overdue, waiting, more, snoozed: 0, loads: Vec::new() };
        let message = Message::Digest { channel: channel.clone(), digest: Box::new(digest) };
        let told = self.say_unasked(claim, message);
        Ok(Outcome::done(vec![told, self.remind_at(channel, Some(again))]))
    }

    /// Has a channel reminded of what nobody owns, unless that is under way.
    pub(super) async fn have_reminded(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        route: &Route,
        rules: &Rules,
    ) -> Result<Option<Effect>, Fault> {
        let Some(patience) = route.settings.over(rules).reminder() else { return Ok(None) };
        let kept = self.store.document(installation, OVERDUE, channel.as_str()).await?;
        if kept.is_some_and(|kept| kept.due.is_some()) {
            return Ok(None);
        }
        let due = rules.working.after(self.clock.now(), patience, &hours::zone(route.zone.as_deref()));
        Ok(Some(self.remind_at(channel, Some(due))))
    }

    /// When it is looked next whether a channel is to be reminded.
    pub(super) fn remind_at(&self, channel: &ChannelId, due: Option<Timestamp>) -> Effect {
        self.put_due(OVERDUE, channel.as_str(), &(), due)
    }

    /// The digests of all channels, because we were away.
    pub(super) async fn catch_up(&self, installation: &InstallationId) -> Result<Vec<NewJob>, Fault> {
        let routes = self.routes(installation).await?;
        let jobs = routes.into_iter().map(|(channel, _)| {
            let job = Job::Digest(DigestJob { channel, caught_up: true, overdue: false });
            let due = later(self.clock.now(), CAUGHT_UP);
            NewJob { class: Class::Machine, due, ..self.new_job(installation, &job) }
        });
        Ok(jobs.collect())
    }

    /// The route as it is kept, with the time of the channel's next digest.
    pub(super) fn keep_route(&self, channel: &ChannelId, route: &Route, rules: &Rules) -> Effect {
        let due = route.settings.next_digest(rules, self.clock.now(), &hours::zone(route.zone.as_deref()));
        self.put_due(Route::KIND, channel.as_str(), route, due)
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
        Ok(Digest { at, caught_up, overdue: None, waiting, more: summary.more, snoozed: summary.snoozed, loads })
    }
}

//! Weekly reports. A route may ask for one at a time of the week. It is posted to the route's channel, or sent to the
//! person who made the route where the channel may not show it.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::channels::routes;
use crate::core::automation::WeeklyReport;
use crate::core::error::Fault;
use crate::core::ids::ChannelId;
use crate::core::route::Route;
use crate::core::working_hours::Hours;
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::notifications::report::PostReport;
use crate::notifications::report_facts::{EveryWeek, Report, ReportSpan, WEEK, WeekFigures};
use crate::notifications::{digests, report};
use crate::platform::db::{Claim, DocumentKind, Effect, StoredDocument};
use crate::sync::poll_state;

/// The time after which a report is not posted any more.
const TOO_LATE: Duration = Duration::from_secs(24 * 60 * 60);

/// The time by which a report may be late outside working hours. A later one waits for them, so that a restart at night
/// disturbs no one.
const ALMOST_ON_TIME: Duration = Duration::from_secs(60 * 60);

/// The difference from a week between two reports that are compared.
const ABOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// The weekly report of a channel. Its due time is the time of the next one.
#[derive(Serialize, Deserialize)]
struct NextWeekly {
    /// The setting and the time zone for which the time was chosen.
    setting: WeeklyReport,
    zone: Option<String>,
    /// The time of the next report. The due time may be later.
    at: Timestamp,
    /// The time and the figures of the last report.
    last: Option<(Timestamp, WeekFigures)>,
}

impl StoredDocument for NextWeekly {
    const KIND: DocumentKind = DocumentKind::Weekly;
}

impl NextWeekly {
    /// Answers whether the job of a report was given up, if nothing is due: the time of all tries has passed.
    fn was_given_up(&self, ctx: &TenantCtx) -> bool {
        times::later(self.at, TOO_LATE + ctx.settings.give_up_after) < ctx.clock.now()
    }
}

/// The outcome of a report that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timing {
    /// It is posted.
    Now,
    /// It is posted at this time.
    Later(Timestamp),
    /// It is left out.
    Never,
}

impl Timing {
    /// Decides about a report that was due at `at`.
    fn of(at: Timestamp, now: Timestamp, working: Hours, zone: &TimeZone) -> Self {
        let end = times::later(at, TOO_LATE);
        let opens = working.after(now, SignedDuration::ZERO, zone);
        match now {
            now if now > end => Self::Never,
            now if now <= times::later(at, ALMOST_ON_TIME) || opens <= now => Self::Now,
            _ if opens > end => Self::Never,
            _ => Self::Later(opens),
        }
    }
}

/// Returns the effect that schedules the weekly report of a route which was set or changed. Returns none if it is
/// scheduled already, or if there is none.
pub(crate) async fn schedule(ctx: &TenantCtx, channel: &ChannelId, route: &Route) -> Result<Option<Effect>, Fault> {
    let stored = documents::stored::<NextWeekly>(ctx, channel.as_str()).await?;
    let kept = stored.as_ref().map(documents::read::<NextWeekly>).transpose()?;
    let Some(setting) = route.settings.weekly else {
        return Ok(kept.map(|_| documents::remove::<NextWeekly>(channel.as_str())));
    };
    let is_scheduled = kept.as_ref().is_some_and(|kept| kept.setting == setting && kept.zone == route.zone)
        && stored
            .is_some_and(|stored| stored.due.is_some() || kept.as_ref().is_some_and(|kept| !kept.was_given_up(ctx)));
    let last = kept.and_then(|kept| kept.last);
    Ok((!is_scheduled).then(|| next(ctx, channel, route, (setting, last))))
}

/// Returns the effects that schedule the weekly reports which are not scheduled as their routes say.
pub(crate) async fn schedule_all(ctx: &TenantCtx) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for (channel, route) in routes::routes(ctx).await? {
        effects.extend(schedule(ctx, &channel, &route).await?);
    }
    Ok(effects)
}

/// Returns the effect that forgets the weekly report of a route which was removed.
pub(crate) fn forget(channel: &ChannelId) -> Effect {
    documents::remove::<NextWeekly>(channel.as_str())
}

/// Returns the effect that schedules the next report.
fn next(
    ctx: &TenantCtx,
    channel: &ChannelId,
    route: &Route,
    (setting, last): (WeeklyReport, Option<(Timestamp, WeekFigures)>),
) -> Effect {
    let at = setting.next(ctx.clock.now(), &working_hours::zone(route.zone.as_deref()));
    let next = NextWeekly { setting, zone: route.zone.clone(), at, last };
    documents::put_due(ctx, channel.as_str(), &next, Some(at))
}

/// Posts a channel's report and schedules the next one.
async fn weekly(ctx: &TenantCtx, claim: &Claim, channel: &ChannelId) -> Result<Outcome, Fault> {
    let now = ctx.clock.now();
    let Some(kept) = documents::get::<NextWeekly>(ctx, channel.as_str()).await?.filter(|kept| kept.at <= now) else {
        // The setting was changed after the time had come.
        return Ok(Outcome::done(Vec::new()));
    };
    let route = routes::route_of(ctx, channel).await?;
    let Some((route, setting)) = route.and_then(|route| route.settings.weekly.map(|setting| (route, setting))) else {
        return Ok(Outcome::done(vec![forget(channel)]));
    };
    if claim.attempt == 1 && digests::is_still_away(ctx, &poll_state::watched(ctx).await?) {
        return Ok(digests::put_off(now));
    }
    let zone = working_hours::zone(route.zone.as_deref());
    let working = route.settings.over(&documents::rules(ctx).await?).working;
    match Timing::of(kept.at, now, working, &zone) {
        Timing::Now if !route.paused => {}
        Timing::Later(at) => {
            return Ok(Outcome::done(vec![documents::put_due(ctx, channel.as_str(), &kept, Some(at))]));
        }
        Timing::Now | Timing::Never => {
            info!("weekly report left out");
            return Ok(Outcome::done(vec![next(ctx, channel, &route, (setting, None))]));
        }
    }
    let report = report::counted_in(ctx, Some(&route), &ReportSpan::week(kept.at, now, zone)).await?;
    let before = kept.last.filter(|(last, _)| is_a_week(*last, kept.at)).map(|(_, figures)| figures);
    let figures = report.figures();
    let report = Report { week: Some(EveryWeek { at: setting, before }), ..report };
    let told = if report::hides(ctx, channel).await?.is_some() {
        report::for_maker(ctx, channel, &report).await?
    } else {
        Some(enqueue::say_unasked(ctx, &PostReport::unasked(channel.clone(), report)))
    };
    let next = next(ctx, channel, &route, (setting, Some((kept.at, figures))));
    Ok(Outcome::done(told.into_iter().chain([next]).collect()))
}

/// Answers whether one report followed the other after about a week. A changed day makes a week of another length.
fn is_a_week(last: Timestamp, at: Timestamp) -> bool {
    let week = times::later(last, WEEK);
    times::earlier(at, ABOUT) < week && week < times::later(at, ABOUT)
}

impl JobKind for WeeklyJob {
    const KIND: &'static str = "weekly_report.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("weekly:{}", self.0)
    }
}

/// The handler that makes weekly reports.
pub(crate) struct WeeklyReports;

impl Handler for WeeklyReports {
    type Job = WeeklyJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &WeeklyJob) -> Result<Outcome, Stop> {
        Ok(weekly(ctx, claim, &job.0).await?)
    }
}

/// A channel whose weekly report is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WeeklyJob(pub ChannelId);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rules::Rules;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    #[test]
    fn a_late_report_comes_within_a_day_and_not_at_night() {
        let (monday, working) = (at("2026-11-23T09:30:00Z"), Rules::default().working);
        for (now, expected) in [
            ("2026-11-23T09:30:00Z", Timing::Now),
            ("2026-11-23T16:59:00Z", Timing::Now),
            ("2026-11-23T20:00:00Z", Timing::Later(at("2026-11-24T09:00:00Z"))),
            ("2026-11-24T09:30:00Z", Timing::Now),
            ("2026-11-24T09:30:01Z", Timing::Never),
        ] {
            assert_eq!(Timing::of(monday, at(now), working, &TimeZone::UTC), expected, "{now}");
        }
        let sunday = at("2026-11-22T20:00:00Z");
        assert_eq!(
            Timing::of(sunday, at("2026-11-22T20:00:10Z"), working, &TimeZone::UTC),
            Timing::Now,
            "as it is set"
        );
        let friday = at("2026-11-27T16:00:00Z");
        assert_eq!(Timing::of(friday, at("2026-11-27T20:00:00Z"), working, &TimeZone::UTC), Timing::Never);
    }
}

//! Reports of the team's work, counted from the projection and the audit log and posted with a chart.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::info;

use crate::audit::log;
use crate::audit::log::{counted, target_outcome};
use crate::channels::{privacy, routes};
use crate::commands::refusal_view;
use crate::core::conversation::{Conversation, Owner};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId};
use crate::core::last_change::ConversationChange;
use crate::core::privacy::Privacy;
use crate::core::refusal::Refusal;
use crate::core::request_context::{Addressee, RequestContext};
use crate::core::route::{Route, called};
use crate::core::target_outcome::TargetOutcome;
use crate::core::working_hours;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::ChannelClosed;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::posting;
use crate::jobs::outbox::private::answer;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{emit, enqueue, newer_blocks, rate_limits};
use crate::notifications::report_facts::{Alone, PersonActivity, Report, ReportSpan};
use crate::notifications::target_facts::Outcomes;
use crate::notifications::{report_facts, report_view};
use crate::people::{acting, directory, organization};
use crate::platform::db::projection::Conversations;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::words;
use crate::platform::slack::codes;

/// The number of audit entries read at a time, and the maximum number of reads.
const ENTRIES_PER_READ: usize = 1000;
const MAX_READS: usize = 50;

/// The answer to a requester whose report cannot be posted.
const NOT_POSTED: &str = "The app can't post the report here. Type /invite @dialnote, or ask an admin who can post in this \
                          channel, then repeat the command.";

/// A report with its chart, for a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostReport {
    /// The channel.
    channel: ChannelId,
    /// The requester; `None` if the report comes every week.
    #[serde(default)]
    to: Option<Addressee>,
    /// The content of the report.
    report: Box<Report>,
}

impl PostReport {
    /// Returns a report that no one requested.
    pub(crate) fn unasked(channel: ChannelId, report: Report) -> Self {
        Self { channel, to: None, report: Box::new(report) }
    }
}

impl JobKind for PostReport {
    const KIND: &'static str = "post_report.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        match &self.to {
            Some(to) => format!("report:{}", to.user),
            None => format!("report:{}", self.channel),
        }
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}

/// Counts the team's work and enqueues the report.
pub(crate) async fn report(ctx: &TenantCtx, job: &ReportJob) -> Result<Outcome, Fault> {
    let (now, to) = (ctx.clock.now(), job.requester.addressee());
    let refused = |why| Ok(Outcome::done(vec![answer(ctx, to.clone(), refusal_view::refusal(&why))]));
    let requester = match acting::reader(ctx, &job.requester.user).await {
        Ok(Ok(requester)) => requester,
        Ok(Err(stranger)) => return refused(Refusal::YouAreNotLinked(stranger.why)),
        Err(fault @ (Fault::Store(_) | Fault::Sealed(_) | Fault::LeaseLost)) => return Err(fault),
        Err(_) => return refused(Refusal::DialnoteSilent),
    };
    let Some(channel) = job.requester.channel.clone() else { return refused(Refusal::WhichChannel) };
    let member = organization::verified(ctx, &requester).await?;
    let route = routes::route_of(ctx, &channel).await?.filter(|_| !channel.is_direct());
    let period = ReportSpan::days(job.days, now, working_hours::zone(requester.zone.as_deref()));
    let report = counted_in(ctx, route.as_ref(), &period).await?;
    let report = Box::new(Report { by: Some(requester.name), ..report });
    let alone = match route {
        None => Some(Alone::NoRoute),
        Some(_) => hides(ctx, &channel).await?,
    };
    let detail = json!({ "outcome": "done", "days": job.days, "member": member });
    let record = log::record_attempt(ctx, &job.requester, "report", &detail);
    let told = match alone {
        Some(why) => answer(ctx, to, report_view::alone(&report, why)),
        None => ctx.say(&PostReport { channel, to: Some(to), report }),
    };
    Ok(Outcome::done(vec![record, told]))
}

/// Counts the work of a period on the shared numbers of a route, or on all of them.
pub(crate) async fn counted_in(ctx: &TenantCtx, route: Option<&Route>, period: &ReportSpan) -> Result<Report, Fault> {
    let count = |all: &Conversations| {
        let is_the_channels = |one: &&Conversation| match route {
            Some(route) => route.takes(one.line.as_ref()),
            None => true,
        };
        let all = || all.values().map(|sight| &sight.known.conversation).filter(is_the_channels);
        let ids: HashSet<ConversationId> = all().map(|one| one.id.clone()).collect();
        (report_facts::days(all(), period), report_facts::loads(all()), ids)
    };
    let (days, loads, ids) = ctx.memory.projection.look(&ctx.db, count).await?;
    let Recorded { mut changes, mut outcomes } = recorded_since(ctx, period.before).await?;
    outcomes.retain(|(id, outcome)| ids.contains(id) && outcome.since >= period.before);
    outcomes.reverse();
    let (outcomes_before, outcomes) = Outcomes::of(outcomes.into_iter()).split(period.begin);
    changes.retain(|change| ids.contains(&change.conversation));
    changes.reverse();
    let (before, changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.at < period.begin);
    let mut people = Vec::new();
    for (id, counts) in report_facts::people(&loads, &changes) {
        let answers = outcomes.answers_of(&id);
        let name = directory::participant(ctx, &Owner::new(id, String::new())).await?.name;
        people.push(PersonActivity { name, counts, answers });
    }
    let line = route.and_then(|route| route.line.as_ref()).map(called);
    let (waits, before) = (report_facts::waits(changes.iter()), report_facts::waits(before.iter()));
    let (targets, targets_before) = (outcomes.shares(), outcomes_before.shares());
    Ok(Report { by: None, week: None, line, days, waits, before, people, targets, targets_before })
}

/// Returns the reason why a channel may not show a report, if there is one. A report says who is in the team and how
/// much there is to do.
pub(crate) async fn hides(ctx: &TenantCtx, channel: &ChannelId) -> Result<Option<Alone>, Fault> {
    let masked = privacy::privacy(ctx, channel).await? == Privacy::Masked;
    Ok((masked || privacy::is_shared(ctx, channel).await?).then_some(Alone::Hidden))
}

/// Returns the message that gives a weekly report to the person who made the route, because its channel may not show it.
/// Returns none if no teammate made it.
pub(crate) async fn for_maker(ctx: &TenantCtx, channel: &ChannelId, report: &Report) -> Result<Option<Effect>, Fault> {
    let Some(maker) = routes::route_of(ctx, channel).await?.and_then(|route| route.by) else { return Ok(None) };
    if acting::reader(ctx, &maker).await?.is_err() {
        return Ok(None);
    }
    let report = Box::new(report_view::worded(report));
    let notice = DirectMessage::WeeklyReport { channel: channel.clone(), report };
    Ok(Some(enqueue::say_unasked(ctx, &SendDirect::new(maker, notice))))
}

/// The entries of the audit log that a report counts, newest first.
#[derive(Default)]
struct Recorded {
    changes: Vec<ConversationChange>,
    outcomes: Vec<(ConversationId, TargetOutcome)>,
}

/// Returns the changes since a time, newest first, as far as a report reads.
pub(crate) async fn changes_since(ctx: &TenantCtx, since: jiff::Timestamp) -> Result<Vec<ConversationChange>, Fault> {
    Ok(recorded_since(ctx, since).await?.changes)
}

/// Returns the changes and the outcomes of targets since a time, newest first. For a very busy team, only as many
/// entries as `MAX_READS` allows are read.
async fn recorded_since(ctx: &TenantCtx, since: jiff::Timestamp) -> Result<Recorded, Fault> {
    let since = since.max(organization::organization_since(ctx));
    let (mut recorded, mut before) = (Recorded::default(), None);
    for _ in 0..MAX_READS {
        let piece = ctx.db.latest(before, ENTRIES_PER_READ).await?;
        let ends = piece.len() < ENTRIES_PER_READ || piece.last().is_some_and(|last| last.entry.at < since);
        before = piece.last().map(|last| last.id);
        let recent = piece.into_iter().map(|audited| audited.entry).filter(|entry| entry.at >= since);
        for entry in recent {
            recorded.outcomes.extend(target_outcome(&entry));
            recorded.changes.extend(counted(entry));
        }
        if ends {
            break;
        }
    }
    Ok(recorded)
}

impl Message for PostReport {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        post_report(ctx, claim, self).await
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        if !codes::is_unwelcome(code) {
            return Ok(Vec::new());
        }
        if let Some(to) = &self.to {
            return Ok(vec![answer(ctx, to.clone(), words::sentence(NOT_POSTED))]);
        }
        let event = ChannelClosed { channel: self.channel.clone(), archived: code == codes::ARCHIVED };
        emit::channel_closed(ctx, &event).await
    }
}

/// Posts a report with its chart, or in words alone where Slack refuses the newer blocks.
async fn post_report(ctx: &TenantCtx, claim: &Claim, post: &PostReport) -> Result<Outcome, SlackError> {
    let PostReport { channel, to, report } = post;
    // Another company may have joined the channel since the report was made.
    if let Some(why) = hides(ctx, channel).await? {
        let told = match to {
            Some(to) => Some(answer(ctx, to.clone(), report_view::alone(report, why))),
            None => for_maker(ctx, channel, report).await?,
        };
        return Ok(Outcome::done(told.into_iter().collect()));
    }
    let in_words = newer_blocks::are_refused(ctx).await?;
    let content = if in_words { report_view::plain(report) } else { report_view::message(report) };
    match posting::post_once(ctx, claim, channel.as_str(), None, &content).await {
        Err(refused) if !in_words && refused.is_about_blocks() => {
            info!("report chart refused; posted without it");
            posting::post_once(ctx, claim, channel.as_str(), None, &report_view::plain(report)).await?;
            Ok(Outcome::done(vec![Effect::PutDocument(newer_blocks::refusal(ctx))]))
        }
        other => other.map(|_| Outcome::done(Vec::new())),
    }
}

impl JobKind for ReportJob {
    const KIND: &'static str = "report.v1";

    fn key(&self) -> String {
        format!("report:{}", self.requester.user)
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that makes reports.
pub(crate) struct Reports;

impl Handler for Reports {
    type Job = ReportJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &ReportJob) -> Result<Outcome, Stop> {
        Ok(report(ctx, job).await?)
    }
}

/// A request for a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportJob {
    /// The requester, and the place to answer.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The number of days that the report covers.
    pub days: u16,
}

//! Checks the setup and explains how to fix each problem: the first step when someone says that the app does not work.

mod connection;
mod drawings;
mod samples;

use crate::notifications::unreachable;
use crate::people::directory;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::channels::routes;
use crate::commands::refusal_view;
use crate::core::delivery::Why;
use crate::core::error::{Fault, whole};
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::rule::Rule;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private::answer;
use crate::jobs::outcome::{Outcome, Stop};
use crate::linking::content::Broken;
use crate::linking::requests;
use crate::notifications::unreachable::Unreachable;
use crate::notifications::unreachable_words;
use crate::ops::finding::{Finding, FindingState, PEOPLE};
use crate::ops::{findings_view, readiness};
use crate::people::acting;
use crate::platform::db::Claim;
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::words;
use crate::platform::slack::client::Identity;
use crate::platform::slack::scopes::{MCP, OPTIONAL_SCOPES, SCOPES, Scope};
use crate::platform::slack::signature::sign;
use crate::platform::slack::socket::{Dialer, is_hopeless};
use crate::platform::transport;

/// The tolerated error of this machine's clock. The app refuses Slack's requests when they seem five minutes old.
const MAX_CLOCK_ERROR: SignedDuration = SignedDuration::from_secs(60);

/// The longest time that a job waits while all is well.
const MAX_JOB_AGE: Duration = Duration::from_secs(10 * 60);

/// The time that the app's own address may take to answer.
const OWN_ADDRESS_TIMEOUT: Duration = Duration::from_secs(5);

/// The challenge that the app's own address has to repeat.
const CHALLENGE: &str = "is-this-dialnote-slack";

/// The fix of checks that can't be run from Slack.
const RUN_IT_THERE: &str = "run `dialnote-slack doctor` where the app runs";

/// The maximum number of people that are named.
const MAX_NAMED: usize = 10;

/// The maximum number of links made by hand that are checked.
const MAX_LINKS_CHECKED: usize = 100;

/// Runs all checks for an admin.
pub(crate) async fn doctor(ctx: &TenantCtx, requester: &RequestContext) -> Result<Outcome, Fault> {
    let content = match acting::reader(ctx, &requester.user).await {
        Ok(Ok(teammate)) => match documents::rules(ctx).await?.may_configure(&teammate, Rule::Doctor) {
            Ok(()) => findings_view::examined(&examine_in_time(ctx).await),
            Err(why) => refusal_view::refusal(&why),
        },
        Ok(Err(stranger)) => refusal_view::refusal(&Refusal::YouAreNotLinked(stranger.why)),
        Err(fault @ (Fault::Store(_) | Fault::Sealed(_) | Fault::LeaseLost)) => return Err(fault),
        Err(_) => findings_view::examined(&who_asks_is_unknown(ctx).await),
    };
    Ok(Outcome::done(vec![answer(ctx, requester.addressee(), content)]))
}

/// Returns the findings that anyone may see while the app cannot find out who asks.
async fn who_asks_is_unknown(ctx: &TenantCtx) -> Vec<Finding> {
    let found = tokio::time::timeout(ctx.settings.lease / 3, connection::dialnote(ctx)).await;
    let unknown = "it isn't known yet whether you're an admin, so the other checks aren't shown";
    let unknown = Finding::new("you", FindingState::Note, unknown).fixed_by(RUN_IT_THERE);
    found.unwrap_or_default().into_iter().chain([unknown]).collect()
}

/// Runs all checks, for as long as the lease allows. A worker that took longer would count as dead, and the checks
/// would be repeated again and again.
async fn examine_in_time(ctx: &TenantCtx) -> Vec<Finding> {
    let found = tokio::time::timeout(ctx.settings.lease * 2 / 3, examine(ctx)).await;
    found.unwrap_or_else(|_| {
        let words = "the checks took too long";
        vec![Finding::new("setup", FindingState::Bad, words).fixed_by(RUN_IT_THERE)]
    })
}

/// Runs all checks. Those that call a service run at the same time.
pub async fn examine(ctx: &TenantCtx) -> Vec<Finding> {
    let mut findings = vec![store(ctx).await];
    findings.extend(queue(ctx).await);
    let (slack, address, dialnote, routes, people, links) = Box::pin(async {
        tokio::join!(slack(ctx), address(ctx), connection::dialnote(ctx), routes(ctx), people(ctx), broken_links(ctx))
    })
    .await;
    findings.extend(slack.into_iter().chain([address]).chain(dialnote).chain(routes).chain([people]).chain(links));
    findings.extend(unreachable(ctx).await);
    findings
}

/// Runs all checks, and asks Slack whether it would take what the app draws.
pub async fn examine_deeply(ctx: &TenantCtx) -> Vec<Finding> {
    let mut findings = examine(ctx).await;
    findings.extend(drawings::drawings(ctx).await);
    findings
}

async fn store(work: &TenantCtx) -> Finding {
    match readiness::try_store(work.store.as_ref(), &work.clock, &work.instance).await {
        Ok(()) => Finding::new("database", FindingState::Good, "writable"),
        Err(cause) => {
            let fix = "check the disk space, and that the app may write there";
            Finding::new("database", FindingState::Bad, "it can't be written to").fixed_by(fix).because(&cause)
        }
    }
}

async fn queue(work: &TenantCtx) -> Vec<Finding> {
    // A single workspace has only its own jobs. An admin of one workspace among many sees only its jobs.
    let counted = match work.record {
        Some(_) => work.store.overview_of(work.installation()).await,
        None => work.store.overview().await,
    };
    let Ok(overview) = counted else { return Vec::new() };
    let age = overview.oldest.map(|oldest| work.clock.now().duration_since(oldest).unsigned_abs());
    let pending = jobs(overview.inbox + overview.outbox);
    let waiting = match age {
        Some(age) if age > MAX_JOB_AGE => {
            let seconds = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            let words = format!("{pending} pending, the oldest for {}", words::span(seconds));
            let fix = "see why with `dialnote-slack jobs list --waiting`";
            Finding::new("job queue", FindingState::Bad, words).fixed_by(fix)
        }
        _ => Finding::new("job queue", FindingState::Good, format!("{pending} pending, none overdue")),
    };
    let given_up = match overview.dead {
        0 => Finding::new("failed jobs", FindingState::Good, "none"),
        dead => {
            let fix = "see why with `dialnote-slack jobs list`, then `jobs retry` or `jobs drop`";
            Finding::new("failed jobs", FindingState::Note, format!("{} failed", jobs(dead))).fixed_by(fix)
        }
    };
    vec![waiting, given_up]
}

fn jobs(count: u64) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}

async fn slack(work: &TenantCtx) -> Vec<Finding> {
    match work.slack.identity().await {
        Ok(identity) => {
            let known = Finding::new("Slack token", FindingState::Good, format!("it belongs to {}", identity.team));
            vec![known, scopes(&identity, work), clock(&identity, work.clock.now())]
        }
        Err(SlackError::Fault(Fault::Unauthorized { cause, .. })) => {
            let fix = match again(work) {
                Some(install) => format!("install the app again: {install}"),
                None => "copy the Bot User OAuth Token (OAuth & Permissions) to `SLACK_BOT_TOKEN`".to_owned(),
            };
            let rejected = Finding::new("Slack token", FindingState::Bad, "Slack rejects it");
            vec![rejected.fixed_by(fix).because(&cause)]
        }
        Err(cause) => {
            let silent = Finding::new("Slack token", FindingState::Bad, "Slack didn't confirm it");
            vec![silent.fixed_by("check that this machine reaches `SLACK_API_URL`").because(&cause)]
        }
    }
}

/// Returns the page where an app that anyone can install is installed again.
fn again(work: &TenantCtx) -> Option<String> {
    work.record.as_ref().and_then(|record| record.install_page.clone())
}

fn scopes(identity: &Identity, work: &TenantCtx) -> Finding {
    let missing = |needed: &'static [Scope]| {
        // Slackbot calls only an address.
        let useful = needed.iter().filter(|scope| scope.name != MCP || work.ingress.dialer.is_none());
        let missing = useful.filter(|scope| !identity.scopes.iter().any(|granted| granted == scope.name));
        missing.map(|scope| format!("`{}` ({})", scope.name, scope.reason.trim_end_matches('.'))).collect::<Vec<_>>()
    };
    let (needed, optional) = (missing(&SCOPES), missing(&OPTIONAL_SCOPES));
    if !needed.is_empty() {
        let fix = match again(work) {
            Some(install) => format!("install the app again, which keeps all data: {install}"),
            None => "add them under OAuth & Permissions, and reinstall the app".to_owned(),
        };
        let words = format!("not granted: {}", needed.join(", "));
        return Finding::new("permissions", FindingState::Bad, words).fixed_by(fix);
    }
    if !optional.is_empty() {
        let words = format!("optional ones are missing: {}", optional.join(", "));
        return Finding::new("permissions", FindingState::Note, words);
    }
    Finding::new("permissions", FindingState::Good, "all granted")
}

fn clock(identity: &Identity, now: Timestamp) -> Finding {
    match identity.date.map(|date| now.duration_since(date)) {
        Some(skew) if skew.abs() > MAX_CLOCK_ERROR => {
            let words = format!(
                "this machine's clock is {} s off Slack's, and from 300 s on every request is refused",
                skew.abs().as_secs()
            );
            Finding::new("clock", FindingState::Bad, words).fixed_by("set it by NTP")
        }
        Some(_) => Finding::new("clock", FindingState::Good, "in sync with Slack"),
        None => Finding::new("clock", FindingState::Note, "Slack didn't send the time"),
    }
}

/// Sends the app's own address the challenge that Slack sends when the address is saved in the app's settings. This
/// shows whether the address is reached, and whether the app there has the same signing secret.
async fn address(work: &TenantCtx) -> Finding {
    const WHAT: &str = "request URL";
    if let Some(dialer) = &work.ingress.dialer {
        return sockets(dialer).await;
    }
    let Some(public) = &work.ingress.public else {
        let words = "`PUBLIC_URL` isn't set, so it wasn't checked whether Slack reaches the app, and calls are found \
                     by polling";
        return Finding::new(WHAT, FindingState::Note, words);
    };
    let url = format!("{}/slack/events", public.as_str().trim_end_matches('/'));
    match challenge(&url, work).await {
        Ok((200, answer)) if answer.contains(CHALLENGE) => {
            Finding::new(WHAT, FindingState::Good, format!("{url} answers with this signing secret"))
        }
        Ok((401, _)) => {
            let words = format!("the app at {url} runs with another `SLACK_SIGNING_SECRET`");
            Finding::new(WHAT, FindingState::Bad, words).fixed_by("give both the secret under Basic Information")
        }
        Ok((status, _)) => {
            let words = format!("{url} answers {status}, which isn't this app's answer");
            Finding::new(WHAT, FindingState::Bad, words).fixed_by("check where the proxy sends `/slack/`")
        }
        Err(cause) => {
            let fix = "check that the app runs, and where the proxy sends `PUBLIC_URL`";
            let unreached = Finding::new(WHAT, FindingState::Bad, format!("{url} can't be reached"));
            unreached.fixed_by(fix).because(&cause)
        }
    }
}

/// Asks for the address of a connection, and opens none: events that Slack delivered over it would be lost.
async fn sockets(dialer: &Dialer) -> Finding {
    const WHAT: &str = "Socket Mode";
    match dialer.address().await {
        Ok(_) => Finding::new(WHAT, FindingState::Good, "Slack opens connections for `SLACK_APP_TOKEN`"),
        Err(cause) if is_hopeless(&cause) => {
            let fix = "create an app-level token with `connections:write` (Basic Information → App-Level Tokens), and \
                       check that Socket Mode is on";
            let rejected = Finding::new(WHAT, FindingState::Bad, "Slack rejects `SLACK_APP_TOKEN`");
            rejected.fixed_by(fix).because(&cause)
        }
        Err(cause) => {
            let closed = Finding::new(WHAT, FindingState::Bad, "Slack opens no connection");
            closed.fixed_by("check that this machine reaches `SLACK_API_URL`").because(&cause)
        }
    }
}

async fn challenge(url: &str, work: &TenantCtx) -> Result<(u16, String), String> {
    let url: Url = url.parse().map_err(|_| "not an address".to_owned())?;
    let Some(secret) = work.ingress.secrets.first() else { return Err("no signing secret".to_owned()) };
    let body = json!({ "type": "url_verification", "challenge": CHALLENGE }).to_string();
    let now = work.clock.now().as_second();
    let client = transport::client(OWN_ADDRESS_TIMEOUT).map_err(|error| whole(&error))?;
    let request = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("X-Slack-Request-Timestamp", now)
        .header("X-Slack-Signature", sign(secret.expose_secret(), now, body.as_bytes()))
        .body(body);
    let answer = request.send().await.map_err(|error| whole(&error.without_url()))?;
    let status = answer.status().as_u16();
    Ok((status, answer.text().await.unwrap_or_default()))
}

async fn routes(work: &TenantCtx) -> Vec<Finding> {
    const WHAT: &str = "channels";
    let routes = match routes::routes(work).await {
        Ok(routes) => routes,
        Err(cause) => return vec![Finding::new(WHAT, FindingState::Note, "they couldn't be checked").because(&cause)],
    };
    if routes.is_empty() {
        let none = Finding::new(WHAT, FindingState::Note, "no channel shows cards yet");
        return vec![none.fixed_by("type `/dialnote route` in the channel that gets them")];
    }
    let mut findings = Vec::new();
    for (channel, _) in routes {
        let found = match work.slack.is_in(&channel).await {
            Ok(Some(true)) => Finding::new(WHAT, FindingState::Good, "the app can post in {channel}"),
            Ok(Some(false)) => {
                let words = "the app can't post in {channel} because it isn't a member";
                let fix = "type `/invite @dialnote` in that channel, then `/dialnote route` again";
                Finding::new(WHAT, FindingState::Bad, words).fixed_by(fix)
            }
            Ok(None) => {
                let words = "{channel} can't be checked without `channels:read`";
                Finding::new(WHAT, FindingState::Note, words)
            }
            Err(cause) => Finding::new(WHAT, FindingState::Note, "{channel} couldn't be checked").because(&cause),
        };
        findings.push(found.about(channel));
    }
    findings
}

/// Returns findings about links made by hand that no longer count.
async fn broken_links(work: &TenantCtx) -> Vec<Finding> {
    let card_views = async {
        let mut card_views = Vec::new();
        for link in directory::by_hand(work).await?.iter().take(MAX_LINKS_CHECKED) {
            card_views.push(requests::link_face(work, link).await?);
        }
        Ok::<_, Fault>(card_views)
    };
    let card_views = match card_views.await {
        Ok(card_views) => card_views,
        Err(cause) => {
            let words = "the links by admins couldn't be checked";
            return vec![Finding::new(PEOPLE, FindingState::Note, words).because(&cause)];
        }
    };
    let broken = card_views.into_iter().filter_map(|link| {
        let why = match link.broken? {
            Broken::MemberGone => "who is no longer in dialnote",
            Broken::Account(_) => "but has no Slack account that can be linked",
        };
        let words = format!("{} is linked to {}, {why}", link.name, link.member);
        let fix = "remove the link, or link them again with `/dialnote link`";
        Some(Finding::new(PEOPLE, FindingState::Note, words).fixed_by(fix))
    });
    broken.take(MAX_NAMED).collect()
}

/// Returns findings about people that Slack takes no direct messages for.
async fn unreachable(work: &TenantCtx) -> Vec<Finding> {
    const WHAT: &str = "notifications";
    let people = match unreachable::unreachable(work, MAX_NAMED).await {
        Ok(people) => people,
        Err(cause) => {
            let words = "they couldn't be checked";
            return vec![Finding::new(WHAT, FindingState::Note, words).because(&cause)];
        }
    };
    let finding = |Unreachable { name, why }| {
        // A problem of one person is not a problem of the app.
        let state =
            if matches!(why, Why::NoMessagesTab | Why::Restricted) { FindingState::Bad } else { FindingState::Note };
        let because = unreachable_words::because(&name, &why);
        Finding::new(WHAT, state, format!("{name} can't be notified: {}", because.trim_end_matches('.')))
    };
    people.into_iter().map(finding).collect()
}

async fn people(work: &TenantCtx) -> Finding {
    match directory::unlinked(work).await {
        Ok(members) if members.is_empty() => Finding::new(PEOPLE, FindingState::Good, "every member is linked"),
        Ok(members) => {
            let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
            let (shown, rest) = names.split_at_checked(MAX_NAMED).unwrap_or((&names, &[]));
            let count = if let [_] = names.as_slice() {
                "1 member isn't linked to a Slack user".to_owned()
            } else {
                format!("{} members aren't linked to a Slack user", names.len())
            };
            let words = format!("{count}: {}", words::listed(shown, rest.len()));
            let fix = "give both accounts the same email, or link them with `/dialnote link`";
            Finding::new(PEOPLE, FindingState::Note, words).fixed_by(fix)
        }
        Err(cause) => Finding::new(PEOPLE, FindingState::Note, "they couldn't be checked").because(&cause),
    }
}

impl JobKind for DoctorJob {
    const KIND: &'static str = "doctor.v1";
    const RUNS_WITHOUT_SLACK: bool = true;

    fn key(&self) -> String {
        format!("doctor:{}", self.0.user)
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.0)
    }
}

/// The handler that checks the setup for an admin.
pub(crate) struct Doctor;

impl Handler for Doctor {
    type Job = DoctorJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &DoctorJob) -> Result<Outcome, Stop> {
        Ok(doctor(ctx, &job.0).await?)
    }
}

/// An admin's request to check the setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DoctorJob(pub RequestContext);

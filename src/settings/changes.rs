//! Changes of settings: the workspace's rules, a channel's settings and route, and notification preferences.

use serde_json::json;

use crate::audit::log;
use crate::commands::job::person_key;
use crate::commands::refusal_view;
use crate::core::error::Fault;
use crate::core::refusal::Refusal;
use crate::core::request_context::{ListPlace, RequestContext};
use crate::core::rule::Rule;
use crate::core::rules::Rules;
use crate::core::settings_change::{ChangeJob, SettingsChange};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private::answer;
use crate::jobs::outbox::redraw;
use crate::jobs::outcome::{Outcome, Stop};
use crate::notifications::digests;
use crate::people::{acting, organization};
use crate::platform::db::Claim;
use crate::settings::sharing::ChannelShown;
use crate::settings::{routes, sharing, view};

/// The partition key of changes of what the whole workspace shares.
const SHARED: &str = "settings";

/// Makes the changes that a person asked for, all or none.
pub(crate) async fn change_settings(ctx: &TenantCtx, claim: &Claim, job: &ChangeJob) -> Result<Outcome, Fault> {
    let to = job.requester.addressee();
    let rules = documents::rules(ctx).await?;
    if let Err(why) = may_change(ctx, job, &rules).await? {
        let record = log::record_refusal(ctx, &job.requester, refused_verb(job), &why);
        return Ok(Outcome::done(vec![record, answer(ctx, to, refusal_view::refusal(&why))]));
    }
    let mut effects = Vec::new();
    let mut say = view::preferences();
    for change in &job.changes {
        say = match change {
            SettingsChange::Rules(new) if *new == rules => say,
            SettingsChange::Rules(new) => {
                if new.working.from != rules.working.from {
                    effects.extend(digests::keep_routes(ctx, new).await?);
                }
                effects.push(documents::put(ctx, "", new));
                let detail = json!({ "rules": { "before": rules, "after": new } });
                effects.push(organization::record_change(ctx, job, detail).await?);
                view::rules()
            }
            SettingsChange::Wishes(new) => {
                effects.push(documents::put(ctx, job.requester.user.as_str(), new));
                say
            }
            SettingsChange::Route(routing) => {
                let (changed, told) = routes::route(ctx, job, routing).await?;
                effects.extend(changed);
                told
            }
            SettingsChange::RouteSettings { channel, shown, wanted } => {
                let edit = (shown.as_deref(), &**wanted);
                let (changed, told) = routes::change_settings(ctx, job, channel, edit).await?;
                effects.extend(changed);
                told
            }
            SettingsChange::Channel { channel, masked, aloud, emoji, route } => {
                let wanted = ChannelShown { masked: *masked, aloud: *aloud, emoji: *emoji };
                let (changed, told) = sharing::change_channel(ctx, job, channel, wanted).await?;
                effects.extend(changed);
                let (changed, told_too) = routes::change_route(ctx, job, channel, route.as_ref()).await?;
                effects.extend(changed);
                told.or(told_too).unwrap_or(say)
            }
        };
    }
    let at_home = job.requester.list.as_ref().is_some_and(|list| list.place == ListPlace::Home);
    let seen = if at_home { redraw::redraw(ctx, claim, &job.requester, &say) } else { None };
    effects.push(seen.unwrap_or_else(|| answer(ctx, to, say)));
    // The requester's home may show the rules, so it is drawn again with the new ones.
    effects.extend(redraw::refresh_homes(ctx, std::iter::once(job.requester.user.clone())).await?);
    Ok(Outcome::done(effects))
}

/// Checks whether the requester may make the changes. Kept data decides about changes that are open to all.
async fn may_change(ctx: &TenantCtx, job: &ChangeJob, rules: &Rules) -> Result<Result<(), Refusal>, Fault> {
    let (user, is_own) = (&job.requester.user, job.is_own());
    let requester = if is_own { Ok(acting::reader(ctx, user).await?) } else { acting::teammate_now(ctx, user).await? };
    Ok(match requester {
        Ok(Ok(_)) if is_own => Ok(()),
        Ok(Ok(requester)) => rules.may_configure(&requester, Rule::Configure),
        Ok(Err(stranger)) => Err(Refusal::YouAreNotLinked(stranger.why)),
        Err(why) => Err(why),
    })
}

/// Returns the verb of a refused change in the audit log.
fn refused_verb(job: &ChangeJob) -> &'static str {
    let is_of_routes =
        |change: &SettingsChange| matches!(change, SettingsChange::Route(_) | SettingsChange::RouteSettings { .. });
    if job.changes.iter().any(is_of_routes) { "route" } else { "settings" }
}

impl JobKind for ChangeJob {
    const KIND: &'static str = "change.v1";

    /// Returns one key for all changes of what is shared, because each is made to what is stored at that moment.
    fn key(&self) -> String {
        if self.is_own() { person_key(&self.requester.user) } else { SHARED.to_owned() }
    }

    /// Keeps the order in which a person asked.
    fn after_key(&self) -> Option<String> {
        Some(if self.is_own() { SHARED.to_owned() } else { person_key(&self.requester.user) })
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that changes rules, preferences, routes and channels.
pub(crate) struct SettingsChanges;

impl Handler for SettingsChanges {
    type Job = ChangeJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &ChangeJob) -> Result<Outcome, Stop> {
        Ok(change_settings(ctx, claim, job).await?)
    }
}

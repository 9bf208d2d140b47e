//! What people set: the rules of the workspace, what a channel shows, what somebody wants to hear of.

use crate::work::acting;
use crate::work::conclude;
use crate::work::digests;
use crate::work::documents;
use crate::work::lists;
use crate::work::organization;
use crate::work::routes;
use crate::work::sharing;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::job::{ChangeJob, SettingsChange};
use crate::domain::message::Message;
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request_context::ListPlace;
use crate::error::Fault;
use crate::ids::SlackUserId;
use crate::store::{Claim, Document, Effect, Entry};
use crate::work::TenantCtx;
use crate::work::outcome::Outcome;

/// The rules of the workspace.
pub(crate) async fn rules(ctx: &TenantCtx) -> Result<Rules, Fault> {
    Ok(documents::kept(ctx, Rules::KIND, "").await?.unwrap_or_default())
}

/// What somebody wants to hear of.
pub(crate) async fn preferences(ctx: &TenantCtx, user: &SlackUserId) -> Result<NotificationPreferences, Fault> {
    Ok(documents::kept(ctx, NotificationPreferences::KIND, user.as_str()).await?.unwrap_or_default())
}

/// Makes changes that somebody asked for, all or none.
pub(super) async fn change_settings(ctx: &TenantCtx, claim: &Claim, job: &ChangeJob) -> Result<Outcome, Fault> {
    let to = job.requester.addressee();
    let refused = |why| Reply::Refused { why, note: String::new() };
    let rules = rules(ctx).await?;
    if let Err(why) = may_change(ctx, job, &rules).await? {
        let record = conclude::record_refusal(ctx, &job.requester, refused_verb(job), &why);
        return Ok(Outcome::done(vec![record, ctx.say(Message::Private { to, say: refused(why) })]));
    }
    let mut effects = Vec::new();
    let mut say = Reply::WishesChanged;
    for change in &job.changes {
        say = match change {
            SettingsChange::Rules(new) if *new == rules => say,
            SettingsChange::Rules(new) => {
                if new.working.from != rules.working.from {
                    effects.extend(digests::keep_routes(ctx, new).await?);
                }
                effects.push(put(ctx, Rules::KIND, "", new));
                let detail = json!({ "rules": { "before": rules, "after": new } });
                effects.push(record_change(ctx, job, detail).await?);
                Reply::RulesChanged
            }
            SettingsChange::Wishes(new) => {
                effects.push(put(ctx, NotificationPreferences::KIND, job.requester.user.as_str(), new));
                say
            }
            SettingsChange::Route(routing) => {
                let (changed, told) = routes::route(ctx, job, routing).await?;
                effects.extend(changed);
                told
            }
            SettingsChange::Channel { channel, masked, aloud, route } => {
                let (changed, told) = sharing::change_channel(ctx, job, channel, (*masked, *aloud)).await?;
                effects.extend(changed);
                let (changed, told_too) = routes::change_route(ctx, job, channel, route.as_ref()).await?;
                effects.extend(changed);
                told.or(told_too).unwrap_or(say)
            }
        };
    }
    let at_home = job.requester.list.as_ref().is_some_and(|list| list.place == ListPlace::Home);
    let seen = if at_home { lists::redraw(ctx, claim, &job.requester, say.clone()) } else { None };
    effects.push(seen.unwrap_or_else(|| ctx.say(Message::Private { to, say })));
    // Whose home shows the rules sees the new ones there.
    effects.extend(lists::refresh_homes(ctx, std::iter::once(job.requester.user.clone())).await?);
    Ok(Outcome::done(effects))
}

/// Whether a person may change what they want changed. What concerns only them they may by what was kept.
async fn may_change(ctx: &TenantCtx, job: &ChangeJob, rules: &Rules) -> Result<Result<(), Refusal>, Fault> {
    let (user, is_own) = (&job.requester.user, job.changes.iter().all(SettingsChange::is_open_to_all));
    let requester = if is_own { Ok(acting::reader(ctx, user).await?) } else { acting::teammate_now(ctx, user).await? };
    Ok(match requester {
        Ok(Ok(_)) if is_own => Ok(()),
        Ok(Ok(requester)) => rules.may_configure(&requester),
        Ok(Err(stranger)) => Err(Refusal::YouAreNotLinked(stranger.why)),
        Err(why) => Err(why),
    })
}

pub(super) fn put(ctx: &TenantCtx, kind: &str, id: &str, value: &impl Serialize) -> Effect {
    put_due(ctx, kind, id, value, None)
}

pub(super) fn put_due(ctx: &TenantCtx, kind: &str, id: &str, value: &impl Serialize, due: Option<Timestamp>) -> Effect {
    Effect::PutDocument(document(ctx, kind, id, value, due))
}

pub(super) fn document(
    ctx: &TenantCtx,
    kind: &str,
    id: &str,
    value: &impl Serialize,
    due: Option<Timestamp>,
) -> Document {
    let body = serde_json::to_string(value).unwrap_or_default();
    Document { kind: kind.to_owned(), id: id.to_owned(), at: ctx.clock.now(), due, body }
}

/// Writes down what a person changed, and who that is in dialnote.
pub(super) async fn record_change(ctx: &TenantCtx, job: &ChangeJob, mut detail: Value) -> Result<Effect, Fault> {
    let actor = job.requester.user.clone();
    let requester = acting::reader(ctx, &actor).await?;
    if let (Some(detail), Ok(requester)) = (detail.as_object_mut(), requester) {
        detail.insert("member".to_owned(), json!(organization::verified(ctx, &requester).await?));
    }
    let (verb, detail) = ("settings".to_owned(), detail.to_string());
    Ok(Effect::Record(Entry { at: ctx.clock.now(), actor, conversation: None, verb, detail }))
}

/// What somebody tried who may not, as the audit log calls it.
fn refused_verb(job: &ChangeJob) -> &'static str {
    if job.changes.iter().any(|change| matches!(change, SettingsChange::Route(_))) { "route" } else { "settings" }
}

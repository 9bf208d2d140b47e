//! Members who leave dialnote. The people who made routes are notified how many conversations a member left behind, and
//! can unassign them with one button.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::core::conversation::Owner;
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outbox::redraw;
use crate::jobs::outbox::redraw::Opened;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::people::{acting, directory};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Class, Delivery, DocumentKind, Effect, NewJob, StoredDocument};

/// The time between roll calls.
const ROLL_CALL_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The time for which the notice about a member is not repeated.
const REPEAT_NOTICE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The time after a roll call when missing members are looked for again.
const CONFIRMED: Duration = Duration::from_secs(60);

/// The members at the last roll call, and the time of it.
#[derive(Serialize, Deserialize)]
struct Team {
    at: Timestamp,
    members: Vec<Owner>,
    /// Members who were missing then for the first time. They are looked for again, because a list may come incomplete.
    #[serde(default)]
    missing: Vec<Owner>,
}

impl StoredDocument for Team {
    const KIND: DocumentKind = DocumentKind::Team;
}

impl Team {
    /// Returns the time of the next roll call.
    fn due(&self) -> Timestamp {
        times::later(self.at, if self.missing.is_empty() { ROLL_CALL_INTERVAL } else { CONFIRMED })
    }
}

/// The time of the notice that a member has left.
#[derive(Serialize, Deserialize)]
struct LeaverTold(Timestamp);

impl StoredDocument for LeaverTold {
    const KIND: DocumentKind = DocumentKind::Left;
}

/// Looks for members who have left dialnote. A member who is missing twice in a row has left.
pub(crate) async fn look_who_left(ctx: &TenantCtx) -> Result<(), Fault> {
    let now = ctx.clock.now();
    let before: Option<Team> = documents::get(ctx, "").await?;
    if before.as_ref().is_some_and(|before| before.due() > now) {
        return Ok(());
    }
    let confirms = before.as_ref().is_some_and(|before| !before.missing.is_empty());
    let there = if confirms { directory::team_now(ctx).await? } else { directory::team(ctx).await? };
    if there.is_empty() {
        return Ok(());
    }
    let (known, missing) = before.map(|before| (before.members, before.missing)).unwrap_or_default();
    let is_there = |one: &Owner| there.iter().any(|member| member.id == one.id);
    for gone in missing.into_iter().filter(|one| !is_there(one)) {
        let key = format!("left:{}:{}", gone.id, now.as_second());
        let delivery = Delivery { installation: ctx.installation().clone(), key };
        let job = NewJob { class: Class::Machine, ..ctx.new_job(&Left(gone)) };
        ctx.store.accept(delivery, vec![job], now).await?;
    }
    let members = there.iter().map(|member| Owner::new(member.id.clone(), member.name.clone())).collect();
    let missing = known.into_iter().filter(|one| !is_there(one)).collect();
    ctx.db.keep(documents::document(ctx, "", &Team { at: now, members, missing }, None)).await
}

/// Notifies the people who made routes, once, how many open conversations a member left behind. Redraws the homes of
/// former teammates.
pub(crate) async fn left(ctx: &TenantCtx, gone: &Owner) -> Result<Outcome, Fault> {
    let told = documents::get(ctx, gone.id.as_str()).await?.map(|LeaverTold(at)| at);
    let count = |all: &Conversations| all.pending().filter(|one| one.is_owned_by(&gone.id)).count();
    let open = ctx.memory.projection.look(&ctx.db, count).await?;
    let mut effects = clear_homes(ctx).await?;
    if open == 0 || told.is_some_and(|told| times::later(told, REPEAT_NOTICE_AFTER) > ctx.clock.now()) {
        return Ok(Outcome::done(effects));
    }
    let routes = routes::routes(ctx).await?;
    let makers: BTreeSet<SlackUserId> = routes.into_iter().filter_map(|(_, route)| route.by).collect();
    let notice = DirectMessage::Left { name: gone.name.clone(), member: gone.id.clone(), open };
    let messages = makers.into_iter().map(|user| enqueue::say_unasked(ctx, &SendDirect::new(user, notice.clone())));
    effects.extend(messages);
    effects.push(documents::put(ctx, gone.id.as_str(), &LeaverTold(ctx.clock.now())));
    Ok(Outcome::done(effects))
}

impl JobKind for Left {
    const KIND: &'static str = "left.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("left:{}", self.0.id)
    }
}

/// The handler that reports what a departed member left behind.
pub(crate) struct Leavers;

impl Handler for Leavers {
    type Job = Left;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &Left) -> Result<Outcome, Stop> {
        Ok(left(ctx, &job.0).await?)
    }
}

/// A member who left the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Left(pub Owner);

/// The maximum number of open homes that are read.
pub(crate) const MOST_HOMES: usize = 10_000;

/// Returns the effects that redraw every open home of a user who is no longer a teammate. Such a home shows nothing.
/// Only stored facts decide that; neither Slack nor dialnote is asked.
pub(crate) async fn clear_homes(ctx: &TenantCtx) -> Result<Vec<Effect>, Fault> {
    let mut strangers = Vec::new();
    for home in documents::all_stored::<Opened>(ctx, MOST_HOMES).await? {
        let user = SlackUserId::new(home.id);
        if !acting::is_kept_as_teammate(ctx, &user).await? {
            strangers.push(user);
        }
    }
    redraw::refresh_homes(ctx, strangers.into_iter()).await
}

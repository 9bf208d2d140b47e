//! Catches people up after an absence. Notices of single changes are held back until everything that happened in the
//! absence has been read. Then each person gets one message with theirs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::absence::Absence;
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::FoundLate;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::platform::db::{Claim, Class, DocumentKind, Effect, NewJob, StoredDocument};
use crate::sync::poll_state::CAUGHT_UP;

/// The maximum number of kept documents read for one person.
const MOST_KEPT: usize = 1_000;

/// The maximum number of notices in one message.
const MAX_TOLD_PER_MESSAGE: usize = 10;

/// The notices kept for one person about one conversation.
#[derive(Serialize, Deserialize)]
struct Missed {
    away: Option<Absence>,
    notices: Vec<DirectMessage>,
}

impl StoredDocument for Missed {
    const KIND: DocumentKind = DocumentKind::Missed;
}

/// Keeps the notices that people would have got of a change, and schedules one message with all of them.
pub(crate) fn keep_missed(ctx: &TenantCtx, &FoundLate { claim, job, directs }: &FoundLate<'_>) -> Vec<Effect> {
    let mut missed = BTreeMap::<&SlackUserId, Vec<DirectMessage>>::new();
    for SendDirect { user, notice, .. } in directs {
        missed.entry(user).or_default().push(notice.clone());
    }
    let keep = |(user, notices): (&SlackUserId, Vec<DirectMessage>)| {
        let id = format!("{}:{}", job.conversation, claim.id);
        let missed = Missed { away: job.away, notices };
        let tell = ctx.new_job(&CaughtUp(user.clone()));
        let due = times::later(ctx.clock.now(), CAUGHT_UP);
        let tell = NewJob { class: Class::Machine, due, ..tell };
        [documents::put_within(ctx, user.as_str(), &id, &missed), Effect::Enqueue(tell)]
    };
    missed.into_iter().flat_map(keep).collect()
}

/// Sends a person one message with the notices kept since the absence. Notices that their preferences exclude are
/// dropped, and notices beyond the maximum are only counted.
pub(crate) async fn caught_up(ctx: &TenantCtx, user: &SlackUserId) -> Result<Outcome, Fault> {
    let mut kept = documents::all_stored_within::<Missed>(ctx, user.as_str(), MOST_KEPT).await?;
    kept.sort_by_key(|kept| kept.at);
    let missed = kept.iter().map(documents::read).collect::<Result<Vec<Missed>, _>>()?;
    let preferences = documents::preferences(ctx, user).await?;
    let away = missed.iter().find_map(|missed| missed.away);
    let notices = missed.into_iter().flat_map(|missed| missed.notices);
    let mut notices: Vec<_> = notices.filter(|notice| preferences.want(notice)).collect();
    let more = notices.len().saturating_sub(MAX_TOLD_PER_MESSAGE);
    notices.truncate(MAX_TOLD_PER_MESSAGE);
    let drop = kept.into_iter().map(documents::remove_stored);
    let mut effects: Vec<_> = drop.collect();
    if !notices.is_empty() {
        let notice = DirectMessage::CaughtUp { away, notices, more };
        effects.push(enqueue::say_unasked(ctx, &SendDirect::new(user.clone(), notice)));
    }
    Ok(Outcome::done(effects))
}

impl JobKind for CaughtUp {
    const KIND: &'static str = "caught_up.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("caught_up:{}", self.0)
    }

    fn coalesce_key(&self) -> Option<String> {
        Some("caught up".to_owned())
    }
}

/// The handler that tells people, after an absence, about changes that concern them.
pub(crate) struct CatchingUp;

impl Handler for CatchingUp {
    type Job = CaughtUp;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &CaughtUp) -> Result<Outcome, Stop> {
        Ok(caught_up(ctx, &job.0).await?)
    }
}

/// A person to notify after the app has read everything that happened during an absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaughtUp(pub SlackUserId);

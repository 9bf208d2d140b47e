//! Undo: finds the act to undo and its conversations, each of which becomes a command of its own. That command decides
//! whether the undo is possible (`commands::undo`).

use crate::audit::log;
use crate::commands::job::CommandJob;
use crate::commands::undo::NextUndo;
use crate::commands::{queueing, undo};
use crate::core::about::About;
use crate::core::conversation::ConversationRef;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::refusal::{Earlier, Others, Refusal};
use crate::core::undo_log::Undoing;
use crate::core::verbs::Verb;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::organization;
use crate::platform::db::{Claim, Entry};
use crate::sync::conversations;

/// The number of a person's attempts among which an act is looked for: the largest batch, and later attempts.
const RECENT_DEEDS: usize = 1_000;

/// The maximum number of conversations of an act that are named.
const MOST_NAMED: usize = 3;

/// Finds the requester's last act, or the act whose button they pressed.
pub(crate) async fn find_act(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    let mut entries = ctx.db.deeds(&job.requester.user, RECENT_DEEDS).await?;
    entries.retain(|entry| entry.at >= organization::organization_since(ctx));
    let (log, asked) = (log::logged(&entries), claim.accepted);
    let next = match &job.command.which {
        ConversationRef::Act { id, only } => undo::exactly(&log, id, only.as_ref(), asked),
        _ => undo::latest(&log, asked),
    };
    match next {
        NextUndo::Nothing => Err(Refusal::NothingToUndo.into()),
        NextUndo::Undone => Err(Refusal::UndoneAlready.into()),
        NextUndo::TooLate(on) => Err(match those(ctx, &on).await? {
            Some((about, others)) if others == Others::default() => Refusal::TooLateToUndo(about),
            Some((about, others)) => Refusal::AllTooLateToUndo { about, others },
            None => Refusal::NothingToUndo,
        }
        .into()),
        NextUndo::NotesStay { on, earlier } => Err(notes_stay(ctx, &on, earlier).await?.into()),
        NextUndo::Take { act, on } => Ok(take_back(ctx, claim, job, &act, on)),
    }
}

/// Undoes an act, each of its conversations by a command of its own.
fn take_back(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, act: &str, on: Vec<ConversationId>) -> Outcome {
    let undoing = CommandJob { undoes: Some(act.to_owned()), ..job.clone() };
    queueing::found(ctx, claim, &undoing, on)
}

/// Returns the conversations of an act as a sentence names them.
async fn those(ctx: &TenantCtx, on: &[ConversationId]) -> Result<Option<(About, Others)>, Stop> {
    let mut named = Vec::new();
    for id in on.iter().take(MOST_NAMED) {
        named.push(About::from(&conversations::look_at(ctx, id).await?));
    }
    let more = on.len().saturating_sub(MOST_NAMED);
    let mut named = named.into_iter();
    Ok(named.next().map(|first| (first, Others { named: named.collect(), more })))
}

async fn notes_stay(
    ctx: &TenantCtx,
    on: &[ConversationId],
    earlier: Option<(String, Verb, Vec<ConversationId>)>,
) -> Result<Refusal, Stop> {
    let Some((about, others)) = those(ctx, on).await? else { return Ok(Refusal::NothingToUndo) };
    let earlier = match earlier.as_ref().and_then(|(act, verb, on)| Some((act, verb, on.first()?, on.len()))) {
        Some((act, verb, first, of)) => {
            let about = About::from(&conversations::look_at(ctx, first).await?);
            Some(Earlier { act: act.clone(), verb: *verb, about, of })
        }
        None => None,
    };
    Ok(Refusal::NotesStay { about, others, earlier })
}

/// Returns the facts for a decision about an undo. They are empty if the command is no undo.
pub(crate) async fn undoing(ctx: &TenantCtx, job: &CommandJob, entries: &[Entry]) -> Result<Undoing, Fault> {
    if job.command.act.verb() != Verb::Undo {
        return Ok(Undoing::default());
    }
    let (log, act) = (log::logged(entries), job.undoes.clone());
    let undone = undo::wanted(&log, &job.requester.user, act.as_deref());
    let before = undone.and_then(|line| line.change.as_ref()?.0.owner.clone());
    let owner_before = conversations::member(ctx, before.as_ref()).await?;
    Ok(Undoing { log, act, owner_before })
}

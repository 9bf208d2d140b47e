//! Commands that were asked for together. Each command stores its outcome, and once all have ended, one answer reports
//! them.

use serde::{Deserialize, Serialize};

use crate::commands::answers;
use crate::commands::job::Batch;
use crate::commands::result::{CommandResult, Reply, Several};
use crate::core::about::About;
use crate::core::command::Command;
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::{Claim, DocumentKind, Effect, StoredDocument};
use crate::sync::known;

/// The maximum number of commands that are reported together.
pub(crate) const MAX_BATCH: usize = 1_000;

/// The outcome of one of the commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BatchPart {
    /// The command was carried out.
    Done {
        /// The result.
        deed: Box<CommandResult>,
        /// The notices for other people.
        notices: Vec<(SlackUserId, DirectMessage)>,
        /// The reason why the note was not written, and the note, if that happened.
        unnoted: Option<(Refusal, String)>,
    },
    /// The command was not carried out.
    Refused {
        /// The conversation, as the requester named it.
        which: String,
        /// The reason.
        why: Refusal,
        /// The note that came with the command; empty if there was none.
        note: String,
    },
}

impl StoredDocument for BatchPart {
    const KIND: DocumentKind = DocumentKind::Batch;
}

impl BatchPart {
    pub(crate) fn refused(command: &Command, why: Refusal) -> Self {
        Self::Refused { which: command.which.to_string(), why, note: command.note.clone() }
    }
}

/// Stores the outcome of one of several commands, and enqueues the job that checks whether it was the last.
pub(crate) fn leave(
    ctx: &TenantCtx,
    claim: &Claim,
    requester: &RequestContext,
    batch: &Batch,
    part: &BatchPart,
) -> [Effect; 2] {
    let keep = documents::put_within(ctx, &batch.id, &claim.id.to_string(), part);
    let job = BatchJob { requester: requester.clone(), batch: batch.clone() };
    [keep, Effect::Enqueue(ctx.following(claim, &job))]
}

/// Reports all commands of the batch, if all have ended.
pub(crate) async fn batch(ctx: &TenantCtx, claim: &Claim, job: &BatchJob) -> Result<Outcome, Fault> {
    let left = documents::all_stored_within::<BatchPart>(ctx, &job.batch.id, MAX_BATCH).await?;
    if left.len() < job.batch.of {
        return Ok(Outcome::done(Vec::new()));
    }
    let (mut several, notices) = summed_up(left.iter().map(documents::read).collect::<Result<Vec<_>, _>>()?);
    for (which, _) in &mut several.refused {
        let known = known::known(ctx, &ConversationId::new(which.clone())).await?;
        *which = known.map_or_else(|| which.clone(), |known| known.title());
    }
    let say = Reply::Several(Box::new(several));
    let mut directs: Vec<_> =
        together(notices).into_iter().map(|(user, notice)| SendDirect::new(user, notice)).collect();
    let answer = answers::answer_when_told(ctx, claim, &job.requester, Some(say), &mut directs, |_| None).await?;
    let dropped = left.into_iter().map(documents::remove_stored);
    let directs = directs.iter().map(|direct| ctx.say(direct));
    Ok(Outcome::done(dropped.chain(answer).chain(directs).collect()))
}

/// Sums up the outcomes: the requester's answer, and the notices for other people.
fn summed_up(parts: Vec<BatchPart>) -> (Several, Vec<(SlackUserId, DirectMessage)>) {
    let (mut several, mut notices) = (Several::default(), Vec::new());
    for part in parts {
        let unwritten = match part {
            BatchPart::Done { deed, notices: told, unnoted } => {
                notices.extend(told);
                let (why, note) = unnoted.unzip();
                several.unnoted.extend(why.map(|why| (deed.about.clone(), why)));
                several.deeds.push(*deed);
                note.unwrap_or_default()
            }
            BatchPart::Refused { which, why, note } => {
                several.refused.push((which, why));
                note
            }
        };
        if several.note.is_empty() {
            several.note = unwritten;
        }
    }
    (several, notices)
}

/// Joins the notices of several assignments to one person into one notice, and those of several losses to one.
fn together(notices: Vec<(SlackUserId, DirectMessage)>) -> Vec<(SlackUserId, DirectMessage)> {
    let mut joined: Vec<(SlackUserId, DirectMessage)> = Vec::new();
    for (user, notice) in notices {
        let taken_in = joined.iter_mut().filter(|(other, _)| *other == user).find_map(|(_, earlier)| {
            let both = both(earlier, &notice)?;
            *earlier = both;
            Some(())
        });
        if taken_in.is_none() {
            joined.push((user, notice));
        }
    }
    joined
}

/// Returns the notice that says what two notices to the same person say, if there is one.
fn both(earlier: &DirectMessage, later: &DirectMessage) -> Option<DirectMessage> {
    match later {
        DirectMessage::YoursNow { actor, conversation, note, handoff, .. } => {
            let mut abouts = match earlier {
                DirectMessage::SeveralYours { abouts, .. } => abouts.clone(),
                DirectMessage::YoursNow { conversation, .. } => vec![About::from(&**conversation)],
                _ => return None,
            };
            abouts.push(About::from(&**conversation));
            let (actor, note) = (actor.clone(), note.clone());
            Some(DirectMessage::SeveralYours { actor, abouts, note, handoff: *handoff })
        }
        DirectMessage::YoursAgain { actor, abouts } => {
            let DirectMessage::YoursAgain { abouts: before, .. } = earlier else { return None };
            let abouts = before.iter().chain(abouts).cloned().collect();
            Some(DirectMessage::YoursAgain { actor: actor.clone(), abouts })
        }
        DirectMessage::NotYoursNow { actor, about, to, reason: None } => {
            let mut abouts = match earlier {
                DirectMessage::SeveralNotYours { abouts, to: same, .. } if same == to => abouts.clone(),
                DirectMessage::NotYoursNow { about, to: same, .. } if same == to => vec![about.clone()],
                _ => return None,
            };
            abouts.push(about.clone());
            Some(DirectMessage::SeveralNotYours { actor: actor.clone(), abouts, to: to.clone() })
        }
        _ => None,
    }
}

impl JobKind for BatchJob {
    const KIND: &'static str = "batch.v1";

    fn key(&self) -> String {
        format!("batch:{}", self.batch.id)
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that answers several commands at once.
pub(crate) struct Batches;

impl Handler for Batches {
    type Job = BatchJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &BatchJob) -> Result<Outcome, Stop> {
        Ok(batch(ctx, claim, job).await?)
    }
}

/// The end of one command of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The batch.
    pub batch: Batch,
}

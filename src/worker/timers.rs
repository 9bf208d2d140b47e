//! Work that follows from the passing of time: people whose commands wait are notified, due documents become jobs, and
//! data that is no longer needed is deleted.

use std::collections::BTreeSet;
use std::time::Duration;

use tracing::warn;

use crate::commands::job::{CommandJob, ResumeJob};
use crate::commands::{acts, asked, reply_view};
use crate::core::assignee::Assignee;
use crate::core::command::Command;
use crate::core::conversation::ConversationRef;
use crate::core::error::{Fault, Service};
use crate::core::ids::{DraftId, InstallationId, JobId, SlackUserId};
use crate::core::request_context::ListPlace;
use crate::core::times;
use crate::core::times::DELAY_NOTICE_AFTER;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job;
use crate::jobs::outbox::private::NotifyDelay;
use crate::jobs::outbox::redraw::ListJob;
use crate::people::directory;
use crate::platform::db::{Claim, NewJob, Stored};
use crate::platform::dialnote::client::ASSIGN;
use crate::sync::known;
use crate::worker::tenants::Tenants;

/// The time within which Slack must name the person whom a waiting command is about.
const NAMING_TIMEOUT: Duration = Duration::from_secs(1);

/// The number of waiting jobs that are notified about at a time.
const TOLD_AT_ONCE: usize = 100;

/// The number of jobs that are read to find those before a waiting one.
const LOOKED_AHEAD: usize = 100;

/// The number of due documents that are read at a time.
const DUE_AT_ONCE: usize = 100;

/// The time for which delivery keys, drafts and cache entries are of use. Slack repeats an event for at most a day
/// (docs/contracts/slack.md §4.7).
const KEEP: Duration = Duration::from_secs(48 * 60 * 60);

/// The number of items deleted at a time, and the number of such deletions each second. Together they are more than
/// could ever come in all day long, and so few that neither reminders nor commands wait for them.
const BITE: usize = 200;
const BITES: usize = 10;

/// The command that lists conversations.
const INBOX: &str = "/inbox";

/// The name of the leadership of the timers.
const LEADER: &str = "timers";

/// The time for which an instance leads without a sign of life.
const LEADERSHIP_LEASE: Duration = Duration::from_secs(10);

impl Tenants {
    /// Does the work that is due, if no other instance leads the timers.
    pub async fn tick(&self) -> Result<(), Fault> {
        self.notice_set_back().await?;
        let now = self.common.clock.now();
        if self
            .common
            .store
            .try_acquire_leadership(LEADER, &self.common.instance, now, times::later(now, LEADERSHIP_LEASE))
            .await?
        {
            self.tell_who_waits().await?;
            self.fire_due().await?;
            self.sweep().await?;
        }
        Ok(())
    }

    /// Notifies people whose commands wait. Returns the number of people notified.
    async fn tell_who_waits(&self) -> Result<usize, Fault> {
        let now = self.common.clock.now();
        let (mut told, mut naming) = (0, Naming { asks: true, caught_up: BTreeSet::new() });
        let mut earliest = None;
        for waiting in self.common.store.overdue(times::earlier(now, DELAY_NOTICE_AFTER), TOLD_AT_ONCE).await? {
            let Some(stored) = self.common.store.job(waiting.id).await? else { continue };
            let waited_for = self.waited_for(&waiting, stored, &mut earliest).await;
            naming.asks &= !matches!(waited_for, Some((Service::Slack, _)));
            let mut once = acts::one(&waiting);
            let (requester, asked) = if let Some(job) = job::of_kind::<CommandJob>(&waiting.body) {
                once = acts::act(&waiting, &job);
                let of = job.batch.as_ref().map_or(1, |batch| batch.of);
                let asked = self.asked(&waiting, &job.command, of, &mut naming).await;
                (job.requester, Some(asked))
            } else if let Some(job) = job::of_kind::<ResumeJob>(&waiting.body) {
                let asked = self.kept_asked(&waiting, &job.resume.draft, &mut naming).await;
                (job.requester, asked)
            } else if let Some(job) = job::of_kind::<ListJob>(&waiting.body)
                && job.list.place == ListPlace::Message
            {
                (job.requester, Some(INBOX.to_owned()))
            } else {
                continue;
            };
            if !requester.via.has_a_reader() {
                continue;
            }
            let directly = requester.call.is_some();
            let content = reply_view::waits(asked.as_deref(), waited_for, directly);
            let notice = NotifyDelay { to: requester.addressee(), content, once };
            let notice =
                NewJob { request: Some(waiting.request()), ..self.new_job(&waiting.installation, &notice, now) };
            told += usize::from(self.common.store.tell(waiting.id, notice, now).await?);
        }
        Ok(told)
    }

    /// Returns the service that a job waits for, and the setting that seems to be wrong. The service is the one that
    /// the job calls just now, else the one that failed last. A job that did neither waits for what the jobs before it
    /// in its line wait for. After a restart, nothing may be known. The `earliest` jobs are read once for all.
    async fn waited_for(
        &self,
        waiting: &Claim,
        stored: Stored,
        earliest: &mut Option<Vec<Stored>>,
    ) -> Option<(Service, Option<&'static str>)> {
        if let Some(known) = self.known_of(&stored) {
            return Some(known);
        }
        let earliest = match earliest {
            Some(earliest) => earliest,
            None => earliest.insert(self.common.store.jobs(false, JobId(0), LOOKED_AHEAD).await.unwrap_or_default()),
        };
        let ahead = earliest.iter().filter(|one| one.id < waiting.id);
        let mut ahead = ahead.filter(|one| (&one.installation, &one.key) == (&waiting.installation, &waiting.key));
        ahead.find_map(|one| self.known_of(one))
    }

    /// Returns the service that a job waits for by itself, and the setting that seems to be wrong, if any is known.
    fn known_of(&self, job: &Stored) -> Option<(Service, Option<&'static str>)> {
        if let Some(service) = self.common.callers.service(job.id) {
            return Some((service, None));
        }
        let cause = job.cause.as_deref()?;
        let service = Service::in_words(cause)?;
        Some((service, cause.ends_with(ASSIGN).then_some(ASSIGN)))
    }

    /// Returns a command as it is typed, with the names of its conversation and owner, as far as they are known here.
    async fn asked(&self, waiting: &Claim, command: &Command, of: usize, naming: &mut Naming) -> String {
        let names = match self.of(&waiting.installation).await {
            Ok(Some(work)) => names_for(&work, command, naming).await,
            _ => asked::AskedNames::default(),
        };
        asked::words(command, &names, of)
    }

    async fn kept_asked(&self, waiting: &Claim, draft: &DraftId, naming: &mut Naming) -> Option<String> {
        let kept = self.common.store.draft(&waiting.installation, draft).await.ok()??;
        let command = serde_json::from_str(&kept.body).ok()?;
        Some(self.asked(waiting, &command, 1, naming).await)
    }

    /// Enqueues the jobs of documents whose due time has come.
    async fn fire_due(&self) -> Result<(), Fault> {
        let now = self.common.clock.now();
        for (installation, document) in self.common.store.due_documents(now, DUE_AT_ONCE).await? {
            let Some(due) = self.registry.due(&document) else {
                warn!(kind = document.kind, "due document skipped: unknown kind");
                continue;
            };
            let job = due.job(&installation, &document, now, self.common.settings.pacing);
            self.common.store.fire_due(&installation, &document, job, now).await?;
        }
        Ok(())
    }

    /// Deletes data that is no longer needed. The rest is deleted at the next tick.
    async fn sweep(&self) -> Result<(), Fault> {
        for _ in 0..BITES {
            if self.common.store.sweep(times::earlier(self.common.clock.now(), KEEP), BITE).await? < BITE {
                break;
            }
        }
        if let Some(keep) = self.common.settings.keep_audit {
            self.common.store.forget_entries(times::earlier(self.common.clock.now(), keep), BITE).await?;
        }
        Ok(())
    }
}

/// The cost of naming what commands are about, at one tick. Other work that is due in the same second must not wait.
struct Naming {
    /// True while Slack answers at once. Only then is it asked for an unknown name.
    asks: bool,
    /// The installations whose conversations were read at this tick.
    caught_up: BTreeSet<InstallationId>,
}

/// Returns the names of the conversation and the owner in a command.
async fn names_for(ctx: &TenantCtx, command: &Command, naming: &mut Naming) -> asked::AskedNames {
    if naming.caught_up.insert(ctx.installation().clone()) {
        known::catch_up(ctx).await;
    }
    let conversation = match &command.which {
        ConversationRef::Id(id) | ConversationRef::InThread { id, .. } => known::title(ctx, id).await,
        _ => None,
    };
    let owner = match command.act.named_owner() {
        Some(Assignee::User(user)) => name_at_once(ctx, user, &mut naming.asks).await,
        _ => None,
    };
    asked::AskedNames { conversation, owner }
}

async fn name_at_once(ctx: &TenantCtx, user: &SlackUserId, asks: &mut bool) -> Option<String> {
    let known = directory::known_name(ctx, user).await.ok().flatten();
    if known.is_some() || !*asks {
        return known;
    }
    let asked = tokio::time::timeout(NAMING_TIMEOUT, directory::name(ctx, user)).await;
    *asks = matches!(asked, Ok(Ok(_)));
    asked.ok()?.ok()?
}

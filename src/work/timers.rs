//! What happens because time passes: somebody whose command waits is told so, and what is no longer
//! needed is thrown away.

use std::time::Duration;

use tracing::warn;

use crate::domain::asker::{Place, Via};
use crate::domain::handover::Handover;
use crate::domain::installation::Installation;
use crate::domain::job::{DigestJob, Job};
use crate::domain::message::Message;
use crate::domain::route::Route;
use crate::domain::say::Say;
use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId};
use crate::store::{Class, NewJob};
use crate::work::digests::OVERDUE;
use crate::work::office::Office;
use crate::work::untouched::UNTOUCHED;
use crate::work::{earlier, later};

/// A command that is not finished after this long is said to wait.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// How many are told at a time.
const TOLD_AT_ONCE: usize = 100;

/// How much that is due is looked at at a time.
const DUE_AT_ONCE: usize = 100;

/// How long delivery keys, kept commands and kept facts are of use. Slack repeats an event for at
/// most a day (contracts/slack.md §4.7).
const KEEP: Duration = Duration::from_hours(48);

/// How much is thrown away at a time, and how often each second: more than could ever come in all day
/// long, and so little that neither reminders nor anybody's commands wait for it.
const BITE: usize = 200;
const BITES: usize = 10;

/// Who is led by one instance at a time.
const LEADER: &str = "timers";

/// How long it leads without a sign of life.
const LEADS: Duration = Duration::from_secs(10);

impl Office {
    /// Does what time has brought about, if no other instance does.
    pub async fn tick(&self) -> Result<(), Fault> {
        let now = self.common.clock.now();
        if self.common.store.lead(LEADER, &self.common.instance, now, later(now, LEADS)).await? {
            self.tell_who_waits().await?;
            self.come_due().await?;
            self.sweep().await?;
        }
        Ok(())
    }

    /// Tells people whose commands wait that they do. Answers how many were told.
    async fn tell_who_waits(&self) -> Result<usize, Fault> {
        let now = self.common.clock.now();
        let mut told = 0;
        for waiting in self.common.store.overdue(earlier(now, PATIENCE), TOLD_AT_ONCE).await? {
            let asker = match Job::decode(&waiting.body) {
                Ok(Job::Command(job)) => job.asker,
                Ok(Job::Resume(job)) => job.asker,
                Ok(Job::List(job)) if job.list.place == Place::Message => job.asker,
                Ok(_) | Err(_) => continue,
            };
            if asker.via == Via::Timer {
                continue;
            }
            let notice = Job::Message(Message::Private { to: asker.addressee(), say: Say::Waiting });
            let notice =
                NewJob { request: Some(waiting.request()), ..self.new_job(&waiting.installation, &notice, now) };
            told += usize::from(self.common.store.tell(waiting.id, notice, now).await?);
        }
        Ok(told)
    }

    /// Has done what is kept for a time that has come.
    async fn come_due(&self) -> Result<(), Fault> {
        let now = self.common.clock.now();
        for (installation, document) in self.common.store.due(now, DUE_AT_ONCE).await? {
            let job = match document.kind.as_str() {
                Handover::KIND => Job::Handover(ConversationId::new(document.id.clone())),
                Route::KIND => {
                    let channel = ChannelId::new(document.id.clone());
                    Job::Digest(DigestJob { channel, caught_up: false, overdue: false, away: None })
                }
                UNTOUCHED => Job::Untouched,
                Installation::KIND => Job::Refresh,
                OVERDUE => {
                    let channel = ChannelId::new(document.id.clone());
                    Job::Digest(DigestJob { channel, caught_up: false, overdue: true, away: None })
                }
                kind => {
                    warn!(kind, "nothing is known to be done about this kind");
                    continue;
                }
            };
            let job = NewJob { class: Class::Machine, ..self.new_job(&installation, &job, now) };
            self.common.store.come_due(&installation, &document, job, now).await?;
        }
        Ok(())
    }

    /// Throws away what is no longer needed; what is left, the next time.
    async fn sweep(&self) -> Result<(), Fault> {
        for _ in 0..BITES {
            if self.common.store.sweep(earlier(self.common.clock.now(), KEEP), BITE).await? < BITE {
                break;
            }
        }
        if let Some(keep) = self.common.settings.keep_audit {
            self.common.store.forget_entries(earlier(self.common.clock.now(), keep), BITE).await?;
        }
        Ok(())
    }
}

//! A world for one case: set up, played in, and compared at the end.

use dialnote_sandbox::World;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::Checked;
use super::case::{Change, Expect, Step};
use super::inbox::{self, Inbox, Moment, inbox};
use super::seen;
use crate::support::{Bot, FRONT_DESK, Setup};

/// The address of dialnote's web app.
pub const APP: &str = "https://app.dialnote.com";

/// A world, and its conversations before the first step.
pub struct Play {
    pub bot: Bot,
    pub before: Inbox,
}

/// A typed command.
pub struct Said {
    /// The typist.
    pub who: String,
    /// The present before it; see [`seen::mark`].
    pub since: u64,
    /// Its time.
    pub at: Moment,
}

impl Play {
    /// Sets up the sandbox's world with some changes, and an app that has polled it once.
    pub async fn set(setup: Setup, prepare: impl FnOnce(&mut World)) -> Self {
        let bot = Bot::alone(setup).await;
        bot.world(prepare);
        bot.poll().await.unwrap();
        bot.settle().await;
        let before = bot.world(|world| inbox(world));
        Self { bot, before }
    }

    /// Types a command, and works until the app is quiet.
    pub async fn types(&self, who: &str, text: &str) -> Said {
        self.types_in(FRONT_DESK, who, text, false).await
    }

    /// Types in a channel, or (`raw`) in Slack's escaped form.
    pub async fn types_in(&self, channel: &str, who: &str, text: &str, raw: bool) -> Said {
        let said = self.now(who);
        let line = text.replace("{app}", APP);
        if raw {
            self.bot.sandbox.slash_raw(who, channel, &line).await.unwrap();
        } else {
            self.bot.slash_in(channel, who, &line).await;
        }
        self.bot.settle().await;
        said
    }

    /// Returns the present for a person who is about to act.
    pub fn now(&self, who: &str) -> Said {
        self.bot.world(|world| {
            let zone = TimeZone::get(&world.person(who).expect("a person").tz).unwrap();
            Said { who: who.to_owned(), since: seen::mark(world), at: Moment { now: world.now(), zone } }
        })
    }

    /// Takes one step after the other, each to its end; answers the last command.
    pub async fn take(&mut self, steps: &[Step]) -> Option<Said> {
        let mut last = None;
        for step in steps {
            match step {
                Step::Typed { who, typed } => last = Some(self.types(who, typed).await),
                Step::InDialnote { dialnote } => self.bot.in_dialnote(dialnote.clone()).await,
                Step::Clock { clock } => {
                    self.bot.clock.advance(SignedDuration::from_secs(*clock));
                    self.bot.tenants.tick().await.unwrap();
                    self.bot.settle().await;
                }
                Step::App { app: false } => {}
                Step::App { app: true } => self.bot.restart().await,
            }
        }
        last
    }

    /// Answers whether a job waits.
    pub async fn waits(&self) -> bool {
        let waiting = self.bot.work.store.overview().await.unwrap();
        waiting.inbox + waiting.outbox > 0
    }

    pub fn after(&self) -> Inbox {
        self.bot.world(|world| inbox(world))
    }

    /// Checks that only these changes happened in dialnote.
    pub fn changed(&self, changes: &[Change], said: &Said) -> Checked {
        inbox::changed(&self.before, &self.after(), changes, &said.at)
            .map_err(|wrong| format!("{wrong}; {}", self.summary(said)))
    }

    /// Checks the same, with the expected loads.
    pub fn changed_as(&self, expect: &Expect, said: &Said) -> Checked {
        let Some(changes) = &expect.changes else { return self.changed(&[], said) };
        self.changed(changes, said)?;
        let loads = inbox::loads(&self.after(), changes);
        let right = expect.loads.is_empty() || expect.loads.contains(&loads);
        right.then_some(()).ok_or_else(|| format!("loads should be one of {:?}, but are {loads:?}", expect.loads))
    }

    /// Returns the typist's last answer in short, for failures.
    pub fn summary(&self, said: &Said) -> String {
        self.bot.world(|world| {
            let answer = seen::summary(world, &seen::answers(world, &said.who, said.since));
            match seen::form(world, &said.who) {
                Some(view) => format!("{answer}, form {}", view.body["callback_id"]),
                None => answer,
            }
        })
    }

    /// Checks that no job waits or has failed, and that Slack has refused no message or view.
    pub async fn is_quiet(&self) -> Checked {
        let waiting = self.bot.work.store.overview().await.unwrap();
        if (waiting.inbox, waiting.outbox, waiting.dead) != (0, 0, 0) {
            let (inbox, outbox, dead) = (waiting.inbox, waiting.outbox, waiting.dead);
            return Err(format!("should be quiet, but {inbox} + {outbox} jobs wait and {dead} were given up"));
        }
        let refused = self.bot.world(|world| {
            let mut wrong = world.calls.iter().filter(|call| {
                call.error.as_ref().is_some_and(|error| error.starts_with("invalid_") || error == "no_text")
            });
            wrong.next().map(|call| format!("{} {:?}: {}", call.method, call.error, call.body))
        });
        refused.map_or(Ok(()), |refused| Err(format!("Slack refused {refused}")))
    }
}

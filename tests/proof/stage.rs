//! One proof's world: a sandbox, a database, the ledger, and the app as it comes and goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dialnote_sandbox::Clock;
use dialnote_sandbox::{Options, Outcome, Sandbox, Secrets, World};
use dialnote_slack::platform::slack::scopes::{OPTIONAL_SCOPES, SCOPES};
use tokio::sync::watch;

use crate::backend::{Backend, Database};
use crate::ledger::{Ledger, Order, Typing};
use crate::process::{Log, Process};
use crate::verdict::Verdict;
use crate::{answers, town};

/// Far longer than any proof takes: such a wait is for something that will not happen.
const TOO_LONG: Duration = Duration::from_secs(15 * 60);

/// The size of the town, and the app's settings in it.
#[derive(Clone, Copy)]
pub struct Setting {
    /// The proof's name.
    pub name: &'static str,
    /// The number of people.
    pub people: usize,
    /// The number of conversations.
    pub conversations: usize,
    /// `LEASE_SECONDS`, if it is not the default.
    pub lease: Option<u32>,
}

/// One proof's world.
pub struct Stage {
    /// The sandbox, whose record is the judge.
    pub sandbox: Sandbox,
    /// The app's database.
    pub database: Database,
    /// The promises.
    pub ledger: Ledger,
    /// The app's log.
    pub log: Log,
    setting: Setting,
    /// A counter of the app's starts.
    opened: watch::Sender<u64>,
    started: AtomicU64,
}

impl Stage {
    /// Sets the scene, without the app.
    pub async fn set(backend: Backend, setting: Setting) -> Arc<Self> {
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            clock: Clock::default(),
            bot_url: None,
            secrets: Secrets::fixed(),
            // With the optional scopes, which let it find messages again whose fate is unknown.
            scopes: SCOPES.iter().chain(&OPTIONAL_SCOPES).map(|scope| scope.name.to_owned()).collect(),
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        sandbox.world(|world| town::enlarge(world, setting.people, setting.conversations));
        Arc::new(Self {
            sandbox,
            database: backend.fresh().await,
            ledger: Ledger::default(),
            log: Log::default(),
            setting,
            opened: watch::Sender::new(0),
            started: AtomicU64::new(0),
        })
    }

    /// Starts the app; Slack delivers to it from now on.
    pub async fn start(&self) -> Process {
        self.start_by(&[], &self.database.url).await
    }

    /// Does the same with another address of the database.
    pub async fn start_on(&self, database: &str) -> Process {
        self.start_by(&[], database).await
    }

    /// Does the same by another command.
    pub async fn start_by(&self, command: &[String], database: &str) -> Process {
        let number = self.started.fetch_add(1, Ordering::SeqCst) + 1;
        let before = self.sandbox.world(|world| world.sockets.open());
        let process = Process::start(number, command, &self.settings(database), &self.log).await;
        self.sandbox.set_bot(process.url.clone());
        self.is_connected(&before).await;
        self.reopen();
        process
    }

    /// Makes Slack deliver by Socket Mode from now on.
    pub fn deliver_by_sockets(&self) {
        self.sandbox.world(|world| world.sockets.switch(true));
    }

    /// Resolves when all connections are those of the latest process, if Slack delivers by those.
    async fn is_connected(&self, before: &[u64]) {
        let connected = |world: &mut World| {
            let open = world.sockets.open();
            let all_new = !open.is_empty() && !open.iter().any(|one| before.contains(one));
            (all_new || !world.sockets.on).then_some(())
        };
        self.sandbox.until(connected).await;
    }

    /// Notifies people that it is worth trying again.
    pub fn reopen(&self) {
        self.opened.send_modify(|times| *times += 1);
    }

    /// Types an order as its person until it is accepted.
    pub async fn carry_through(&self, order: &Order) {
        for try_number in 1.. {
            let opened = *self.opened.borrow();
            let (accepted, outcome) = self.type_once(order, try_number).await;
            if accepted {
                return;
            }
            let took_too_long = outcome.error.as_deref() == Some("operation_timeout");
            if !took_too_long {
                self.opened.subscribe().wait_for(|times| *times > opened).await.unwrap();
            }
        }
    }

    async fn type_once(&self, order: &Order, try_number: usize) -> (bool, Outcome) {
        let (line, tag) = order.typed(try_number);
        let sent = self.ledger.moment();
        let outcome = self.sandbox.slash(&order.who, order.channel, &line).await.unwrap();
        (self.ledger.write(order, tag, sent, &outcome), outcome)
    }

    /// Resolves when every accepted command has left its note in dialnote and its line in Slack.
    pub async fn has_done_what_it_accepted(&self) {
        self.has_done(self.ledger.typings()).await;
    }

    /// Does the same for some commands.
    pub async fn has_done(&self, mut missing: Vec<Typing>) {
        missing.retain(|typing| typing.accepted.is_some() && typing.leaves_a_note());
        let all_there = |world: &mut World| {
            while missing.last().is_some_and(|typing| is_done(world, typing)) {
                missing.pop();
            }
            missing.is_empty().then_some(())
        };
        self.sandbox.until(all_there).await;
    }

    /// Lets the app finish the waiting work, and ends it. It is stopped for the check, because the last settlement is
    /// invisible; if something waits then, it is started again until it did some more.
    pub async fn finish(&self, mut process: Process) {
        self.has_done_what_it_accepted().await;
        loop {
            process.stop().await;
            let waiting = self.database.store().await.overview().await.unwrap();
            if waiting.inbox + waiting.outbox == 0 {
                assert_eq!(waiting.dead, 0, "jobs were given up; {}", self.story());
                return;
            }
            let seen = self.sandbox.world(|world| world.calls.total());
            process = self.start().await;
            self.sandbox.until(|world| worked_since(world, seen).then_some(())).await;
        }
    }

    /// Returns the verdict on everything that was typed, from the sandbox's own record.
    pub fn verdict(&self) -> Verdict {
        let typings = self.ledger.typings();
        self.sandbox.world(|world| Verdict::on(world, &typings))
    }

    /// Judges, reports the result, and fails if anything went wrong.
    pub fn judge(&self) {
        let verdict = self.verdict();
        assert!(verdict.holds(), "{}:\n{verdict}\n{}", self.setting.name, self.story());
        println!("{}:\n{verdict}", self.setting.name);
    }

    /// Returns the end of the app's log, and the path of all its calls.
    pub fn story(&self) -> String {
        let file = format!("{}/{}.calls.jsonl", env!("CARGO_TARGET_TMPDIR"), self.setting.name);
        let calls = self.sandbox.world(|world| {
            let lines = world.calls.iter().map(|call| serde_json::to_string(call).unwrap());
            lines.collect::<Vec<_>>().join("\n")
        });
        std::fs::write(&file, calls).unwrap();
        format!("every call is in {file}; {}", self.log.told(self.setting.name))
    }

    /// Returns the app's settings.
    pub fn settings(&self, database: &str) -> Vec<(&'static str, String)> {
        let credentials = self.sandbox.credentials();
        let proves_itself = if self.sandbox.world(|world| world.sockets.on) {
            ("SLACK_APP_TOKEN", credentials.slack_app_token)
        } else {
            ("SLACK_SIGNING_SECRET", credentials.signing_secret)
        };
        let mut settings = vec![
            proves_itself,
            ("SLACK_BOT_TOKEN", credentials.slack_bot_token),
            ("SLACK_API_URL", credentials.slack_api),
            ("DIALNOTE_API_KEY", credentials.dialnote_api_key),
            ("DIALNOTE_API_URL", credentials.dialnote_api),
            ("DIALNOTE_APP_URL", credentials.sandbox),
            ("DATABASE_URL", database.to_owned()),
            ("LISTEN", "127.0.0.1:0".to_owned()),
            ("OPS_LISTEN", "127.0.0.1:0".to_owned()),
            ("DRAIN_SECONDS", "0".to_owned()),
            ("SLACK_PACE", "as-allowed".to_owned()),
        ];
        settings.extend(self.setting.lease.map(|seconds| ("LEASE_SECONDS", seconds.to_string())));
        settings
    }
}

/// Runs a proof on every database that it applies to. Each has to come to an end.
pub async fn on_each(applies: fn(Backend) -> bool, setting: Setting, proof: impl AsyncFn(&Arc<Stage>)) {
    for backend in Backend::ALL.into_iter().filter(|backend| applies(*backend)) {
        println!("{} on {backend:?}", setting.name);
        let stage = Stage::set(backend, setting).await;
        let ended = tokio::time::timeout(TOO_LONG, proof(&stage)).await.is_ok();
        assert!(ended, "{} did not come to an end:\n{}\n{}", setting.name, stage.verdict(), stage.story());
    }
}

/// Answers whether a typing's note and line exist, or its person was notified that there will be none.
fn is_done(world: &World, typing: &Typing) -> bool {
    let conversation = world.dialnote.conversation(&town::conversation(typing.order.conversation)).unwrap();
    let noted = conversation.timeline.iter().any(|entry| entry.text.contains(&typing.tag));
    if !noted {
        return answers::refusal(world, &typing.answered_at).is_some();
    }
    world.messages.iter().any(|message| message.is_reply() && message.text.contains(&typing.tag))
}

/// Answers whether the app did more since a call than check whether the services recognise it.
fn worked_since(world: &World, seen: u64) -> bool {
    let greeting = |method: &str, path: &str| method == "auth.test" || path == "/team/members";
    let newer = world.calls.iter().rev().take_while(|call| call.seq > seen);
    newer.into_iter().any(|call| !greeting(&call.method, &call.path))
}

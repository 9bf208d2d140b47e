//! The world of the tests: a sandbox, the app, a clock that stands still, and verbs that read like people's actions. A
//! test ends with silence: an unread message, a waiting job or a failed one fails it.

mod attending;
pub mod browser;
pub mod database;
pub mod doing;
pub mod drawing;
mod seeing;
pub mod slackbot;
mod starting;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use dialnote_sandbox::Sandbox;
use dialnote_slack::core::clock::ManualClock;
use dialnote_slack::jobs::ctx::TenantCtx;
use dialnote_slack::worker::tenants::Tenants;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::properties::secrets;
use crate::support::database::{Database, On};

pub const MAYA: &str = "maya";
pub const LEO: &str = "leo";
pub const ZOE: &str = "zoe";
pub const SAM: &str = "sam";

/// Two people who exist only where a test hires them.
pub const ADA: &str = "ada";
pub const BEN: &str = "ben";

/// The number of Socket Mode connections kept (`SLACK_SOCKETS`).
pub const SOCKETS: usize = 2;

/// The default channel of all actions.
pub const FRONT_DESK: &str = "front-desk";

/// The key with which tests encrypt.
pub const ENCRYPTION_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The first conversation of the sandbox: Ana Lima, missed call, unassigned.
pub const ANA: &str = "conv_1001";

/// Everything a test needs.
pub struct Bot {
    pub sandbox: Sandbox,
    pub clock: ManualClock,
    /// The work loop's own state; a new one after every restart.
    pub tenants: Arc<Tenants>,
    /// The workspace's own part of it.
    pub work: Arc<TenantCtx>,
    /// The address the app listens on.
    pub url: String,
    /// The address for operators' tools.
    pub ops: String,
    server: Running,
    /// The task that keeps the connections of Socket Mode open.
    sockets: Running,
    stop: watch::Sender<bool>,
    data: Arc<Database>,
    setup: Setup,
    read: HashSet<(String, String, String)>,
    /// The options that a search field offered last.
    offered: Mutex<Vec<Value>>,
    dead_expected: u64,
}

/// A running part of the app. It ends with its world: a task that went on would keep the app's connections to its
/// database until the last world of its test has ended.
struct Running(JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The options of a test.
#[derive(Clone, Copy)]
pub struct Setup {
    /// `SLACK_PACE`: most tests send messages as fast as Slack allows.
    pub pacing: &'static str,
    /// The database.
    pub on: On,
    /// The clock's time.
    pub now: &'static str,
    /// True if dialnote can reach the app.
    pub webhooks: bool,
    /// The way of the app into the workspace.
    pub by: By,
    /// The scopes that the workspace grants.
    pub scopes: Scopes,
}

/// The scopes that a workspace grants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// All scopes, without those that `PRODUCT_WITHOUT` names.
    All,
    /// Only those that the app requires.
    Required,
}

/// The way of the app into the workspace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Any way: `PRODUCT_AS=installed` runs the tests with an app that was installed.
    Any,
    /// Its keys are in its settings.
    Settings,
    /// It is installed and connected before the test begins, as any admin can do it.
    Installing,
    /// The same, left to the test.
    Nobody,
}

impl Setup {
    /// The defaults.
    pub const USUAL: Self = Self {
        pacing: "as-allowed",
        on: On::Any,
        now: "2026-11-23T09:00:00Z",
        webhooks: false,
        by: By::Any,
        scopes: Scopes::All,
    };

    /// Ten o'clock in Maya's and Leo's Los Angeles, on a Monday.
    pub const MORNING: Self = Self { now: "2026-11-23T18:00:00Z", ..Self::USUAL };

    /// The app was installed and connected.
    pub const INSTALLED: Self = Self { by: By::Installing, ..Self::USUAL };
}

/// Runs a test, then checks for silence.
pub async fn product(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup::USUAL, test).await;
}

/// Does the same for an app with its keys in the settings, for tests about them, or that count earlier calls.
pub async fn set_up(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { by: By::Settings, ..Setup::USUAL }, test).await;
}

impl Bot {
    /// Starts a bot for a test with its own checks: nothing is checked at the end. Its keys are in its settings.
    pub async fn alone(setup: Setup) -> Self {
        Self::start(Setup { by: By::Settings, ..setup }, everything_by_sockets()).await
    }
}

/// Does the same with other options.
pub async fn product_with(setup: Setup, test: impl AsyncFnOnce(&mut Bot)) {
    secrets::read_along();
    run(Bot::start(setup, everything_by_sockets()).await, test).await;
}

/// Does the same with Slack delivering by Socket Mode.
pub async fn product_by_sockets(setup: Setup, test: impl AsyncFnOnce(&mut Bot)) {
    secrets::read_along();
    run(Bot::start(setup, true).await, test).await;
}

/// Answers whether `PRODUCT_BY=sockets` is set, which runs all tests of the product with Slack delivering by Socket
/// Mode.
fn everything_by_sockets() -> bool {
    std::env::var("PRODUCT_BY").is_ok_and(|by| by == "sockets")
}

async fn run(mut bot: Bot, test: impl AsyncFnOnce(&mut Bot)) {
    test(&mut bot).await;
    bot.settle().await;
    bot.leave_for_judges();
    bot.assert_silence().await;
    secrets::assert_nothing_leaked(&bot);
}

/// Returns the values of the hand-off form.
pub fn handoff_to(person: &str, note: &str) -> Value {
    json!({ "to": { "to": person }, "note": { "note": note } })
}

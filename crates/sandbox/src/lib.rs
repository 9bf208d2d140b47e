//! The sandbox: a strict, stateful fake Slack and fake dialnote over real HTTP, so that the whole
//! app can be tried and tested without an account anywhere. It is stricter than the real services
//! and has its own wire shapes: it exists to prove us wrong, and a fake that shared our code would
//! share our mistakes. The app knows of it only as base URLs.

#![expect(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed: reading what is missing gives null, and objects of our own are written to"
)]

mod answer;
mod attend;
mod blocks;
mod calls;
mod cast;
mod channels;
mod clock;
mod control;
mod deliver;
mod dialnote;
mod faults;
mod grants;
mod ids;
mod impossible;
mod installed;
mod keep;
mod link;
mod live;
mod look;
mod oauth;
mod options;
mod pages;
mod people;
mod request;
mod seed;
mod server;
mod service;
mod shared;
mod signature;
mod slack;
mod sockets;
mod state;
mod traffic;
mod typed;
mod uploads;
mod views;
mod workspace;
mod world;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

pub use calls::{Call, Delivery, Log};
pub use cast::{NewChannel, NewContact, NewPerson, NewProfile};
pub use channels::{Channel, ChannelKind, Message};
pub use clock::Clock;
pub use deliver::{Click, Close, Incoming, Outcome, Saying, Shortcut, Submit, Typing};
pub use dialnote::model::{CallLog, Contact, Conversation, Dialnote, Entry, Hook, Kind, Member, Number, Status};
pub use dialnote::variants::{self, Variants};
pub use faults::{DialnoteFailure, DialnoteFaults, Faults, Hang, Odd, SlackFailure, SlackFaults};
pub use grants::{Grants, Token};
pub use ids::{APP, BOT, BOT_HANDLE, BOT_USER, DOMAIN, SLACKBOT, TEAM, TEAM_NAME};
pub use impossible::Impossible;
pub use options::{Credentials, Options, Secrets};
pub use people::{Person, UserGroup};
pub use service::Service;
pub use slack::every_scope;
pub use sockets::Sockets;
pub use views::View;
pub use workspace::Workspace;
pub use world::World;

use shared::Shared;

/// A running sandbox. Clones are handles to the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
    stop: Arc<watch::Sender<bool>>,
}

impl Sandbox {
    /// Listens, and serves from then on.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let shared = server::start(options, stopped).await?;
        Ok(Self { shared, stop: Arc::new(stop) })
    }

    /// Another workspace with its own organization in dialnote, in the same Slack and with the same clock. What
    /// people do there is done with the sandbox that this answers, and seen on its page; the app finds both
    /// services where they were.
    pub async fn beside(&self, workspace: Workspace) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let shared = server::start_beside(&self.shared, workspace, stopped).await?;
        Ok(Self { shared, stop: Arc::new(stop) })
    }

    /// Takes the app away, as if it had never been installed here: now it has to be.
    pub fn not_installed(&self) {
        self.world(|world| {
            world.grants = Grants::default();
            world.scopes.clear();
        });
    }

    /// An admin removes the app from the workspace.
    pub async fn uninstall(&self) -> Result<Vec<Outcome>, Impossible> {
        deliver::uninstall(&self.shared).await
    }

    /// Stops listening; requests that hang are let go.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.shared.addr
    }

    /// What the app needs to know.
    pub fn credentials(&self) -> Credentials {
        self.shared.credentials()
    }

    /// The dialnote key that may only read.
    pub fn read_only_key(&self) -> String {
        self.world(|world| world.secrets.read_only_key.clone())
    }

    /// Tells the sandbox where the app is: `url` is what comes before `/slack/commands`,
    /// `/slack/interactions`, `/slack/options` and `/slack/events`.
    pub fn set_bot(&self, url: impl Into<String>) {
        let url = url.into().trim_end_matches('/').to_owned();
        self.world(|world| world.bot = Some(url));
    }

    /// Direct access to everything, for tests. The sandbox waits for it: do not block in `look`.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let found = self.shared.world(look);
        self.shared.turn();
        found
    }

    /// Everything worth showing, the same as `GET /_sandbox/state`.
    pub fn state(&self) -> Value {
        self.world(|world| state::whole(world, state::CALLS_SHOWN))
    }

    /// Goes on with what an earlier sandbox kept in this folder, and keeps there what changes.
    pub fn keep_in(&self, folder: &Path) -> std::io::Result<()> {
        keep::keep(&self.shared, folder)
    }

    /// Writes everything into the folder, now.
    pub fn save_in(&self, folder: &Path) -> std::io::Result<()> {
        keep::save(&self.shared, folder)
    }

    /// Says that the app can be killed and started from the page, and is running now; answers what
    /// the page wants. The program that does so says it with [`Self::app_runs`].
    pub fn app_wanted(&self) -> watch::Receiver<bool> {
        self.app_runs(true);
        self.shared.app_wanted.subscribe()
    }

    /// Says whether the app runs.
    pub fn app_runs(&self, running: bool) {
        self.world(|world| world.app_runs = Some(running));
    }

    /// What browsers said that the page tried and may not.
    pub fn page_violations(&self) -> Vec<Value> {
        self.shared.world(|world| world.page_violations.clone())
    }

    /// Resolves when a request hangs as `Faults::hang_next` says: once for each that does, and at
    /// once if it hangs already.
    pub async fn hung(&self) {
        self.shared.hung().await;
    }

    /// Lets everything that hangs go on.
    pub fn release(&self) {
        self.shared.release();
    }

    /// Resolves as soon as `look` finds what it looks for: at once, or after one of the app's calls
    /// arrived, had its effect or was answered. For tests that wait for something; `look` is asked
    /// often, and the sandbox waits for it.
    pub async fn until<T>(&self, look: impl FnMut(&mut World) -> Option<T>) -> T {
        self.shared.until(look).await
    }

    /// Types a slash command and sends it.
    pub async fn slash(&self, who: &str, channel: &str, text: &str) -> Result<Outcome, Impossible> {
        deliver::slash(&self.shared, who, channel, deliver::CommandLine { text, raw: false }).await
    }

    /// Sends a slash command whose text is as Slack sends it: tokens (`<@U0ZOE>`) and entities included.
    pub async fn slash_raw(&self, who: &str, channel: &str, text: &str) -> Result<Outcome, Impossible> {
        deliver::slash(&self.shared, who, channel, deliver::CommandLine { text, raw: true }).await
    }

    /// Presses a button or chooses from a menu.
    pub async fn click(&self, click: Click) -> Result<Outcome, Impossible> {
        deliver::click(&self.shared, click).await
    }

    /// Fills in a modal and submits it.
    pub async fn submit(&self, submit: Submit) -> Result<Outcome, Impossible> {
        deliver::submit(&self.shared, submit).await
    }

    /// Closes a modal without submitting it.
    pub async fn close_view(&self, close: Close) -> Result<Outcome, Impossible> {
        deliver::close(&self.shared, close).await
    }

    /// Types into a menu whose options the app provides.
    pub async fn options(&self, typing: Typing) -> Result<Outcome, Impossible> {
        deliver::options(&self.shared, typing).await
    }

    /// Uses a global or a message shortcut.
    pub async fn shortcut(&self, shortcut: Shortcut) -> Result<Outcome, Impossible> {
        deliver::shortcut(&self.shared, shortcut).await
    }

    /// Lets an event happen: `{"type": …}` and its fields; `user` and `channel` may be names.
    pub async fn event(&self, event: Value) -> Result<Outcome, Impossible> {
        deliver::event(&self.shared, event).await
    }

    /// Writes an ordinary message; answers its name.
    pub async fn say(&self, saying: Saying) -> Result<String, Impossible> {
        deliver::say(&self.shared, saying).await
    }

    /// Changes a conversation in dialnote itself: `conversation`, and what dialnote lets change
    /// (`assignedToId`, `status`, `snoozedUntil`), `isRead`, a `note` to add, or `deleted`.
    pub fn change_in_dialnote(&self, change: &Value) -> Result<(), Impossible> {
        self.world(|world| dialnote::change(world, change))
    }

    /// Lets a contact call, leave a voicemail or write; answers the conversation's id.
    pub async fn incoming(&self, incoming: Incoming) -> Result<String, Impossible> {
        deliver::incoming(&self.shared, incoming).await
    }
}

//! The sandbox: a strict, stateful fake Slack and fake dialnote over real HTTP, so that the whole app can be tried and
//! tested without an account anywhere. It is stricter than the real services and has its own wire shapes: a fake that
//! shared our code would share our mistakes. The app knows it only as base URLs.

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
mod entities;
mod faults;
mod functions;
mod grants;
mod host;
mod ids;
mod impossible;
mod installed;
mod keep;
mod link;
mod live;
mod look;
mod oauth;
mod objects;
mod options;
mod pages;
mod people;
mod request;
mod scenario;
mod seed;
mod server;
mod service;
mod shared;
mod signature;
mod slack;
mod slackbot;
mod sockets;
mod state;
mod tour;
mod traffic;
mod typed;
mod views;
mod workspace;
mod world;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

pub use calls::{Call, Delivery, Log};
pub use cast::{NewChannel, NewContact, NewPerson, NewProfile};
pub use channels::{Channel, ChannelKind, Message, Reaction};
pub use clock::Clock;
pub use deliver::{
    Click, Close, EditObject, Incoming, ObjectPlace, OpenObject, Outcome, PressObject, Reacting, ReadComments, RunStep,
    Saying, SetGroup, SetStatus, Shortcut, Submit, TypeInObject, Typing, WriteComment,
};
pub use dialnote::model::{CallLog, Contact, Conversation, Dialnote, Entry, Hook, Kind, Member, Number, Status};
pub use dialnote::variants::{self, Variants};
pub use faults::{
    DialnoteFailure, DialnoteFaults, EventOrder, Faults, Hang, NewerBlocks, ObjectOddity, Odd, SlackFailure,
    SlackFaults,
};
pub use functions::{Ended, Execution, Function, Functions, Parameter};
pub use grants::{Grants, Token};
pub use host::{Due, Host, Wish};
pub use ids::{APP, BOT, BOT_HANDLE, BOT_USER, DOMAIN, SLACKBOT, TEAM, TEAM_NAME};
pub use impossible::Impossible;
pub use objects::{Comments, Details, EntityFault, ObjectSupport, Objects, Pane, PaneTab, Sending, Subject};
pub use options::{Credentials, Options, Secrets};
pub use people::{Person, ProfileStatus, UserGroup};
pub use service::Service;
pub use slack::every_scope;
pub use slackbot::{Exchange, Slackbot, SlackbotOutcome, ToolCall, ToolClick};
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

    /// Starts another workspace with its own organization in dialnote, in the same Slack and with the same clock. The
    /// returned sandbox plays the people there and has its own page; the app finds both services at the same addresses.
    pub async fn beside(&self, workspace: Workspace) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let shared = server::start_beside(&self.shared, workspace, stopped).await?;
        Ok(Self { shared, stop: Arc::new(stop) })
    }

    /// Uninstalls the app without a trace, so that it has to be installed.
    pub fn not_installed(&self) {
        self.world(|world| {
            world.grants = Grants::default();
            world.scopes.clear();
        });
    }

    /// Removes the app from the workspace as an admin.
    pub async fn uninstall(&self) -> Result<Vec<Outcome>, Impossible> {
        deliver::uninstall(&self.shared).await
    }

    /// Stops listening and releases requests that hang.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Returns the address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.shared.addr
    }

    /// Returns the app's credentials.
    pub fn credentials(&self) -> Credentials {
        self.shared.credentials()
    }

    /// Returns the dialnote key that may only read.
    pub fn read_only_key(&self) -> String {
        self.world(|world| world.secrets.read_only_key.clone())
    }

    /// Sets the app's address: `url` is the part before `/slack/commands`, `/slack/interactions`, `/slack/options` and
    /// `/slack/events`.
    pub fn set_bot(&self, url: impl Into<String>) {
        let url = url.into().trim_end_matches('/').to_owned();
        self.world(|world| world.bot = Some(url));
    }

    /// Gives tests direct access to everything. The sandbox waits for it: do not block in `look`.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let found = self.shared.world(look);
        self.shared.turn();
        found
    }

    /// Returns everything worth showing, the same as `GET /_sandbox/state`.
    pub fn state(&self) -> Value {
        self.world(|world| state::whole(world, state::CALLS_SHOWN))
    }

    /// Continues with the state that an earlier sandbox kept in this folder, and keeps changes there.
    pub fn keep_in(&self, folder: &Path) -> std::io::Result<()> {
        keep::keep(&self.shared, folder)
    }

    /// Writes everything into the folder, now.
    pub fn save_in(&self, folder: &Path) -> std::io::Result<()> {
        keep::save(&self.shared, folder)
    }

    /// Says that `host` runs the app in this process, and that it is running now. From then on the page can stop and
    /// start it, and start over.
    pub fn hosted_by(&self, host: Arc<dyn Host>) {
        self.shared.host(host);
        self.app_runs(true);
    }

    /// Returns the next Monday morning, at which the scenario begins.
    pub fn next_monday(&self) -> Timestamp {
        self.world(|world| scenario::begins(world.now()))
    }

    /// Starts over at `at`, before the app's first poll, without the activity that [`Self::play_the_scenario`]
    /// repeats.
    pub fn begin_the_scenario(&self, at: Timestamp) {
        self.start_over(at);
        self.world(scenario::rewind);
    }

    /// Lets people and contacts do what a prepared workspace shows, through the app.
    pub async fn play_the_scenario(&self) -> Result<(), Impossible> {
        scenario::play(self).await
    }

    /// Puts both services back to the fixed world, and the clock to `at`. The app must not run.
    pub fn start_over(&self, at: Timestamp) {
        self.world(|world| {
            let now = world.now();
            world.clock.advance(at.duration_since(now));
            world.start_over();
        });
    }

    /// Records whether the app runs.
    pub fn app_runs(&self, running: bool) {
        self.world(|world| world.app_runs = Some(running));
    }

    /// Returns browsers' reports of what the page tried and may not do.
    pub fn page_violations(&self) -> Vec<Value> {
        self.shared.world(|world| world.page_violations.clone())
    }

    /// Resolves once for each request that hangs because of `Faults::hang_next`, at once if one hangs already.
    pub async fn hung(&self) {
        self.shared.hung().await;
    }

    /// Releases everything that hangs.
    pub fn release(&self) {
        self.shared.release();
    }

    /// Resolves as soon as `look` returns a value: at once, or after one of the app's calls arrived, took effect or was
    /// answered. For tests that wait; `look` is called often, and the sandbox waits for it.
    pub async fn until<T>(&self, look: impl FnMut(&mut World) -> Option<T>) -> T {
        self.shared.until(look).await
    }

    /// Types a slash command and sends it.
    pub async fn slash(&self, who: &str, channel: &str, text: &str) -> Result<Outcome, Impossible> {
        deliver::slash(&self.shared, who, channel, deliver::CommandLine { text, raw: false }).await
    }

    /// Sends a slash command whose text is already in Slack's form, with tokens (`<@U0ZOE>`) and entities.
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

    /// Opens a Work Object: the app is asked for its details, unless it was within the last ten minutes.
    pub async fn open_object(&self, open: OpenObject) -> Result<Outcome, Impossible> {
        deliver::open_object(&self.shared, open).await
    }

    /// Refreshes the pane that a person has open.
    pub async fn refresh_object(&self, who: &str) -> Result<Outcome, Impossible> {
        deliver::refresh_object(&self.shared, who).await
    }

    /// Closes the pane that a person has open.
    pub fn close_object(&self, who: &str) -> Result<(), Impossible> {
        self.world(|world| deliver::close_object(world, who))
    }

    /// Presses a button of a Work Object, in a message or in the pane.
    pub async fn press_object(&self, press: PressObject) -> Result<Outcome, Impossible> {
        deliver::press_object(&self.shared, press).await
    }

    /// Edits fields in a pane and saves them.
    pub async fn edit_object(&self, edit: EditObject) -> Result<Outcome, Impossible> {
        deliver::edit_object(&self.shared, edit).await
    }

    /// Types into a menu of a pane whose options the app provides.
    pub async fn object_options(&self, typing: TypeInObject) -> Result<Outcome, Impossible> {
        deliver::object_options(&self.shared, typing).await
    }

    /// Opens the comments in a pane.
    pub async fn read_comments(&self, read: ReadComments) -> Result<Outcome, Impossible> {
        deliver::read_comments(&self.shared, read).await
    }

    /// Writes, edits or deletes a comment in a pane.
    pub async fn write_comment(&self, write: WriteComment) -> Result<Outcome, Impossible> {
        deliver::write_comment(&self.shared, write).await
    }

    /// Returns the pane that a person has open, as the state shows it.
    pub fn pane(&self, who: &str) -> Option<Value> {
        self.world(|world| {
            let user = world.person(who)?.id.clone();
            world.objects.pane(&user).map(|pane| state::pane_state(world, pane))
        })
    }

    /// Uses a global or a message shortcut.
    pub async fn shortcut(&self, shortcut: Shortcut) -> Result<Outcome, Impossible> {
        deliver::shortcut(&self.shared, shortcut).await
    }

    /// Sends an event: `{"type": …}` and its fields; `user` and `channel` may be names.
    pub async fn event(&self, event: Value) -> Result<Outcome, Impossible> {
        deliver::event(&self.shared, event).await
    }

    /// Lets a workflow reach a step of the app's; answers the id of the execution.
    pub async fn run_step(&self, run: RunStep) -> Result<(String, Outcome), Impossible> {
        deliver::run_step(&self.shared, run).await
    }

    /// Lets Slackbot call a tool of the app's for a person. Without `allowed` it asks first, unless the tool only reads.
    pub async fn slackbot(&self, call: ToolCall) -> Result<SlackbotOutcome, Impossible> {
        deliver::call(&self.shared, call).await
    }

    /// Presses a button that Slackbot shows.
    pub async fn click_in_slackbot(&self, click: ToolClick) -> Result<SlackbotOutcome, Impossible> {
        deliver::click_tool(&self.shared, click).await
    }

    /// Writes an ordinary message; answers its name.
    pub async fn say(&self, saying: Saying) -> Result<String, Impossible> {
        deliver::say(&self.shared, saying).await
    }

    /// Sets or clears a person's status. The app hears of it.
    pub async fn set_status(&self, set: SetStatus) -> Result<(), Impossible> {
        deliver::set_status(&self.shared, set).await
    }

    /// Clears the statuses whose time is up. The app hears of it.
    pub async fn end_statuses(&self) -> Result<(), Impossible> {
        deliver::end_statuses(&self.shared).await
    }

    /// Gives a user group other people. The app hears of it.
    pub async fn set_group(&self, set: SetGroup) -> Result<(), Impossible> {
        deliver::set_group(&self.shared, set).await
    }

    /// Adds an emoji to a message, or removes it.
    pub async fn react(&self, reacting: Reacting) -> Result<(), Impossible> {
        deliver::react(&self.shared, reacting).await
    }

    /// Changes a conversation in dialnote itself: `conversation`, and the fields that dialnote lets change
    /// (`assignedToId`, `status`, `snoozedUntil`), `isRead`, a `note` to add, or `deleted`.
    pub fn change_in_dialnote(&self, change: &Value) -> Result<(), Impossible> {
        self.world(|world| dialnote::change(world, change))
    }

    /// Lets a contact call, leave a voicemail or write; answers the conversation's id.
    pub async fn incoming(&self, incoming: Incoming) -> Result<String, Impossible> {
        deliver::incoming(&self.shared, incoming).await
    }
}

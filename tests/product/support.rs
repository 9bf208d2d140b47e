//! The world in which the tests play: a sandbox, the app, a clock that stands still, and verbs that
//! read like what people do. A test ends with silence: a message nobody read, a job that still
//! waits or one that was given up fails it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use dialnote_slack::app::App;
use dialnote_slack::clock::{Clock, ManualClock};
use dialnote_slack::config::Config;
use dialnote_slack::ids::InstallationId;
use dialnote_slack::sandbox::{
    Click, Close, Hang, Incoming, Member, Message, Options, Outcome, Person, Sandbox, Saying, Secrets, Shortcut,
    Submit, Typing, View, Workspace, World,
};
use dialnote_slack::slack::scopes::{OPTIONAL_SCOPES, SCOPES};
use dialnote_slack::store::Lane;
use dialnote_slack::work::Work;
use dialnote_slack::work::installations::Services;
use dialnote_slack::work::office::Office;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::browser::Browser;
use crate::database::{Database, On};
use crate::drawing::{draw, draw_blocks};
use crate::secrets;

pub const MAYA: &str = "maya";
pub const LEO: &str = "leo";
pub const ZOE: &str = "zoe";
pub const SAM: &str = "sam";

/// Two who are there only where a test hires them.
pub const ADA: &str = "ada";
pub const BEN: &str = "ben";

/// How many connections of Socket Mode are kept (`SLACK_SOCKETS`).
pub const SOCKETS: usize = 2;

/// Where things happen unless a test says otherwise.
pub const FRONT_DESK: &str = "front-desk";

/// What tests seal with.
pub const ENCRYPTION_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The first conversation of the sandbox: Ana Lima, missed call, unassigned.
pub const ANA: &str = "conv_1001";

/// Everything a test needs.
pub struct Bot {
    pub sandbox: Sandbox,
    pub clock: ManualClock,
    /// The work loop's own state; a new one after every restart.
    pub office: Arc<Office>,
    /// The workspace's own part of it.
    pub work: Arc<Work>,
    /// Where the app listens.
    pub url: String,
    server: JoinHandle<()>,
    /// What keeps the connections of Socket Mode open.
    sockets: JoinHandle<()>,
    stop: watch::Sender<bool>,
    data: Arc<Database>,
    setup: Setup,
    read: HashSet<(String, String, String)>,
    dead_expected: u64,
}

/// What is different about a test.
#[derive(Clone, Copy)]
pub struct Setup {
    /// `SLACK_PACE`: most tests let messages go as fast as Slack lets them.
    pub pace: &'static str,
    /// The database.
    pub on: On,
    /// What the clock shows.
    pub now: &'static str,
    /// Whether dialnote can reach the app.
    pub told: bool,
    /// How the app gets into the workspace.
    pub by: By,
}

/// How the app gets into the workspace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// However: `PRODUCT_AS=installed` runs the tests with an app that was installed.
    Any,
    /// Its keys are set.
    Settings,
    /// It is installed and connected before the test begins, as everybody can do it.
    Installing,
    /// The same, and that is left to the test.
    Nobody,
}

impl Default for Setup {
    fn default() -> Self {
        Self { pace: "as-allowed", on: On::Any, now: "2026-11-23T09:00:00Z", told: false, by: By::Any }
    }
}

/// Runs a test, then asserts silence.
pub async fn product(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup::default(), test).await;
}

/// The same for an app whose keys are set, because the test is about them, or counts what comes before it.
pub async fn set_up(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { by: By::Settings, ..Setup::default() }, test).await;
}

/// The same with something different about it.
pub async fn product_with(setup: Setup, test: impl AsyncFnOnce(&mut Bot)) {
    secrets::read_along();
    run(Bot::start(setup, everything_by_sockets()).await, test).await;
}

/// The same with Slack delivering by Socket Mode.
pub async fn product_by_sockets(setup: Setup, test: impl AsyncFnOnce(&mut Bot)) {
    secrets::read_along();
    run(Bot::start(setup, true).await, test).await;
}

/// `PRODUCT_BY=sockets` runs all tests of the product with Slack delivering by Socket Mode.
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

impl Bot {
    async fn start(setup: Setup, by_sockets: bool) -> Self {
        let by = match setup.by {
            By::Any if std::env::var("PRODUCT_AS").is_ok_and(|by| by == "installed") => By::Installing,
            By::Any => By::Settings,
            by => by,
        };
        let setup = Setup { by, ..setup };
        let clock = ManualClock::at(setup.now.parse().unwrap());
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            clock: Clock::Manual(clock.clone()),
            bot_url: None,
            secrets: Secrets::fixed(),
            scopes: SCOPES.iter().chain(&OPTIONAL_SCOPES).map(|scope| scope.name.to_owned()).collect(),
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        if setup.by != By::Settings {
            sandbox.not_installed();
        }
        sandbox.world(|world| world.sockets.switch(by_sockets));
        let data = Arc::new(Database::new(setup.on).await);
        let Running { office, url, server, sockets, stop } = start_app(&sandbox, &data, &clock, setup, &[]).await;
        let work = office.own().cloned().unwrap_or_else(|| nobodys(&office));
        let (read, dead_expected) = (HashSet::new(), 0);
        let mut bot =
            Self { sandbox, clock, office, work, url, server, sockets, stop, data, setup, read, dead_expected };
        if setup.by == By::Installing {
            bot.clock.advance(SignedDuration::from_secs(-1));
            bot.install().await;
            bot.connect().await;
            // As if it had always been so.
            bot.world(|world| {
                world.messages.clear();
                world.calls.clear();
                world.deliveries.clear();
            });
        }
        bot
    }

    /// Another workspace with its own organization in dialnote, in which the same app is not installed yet.
    pub async fn beside(&self) -> Self {
        let sandbox = self.sandbox.beside(Workspace::globex()).await.unwrap();
        sandbox.not_installed();
        Self {
            sandbox,
            clock: self.clock.clone(),
            office: self.office.clone(),
            work: nobodys(&self.office),
            url: self.url.clone(),
            server: tokio::spawn(std::future::pending()),
            sockets: tokio::spawn(std::future::pending()),
            stop: self.stop.clone(),
            data: self.data.clone(),
            setup: self.setup,
            read: HashSet::new(),
            dead_expected: 0,
        }
    }

    /// An admin installs the app, as everybody can.
    pub async fn install(&mut self) {
        let mut browser = Browser::default();
        let workspace = self.world(|world| world.workspace.id.clone());
        let page = browser.install(&self.url, &workspace, "yes").await;
        assert!(page.contains("Installed in"), "{page}");
        self.clock.advance(SignedDuration::from_secs(1));
        self.know_work().await;
        self.read_all().await;
    }

    /// An admin connects the workspace to its organization in dialnote.
    pub async fn connect(&mut self) {
        self.slash(MAYA, "/dialnote connect").await;
        let key = self.sandbox.credentials().dialnote_api_key;
        let outcome = self.submit(MAYA, json!({ "key": { "key": key } })).await;
        assert_eq!(outcome.field_errors.len(), 0, "{outcome:?}");
        self.close(MAYA).await;
        self.know_work().await;
        self.read_all().await;
    }

    /// The id of the installation: that of the workspace, or of its organization.
    pub fn team(&self) -> String {
        self.world(|world| match &world.workspace.organization {
            Some((id, _)) => id.clone(),
            None => world.workspace.id.clone(),
        })
    }

    /// The work as it is by now: it changes with what is kept of the installation.
    pub async fn current(&self) -> Arc<Work> {
        self.office.of(&InstallationId::new(self.team())).await.unwrap().expect("the app is installed")
    }

    /// Goes on with it.
    pub async fn know_work(&mut self) {
        self.work = self.current().await;
    }

    /// Goes on with the app of another workspace, which was started anew.
    pub async fn follow(&mut self, other: &Self) {
        (self.office, self.url) = (other.office.clone(), other.url.clone());
        self.sandbox.set_bot(self.url.clone());
        self.know_work().await;
    }

    /// What a crash and a new start do: everything in memory is gone, the database stays.
    pub async fn restart(&mut self) {
        self.restart_with(&[]).await;
    }

    /// The same with some settings changed.
    pub async fn restart_with(&mut self, changed: &[(&'static str, &str)]) {
        self.server.abort();
        self.sockets.abort();
        let running = start_app(&self.sandbox, &self.data, &self.clock, self.setup, changed).await;
        Running { office: self.office, url: self.url, server: self.server, sockets: self.sockets, stop: self.stop } =
            running;
        self.know_work().await;
    }

    /// Works until a call of Slack's or dialnote's hangs, which has to come; dies there, and starts anew. What the
    /// dead one held is free when its lease has ended.
    pub async fn dies_during(&mut self, hang: Hang) {
        let what = format!("{hang:?}");
        self.world(|world| world.faults.hang_next.push(hang));
        tokio::select! {
            () = self.settle() => panic!("nothing hung: {what}"),
            () = self.sandbox.hung() => {}
        }
        self.restart().await;
        self.pass(SignedDuration::from_secs(31)).await;
    }

    /// A second instance on the same database: only its work, nobody talks to it.
    pub async fn second(&self) -> Arc<Office> {
        self.second_with(&[]).await
    }

    /// The same with some settings changed.
    pub async fn second_with(&self, changed: &[(&'static str, &str)]) -> Arc<Office> {
        self.app_with(changed).await.office
    }

    /// The same with all that belongs to it.
    pub async fn app_with(&self, changed: &[(&'static str, &str)]) -> App {
        let config = config_with(&self.sandbox, &self.data, self.setup, &self.url, changed);
        App::build(&config, Clock::Manual(self.clock.clone())).await.unwrap()
    }

    /// Stops receiving through Socket Mode, as a stop of the app does first.
    pub fn stop_receiving(&self) {
        self.stop.send_replace(true);
    }

    /// What the doctor finds, with some settings changed.
    pub async fn examine(&self, changed: &[(&'static str, &str)]) -> Vec<String> {
        let office = self.second_with(changed).await;
        let team = InstallationId::new(self.team());
        let work = office.of(&team).await.unwrap().expect("the app is installed");
        work.examine().await.iter().map(ToString::to_string).collect()
    }

    /// The settings of the app, for a process of its own.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(&self.sandbox, &self.data, self.setup, &self.url)
    }

    /// Where the app keeps what it must not lose.
    pub fn database(&self) -> PathBuf {
        self.data.file()
    }

    // --- what people do ---

    /// Somebody types a command in #front-desk.
    pub async fn slash(&self, who: &str, text: &str) -> Outcome {
        self.slash_in(FRONT_DESK, who, text).await
    }

    /// Somebody types a command somewhere.
    pub async fn slash_in(&self, channel: &str, who: &str, text: &str) -> Outcome {
        acknowledged(self.sandbox.slash(who, channel, text).await.unwrap())
    }

    /// Somebody presses a button on the card of a conversation in #front-desk.
    pub async fn press(&self, who: &str, conversation: &str, button: &str) -> Outcome {
        let ts = self.card_ts(FRONT_DESK, conversation);
        self.click(Click::message(who, FRONT_DESK, &ts, button)).await
    }

    /// The same, whatever comes of it.
    pub async fn press_in_vain(&self, who: &str, conversation: &str, button: &str) -> Outcome {
        let ts = self.card_ts(FRONT_DESK, conversation);
        self.sandbox.click(Click::message(who, FRONT_DESK, &ts, button)).await.unwrap()
    }

    /// Somebody chooses a person in the menu of a card in #front-desk.
    pub async fn choose(&self, who: &str, conversation: &str, person: &str) -> Outcome {
        let ts = self.card_ts(FRONT_DESK, conversation);
        let mut click = Click::message(who, FRONT_DESK, &ts, "assign_to");
        click.selected_user = Some(person.to_owned());
        self.click(click).await
    }

    /// Somebody presses a button of the last private message they got in a channel (or `dm`).
    /// `row` picks among several buttons of the same kind.
    pub async fn press_private(&self, who: &str, channel: &str, button: &str, row: usize) -> Outcome {
        let message = self.world(|world| {
            let mine = world.seen_by(who, channel);
            mine.into_iter().rfind(|m| channel == "dm" || m.to.is_some()).cloned().expect("a private message")
        });
        let values: Vec<String> = elements(&message)
            .filter(|element| element["action_id"] == button)
            .filter_map(|element| element["value"].as_str().map(str::to_owned))
            .collect();
        let mut click = Click::message(who, channel, &message.ts, button);
        click.value = Some(values.get(row).unwrap_or_else(|| panic!("no {button} in {}", draw(&message))).clone());
        self.click(click).await
    }

    /// Somebody presses something.
    pub async fn click(&self, click: Click) -> Outcome {
        acknowledged(self.sandbox.click(click).await.unwrap())
    }

    /// Somebody presses a button in their home, or in the window on top: on the row of a conversation, if
    /// one is named.
    pub async fn press_in(&self, who: &str, view: &str, button: &str, conversation: &str) -> Outcome {
        let shown = self.view(who, view).expect("a view");
        let found = shown.blocks().iter().find_map(|block| {
            let value = buttons_of(std::slice::from_ref(block)).find_map(|element| {
                let value = element["value"].as_str().unwrap_or_default();
                (element["action_id"] == button && value.contains(conversation)).then(|| value.to_owned())
            });
            Some((value?, block["block_id"].as_str()?.to_owned()))
        });
        let (value, block) = found.unwrap_or_else(|| panic!("no {button} in {}", draw_blocks(shown.blocks())));
        let mut click = Click::view(who, &shown.id, button);
        (click.value, click.block_id) = (Some(value), Some(block));
        self.click(click).await
    }

    /// Somebody chooses an option in a menu of their home, or of the window on top.
    pub async fn choose_in(&self, who: &str, view: &str, menu: &str, option: &str) -> Outcome {
        let shown = self.view(who, view).expect("a view");
        let mut click = Click::view(who, &shown.id, menu);
        click.selected_option = Some(option.to_owned());
        self.click(click).await
    }

    /// Somebody types into a search field of their home, or of the window on top: what is offered.
    pub async fn search(&self, who: &str, view: &str, field: &str, typed: &str) -> Vec<String> {
        let shown = self.view(who, view).expect("a view");
        let typing = Typing {
            who: who.to_owned(),
            channel: None,
            message_ts: None,
            view_id: Some(shown.id),
            action_id: field.to_owned(),
            block_id: None,
            value: typed.to_owned(),
        };
        let offered = acknowledged(self.sandbox.options(typing).await.unwrap()).options;
        offered.iter().map(|option| option["text"]["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Somebody uses a shortcut that is always at hand, or one on a message.
    pub async fn shortcut(&self, who: &str, callback_id: &str, message: Option<(&str, &str)>) -> Outcome {
        let (channel, message_ts) = message.map(|(channel, ts)| (channel.to_owned(), ts.to_owned())).unzip();
        let shortcut = Shortcut { who: who.to_owned(), callback_id: callback_id.to_owned(), channel, message_ts };
        acknowledged(self.sandbox.shortcut(shortcut).await.unwrap())
    }

    /// Somebody writes a message in a channel; answers its name.
    pub async fn say(&self, who: &str, channel: &str, text: &str) -> String {
        let saying =
            Saying { who: who.to_owned(), channel: channel.to_owned(), text: text.to_owned(), thread_ts: None };
        self.sandbox.say(saying).await.unwrap()
    }

    /// Somebody writes a message in a thread; answers its name.
    pub async fn say_in_thread(&mut self, who: &str, channel: &str, thread: &str, text: &str) -> String {
        let (who, channel, text) = (who.to_owned(), channel.to_owned(), text.to_owned());
        let saying = Saying { who, channel, text, thread_ts: Some(thread.to_owned()) };
        let ts = self.sandbox.say(saying).await.unwrap();
        self.read_all().await;
        ts
    }

    /// Somebody presses a button of a row in the last message to #front-desk that has several.
    pub async fn press_in_digest(&self, who: &str, button: &str, conversation: &str) -> Outcome {
        let block = format!("row:{conversation}");
        let has_it = |m: &&Message| m.blocks.iter().any(|one| one["block_id"] == block.as_str());
        let ts = self.world(|world| world.messages.iter().rfind(has_it).expect("a digest").ts.clone());
        let mut click = Click::message(who, FRONT_DESK, &ts, button);
        click.block_id = Some(block);
        self.click(click).await
    }

    /// What everybody reads in a channel, but for threads, oldest first.
    pub fn posts(&self, channel: &str) -> Vec<String> {
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            let posts = world.messages.iter().filter(|m| m.channel == channel && m.to.is_none() && !m.is_reply());
            posts.map(draw).collect()
        })
    }

    /// What stands in the place of the links of a message.
    pub async fn unfurled(&self, channel: &str, ts: &str) -> String {
        self.settle().await;
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            let message = world.message(&channel, ts).expect("a message");
            let unfurls = message.unfurls.iter().map(|unfurl| draw_blocks(unfurl["blocks"].as_array().unwrap()));
            unfurls.collect::<Vec<_>>().join("\n")
        })
    }

    /// Somebody presses a button of what stands in the place of a link.
    pub async fn press_unfurled(&self, who: &str, channel: &str, ts: &str, button: &str) -> Outcome {
        self.click(Click::message(who, channel, ts, button)).await
    }

    /// Somebody opens their home.
    pub async fn open_home(&self, who: &str) {
        acknowledged(self.sandbox.event(json!({ "type": "app_home_opened", "user": who })).await.unwrap());
    }

    /// Somebody's home as they see it.
    pub async fn home(&self, who: &str) -> String {
        self.settle().await;
        draw_blocks(self.view(who, "home").expect("a home").blocks())
    }

    /// The window or form on top, as somebody sees it.
    pub async fn window(&self, who: &str) -> String {
        self.settle().await;
        let view = self.view(who, "window").expect("a window");
        format!("[[{}]]\n{}", view.body["title"]["text"].as_str().unwrap_or_default(), draw_blocks(view.blocks()))
    }

    /// Somebody closes whatever windows they have open.
    pub async fn close(&self, who: &str) {
        while let Some(view_id) = self.form(who) {
            let close = Close { who: who.to_owned(), view_id, all: true };
            self.sandbox.close_view(close).await.unwrap();
        }
    }

    fn view(&self, who: &str, view: &str) -> Option<View> {
        self.world(|world| {
            let user = world.person(who)?.id.clone();
            if view == "home" { world.homes.get(&user).cloned() } else { world.stack(&user).last().copied().cloned() }
        })
    }

    /// Somebody fills in the form they have open and submits it.
    pub async fn submit(&self, who: &str, values: Value) -> Outcome {
        let view = self.form(who).expect("an open form");
        let submit = Submit { who: who.to_owned(), view_id: view, values: values.as_object().unwrap().clone() };
        self.sandbox.submit(submit).await.unwrap()
    }

    /// The form somebody has open.
    pub fn form(&self, who: &str) -> Option<String> {
        self.world(|world| {
            let user = world.person(who)?.id.clone();
            world.stack(&user).last().map(|view| view.id.clone())
        })
    }

    // --- what happens in dialnote ---

    /// Somebody new works here.
    pub fn hire(&self, id: &str, name: &str) {
        self.world(|world| {
            world.add_person(Person::named(id, name), &[FRONT_DESK]);
            let email = format!("{id}@acme.example");
            let zoe = world.dialnote.member("mem_zoe").unwrap().clone();
            world.dialnote.members.push(Member { id: format!("mem_{id}"), name: name.into(), email, ..zoe });
        });
    }

    /// Something is changed there, and is noticed.
    pub async fn in_dialnote(&self, change: Value) {
        self.sandbox.change_in_dialnote(&change).unwrap();
        self.look().await;
    }

    /// Somebody calls the front desk in vain, which is noticed; answers the conversation.
    pub async fn missed_call(&self, from: &str) -> String {
        let conversation = self.call_in(from).await;
        self.look().await;
        conversation
    }

    /// Somebody calls the front desk in vain; answers the conversation.
    pub async fn call_in(&self, from: &str) -> String {
        let (to, kind) = ("+14155550100".to_owned(), "call".to_owned());
        let incoming = Incoming { kind, from: from.to_owned(), to, text: None, who: None };
        self.clock.advance(SignedDuration::from_secs(1));
        self.sandbox.incoming(incoming).await.unwrap()
    }

    /// The app looks at dialnote, and does what follows. What has changed twice within seconds is left for
    /// the next look.
    pub async fn look(&self) {
        while self.current().await.watch().await.unwrap().is_some_and(|looked| looked.left > 0) {
            self.settle().await;
            self.clock.advance(SignedDuration::from_secs(5));
        }
        self.settle().await;
    }

    // --- time and work ---

    /// Works until nothing is due. Everything that was asked for before has happened afterwards.
    pub async fn settle(&self) {
        while self.step(Lane::Inbox).await || self.step(Lane::Outbox).await {}
    }

    /// One step of the same loop that the server runs.
    pub async fn step(&self, lane: Lane) -> bool {
        self.office.step(lane).await.unwrap()
    }

    /// Lets time pass in small steps, with the work and the reminders that fall due.
    pub async fn pass(&self, time: SignedDuration) {
        let end = self.clock.now() + time;
        while self.clock.now() < end {
            self.clock.advance(SignedDuration::from_secs(1));
            self.office.tick().await.unwrap();
            self.settle().await;
        }
    }

    // --- what people see ---

    /// The next private message that somebody got in a channel and has not read.
    pub async fn answer(&mut self, who: &str) -> String {
        self.settle().await;
        self.next(|world| {
            let user = world.person(who).expect("a person").id.clone();
            let mine = world.messages.iter().filter(|m| m.to.as_ref() == Some(&user));
            mine.cloned().collect()
        })
        .unwrap_or_else(|| panic!("nobody answered {who}\n{}", self.everything()))
    }

    /// The next direct message that somebody got from the app and has not read.
    pub async fn dm(&mut self, who: &str) -> String {
        self.settle().await;
        self.next(|world| world.seen_by(who, "dm").into_iter().filter(|m| m.to.is_none()).cloned().collect())
            .unwrap_or_else(|| panic!("no direct message for {who}\n{}", self.everything()))
    }

    /// The next line in the thread of a card in #front-desk that nobody has read.
    pub async fn line(&mut self, conversation: &str) -> String {
        self.settle().await;
        let card = self.card_ts(FRONT_DESK, conversation);
        self.next(|world| {
            let replies = world.messages.iter().filter(|m| m.is_reply() && m.thread_ts.as_ref() == Some(&card));
            replies.cloned().collect()
        })
        .unwrap_or_else(|| panic!("no line about {conversation}\n{}", self.everything()))
    }

    /// The card of a conversation in #front-desk as it is now.
    pub async fn card(&mut self, conversation: &str) -> String {
        self.card_in(FRONT_DESK, conversation).await
    }

    /// The card of a conversation in a channel as it is now.
    pub async fn card_in(&mut self, channel: &str, conversation: &str) -> String {
        self.settle().await;
        let ts = self.card_ts(channel, conversation);
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            draw(world.message(&channel, &ts).expect("the card"))
        })
    }

    /// Who owns a conversation in dialnote (by member id), and its status.
    pub fn dialnote(&self, conversation: &str) -> String {
        self.world(|world| {
            let conversation = world.dialnote.conversation(conversation).expect("a conversation");
            let owner = conversation.assigned_to.as_deref().unwrap_or("nobody");
            format!("{owner} {}", format!("{:?}", conversation.status).to_lowercase())
        })
    }

    /// The notes of a conversation in dialnote, oldest first.
    pub fn notes(&self, conversation: &str) -> Vec<String> {
        self.world(|world| {
            let conversation = world.dialnote.conversation(conversation).expect("a conversation");
            conversation.notes().into_iter().map(str::to_owned).collect()
        })
    }

    /// How often the app asked this of dialnote or Slack so far.
    pub fn calls(&self, method: &str) -> usize {
        self.world(|world| world.calls.iter().filter(|call| call.method == method).count())
    }

    /// Whom dialnote was told to make the owner, in order, by calls that it carried out.
    pub fn owners_set(&self) -> Vec<String> {
        self.world(|world| {
            let done = world.calls.iter().filter(|call| call.method == "PATCH" && call.status == Some(200));
            done.filter_map(|call| call.body["assignedToId"].as_str().map(str::to_owned)).collect()
        })
    }

    /// Looks at the world or changes it.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        self.sandbox.world(look)
    }

    /// What everybody can see, for failures.
    pub fn everything(&self) -> String {
        self.world(|world| {
            let lines = world.messages.iter().map(|m| {
                let to = m.to.as_ref().map(|to| format!(" (only {to})")).unwrap_or_default();
                format!("--- {} in {}{to}\n{}", m.ts, m.channel, draw(m))
            });
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    /// Works until nothing is due, then reads everything: for what another test looks at.
    pub async fn read_all(&mut self) {
        self.settle().await;
        for message in self.world(|world| world.messages.clone()) {
            let drawn = draw(&message);
            self.read.insert((message.channel, message.ts, drawn));
        }
    }

    /// Whether somebody has a notice that their command waits.
    pub fn was_told_to_wait(&self, who: &str) -> bool {
        let waits = |text: &str| text.contains("waiting for dialnote");
        self.world(|world| world.seen_by(who, FRONT_DESK).iter().any(|m| m.to.is_some() && waits(&m.text)))
    }

    /// Says that this many jobs are given up on purpose.
    pub fn expect_dead(&mut self, jobs: u64) {
        self.dead_expected = jobs;
    }

    // --- the end ---

    /// Writes down every message and form the app sent, for `tests/judge.sh`.
    fn leave_for_judges(&self) {
        let sent = ["chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"];
        let payloads: Vec<Value> = self.world(|world| {
            let messages = world.calls.iter().filter(|call| sent.contains(&call.method.as_str()));
            let messages = messages.map(|call| json!({ "text": call.body["text"], "blocks": call.body["blocks"] }));
            let forms =
                world.calls.iter().filter(|call| call.method.starts_with("views.")).map(|c| c.body["view"].clone());
            messages.chain(forms).collect()
        });
        let answers = self.world(|world| world.deliveries.iter().map(|d| d.response.clone()).collect::<Vec<_>>());
        let answers = answers.iter().filter_map(|body| serde_json::from_str::<Value>(body).ok());
        let all = payloads.into_iter().chain(answers.filter(|answer| answer.get("blocks").is_some()));
        let lines: Vec<String> = all.map(|payload| payload.to_string()).collect();
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        std::fs::create_dir_all("target/rendered").unwrap();
        std::fs::write(format!("target/rendered/{name}.jsonl"), lines.join("\n") + "\n").unwrap();
    }

    async fn assert_silence(&mut self) {
        let unread = self.next(|world| {
            let unread = world.messages.iter().filter(|m| m.to.is_some() || m.is_reply() || m.channel.starts_with('D'));
            unread.cloned().collect()
        });
        assert_eq!(unread, None, "somebody was told something that no one read");
        let waiting = self.work.store.overview().await.unwrap();
        assert_eq!((waiting.inbox, waiting.outbox), (0, 0), "something still waits");
        assert_eq!(waiting.dead, self.dead_expected, "jobs were given up");
        let complaints = self.world(|world| world.sockets.complaints.clone());
        assert_eq!(complaints, Vec::<String>::new(), "Slack had to complain of acknowledgements");
        let form = self.world(|world| world.modals.len());
        assert_eq!(form, 0, "a form is still open");
        let cards: Vec<_> = self.world(|world| world.messages.iter().filter(|m| is_card(m)).map(card_key).collect());
        let different: HashSet<_> = cards.iter().collect();
        assert_eq!(different.len(), cards.len(), "a conversation has two cards in a channel\n{}", self.everything());
    }

    /// The first message of a selection that was not read yet, or was changed since.
    fn next(&mut self, select: impl FnOnce(&World) -> Vec<Message>) -> Option<String> {
        for message in self.sandbox.world(|world| select(world)) {
            let drawn = draw(&message);
            if self.read.insert((message.channel.clone(), message.ts.clone(), drawn.clone())) {
                return Some(drawn);
            }
        }
        None
    }

    fn card_ts(&self, channel: &str, conversation: &str) -> String {
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            let wanted = (channel, conversation.to_owned());
            world.messages.iter().find(|m| is_card(m) && card_key(m) == wanted).map(|m| m.ts.clone())
        })
        .unwrap_or_else(|| panic!("no card of {conversation}\n{}", self.everything()))
    }
}

/// Stands where there is no installation yet: the store is everybody's.
fn nobodys(office: &Office) -> Arc<Work> {
    let services = Services {
        http: reqwest::Client::new(),
        slack: "http://127.0.0.1:9".parse().unwrap(),
        dialnote: "http://127.0.0.1:9".parse().unwrap(),
        hooks: "http://127.0.0.1:9".parse().unwrap(),
        signing: None,
    };
    Arc::new(services.work(&office.common, "".into(), None, None))
}

/// The app, up and running but for its work, which the tests do step by step.
struct Running {
    office: Arc<Office>,
    url: String,
    server: JoinHandle<()>,
    sockets: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

async fn start_app(
    sandbox: &Sandbox,
    data: &Database,
    clock: &ManualClock,
    setup: Setup,
    changed: &[(&'static str, &str)],
) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let config = config_with(sandbox, data, setup, &url, changed);
    let App { office, site, sockets, .. } = App::build(&config, Clock::Manual(clock.clone())).await.unwrap();
    sandbox.set_bot(url.clone());
    let server = tokio::spawn(dialnote_slack::http::serve::serve(listener, site, std::future::pending()));
    let (stop, stopped) = watch::channel(false);
    let before = sandbox.world(|world| world.sockets.open());
    let sockets = tokio::spawn(async move {
        if let Some(sockets) = sockets {
            sockets.keep(stopped).await;
        }
    });
    if sandbox.world(|world| world.sockets.on) {
        // What is wrong with Slack is wrong again once it has connected.
        let faults = sandbox.world(|world| std::mem::take(&mut world.faults));
        let open = |world: &mut World| world.sockets.open();
        let all_new = |open: &Vec<u64>| open.len() == SOCKETS && !open.iter().any(|one| before.contains(one));
        sandbox.until(|world| Some(open(world)).filter(all_new)).await;
        sandbox.world(|world| world.faults = faults);
    }
    Running { office, url, server, sockets, stop }
}

fn config_with(
    sandbox: &Sandbox,
    data: &Database,
    setup: Setup,
    url: &str,
    changed: &[(&'static str, &str)],
) -> Config {
    let changed = changed.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let settings: Vec<_> = changed.chain(settings(sandbox, data, setup, url)).collect();
    let lookup = |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    Config::read(lookup).unwrap()
}

fn settings(sandbox: &Sandbox, data: &Database, setup: Setup, url: &str) -> Vec<(&'static str, String)> {
    let credentials = sandbox.credentials();
    let own = setup.by == By::Settings;
    let by_sockets = sandbox.world(|world| world.sockets.on);
    vec![
        ("SLACK_SIGNING_SECRET", credentials.signing_secret),
        ("SLACK_BOT_TOKEN", if own { credentials.slack_bot_token } else { String::new() }),
        ("SLACK_APP_TOKEN", if by_sockets { credentials.slack_app_token } else { String::new() }),
        ("SLACK_API_URL", credentials.slack_api),
        ("SLACK_AUTHORIZE_URL", format!("{}/slack/oauth/v2/authorize", credentials.sandbox)),
        ("SLACK_CLIENT_ID", if own { String::new() } else { Secrets::fixed().client_id }),
        ("SLACK_CLIENT_SECRET", Secrets::fixed().client_secret),
        ("ENCRYPTION_KEY", ENCRYPTION_KEY.to_owned()),
        ("DIALNOTE_API_KEY", if own { credentials.dialnote_api_key } else { String::new() }),
        ("DIALNOTE_API_URL", credentials.dialnote_api),
        ("DATABASE_URL", data.url.clone()),
        ("SLACK_PACE", setup.pace.to_owned()),
        ("DIALNOTE_HOOKS_URL", format!("{}/dialnote/api/hooks", credentials.sandbox)),
        ("PUBLIC_URL", if setup.told || !own { url.to_owned() } else { String::new() }),
    ]
}

fn acknowledged(outcome: Outcome) -> Outcome {
    assert_eq!(outcome.status, Some(200), "{outcome:?}");
    outcome
}

/// A card is what stands in a channel by itself and carries its conversation in a row of controls.
fn is_card(message: &Message) -> bool {
    let posted = message.to.is_none() && !message.is_reply() && !message.channel.starts_with('D');
    posted && carried(message).is_some()
}

fn card_key(message: &Message) -> (String, String) {
    (message.channel.clone(), carried(message).expect("a card"))
}

fn carried(message: &Message) -> Option<String> {
    let actions = message.blocks.iter().find(|block| block["type"] == "actions")?;
    let carried: Value = serde_json::from_str(actions["block_id"].as_str()?).ok()?;
    carried["c"].as_str().map(str::to_owned)
}

fn elements(message: &Message) -> impl Iterator<Item = &Value> {
    buttons_of(&message.blocks)
}

fn buttons_of(blocks: &[Value]) -> impl Iterator<Item = &Value> {
    blocks.iter().flat_map(|block| {
        let row = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        row.iter().chain(block.get("accessory"))
    })
}

/// The values of the hand-off form.
pub fn handoff_to(person: &str, note: &str) -> Value {
    json!({ "to": { "to": person }, "note": { "note": note } })
}

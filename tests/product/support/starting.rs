//! Starting and restarting the app.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use dialnote_sandbox::{Hang, Options, Sandbox, Secrets, Workspace, World};
use dialnote_slack::app::{App, NotStarted};
use dialnote_slack::config::Config;
use dialnote_slack::core::clock::{Clock, ManualClock};
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::jobs::ctx::TenantCtx;
use dialnote_slack::ops::doctor;
use dialnote_slack::platform::dialnote::client::Addresses;
use dialnote_slack::platform::slack::scopes::{OPTIONAL_SCOPES, SCOPES};
use dialnote_slack::server::router::Server;
use dialnote_slack::server::serve::serve;
use dialnote_slack::tenants::installations::Services;
use dialnote_slack::worker::tenants::Tenants;
use jiff::SignedDuration;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Bot, By, ENCRYPTION_KEY, MAYA, Running, SOCKETS, Scopes, Setup};
use crate::support::browser::Browser;
use crate::support::database::{Change, Database};

/// Returns the granted scopes, without those that `PRODUCT_WITHOUT` names.
fn granted(scopes: Scopes) -> Vec<String> {
    let optional = match scopes {
        Scopes::All => &OPTIONAL_SCOPES[..],
        Scopes::Required => &[],
    };
    let without = std::env::var("PRODUCT_WITHOUT").unwrap_or_default();
    let is_left_out = |name: &str| without.split(',').any(|one| one == name);
    let names = SCOPES.iter().chain(optional).map(|scope| scope.name);
    names.filter(|name| !is_left_out(name)).map(str::to_owned).collect()
}

impl Bot {
    pub(super) async fn start(setup: Setup, by_sockets: bool) -> Self {
        let by = match setup.by {
            By::Any if std::env::var("PRODUCT_AS").is_ok_and(|by| by == "installed") => By::Installing,
            By::Any => By::Settings,
            by => by,
        };
        let setup = Setup { by, ..setup };
        let clock = ManualClock::at(setup.now.parse().unwrap());
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            clock: (&Clock::Manual(clock.clone())).into(),
            bot_url: None,
            secrets: Secrets::fixed(),
            scopes: granted(setup.scopes),
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        if setup.by != By::Settings {
            sandbox.not_installed();
        }
        sandbox.world(|world| world.sockets.switch(by_sockets));
        let data = Arc::new(Database::new(setup.on).await);
        let Started { tenants, url, ops, server, sockets, stop } = start_app(&sandbox, &data, &clock, setup, &[]).await;
        let work = tenants.own().map_or_else(|| nobodys(&tenants), |own| Arc::new(own.services().clone()));
        let offered = Mutex::default();
        let (read, dead_expected) = (HashSet::new(), 0);
        let mut bot = Self {
            sandbox,
            clock,
            tenants,
            work,
            url,
            ops,
            server,
            sockets,
            stop,
            data,
            setup,
            read,
            offered,
            dead_expected,
        };
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

    /// Creates another workspace with its own organization in dialnote, in which the same app is not installed yet.
    pub async fn beside(&self) -> Self {
        self.beside_as(Workspace::globex()).await
    }

    /// Does the same for this workspace.
    pub async fn beside_as(&self, workspace: Workspace) -> Self {
        let sandbox = self.sandbox.beside(workspace).await.unwrap();
        sandbox.not_installed();
        Self {
            sandbox,
            clock: self.clock.clone(),
            tenants: self.tenants.clone(),
            work: nobodys(&self.tenants),
            url: self.url.clone(),
            ops: self.ops.clone(),
            server: Running(tokio::spawn(std::future::pending())),
            sockets: Running(tokio::spawn(std::future::pending())),
            stop: self.stop.clone(),
            data: self.data.clone(),
            setup: self.setup,
            read: HashSet::new(),
            offered: Mutex::default(),
            dead_expected: 0,
        }
    }

    /// Installs the app as an admin.
    pub async fn install(&mut self) {
        let mut browser = Browser::default();
        let workspace = self.world(|world| world.workspace.id.clone());
        let page = browser.install(&self.url, &workspace, "yes").await;
        assert!(page.contains("Installed in"), "{page}");
        self.clock.advance(SignedDuration::from_secs(1));
        self.know_work().await;
        self.read_all().await;
    }

    /// Connects the workspace to its organization in dialnote as an admin.
    pub async fn connect(&mut self) {
        self.slash(MAYA, "/dialnote connect").await;
        let key = self.sandbox.credentials().dialnote_api_key;
        let outcome = self.submit(MAYA, json!({ "key": { "key": key } })).await;
        assert_eq!(outcome.field_errors.len(), 0, "{outcome:?}");
        self.close(MAYA).await;
        self.know_work().await;
        self.read_all().await;
    }

    /// Returns the id of the installation: that of the workspace, or of its organization.
    pub fn team(&self) -> String {
        self.world(|world| match &world.workspace.organization {
            Some((id, _)) => id.clone(),
            None => world.workspace.id.clone(),
        })
    }

    /// Returns the present work, which changes with the stored installation.
    pub async fn current(&self) -> Arc<TenantCtx> {
        self.tenants.of(&InstallationId::new(self.team())).await.unwrap().expect("the app is installed")
    }

    /// Continues with the present work.
    pub async fn know_work(&mut self) {
        self.work = self.current().await;
    }

    /// Continues with the app of another workspace, which was restarted.
    pub async fn follow(&mut self, other: &Self) {
        (self.tenants, self.url, self.ops) = (other.tenants.clone(), other.url.clone(), other.ops.clone());
        self.sandbox.set_bot(self.url.clone());
        self.know_work().await;
    }

    /// Restarts the app as after a crash: everything in memory is gone, the database stays.
    pub async fn restart(&mut self) {
        self.restart_with(&[]).await;
    }

    /// Does the same with some settings changed.
    pub async fn restart_with(&mut self, changed: &[(&'static str, &str)]) {
        self.server.0.abort();
        self.sockets.0.abort();
        let running = start_app(&self.sandbox, &self.data, &self.clock, self.setup, changed).await;
        let Started { tenants, url, ops, server, sockets, stop } = running;
        (self.tenants, self.url, self.ops) = (tenants, url, ops);
        (self.server, self.sockets, self.stop) = (server, sockets, stop);
        self.know_work().await;
    }

    /// Works until a call of Slack's or dialnote's hangs, which must happen; kills the app there and restarts it. The
    /// dead instance's jobs are free when their leases have ended.
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

    /// Starts a second instance on the same database: only its work, without a server.
    pub async fn second(&self) -> Arc<Tenants> {
        self.second_with(&[]).await
    }

    /// Does the same with some settings changed.
    pub async fn second_with(&self, changed: &[(&'static str, &str)]) -> Arc<Tenants> {
        self.app_with(changed).await.tenants
    }

    /// Does the same with a whole app.
    pub async fn app_with(&self, changed: &[(&'static str, &str)]) -> App {
        self.try_app_with(changed).await.unwrap()
    }

    /// Does the same, if it can be started.
    pub async fn try_app_with(&self, changed: &[(&'static str, &str)]) -> Result<App, NotStarted> {
        let config = config_with(&self.sandbox, &self.data, self.setup, &self.url, changed);
        App::build(&config, Clock::Manual(self.clock.clone())).await
    }

    /// Stops receiving through Socket Mode, the first step of stopping the app.
    pub fn stop_receiving(&self) {
        self.stop.send_replace(true);
    }

    /// Returns the doctor's findings with some settings changed.
    pub async fn examine(&self, changed: &[(&'static str, &str)]) -> Vec<String> {
        let tenants = self.second_with(changed).await;
        let team = InstallationId::new(self.team());
        let work = tenants.of(&team).await.unwrap().expect("the app is installed");
        doctor::examine(&work).await.iter().map(ToString::to_string).collect()
    }

    /// Returns the settings of the app, for a process of its own.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(&self.sandbox, &self.data, self.setup, &self.url)
    }

    /// Begins a change of the app's data as another program.
    pub async fn begin_change(&self, sql: &str) -> Change {
        Change::begin(&self.data, sql).await
    }

    /// Returns the path of the app's database.
    pub fn database(&self) -> PathBuf {
        self.data.file()
    }
}

/// Returns a context for the time before an installation: the store belongs to all.
fn nobodys(tenants: &Tenants) -> Arc<TenantCtx> {
    let services = Services {
        http: reqwest::Client::new(),
        slack: "http://127.0.0.1:9".parse().unwrap(),
        dialnote: Addresses {
            reads: "http://127.0.0.1:9".parse().unwrap(),
            assign: "http://127.0.0.1:9".parse().unwrap(),
        },
        webhooks: "http://127.0.0.1:9".parse().unwrap(),
        signing: None,
    };
    Arc::new(services.work(&tenants.common, "".into(), None, None))
}

/// The app, running except for its work, which the tests do step by step.
struct Started {
    tenants: Arc<Tenants>,
    url: String,
    ops: String,
    server: Running,
    sockets: Running,
    stop: watch::Sender<bool>,
}

async fn start_app(
    sandbox: &Sandbox,
    data: &Database,
    clock: &ManualClock,
    setup: Setup,
    changed: &[(&'static str, &str)],
) -> Started {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let config = config_with(sandbox, data, setup, &url, changed);
    let App { tenants, site, ops, sockets, .. } = App::build(&config, Clock::Manual(clock.clone())).await.unwrap();
    sandbox.set_bot(url.clone());
    let tools = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ops_url = format!("http://{}", tools.local_addr().unwrap());
    let tools = serve(tools, Server::for_operators(&ops), std::future::pending());
    let requests = serve(listener, site, std::future::pending());
    let server = tokio::spawn(async {
        tokio::join!(requests, tools);
    });
    let (stop, stopped) = watch::channel(false);
    let before = sandbox.world(|world| world.sockets.open());
    let sockets = tokio::spawn(async move {
        if let Some(sockets) = sockets {
            sockets.keep(stopped).await;
        }
    });
    if sandbox.world(|world| world.sockets.on) {
        // Slack's faults return once it has connected.
        let faults = sandbox.world(|world| std::mem::take(&mut world.faults));
        let open = |world: &mut World| world.sockets.open();
        let all_new = |open: &Vec<u64>| open.len() == SOCKETS && !open.iter().any(|one| before.contains(one));
        sandbox.until(|world| Some(open(world)).filter(all_new)).await;
        sandbox.world(|world| world.faults = faults);
    }
    let (server, sockets) = (Running(server), Running(sockets));
    Started { tenants, url, ops: ops_url, server, sockets, stop }
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
        ("DIALNOTE_API_URL", format!("{}/public", credentials.dialnote_api)),
        ("DIALNOTE_ASSIGN_URL", credentials.dialnote_api),
        ("DATABASE_URL", data.url.clone()),
        ("SLACK_PACE", setup.pacing.to_owned()),
        ("DIALNOTE_HOOKS_URL", format!("{}/dialnote/api/hooks", credentials.sandbox)),
        ("PUBLIC_URL", if setup.webhooks || !own { url.to_owned() } else { String::new() }),
    ]
}

//! The demo: the app together with a sandbox, in one program. The app has a runtime of its own, so
//! that it can be killed from the page in the middle of whatever it does, and started again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dialnote_slack::app::{self, App};
use dialnote_slack::clock::{AheadClock, Clock};
use dialnote_slack::config::Config;
use dialnote_slack::sandbox::{Credentials, Sandbox};
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use url::Url;

use super::{Failure, Where, print_where, start_sandbox, stop_signal};

/// How long a killed app may take to notice. What it does then no longer counts.
const DEATH: Duration = Duration::from_secs(5);

/// What can be chosen about the demo.
#[derive(clap::Args)]
pub(crate) struct Wishes {
    /// Where the sandbox listens; the app takes the next port.
    #[arg(long, default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// Keep everything in this folder, and go on with what is there.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Deliver by Socket Mode, over connections that the app opens.
    #[arg(long)]
    socket_mode: bool,
    /// Print the addresses and secrets as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs until Ctrl-C.
pub(crate) async fn run(wishes: Wishes) -> Result<(), Failure> {
    let mut stop = stop_signal()?;
    let clock = Clock::Ahead(AheadClock::default());
    let sandbox = start_sandbox(wishes.listen, None, clock.clone()).await?;
    sandbox.world(|world| world.sockets.switch(wishes.socket_mode));
    let temporary = tempfile::tempdir()?;
    let folder = wishes.keep.as_deref().unwrap_or(temporary.path());
    if wishes.keep.is_some() {
        std::fs::create_dir_all(folder)
            .and_then(|()| sandbox.keep_in(folder))
            .map_err(|cause| Failure::Folder { folder: folder.display().to_string(), cause })?;
    }
    let (credentials, database) = (sandbox.credentials(), folder.join("dialnote-slack.db"));
    let config = || settings(&credentials, &database, wishes.socket_mode);
    let (mut running, address) = start(config()?, &clock, beside(wishes.listen, sandbox.addr())).await?;
    let bot = format!("http://{address}");
    sandbox.set_bot(bot.clone());
    let mut wanted = sandbox.app_wanted();
    print_where(&Where { bot: Some(&bot), credentials: &credentials }, wishes.json)?;
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = wanted.wait_for(|wanted| !wanted) => {}
        }
        kill(running).await;
        sandbox.app_runs(false);
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return finish(&sandbox, &wishes),
            _ = wanted.wait_for(|wanted| *wanted) => {}
        }
        (running, _) = start(config()?, &clock, address).await?;
        sandbox.app_runs(true);
    }
    // Nobody waits for its threads: they end with the program.
    running.shutdown_background();
    finish(&sandbox, &wishes)
}

fn finish(sandbox: &Sandbox, wishes: &Wishes) -> Result<(), Failure> {
    sandbox.stop();
    match &wishes.keep {
        Some(folder) => {
            sandbox.save_in(folder).map_err(|cause| Failure::Folder { folder: folder.display().to_string(), cause })
        }
        None => Ok(()),
    }
}

/// The port after the sandbox's; any free one if any was good enough for the sandbox.
fn beside(asked: SocketAddr, sandbox: SocketAddr) -> SocketAddr {
    let port = if asked.port() == 0 { 0 } else { sandbox.port().saturating_add(1) };
    SocketAddr::new(sandbox.ip(), port)
}

/// Starts the app, and answers where it listens.
async fn start(config: Config, clock: &Clock, address: SocketAddr) -> Result<(Runtime, SocketAddr), Failure> {
    let runtime = Runtime::new()?;
    let clock = clock.clone();
    let (ready, started) = oneshot::channel();
    runtime.spawn(async move {
        let (app, listener) = match put_together(config, clock, address).await {
            Ok(parts) => parts,
            Err(failure) => {
                let _ = ready.send(Err(failure));
                return;
            }
        };
        let _ = ready.send(listener.local_addr().map_err(Failure::from));
        // It is never asked to stop: it is killed, which it has to bear anyway.
        let (_never, stop) = watch::channel(false);
        app.run(listener, stop).await;
    });
    match started.await {
        Ok(Ok(address)) => Ok((runtime, address)),
        Ok(Err(failure)) => {
            runtime.shutdown_background();
            Err(failure)
        }
        Err(_) => {
            runtime.shutdown_background();
            Err(Failure::Io(std::io::Error::other("the app ended before it had begun")))
        }
    }
}

async fn put_together(
    config: Config,
    clock: Clock,
    address: SocketAddr,
) -> Result<(App, tokio::net::TcpListener), Failure> {
    let listener = app::listen(address).await.map_err(|error| match error {
        app::NotStarted::Address { address, cause } => Failure::Busy { what: "the app", address, cause },
        other => other.into(),
    })?;
    let public = Url::parse(&format!("http://{}", listener.local_addr()?)).ok();
    Ok((App::build(&Config { public, ..config }, clock).await?, listener))
}

/// Ends everything the app does, wherever it is in it.
async fn kill(app: Runtime) {
    // Waiting for the threads to end blocks, and must not happen on a runtime's own thread.
    let _ = tokio::task::spawn_blocking(move || app.shutdown_timeout(DEATH)).await;
}

/// The settings with which an app talks to the sandbox.
fn settings(credentials: &Credentials, database: &Path, socket_mode: bool) -> Result<Config, Failure> {
    let lookup = |name: &str| match name {
        "SLACK_SIGNING_SECRET" => (!socket_mode).then(|| credentials.signing_secret.clone()),
        "SLACK_APP_TOKEN" => socket_mode.then(|| credentials.slack_app_token.clone()),
        "SLACK_BOT_TOKEN" => Some(credentials.slack_bot_token.clone()),
        "SLACK_API_URL" => Some(credentials.slack_api.clone()),
        "DIALNOTE_API_KEY" => Some(credentials.dialnote_api_key.clone()),
        "DIALNOTE_API_URL" => Some(credentials.dialnote_api.clone()),
        "DIALNOTE_APP_URL" => Some(credentials.sandbox.clone()),
        "DIALNOTE_HOOKS_URL" => Some(format!("{}/dialnote/api/hooks", credentials.sandbox)),
        "DATABASE_URL" => Some(format!("sqlite:{}", database.display())),
        _ => None,
    };
    Config::read(lookup).map_err(Failure::Settings)
}

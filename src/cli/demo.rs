//! The demo: the app together with a sandbox, in one program. The app has a runtime of its own, so that the page can
//! kill it at any moment, and start it again.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dialnote_sandbox::{Credentials, Impossible, Sandbox, Workspace};
use dialnote_slack::app;
use dialnote_slack::config::Config;
use dialnote_slack::core::clock::{AheadClock, Clock};
use dialnote_slack::ops::manifest::{self, Reached, UNFURL_DOMAIN};
use dialnote_slack::platform::vault;
use secrecy::{ExposeSecret, SecretString};

use crate::cli::failure::Failure;
use crate::cli::hosting::{ConfigReader, DemoStart, Hosting, in_words};
use crate::cli::sandbox::{Where, print_where};
use crate::cli::{sandbox, stopping};

/// The options of the demo.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(crate) struct DemoOptions {
    /// The sandbox's address; the app takes the next port.
    #[arg(long, default_value = "127.0.0.1:4010", value_parser = listen)]
    listen: SocketAddr,
    /// Keep all data in this folder, and continue with the data in it.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Start without work in progress, and with this machine's time.
    #[arg(long)]
    empty: bool,
    /// Start without an installation: two workspaces install the app, each with its own dialnote.
    #[arg(long, conflicts_with = "keep")]
    install: bool,
    /// Deliver by Socket Mode, over connections that the app opens.
    #[arg(long)]
    socket_mode: bool,
    /// Print the addresses and secrets as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs until Ctrl-C.
pub(crate) async fn run(options: DemoOptions) -> Result<(), Failure> {
    let mut stop = stopping::on_signal()?;
    let clock = Clock::Ahead(AheadClock::default());
    let sandbox = sandbox::start(options.listen, None, &clock).await?;
    sandbox.world(|world| world.sockets.switch(options.socket_mode));
    let temporary = tempfile::tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(temporary.path());
    let database = folder.join("dialnote-slack.db");
    let prepares = !options.empty && !options.install;
    let began = if prepares { sandbox.next_monday() } else { clock.now() };
    let plays = prepares && !database.exists();
    if plays {
        sandbox.begin_the_scenario(began);
    }
    if options.keep.is_some() {
        keep_in(&sandbox, folder)?;
    }
    let address = free_address(&sandbox, options.listen).await?;
    let settings = reader(&sandbox, &database, &options, address);
    let bot = format!("http://{address}");
    sandbox.set_bot(bot.clone());
    if !options.install {
        let manifest = manifest::json_with_steps(Reached::BySockets, UNFURL_DOMAIN)?;
        sandbox.world(|world| world.functions.declare(&manifest)).map_err(|cause| io(&cause))?;
    }
    let second = if options.install { Some(nobody_yet(&sandbox, options.listen).await?) } else { None };
    let beginning = match &second {
        Some(second) => DemoStart::NotInstalled(second.clone()),
        None if prepares => DemoStart::Prepared,
        None => DemoStart::Empty,
    };
    let hosting = Hosting::start(sandbox.clone(), settings, clock, database, (beginning, began)).await?;
    sandbox.hosted_by(Arc::new(hosting));
    if plays {
        sandbox.play_the_scenario().await.map_err(|cause| io(&cause))?;
    }
    tell(&sandbox, &bot, second.as_ref(), options.json)?;
    let _ = stop.wait_for(|stop| *stop).await;
    finish(&sandbox, &options)
}

fn io(cause: &Impossible) -> Failure {
    Failure::Io(std::io::Error::other(cause.to_string()))
}

/// Returns the address of the app: the port after the sandbox's, or a free one if the sandbox took any.
async fn free_address(sandbox: &Sandbox, asked: SocketAddr) -> Result<SocketAddr, Failure> {
    let listener = app::listen("LISTEN", beside(asked, sandbox.addr())).await.map_err(in_words)?;
    Ok(listener.local_addr()?)
}

/// Returns the reader of the app's settings.
fn reader(sandbox: &Sandbox, database: &Path, options: &DemoOptions, address: SocketAddr) -> ConfigReader {
    let (credentials, database) = (sandbox.credentials(), database.to_owned());
    let (socket_mode, sealing) = (options.socket_mode, options.install.then(vault::new_key));
    Box::new(move || settings(&credentials, &database, socket_mode, sealing.as_ref(), address))
}

fn keep_in(sandbox: &Sandbox, folder: &Path) -> Result<(), Failure> {
    let kept = std::fs::create_dir_all(folder).and_then(|()| sandbox.keep_in(folder));
    kept.map_err(|cause| Failure::Folder { folder: folder.display().to_string(), cause })
}

/// Removes the app from the workspace, and adds another workspace.
async fn nobody_yet(sandbox: &Sandbox, listen: SocketAddr) -> Result<Sandbox, Failure> {
    sandbox.not_installed();
    let second = sandbox.beside(Workspace::globex()).await;
    let second = second.map_err(|cause| Failure::Busy { what: "the sandbox", address: listen, cause })?;
    second.not_installed();
    Ok(second)
}

fn tell(sandbox: &Sandbox, bot: &str, second: Option<&Sandbox>, json: bool) -> Result<(), Failure> {
    let (credentials, beside) = (sandbox.credentials(), second.map(Sandbox::credentials));
    print_where(&Where { bot: Some(bot), credentials: &credentials, beside: beside.as_ref() }, json)?;
    if let Some(beside) = beside.filter(|_| !json) {
        print_how_to_install(bot, &credentials, &beside)?;
    }
    Ok(())
}

fn print_how_to_install(bot: &str, one: &Credentials, other: &Credentials) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "\nNo workspace has installed the app yet. Open {bot}/slack/install, once for each workspace:")?;
    writeln!(out, "  Acme Dental     {}   dialnote key {}", one.sandbox, one.dialnote_api_key)?;
    writeln!(out, "  Globex Clinic   {}   dialnote key {}", other.sandbox, other.dialnote_api_key)
}

fn finish(sandbox: &Sandbox, options: &DemoOptions) -> Result<(), Failure> {
    sandbox.stop();
    match &options.keep {
        Some(folder) => {
            sandbox.save_in(folder).map_err(|cause| Failure::Folder { folder: folder.display().to_string(), cause })
        }
        None => Ok(()),
    }
}

/// Reads the sandbox's address. The app needs a port as well.
fn listen(text: &str) -> Result<SocketAddr, String> {
    let address = sandbox::address(text)?;
    if address.port() == u16::MAX { Err(NO_NEXT_PORT.to_owned()) } else { Ok(address) }
}

const NO_NEXT_PORT: &str = "the app takes the next port, and there is none after 65535\nhint: give a lower port, or 0 for \
                            any two that are free";

/// Returns the port after the sandbox's; any free one if the sandbox took any.
fn beside(asked: SocketAddr, sandbox: SocketAddr) -> SocketAddr {
    let port = if asked.port() == 0 { 0 } else { sandbox.port().saturating_add(1) };
    SocketAddr::new(sandbox.ip(), port)
}
/// Returns the settings with which an app uses the sandbox. With keys to seal with, every workspace can install the
/// app, which then has a public address.
fn settings(
    credentials: &Credentials,
    database: &Path,
    socket_mode: bool,
    sealing: Option<&SecretString>,
    address: SocketAddr,
) -> Result<Config, Failure> {
    let one = |setting: &String| sealing.is_none().then(|| setting.clone());
    let many = |setting: &String| sealing.is_some().then(|| setting.clone());
    let lookup = |name: &str| match name {
        "SLACK_SIGNING_SECRET" => (!socket_mode).then(|| credentials.signing_secret.clone()),
        "SLACK_APP_TOKEN" => socket_mode.then(|| credentials.slack_app_token.clone()),
        "SLACK_BOT_TOKEN" => one(&credentials.slack_bot_token),
        "SLACK_API_URL" => Some(credentials.slack_api.clone()),
        "SLACK_AUTHORIZE_URL" => Some(format!("{}/slack/oauth/v2/authorize", credentials.sandbox)),
        "SLACK_CLIENT_ID" => many(&credentials.slack_client_id),
        "SLACK_CLIENT_SECRET" => many(&credentials.slack_client_secret),
        "ENCRYPTION_KEY" => sealing.map(|key| key.expose_secret().to_owned()),
        "LISTEN" => Some(address.to_string()),
        "PUBLIC_URL" => Some(format!("http://{address}")),
        "DIALNOTE_API_KEY" => one(&credentials.dialnote_api_key),
        "DIALNOTE_API_URL" => Some(format!("{}/public", credentials.dialnote_api)),
        "DIALNOTE_ASSIGN_URL" => Some(credentials.dialnote_api.clone()),
        "DIALNOTE_APP_URL" => Some(credentials.sandbox.clone()),
        "DIALNOTE_HOOKS_URL" => Some(format!("{}/dialnote/api/hooks", credentials.sandbox)),
        "DATABASE_URL" => Some(format!("sqlite:{}", database.display())),
        _ => None,
    };
    Config::read(lookup).map_err(Failure::Settings)
}

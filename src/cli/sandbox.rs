//! The sandbox alone, for an app that is started separately.

use std::io::Write;
use std::net::SocketAddr;

use dialnote_sandbox::{Credentials, Options, Sandbox, Secrets};
use dialnote_slack::core::clock::Clock;
use dialnote_slack::platform::slack::scopes::{OPTIONAL_SCOPES, SCOPES};
use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::stopping;

/// The options of the sandbox.
#[derive(clap::Args)]
pub(crate) struct SandboxOptions {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:4010", value_parser = address)]
    listen: SocketAddr,
    /// The app's address, for example <http://127.0.0.1:8080>.
    #[arg(long)]
    bot: Option<String>,
    /// Deliver by Socket Mode, over connections that the app opens.
    #[arg(long)]
    socket_mode: bool,
    /// Print the addresses and secrets as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Reads an address to listen on.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "it is not an address with a port\nhint: give one like 127.0.0.1:4010".to_owned())
}

/// Runs until Ctrl-C.
pub(crate) async fn run(options: SandboxOptions) -> Result<(), Failure> {
    let SandboxOptions { listen, bot, socket_mode, json } = options;
    let sandbox = start(listen, bot.clone(), &Clock::System).await?;
    sandbox.world(|world| world.sockets.switch(socket_mode));
    print_where(&Where { bot: bot.as_deref(), credentials: &sandbox.credentials(), beside: None }, json)?;
    let mut stop = stopping::on_signal()?;
    let _ = stop.wait_for(|stop| *stop).await;
    sandbox.stop();
    Ok(())
}

/// Starts a sandbox whose app has every scope.
pub(crate) async fn start(listen: SocketAddr, bot_url: Option<String>, clock: &Clock) -> Result<Sandbox, Failure> {
    let options = Options {
        listen,
        clock: clock.into(),
        bot_url,
        secrets: Secrets::random(),
        scopes: SCOPES.iter().chain(&OPTIONAL_SCOPES).map(|scope| scope.name.to_owned()).collect(),
    };
    Sandbox::start(options).await.map_err(|cause| Failure::Busy { what: "the sandbox", address: listen, cause })
}

/// The addresses and secrets that people and scripts need to use the sandbox.
#[derive(Serialize)]
pub(crate) struct Where<'a> {
    #[serde(flatten)]
    pub(crate) credentials: &'a Credentials,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bot: Option<&'a str>,
    /// The credentials of another workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beside: Option<&'a Credentials>,
}

/// Prints the addresses and secrets, for people or as JSON.
pub(crate) fn print_where(place: &Where<'_>, json: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    if json {
        writeln!(out, "{}", serde_json::to_string(place)?)?;
        return Ok(());
    }
    let Credentials {
        sandbox,
        signing_secret,
        slack_api,
        slack_bot_token,
        slack_app_token,
        dialnote_api,
        dialnote_api_key,
        ..
    } = place.credentials;
    writeln!(out, "Open              {sandbox}")?;
    if let Some(bot) = place.bot {
        writeln!(out, "App               {bot}")?;
    }
    writeln!(out, "Signing secret    {signing_secret}")?;
    writeln!(out, "Slack API         {slack_api}   token {slack_bot_token}")?;
    writeln!(out, "Socket Mode       token {slack_app_token}")?;
    writeln!(out, "dialnote API      {dialnote_api}   key {dialnote_api_key}")?;
    writeln!(out, "\nIn a terminal, as Maya:")?;
    writeln!(
        out,
        "  curl -s {sandbox}/_sandbox/slash -d '{{\"as\":\"maya\",\"channel\":\"front-desk\",\
         \"text\":\"/assign @zoe conv_1001 wants a call back\"}}'"
    )?;
    writeln!(out, "\nCtrl-C stops everything.")?;
    Ok(())
}

//! The manifest for Slack, and the check of its arguments.

use std::io::{IsTerminal, Write};

use dialnote_slack::ops::manifest::{self, PLACEHOLDER_URL, Reached};
use url::Url;

use crate::cli::failure::Failure;
use crate::cli::screen;

/// Prints the manifest. Without an address it has a placeholder, which a person at a terminal must learn.
pub(crate) fn print(
    url: Option<&Url>,
    unfurl_domain: &str,
    socket_mode: bool,
    workflow_steps: bool,
) -> Result<(), Failure> {
    let reached = match url {
        _ if socket_mode => Reached::BySockets,
        Some(url) => Reached::At(url.as_str()),
        None => Reached::At(PLACEHOLDER_URL),
    };
    let made = if workflow_steps { manifest::json_with_steps } else { manifest::json };
    writeln!(std::io::stdout(), "{}", made(reached, unfurl_domain)?)?;
    if url.is_none() && !socket_mode && std::io::stdout().is_terminal() {
        let cause = format!("the manifest has the placeholder {PLACEHOLDER_URL}, which Slack can't reach");
        screen::warn(&cause, "pass the app's address with --url, or use --socket-mode");
    }
    Ok(())
}

/// Reads the public address.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    manifest::address(text).ok_or_else(|| {
        let problem = match Url::parse(text) {
            Ok(url) if url.scheme() == "http" => "Slack sends requests only to https",
            Ok(url) if url.scheme() != "https" => "it is not a web address",
            Ok(url) if url.query().is_some() || url.fragment().is_some() => "it ends with a query or a fragment",
            Ok(url) if !url.username().is_empty() => "it has a user name",
            Ok(_) => "its host is not one that Slack can reach",
            Err(_) => "it is not a web address",
        };
        format!("{problem}\nhint: give the app's public address, like https://dialnote-slack.acme.com")
    })
}

/// Reads the host of dialnote's web app.
pub(crate) fn host(text: &str) -> Result<String, String> {
    let problem = "it is not a host name\nhint: give one like app.dialnote.com";
    if manifest::is_host(text) { Ok(text.to_owned()) } else { Err(problem.to_owned()) }
}

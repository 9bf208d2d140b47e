//! The commands that look at the app and its services, or read them again: `doctor`, `health`, `resync`, `vault`.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anstyle::Style;
use dialnote_slack::core::error::whole;
use dialnote_slack::ops::doctor;
use dialnote_slack::ops::finding::{Finding, FindingState};
use dialnote_slack::ops::plain_cause::plain;
use dialnote_slack::platform::{transport, vault};
use dialnote_slack::sync::poller;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::cli::TenantOption;
use crate::cli::failure::Failure;
use crate::cli::opening::{self, SettingsLookup};
use crate::cli::screen::{FAILED, HINTED, PASSED, ProgressLine, WARNED, paint};

/// The time in which the app must answer that it is alive.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs all checks, and prints problems first. `deep` adds those that call Slack many times.
pub(crate) async fn examine(
    settings: &SettingsLookup,
    whose: TenantOption,
    as_json: bool,
    deep: bool,
) -> Result<(), Failure> {
    let (mut bad, mut out) = (0, anstream::stdout().lock());
    for (name, work) in opening::tenants(settings, whose).await?.1 {
        let progress = ProgressLine::new();
        let checks = async { if deep { doctor::examine_deeply(&work).await } else { doctor::examine(&work).await } };
        let findings = progress.during(checks, || "running the checks".to_owned()).await;
        drop(progress);
        if let Some(name) = name.as_deref().filter(|_| !as_json) {
            writeln!(out, "{name}")?;
        }
        bad += report(findings, name.as_deref(), as_json, &mut out)?;
    }
    if bad == 0 { Ok(()) } else { Err(Failure::Unwell(bad)) }
}

/// Prints findings, problems first; returns the number of problems.
pub(crate) fn report(
    mut findings: Vec<Finding>,
    workspace: Option<&str>,
    as_json: bool,
    out: &mut impl Write,
) -> std::io::Result<usize> {
    findings.sort_by_key(|finding| severity(finding.state).0);
    for finding in &findings {
        if as_json {
            writeln!(out, "{}", row(finding, workspace))?;
        } else {
            writeln!(out, "{}", lines(finding))?;
        }
    }
    Ok(findings.iter().filter(|finding| finding.state == FindingState::Bad).count())
}

/// Returns the place of a state in the output, its word and its style.
fn severity(state: FindingState) -> (u8, &'static str, Style) {
    match state {
        FindingState::Bad => (0, "fail", FAILED),
        FindingState::Note => (1, "warn", WARNED),
        FindingState::Good => (2, "ok", PASSED),
    }
}

/// Returns a finding as a line, and its fix below.
fn lines(finding: &Finding) -> String {
    let (_, word, style) = severity(finding.state);
    let cause = finding.cause.as_ref().map_or_else(String::new, |cause| format!(" ({})", plain(cause)));
    let fix = finding.plain_fix().map_or_else(String::new, |fix| format!("\n     {} {fix}", paint(HINTED, "fix:")));
    format!("{} {}: {}{cause}{fix}", paint(style, &format!("{word:<4}")), finding.what, finding.plain_fact())
}

fn row(finding: &Finding, workspace: Option<&str>) -> serde_json::Value {
    json!({
        "workspace": workspace, "check": finding.what, "state": severity(finding.state).1, "channel": finding.channel,
        "fact": finding.plain_fact(), "fix": finding.plain_fix(), "cause": finding.cause.as_deref().map(plain),
    })
}

/// Reads all conversations again.
pub(crate) async fn resync(settings: &SettingsLookup, whose: TenantOption) -> Result<(), Failure> {
    let all = opening::tenants(settings, whose).await?.1;
    for (name, work) in all.into_iter().filter(|(_, work)| work.is_connected()) {
        let progress = ProgressLine::new();
        let read = poller::resync(&work, |read| progress.show(&format!("{} read", conversations(read)))).await;
        drop(progress);
        let (all, changed) = read?;
        let name = name.map_or_else(String::new, |name| format!("{name}: "));
        writeln!(std::io::stdout(), "{name}read {}: {changed} new, changed or removed", conversations(all))?;
    }
    Ok(())
}

fn conversations(count: usize) -> String {
    if count == 1 { "1 conversation".to_owned() } else { format!("{count} conversations") }
}

/// Prints a new key.
pub(crate) fn print_key() -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{}", vault::new_key().expose_secret())?)
}

/// Seals all secrets with the first key.
pub(crate) async fn rotate(settings: &SettingsLookup) -> Result<(), Failure> {
    let app = opening::existing_app(settings).await?;
    let installations = app.tenants.installations().ok_or(Failure::NothingSealed)?;
    let progress = ProgressLine::new();
    let sealing = installations.renew_seals(&app.tenants.common);
    let sealed = progress.during(sealing, || "sealing secrets with the first key".to_owned()).await;
    drop(progress);
    let sealed = sealed.map_err(Failure::Sealing)?;
    Ok(writeln!(std::io::stdout(), "sealed again: {sealed}; all secrets are sealed with the first key")?)
}

/// Asks the app whether it is alive.
pub(crate) async fn health(settings: &SettingsLookup, as_json: bool) -> Result<(), Failure> {
    let mut address = settings.listen().map_err(Failure::Settings)?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let alive = is_alive(address).await;
    if as_json {
        let row = json!({ "address": address, "alive": alive.is_ok(), "cause": alive.as_ref().err() });
        writeln!(std::io::stdout(), "{row}")?;
    } else if alive.is_ok() {
        writeln!(std::io::stdout(), "the app responds at {address}")?;
    }
    alive.map_err(|cause| Failure::NotAlive { address, cause })
}

async fn is_alive(address: SocketAddr) -> Result<(), String> {
    let cause = |error: reqwest::Error| plain(&whole(&error.without_url()));
    let client = transport::client(HEALTH_TIMEOUT).map_err(cause)?;
    let status = client.get(format!("http://{address}/healthz")).send().await.map_err(cause)?.status();
    if status.is_success() { Ok(()) } else { Err(format!("another program answers there, with {status}")) }
}

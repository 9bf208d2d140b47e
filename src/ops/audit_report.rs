//! The audit log for the operator: every attempt with its requester, its place, the states before and after, and its
//! outcome. It is read from the database; the app may run at the same time.

use std::borrow::Cow;
use std::io::Write;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::core::error::Fault;
use crate::core::json::Peek;
use crate::platform::db::{Audited, Store};

/// The number of entries in one read.
const ENTRIES_PER_READ: usize = 1_000;

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFormat {
    /// A line of text for each entry.
    Lines,
    /// A line of JSON for each entry.
    Json,
    /// Comma-separated values, with a line of column names first.
    Csv,
}

/// The reason why the log could not be written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// The database could not be read.
    #[error("{0}")]
    Store(#[from] Fault),
    /// The output could not be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The output could not be written as CSV.
    #[error("{0}")]
    Csv(#[from] csv::Error),
}

/// An attempt, as columns.
#[derive(Debug, Serialize)]
struct Row<'a> {
    /// The time, in RFC 3339.
    at: String,
    workspace: &'a str,
    user: &'a str,
    name: Cow<'a, str>,
    verb: &'a str,
    /// The kind of input: `typed`, `clicked`, `submitted`, `postponed` or `timer`.
    via: &'a str,
    channel: &'a str,
    conversation: &'a str,
    owner_before: &'a str,
    status_before: &'a str,
    owner_after: &'a str,
    status_after: &'a str,
    outcome: String,
}

/// Writes the entries from `since` on, oldest first.
pub async fn write(
    store: &dyn Store,
    since: Timestamp,
    form: AuditFormat,
    out: &mut impl Write,
) -> Result<(), NotWritten> {
    let (mut after, mut begun) = (0, false);
    loop {
        let piece = store.audit(after, since, ENTRIES_PER_READ).await?;
        let Some(last) = piece.last() else {
            if !begun && form == AuditFormat::Lines {
                writeln!(out, "no audit entries{}", if since > Timestamp::MIN { " since then" } else { "" })?;
            }
            return Ok(out.flush()?);
        };
        after = last.id;
        match form {
            AuditFormat::Csv => csv_rows(&piece, !begun, out)?,
            AuditFormat::Json => piece.iter().try_for_each(|audited| writeln!(out, "{}", json(audited)))?,
            AuditFormat::Lines => {
                piece.iter().try_for_each(|audited| writeln!(out, "{}", line(&row(audited, &detail(audited)))))?;
            }
        }
        begun = true;
    }
}

fn detail(audited: &Audited) -> Value {
    serde_json::from_str(&audited.entry.detail).unwrap_or_default()
}

fn csv_rows(piece: &[Audited], with_names: bool, out: &mut impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::WriterBuilder::new().has_headers(with_names).from_writer(out);
    for audited in piece {
        let detail = detail(audited);
        let mut row = row(audited, &detail);
        // People choose their names, and a spreadsheet would read some as formulas.
        if row.name.starts_with(['=', '+', '-', '@', '\t']) {
            row.name = format!("'{}", row.name).into();
        }
        writer.serialize(row)?;
    }
    Ok(writer.flush()?)
}

fn json(audited: &Audited) -> Value {
    let entry = &audited.entry;
    serde_json::json!({
        "at": entry.at, "workspace": audited.installation, "user": entry.actor, "verb": entry.verb,
        "conversation": entry.conversation, "detail": detail(audited),
    })
}

/// Returns a line:
/// `2026-11-23T09:00:00Z T0ACME U0MAYA Maya assign conv_1001 typed: unassigned open → mem_zoe open, done`.
fn line(row: &Row<'_>) -> String {
    let state = |owner: &str, status: &str| match (owner, status) {
        (_, "") => "–".to_owned(),
        ("", status) => format!("unassigned {status}"),
        (owner, status) => format!("{owner} {status}"),
    };
    let before = state(row.owner_before, row.status_before);
    let after = state(row.owner_after, row.status_after);
    let who = [row.at.as_str(), row.workspace, row.user, &row.name, row.verb, row.conversation, row.via];
    let who: Vec<_> = who.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}: {before} → {after}, {}", who.join(" "), row.outcome)
}

fn row<'a>(audited: &'a Audited, detail: &'a Value) -> Row<'a> {
    let entry = &audited.entry;
    let text = |path| detail.text(path).unwrap_or_default();
    Row {
        at: entry.at.to_string(),
        workspace: audited.installation.as_str(),
        user: entry.actor.as_str(),
        name: detail.words("/member/name").unwrap_or_else(|| text("/by")).into(),
        verb: &entry.verb,
        via: text("/via"),
        channel: text("/channel"),
        conversation: entry.conversation.as_ref().map_or_else(|| text("/conversation"), |id| id.as_str()),
        owner_before: text("/before/owner"),
        status_before: text("/before/status"),
        owner_after: text("/after/owner"),
        status_after: text("/after/status"),
        outcome: outcome(detail),
    }
}

/// Returns `done`, or the kind of refusal: `refused: taken`.
fn outcome(detail: &Value) -> String {
    let named = |value: &Value| match value {
        Value::String(name) => name.clone(),
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    };
    match detail.at("/outcome") {
        Some(Value::Object(fields)) => {
            let parts = fields.iter().map(|(name, why)| format!("{name}: {}", named(why)));
            parts.collect::<Vec<_>>().join(", ")
        }
        Some(outcome) => named(outcome),
        None => linked(detail).unwrap_or_else(|| "changed".to_owned()),
    }
}

/// Describes a link made by hand: `U0SAM is mem_sam, was not linked`.
fn linked(detail: &Value) -> Option<String> {
    let user = detail.text("/link/user")?;
    let member = |path| detail.text(path).unwrap_or("not linked");
    Some(format!("{user} is {}, was {}", member("/link/after"), member("/link/before")))
}

/// Reads the start of a period: `24h`, `7d`, a date, or a time (RFC 3339).
pub fn since(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(date) = text.parse::<Date>() {
        return Some(date.at(0, 0, 0, 0).to_zoned_datetime(TimeZone::UTC).ok()?.timestamp());
    }
    let (number, hours) = match text.strip_suffix('d') {
        Some(number) => (number, 24),
        None => (text.strip_suffix('h')?, 1),
    };
    let hours = number.parse::<i64>().ok().filter(|number| (0..=100_000).contains(number))? * hours;
    now.checked_sub(SignedDuration::from_hours(hours)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_since_when() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH);
        for (text, expected) in [
            ("24h", Some("2026-11-22T09:00:00Z")),
            ("7d", Some("2026-11-16T09:00:00Z")),
            ("2026-11-01", Some("2026-11-01T00:00:00Z")),
            ("2026-11-01T12:00:00Z", Some("2026-11-01T12:00:00Z")),
            ("yesterday", None),
            ("-1d", None),
            ("", None),
        ] {
            let read = since(text, now).map(|at| at.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}

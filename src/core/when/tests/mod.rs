//! Runs the shared cases, and tests storage.

mod faults;
mod reading;
mod splitting;

use jiff::SignedDuration;
use serde::Deserialize;

use super::*;

const CASES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cases/when.jsonl"));

/// The limit of a plan (`commands::plan`).
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

#[derive(Deserialize)]
struct Case {
    id: String,
    now: Timestamp,
    zone: String,
    phrase: String,
    expect: Expected,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    At(Timestamp),
    Refuses(String),
}

/// Returns the outcome of a phrase as a plan decides it.
fn outcome(when: Option<&When>, now: Timestamp, zone: &TimeZone) -> Expected {
    let refuses = |kind: &str| Expected::Refuses(kind.to_owned());
    let Some(when) = when else { return refuses("time_unclear") };
    match when.instant(now, zone) {
        Some(until) if until <= now => refuses("time_passed"),
        Some(until) if until.duration_since(now) <= LONGEST => Expected::At(until),
        _ => refuses("time_too_far"),
    }
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or_else(|_| unreachable!("{name}"))
}

#[test]
fn every_case_is_read_alone_and_behind_a_conversation() {
    let cases = CASES.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|fault| unreachable!("{fault}")));
    let mut failed = Vec::new();
    for case in cases {
        let Case { id, now, zone: name, phrase, expect } = case;
        let typed = format!("conv_1002 {phrase}");
        let split = When::split_off(&typed).filter(|(before, _)| *before == "conv_1002").map(|(_, when)| when);
        for (how, when) in [("alone", When::read(&phrase)), ("behind", split)] {
            let found = outcome(when.as_ref(), now, &zone(&name));
            if found != expect {
                failed.push(format!("{id} {how}: {phrase:?} is {found:?}, not {expect:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Reads a phrase in New York on Monday 23 November 2026, 10:00.
fn new_york(phrase: &str) -> String {
    said("America/New_York", "2026-11-23T15:00:00Z", phrase)
}

fn said(name: &str, now: &str, phrase: &str) -> String {
    let zone = zone(name);
    let now: Timestamp = now.parse().unwrap_or_else(|_| unreachable!("{now}"));
    match outcome(When::read(phrase).as_ref(), now, &zone) {
        Expected::At(at) => at.to_zoned_datetime(zone).strftime("%a %d %b %Y %H:%M").to_string(),
        Expected::Refuses(kind) => kind,
    }
}

fn check(table: &[(&str, &str)], read: impl Fn(&str) -> String) {
    let wrong = table.iter().map(|(phrase, meant)| (phrase, meant, read(phrase)));
    let wrong: Vec<_> = wrong.filter(|(_, meant, found)| found != *meant).collect();
    assert!(wrong.is_empty(), "phrase, meant, found: {wrong:#?}");
}

#[test]
fn a_phrase_survives_storage() {
    for phrase in [
        "2h",
        "mon 14:00",
        "2026-12-01",
        "2026-12-01T14:00:00+01:00",
        "next week",
        "1 day 2 hours",
        "midnight",
        "this friday",
        "last friday",
        "friday next week",
        "this weekend",
        "next month",
        "eom",
        "a month",
        "the 15th",
        "wednesday the 2nd",
        "next year",
        "Dec 31",
        "Thu Dec 31",
    ] {
        let when = When::read(phrase);
        assert!(when.is_some(), "{phrase}");
        let kept = serde_json::to_string(&when).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Option<When>>(&kept).ok(), Some(when), "{kept}");
    }
}

#[test]
fn a_phrase_is_said_as_it_could_be_typed() {
    let table = [
        ("2 hours", "2h"),
        ("1h30", "1h 30m"),
        ("45 min", "45m"),
        ("2 hours ago", "2h ago"),
        ("1 day 2 hours", "1 day 2h"),
        ("in 3 days at 5pm", "3 days 17:00"),
        ("a month", "1 month"),
        ("tomorrow at 5pm", "tomorrow 17:00"),
        ("9am", "09:00"),
        ("on mon", "monday"),
        ("next mon 9am", "next monday 09:00"),
        ("friday at midnight", "friday midnight"),
        ("the 22nd", "the 22nd"),
        ("Thu Dec 31", "thursday 31 Dec"),
        ("31.12.2026", "2026-12-31"),
        ("eom", "end of month 17:00"),
        ("wed the 11th", "wednesday the 11th"),
    ];
    check(&table, |phrase| When::read(phrase).map(|when| when.words()).unwrap_or_default());
    for (_, said) in table {
        assert_eq!(When::read(said).map(|when| when.words()).as_deref(), Some(said));
    }
}

#[test]
fn phrases_stored_earlier_are_still_known() {
    for kept in [
        r#"{"after":{"minutes":120}}"#,
        r#"{"on":{"day":"next","time":"09:00:00"}}"#,
        r#"{"on":{"day":"today","time":null}}"#,
        r#"{"on":{"day":"tomorrow","time":null}}"#,
        r#"{"on":{"day":{"weekday":1},"time":"14:00:00"}}"#,
        r#"{"on":{"day":"next_week","time":null}}"#,
        r#"{"on":{"day":{"in":3},"time":null}}"#,
        r#"{"on":{"day":{"date":"2026-12-01"},"time":null}}"#,
        r#"{"at":"2026-12-01T13:00:00Z"}"#,
    ] {
        let when = serde_json::from_str::<When>(kept).ok();
        assert_eq!(when.and_then(|when| serde_json::to_string(&when).ok()).as_deref(), Some(kept));
    }
}

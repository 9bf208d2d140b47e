//! Tests of invalid times and their faults.

use super::*;

/// Returns the fault in short, with the text before it.
fn fault(text: &str) -> String {
    let Some((before, wrong)) = When::wrong(text) else { return "none".to_owned() };
    let kind = match wrong {
        Wrong::NoClock { typed } => format!("no clock {typed}"),
        Wrong::NoDate { month, year } => format!("no date {month} {year:?}"),
        Wrong::NoDay => "no day".to_owned(),
        Wrong::NoMonth => "no month".to_owned(),
        Wrong::NotAhead { typed } => format!("not ahead {typed}"),
        Wrong::Divided { typed } => format!("divided {typed}"),
        Wrong::DayOrMonth { typed } => format!("day or month {typed}"),
        Wrong::NoYear { typed } => format!("no year {typed}"),
        Wrong::ShortYear { typed } => format!("short year {typed}"),
        Wrong::OtherWeekday { date } => format!("other weekday {date}"),
        Wrong::Two { typed } => format!("two {typed}"),
        Wrong::Zone { typed } => format!("zone {typed}"),
        Wrong::NoTime { typed } => format!("no time {typed}"),
    };
    format!("{before}: {kind}")
}

#[test]
fn a_fault_is_named_and_the_text_before_it_kept() {
    let table = [
        ("0h", ": not ahead 0h"),
        ("conv_1001 0h", "conv_1001: not ahead 0h"),
        ("conv_1001 -2h", "conv_1001: not ahead -2h"),
        ("conv_1001 −2h", "conv_1001: not ahead −2h"),
        ("conv_1001 minus 2 hours", "conv_1001: not ahead minus 2 hours"),
        ("Ana Lima for 0 minutes", "Ana Lima: not ahead 0 minutes"),
        ("conv_1001 mon 25:00", "conv_1001: no clock 25:00"),
        ("conv_1001 friday 13pm", "conv_1001: no clock 13pm"),
        ("conv_1001 friday 13 pm", "conv_1001: no clock 13 pm"),
        ("conv_1001 0am", "conv_1001: no clock 0am"),
        ("conv_1001 24:30", "conv_1001: no clock 24:30"),
        ("conv_1001 9:60", "conv_1001: no clock 9:60"),
        ("conv_1001 tomorrow at 9:5", "conv_1001: no clock 9:5"),
        ("conv_1001 17:00 pm", "conv_1001: no clock 17:00 pm"),
        ("Ana Lima 25:00 tomorrow.", "Ana Lima: no clock 25:00"),
        ("conv_1001 2027-02-30", "conv_1001: no date 2 Some(2027)"),
        ("conv_1001 2027-02-30 9am", "conv_1001: no date 2 Some(2027)"),
        ("conv_1001 2027-02-30T09:00", "conv_1001: no date 2 Some(2027)"),
        ("conv_1001 2027-13-01", "conv_1001: no month"),
        ("conv_1001 31.04.2027", "conv_1001: no date 4 Some(2027)"),
        ("conv_1001 Dec 32", "conv_1001: no date 12 None"),
        ("conv_1001 32 December", "conv_1001: no date 12 None"),
        ("conv_1001 30th of Feb at 9am", "conv_1001: no date 2 None"),
        ("conv_1001 Feb 29 2027", "conv_1001: no date 2 Some(2027)"),
        ("conv_1001 Nov 31st", "conv_1001: no date 11 None"),
        ("conv_1001 the 32nd", "conv_1001: no day"),
        ("conv_1001 2/30", "conv_1001: no date 2 None"),
        ("conv_1001 13/32", "conv_1001: no month"),
        ("conv_1001 2/3", "conv_1001: day or month 2/3"),
        ("conv_1001 2/3/2027 at 9", "conv_1001: day or month 2/3/2027"),
        ("conv_1001 31/12", "conv_1001: no year 31/12"),
        ("conv_1001 12/31 9am", "conv_1001: no year 12/31"),
        ("conv_1001 31.11.", "conv_1001: no date 11 None"),
        ("conv_1001 24.13.", "conv_1001: no month"),
        ("monday 2h", ": two monday 2h"),
        ("Ana Lima monday 2h", "Ana Lima: two monday 2h"),
        ("Ana Lima tomorrow in 2 hours.", "Ana Lima: two tomorrow in 2 hours"),
        ("conv_1001 tomorrow 9am 10am", "conv_1001: two tomorrow 9am 10am"),
        ("conv_1001 13/12/26", "conv_1001: short year 13/12/26"),
        ("conv_1001 1.5 days", "conv_1001: divided 1.5 days"),
        ("conv_1001 half a day", "conv_1001: divided half a day"),
        ("conv_1001 Friday 31 Dec 2026", "conv_1001: other weekday 2026-12-31"),
        ("conv_1001 5pm PST", "conv_1001: zone PST"),
        ("conv_1001 5pm PST tomorrow", "conv_1001: zone PST"),
        ("Ana Lima tomorrow 9am Eastern time", "Ana Lima: zone Eastern time"),
        ("conv_1001 17:00 UTC+2", "conv_1001: zone UTC+2"),
        ("conv_1001 9am Europe/Berlin", "conv_1001: zone Europe/Berlin"),
        ("+1 415 555 0101 25:00", "+1 415 555 0101: no clock 25:00"),
    ];
    check(&table, fault);
}

#[test]
fn what_is_no_time_has_no_fault_of_one() {
    for text in [
        "",
        "conv_1001",
        "conv_1001 soon",
        "Pier 9",
        "Room 25:00 calls",
        "Eastern time tomorrow",
        "conv_1001 every 25:00",
        "conv_1001 2-3 hours",
        "conv_1001 9",
        "Ana Lima — 2h",
        "Ana Lima - 2 hours",
        "Okafor Sunday 2h",
        "3M tomorrow",
    ] {
        assert_eq!(fault(text), "none", "{text}");
    }
}

//! Phrases that are unclear, and phrases behind other words.

use super::*;

#[test]
fn unclear_phrases_are_not_read() {
    let mut wrong = Vec::new();
    for phrase in [
        "",
        "soon",
        "later",
        "next",
        "mo",
        "9",
        "at 9",
        "9 tomorrow",
        "at 9 tomorrow",
        "9.30",
        "25:00",
        "24:30",
        "9:60",
        "9:5",
        "13pm",
        "0am",
        "17:00 pm",
        "0h",
        "0 minutes",
        "-2h",
        "−2h",
        "1h 2h",
        "1,500 minutes",
        "1.5 days",
        "a few hours",
        "2 or 3 hours",
        "2-3 hours",
        "12/24",
        "2026-13-01",
        "2026-02-30",
        "Feb 30",
        "30 February",
        "Nov 31st",
        "Feb 29 2027",
        "31 Dec 27",
        "Friday 31 Dec 2026",
        "tomorrow friday",
        "tomorrow 9am 10am",
        "tonight at 9am",
        "tomorrow morning at 5pm",
        "this week",
        "for the weekend",
        "thuesday",
        "tursday",
        "Munday",
        "Frida",
        "Sundar",
        "Thursby",
        "5th",
        "half a day",
        "today 17h",
        "night",
        "monday week",
        "9am-5pm",
        "a week from friday",
        "-1 days",
        "2h ago tomorrow",
        "2 2 hours",
        "until",
        "at",
        "and",
        "@",
    ] {
        let typed = format!("conv_1002 {phrase}");
        for found in [When::read(phrase), When::split_off(&typed).map(|(_, when)| when)].into_iter().flatten() {
            wrong.push((phrase, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_phrase_is_taken_off_the_end() {
    for (text, before) in [
        ("conv_1001 2h", "conv_1001"),
        ("conv_1001, 2h", "conv_1001"),
        ("conv_1001: tomorrow", "conv_1001"),
        ("Ana Lima - tomorrow", "Ana Lima"),
        ("Ana Lima — 2h", "Ana Lima"),
        ("Ana Lima 24.12.", "Ana Lima"),
        (&format!("Ana Lima {} tomorrow", "- ".repeat(50_000)), "Ana Lima"),
        ("Ana Lima,tomorrow", "Ana Lima"),
        ("Ana Lima tomorrow at 9 am", "Ana Lima"),
        ("Ana Lima for 2 hours", "Ana Lima"),
        ("Ana Lima until next friday at 5 pm", "Ana Lima"),
        ("Ana Lima until the day after tomorrow at half past nine in the morning", "Ana Lima"),
        ("Acme Inc. friday", "Acme Inc."),
        ("conv_1001 `2h`", "conv_1001"),
        ("conv_1001 *tomorrow 9am*", "conv_1001"),
        ("conv_1002 tomorrow\n9am", "conv_1002"),
        ("conv_1002\u{2069}\u{a0}tomorrow.", "conv_1002"),
        ("+1 415 555 0101 45 min", "+1 415 555 0101"),
        ("+1 415 555 0101 in an hour", "+1 415 555 0101"),
        ("+1 415 555 0101 2026-12-01 14:00", "+1 415 555 0101"),
        ("01 42 12 12 12 tomorrow", "01 42 12 12 12"),
        ("conv_1001 and conv_1002 friday", "conv_1001 and conv_1002"),
        ("April Lima tomorrow", "April Lima"),
        ("Ana May 5pm", "Ana May"),
        ("Okafor Sunday tomorrow", "Okafor Sunday"),
        ("Okafor Sunday in 2 hours", "Okafor Sunday"),
        ("Pier 9 friday", "Pier 9"),
        ("Pier 9 to tomorrow", "Pier 9 to"),
        ("3M tomorrow", "3M"),
        ("to tomorrow", "to"),
        ("\u{200f}tomorrow", ""),
        ("tomorrow", ""),
    ] {
        let split = When::split_off(text);
        assert_eq!(split.map(|(before, _)| before), Some(before), "{text}");
    }
}

#[test]
fn a_part_of_something_unclear_is_not_taken_off() {
    for text in [
        "conv_1001 wants a call",
        "conv_1002 Feb 30 9am",
        "conv_1002 30th of Feb at 9am",
        "conv_1002 Feb 30 2027 9am",
        "conv_1002 2027-02-30 9am",
        "conv_1002 31/12 9am",
        "conv_1002 11.12. 9am",
        "conv_1002 25:00 tomorrow",
        "conv_1002 13pm tomorrow",
        "conv_1002 13 pm tomorrow",
        "conv_1002 -1h 30m",
        "conv_1002 0h tomorrow",
        "conv_1002 minus 2h",
        "conv_1002 2 to 3 hours",
        "conv_1002 2 - 3 hours",
        "conv_1002 9am - 5pm",
        "conv_1002 tomorrow or friday",
        "conv_1002 yesterday 2h",
        "conv_1002 every friday",
        "conv_1002 after friday",
        "conv_1002 for the weekend",
        "conv_1002 15th of next month",
        "conv_1002 same time tomorrow",
        "conv_1002 tomorrow in 2 hours",
        "conv_1002 later today",
        "conv_1002 Nov the 31st",
        "conv_1002 0h and 30m tomorrow",
        "conv_1002 5pm PST tomorrow",
        "conv_1002 9am Eastern time tomorrow",
        "conv_1002 2/3/2027 9am",
    ] {
        assert_eq!(When::split_off(text), None, "{text}");
    }
}

#[test]
fn a_phrase_is_taken_out_of_other_words() {
    for (text, expected) in [
        ("Nora Quinn 2h call him at 3pm", Some(("Nora Quinn", "2h", "call him at 3pm"))),
        ("Nora Quinn, 2h: call him", Some(("Nora Quinn", "2h", "call him"))),
        ("conv_1001 until friday when she is back", Some(("conv_1001", "until friday", "when she is back"))),
        ("conv_1001 tomorrow 9am please", Some(("conv_1001", "tomorrow 9am", "please"))),
        ("Ana Lima 2h, Robert Hale 3h", Some(("Ana Lima", "2h", "Robert Hale 3h"))),
        ("conv_1001 2h", None),
        ("2h call him", None),
        ("tomorrow 5pm Ana Lima", None),
        ("Okafor Sunday Dental tomorrow", None),
        ("conv_1001 9am - 5pm", None),
        ("conv_1001 tomorrow or friday", None),
        ("conv_1001 monday week", None),
        ("conv_1001 31 Dec 27", None),
        ("conv_1001 a week from friday", None),
        ("conv_1001 2h ago tomorrow", None),
        ("conv_1001 every friday call", None),
        ("+1 415 555 0101 2h", None),
    ] {
        let expected = expected.map(|(before, phrase, after)| (before, When::read(phrase), after));
        let found = When::split_out(text).map(|(before, when, after)| (before, Some(when), after));
        assert_eq!(found, expected, "{text}");
    }
}

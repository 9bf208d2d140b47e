//! Phrases that are read, and their instants.

use super::*;

#[test]
fn lengths_of_time_are_read() {
    let table = [
        ("2h", "Mon 23 Nov 2026 12:00"),
        ("+2h", "Mon 23 Nov 2026 12:00"),
        ("17h", "Tue 24 Nov 2026 03:00"),
        ("45 min", "Mon 23 Nov 2026 10:45"),
        ("1.5 hours", "Mon 23 Nov 2026 11:30"),
        ("2,5 hours", "Mon 23 Nov 2026 12:30"),
        (".5h", "Mon 23 Nov 2026 10:30"),
        ("1½ hours", "Mon 23 Nov 2026 11:30"),
        ("½ hour", "Mon 23 Nov 2026 10:30"),
        ("1 1/2 hours", "Mon 23 Nov 2026 11:30"),
        ("in an hour", "Mon 23 Nov 2026 11:00"),
        ("1hr 15mins", "Mon 23 Nov 2026 11:15"),
        ("1h30", "Mon 23 Nov 2026 11:30"),
        ("2h 05", "Mon 23 Nov 2026 12:05"),
        ("in 1h30", "Mon 23 Nov 2026 11:30"),
        ("1 hour, 15 minutes", "Mon 23 Nov 2026 11:15"),
        ("in half an hour", "Mon 23 Nov 2026 10:30"),
        ("a half hour", "Mon 23 Nov 2026 10:30"),
        ("half-hour", "Mon 23 Nov 2026 10:30"),
        ("quarter of an hour", "Mon 23 Nov 2026 10:15"),
        ("three quarters of an hour", "Mon 23 Nov 2026 10:45"),
        ("three and a half hours", "Mon 23 Nov 2026 13:30"),
        ("2 hours and a half", "Mon 23 Nov 2026 12:30"),
        ("two hours and half an hour", "Mon 23 Nov 2026 12:30"),
        ("a couple of hours", "Mon 23 Nov 2026 12:00"),
        ("twelve hours", "Mon 23 Nov 2026 22:00"),
        ("twenty-five minutes", "Mon 23 Nov 2026 10:25"),
        ("forty five minutes", "Mon 23 Nov 2026 10:45"),
        ("for the next 2 hours", "Mon 23 Nov 2026 12:00"),
        ("for the next hour", "Mon 23 Nov 2026 11:00"),
        ("in about 2 hours", "Mon 23 Nov 2026 12:00"),
        ("2 hours from now", "Mon 23 Nov 2026 12:00"),
        ("in 3 days", "Thu 26 Nov 2026 09:00"),
        ("in 3 days at 5pm", "Thu 26 Nov 2026 17:00"),
        ("in 3 days at 5", "Thu 26 Nov 2026 17:00"),
        ("in two weeks' time", "Mon 07 Dec 2026 09:00"),
        ("in a fortnight", "Mon 07 Dec 2026 09:00"),
        ("2 fortnights", "Mon 21 Dec 2026 09:00"),
        ("2w", "Mon 07 Dec 2026 09:00"),
        ("1 week and 2 days", "Wed 02 Dec 2026 09:00"),
        ("1 day 2 hours", "Tue 24 Nov 2026 12:00"),
        ("six months", "Sun 23 May 2027 09:00"),
        ("half a year", "Sun 23 May 2027 09:00"),
        ("a year", "Tue 23 Nov 2027 09:00"),
        ("2 days ago", "time_passed"),
        ("an hour and a half ago", "time_passed"),
        ("10000h", "time_too_far"),
        ("99999999999999999999 minutes", "time_too_far"),
        ("99999999999999999999 days", "time_too_far"),
        ("99999999999999999999 months ago", "time_too_far"),
        ("2 years", "time_too_far"),
    ];
    check(&table, new_york);
}

#[test]
fn days_are_read() {
    let table = [
        ("tomorrow", "Tue 24 Nov 2026 09:00"),
        ("until tomorrow", "Tue 24 Nov 2026 09:00"),
        ("tommorow", "Tue 24 Nov 2026 09:00"),
        ("tommorrow 2pm", "Tue 24 Nov 2026 14:00"),
        ("the day after tomorrow", "Wed 25 Nov 2026 09:00"),
        ("mon", "Mon 30 Nov 2026 09:00"),
        ("on friday", "Fri 27 Nov 2026 09:00"),
        ("by friday", "Fri 27 Nov 2026 09:00"),
        ("fryday", "Fri 27 Nov 2026 09:00"),
        ("wensday", "Wed 25 Nov 2026 09:00"),
        ("thurs", "Thu 26 Nov 2026 09:00"),
        ("thrusday", "Thu 26 Nov 2026 09:00"),
        ("this coming friday", "Fri 27 Nov 2026 09:00"),
        ("friday this week", "Fri 27 Nov 2026 09:00"),
        ("next tuesday", "Tue 01 Dec 2026 09:00"),
        ("next week friday", "Fri 04 Dec 2026 09:00"),
        ("tuesday of next week", "Tue 01 Dec 2026 09:00"),
        ("next week", "Mon 30 Nov 2026 09:00"),
        ("next week at 2pm", "Mon 30 Nov 2026 14:00"),
        ("weekend", "Sat 28 Nov 2026 09:00"),
        ("until the weekend", "Sat 28 Nov 2026 09:00"),
        ("this weekend at 11", "Sat 28 Nov 2026 11:00"),
        ("next weekend", "Sat 05 Dec 2026 09:00"),
        ("end of the week", "Fri 27 Nov 2026 17:00"),
        ("eow", "Fri 27 Nov 2026 17:00"),
        ("end of month", "Mon 30 Nov 2026 17:00"),
        ("next month", "Tue 01 Dec 2026 09:00"),
        ("3rd of december", "Thu 03 Dec 2026 09:00"),
        ("the 3rd of December at noon", "Thu 03 Dec 2026 12:00"),
        ("December the 3rd", "Thu 03 Dec 2026 09:00"),
        ("Decmber 3", "Thu 03 Dec 2026 09:00"),
        ("Dec. 3rd, 2026", "Thu 03 Dec 2026 09:00"),
        ("Dec 31,2026", "Thu 31 Dec 2026 09:00"),
        ("31-Dec-2026", "Thu 31 Dec 2026 09:00"),
        ("Dec 31st at 9", "Thu 31 Dec 2026 09:00"),
        ("Thursday, 31 Dec", "Thu 31 Dec 2026 09:00"),
        ("Thu 31.12.2026 5pm", "Thu 31 Dec 2026 17:00"),
        ("on the 15th", "Tue 15 Dec 2026 09:00"),
        ("wednesday the 2nd", "Wed 02 Dec 2026 09:00"),
        ("thursday the 31st at 5pm", "Thu 31 Dec 2026 17:00"),
        ("the 2nd wednesday", "time_unclear"),
        ("24.12.", "Thu 24 Dec 2026 09:00"),
        ("31.12. 5pm", "Thu 31 Dec 2026 17:00"),
        ("29.11.", "Sun 29 Nov 2026 09:00"),
        ("the 31st", "Thu 31 Dec 2026 09:00"),
        ("Nov 23", "time_passed"),
        ("Nov 23 5pm", "Mon 23 Nov 2026 17:00"),
        ("12/13/2026", "Sun 13 Dec 2026 09:00"),
        ("13/12/2026", "Sun 13 Dec 2026 09:00"),
        ("31-12-2026", "Thu 31 Dec 2026 09:00"),
        ("12.31.2026", "Thu 31 Dec 2026 09:00"),
        ("12/12/2026 5pm", "Sat 12 Dec 2026 17:00"),
        ("2026/12/01", "Tue 01 Dec 2026 09:00"),
        ("2026-12-01", "Tue 01 Dec 2026 09:00"),
        ("2026-12-01 14:00", "Tue 01 Dec 2026 14:00"),
        ("2026-12-01T14:00", "Tue 01 Dec 2026 14:00"),
        ("2026-12-01T14:00:00+01:00", "Tue 01 Dec 2026 08:00"),
        ("until 2026-12-01T14:00:00.5Z", "Tue 01 Dec 2026 09:00"),
        ("this monday", "time_passed"),
        ("last weekend", "time_passed"),
        ("yesterday evening", "time_passed"),
        ("the day before yesterday", "time_passed"),
        ("last night", "time_passed"),
        ("last week", "time_passed"),
        ("1 Jan 2020", "time_passed"),
        ("Feb 29", "time_too_far"),
        ("Dec 31, 2030", "time_too_far"),
    ];
    check(&table, new_york);
}

#[test]
fn a_date_without_a_year_may_have_just_passed() {
    let sunday = |phrase: &str| said("America/Los_Angeles", "2026-11-29T17:25:00Z", phrase);
    check(
        &[
            ("Nov 29", "time_passed"),
            ("29 november 8am", "time_passed"),
            ("8am on the 29th of November", "time_passed"),
            ("Nov 29 10am", "Sun 29 Nov 2026 10:00"),
            ("Nov 29 midnight", "Mon 30 Nov 2026 00:00"),
            ("Nov 28", "time_passed"),
            ("Nov 28 5pm", "time_passed"),
            ("Nov 28 midnight", "time_passed"),
            ("Nov 22", "time_passed"),
            ("Nov 21", "Sun 21 Nov 2027 09:00"),
            ("1 Nov", "Mon 01 Nov 2027 09:00"),
            ("Jan 5", "Tue 05 Jan 2027 09:00"),
            ("Sunday Nov 29", "time_passed"),
            ("Sunday Nov 29 5pm", "Sun 29 Nov 2026 17:00"),
            ("Sunday 1 Nov", "time_passed"),
            ("Monday 1 Nov", "Mon 01 Nov 2027 09:00"),
            ("next year", "Fri 01 Jan 2027 09:00"),
        ],
        sunday,
    );
    let new_year = |phrase: &str| said("America/Los_Angeles", "2027-01-01T16:00:00Z", phrase);
    check(
        &[
            ("Dec 30", "time_passed"),
            ("Wed Dec 30", "time_passed"),
            ("Jan 1", "Fri 01 Jan 2027 09:00"),
            ("Jan 1 7am", "time_passed"),
            ("next year", "Sat 01 Jan 2028 09:00"),
        ],
        new_year,
    );
}

#[test]
fn times_of_day_are_read() {
    let table = [
        ("Tomorrow 9am", "Tue 24 Nov 2026 09:00"),
        ("tomorrow at 5pm", "Tue 24 Nov 2026 17:00"),
        ("tomorrow at 2:30 pm", "Tue 24 Nov 2026 14:30"),
        ("tomorrow at nine", "Tue 24 Nov 2026 09:00"),
        ("tomorrow at half past nine", "Tue 24 Nov 2026 09:30"),
        ("tomorrow by 5pm", "Tue 24 Nov 2026 17:00"),
        ("5pm on friday", "Fri 27 Nov 2026 17:00"),
        ("tomorrow at a quarter to one", "Tue 24 Nov 2026 12:45"),
        ("tomorrow at 5.30", "Tue 24 Nov 2026 17:30"),
        ("at 9.30", "Tue 24 Nov 2026 09:30"),
        ("tomorrow 09", "Tue 24 Nov 2026 09:00"),
        ("tomorrow at 17", "Tue 24 Nov 2026 17:00"),
        ("today 17:00", "Mon 23 Nov 2026 17:00"),
        ("5:30 p.m.", "Mon 23 Nov 2026 17:30"),
        ("9 o'clock", "Tue 24 Nov 2026 09:00"),
        ("at 9am", "Tue 24 Nov 2026 09:00"),
        ("@9am", "Tue 24 Nov 2026 09:00"),
        ("mon 14:00", "Mon 23 Nov 2026 14:00"),
        ("monday 9:00", "Mon 30 Nov 2026 09:00"),
        ("friday at noon", "Fri 27 Nov 2026 12:00"),
        ("noon tomorrow", "Tue 24 Nov 2026 12:00"),
        ("noon", "Mon 23 Nov 2026 12:00"),
        ("midday", "Mon 23 Nov 2026 12:00"),
        ("8am", "Tue 24 Nov 2026 08:00"),
        ("0:30", "Tue 24 Nov 2026 00:30"),
        ("12:30", "Mon 23 Nov 2026 12:30"),
        ("7:00", "Tue 24 Nov 2026 07:00"),
        ("19:00", "Mon 23 Nov 2026 19:00"),
        ("next tuesday morning", "Tue 01 Dec 2026 09:00"),
        ("monday morning next week", "Mon 30 Nov 2026 09:00"),
        ("sunday evening", "Sun 29 Nov 2026 18:00"),
        ("friday night", "Fri 27 Nov 2026 20:00"),
        ("in the morning", "Tue 24 Nov 2026 09:00"),
        ("9 in the morning", "Tue 24 Nov 2026 09:00"),
        ("tonight at 8", "Mon 23 Nov 2026 20:00"),
        ("at 8 tonight", "Mon 23 Nov 2026 20:00"),
        ("tomorrow evening at 7", "Tue 24 Nov 2026 19:00"),
        ("tomorrow morning at 6", "Tue 24 Nov 2026 06:00"),
        ("tomorrow at 10 at night", "Tue 24 Nov 2026 22:00"),
        ("eod tomorrow", "Tue 24 Nov 2026 17:00"),
        ("friday eod", "Fri 27 Nov 2026 17:00"),
        ("by the end of the day", "Mon 23 Nov 2026 17:00"),
        ("midnight", "Tue 24 Nov 2026 00:00"),
        ("friday at midnight", "Sat 28 Nov 2026 00:00"),
        ("tomorrow 12am", "Tue 24 Nov 2026 00:00"),
        ("this morning", "time_passed"),
        ("this morning at 11", "Mon 23 Nov 2026 11:00"),
        ("today", "time_passed"),
        ("until\u{202f}next friday,\u{2009}at 5\u{a0}pm", "Fri 04 Dec 2026 17:00"),
        ("\u{200f}tomor\u{200b}row\u{2069} 9\u{2060}am\u{feff}", "Tue 24 Nov 2026 09:00"),
        ("ＴＯＭＯＲＲＯＷ ９ａｍ", "Tue 24 Nov 2026 09:00"),
    ];
    check(&table, new_york);
}

#[test]
fn weeks_have_edges() {
    let saturday = |phrase: &str| said("Europe/Berlin", "2027-01-16T07:00:00Z", phrase);
    check(
        &[
            ("weekend", "Sat 16 Jan 2027 09:00"),
            ("saturday", "Sat 23 Jan 2027 09:00"),
            ("this saturday", "Sat 16 Jan 2027 09:00"),
            ("next weekend", "Sat 23 Jan 2027 09:00"),
            ("end of week", "Fri 22 Jan 2027 17:00"),
        ],
        saturday,
    );
    let sunday = |phrase: &str| said("Europe/Berlin", "2027-01-17T11:00:00Z", phrase);
    check(
        &[
            ("weekend", "Sat 23 Jan 2027 09:00"),
            ("this weekend", "time_passed"),
            ("next weekend", "Sat 23 Jan 2027 09:00"),
            ("next week", "Mon 18 Jan 2027 09:00"),
            ("next monday", "Mon 18 Jan 2027 09:00"),
            ("last sunday", "time_passed"),
        ],
        sunday,
    );
}

#[test]
fn words_for_today_pass_with_it() {
    let evening = |phrase: &str| said("Europe/Berlin", "2027-01-14T20:30:00Z", phrase);
    check(
        &[
            ("eod", "time_passed"),
            ("this evening", "time_passed"),
            ("tonight", "time_passed"),
            ("tonight at 11", "Thu 14 Jan 2027 23:00"),
            ("midnight", "Fri 15 Jan 2027 00:00"),
            ("evening", "Fri 15 Jan 2027 18:00"),
            ("noon", "Fri 15 Jan 2027 12:00"),
        ],
        evening,
    );
}

#[test]
fn the_time_of_day_is_kept_when_clocks_change() {
    let berlin = |now, phrase| said("Europe/Berlin", now, phrase);
    assert_eq!(berlin("2026-10-24T10:00:00Z", "tomorrow 9am"), "Sun 25 Oct 2026 09:00");
    assert_eq!(berlin("2026-10-24T10:00:00Z", "24h"), "Sun 25 Oct 2026 11:00", "an hour more on the clock is none");
    assert_eq!(berlin("2026-10-24T10:00:00Z", "1 day 2 hours"), "Sun 25 Oct 2026 14:00");
    assert_eq!(berlin("2026-03-28T10:00:00Z", "tomorrow 02:30"), "Sun 29 Mar 2026 03:30", "there is no half past two");
    let twice = |now| When::read("2:30am").and_then(|when| when.instant(now, &zone("Europe/Berlin")));
    let at = |text: &str| text.parse::<Timestamp>().ok();
    assert_eq!(at("2026-10-25T00:00:00Z").and_then(twice), at("2026-10-25T00:30:00Z"));
    assert_eq!(at("2026-10-25T00:30:00Z").and_then(twice), at("2026-10-25T01:30:00Z"));
    assert_eq!(at("2026-10-25T01:30:00Z").and_then(twice), at("2026-10-26T01:30:00Z"));
}

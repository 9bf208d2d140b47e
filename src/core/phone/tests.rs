use proptest::prelude::*;
use serde_json::Value;

use super::*;

const CASES: &str = include_str!("../../../tests/fixtures/cases/numbers.jsonl");

/// The outcome of a typed text among contacts: one contact and the note, a choice, or nothing.
#[derive(Debug, PartialEq, Eq)]
enum WrittenCase<'a> {
    One(&'a str, &'a str),
    Offered(Vec<&'a str>),
    Nothing,
}

/// Takes the longest reading that fits a contact, as commands do.
fn outcome<'a>(text: &'a str, contacts: &[&'a str], home: &HomeCountries) -> WrittenCase<'a> {
    for (number, rest) in WrittenNumber::leading(text) {
        let matcher = number.against(home);
        let fits: Vec<_> = contacts.iter().filter_map(|contact| Some((matcher.fit(contact)?, *contact))).collect();
        let Some(best) = fits.iter().map(|(fit, _)| *fit).max() else { continue };
        let meant: Vec<_> = fits.iter().filter(|(fit, _)| *fit == best).map(|(_, contact)| *contact).collect();
        return match meant.as_slice() {
            [one] if best >= Fit::Ending => WrittenCase::One(one, rest),
            _ => WrittenCase::Offered(meant),
        };
    }
    WrittenCase::Nothing
}

/// Returns a shared number in a country.
fn shared(region: &str) -> &'static str {
    match region {
        "US" => "+14155550100",
        "GB" => "+442079460000",
        "DE" => "+4930901800",
        "FR" => "+33123456700",
        "IT" => "+390612345600",
        "AR" => "+541143211234",
        "MX" => "+525512340000",
        "BR" => "+551132345678",
        "JP" => "+81312340000",
        "AU" => "+61291230000",
        "IN" => "+911123456789",
        "RU" => "+74951234500",
        "HU" => "+3612345600",
        "CH" => "+41446681800",
        "SG" => "+6561234500",
        "ES" => "+34912345600",
        "NL" => "+31201234500",
        "CA" => "+14165550100",
        "LT" => "+37052123400",
        "CN" => "+861012345600",
        "ZA" => "+27211234500",
        "DK" => "+4532123400",
        other => unreachable!("no shared number in {other}"),
    }
}

fn home(region: &str) -> HomeCountries {
    HomeCountries::of([shared(region)])
}

fn seed() -> Vec<String> {
    (101..=114).map(|n| format!("+14155550{n}")).collect()
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the actual outcome of a case, if it isn't the expected one.
fn failure(case: &Value) -> Option<String> {
    let seed = seed();
    let mut contacts: Vec<&str> = seed.iter().map(String::as_str).collect();
    let contact = text(case, "contact");
    if !contacts.contains(&contact) {
        contacts.push(contact);
    }
    contacts.extend(case.get("also").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
    let got = outcome(text(case, "typed"), &contacts, &home(text(case, "region")));
    let expect = case.get("expect").unwrap_or(&Value::Null);
    let right = match (expect.get("found"), &got) {
        (Some(Value::Bool(true)), WrittenCase::One(found, rest)) => *found == contact && *rest == text(expect, "rest"),
        (Some(Value::Bool(false)), WrittenCase::Nothing) => true,
        (Some(Value::String(_)), WrittenCase::Offered(offered)) => offered.contains(&contact),
        _ => false,
    };
    (!right).then(|| format!("{} {:?}: {got:?}", text(case, "id"), text(case, "typed")))
}

#[test]
fn every_case_finds_its_contact() {
    let cases: Vec<Value> = CASES.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(cases.len(), 86);
    // Senders without an E.164 number are named by their text, not by a number.
    let numbers = cases.iter().filter(|case| text(case, "contact").starts_with('+'));
    let failures: Vec<_> = numbers.filter_map(failure).collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn every_usual_spelling_finds_its_line() {
    let mut failures = Vec::new();
    for (region, contact, spellings) in [
        (
            "US",
            "+18005551234",
            &[
                "(1) 800 555 1234",
                "1.800.555.1234",
                "001-800-555-1234",
                "00 1 (800) 555 1234",
                "011 1 800 555 1234",
                "+1 1 800 555 1234",
                "+ 1 800 555 1234",
                "+(1) 800 555 1234",
                "[+1] 800 555 1234",
                "(+1 800 555 1234)",
                "((800) 555-1234)",
                "+1 800–555—1234",
                "+1 800−555‒1234",
                "+1 800 - 555 - 1234",
                "+1•800•555•1234",
                "+1\u{2007}800\u{2003}555\u{3000}1234",
                "+1\u{ad}800\u{2060}555\u{200d}1234",
                "\u{202d}+1 (800) 555\u{2011}1234\u{202c}",
                "\u{200f}(800) 555-1234\u{200f}.",
                "（８００）５５５－１２３４",
                "+١ ٨٠٠ ٥٥٥ ١٢٣٤",
                "+۱۸۰۰۵۵۵۱۲۳۴",
                "„+1 800 555 1234“",
                "«+1 800 555 1234»",
                "« +1 800 555 1234 »",
                "‹+1 800 555 1234›",
                "‘800-555-1234’",
                "\"800-555-1234\"",
                "“+1 800 555 1234",
                "“+1 800 555 1234.”",
                "“+1 800 555 1234”.",
                "'+1 800 555 1234' ",
                "_+1 800 555 1234_",
                "~+1 800 555 1234~",
                "*`+1 800 555 1234`*",
                "```+1 800 555 1234```",
                "TEL:+18005551234",
                "tel: +1 800 555 1234",
                "callto:+18005551234",
                "callto://+18005551234",
                "`tel:+18005551234`",
                "<tel:+18005551234>",
                "<tel:+1-800-555-1234|call +1 415 555 0101>",
                "<tel:+1%20800%20555%201234|x>",
                "*<tel:+18005551234|+1 800 555 1234>*",
                "<callto:18005551234|18005551234>",
                "<tel:+18005551234;ext=22|+1 800 555 1234>",
                "<tel:+18005551234|+1 800 555 1234> ext. 22",
                "<tel:+18005551234|+1 800 555 1234>?",
                "+1 800 555 1234!",
                "+1 800 555 1234?!",
                "+1 800 555 1234,",
                "+1 800 555 1234...",
                "+1 800 555 1234…",
                "+1 800 555 1234:",
                "+1 800 555 1234 extension 22",
                "+1 800 555 1234 Extension: 22",
                "+1 800 555 1234, ext. 22",
                "+1 800 555 1234 (ext. 22)",
                "+1 800 555 1234 Ext.22",
                "+1 800 555 1234 EXT 22.",
                "+1 800 555 1234 extn 22",
                "+1 800 555 1234ext22",
                "+1 800 555 1234x22",
                "+1 800 555 1234 X22",
                "+1 800 555 1234#22",
                "+1 800 555 1234 #22",
                "+1 800 555 1234,,,22",
                "+18005551234p22",
                "1 (800) 555-1234;ext=1234",
                "“+1 800 555 1234 ext. 22”",
            ][..],
        ),
        (
            "GB",
            "+442079460018",
            &[
                "+44(0)20 7946 0018",
                "+44 [0] 20 7946 0018",
                "+44 - 0 - 20 - 7946 - 0018",
                "(+44) (0)20 7946 0018",
                "0044 (0)20 7946 0018",
                "00 44 020 7946 0018",
                "(0044) 20 7946 0018",
                "44 (0)20 7946 0018",
                "44-20-7946-0018",
                "(20) 7946 0018",
                "02079460018",
                "020-7946-0018 x3",
                "7946 0018",
                "tel:020-7946-0018",
                "<tel:02079460018|020 7946 0018>",
            ],
        ),
        ("US", "+442079460018", &["011442079460018", "011-44-(0)20-7946-0018", "0044 20 7946 0018", "020 7946 0018"]),
        ("DE", "+4930901820", &["+49 30 901820", "0049 (0)30 901820", "(030) 90 18 20", "030-901820", "49 30 901820"]),
        ("DE", "+4915112345678", &["0151 12345678", "+49 (0)151 / 12345678", "0151-123 456 78", "0049 151 12345678"]),
        ("FR", "+33612345678", &["06 12 34 56 78", "+33 (0) 6 12 34 56 78", "0033 6.12.34.56.78", "06.12.34.56.78"]),
        ("IT", "+390612345678", &["0039 06 1234 5678", "39 06 12345678", "06/12345678", "(06) 1234 5678"]),
        ("IT", "+393471234567", &["347 123 4567", "+39 347 1234567", "+39 (0)347 1234567", "0039 347 1234567"]),
        ("AR", "+5491123456789", &["+54 9 11 15 2345 6789", "+54 11 15 2345-6789", "11 15 2345 6789", "15 2345-6789"]),
        (
            "AR",
            "+5491123456789",
            &["+54 (9) 11 2345 6789", "+54 (011) 15 2345-6789", "0054 9 11 2345 6789", "2345-6789"],
        ),
        ("AR", "+5493514123456", &["0351 15 412 3456", "351 15 412-3456", "+54 351 412 3456", "54 9 351 412 3456"]),
        ("AR", "+541123456780", &["011 2345-6780", "11 2345 6780", "+54 (0)11 2345-6780", "011 15 2345-6780"]),
        ("US", "+5491123456789", &["011 54 9 11 2345 6789", "+54 11 2345-6789", "54 11 2345 6789"]),
        ("MX", "+525512345678", &["1 55 1234 5678", "01 55 1234 5678", "044 55 1234 5678", "+52 (1) 55 1234 5678"]),
        ("MX", "+5215598765432", &["55 9876 5432", "+52 1 55 9876 5432", "0052 55 9876 5432", "52 55 9876 5432"]),
        ("BR", "+5511987654321", &["(11) 98765-4321", "011 98765-4321", "0 15 11 98765-4321", "+55 (0)11 98765-4321"]),
        ("BR", "+5511987654321", &["98765-4321", "55 11 98765 4321"]),
        ("JP", "+81312345678", &["+81 (0)3 1234 5678", "+81-3-1234-5678", "0312345678", "０３－１２３４－５６７８"]),
        ("JP", "+442079460018", &["010 44 20 7946 0018"]),
        ("AU", "+61412345678", &["0412 345 678", "+61 (0)412 345 678", "61 412 345 678", "0011 61 412 345 678"]),
        ("AU", "+442079460018", &["0011 44 20 7946 0018"]),
        ("IN", "+919876543210", &["98765 43210", "+91-98765-43210", "091 98765 43210", "+91 098765 43210"]),
        ("RU", "+74951234567", &["8 (495) 123-45-67", "+7 495 123-45-67", "(495) 123-45-67", "7 495 1234567"]),
        ("RU", "+442079460018", &["8 10 44 20 7946 0018"]),
        (
            "HU",
            "+3612345678",
            &["06 1 234 5678", "(06 1) 234-5678", "+36 1 234 5678", "+36 (06) 1 234 5678", "(1) 234 5678"],
        ),
        ("HU", "+36201234567", &["06 20 123 4567", "06-20/123-4567", "0036 20 123 4567", "36 20 123 4567"]),
        ("LT", "+37061234567", &["8 612 34567", "0 612 34567", "+370 612 34567", "(8 612) 34567"]),
        ("CH", "+41446681801", &["044 668 18 01", "+41 (0)44 668 18 01", "0041 44 668 18 01"]),
        ("NL", "+31612345678", &["06-12345678", "06 12 34 56 78", "+31 (0)6 12345678"]),
        ("ES", "+34612345678", &["612 34 56 78", "+34 612 345 678", "0034 612345678"]),
        ("SG", "+6581234567", &["8123 4567", "+65 8123 4567", "65 8123 4567"]),
        ("CN", "+8613812345678", &["138 1234 5678", "+86 138-1234-5678", "0086 13812345678", "013812345678"]),
        ("ZA", "+27821234567", &["082 123 4567", "+27 (0)82 123 4567"]),
        ("DK", "+4532123456", &["32 12 34 56", "+45 32 12 34 56", "0045 32123456"]),
        ("CA", "+16135550123", &["613-555-0123", "1 (613) 555-0123", "613.555.0123"]),
        ("US", "+16135550123", &["613-555-0123", "1-613-555-0123", "555 0123"]),
        ("FR", "+18005551234", &["001 800 555 1234", "1 800 555 1234", "(800) 555-1234"]),
    ] {
        let seed = seed();
        let contacts: Vec<&str> = seed.iter().map(String::as_str).chain([contact]).collect();
        for typed in spellings {
            let got = outcome(typed, &contacts, &home(region));
            if got != WrittenCase::One(contact, "") {
                failures.push(format!("{region} {typed:?} for {contact}: {got:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn other_numbers_find_no_one() {
    for (region, contact, typed) in [
        ("US", "+18005551234", "+1 800 555 12345"),
        ("US", "+18005551234", "+18005551234567"),
        ("US", "+18005551234", "800 555 1235"),
        ("US", "+18005551234", "1-800-555-123"),
        ("US", "+18005551234", "1800FLOWERS"),
        ("US", "+18005551234", "+1-800-FLOWERS"),
        ("US", "+18005551234", "+44 800 555 1234"),
        ("US", "+18005551234", "+800 555 1234"),
        ("US", "+18005551234", "2 800 555 1234"),
        ("US", "+18005551234", "234"),
        ("US", "+18005551234", "call +1 800 555 1234"),
        ("US", "+18005551234", "#1234"),
        ("US", "+18005551234", "1234%"),
        ("US", "+18005551234", "1234@example.com"),
        ("US", "+18005551234", "<https://example.com/1234|1234>"),
        ("GB", "+442079460018", "+44 20 7946 0019"),
        ("GB", "+442079460018", "+44 0020 7946 0018"),
        ("GB", "+442079460018", "+44 7946 0018"),
        ("GB", "+442079460018", "021 7946 0018"),
        ("IT", "+390612345678", "0039 6 1234 5678"),
        ("AR", "+5491123456789", "+54 9 351 2345-6789"),
        ("AR", "+5491123456789", "011 16 2345-6789"),
        ("MX", "+525512345678", "+52 2 55 1234 5678"),
        ("HU", "+3612345678", "+36 8 1 234 5678"),
        ("US", "SUPPORT", "7877678"),
    ] {
        let got = outcome(typed, &[contact], &home(region));
        assert_eq!(got, WrittenCase::Nothing, "{region} {typed:?} for {contact}");
    }
}

#[test]
fn a_note_begins_behind_the_number() {
    for (typed, rest) in [
        ("+1 415 555 0101 wants a call back", "wants a call back"),
        ("+1 415 555 0101 2 calls missed", "2 calls missed"),
        ("415 555 0101 24/7 support", "24/7 support"),
        ("415 555 0101 10:30 call", "10:30 call"),
        ("415 555 0101 50% off", "50% off"),
        ("415 555 0101 2x today", "2x today"),
        ("415 555 0101 2 x 30 min", "2 x 30 min"),
        ("415 555 0101 100€ open", "100€ open"),
        ("415-555-0101: 2 calls", "2 calls"),
        ("415-555-0101; call", "call"),
        ("415-555-0101,2 calls", "2 calls"),
        ("415-555-0101 (2 calls)", "(2 calls)"),
        ("415-555-0101(2 calls)", "(2 calls)"),
        ("415-555-0101 “2 calls”", "“2 calls”"),
        ("415-555-0101 *urgent*", "*urgent*"),
        ("415-555-0101? call her", "call her"),
        ("415-555-0101 · urgent", "urgent"),
        ("415-555-0101 – 2 left messages", "2 left messages"),
        ("415-555-0101 -2 left messages", "2 left messages"),
        ("415-555-0101\n2 left messages", "2 left messages"),
        ("“415-555-0101” 2 calls", "2 calls"),
        ("« 415-555-0101 » 2 calls", "2 calls"),
        ("*415-555-0101* 2 calls", "2 calls"),
        ("\u{202a}415-555-0101\u{202c} 2 calls", "2 calls"),
        ("(415-555-0101) 2 calls", "2 calls"),
        ("<tel:4155550101|415-555-0101> 2 calls", "2 calls"),
        ("<tel:4155550101|415-555-0101>, 2 calls", "2 calls"),
        ("<tel:4155550101|415-555-0101> x22 2 calls", "2 calls"),
        ("415-555-0101 ext. 22 2 calls", "2 calls"),
        ("415-555-0101 ext 22, urgent", "urgent"),
        ("415-555-0101 x22: urgent", "urgent"),
        ("415-555-0101 ext room 4", "ext room 4"),
        ("415-555-0101 x2nd floor", "x2nd floor"),
        ("415-555-0101 xylophone 22", "xylophone 22"),
        ("415-555-0101 external 22", "external 22"),
        ("415-555-0101 pm 22", "pm 22"),
        ("+1 415 555 0101 +1 415 555 0102", "+1 415 555 0102"),
        ("+1 415 555 0101, +1 415 555 0102", "+1 415 555 0102"),
        ("+14155550101+14155550102", "+14155550102"),
        ("+1 415 555 0101 & +1 415 555 0102", "& +1 415 555 0102"),
        ("+1 415 555 0101 555 0142 is her cell", "555 0142 is her cell"),
        ("415 555 0101 415 555 0102", "415 555 0102"),
        ("+1 415 555 0101 <@U1> please", "<@U1> please"),
        ("+1 415 555 0101<@U1> please", "<@U1> please"),
        ("555 0101 🙂", "🙂"),
        ("555 0101🙂", "🙂"),
        ("555 0101 $50", "$50"),
    ] {
        let got = outcome(typed, &["+14155550101", "+14155550102"], &home("US"));
        assert_eq!(got, WrittenCase::One("+14155550101", rest), "{typed:?}");
    }
}

#[test]
fn a_whole_national_number_means_that_line_alone() {
    let fit = |typed: &str, stored: &str, region: &str| {
        WrittenNumber::parse(typed).and_then(|number| number.fit(stored, &home(region)))
    };
    assert_eq!(fit("(207) 946-0018", "+12079460018", "US"), Some(Fit::Line));
    assert_eq!(fit("(207) 946-0018", "+442079460018", "US"), Some(Fit::LastDigits));
    assert_eq!(fit("2079460018", "+2079460018", "US"), Some(Fit::Ending));
    assert_eq!(fit("207 946 0018", "+12079460018", "GB"), Some(Fit::Ending));
    assert_eq!(fit("020 7946 0018", "+442079460018", "GB"), Some(Fit::Line));
    assert_eq!(fit("98765 43210", "+919876543210", "IN"), Some(Fit::Line));
    assert_eq!(fit("98765 43210", "+449876543210", "IN"), Some(Fit::Ending));
    assert_eq!(fit("333 0101", "+14153330101", "US"), Some(Fit::Ending));
    assert_eq!(fit("901 8200", "+49309018200", "DE"), Some(Fit::Ending));
    assert_eq!(fit("8123 4567", "+6581234567", "SG"), Some(Fit::Line));
    assert_eq!(fit("0018", "+442079460018", "GB"), Some(Fit::LastDigits));
    assert_eq!(fit("460018", "+442079460018", "GB"), Some(Fit::LastDigits));
}

#[test]
fn an_unknown_home_leaves_endings_and_international_numbers() {
    for (typed, fit) in [
        ("+44 20 7946 0018", Fit::Line),
        ("44 20 7946 0018", Fit::Line),
        ("011 44 20 7946 0018", Fit::Line),
        ("020 7946 0018", Fit::Ending),
        ("7946 0018", Fit::Ending),
        ("0018", Fit::LastDigits),
    ] {
        let number = WrittenNumber::parse(typed);
        assert_eq!(
            number.and_then(|number| number.fit("+442079460018", &HomeCountries::default())),
            Some(fit),
            "{typed}"
        );
    }
}

#[test]
fn stored_numbers_may_have_blanks_and_extensions() {
    for stored in ["+14155550124;ext=22", "+1 415 555 0124", "+1 (415) 555-0124 x22", "14155550124", "+14155550124,,22"]
    {
        let number = WrittenNumber::parse("+14155550124");
        assert_eq!(number.and_then(|number| number.fit(stored, &home("US"))), Some(Fit::Line), "{stored}");
    }
}

#[test]
fn texts_without_a_number_have_no_reading() {
    for text in
        ["", "+", "555", "12", "2 calls", "2nd call", "conv_1001", "1+4155550101", "1-800-FLOWERS", "٤٥ min", "<@U1>"]
    {
        assert_eq!(WrittenNumber::leading(text), [], "{text:?}");
    }
    for text in ["1234567890123456", "+1 415 555 0101 x", "call 415 555 0101"] {
        assert_eq!(WrittenNumber::parse(text), None, "{text:?}");
    }
}

#[test]
fn readings_are_offered_longest_first() {
    let readings = |text| WrittenNumber::leading(text).into_iter().map(|(number, rest)| (number.digits, rest));
    let long: Vec<_> = readings("415 555 0101 2 calls missed").collect();
    assert_eq!(
        long,
        [
            ("41555501012".to_owned(), "calls missed"),
            ("4155550101".to_owned(), "2 calls missed"),
            ("415555".to_owned(), "0101 2 calls missed"),
        ]
    );
    assert!(readings("68849 2 texts").any(|(digits, rest)| digits == "68849" && rest == "2 texts"));
    assert!(readings(&"1234 ".repeat(10_000)).count() < 10);
}

#[test]
fn knows_whether_the_country_code_was_written() {
    for text in ["+1 415 555 0101", "(+1) 415 555 0101", "001 415 555 0101", "<tel:+14155550101|0101>"] {
        assert_eq!(WrittenNumber::parse(text).map(|number| number.full().is_some()), Some(true), "{text}");
    }
    for text in ["415 555 0101", "1 415 555 0101", "011 44 20 7946 0018", "020 7946 0018", "0018", "00 12 34"] {
        assert_eq!(WrittenNumber::parse(text).map(|number| number.full().is_some()), Some(false), "{text}");
    }
}

#[test]
fn shows_numbers_as_people_read_them() {
    assert_eq!(pretty("+14155550101"), "+1 415 555 0101");
    assert_eq!(pretty("+442079460018"), "+44 20 7946 0018");
    assert_eq!(pretty("+14155550101;ext=22"), "+1 415 555 0101 ext. 22");
    assert_eq!(pretty("+1 (415) 555-0101 x22"), "+1 415 555 0101 ext. 22");
    assert_eq!(pretty("anonymous"), "anonymous");
    let shown = |text| WrittenNumber::parse(text).map(|number| number.to_string());
    assert_eq!(shown("+44 (0)20 7946 0018").as_deref(), Some("+44 20 7946 0018"));
    assert_eq!(shown("001 415 555 0101").as_deref(), Some("+1 415 555 0101"));
    assert_eq!(shown("(415) 555-0101").as_deref(), Some("4155550101"));
}

#[test]
fn a_hundred_thousand_contacts_are_compared_in_a_moment() {
    let home = home("US");
    let matcher = WrittenNumber::parse("(415) 555-0101").map(|number| number.against(&home));
    let contacts: Vec<String> = (0..100_000).map(|n| format!("+1415{n:07}")).collect();
    let start = std::time::Instant::now();
    let fits = contacts.iter().filter(|contact| matcher.as_ref().is_some_and(|matcher| matcher.fit(contact).is_some()));
    assert_eq!(fits.count(), 0);
    assert!(start.elapsed() < std::time::Duration::from_secs(1), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn a_rest_is_the_end_of_the_text(text in "[0-9 +().,;:x#<>|*“” \u{202f}\u{200b}٣３étel-]{0,40}") {
        let mut digits = usize::MAX;
        for (number, rest) in WrittenNumber::leading(&text) {
            prop_assert!(text.ends_with(rest));
            prop_assert!(number.digits.len() < digits && number.digits.len() >= 4);
            digits = number.digits.len();
            number.against(&home("AR"));
        }
    }

    #[test]
    fn the_displayed_number_is_read_again(national in 2_000_000_000_u64..9_999_999_999) {
        let stored = format!("+1{national}");
        let number = WrittenNumber::parse(&pretty(&stored));
        prop_assert_eq!(number.and_then(|number| number.fit(&stored, &HomeCountries::default())), Some(Fit::Line));
    }
}

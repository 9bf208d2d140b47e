//! Fuzzes typed text: it becomes a command, a form or a helpful sentence, never a panic and never a note that the
//! person didn't type.
#![no_main]

use dialnote_slack::commands::parser::{Parsed, parse};
use dialnote_slack::core::conversation::Links;
use dialnote_slack::commands::help_view;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let links = Links::new(Url::parse("https://app.dialnote.com").unwrap());
    for slash in ["/assign", "/handoff", "/done", "/snooze", "/inbox", "/dialnote"] {
        match parse(slash, text, &links) {
            Ok(Parsed::Do(command)) => assert!(command.note.len() <= text.len() + 64),
            Ok(_) => {}
            Err(parse_error) => assert!(!help_view::parse_error(&parse_error, text).text.is_empty()),
        }
    }
});

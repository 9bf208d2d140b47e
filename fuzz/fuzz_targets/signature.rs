//! Fuzzes the two signature headers: only Slack's own signature is accepted, and nothing panics.
#![no_main]

use dialnote_slack::platform::slack::signature::{sign, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let secrets = ["one".to_owned().into(), "another".to_owned().into()];
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (timestamp, signature) = (text(), text());
    let body = parts.next().unwrap_or_default();
    if verify(&secrets, &timestamp, &signature, body, now).is_ok() {
        let seconds = timestamp.parse().unwrap();
        assert!(["one", "another"].iter().any(|secret| sign(secret, seconds, body).eq_ignore_ascii_case(&signature)));
    }
});

//! Fuzzes dialnote's answers: the app reads the valid parts, and never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| dialnote_slack::platform::dialnote::read_anything(data));

//! Whatever dialnote answers: what can be read of it is read.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| dialnote_slack::dialnote::read_anything(data));

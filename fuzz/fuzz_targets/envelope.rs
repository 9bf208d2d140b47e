//! Fuzzes Socket Mode frames: the app reads a frame or ignores it, and never panics.
#![no_main]

use dialnote_slack::platform::slack::socket::Frame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Frame::Envelope(envelope) = Frame::read(data) {
        envelope.inbound();
    }
});

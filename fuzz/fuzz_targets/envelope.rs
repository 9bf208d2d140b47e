//! Frames of any kind: they are understood, or nothing that we know.
#![no_main]

use dialnote_slack::slack::socket::Frame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Frame::Envelope(envelope) = Frame::read(data) {
        envelope.inbound();
    }
});

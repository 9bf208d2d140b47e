//! Fuzzes signed bytes: the app reads, refuses or ignores them, and never panics.
#![no_main]

use dialnote_slack::platform::slack::inbound::Inbound;
use dialnote_slack::platform::slack::reading;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    reading::is_ssl_check(data);
    for kind in [Some("application/x-www-form-urlencoded"), Some("application/json"), None] {
        match reading::read(kind, data) {
            Ok(Inbound::Click { click, .. }) => {
                click.meaning();
                click.list();
            }
            Ok(_) | Err(_) => {}
        }
    }
});

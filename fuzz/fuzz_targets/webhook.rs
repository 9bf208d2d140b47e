//! Fuzzes requests to the webhooks' address: nothing panics, and only the app's own address is accepted.
#![no_main]

use dialnote_slack::platform::dialnote::webhooks::{Hooks, Signing, name};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|data: &[u8]| {
    let url = |text| Url::parse(text).unwrap();
    let signing = Signing { header: "x".to_owned(), secret: "secret".to_owned().into() };
    let key = "key".to_owned().into();
    let webhooks = Hooks::new(url("https://api.example/hooks"), url("https://app.example"), key, Some(signing));
    let text = String::from_utf8_lossy(data);
    assert!(!webhooks.is_ours(&text) || webhooks.address().ends_with(&text.to_lowercase()));
    webhooks.is_signed(|_| Some(&text), data);
    let said = serde_json::from_slice(data).unwrap_or_default();
    name(Some(&text), &said);
});

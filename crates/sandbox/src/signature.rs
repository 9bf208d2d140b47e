//! Slack's signature of its requests (docs/contracts/slack.md §2).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Header with the signature: `v0=` and 64 hex digits (§2.3).
pub(crate) const SIGNATURE_HEADER: &str = "x-slack-signature";

/// Header with the time of sending, in seconds since the epoch (§2.1).
pub(crate) const TIMESTAMP_HEADER: &str = "x-slack-request-timestamp";

/// Returns the signature of `body`, sent at `timestamp` (seconds since the epoch).
#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
pub(crate) fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    let mac = mac.chain_update(format!("v0:{timestamp}:")).chain_update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

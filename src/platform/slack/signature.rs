//! The proof that a request is Slack's: HMAC-SHA256 over the raw body and a timestamp (docs/contracts/slack.md §2). It
//! is too central to leave to a library, and short.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The largest difference between the timestamp and now, in either direction (§2.4).
pub(crate) const MAX_SKEW_SECONDS: u64 = 300;

/// The header with the signature: `v0=` and 64 hex digits (§2.3).
pub const SIGNATURE_HEADER: &str = "x-slack-signature";

/// The header with the time of sending, in seconds since the epoch (§2.1).
pub const TIMESTAMP_HEADER: &str = "x-slack-request-timestamp";

/// The reason why a request does not count as Slack's. For the log; the sender learns only that the request was
/// refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// The timestamp is not a plain decimal number of seconds.
    #[error("the timestamp is not a whole number of seconds")]
    BadTimestamp,
    /// The timestamp is more than [`MAX_SKEW_SECONDS`] away from now: a replay, or a wrong clock.
    #[error("the timestamp is more than {MAX_SKEW_SECONDS} s away from this machine's clock")]
    Stale,
    /// The signature is not `v0=` and 64 hex digits.
    #[error("the signature is not v0= and 64 hex digits")]
    BadSignature,
    /// None of the app's secrets makes this signature.
    #[error("the signature does not match")]
    Mismatch,
}

/// The signature headers of a request.
pub(crate) struct SignatureHeaders<'a> {
    timestamp: &'a str,
    digest: [u8; 32],
}

impl<'a> SignatureHeaders<'a> {
    /// Reads the headers. The body need not have arrived yet, and need not be waited for if the headers are refused.
    pub(crate) fn read(timestamp: &'a str, signature: &str, now: Timestamp) -> Result<Self, Forged> {
        if seconds(timestamp)?.abs_diff(now.as_second()) > MAX_SKEW_SECONDS {
            return Err(Forged::Stale);
        }
        Ok(Self { timestamp, digest: digest(signature)? })
    }

    /// Checks that one of `secrets` signed `body`. There are several secrets during a rotation (§2.10). Compares in
    /// constant time.
    pub(crate) fn verify(&self, secrets: &[SecretString], body: &[u8]) -> Result<(), Forged> {
        let mut macs = secrets.iter().map(|secret| mac(secret.expose_secret(), self.timestamp, body));
        if macs.any(|mac| mac.verify_slice(&self.digest).is_ok()) { Ok(()) } else { Err(Forged::Mismatch) }
    }
}

/// Checks that `body` was signed at about `now` with one of `secrets`.
pub fn verify(
    secrets: &[SecretString],
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Forged> {
    SignatureHeaders::read(timestamp, signature, now)?.verify(secrets, body)
}

/// Returns the signature that Slack would send for `body` at `timestamp` (seconds since the epoch).
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let digest = mac(secret, &timestamp.to_string(), body).finalize().into_bytes();
    format!("v0={}", hex::encode(digest))
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn mac(secret: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    mac
}

fn seconds(timestamp: &str) -> Result<i64, Forged> {
    let plain = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    if !plain {
        return Err(Forged::BadTimestamp);
    }
    timestamp.parse().map_err(|_| Forged::BadTimestamp)
}

fn digest(signature: &str) -> Result<[u8; 32], Forged> {
    let hex_digits = signature.strip_prefix("v0=").ok_or(Forged::BadSignature)?;
    let mut digest = [0; 32];
    hex::decode_to_slice(hex_digits, &mut digest).map_err(|_| Forged::BadSignature)?;
    Ok(digest)
}

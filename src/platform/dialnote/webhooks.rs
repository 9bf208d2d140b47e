//! dialnote's webhooks: hints that something has happened, so that the app need not wait for the next poll
//! (docs/contracts/dialnote.md, Webhooks). Their signature is not documented, so an address that no one can guess
//! authenticates them; and the app never trusts their content, but reads dialnote.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use crate::core::ids::InstallationId;
use crate::core::json::Peek;

/// The path for webhooks; the token follows it.
pub const PATH: &str = "/dialnote/webhooks/";

/// The kinds of events; each is a subscription of its own. The name of the last one is assumed.
pub(crate) const EVENTS: [&str; 3] = ["call_log", "call_recording", "note"];

/// The header with the id of a delivery.
pub(crate) const DELIVERY_HEADER: &str = "x-dialnote-delivery-id";

/// The constant from which, together with the API key, the token is derived.
const PURPOSE: &[u8] = b"dialnote-slack webhook";

/// The address for dialnote's webhooks, and the proof that they are dialnote's.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// dialnote's address for subscriptions.
    pub api: Url,
    public: Url,
    key: SecretString,
    signing: Option<Signing>,
    installation: Option<InstallationId>,
}

/// The signature of webhooks, if the operator knows how they are signed.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The header with the signature: HMAC-SHA256 over the body, in hexadecimal digits.
    pub header: String,
    /// The secret.
    pub secret: SecretString,
}

impl Hooks {
    /// Creates hooks below `public` for the organization of an API key.
    pub fn new(api: Url, public: Url, key: SecretString, signing: Option<Signing>) -> Self {
        Self { api, public, key, signing, installation: None }
    }

    /// Returns the hooks of one installation, which their address then names.
    pub fn of(self, installation: Option<InstallationId>) -> Self {
        Self { installation, ..self }
    }

    /// Returns the address to subscribe. Its token is derived from the API key: it is the same on every instance and
    /// after every start, is stored nowhere, and changes with the key.
    pub fn address(&self) -> String {
        let token = hex::encode(self.token().finalize().into_bytes());
        let whose = self.installation.as_ref().map_or_else(String::new, |id| format!("{id}-"));
        format!("{}{PATH}{whose}{token}", self.public.as_str().trim_end_matches('/'))
    }

    /// Returns a hash of the app's and dialnote's addresses, which identifies them without showing them.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(format!("{} {}", self.api, self.address())))
    }

    /// Answers whether this is the token of the app's address. Compares in constant time.
    pub fn is_ours(&self, token: &str) -> bool {
        hex::decode(token).is_ok_and(|token| self.token().verify_slice(&token).is_ok())
    }

    /// Answers whether the body has a valid signature; true without a signing secret. `header` looks a header up by its
    /// name.
    pub fn is_signed<'a>(&self, header: impl Fn(&str) -> Option<&'a str>, body: &[u8]) -> bool {
        let Some(Signing { header: name, secret }) = &self.signing else { return true };
        let signature = header(name).map(|value| value.trim_start_matches("sha256="));
        let Some(signature) = signature.and_then(|value| hex::decode(value).ok()) else { return false };
        let mut mac = mac(secret);
        mac.update(body);
        mac.verify_slice(&signature).is_ok()
    }

    fn token(&self) -> Hmac<Sha256> {
        let mut mac = mac(&self.key);
        mac.update(PURPOSE);
        mac
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn mac(key: &SecretString) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.expose_secret().as_bytes()).expect("HMAC takes keys of every length")
}

/// Returns the installation, if the address names one, and the token.
pub(crate) fn addressed(name: &str) -> (Option<InstallationId>, &str) {
    name.rsplit_once('-').map_or((None, name), |(whose, token)| (Some(InstallationId::new(whose)), token))
}

/// Returns the name that all deliveries of one event share: the event's own, else the delivery's.
pub fn name(delivery: Option<&str>, body: &Value) -> Option<String> {
    let event = body.words("/id").zip(body.words("/event_type"));
    event.map(|(id, kind)| format!("{kind} {id}")).or_else(|| delivery.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn webhooks(key: &str, signing: Option<Signing>) -> Hooks {
        let url = |text: &str| Url::parse(text).unwrap_or_else(|_| unreachable!("{text}"));
        Hooks::new(url("https://api.example/hooks"), url("https://app.example/below/"), key.into(), signing)
    }

    fn token(address: &str) -> &str {
        address.strip_prefix("https://app.example/below/dialnote/webhooks/").unwrap_or_default()
    }

    #[test]
    fn an_address_is_known_again_and_belongs_to_one_key() {
        let (ours, others) = (webhooks("dn_live_planted", None), webhooks("dn_live_other", None));
        let address = ours.address();
        assert_eq!(token(&address).len(), 64, "{address}");
        assert!(ours.is_ours(token(&address)) && !others.is_ours(token(&address)));
        for wrong in ["", "planted", "00", token(&address).get(2..).unwrap_or_default()] {
            assert!(!ours.is_ours(wrong), "{wrong}");
        }
        assert!(!format!("{ours:?}").contains("planted"));
    }

    #[test]
    fn a_signature_counts_where_one_is_asked_for() {
        let signing = Signing { header: "x-signature".to_owned(), secret: "planted".into() };
        let (strict, lenient) = (webhooks("k", Some(signing)), webhooks("k", None));
        let mut mac = mac(&"planted".into());
        mac.update(b"body");
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert!(strict.is_signed(|name| (name == "x-signature").then_some(signature.as_str()), b"body"));
        assert!(!strict.is_signed(|_| Some(signature.as_str()), b"other"));
        assert!(!strict.is_signed(|_| None, b"body") && lenient.is_signed(|_| None, b"body"));
    }

    #[test]
    fn an_event_has_one_name_however_often_it_is_delivered() {
        let body = json!({ "id": "CA1", "event_type": "call_log" });
        assert_eq!(name(Some("d1"), &body), name(Some("d2"), &body));
        assert_eq!(name(Some("d1"), &json!({ "content": "a note" })), Some("d1".to_owned()));
        assert_eq!(name(None, &json!([])), None);
    }
}

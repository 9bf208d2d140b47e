//! Tokens and keys at rest. Databases are copied, backed up and shared for debugging: no copy must give access to a
//! workspace's Slack or dialnote. So secrets are sealed before they are stored, with a key that is kept elsewhere.
//!
//! A sealed secret belongs to one installation and has one purpose, and opens only for these: an attacker who can write
//! to the database cannot give one workspace another's token.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::core::ids::InstallationId;

/// The prefix of secrets in the current format.
const VERSION: &str = "v1";

/// The number of hexadecimal digits that name a key.
const KEY_NAME_LENGTH: usize = 8;

/// A secret as it is stored: `v1:key:nonce and ciphertext`, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

/// The purpose of a sealed secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A bot token.
    SlackToken,
    /// A refresh token.
    RefreshToken,
    /// An API key of dialnote's.
    DialnoteKey,
    /// The token of a workflow step.
    StepToken,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SlackToken => "slack token",
            Self::RefreshToken => "refresh token",
            Self::DialnoteKey => "dialnote key",
            Self::StepToken => "step token",
        }
    }
}

/// The reason why keys are invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// There is no key.
    #[error("has no key")]
    None,
    /// The key is not 32 bytes in hexadecimal digits.
    #[error("is not 64 hexadecimal digits; `dialnote-slack vault key` makes one")]
    Misread,
}

/// The reason why a secret cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// The vault does not have the key.
    #[error("it was sealed with the key {0}, which ENCRYPTION_KEY does not have")]
    UnknownKey(String),
    /// The secret is damaged, or belongs to another installation or purpose.
    #[error("it was altered, or sealed for another installation")]
    Altered,
    /// The text is not a sealed secret.
    #[error("it cannot be read")]
    Misread,
}

struct Named {
    name: String,
    cipher: XChaCha20Poly1305,
}

/// A vault that seals with one key, and opens with several while the operator replaces them.
pub struct Vault {
    seals: Named,
    opens: Vec<Named>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("seals", &self.seals.name).finish_non_exhaustive()
    }
}

impl Vault {
    /// Creates a vault with keys of 64 hexadecimal digits each: the first seals, all open.
    pub fn new(keys: &[SecretString]) -> Result<Self, BadKey> {
        let mut keys = keys.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(BadKey::None);
        }
        Ok(Self { seals: keys.remove(0), opens: keys })
    }

    /// Creates a vault for secrets that live no longer than another secret of the operator's, from which its key is
    /// derived.
    pub fn derived(secret: &SecretString) -> Self {
        let salted = Sha256::new().chain_update("dialnote-slack vault ").chain_update(secret.expose_secret());
        let seals = named_bytes(salted.finalize().into());
        Self { seals, opens: Vec::new() }
    }

    /// Seals a secret of an installation.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "fails only for more than 256 GiB")]
    pub fn seal(&self, installation: &InstallationId, purpose: Purpose, secret: &SecretString) -> Sealed {
        let nonce: [u8; 24] = rand::random();
        let (msg, aad) = (secret.expose_secret().as_bytes(), belongs(installation, purpose));
        let sealed = self.seals.cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad: &aad });
        let sealed = sealed.expect("a secret is short");
        Sealed(format!("{VERSION}:{}:{}{}", self.seals.name, hex::encode(nonce), hex::encode(sealed)))
    }

    /// Opens a secret that was sealed for this installation and purpose.
    pub fn open(
        &self,
        installation: &InstallationId,
        purpose: Purpose,
        sealed: &Sealed,
    ) -> Result<SecretString, Unopened> {
        let (name, text) = sealed.parts().ok_or(Unopened::Misread)?;
        let all = std::iter::once(&self.seals).chain(&self.opens);
        let key = all.into_iter().find(|key| key.name == name).ok_or_else(|| Unopened::UnknownKey(name.to_owned()))?;
        let bytes = hex::decode(text).map_err(|_| Unopened::Misread)?;
        let (nonce, msg) = bytes.split_first_chunk::<24>().ok_or(Unopened::Misread)?;
        let aad = belongs(installation, purpose);
        let opened = key.cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad: &aad });
        let opened = String::from_utf8(opened.map_err(|_| Unopened::Altered)?).map_err(|_| Unopened::Misread)?;
        Ok(SecretString::from(opened))
    }

    /// Seals a secret with the first key; returns `None` if it already is.
    pub fn renewed(
        &self,
        installation: &InstallationId,
        purpose: Purpose,
        sealed: &Sealed,
    ) -> Result<Option<Sealed>, Unopened> {
        if sealed.parts().is_some_and(|(name, _)| name == self.seals.name) {
            return Ok(None);
        }
        Ok(Some(self.seal(installation, purpose, &self.open(installation, purpose, sealed)?)))
    }
}

impl Sealed {
    /// Splits the text into the name of its key and the rest.
    fn parts(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix(VERSION)?.strip_prefix(':')?.split_once(':')
    }
}

/// Returns a new random key.
pub fn new_key() -> SecretString {
    SecretString::from(hex::encode(rand::random::<[u8; 32]>()))
}

fn named(key: &SecretString) -> Result<Named, BadKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(key.expose_secret().trim(), &mut bytes).map_err(|_| BadKey::Misread)?;
    Ok(named_bytes(bytes))
}

fn named_bytes(bytes: [u8; 32]) -> Named {
    let mut name = hex::encode(Sha256::new().chain_update("dialnote-slack key ").chain_update(bytes).finalize());
    name.truncate(KEY_NAME_LENGTH);
    Named { name, cipher: XChaCha20Poly1305::new(&Key::from(bytes)) }
}

/// Returns the installation and the purpose, which are authenticated together with the secret.
fn belongs(installation: &InstallationId, purpose: Purpose) -> Vec<u8> {
    format!("{VERSION}\n{installation}\n{}", purpose.name()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(keys: &[&str]) -> Vault {
        let keys: Vec<_> = keys.iter().map(|key| SecretString::from(key.repeat(32))).collect();
        Vault::new(&keys).unwrap_or_else(|bad| unreachable!("{bad}"))
    }

    fn opened(vault: &Vault, team: &str, purpose: Purpose, sealed: &Sealed) -> Result<String, Unopened> {
        vault.open(&InstallationId::new(team), purpose, sealed).map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn what_is_sealed_opens_for_its_own_only() {
        use Purpose::{RefreshToken, SlackToken};
        let vault = vault(&["a1"]);
        let sealed = vault.seal(&InstallationId::new("T1"), SlackToken, &"xoxb-planted".into());
        assert!(!format!("{sealed:?} {vault:?}").contains("planted"));
        assert_eq!(opened(&vault, "T1", SlackToken, &sealed), Ok("xoxb-planted".to_owned()));
        assert_eq!(opened(&vault, "T2", SlackToken, &sealed), Err(Unopened::Altered));
        assert_eq!(opened(&vault, "T1", RefreshToken, &sealed), Err(Unopened::Altered));
        assert_ne!(sealed, vault.seal(&InstallationId::new("T1"), SlackToken, &"xoxb-planted".into()));
    }

    #[test]
    fn a_derived_vault_opens_with_the_same_secret_only() {
        let (t1, purpose) = (InstallationId::new("T1"), Purpose::StepToken);
        let sealed = Vault::derived(&"xoxb-planted".into()).seal(&t1, purpose, &"xwfp-planted".into());
        assert_eq!(opened(&Vault::derived(&"xoxb-planted".into()), "T1", purpose, &sealed), Ok("xwfp-planted".into()));
        let other = opened(&Vault::derived(&"xoxb-other".into()), "T1", purpose, &sealed);
        assert!(matches!(other, Err(Unopened::UnknownKey(_))), "{other:?}");
    }

    #[test]
    fn a_key_is_replaced_without_losing_anything() {
        let (t1, purpose) = (InstallationId::new("T1"), Purpose::DialnoteKey);
        let old = vault(&["a1"]).seal(&t1, purpose, &"dn_live_planted".into());
        let both = vault(&["b2", "a1"]);
        assert_eq!(opened(&both, "T1", purpose, &old), Ok("dn_live_planted".to_owned()));
        let Ok(Some(new)) = both.renewed(&t1, purpose, &old) else { unreachable!("it was sealed with the old key") };
        assert_eq!(both.renewed(&t1, purpose, &new), Ok(None));
        let after = vault(&["b2"]);
        assert_eq!(opened(&after, "T1", purpose, &new), Ok("dn_live_planted".to_owned()));
        assert!(matches!(opened(&after, "T1", purpose, &old), Err(Unopened::UnknownKey(_))));
    }

    #[test]
    fn what_is_damaged_says_so_and_does_not_panic() {
        let vault = vault(&["a1"]);
        let Sealed(sealed) = vault.seal(&InstallationId::new("T1"), Purpose::SlackToken, &"xoxb-planted".into());
        for end in 0..sealed.len() {
            let cut = Sealed(sealed.get(..end).unwrap_or_default().to_owned());
            assert!(opened(&vault, "T1", Purpose::SlackToken, &cut).is_err(), "{end}");
        }
        let altered = Sealed(format!("{sealed}00"));
        assert_eq!(opened(&vault, "T1", Purpose::SlackToken, &altered), Err(Unopened::Altered));
    }

    #[test]
    fn a_key_is_64_digits() {
        assert!(Vault::new(&[new_key()]).is_ok());
        assert_eq!(Vault::new(&[]).err(), Some(BadKey::None));
        assert_eq!(Vault::new(&["planted".into()]).err(), Some(BadKey::Misread));
        assert_eq!(Vault::new(&["a1".repeat(33).into()]).err(), Some(BadKey::Misread));
    }
}

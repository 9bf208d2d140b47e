//! The app's grants in a workspace (docs/contracts/slack.md §17, §18): codes that work once and for ten minutes, and
//! tokens, which may expire.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// The life of a code.
const CODE_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// The life of a token that expires, in seconds.
pub(crate) const TOKEN_LASTS: i64 = 43_200;

/// The time after its use for which a refresh token may be used again. "Short" is all that is published (§18.3).
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// The number of expiring tokens of one workspace that work at a time.
const LIVE: usize = 2;

/// The app's grants in a workspace.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// Its tokens, the newest last. Without one the app is not installed.
    pub tokens: Vec<Token>,
    /// Tokens that worked once.
    gone: Vec<Token>,
    /// Refresh tokens with the time of their use.
    refresh: BTreeMap<String, Option<Timestamp>>,
    codes: BTreeMap<String, Code>,
}

/// A bot token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub text: String,
    /// The time of expiry, if it has one.
    pub until: Option<Timestamp>,
}

/// A person's consent, until the app exchanges it for a token.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) at: Timestamp,
    pub(crate) scopes: Vec<String>,
    /// The address to which the person was sent back.
    pub(crate) redirect: String,
    /// The id of the person who agreed.
    pub(crate) person: String,
}

impl Grants {
    /// Returns a grant made beforehand: one token that does not expire.
    pub(super) fn given(token: &str) -> Self {
        Self { tokens: vec![Token { text: token.to_owned(), until: None }], ..Self::default() }
    }

    /// Answers whether this was ever one of its tokens.
    pub(super) fn knows(&self, token: &str) -> bool {
        self.tokens.iter().chain(&self.gone).any(|known| known.text == token)
    }

    /// Answers whether a form with such fields concerns this workspace.
    pub(super) fn is_asked(&self, form: &BTreeMap<String, String>) -> bool {
        let field = |name| form.get(name).map(String::as_str).unwrap_or_default();
        self.codes.contains_key(field("code")) || self.refresh.contains_key(field("refresh_token"))
    }

    /// Accepts a token, or returns the fault in it.
    pub(super) fn admit(&self, token: &str, now: Timestamp) -> Result<(), &'static str> {
        if self.gone.iter().any(|known| known.text == token) {
            return Err("token_revoked");
        }
        let known = self.tokens.iter().find(|known| known.text == token).ok_or("invalid_auth")?;
        if known.until.is_some_and(|until| until <= now) { Err("token_expired") } else { Ok(()) }
    }

    /// Revokes everything.
    pub(super) fn revoke(&mut self) {
        self.gone.append(&mut self.tokens);
        self.refresh.clear();
        self.codes.clear();
    }

    /// Keeps a code until the app exchanges it.
    pub(super) fn offer(&mut self, code: String, granted: Code) {
        self.codes.insert(code, granted);
    }

    /// Exchanges a code for the person's consent. A code works once, and only with the redirect address of the first
    /// step.
    pub(super) fn exchange(
        &mut self,
        code: &str,
        redirect: Option<&String>,
        now: Timestamp,
    ) -> Result<Code, &'static str> {
        let granted = self.codes.remove(code).ok_or("invalid_code")?;
        if now.duration_since(granted.at) > CODE_LASTS {
            return Err("invalid_code");
        }
        if redirect != Some(&granted.redirect) {
            return Err("bad_redirect_uri");
        }
        Ok(granted)
    }

    /// Uses a refresh token. A used one works for a short time more.
    pub(super) fn refresh(&mut self, token: &str, now: Timestamp) -> Result<(), &'static str> {
        let used = self.refresh.get_mut(token).ok_or("invalid_refresh_token")?;
        if used.is_some_and(|at| now.duration_since(at) > GRACE) {
            return Err("invalid_refresh_token");
        }
        used.get_or_insert(now);
        Ok(())
    }

    /// Makes this, which does not expire, the only token.
    pub(super) fn replace_token(&mut self, text: &str) {
        self.tokens = vec![Token { text: text.to_owned(), until: None }];
    }

    /// Adds an expiring token and its refresh token. No more than two tokens work at a time.
    pub(super) fn rotate(&mut self, text: &str, next: &str, now: Timestamp) {
        let until = now.saturating_add(SignedDuration::from_secs(TOKEN_LASTS)).unwrap_or(Timestamp::MAX);
        self.tokens.push(Token { text: text.to_owned(), until: Some(until) });
        if self.tokens.len() > LIVE {
            self.gone.push(self.tokens.remove(0));
        }
        self.refresh.insert(next.to_owned(), None);
    }
}

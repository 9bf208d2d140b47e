//! The installation of the app in a workspace (docs/contracts/slack.md §17): its admin is sent to Slack, agrees there,
//! and comes back with a code that the app exchanges for a token. Where tokens expire, they are refreshed here, too
//! (§18).

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::core::error::{Fault, Service};
use crate::core::ids::{InstallationId, SlackUserId};
use crate::core::json::Peek;
use crate::platform::slack::answer::{SlackError, judged, unusable};
use crate::platform::slack::scopes::{OPTIONAL_SCOPES, SCOPES};
use crate::platform::telemetry::metrics::Metrics;
use crate::platform::transport;

/// The path below the public address at which an installation begins.
pub(crate) const INSTALL: &str = "/slack/install";

/// The path below the public address to which Slack sends people back.
pub const PATH: &str = "/slack/oauth_redirect";

const METHOD: &str = "oauth.v2.access";

/// The app as Slack knows it.
#[derive(Clone, Debug)]
pub struct OAuth {
    http: reqwest::Client,
    api: Url,
    app: AppCredentials,
    metrics: Arc<Metrics>,
}

/// The app's credentials (*Basic Information → App Credentials*).
#[derive(Clone, Debug)]
pub struct AppCredentials {
    /// The app's id in OAuth; not a secret.
    pub client_id: String,
    /// The secret with which the app proves its identity.
    pub client_secret: SecretString,
    /// The address at which Slack asks people whether they agree.
    pub authorize: Url,
    /// The app's public address.
    pub public: Url,
}

impl AppCredentials {
    /// Returns the address at which an installation begins.
    pub fn install(&self) -> String {
        self.at(INSTALL)
    }

    /// Returns the address to which Slack sends people back. It must be the same in both steps (§17.4).
    pub fn redirect(&self) -> String {
        self.at(PATH)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.public.as_str().trim_end_matches('/'))
    }
}

/// A grant of Slack's.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The workspace, or the organization if the grant is for all of it (§24.1).
    pub installation: InstallationId,
    /// The name of the workspace or organization.
    pub name: String,
    /// The app's user there.
    pub bot: SlackUserId,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// The person who agreed.
    pub installer: SlackUserId,
    /// The tokens.
    pub tokens: Tokens,
}

/// A bot token, and its refresh token if it expires.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The token for calls.
    pub access: SecretString,
    /// The refresh token, which works once, if the access token expires.
    pub refresh: Option<SecretString>,
    /// The lifetime of the access token, if it expires.
    pub lasts: Option<Duration>,
}

impl OAuth {
    /// Creates a client that calls `oauth.v2.access` below `api` for `app`.
    pub fn new(http: reqwest::Client, api: Url, app: AppCredentials, metrics: Arc<Metrics>) -> Self {
        Self { http, api, app, metrics }
    }

    /// Returns the app's credentials.
    pub fn app(&self) -> &AppCredentials {
        &self.app
    }

    /// Returns the address at which Slack asks a person whether they agree. Slack sends `state` back unchanged.
    pub fn question(&self, state: &str) -> Url {
        let scopes: Vec<_> = SCOPES.iter().chain(&OPTIONAL_SCOPES).map(|scope| scope.name).collect();
        let mut url = self.app.authorize.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.app.client_id)
            .append_pair("scope", &scopes.join(","))
            .append_pair("redirect_uri", &self.app.redirect())
            .append_pair("state", state);
        url
    }

    /// Exchanges a code for a token (§17.4).
    pub async fn exchange(&self, code: &str) -> Result<Granted, SlackError> {
        let answer = self.call(&[("code", code), ("redirect_uri", &self.app.redirect())]).await?;
        granted(&answer).ok_or_else(|| unusable("the answer has no bot token").into())
    }

    /// Refreshes the token (§18.2). The old access token keeps working for a while; the old refresh token does not.
    pub async fn refresh(&self, refresh: &SecretString) -> Result<Tokens, SlackError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let answer = self.call(&form).await?;
        tokens(&answer).ok_or_else(|| unusable("the answer has no token").into())
    }

    async fn call(&self, form: &[(&str, &str)]) -> Result<Value, SlackError> {
        let mut url = self.api.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(METHOD);
        }
        let AppCredentials { client_id, client_secret, .. } = &self.app;
        let request = self.http.post(url).basic_auth(client_id, Some(client_secret.expose_secret())).form(form);
        let begun = Instant::now();
        let answer = transport::send(Service::Slack, None, request).await;
        let outcome = answer.map_err(SlackError::from).and_then(|answer| judged(METHOD, &answer));
        let result = match &outcome {
            Ok(_) => "ok",
            Err(SlackError::Refused(_)) => "refused",
            Err(SlackError::Fault(fault)) => fault.kind(),
        };
        self.metrics.called(Service::Slack, METHOD, result, begun.elapsed());
        outcome
    }
}

/// Reads a grant from Slack's answer (§17.5). A grant of a person only for themselves has no bot token and reads as
/// `None`.
fn granted(answer: &Value) -> Option<Granted> {
    let organization = answer.flag("/is_enterprise_install");
    let (id, name) = if organization { ("/enterprise/id", "/enterprise/name") } else { ("/team/id", "/team/name") };
    let id = answer.words(id)?;
    Some(Granted {
        installation: InstallationId::new(id),
        name: answer.words(name).unwrap_or(id).to_owned(),
        bot: SlackUserId::new(answer.words("/bot_user_id")?),
        scopes: answer.words("/scope").unwrap_or_default().split(',').map(str::to_owned).collect(),
        installer: SlackUserId::new(answer.words("/authed_user/id")?),
        tokens: tokens(answer)?,
    })
}

/// Reads the bot's tokens. A person's token may come along; the app must not use it (§18.4).
fn tokens(answer: &Value) -> Option<Tokens> {
    if answer.words("/token_type") != Some("bot") {
        return None;
    }
    Some(Tokens {
        access: answer.words("/access_token")?.into(),
        refresh: answer.words("/refresh_token").map(SecretString::from),
        lasts: answer.at("/expires_in").and_then(Value::as_u64).map(Duration::from_secs),
    })
}

/// Answers whether Slack refused the call, as opposed to not answering it.
pub(crate) fn is_refused(error: &SlackError) -> bool {
    match error {
        SlackError::Refused(_) => true,
        SlackError::Fault(fault) => matches!(fault, Fault::Unauthorized { .. }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn recorded(name: &str) -> Option<Granted> {
        let path = format!("tests/fixtures/slack/api/oauth.v2.access/{name}.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| unreachable!("{path}: {error}"));
        granted(&serde_json::from_str(&text).unwrap_or_default())
    }

    #[test]
    fn a_workspace_grants() {
        let Some(granted) = recorded("success") else { unreachable!("it does") };
        assert_eq!((granted.installation.as_str(), granted.name.as_str()), ("T9TK3CUKW", "Slack Softball Team"));
        assert_eq!((granted.bot.as_str(), granted.installer.as_str()), ("U0KRQLJ9H", "U1234"));
        assert_eq!(granted.scopes, ["commands", "incoming-webhook"]);
        assert_eq!(granted.tokens.access.expose_secret(), "xoxb-example");
        assert!(granted.tokens.refresh.is_none() && granted.tokens.lasts.is_none());
    }

    #[test]
    fn an_organization_grants_for_all_its_workspaces() {
        let granted = recorded("success_org_install_docs");
        assert_eq!(granted.map(|granted| granted.installation), Some(InstallationId::new("E123ABC456")));
    }

    #[test]
    fn a_token_that_ends_comes_with_what_gets_the_next() {
        let Some(granted) = recorded("success_rotation_bot_and_user_real") else { unreachable!("it does") };
        let Tokens { access, refresh, lasts } = granted.tokens;
        assert_eq!((access.expose_secret(), lasts), ("xoxe.xoxb-1-yyy", Some(Duration::from_secs(43_201))));
        assert_eq!(refresh.map(|refresh| refresh.expose_secret().to_owned()), Some("xoxe-1-yyy".to_owned()));
    }

    #[test]
    fn whoever_agrees_only_for_themselves_grants_us_nothing() {
        assert!(recorded("success_with_sign_in_with_slack").is_none());
        assert!(tokens(&json!({ "ok": true, "token_type": "user", "access_token": "xoxp-1" })).is_none());
    }

    #[test]
    fn no_secret_is_shown() {
        let Some(granted) = recorded("success_with_token_rotation") else { unreachable!("it does") };
        assert!(!format!("{granted:?}").contains("xoxe"));
    }
}

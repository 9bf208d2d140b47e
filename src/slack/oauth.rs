//! How a workspace becomes an installation (docs/contracts/slack.md §17): its admin is sent to Slack, agrees there,
//! and comes back with a code that we change for a token. Where tokens end, the next one is got here too (§18).

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::error::{Fault, Service};
use crate::ids::{InstallationId, SlackUserId};
use crate::json::Peek;
use crate::metrics::Metrics;
use crate::slack::answer::{SlackError, judged, unusable};
use crate::slack::scopes::{OPTIONAL_SCOPES, SCOPES};
use crate::transport;

/// Where people begin, below our public address.
pub const INSTALL: &str = "/slack/install";

/// Where they come back from Slack.
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

/// What the operator knows of the app (*Basic Information → App Credentials*).
#[derive(Clone, Debug)]
pub struct AppCredentials {
    /// Its name; no secret.
    pub client_id: String,
    /// What proves that we are it.
    pub client_secret: SecretString,
    /// Where people are asked whether they agree.
    pub authorize: Url,
    /// Where we are on the web.
    pub public: Url,
}

impl AppCredentials {
    /// Where people begin.
    pub fn install(&self) -> String {
        self.at(INSTALL)
    }

    /// Where Slack sends people back to. It has to be the same at both steps (§17.4).
    pub fn redirect(&self) -> String {
        self.at(PATH)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.public.as_str().trim_end_matches('/'))
    }
}

/// What Slack granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Where: the workspace, or the organization, if it is for all of it (§24.1).
    pub installation: InstallationId,
    /// What that is called.
    pub name: String,
    /// Our user there.
    pub bot: SlackUserId,
    /// What we may.
    pub scopes: Vec<String>,
    /// Who agreed.
    pub installer: SlackUserId,
    /// The token.
    pub tokens: Tokens,
}

/// A token, and what belongs to it.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// What we speak with.
    pub access: SecretString,
    /// What gets the next, once, if this one ends.
    pub refresh: Option<SecretString>,
    /// How long it lasts, if it ends.
    pub lasts: Option<Duration>,
}

impl OAuth {
    /// A client that calls `oauth.v2.access` below `api` for `app`.
    pub fn new(http: reqwest::Client, api: Url, app: AppCredentials, metrics: Arc<Metrics>) -> Self {
        Self { http, api, app, metrics }
    }

    /// The app.
    pub fn app(&self) -> &AppCredentials {
        &self.app
    }

    /// Where somebody is asked whether they agree. Slack gives `state` back as it is.
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

    /// Changes a code for a token (§17.4).
    pub async fn exchange(&self, code: &str) -> Result<Granted, SlackError> {
        let answer = self.call(&[("code", code), ("redirect_uri", &self.app.redirect())]).await?;
        granted(&answer).ok_or_else(|| unusable("the answer grants no bot anything").into())
    }

    /// Gets the next token (§18.2). The old one goes on to work for a while, what got this one does not.
    pub async fn refresh(&self, refresh: &SecretString) -> Result<Tokens, SlackError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let answer = self.call(&form).await?;
        tokens(&answer).ok_or_else(|| unusable("the answer holds no token").into())
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

/// What Slack granted, as its answer tells (§17.5). Who agreed only for themselves gave us no bot.
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

/// The bot's token: a person's may come along, and is not ours to use (§18.4).
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

/// Whether Slack said no, rather than nothing.
pub fn is_refused(error: &SlackError) -> bool {
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

//! The options of a sandbox, and the credentials that it gives the app.

use std::net::SocketAddr;

use serde::Serialize;

use crate::clock::Clock;

/// The options of a sandbox.
#[derive(Clone)]
pub struct Options {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The clock of both services.
    pub clock: Clock,
    /// The base URL of the app, if it is known already.
    pub bot_url: Option<String>,
    /// The secrets that app and services share.
    pub secrets: Secrets,
    /// The bot scopes that the installation granted; see [`every_scope`](crate::every_scope).
    pub scopes: Vec<String>,
}

/// The app's client id; not a secret.
const CLIENT_ID: &str = "1001.2002";

/// The secrets that the app shares with the two services.
#[derive(Clone)]
pub struct Secrets {
    /// The secret with which Slack signs its requests.
    pub signing_secret: String,
    /// The app's Slack token.
    pub bot_token: String,
    /// The app's own Slack token, for Socket Mode.
    pub app_token: String,
    /// The organization's dialnote key.
    pub dialnote_key: String,
    /// A dialnote key that may only read.
    pub read_only_key: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's client secret.
    pub client_secret: String,
}

impl Secrets {
    /// Returns random secrets, for a sandbox that people use.
    pub fn random() -> Self {
        Self {
            signing_secret: random_hex(),
            bot_token: format!("xoxb-{}", random_hex()),
            app_token: format!("xapp-{}", random_hex()),
            dialnote_key: format!("dn_live_{}", random_hex()),
            read_only_key: format!("dn_live_ro_{}", random_hex()),
            client_id: CLIENT_ID.to_owned(),
            client_secret: random_hex(),
        }
    }

    /// Returns the same secrets every time, for tests.
    pub fn fixed() -> Self {
        Self {
            signing_secret: "sandbox-signing-secret".to_owned(),
            bot_token: "xoxb-sandbox-token".to_owned(),
            app_token: "xapp-sandbox-token".to_owned(),
            dialnote_key: "dn_live_sandbox_key".to_owned(),
            read_only_key: "dn_live_ro_sandbox_key".to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: "sandbox-client-secret".to_owned(),
        }
    }
}

/// The addresses and secrets that the app needs to use the sandbox instead of the real services.
#[derive(Clone, Serialize)]
pub struct Credentials {
    /// The sandbox's own address.
    pub sandbox: String,
    /// Slack's signing secret.
    pub signing_secret: String,
    /// Base URL of Slack's Web API.
    pub slack_api: String,
    /// The app's Slack token.
    pub slack_bot_token: String,
    /// The app's client id.
    pub slack_client_id: String,
    /// The app's client secret.
    pub slack_client_secret: String,
    /// The app's own Slack token, for Socket Mode.
    pub slack_app_token: String,
    /// Base URL of the dialnote API.
    pub dialnote_api: String,
    /// The organization's dialnote key.
    pub dialnote_api_key: String,
}

fn random_hex() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

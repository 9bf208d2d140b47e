//! The ways in which Slack and dialnote reach this app.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use crate::platform::slack::socket::Dialer;

/// The ways in which Slack and dialnote reach the app, and the secrets by which it recognizes Slack.
#[derive(Clone)]
pub struct Ingress {
    /// The app's public URL, if it is known.
    pub public: Option<Url>,
    /// The signing secrets. One of them must have signed each request from Slack.
    pub secrets: Arc<[SecretString]>,
    /// The dialer of socket connections to Slack, if Slack delivers by those.
    pub dialer: Option<Dialer>,
    /// The number of socket connections that are kept open.
    pub sockets: usize,
}

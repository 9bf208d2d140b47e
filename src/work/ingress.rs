//! The ways in which Slack and dialnote reach this app.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use crate::slack::socket::Dialer;

/// Where Slack and dialnote reach us, and how we know Slack.
#[derive(Clone)]
pub struct Ingress {
    /// Where we are on the web, if that is known.
    pub public: Option<Url>,
    /// The signing secrets, of which one must have signed a request of Slack's.
    pub secrets: Arc<[SecretString]>,
    /// What opens connections to Slack, if it is to deliver by those.
    pub dialer: Option<Dialer>,
    /// How many of them are kept.
    pub sockets: usize,
}

//! Forms of wrong answers.

use serde::{Deserialize, Serialize};

/// The form of an answer that replaces the service's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// A refusal in the service's own form.
    #[default]
    Error,
    /// A page for people.
    Html,
    /// An empty body.
    Empty,
    /// Half of the answer's JSON.
    Cut,
    /// Half of the answer's JSON, then a broken connection.
    Torn,
    /// The answer's JSON with bytes that are not UTF-8.
    NotUtf8,
    /// The answer's JSON after 32 MiB of blanks.
    Huge,
    /// `{"data": {}}`; for Slack, `ok` alone.
    NoList,
    /// A list with nothing in it.
    EmptyList,
    /// A conversation other than that of the call; for Slack, a message in another channel.
    OtherConversation,
    /// A redirect to a page of the sandbox, with status 302 unless another redirect status is given.
    Redirect,
    /// A proxy's page that asks for a password, with status 401 unless it is 403 or 407.
    UnauthorizedPage,
}

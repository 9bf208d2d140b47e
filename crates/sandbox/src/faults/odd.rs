//! What stands in the place of answers.

use serde::{Deserialize, Serialize};

/// What stands in the place of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// A refusal in the service's own form.
    #[default]
    Error,
    /// A page for people.
    Html,
    /// Nothing.
    Empty,
    /// Half of the answer's JSON.
    Cut,
    /// The same, and then the connection breaks.
    Torn,
    /// The answer's JSON with bytes that are no text.
    NotUtf8,
    /// The answer's JSON after 32 MiB of blanks.
    Huge,
    /// `{"data": {}}`; of Slack, `ok` alone.
    NoList,
    /// A list with nothing in it.
    EmptyList,
    /// Another conversation than that of the call; of Slack, a message in another channel.
    OtherConversation,
    /// The way to a page of the sandbox's, with status 302 unless it is another one of those.
    Redirect,
    /// A proxy's page that asks for a password, with status 401 unless it is 403 or 407.
    UnauthorizedPage,
}

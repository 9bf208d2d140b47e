//! The search for a message of the app's whose post was not answered (docs/contracts/slack.md §16.4).

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MessageTs, SlackUserId};
use crate::core::json::Peek;
use crate::platform::slack::answer::{SlackError, unheard};
use crate::platform::slack::client::{EVENT_TYPE, Posted, Slack};

/// The time before its job was accepted from which on a message is searched for: the app's clock and Slack's may
/// differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// The number of messages that are searched.
const LOOKED_THROUGH: &str = "200";

/// The outcome of a search for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchOutcome {
    /// The message is there.
    There(Posted),
    /// The message is not there.
    NotThere,
    /// The app may not read the channel.
    Unknowable,
}

impl Slack {
    /// Searches for a message that [`Slack::post`] may have posted to `channel` for `job` since `since`: in the thread
    /// if one is given. Needs a permission to read there, and returns [`SearchOutcome::Unknowable`] without it (§16.4).
    pub async fn find(
        &self,
        channel: &str,
        thread: Option<&MessageTs>,
        job: &str,
        since: Timestamp,
    ) -> Result<SearchOutcome, Fault> {
        match self.messages(channel, thread, since).await {
            // An answer without a list does not tell which messages are there.
            Ok((channel, answer)) => match answer.at("/messages").and_then(Value::as_array) {
                Some(messages) => Ok(sought(channel, messages, job)),
                None => Err(unheard("it has no messages")),
            },
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => {
                Ok(SearchOutcome::Unknowable)
            }
            Err(SlackError::Fault(fault)) => Err(fault),
        }
    }

    async fn messages(
        &self,
        channel: &str,
        thread: Option<&MessageTs>,
        since: Timestamp,
    ) -> Result<(ChannelId, Value), SlackError> {
        let oldest = since.saturating_sub(CLOCKS_DIFFER).unwrap_or(Timestamp::MIN).as_second().to_string();
        // A message may be posted to a user, but is read in the direct message channel with them (§15.1).
        let channel = if channel.starts_with(['U', 'W']) {
            self.direct(&SlackUserId::new(channel)).await?
        } else {
            ChannelId::new(channel)
        };
        let mut arguments = vec![
            ("channel", channel.as_str()),
            ("oldest", &oldest),
            ("limit", LOOKED_THROUGH),
            ("include_all_metadata", "true"),
        ];
        arguments.extend(thread.map(|thread| ("ts", thread.as_str())));
        let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let answer = self.call_form(method, &arguments).await?;
        Ok((channel, answer))
    }
}

fn sought(channel: ChannelId, messages: &[Value], job: &str) -> SearchOutcome {
    let ours = |message: &&Value| {
        let more = message.list("/metadata/event_payload/more");
        message.text("/metadata/event_type") == Some(EVENT_TYPE)
            && (message.text("/metadata/event_payload/job") == Some(job)
                || more.iter().any(|one| one.as_str() == Some(job)))
    };
    let found = messages.iter().find(ours).and_then(|message| message.words("/ts"));
    found.map_or(SearchOutcome::NotThere, |ts| SearchOutcome::There(Posted { channel, ts: MessageTs::new(ts) }))
}

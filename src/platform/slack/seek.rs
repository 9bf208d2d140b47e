//! One page of a search for a message of the app's whose post was not answered (docs/contracts/slack.md §16.4).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::error::{Fault, Service};
use crate::core::ids::{ChannelId, MessageTs, SlackUserId};
use crate::core::json::Peek;
use crate::platform::slack::answer::{SlackError, unheard};
use crate::platform::slack::client::{EVENT_TYPE, Posted, Slack};

/// The maximum difference between the app's clock and Slack's.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// The number of messages asked for. Slack may return fewer: 15 to some apps (docs/contracts/slack-2026.md §11.2).
const PER_PAGE: &str = "200";

/// The code of a cursor that Slack no longer takes.
const CURSOR_GONE: &str = "invalid_cursor";

/// A period in which a message may have been posted, in seconds on Slack's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Period {
    oldest: i64,
    latest: i64,
}

impl Period {
    /// Returns the periods between two times on the app's clock, in the order in which they are searched. Most messages
    /// are posted soon after their job was accepted, so the minutes after it come first: a channel may have had many
    /// messages since.
    pub(crate) fn between(accepted: Timestamp, now: Timestamp) -> Vec<Self> {
        let second = |time: Timestamp, shift| time.saturating_add(shift).unwrap_or(time).as_second();
        let oldest = second(accepted, -CLOCKS_DIFFER);
        let soon = second(accepted, CLOCKS_DIFFER);
        let latest = second(now, CLOCKS_DIFFER) + 1;
        if soon >= now.as_second() {
            return vec![Self { oldest, latest }];
        }
        // Messages at the bounds belong to no period, so the periods overlap.
        vec![Self { oldest, latest: soon + 1 }, Self { oldest: soon, latest }]
    }
}

/// The outcome of one page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The message is there.
    There(Posted),
    /// The message is not on this page. The period goes on at this cursor.
    More(String),
    /// The message is not on this page, which is the period's last.
    Last,
    /// Slack no longer takes the cursor.
    CursorGone,
    /// The app may not read the channel.
    Unknowable,
}

impl Slack {
    /// Searches a page for a message that [`Slack::post`] may have posted to `channel` for `job`: in the thread if one
    /// is given. Needs a permission to read there, and returns [`Page::Unknowable`] without it (§16.4).
    pub(crate) async fn search_page(
        &self,
        (channel, thread): (&str, Option<&MessageTs>),
        job: &str,
        period: Period,
        cursor: Option<&str>,
    ) -> Result<Page, Fault> {
        match self.messages(channel, thread, period, cursor).await {
            // An answer without a list does not tell which messages are there.
            Ok((channel, answer)) => match answer.at("/messages").and_then(Value::as_array) {
                Some(messages) => searched(channel, messages, &answer, job),
                None => Err(unheard("it has no messages")),
            },
            Err(SlackError::Refused(code)) if code == CURSOR_GONE => Ok(Page::CursorGone),
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => Ok(Page::Unknowable),
            Err(SlackError::Fault(fault)) => Err(fault),
        }
    }

    async fn messages(
        &self,
        channel: &str,
        thread: Option<&MessageTs>,
        period: Period,
        cursor: Option<&str>,
    ) -> Result<(ChannelId, Value), SlackError> {
        // A message may be posted to a user, but is read in the direct message channel with them (§15.1).
        let channel = if channel.starts_with(['U', 'W']) {
            self.direct(&SlackUserId::new(channel)).await?
        } else {
            ChannelId::new(channel)
        };
        let (oldest, latest) = (period.oldest.to_string(), period.latest.to_string());
        let mut arguments = vec![
            ("channel", channel.as_str()),
            ("oldest", &oldest),
            ("latest", &latest),
            ("limit", PER_PAGE),
            ("include_all_metadata", "true"),
        ];
        arguments.extend(cursor.map(|cursor| ("cursor", cursor)));
        arguments.extend(thread.map(|thread| ("ts", thread.as_str())));
        let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let answer = self.call_form(method, &arguments).await?;
        Ok((channel, answer))
    }
}

/// Returns the fault of a search that has to begin again.
pub(crate) fn cursor_gone() -> Fault {
    Fault::UnknownCode { service: Service::Slack, code: CURSOR_GONE.to_owned() }
}

fn searched(channel: ChannelId, messages: &[Value], answer: &Value, job: &str) -> Result<Page, Fault> {
    let ours = |message: &&Value| {
        let more = message.list("/metadata/event_payload/more");
        message.text("/metadata/event_type") == Some(EVENT_TYPE)
            && (message.text("/metadata/event_payload/job") == Some(job)
                || more.iter().any(|one| one.as_str() == Some(job)))
    };
    if let Some(ts) = messages.iter().find(ours).and_then(|message| message.words("/ts")) {
        return Ok(Page::There(Posted { channel, ts: MessageTs::new(ts) }));
    }
    match answer.words("/response_metadata/next_cursor") {
        Some(cursor) => Ok(Page::More(cursor.to_owned())),
        None if answer.flag("/has_more") => Err(unheard("it has more messages and no cursor")),
        None => Ok(Page::Last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minutes_after_the_job_was_accepted_are_searched_first() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let period = |oldest, latest| Period { oldest, latest };
        assert_eq!(Period::between(at(1000), at(1300)), [period(700, 1601)]);
        assert_eq!(Period::between(at(1000), at(5000)), [period(700, 1301), period(1300, 5301)]);
        assert_eq!(Period::between(at(1000), at(400)), [period(700, 701)], "a clock that was set back");
    }
}

//! Facts about a channel, as far as the app may read them (`conversations.info`).

use crate::core::error::Fault;
use crate::core::ids::ChannelId;
use crate::core::json::Peek;
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Slack;

impl Slack {
    /// Answers whether the app is in a channel; `None` if the app may not know.
    pub async fn is_in(&self, channel: &ChannelId) -> Result<Option<bool>, Fault> {
        match self.call_form("conversations.info", &[("channel", channel.as_str())]).await {
            Ok(answer) => Ok(Some(answer.flag("/channel/is_member") && !answer.flag("/channel/is_archived"))),
            Err(SlackError::Refused(code)) if code == "channel_not_found" => Ok(Some(false)),
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => Ok(None),
            Err(SlackError::Fault(fault)) => Err(fault),
        }
    }

    /// Answers whether a channel is shared with another organization; `None` if the app may not know.
    pub async fn is_shared(&self, channel: &ChannelId) -> Result<Option<bool>, Fault> {
        match self.call_form("conversations.info", &[("channel", channel.as_str())]).await {
            Ok(answer) => {
                let shared = ["/channel/is_ext_shared", "/channel/is_pending_ext_shared"];
                Ok(Some(shared.into_iter().any(|flag| answer.flag(flag))))
            }
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => Ok(None),
            Err(SlackError::Fault(fault)) => Err(fault),
        }
    }

    /// Returns the name of a public channel; `None` if the channel is private or the app may not know its name.
    pub(crate) async fn public_name(&self, channel: &ChannelId) -> Result<Option<String>, Fault> {
        match self.call_form("conversations.info", &[("channel", channel.as_str())]).await {
            Ok(answer) if answer.flag("/channel/is_private") => Ok(None),
            Ok(answer) => Ok(answer.words("/channel/name").map(str::to_owned)),
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => Ok(None),
            Err(SlackError::Fault(fault)) => Err(fault),
        }
    }
}

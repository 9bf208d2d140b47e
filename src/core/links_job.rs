//! Links that a person posted, as a job.

use serde::{Deserialize, Serialize};

use crate::core::ids::{ChannelId, MessageTs, SlackUserId};

/// Links that a person posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinksJob {
    /// The person.
    pub user: SlackUserId,
    /// The channel.
    pub channel: ChannelId,
    /// The message with the links.
    pub ts: MessageTs,
    /// The links, exactly as Slack gave them.
    pub urls: Vec<String>,
}

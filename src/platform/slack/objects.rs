//! The calls about links and Work Objects: below a link, in a pane, and their comments (docs/contracts/slack.md §22,
//! docs/contracts/slack-2026.md §2–4).

use serde::Serialize;
use serde_json::{Value, json};

use crate::core::ids::{ChannelId, MessageTs};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::client::Slack;
use crate::platform::slack::entity::{Comment, Entity, Presented};

/// The arguments of `chat.unfurl`.
#[derive(Serialize)]
struct Unfurl<'a> {
    channel: &'a ChannelId,
    ts: &'a MessageTs,
    unfurls: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Entities<'a>>,
}

#[derive(Serialize)]
struct Entities<'a> {
    entities: [&'a Entity; 1],
}

/// The arguments of `entity.presentDetails`.
#[derive(Serialize)]
struct PresentDetails<'a> {
    trigger_id: &'a str,
    #[serde(flatten)]
    shown: &'a Presented,
}

impl Slack {
    /// Shows a preview of a link in a message (§22): the entity where clients show Work Objects, else the blocks. `url`
    /// must be exactly the text that Slack sent.
    pub async fn unfurl(
        &self,
        (channel, ts): (&ChannelId, &MessageTs),
        url: &str,
        content: &Content,
        entity: Option<&Entity>,
    ) -> Result<(), SlackError> {
        let unfurls = json!({ url: { "blocks": content.blocks } });
        let metadata = entity.map(|entity| Entities { entities: [entity] });
        self.call("chat.unfurl", &Unfurl { channel, ts, unfurls, metadata }).await.map(drop)
    }

    /// Fills a person's pane (docs/contracts/slack-2026.md §3).
    pub(crate) async fn present_details(&self, trigger_id: &str, shown: &Presented) -> Result<(), SlackError> {
        self.call("entity.presentDetails", &PresentDetails { trigger_id, shown }).await.map(drop)
    }

    /// Fills the comments of a person's pane (docs/contracts/slack-2026.md §4.8).
    pub(crate) async fn present_comments(
        &self,
        trigger_id: &str,
        comments: &[Comment],
        can_post: bool,
    ) -> Result<(), SlackError> {
        let arguments = json!({ "trigger_id": trigger_id, "comments": comments, "can_post_comment": can_post });
        self.call("entity.presentComments", &arguments).await.map(drop)
    }

    /// Reports the fate of a comment that a person posted (docs/contracts/slack-2026.md §4.9).
    pub(crate) async fn acknowledge_comment(
        &self,
        trigger_id: &str,
        posted: Result<&Comment, &str>,
    ) -> Result<(), SlackError> {
        let arguments = match posted {
            Ok(comment) => json!({ "trigger_id": trigger_id, "comment": comment }),
            Err(error) => json!({ "trigger_id": trigger_id, "error": error }),
        };
        self.call("entity.acknowledgeCommentAction", &arguments).await.map(drop)
    }
}

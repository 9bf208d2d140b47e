//! Lines in the thread of a card about a limit that is near or was missed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cards::view;
use crate::channels::{privacy, waits};
use crate::core::assignee::UserGroup;
use crate::core::conversation::Conversation;
use crate::core::ids::ChannelId;
use crate::core::target_outcome::WaitLimit;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::{cards, posting};
use crate::jobs::outcome::Outcome;
use crate::jobs::rate_limits;
use crate::notifications::target_words;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::client::Thread;

/// A line about a limit of a contact's wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostTargetLine {
    /// The channel of the deciding route.
    pub channel: ChannelId,
    /// The conversation.
    pub conversation: Box<Conversation>,
    /// The limit.
    pub limit: WaitLimit,
    /// The end of the limit.
    pub due: Timestamp,
    /// The owner's name for colleagues, if it has an owner.
    pub owner: Option<String>,
    /// The news about the limit.
    pub about: LineAbout,
}

/// The news about a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineAbout {
    /// It is near.
    Near,
    /// It was missed. The line is shown in the channel, too.
    Missed {
        /// The group that is mentioned, if one is.
        mention: Option<UserGroup>,
    },
}

impl JobKind for PostTargetLine {
    const KIND: &'static str = "post_target_line.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        cards::card_key(&self.channel, &self.conversation.id)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}

impl Message for PostTargetLine {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let nothing = || Ok(Outcome::done(Vec::new()));
        // Someone may have taken or answered it since.
        if !waits::still_has(ctx, &self.conversation, (self.limit, self.due)).await? {
            return nothing();
        }
        let card = ctx.db.card(&self.channel, &self.conversation.id).await?.and_then(|card| card.ts);
        let aloud = matches!(self.about, LineAbout::Missed { .. });
        if card.is_none() && !aloud {
            return nothing();
        }
        let title = view::title(&self.conversation, privacy::privacy(ctx, &self.channel).await?);
        let thread = card.as_ref().map(|of| Thread { of, aloud });
        posting::post_once(ctx, claim, self.channel.as_str(), thread, &self.line(&title).content()).await?;
        nothing()
    }
}

impl PostTargetLine {
    fn line(&self, title: &str) -> Markup {
        let title = Markup::default().bold(title);
        match &self.about {
            LineAbout::Near => target_words::near(title, self.limit, self.due),
            LineAbout::Missed { mention } => {
                let line = target_words::missed(title, self.limit, self.owner.as_deref(), self.due);
                match mention {
                    Some(group) => Markup::default().group(group).ours(" ").then("", line),
                    None => line,
                }
            }
        }
    }
}

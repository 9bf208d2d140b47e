//! Direct messages. What comes close together is told in one, what its reader does not want is not
//! told, and what comes in quiet hours waits until they are over.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::asker::Addressee;
use crate::domain::hours;
use crate::domain::message::Answer;
use crate::domain::notice::Notice;
use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, MessageTs, SlackUserId};
use crate::slack::answer::CallError;
use crate::slack::client::Posted;
use crate::store::{Claim, Effect, Memo, Verdict};
use crate::view::kit::Content;
use crate::view::notice::{self, Told};
use crate::work::outbox::MESSAGE_GONE;
use crate::work::{Outcome, Work, later};

/// How close together several have to be to be told in one message.
const TOGETHER: Duration = Duration::from_secs(5);

/// How many are told in one message.
const MOST: usize = 10;

/// A direct message that was sent (a memo), by channel and name; found by its reader, too.
const SENT: &str = "direct";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    channel: ChannelId,
    ts: MessageTs,
    at: Timestamp,
    told: Told,
}

impl Work {
    /// Tells somebody something, now or when they rest no more.
    pub(super) async fn tell(&self, claim: &Claim, user: &SlackUserId, notice: &Notice) -> Result<Outcome, CallError> {
        let installation = &claim.installation;
        let wishes = self.wishes(installation, user).await?;
        if !wishes.want(notice) {
            return Ok(Outcome::done(Vec::new()));
        }
        if let Some(quiet) = wishes.quiet {
            let zone = self.people.zone(installation, user).await?;
            if let Some(due) = quiet.until(self.clock.now(), &hours::zone(zone.as_deref())) {
                let cause = "its reader has quiet hours".to_owned();
                let verdict = Verdict::Retry { due, cause, unsure: false };
                return Ok(Outcome { verdict, effects: Vec::new() });
            }
        }
        if let Some(mut sent) = self.just_sent(claim, user).await? {
            sent.told.add(notice);
            // Long notes are said in messages of their own.
            if let Some(content) = notice::whole_message(&sent.told, &self.links)
                && self.show(claim, &sent, &content).await?
            {
                return Ok(Outcome::done(vec![remember(user, &sent)]));
            }
        }
        let told = Told { notices: vec![notice.clone()], answers: Vec::new() };
        let content = notice::message(&told, &self.links);
        let Posted { channel, ts } = self.post_once(claim, user.as_str(), None, &content).await?;
        let sent = Sent { channel, ts, at: self.clock.now(), told };
        Ok(Outcome::done(vec![remember(user, &sent)]))
    }

    /// Shows in a direct message what its reader answered. Answers what is to be stored then; nothing, if
    /// it cannot be shown there.
    pub(super) async fn show_answer(
        &self,
        claim: &Claim,
        to: &Addressee,
        ts: &MessageTs,
        answered: (ConversationId, Answer),
    ) -> Result<Option<Effect>, CallError> {
        let Some(channel) = &to.channel else { return Ok(None) };
        let kept = self.store.recall(&claim.installation, SENT, &format!("{channel}:{ts}")).await?;
        let Some(mut sent) = kept.and_then(|kept| serde_json::from_str::<Sent>(&kept.body).ok()) else {
            return Ok(None);
        };
        sent.told.answers.push(answered);
        let there = self.show(claim, &sent, &notice::message(&sent.told, &self.links)).await?;
        Ok(there.then(|| remember(&to.user, &sent)))
    }

    async fn show(&self, claim: &Claim, sent: &Sent, content: &Content) -> Result<bool, CallError> {
        let by = self.hold(claim).await?;
        match self.slack.by(by).update(&sent.channel, &sent.ts, content).await {
            Ok(()) => Ok(true),
            Err(CallError::Refused(code)) if MESSAGE_GONE.contains(&code.as_str()) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The last message to somebody, if more can be told in it.
    async fn just_sent(&self, claim: &Claim, user: &SlackUserId) -> Result<Option<Sent>, Fault> {
        let kept = self.store.recall_alias(&claim.installation, SENT, user.as_str()).await?;
        let sent = kept.and_then(|kept| serde_json::from_str::<Sent>(&kept.body).ok());
        let fresh = |sent: &Sent| later(sent.at, TOGETHER) > self.clock.now() && sent.told.notices.len() < MOST;
        Ok(sent.filter(fresh))
    }
}

/// What a message says, to be stored with the verdict: whoever lost the job meanwhile knows only what it
/// said before others added to it.
fn remember(user: &SlackUserId, sent: &Sent) -> Effect {
    Effect::Remember(Memo {
        kind: SENT.to_owned(),
        id: format!("{}:{}", sent.channel, sent.ts),
        alias: Some(user.to_string()),
        // Not later: what is added to a message alerts nobody, so it is added for a short time only.
        at: sent.at,
        body: serde_json::to_string(sent).unwrap_or_default(),
    })
}

//! A link to a conversation that somebody posts becomes its card, once in a while.

use std::time::Duration;

use crate::domain::job::LinksJob;
use crate::domain::message::{Face, Message};
use crate::ids::ConversationId;
use crate::store::{Claim, Memo};
use crate::work::inbox::Stop;
use crate::work::{Outcome, Work, later};

/// How long the same link is not shown again in a channel.
const PAUSE: Duration = Duration::from_mins(30);

/// How many links of one message are shown.
const MOST: usize = 5;

/// That a link was shown (a memo), by channel and conversation.
const SHOWN: &str = "unfurled";

impl Work {
    /// Shows what the links lead to, if a teammate posted them and they were not shown just now.
    pub(super) async fn links(&self, claim: &Claim, job: &LinksJob) -> Result<Outcome, Stop> {
        let installation = &claim.installation;
        let poster = self.people.teammate(installation, &job.user).await?;
        if *self.home().await? != *installation || poster.is_err() {
            return Ok(Outcome::done(Vec::new()));
        }
        let mut effects = Vec::new();
        for url in job.urls.iter().take(MOST) {
            let Some(id) = self.links.parse(url) else { continue };
            let shown = format!("{}:{id}", job.channel);
            let kept = self.store.recall(installation, SHOWN, &shown).await?;
            if kept.is_some_and(|kept| later(kept.at, PAUSE) > self.clock.now()) {
                continue;
            }
            let Some(face) = self.face_of(claim, &id).await? else { continue };
            let (channel, ts, url) = (job.channel.clone(), job.ts.clone(), url.clone());
            effects.push(self.say(claim, Message::Unfurl { channel, ts, url, face }));
            let memo =
                Memo { kind: SHOWN.to_owned(), id: shown, alias: None, at: self.clock.now(), body: "{}".to_owned() };
            self.store.remember(installation, memo).await?;
        }
        Ok(Outcome::done(effects))
    }

    /// A conversation as it is now, if there is one with this id.
    async fn face_of(&self, claim: &Claim, id: &ConversationId) -> Result<Option<Face>, Stop> {
        let conversation = match self.look_at(id).await {
            Ok(conversation) => conversation,
            Err(Stop::Refused(_)) => return Ok(None),
            Err(stop) => return Err(stop),
        };
        let owner = self.owner(&claim.installation, &conversation).await?.map(|owner| owner.name);
        Ok(Some(Face { conversation, owner }))
    }
}

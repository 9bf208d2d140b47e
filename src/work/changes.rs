//! What people set: the rules of the workspace, what a channel shows, what somebody wants to hear of.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::asker::Place;
use crate::domain::job::{Change, ChangeJob};
use crate::domain::message::Message;
use crate::domain::policy::Rules;
use crate::domain::refusal::Refusal;
use crate::domain::say::Say;
use crate::domain::wishes::Wishes;
use crate::error::Fault;
use crate::ids::{ChannelId, InstallationId, SlackUserId};
use crate::store::{Claim, Document, Effect, Entry, Memo};
use crate::view::card::Privacy;
use crate::work::{Outcome, Work, later};

/// What a channel shows (`store::Document`), by channel.
const CHANNEL: &str = "channel";

/// Whether a channel is shared with another organization (a memo), by channel.
const SHARED: &str = "shared";

/// How long that is good for.
const SHARED_AGE: Duration = Duration::from_hours(1);

/// What is set about a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ChannelSettings {
    masked: bool,
    /// Whether changes are shown to everybody there, and not only in threads.
    #[serde(default)]
    aloud: bool,
}

impl Work {
    /// The rules of the workspace.
    pub async fn rules(&self, installation: &InstallationId) -> Result<Rules, Fault> {
        Ok(self.kept(installation, Rules::KIND, "").await?.unwrap_or_default())
    }

    /// What somebody wants to hear of.
    pub async fn wishes(&self, installation: &InstallationId, user: &SlackUserId) -> Result<Wishes, Fault> {
        Ok(self.kept(installation, Wishes::KIND, user.as_str()).await?.unwrap_or_default())
    }

    /// How much a channel shows: what was set; else, of one that outsiders read, less. One of which we
    /// may not know who reads it is taken for such a one.
    pub async fn privacy(&self, installation: &InstallationId, channel: &ChannelId) -> Result<Privacy, Fault> {
        let set: Option<ChannelSettings> = self.kept(installation, CHANNEL, channel.as_str()).await?;
        let masked = match set {
            Some(settings) => settings.masked,
            None => self.is_shared(installation, channel).await?,
        };
        Ok(if masked { Privacy::Masked } else { Privacy::Full })
    }

    /// Whether everybody in a channel is shown that a conversation has another owner or status.
    pub async fn is_told_aloud(&self, installation: &InstallationId, channel: &ChannelId) -> Result<bool, Fault> {
        let set: Option<ChannelSettings> = self.kept(installation, CHANNEL, channel.as_str()).await?;
        Ok(set.is_some_and(|set| set.aloud))
    }

    async fn is_shared(&self, installation: &InstallationId, channel: &ChannelId) -> Result<bool, Fault> {
        let kept = self.store.recall(installation, SHARED, channel.as_str()).await?;
        let fresh = kept.filter(|kept| later(kept.at, SHARED_AGE) > self.clock.now());
        if let Some(kept) = fresh {
            return Ok(kept.body != "false");
        }
        let shared = self.slack.is_shared(channel).await?.unwrap_or(true);
        let memo = Memo {
            kind: SHARED.to_owned(),
            id: channel.to_string(),
            alias: None,
            at: self.clock.now(),
            body: shared.to_string(),
        };
        self.store.remember(installation, memo).await?;
        Ok(shared)
    }

    /// Makes changes that somebody asked for, all or none.
    pub(super) async fn change_settings(&self, claim: &Claim, job: &ChangeJob) -> Result<Outcome, Fault> {
        let installation = &claim.installation;
        let to = job.asker.addressee();
        let refused = |why| Say::Refused { why, note: String::new() };
        if *self.home().await? != *installation {
            let say = refused(Refusal::NotInstalled);
            return Ok(Outcome::done(vec![self.say(claim, Message::Private { to, say })]));
        }
        let rules = self.rules(installation).await?;
        let asker = self.people.teammate(installation, &job.asker.user).await?;
        let may = match &asker {
            Ok(_) if job.changes.iter().all(Change::is_open_to_all) => Ok(()),
            Ok(asker) => rules.may_configure(asker),
            Err(stranger) => Err(Refusal::YouAreNotLinked(stranger.why)),
        };
        if let Err(why) = may {
            return Ok(Outcome::done(vec![self.say(claim, Message::Private { to, say: refused(why) })]));
        }
        let mut effects = Vec::new();
        let mut say = Say::WishesChanged;
        for change in &job.changes {
            say = match change {
                Change::Rules(new) if *new == rules => say,
                Change::Rules(new) => {
                    if new.working.from != rules.working.from {
                        effects.extend(self.keep_routes(installation, new).await?);
                    }
                    effects.push(self.put(Rules::KIND, "", new));
                    effects.push(self.record_change(job, &json!({ "rules": { "before": rules, "after": new } })));
                    Say::RulesChanged
                }
                Change::Wishes(new) => {
                    effects.push(self.put(Wishes::KIND, job.asker.user.as_str(), new));
                    say
                }
                Change::Route(routing) => {
                    let (changed, told) = self.route(installation, job, routing).await?;
                    effects.extend(changed);
                    told
                }
                Change::Channel { channel, masked, aloud, route } => {
                    let wanted = ChannelSettings { masked: *masked, aloud: *aloud };
                    let (changed, told) = self.change_channel(installation, job, channel, wanted).await?;
                    effects.extend(changed);
                    let (changed, told_too) = self.change_route(installation, job, channel, route.as_ref()).await?;
                    effects.extend(changed);
                    told.or(told_too).unwrap_or(say)
                }
            };
        }
        let at_home = job.asker.list.as_ref().is_some_and(|list| list.place == Place::Home);
        let seen = if at_home { self.redraw(claim, &job.asker, say.clone()) } else { None };
        effects.push(seen.unwrap_or_else(|| self.say(claim, Message::Private { to, say })));
        // Whose home shows the rules sees the new ones there.
        effects.extend(self.refresh_homes(claim, std::iter::once(job.asker.user.clone())).await?);
        Ok(Outcome::done(effects))
    }

    /// What is to be stored if something else holds for a channel now, and what whoever wants that is told.
    async fn change_channel(
        &self,
        installation: &InstallationId,
        job: &ChangeJob,
        channel: &ChannelId,
        wanted: ChannelSettings,
    ) -> Result<(Vec<Effect>, Option<Say>), Fault> {
        let masked = self.privacy(installation, channel).await? == Privacy::Masked;
        let before = ChannelSettings { masked, aloud: self.is_told_aloud(installation, channel).await? };
        if before == wanted {
            return Ok((Vec::new(), None));
        }
        let kept = self.put(CHANNEL, channel.as_str(), &wanted);
        let detail = json!({ "channel": { "channel": channel, "before": before, "after": wanted } });
        let say = if before.masked == wanted.masked {
            Say::ChannelChanged
        } else {
            Say::PrivacyChanged { masked: wanted.masked }
        };
        Ok((vec![kept, self.record_change(job, &detail)], Some(say)))
    }

    pub(super) fn put(&self, kind: &str, id: &str, value: &impl Serialize) -> Effect {
        self.put_due(kind, id, value, None)
    }

    pub(super) fn put_due(&self, kind: &str, id: &str, value: &impl Serialize, due: Option<Timestamp>) -> Effect {
        Effect::PutDocument(self.document(kind, id, value, due))
    }

    pub(super) fn document(&self, kind: &str, id: &str, value: &impl Serialize, due: Option<Timestamp>) -> Document {
        let body = serde_json::to_string(value).unwrap_or_default();
        Document { kind: kind.to_owned(), id: id.to_owned(), at: self.clock.now(), due, body }
    }

    pub(super) fn record_change(&self, job: &ChangeJob, detail: &serde_json::Value) -> Effect {
        Effect::Record(Entry {
            at: self.clock.now(),
            actor: job.asker.user.clone(),
            conversation: None,
            verb: "settings".to_owned(),
            detail: detail.to_string(),
        })
    }
}

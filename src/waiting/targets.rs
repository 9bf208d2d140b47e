//! The waits of contacts: they begin and end with the changes of a conversation, and time brings the steps of the rest.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::audit::log;
use crate::channels::routes;
use crate::commands::pools;
use crate::core::answer_wait::AnswerWait;
use crate::core::assignee::UserGroup;
use crate::core::auto_assign::{AssigneePool, PoolTrouble};
use crate::core::card_view::CardView;
use crate::core::conversation::{Activity, Conversation};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::escalation::{Receiver, WaitStep};
use crate::core::ids::{ChannelId, ConversationId, SlackUserId};
use crate::core::refusal::Refusal;
use crate::core::route::Route;
use crate::core::target_outcome::{NextLimit, TargetOutcome};
use crate::core::targets::Backup;
use crate::core::{job_keys, wait_news, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::ConversationChanged;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::announcement::Announcement;
use crate::jobs::outbox::cards::{PostCard, RedrawCard};
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue, rate_limits};
use crate::people::{acting, availability};
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect};
use crate::sync::conversations;
use crate::waiting::target_lines::{LineAbout, PostTargetLine};

/// Returns what to store about the wait of a contact together with a change of its conversation.
pub(crate) async fn followed(ctx: &TenantCtx, changed: &ConversationChanged) -> Result<Vec<Effect>, Fault> {
    let (now, id) = (ctx.clock.now(), &changed.now.id);
    let kept: Option<AnswerWait> = documents::get(ctx, id.as_str()).await?;
    if kept.is_none() && changed.news.is_empty() {
        return Ok(Vec::new());
    }
    let is_kept = kept.is_some();
    let Some((_, route)) = routes::deciding(ctx, changed.now.line.as_ref()).await? else {
        return Ok(is_kept.then(|| documents::remove::<AnswerWait>(id.as_str())).into_iter().collect());
    };
    let rules = documents::rules(ctx).await?;
    let begin = |heard: &Activity| AnswerWait::begin(heard, &changed.now, &route, &rules);
    let began = kept.as_ref().map(|wait| wait.since);
    let (wait, mut outcomes) = wait_news::after_news(kept, &changed.news, begin);
    // A conversation that was done before the app saw it waits for nothing.
    let wait = wait.filter(|wait| changed.now.is_pending() || began == Some(wait.since));
    let wait = wait.and_then(|wait| {
        let (wait, followed) = wait.follow(&changed.now, now);
        outcomes.extend(followed);
        wait
    });
    if wait.is_none() && !is_kept && outcomes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(stored(ctx, &changed.now, wait.as_ref(), &route, &outcomes))
}

/// Returns the effects that store a wait with the time of its next step, or that it is over, and the outcomes.
fn stored(
    ctx: &TenantCtx,
    conversation: &Conversation,
    wait: Option<&AnswerWait>,
    route: &Route,
    outcomes: &[TargetOutcome],
) -> Vec<Effect> {
    let id = conversation.id.as_str();
    let keep = match wait {
        Some(wait) => {
            let due = wait.next_step(&route.settings.targets).map(|(at, _)| at);
            documents::put_due(ctx, id, wait, due)
        }
        None => documents::remove::<AnswerWait>(id),
    };
    let record = |outcome: &TargetOutcome| log::record_outcome(ctx, &conversation.id, outcome);
    std::iter::once(keep).chain(outcomes.iter().map(record)).collect()
}

/// Takes the steps of a wait that are due, as far as their reasons are still true.
async fn due(ctx: &TenantCtx, id: &ConversationId) -> Result<Outcome, Stop> {
    let Some(wait) = documents::get::<AnswerWait>(ctx, id.as_str()).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    let over = || Outcome::done(vec![documents::remove::<AnswerWait>(id.as_str())]);
    let conversation = match conversations::look_at(ctx, id).await {
        Ok(conversation) => conversation,
        Err(Stop::Refused(Refusal::NoConversation { .. })) => return Ok(over()),
        Err(stop) => return Err(stop),
    };
    let Some((channel, route)) = routes::deciding(ctx, conversation.line.as_ref()).await? else { return Ok(over()) };
    let now = ctx.clock.now();
    // A wait keeps the hours in which it began to count. Messages follow those of the present settings.
    let (working, zone) = (route.settings.over(&documents::rules(ctx).await?).working, route.zone.as_deref());
    let opens = working.after(now, SignedDuration::ZERO, &working_hours::zone(zone));
    let (wait, mut outcomes) = wait.follow(&conversation, now);
    let Some(mut wait) = wait else { return Ok(Outcome::done(stored(ctx, &conversation, None, &route, &outcomes))) };
    let (mut effects, targets) = (Vec::new(), &route.settings.targets);
    while let Some((at, step)) = wait.next_step(targets).filter(|(at, _)| *at <= now) {
        let Some(next) = wait.next_limit(now) else { break };
        if step != WaitStep::Miss && opens > now {
            effects.extend(stored(ctx, &conversation, Some(&wait), &route, &outcomes));
            effects.push(documents::put_due(ctx, id.as_str(), &wait, Some(opens)));
            return Ok(Outcome::done(effects));
        }
        let late = wait.is_late(at, now);
        let told = Telling { ctx, conversation: &conversation, channel: &channel, route: &route, next, late };
        let mut messages = told.take(&step).await?;
        if messages.is_empty() && !told.late && matches!(step, WaitStep::Notify(_)) && wait.has_a_last_hope(targets) {
            // No one else can be reached.
            messages = told.last_resort().await?;
        }
        let notified = !messages.is_empty() || told.late;
        outcomes.extend(wait.take(&step, notified, now));
        effects.extend(messages);
    }
    effects.extend(stored(ctx, &conversation, Some(&wait), &route, &outcomes));
    Ok(Outcome::done(effects))
}

/// A limit that is near or was missed, and the facts for the messages about it.
struct Telling<'a> {
    ctx: &'a TenantCtx,
    conversation: &'a Conversation,
    channel: &'a ChannelId,
    route: &'a Route,
    next: NextLimit,
    /// True if the step comes late, because the app was offline.
    late: bool,
}

impl Telling<'_> {
    /// Returns the messages of a step; none if its receiver is passed over.
    async fn take(&self, step: &WaitStep) -> Result<Vec<Effect>, Fault> {
        match step {
            WaitStep::Warn if self.late || self.next.missed => Ok(Vec::new()),
            WaitStep::Warn => self.warn().await,
            WaitStep::Miss => self.redraw().await,
            WaitStep::Notify(Receiver::Owner) => self.owner(true).await,
            WaitStep::Notify(Receiver::Backup(Backup::User(user))) => self.backup(user).await,
            // After an absence, the summary of the channel comes instead of many lines.
            WaitStep::Notify(_) if self.late => Ok(Vec::new()),
            WaitStep::Notify(Receiver::Backup(Backup::Group(group))) => self.group(group).await,
            WaitStep::Notify(Receiver::Channel) => self.line(LineAbout::Missed { mention: None }).await,
        }
    }

    async fn warn(&self) -> Result<Vec<Effect>, Fault> {
        match &self.conversation.owner {
            Some(_) => self.owner(false).await,
            None => self.line(LineAbout::Near).await,
        }
    }

    /// Notifies the owner, unless they are away or not in Slack.
    async fn owner(&self, missed: bool) -> Result<Vec<Effect>, Fault> {
        let Some(owner) = conversations::owner(self.ctx, self.conversation).await? else { return Ok(Vec::new()) };
        let Some(user) = owner.user else { return Ok(Vec::new()) };
        let (conversation, due) = (Box::new(self.conversation.clone()), self.next.due);
        let notice = if missed {
            DirectMessage::AnswerOverdue { conversation, due }
        } else {
            DirectMessage::AnswerDue { conversation, due }
        };
        self.notice(&user, notice).await
    }

    /// Returns a message to a person; none if they are away or don't want such messages.
    async fn notice(&self, user: &SlackUserId, notice: DirectMessage) -> Result<Vec<Effect>, Fault> {
        let is_wanted = documents::preferences(self.ctx, user).await?.want(&notice);
        if !is_wanted || !availability::of_user(self.ctx, user, None).await?.is_here() {
            return Ok(Vec::new());
        }
        Ok(vec![enqueue::say_unasked(self.ctx, &SendDirect::new(user.clone(), notice))])
    }

    /// Notifies a user group in the thread and the channel. A group without people is passed over.
    async fn group(&self, group: &UserGroup) -> Result<Vec<Effect>, Fault> {
        let pool = AssigneePool::Group(group.clone());
        if matches!(pools::now(self.ctx, &pool, None).await?, Err(PoolTrouble::Empty)) {
            return Ok(Vec::new());
        }
        self.line(LineAbout::Missed { mention: Some(group.clone()) }).await
    }

    /// Notifies the person behind the owner, unless they may not read of conversations. If they are the owner, the
    /// message says so.
    async fn backup(&self, user: &SlackUserId) -> Result<Vec<Effect>, Fault> {
        let Ok(backup) = acting::teammate(self.ctx, user).await? else { return Ok(Vec::new()) };
        if self.conversation.is_owned_by(&backup.member) {
            return if self.route.settings.targets.tell_owner { Ok(Vec::new()) } else { self.owner(true).await };
        }
        let owner = conversations::owner(self.ctx, self.conversation).await?.map(|owner| owner.name);
        let NextLimit { limit, due, .. } = self.next;
        let conversation = Box::new(self.conversation.clone());
        self.notice(user, DirectMessage::TargetMissed { conversation, limit, due, owner }).await
    }

    /// Redraws the cards, which say from now on that the limit was missed.
    async fn redraw(&self) -> Result<Vec<Effect>, Fault> {
        let conversation = &self.conversation.id;
        let cards = self.ctx.db.cards(conversation).await?.into_iter().filter(|card| card.ts.is_some());
        let redraw = |channel| RedrawCard { channel, conversation: conversation.clone() };
        Ok(cards.map(|card| enqueue::say_unasked(self.ctx, &redraw(card.channel))).collect())
    }

    /// Returns the message that is sent if no one else can be reached: a line in the channel, or a message to the person
    /// who set the route if the app can't post there.
    async fn last_resort(&self) -> Result<Vec<Effect>, Fault> {
        match self.route.by.as_ref().filter(|_| self.route.paused) {
            Some(by) => self.backup(by).await,
            None => self.line(LineAbout::Missed { mention: None }).await,
        }
    }

    /// Returns a line in the thread of the card; none if the app can't post in the channel.
    async fn line(&self, about: LineAbout) -> Result<Vec<Effect>, Fault> {
        if self.route.paused {
            return Ok(Vec::new());
        }
        let owner = conversations::owner(self.ctx, self.conversation).await?.map(|owner| owner.name);
        let mut effects = self.missing_card(owner.clone()).await?;
        let NextLimit { limit, due, .. } = self.next;
        let (channel, conversation) = (self.channel.clone(), Box::new(self.conversation.clone()));
        let line = PostTargetLine { channel, conversation, limit, due, owner, about };
        effects.push(enqueue::say_unasked(self.ctx, &line));
        Ok(effects)
    }

    /// Returns the card, if there is none because the app was offline when the contact got in touch.
    async fn missing_card(&self, owner: Option<String>) -> Result<Vec<Effect>, Fault> {
        let last = self.conversation.last_activity.as_ref();
        let is_shown = last.is_some_and(|last| self.route.settings.makes_cards_of(last.kind));
        if !is_shown || self.ctx.db.card(self.channel, &self.conversation.id).await?.is_some() {
            return Ok(Vec::new());
        }
        let card_view = CardView::new(self.conversation.clone(), owner);
        let card = PostCard { channel: self.channel.clone(), card_view, requester: None };
        let missing = Announcement { cards: vec![card], ..Announcement::default() };
        let jobs = missing.jobs(self.ctx).into_iter().map(enqueue::unasked);
        Ok(missing.first_cards(&[]).into_iter().chain(jobs).collect())
    }
}

/// A step of a contact's wait that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetDue(pub ConversationId);

impl JobKind for TargetDue {
    const KIND: &'static str = "target_due.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        job_keys::conversation_key(&self.0)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }
}

/// The handler of the steps that time brings.
pub(crate) struct Targeting;

impl Handler for Targeting {
    type Job = TargetDue;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &TargetDue) -> Result<Outcome, Stop> {
        due(ctx, &job.0).await
    }
}

//! Delivery of messages to Slack. One message is one job. A message that Slack refuses for good is not retried, one
//! that Slack refuses for now waits, and the people who must know of a failure are notified.

use crate::work::handler::Handler;
use crate::work::outcome::Stop;
use tracing::warn;

use crate::domain::card_view::CardView;
use crate::domain::delivery::DeliveryState;
use crate::domain::event::ThreadEntry;

use crate::domain::message::Message;
use crate::domain::reply::Reply;
use crate::domain::request_context::{Addressee, ReplyTarget};
use crate::error::{Fault, Service};
use crate::ids::{ChannelId, ConversationId, MessageTs};
use crate::slack::answer::SlackError;
use crate::slack::client::{RESPONSE_URL, Thread};
use crate::slack::codes;
use crate::store::{CacheEntry, Card, Claim, Effect};
use crate::view::kit::Content;
use crate::view::{card, people, people_words, reply};
use crate::work::ctx::TenantCtx;
use crate::work::outcome::Outcome;
use crate::work::{
    answers, channels, digests, direct, enqueue, forms, posting, report, routes, sharing, standing, unreachable,
};

/// The number of tries of a response URL after which the answer goes another way. One broken URL must not hold up the
/// other messages to its person.
const TRIES_OF_A_URL: u32 = 4;

/// The same if the last try got no response, because waiting for it took time.
const UNHEARD_TRIES_OF_A_URL: u32 = 2;

/// The cache entry kind of the notice that a person's command waits, by the name of what waits.
const WAITS: &str = "waits";

/// Delivers a message.
pub(crate) async fn deliver(ctx: &TenantCtx, claim: &Claim, message: &Message) -> Result<Outcome, Fault> {
    let delivered = match message {
        Message::Private { say: Reply::Waits { once, .. }, .. } if !is_first_to_say(ctx, claim, once).await? => {
            Ok(Vec::new())
        }
        Message::Private { to, say } => {
            let content = if to.late { people_words::late(reply::say(say)) } else { reply::say(say) };
            answer_privately(ctx, claim, to, &content).await.map(|()| Vec::new())
        }
        Message::Card { channel, card_view, .. } => put_card(ctx, claim, channel, card_view).await,
        Message::CardAgain { channel, conversation } => {
            sharing::draw_again(ctx, claim, channel, conversation).await.map(|()| Vec::new())
        }
        Message::Anew { channel, card_view } => put_anew(ctx, claim, channel, card_view).await,
        Message::Moved { channel, title, old, new, .. } => {
            strike(ctx, claim, channel, title, old, new).await.map(|()| Vec::new())
        }
        Message::Line { channel, conversation, line } => {
            add_line(ctx, claim, channel, conversation, line).await.map(|()| Vec::new())
        }
        Message::Direct { user, notice, awaited } => {
            match direct::tell(ctx, claim, user, notice, awaited.as_deref()).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => Err(error),
            }
        }
        Message::Reported { answer, arrival } => {
            return answers::reported(ctx, claim, answer, arrival.as_deref()).await;
        }
        Message::Marked { user, conversation, answer } => {
            standing::show_mark(ctx, claim, user, conversation, answer).await
        }
        Message::Answered { to, ts, conversation, answer, otherwise } => {
            match direct::show_answer(ctx, claim, to, ts, (conversation.clone(), answer.clone())).await {
                Ok(Some(shown)) => Ok(vec![shown]),
                Ok(None) => answer_privately(ctx, claim, to, &reply::say(otherwise)).await.map(|()| Vec::new()),
                Err(error) => Err(error),
            }
        }
        Message::Home { user, card_view } => forms::publish(ctx, claim, user, card_view).await,
        Message::Window { view, card_view, .. } => forms::show_window(ctx, view, card_view).await.map(|()| Vec::new()),
        Message::Filled { view, title, context, .. } => {
            forms::show_form(ctx, view, title.clone(), context).await.map(|()| Vec::new())
        }
        Message::People { view, card_view, .. } => {
            ctx.slack.update_view(view, &people::window(card_view)).await.map(|()| Vec::new())
        }
        Message::Digest { channel, digest } => digests::post_digest(ctx, claim, channel, digest).await,
        Message::Report { channel, to, report, file } => {
            let uploaded = |file| Message::Report {
                channel: channel.clone(),
                to: to.clone(),
                report: report.clone(),
                file: Some(file),
            };
            match report::post_report(ctx, claim, (channel, to), report, file.as_ref(), uploaded).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => Err(error),
            }
        }
        Message::Settled { channel, conversation, line } => {
            digests::settle_in_digest(ctx, claim, channel, conversation, line.as_ref()).await
        }
        Message::Unfurl { channel, ts, url, card_view } => {
            let privacy = channels::privacy(ctx, channel).await?;
            let content = card::card(card_view, &ctx.links, privacy);
            ctx.slack.unfurl(channel, ts, url, &content).await.map(|()| Vec::new())
        }
    };
    match delivered {
        Ok(effects) => Ok(Outcome::done(effects)),
        Err(SlackError::Fault(fault)) => Err(fault),
        Err(SlackError::Refused(code)) => not_delivered(ctx, claim, message, &code).await,
    }
}

/// Answers a person privately: through the response URL while it lives and has not failed too often, else in the
/// channel, else by direct message.
async fn answer_privately(ctx: &TenantCtx, claim: &Claim, to: &Addressee, content: &Content) -> Result<(), SlackError> {
    let tries = if claim.outcome_unknown { UNHEARD_TRIES_OF_A_URL } else { TRIES_OF_A_URL };
    let lives = |answer: &&ReplyTarget| answer.until > ctx.clock.now() && claim.attempt <= tries;
    if claim.outcome_unknown {
        // Only one person sees the message, so the app cannot check whether the last try got through.
        ctx.metrics.repeated_blindly(RESPONSE_URL);
    }
    if let Some(answer) = to.reply.as_ref().filter(lives) {
        let by = ctx.ensure_lease(claim).await?;
        match ctx.slack.with_deadline(by).respond(&answer.url, content, answer.replace).await {
            Err(SlackError::Refused(code)) => warn!(code, "the response URL no longer takes answers"),
            other => return other,
        }
    }
    if let Some(channel) = to.channel.as_ref().filter(|channel| !channel.is_direct()) {
        let by = ctx.ensure_lease(claim).await?;
        match ctx.slack.with_deadline(by).post_ephemeral(channel, &to.user, content).await {
            Err(SlackError::Refused(code)) => warn!(code, "no private answer in the channel"),
            other => return other,
        }
    }
    posting::post_to(ctx, claim, &to.user, content).await.map(drop)
}

/// Answers whether this notice is the one that tells a person that their command waits. Several commands requested at
/// once share one notice. A try without a response is not repeated: the app cannot check whether it got through, and
/// the answer to the command comes in any case.
async fn is_first_to_say(ctx: &TenantCtx, claim: &Claim, once: &str) -> Result<bool, Fault> {
    if once.is_empty() {
        // An earlier version did not name what waits.
        return Ok(true);
    }
    let said_by = ctx.db.cache_get(WAITS, once).await?.map(|said| said.body);
    if let Some(by) = said_by {
        return Ok(by == posting::mark(claim) && !claim.outcome_unknown);
    }
    let (kind, id, at, body) = (WAITS.to_owned(), once.to_owned(), ctx.clock.now(), posting::mark(claim));
    ctx.db.cache_put(CacheEntry { kind, id, alias: None, at, body }).await?;
    Ok(true)
}

/// Posts the card, or updates the posted one. Posts it again if someone has deleted it.
async fn put_card(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    card_view: &CardView,
) -> Result<Vec<Effect>, SlackError> {
    let id = &card_view.conversation.id;
    let content = card::card(card_view, &ctx.links, channels::privacy(ctx, channel).await?);
    if let Some(ts) = posted_card(ctx, channel, id).await? {
        let by = ctx.ensure_lease(claim).await?;
        match ctx.slack.with_deadline(by).update(channel, &ts, &content).await {
            Ok(()) => return Ok(vec![put(channel, card_view, ts)]),
            Err(SlackError::Refused(code)) if codes::is_message_gone(&code) => {}
            Err(error) => return Err(error),
        }
    }
    let ts = posting::post_once(ctx, claim, channel.as_str(), None, &content).await?.ts;
    if claim.outcome_unknown {
        posting::bring_up_to_date(ctx, claim, channel, &ts, &content).await?;
    }
    Ok(vec![put(channel, card_view, ts)])
}

/// Posts the card again, and has the message that was its card so far struck through.
async fn put_anew(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    card_view: &CardView,
) -> Result<Vec<Effect>, SlackError> {
    let conversation = &card_view.conversation;
    let old = posted_card(ctx, channel, &conversation.id).await?;
    let privacy = channels::privacy(ctx, channel).await?;
    let content = card::card(card_view, &ctx.links, privacy);
    let new = posting::post_once(ctx, claim, channel.as_str(), None, &content).await?.ts;
    let moved = old.map(|old| Message::Moved {
        channel: channel.clone(),
        conversation: conversation.id.clone(),
        title: card::title(conversation, privacy),
        old,
        new: new.clone(),
    });
    let strike = moved.map(|moved| enqueue::say_unasked(ctx, &moved));
    Ok([put(channel, card_view, new)].into_iter().chain(strike).collect())
}

async fn strike(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    title: &str,
    old: &MessageTs,
    new: &MessageTs,
) -> Result<(), SlackError> {
    let link = ctx.slack.permalink(channel, new).await?;
    posting::bring_up_to_date(ctx, claim, channel, old, &card::moved(title, &link)).await
}

async fn posted_card(
    ctx: &TenantCtx,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<Option<MessageTs>, Fault> {
    Ok(ctx.db.card(channel, conversation).await?.and_then(|card| card.ts))
}

/// Adds an entry to the thread of a card. Without a card there is no thread, and nothing is posted.
async fn add_line(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    conversation: &ConversationId,
    line: &ThreadEntry,
) -> Result<(), SlackError> {
    let Some(card) = posted_card(ctx, channel, conversation).await? else { return Ok(()) };
    let content = card::line(line, channels::privacy(ctx, channel).await?);
    let aloud = line.what.changes_state() && channels::is_told_aloud(ctx, channel).await?;
    posting::post_once(ctx, claim, channel.as_str(), Some(Thread { of: &card, aloud }), &content).await.map(drop)
}

/// Returns the report to the sender of a direct message that Slack did not take at the first try.
fn not_yet(ctx: &TenantCtx, claim: &Claim, message: &Message, fault: &Fault) -> Option<Effect> {
    let Message::Direct { notice, awaited, .. } = message else { return None };
    let fate = DeliveryState::NotYet { refused: matches!(fault, Fault::UnknownCode { .. }) };
    (claim.attempt == 1).then(|| answers::report_fate(ctx, awaited.as_deref(), notice, fate)).flatten()
}

async fn not_delivered(ctx: &TenantCtx, claim: &Claim, message: &Message, code: &str) -> Result<Outcome, Fault> {
    match message {
        Message::Window { .. } | Message::Filled { .. } | Message::People { .. } if codes::is_view_gone(code) => {
            return Ok(Outcome::done(Vec::new()));
        }
        // Nothing is lost: it is drawn again when it is opened.
        Message::Home { .. } | Message::Unfurl { .. } => {
            warn!(code, "Slack does not show it");
            return Ok(Outcome::done(Vec::new()));
        }
        _ if !codes::is_final(code) => {
            return Err(Fault::UnknownCode { service: Service::Slack, code: code.to_owned() });
        }
        _ => {}
    }
    let follows = follows_refusal(ctx, message, code).await?;
    let effects: Vec<_> = not_posted(message).into_iter().chain(follows).collect();
    if codes::is_unwelcome(code) || codes::unreachable(code).is_some() {
        warn!(code, "Slack does not let us post there");
        return Ok(Outcome::done(effects));
    }
    ctx.metrics.given_up();
    Ok(Outcome { effects, ..Outcome::dead(claim, format!("Slack refused: {code}")) })
}

/// Returns the effects for other people of a message that was refused for good.
async fn follows_refusal(ctx: &TenantCtx, message: &Message, code: &str) -> Result<Vec<Effect>, Fault> {
    let private = |to: &Addressee, say| vec![ctx.say(&Message::Private { to: to.clone(), say })];
    Ok(match message {
        Message::Direct { user, notice, awaited } => {
            unreachable::cannot_notify(ctx, (user, notice), awaited.as_deref(), code).await?
        }
        _ if !codes::is_unwelcome(code) => Vec::new(),
        Message::Report { to, .. } => private(to, Reply::ReportNotPosted),
        Message::Card { channel, requester: Some(requester), .. } => {
            private(requester, Reply::CardNotPosted { channel: channel.clone() })
        }
        Message::Card { channel, .. } | Message::Anew { channel, .. } | Message::Digest { channel, .. } => {
            routes::pause_route(ctx, channel, code == codes::ARCHIVED).await?
        }
        _ => Vec::new(),
    })
}

/// Returns the effect to store if a message will never be posted.
pub(crate) fn not_posted(message: &Message) -> Option<Effect> {
    match message {
        Message::Card { channel, card_view, .. } => {
            let (channel, conversation) = (channel.clone(), card_view.conversation.id.clone());
            Some(Effect::DropCard { channel, conversation })
        }
        _ => None,
    }
}

/// Returns the effect that stores a card's message and the view it shows.
fn put(channel: &ChannelId, card_view: &CardView, ts: MessageTs) -> Effect {
    let face_shown = serde_json::to_string(card_view).unwrap_or_default();
    let conversation = card_view.conversation.id.clone();
    Effect::PutCard(Card { channel: channel.clone(), conversation, ts: Some(ts), card_view: face_shown })
}

/// The handler that delivers messages.
pub(crate) struct Messages;

impl Handler for Messages {
    type Job = Message;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, message: &Message) -> Result<Outcome, Stop> {
        Ok(deliver(ctx, claim, message).await?)
    }

    fn will_retry(&self, ctx: &TenantCtx, claim: &Claim, message: &Message, fault: &Fault) -> Vec<Effect> {
        not_yet(ctx, claim, message, fault).into_iter().collect()
    }

    async fn given_up(&self, ctx: &TenantCtx, _claim: &Claim, message: &Message, _fault: &Fault) -> Vec<Effect> {
        let follows = match message {
            Message::Direct { notice, awaited, .. } => unreachable::never_notified(ctx, notice, awaited.as_deref()),
            message => not_posted(message),
        };
        follows.into_iter().collect()
    }
}

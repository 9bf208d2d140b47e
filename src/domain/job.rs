//! What the store keeps: tagged and versioned, so that a job written by yesterday's program still
//! runs after today's upgrade.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::absence::Absence;
use crate::domain::command_job::{Batch, CommandJob, ResumeJob, Stage, conversation_key, person_key};
use crate::domain::conversation::{Conversation, Owner};
use crate::domain::form::FormContext;
use crate::domain::linking::Linking;
use crate::domain::message::Message;
use crate::domain::people::ProfileJob;
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::reply::Reply;
use crate::domain::request_context::{Listed, RequestContext, Via};
use crate::domain::route;
use crate::domain::routing::Routing;
use crate::ids::{ChannelId, ConversationId, MessageTs, SlackUserId, ViewId};
use crate::json;
use crate::json::Peek;

/// Room for most jobs, so that a job is not copied each time it has outgrown its room.
const USUAL_LENGTH: usize = 768;

/// A durable unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "job")]
pub enum Job {
    /// Carry out a command.
    #[serde(rename = "command.v1")]
    Command(CommandJob),
    /// Go on with a kept command.
    #[serde(rename = "resume.v1")]
    Resume(ResumeJob),
    /// Take over the profile of a Slack user, which changed.
    #[serde(rename = "profile.v1")]
    Profile(ProfileJob),
    /// Draw a list.
    #[serde(rename = "list.v1")]
    List(ListJob),
    /// Fill in a form that was opened before it was known what to show in it.
    #[serde(rename = "form.v1")]
    Form(FormJob),
    /// Tell together what came of several commands, if it is known of all of them.
    #[serde(rename = "batch.v1")]
    Batch(BatchJob),
    /// Somebody had time to answer to what they were handed.
    #[serde(rename = "handover.v1")]
    Handover(ConversationId),
    /// Change what is kept: rules, wishes, what a channel shows.
    #[serde(rename = "change.v1")]
    Change(ChangeJob),
    /// Show what links lead to.
    #[serde(rename = "links.v1")]
    Links(LinksJob),
    /// Look at a conversation that was found changed in dialnote.
    #[serde(rename = "noticed.v1")]
    ExternalChange(ExternalChangeJob),
    /// Look at what has changed in dialnote.
    #[serde(rename = "look.v1")]
    Look,
    /// Tell what somebody left behind who is not there any more.
    #[serde(rename = "left.v1")]
    Left(Owner),
    /// Tell somebody what concerned them while nothing was seen of dialnote.
    #[serde(rename = "caught_up.v1")]
    CaughtUp(SlackUserId),
    /// Look which owners have something that nothing has happened to for long.
    #[serde(rename = "untouched.v1")]
    Untouched,
    /// Ask an owner about that.
    #[serde(rename = "ask.v1")]
    Ask(Owner),
    /// Tell a channel at once what waits there.
    #[serde(rename = "digest.v1")]
    Digest(DigestJob),
    /// Find out what the team did.
    #[serde(rename = "report.v1")]
    Report(ReportJob),
    /// Get the next token before the one we have ends.
    #[serde(rename = "refresh.v1")]
    Refresh,
    /// A channel is shared with another company: its cards show less from now on.
    #[serde(rename = "shared.v1")]
    Shared(SharedJob),
    /// The app was removed from the workspace.
    #[serde(rename = "removed.v1")]
    Removed(Timestamp),
    /// Say who is who, or show who is not linked.
    #[serde(rename = "people.v1")]
    People(PeopleJob),
    /// Do what waits for somebody to be linked, if they are by now.
    #[serde(rename = "linked.v1")]
    Linked(LinkedJob),
    /// Look whether everything is as it has to be.
    #[serde(rename = "doctor.v1")]
    Doctor(RequestContext),
    /// Say something.
    #[serde(rename = "message.v1")]
    Message(Message),
}

/// A list to be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// What, and where.
    pub list: Listed,
    /// What came of the button that was pressed in it.
    #[serde(default)]
    pub notice: Option<Reply>,
}

/// A form to be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormJob {
    /// Who has it open.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// Which.
    pub view: ViewId,
    /// What it remembers.
    pub context: FormContext,
}

/// One of several commands has come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// Which.
    pub batch: Batch,
}

/// Something kept to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// What.
    pub changes: Vec<SettingsChange>,
}

/// A change of what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsChange {
    /// These are the rules.
    Rules(Rules),
    /// This is what whoever asks wants to hear of.
    Wishes(NotificationPreferences),
    /// This is what is wanted about routes.
    Route(Routing),
    /// This is what holds for a channel.
    #[serde(alias = "privacy")]
    Channel {
        /// The channel.
        channel: ChannelId,
        /// Whether it shows less.
        masked: bool,
        /// Whether everybody there is shown that a conversation has another owner or status.
        #[serde(default)]
        aloud: bool,
        /// What holds for its cards, if it gets any by itself.
        #[serde(default)]
        route: Option<route::RouteSettings>,
    },
}

impl SettingsChange {
    /// Whether every teammate may make it: it concerns only them, or changes nothing.
    pub fn is_open_to_all(&self) -> bool {
        matches!(self, Self::Wishes(_) | Self::Route(Routing::List))
    }
}

/// Links that somebody posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinksJob {
    /// Who.
    pub user: SlackUserId,
    /// Where.
    pub channel: ChannelId,
    /// In which message.
    pub ts: MessageTs,
    /// To the letter.
    pub urls: Vec<String>,
}

/// A conversation that is not as it was seen before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalChangeJob {
    /// Which.
    pub conversation: ConversationId,
    /// How it was seen before, if it was.
    pub before: Option<Box<Conversation>>,
    /// When it was found changed.
    pub at: Timestamp,
    /// Whether that was long after it happened, so that cards are made true and nobody is told.
    #[serde(default)]
    pub quiet: bool,
    /// The absence after which it was found, if it is that long.
    #[serde(default)]
    pub away: Option<Absence>,
}

/// A channel to be told at once what waits there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestJob {
    /// The channel.
    pub channel: ChannelId,
    /// Whether that is because we were away, rather than because it is morning.
    pub caught_up: bool,
    /// Whether it is told only what has waited for long.
    #[serde(default)]
    pub overdue: bool,
    /// The absence, if that is why.
    #[serde(default)]
    pub away: Option<Absence>,
}

/// A channel that another company reads, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedJob {
    /// Which.
    pub channel: ChannelId,
    /// Whether Slack told that it was shared just now, so that what an admin said before does not count any more.
    pub told: bool,
    /// Its cards beyond this one are still to be drawn again; all of them, if none is named.
    pub after: Option<MessageTs>,
}

/// Somebody who wants a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportJob {
    /// Who asks, and where.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// Of how many days.
    pub days: u16,
}

/// Who is who, as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// For what.
    pub linking: Linking,
    /// The window that shows it.
    pub window: Option<PeopleWindow>,
    /// What came of the button that was pressed there.
    pub notice: Option<Reply>,
}

/// The window that shows who is not linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleWindow {
    /// Which.
    pub view: ViewId,
    /// Which page of it.
    pub page: usize,
}

/// Somebody who may be linked by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedJob {
    /// Who.
    pub user: SlackUserId,
    /// What colleagues call the one who did it by hand, if somebody did.
    pub by: Option<String>,
}

impl Job {
    /// The job as the store keeps it.
    pub fn encode(&self) -> String {
        let mut encoded = Vec::with_capacity(USUAL_LENGTH);
        let outcome = serde_json::to_writer(&mut encoded, self);
        outcome.ok().and_then(|()| String::from_utf8(encoded).ok()).unwrap_or_default()
    }

    /// The job that the store kept. If it cannot be read, the answer says where, and nothing of what stands
    /// there: people may have written it.
    pub fn decode(body: &str) -> Result<Self, String> {
        json::read(body)
    }

    /// What kind of job the store kept, for operators.
    pub fn kind(body: &str) -> String {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        body.words("/kind").unwrap_or("unreadable").to_owned()
    }

    /// Under which key the job must wait its turn.
    pub fn key(&self) -> String {
        match self {
            Self::Command(job) => job.key(),
            Self::Resume(job) => person_key(&job.requester.user),
            Self::Profile(job) => format!("profile:{}", job.user),
            Self::List(job) => format!("list:{}", job.requester.user),
            Self::Form(job) => format!("form:{}", job.view),
            Self::Batch(job) => job.batch.kind(),
            Self::Handover(conversation) => conversation_key(conversation),
            Self::Change(job) => person_key(&job.requester.user),
            // One at a time, so that nobody is linked twice.
            Self::People(_) | Self::Linked(_) => "people".to_owned(),
            Self::Doctor(requester) => format!("doctor:{}", requester.user),
            Self::Report(job) => format!("report:{}", job.requester.user),
            Self::Message(Message::Report { to, .. }) => format!("report:{}", to.user),
            Self::Digest(job) => digest_key(&job.channel),
            Self::Message(Message::Digest { channel, .. } | Message::Settled { channel, .. }) => digest_key(channel),
            Self::ExternalChange(job) => conversation_key(&job.conversation),
            Self::Look => "look".to_owned(),
            Self::Shared(job) => format!("shared:{}", job.channel),
            Self::Refresh | Self::Removed(_) => "installation".to_owned(),
            Self::Left(gone) => format!("left:{}", gone.id),
            Self::CaughtUp(user) => format!("caught_up:{user}"),
            Self::Untouched => "untouched".to_owned(),
            Self::Ask(owner) => format!("ask:{}", owner.id),
            Self::Links(job) => format!("links:{}:{}", job.channel, job.ts),
            Self::Message(Message::Private { to, .. }) => format!("private:{}", to.user),
            Self::Message(Message::Direct { user, .. } | Message::Marked { user, .. }) => format!("direct:{user}"),
            Self::Message(Message::Answered { to, .. }) => format!("direct:{}", to.user),
            Self::Message(Message::Reported { answer, .. }) => format!("answer:{answer}"),
            Self::Message(Message::Home { user, .. }) => format!("home:{user}"),
            Self::Message(
                Message::Window { view, .. } | Message::Filled { view, .. } | Message::People { view, .. },
            ) => format!("view:{view}"),
            Self::Message(Message::Unfurl { channel, ts, .. }) => format!("links:{channel}:{ts}"),
            Self::Message(Message::Card { channel, card_view, .. } | Message::Anew { channel, card_view }) => {
                card_key(channel, &card_view.conversation.id)
            }
            Self::Message(
                Message::Line { channel, conversation, .. }
                | Message::Moved { channel, conversation, .. }
                | Message::CardAgain { channel, conversation },
            ) => card_key(channel, conversation),
        }
    }

    /// Who asked for it, if somebody waits for an answer.
    pub fn requester(&self) -> Option<&RequestContext> {
        match self {
            Self::Command(job) => Some(&job.requester),
            Self::Resume(job) => Some(&job.requester),
            Self::List(job) => Some(&job.requester),
            Self::Form(job) => Some(&job.requester),
            Self::Batch(job) => Some(&job.requester),
            Self::Change(job) => Some(&job.requester),
            Self::Report(job) => Some(&job.requester),
            Self::People(job) => Some(&job.requester),
            Self::Doctor(requester) => Some(requester),
            _ => None,
        }
    }

    /// Whether a request of Slack's asked for it.
    pub fn is_from_slack(&self) -> bool {
        let events = matches!(self, Self::Profile(_) | Self::Links(_) | Self::Shared(_) | Self::Removed(_));
        events || self.requester().is_some_and(|requester| !matches!(requester.via, Via::Timer | Via::Postponed))
    }

    /// Whether it is about dialnote and nobody waits for an answer: where dialnote is not connected any more
    /// nothing is left to be done.
    pub fn is_for_dialnote(&self) -> bool {
        match self {
            Self::Look
            | Self::ExternalChange(_)
            | Self::Left(_)
            | Self::CaughtUp(_)
            | Self::Untouched
            | Self::Ask(_)
            | Self::Handover(_)
            | Self::Digest(_)
            | Self::Links(_)
            | Self::Linked(_)
            | Self::Profile(_) => true,
            Self::Command(_)
            | Self::Resume(_)
            | Self::List(_)
            | Self::Form(_)
            | Self::Batch(_)
            | Self::Change(_)
            | Self::Report(_)
            | Self::People(_)
            | Self::Doctor(_)
            | Self::Refresh
            | Self::Shared(_)
            | Self::Removed(_)
            | Self::Message(_) => false,
        }
    }

    /// Behind which other key the job queues up while something waits there. A command by somebody
    /// whose earlier command is still looking for its conversation may concern the same one, and
    /// people's own commands keep their order.
    pub fn behind(&self) -> Option<String> {
        match self {
            Self::Command(job) if job.stage == Stage::Asked && job.conversation().is_some() => {
                Some(person_key(&job.requester.user))
            }
            _ => None,
        }
    }
}

fn digest_key(channel: &ChannelId) -> String {
    format!("digest:{channel}")
}

fn card_key(channel: &ChannelId, conversation: &ConversationId) -> String {
    format!("card:{channel}:{conversation}")
}

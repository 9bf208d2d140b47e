//! Lists and homes. They are made from the projection, after a short poll for news.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::channels::{routes, waits};
use crate::commands::lookup;
use crate::commands::lookup::book;
use crate::commands::lookup::book::Book;
use crate::commands::lookup::people::{Directory, PersonRef, only_one_called};
use crate::commands::refusal_view;
use crate::core::assignee::Assignee;
use crate::core::card_view::CardView;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MemberId, SlackUserId};
use crate::core::names::folded;
use crate::core::participant::Participant;
use crate::core::preferences::NotificationPreferences;
use crate::core::query::{Filter, Listing, Query};
use crate::core::refusal::Refusal;
use crate::core::request_context::{ListPlace, RequestContext, Via};
use crate::core::sweep::Sweep;
use crate::core::teammate::Teammate;
use crate::core::{query, times};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::documents::ReadOnlyKey;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private;
use crate::jobs::outbox::private::AnswerPrivately;
use crate::jobs::outbox::redraw::ListJob;
use crate::jobs::outcome::{Outcome, Stop};
use crate::lists::content::{AdminView, HomeView, ListView};
use crate::lists::suggest::suggest;
use crate::lists::views::{DrawHome, DrawList};
use crate::lists::{manager, view};
use crate::people::directory::{Freshness, UnlinkedUser};
use crate::people::people_words::NotLinked;
use crate::people::{acting, admins, colleagues, directory, strangers};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, DocumentKind, StoredDocument};
use crate::platform::slack::blocks::kit::Content;
use crate::sync::poll_state::Urgency;
use crate::sync::{conversations, poll_state, poller};

/// The time for which the requester of a list waits for dialnote. After that the list is made from the projection.
const GLANCE: Duration = Duration::from_secs(2);

/// The time for which admins see that the dialnote key turned out to be read-only.
const TROUBLED: Duration = Duration::from_secs(24 * 60 * 60);

/// The number of recent commands in which one about a conversation is looked for.
const RECENT_COMMANDS: usize = 100;

/// The mark of a person who has hidden the first steps on the Home tab.
#[derive(Serialize, Deserialize)]
struct IntroHidden;

impl StoredDocument for IntroHidden {
    const KIND: DocumentKind = DocumentKind::IntroHidden;
}

/// A listing with its conversations copied out of the projection.
struct Taken {
    rows: Vec<Conversation>,
    found: usize,
    page: usize,
    counts: [usize; query::FILTERS.len()],
}

impl From<Listing<'_>> for Taken {
    fn from(listing: Listing<'_>) -> Self {
        let Listing { rows, found, page, counts } = listing;
        Self { rows: rows.into_iter().cloned().collect(), found, page, counts }
    }
}

/// Draws a list in its message, window or home.
pub(crate) async fn list(ctx: &TenantCtx, job: &ListJob) -> Result<Outcome, Fault> {
    let requester = &job.requester;
    let me = match acting::reader(ctx, &requester.user).await? {
        Ok(me) => me,
        Err(stranger) if job.list.place == ListPlace::Home => {
            let home = home_of(ctx, &requester.user, stranger).await?;
            return Ok(drawn(ctx, &DrawHome { user: requester.user.clone(), card_view: Box::new(home) }));
        }
        Err(stranger) => return Ok(list_refused(ctx, job, &Refusal::YouAreNotLinked(stranger.why))),
    };
    let query = match &job.person {
        Some(words) => match named_person(ctx, job, words).await? {
            Some(query) => query,
            None => return Ok(refused(ctx, job, view::no_one_called(words))),
        },
        None => of_a_person(ctx, job).await?,
    };
    let person = match &query.filter {
        Filter::Person(user) => match acting::reader(ctx, user).await? {
            Ok(person) => Some(person),
            Err(stranger) => {
                let why = Refusal::NotLinked { name: stranger.name, why: stranger.why };
                return Ok(list_refused(ctx, job, &why));
            }
        },
        _ => None,
    };
    let silent = match requester.via {
        // No one waits for this list, and the change that it is drawn for is known already.
        Via::Timer => false,
        _ => !matches!(tokio::time::timeout(GLANCE, poller::poll_now(ctx, Urgency::Somebody)).await, Ok(Ok(_))),
    };
    let mut card_view = card_view(ctx, &query, &me, person.as_ref(), silent).await?;
    card_view.notice.clone_from(&job.notice);
    Ok(match &job.list.place {
        ListPlace::Message => {
            let content = view::message(&card_view, &ctx.links);
            drawn(ctx, &AnswerPrivately::to(requester.addressee(), content))
        }
        ListPlace::View(view) => {
            drawn(ctx, &DrawList { user: requester.user.clone(), view: view.clone(), card_view: Box::new(card_view) })
        }
        ListPlace::Home => {
            let preferences = documents::preferences(ctx, &requester.user).await?;
            let admin = if me.admin { Some(admin(ctx).await?) } else { None };
            let hidden =
                job.hides_intro || documents::get::<IntroHidden>(ctx, requester.user.as_str()).await?.is_some();
            let name = Some(me.name.clone());
            let manager = manager::view(ctx, &me, requester.team.as_ref()).await?;
            let home = HomeView { list: Ok(card_view), name, is_new: !hidden, preferences, manager, admin };
            let hide = job.hides_intro.then(|| documents::put(ctx, requester.user.as_str(), &IntroHidden));
            let draw = ctx.say(&DrawHome { user: requester.user.clone(), card_view: Box::new(home) });
            Outcome::done(hide.into_iter().chain([draw]).collect())
        }
    })
}

/// Returns the home of a user who is not linked.
async fn home_of(ctx: &TenantCtx, user: &SlackUserId, stranger: UnlinkedUser) -> Result<HomeView, Fault> {
    let UnlinkedUser { name, why } = stranger;
    let profile = directory::look_up(ctx, user).await?;
    let greeted = profile.as_ref().map(|profile| profile.name.clone());
    let admins = admins::names(ctx, &admins::who_can_link(ctx).await?).await?;
    let list = Err(NotLinked { name, email: profile.and_then(|profile| profile.email), why, admins });
    let preferences = NotificationPreferences::default();
    Ok(HomeView { list, name: greeted, is_new: true, preferences, manager: None, admin: None })
}

/// Returns the query for the conversations of the person whom these words name; none if they name no one surely.
async fn named_person(ctx: &TenantCtx, job: &ListJob, words: &str) -> Result<Option<Query>, Fault> {
    let (team, me) = (job.requester.team.as_ref(), Some(job.requester.user.clone()));
    let people = colleagues::colleagues(ctx, team, &lookup::addresses(words), Freshness::Kept).await?;
    let filter = match lookup::person(words, &Directory { people, me }) {
        PersonRef::Clear(Assignee::Me) => Filter::Mine,
        PersonRef::Clear(Assignee::User(user)) => Filter::Person(user),
        _ => return Ok(None),
    };
    Ok(Some(Query { filter, ..job.list.query.clone() }))
}

/// Returns the query. The typed name of a colleague becomes a query for their conversations, unless a contact has that
/// name.
async fn of_a_person(ctx: &TenantCtx, job: &ListJob) -> Result<Query, Fault> {
    let query = &job.list.query;
    if query.filter != Filter::All || query.text.is_empty() || job.requester.via != Via::Typed {
        return Ok(query.clone());
    }
    let team = job.requester.team.as_ref();
    let people = colleagues::colleagues(ctx, team, &[], Freshness::Kept).await?;
    let Some(user) = only_one_called(&query.text, &people) else { return Ok(query.clone()) };
    let is_called = |known: &Conversations| {
        Book::of(known.values().map(|sight| &sight.known)).by_name(&folded(&query.text)).is_some()
    };
    let also_a_contact = ctx.memory.projection.look(&ctx.db, is_called).await?;
    Ok(if also_a_contact { query.clone() } else { Query::of(Filter::Person(user)) })
}

fn drawn<J: JobKind>(ctx: &TenantCtx, message: &J) -> Outcome {
    Outcome::done(vec![ctx.say(message)])
}

fn list_refused(ctx: &TenantCtx, job: &ListJob, why: &Refusal) -> Outcome {
    refused(ctx, job, refusal_view::refusal(why))
}

fn refused(ctx: &TenantCtx, job: &ListJob, content: Content) -> Outcome {
    info!("list refused");
    Outcome::done(vec![private::refusal(ctx, job.requester.addressee(), content)])
}

async fn card_view(
    ctx: &TenantCtx,
    query: &Query,
    me: &Teammate,
    person: Option<&Teammate>,
    silent: bool,
) -> Result<ListView, Fault> {
    let watched = poll_state::watched(ctx).await?;
    let of = |known: &Conversations| {
        let all = || known.values().map(|sight| &sight.known);
        let person = person.map(|person| &person.member);
        Taken::from(query::select(all(), query, &book::home_of(all()), Some(&me.member), person))
    };
    let Taken { rows, found, page, counts } = ctx.memory.projection.look(&ctx.db, of).await?;
    let mut card_views = Vec::new();
    for conversation in rows {
        let owner = conversations::owner(ctx, &conversation).await?.map(|owner| owner.name);
        card_views.push(waits::with_limit(ctx, CardView::new(conversation, owner)).await?);
    }
    let sweep = match person {
        Some(person) if found > 0 && query.text.is_empty() && person.member != me.member => {
            let rules = documents::rules(ctx).await?;
            let may = rules.may_reassign(me, &Participant::from(person.clone()));
            may.then(|| Sweep { owner: person.member.clone(), name: person.name.clone(), of: found })
        }
        _ => None,
    };
    Ok(ListView {
        sweep,
        query: query.clone(),
        whose: person.map(|person| person.name.clone()),
        rows: card_views,
        found,
        page,
        counts,
        notice: Vec::new(),
        silent_since: watched.at.filter(|_| silent),
        reading: !watched.whole,
    })
}

/// Suggests at most `most` conversations for the text that a person typed into a search field, in a channel or
/// elsewhere.
pub async fn search(
    ctx: &TenantCtx,
    typed: &str,
    channel: Option<&ChannelId>,
    most: usize,
) -> Result<Vec<Conversation>, Fault> {
    let here = match channel {
        Some(channel) => routes::route_of(ctx, channel).await?,
        None => None,
    };
    let found = |known: &Conversations| {
        let all = || known.values().map(|sight| &sight.known);
        suggest(all(), typed, &book::home_of(all()), here.as_ref(), most).into_iter().cloned().collect()
    };
    ctx.memory.projection.look(&ctx.db, found).await
}

/// Returns the number of open conversations that each member owns.
pub(crate) async fn loads(ctx: &TenantCtx) -> Result<Vec<(MemberId, usize)>, Fault> {
    let counted = |known: &Conversations| {
        let mut loads = BTreeMap::<MemberId, usize>::new();
        for conversation in known.pending() {
            if let Some(owner) = conversation.owner.as_ref().filter(|_| conversation.is_open()) {
                *loads.entry(owner.id.clone()).or_default() += 1;
            }
        }
        loads.into_iter().collect()
    };
    ctx.memory.projection.look(&ctx.db, counted).await
}

async fn admin(ctx: &TenantCtx) -> Result<AdminView, Fault> {
    let trouble = documents::stored::<ReadOnlyKey>(ctx, "").await?;
    let recently = |at: Timestamp| times::later(at, TROUBLED) > ctx.clock.now();
    let members = ctx.check_dialnote().await.ok();
    // Settings are in the audit log as well, without a conversation.
    let commands = ctx.db.latest(None, RECENT_COMMANDS).await?;
    let (unlinked, strangers) = match members {
        Some(_) => (directory::unlinked(ctx).await?, strangers::strangers(ctx).await?),
        None => (Vec::new(), Vec::new()),
    };
    Ok(AdminView {
        rules: documents::rules(ctx).await?,
        members,
        read_only_key: trouble.is_some_and(|trouble| recently(trouble.at)),
        unlinked: unlinked.into_iter().map(|member| member.name).collect(),
        strangers: strangers.iter().filter(|tried| tried.why.is_some()).count(),
        routes: routes::listed_routes(ctx).await?,
        closed: routes::routes(ctx).await?.iter().filter(|(_, route)| route.paused).count(),
        tried: commands.iter().any(|command| command.entry.conversation.is_some()),
    })
}

impl JobKind for ListJob {
    const KIND: &'static str = "list.v1";

    fn key(&self) -> String {
        format!("list:{}", self.requester.user)
    }

    fn coalesce_key(&self) -> Option<String> {
        // A home that no one is looking at need not be drawn for each of several changes.
        (self.requester.via == Via::Timer).then(|| "home".to_owned())
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that draws lists.
pub(crate) struct Lists;

impl Handler for Lists {
    type Job = ListJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &ListJob) -> Result<Outcome, Stop> {
        Ok(list(ctx, job).await?)
    }
}

//! Resolution of typed commands against the known conversations and people. A clear command is carried out. Anything
//! else becomes a private question that keeps all that the requester typed.

use crate::jobs::job;
use crate::jobs::lease;
use jiff::Timestamp;

use crate::commands::job::CommandJob;
use crate::core::about::About;
use crate::core::assignee::Assignee;
use crate::core::command::{Action, Command};
use crate::core::conversation::{Activity, Conversation, ConversationRef, Status};
use crate::platform::dialnote::pages::Pages;

use crate::commands::lookup::NameDoubt;
use crate::commands::lookup::book::Book;
use crate::commands::lookup::people::Directory;
use crate::commands::lookup::reading::{Apart, Missing, Reading, UnresolvedCommand};
use crate::commands::question::{Choice, Question, Unclear};
use crate::commands::{drafts, lookup, question_view, queueing};
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::known_conversation::KnownConversation;
use crate::core::names::folded;
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::seen::Seen;
use crate::core::teammate::Teammate;
use crate::core::typed;
use crate::core::verbs::Verb;
use crate::core::when::model::When;
use crate::core::workflow_step::UnclearName;
use crate::core::working_hours;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::outbox::private;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::directory::Freshness;
use crate::people::{acting, colleagues, mentions};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Effect, Verdict};
use crate::platform::slack::blocks::mrkdwn::escaped;
use crate::sync::poll_state::Urgency;
use crate::sync::{conversations, known, poll_state, poller};

/// The maximum number of pages of conversations that are read while the projection is not complete.
const MAX_SEARCH_PAGES: usize = 50;

/// The maximum number of conversations that are offered to choose from.
const MAX_CONVERSATION_CHOICES: usize = 10;

/// A conversation that the text of a snooze, without its time, names for sure.
pub(crate) struct NamedConversation {
    /// The conversation.
    pub id: ConversationId,
    /// The title of the conversation: its contact.
    pub title: String,
    /// The words that are left over.
    pub left_over: String,
}

/// Returns the only conversation that the text of a snooze names. Only the projection is searched; dialnote is not
/// asked.
pub(crate) async fn surely_named(ctx: &TenantCtx, text: &str) -> Result<Option<NamedConversation>, Fault> {
    let asked = UnresolvedCommand { verb: Verb::Snooze, who: None, text, links: &ctx.links, apart: None };
    let reading = read_known(ctx, &asked, &Directory::default()).await?;
    let (id, left_over) = match reading {
        Some(Reading::Ready { ids, .. }) => (one(ids), String::new()),
        Some(Reading::WhichConversation { ids, asked, doubt: NameDoubt::Leftover, .. }) => (one(ids), asked),
        _ => return Ok(None),
    };
    let Some(id) = id else { return Ok(None) };
    let title = known::known(ctx, &id).await?.as_ref().map(Conversation::title);
    Ok(title.map(|title| NamedConversation { id, title, left_over }))
}

/// Finds the one conversation that an input of a workflow step names. Nothing may be left over, because a step has an
/// input of its own for a note.
pub(crate) async fn named(
    ctx: &TenantCtx,
    claim: &Claim,
    verb: Verb,
    text: &str,
) -> Result<Result<ConversationId, UnclearName>, Stop> {
    let act = if verb == Verb::Assign { Action::Assign(Assignee::Me) } else { Action::Plain(verb) };
    let text = escaped(text);
    let command = Command { act, which: ConversationRef::Text(text.clone()), note: String::new() };
    let job = CommandJob::new(RequestContext::of_workflow(), command);
    let reading = read_with(ctx, claim, &job, &text, Freshness::Kept).await?;
    Ok(match still_open(ctx, &job, reading).await? {
        Reading::Ready { note, .. } if !note.trim().is_empty() => Err(UnclearName::LeftOver(note)),
        Reading::Ready { ids, by_name, .. } if !by_name.is_empty() && !is_whole_name(ctx, &by_name, &text).await? => {
            Err(candidates(ctx, &ids).await?)
        }
        Reading::Ready { ids, .. } if ids.len() == 1 => one(ids).ok_or(UnclearName::Nothing),
        Reading::Ready { ids, .. } | Reading::WhichConversation { ids, .. } => Err(candidates(ctx, &ids).await?),
        Reading::AllMine { .. } | Reading::WhichPerson { .. } | Reading::Missing { .. } => Err(UnclearName::Nothing),
    })
}

/// Answers whether a text is the whole name or company of the contacts. No one sees what a step understood, so a part of
/// a name is not enough.
async fn is_whole_name(ctx: &TenantCtx, ids: &[ConversationId], text: &str) -> Result<bool, Fault> {
    let said = folded(&typed::plain(text));
    for id in ids {
        let contact = known_or_there(ctx, id).await?.map(|known| known.contact);
        let names = contact.map(|contact| [contact.name, contact.company]).into_iter().flatten().flatten();
        if !names.into_iter().any(|name| folded(&name) == said) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the conversations that a text may mean, for a sentence.
async fn candidates(ctx: &TenantCtx, ids: &[ConversationId]) -> Result<UnclearName, Fault> {
    let mut several = Vec::new();
    for id in ids.iter().take(MAX_CONVERSATION_CHOICES) {
        let known = known_or_there(ctx, id).await?;
        several.extend(known.map(|known| (known.title(), id.to_string())));
    }
    Ok(if several.is_empty() { UnclearName::Nothing } else { UnclearName::Several(several) })
}

/// Resolves a typed command, and carries it on or asks the requester. `thread` is the conversation in whose thread the
/// text was written.
pub(crate) async fn look_up(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    text: &str,
    thread: Option<&ConversationId>,
) -> Result<Outcome, Stop> {
    let requester = acting::requester(ctx, &job.requester).await?;
    let requester = requester.map_err(|stranger| Refusal::YouAreNotLinked(stranger.why))?;
    let job = &at_a_time(job, &requester, claim.accepted);
    let reading = match thread {
        Some(id) => read_in_thread(ctx, claim, job, text, id).await?,
        None => read(ctx, claim, job, text).await?,
    };
    let reading = with_note(ctx, job, still_open(ctx, job, reading).await?).await?;
    let reading = with_people_named(ctx, reading).await?;
    act_on(ctx, claim, job, reading).await
}

/// Replaces the mentions in a reading's note by names, because the note may be shown before it is written.
async fn with_people_named(ctx: &TenantCtx, mut reading: Reading) -> Result<Reading, Fault> {
    for words in reading.words_mut() {
        *words = mentions::with_names(ctx, words).await?;
    }
    Ok(reading)
}

/// Reads a text that was written in the thread of a conversation. An id, link or number in it takes precedence. A name
/// of another conversation is a question, because it may also be a part of the note.
async fn read_in_thread(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    text: &str,
    thread: &ConversationId,
) -> Result<Reading, Stop> {
    let (verb, who) = (job.command.act.verb(), job.command.act.named_owner());
    let asked = UnresolvedCommand { verb, who, text, links: &ctx.links, apart: None };
    let directory = directory(ctx, job, &asked, Freshness::Kept).await?;
    let named = match read_known(ctx, &asked, &directory).await? {
        Some(known) => known,
        None => read_live(ctx, claim, &asked, &directory).await?,
    };
    if is_explicit(&named) || is_about(&named, thread) {
        return Ok(named);
    }
    // The colon separates the note, so that its words aren't read as another conversation.
    let reading = read(ctx, claim, job, &format!("{thread} : {text}")).await?;
    Ok(match (named, reading) {
        (Reading::Ready { ids, note: rest, .. }, Reading::Ready { who, note, .. }) => {
            let note = if rest.is_empty() { rest } else { note };
            let ids = std::iter::once(thread.clone()).chain(ids).collect();
            let asked = typed::plain(text);
            Reading::WhichConversation { who, ids, asked, doubt: NameDoubt::TwoNamed, note }
        }
        (_, reading) => reading,
    })
}

/// Answers whether a reading names this conversation, and no other.
fn is_about(reading: &Reading, conversation: &ConversationId) -> bool {
    matches!(reading, Reading::Ready { ids, .. } if ids == std::slice::from_ref(conversation))
}

/// Reads the text. If it seems to name no person, people are read again: the cache alone never leads to a refusal.
async fn read(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, text: &str) -> Result<Reading, Stop> {
    let reading = read_with(ctx, claim, job, text, Freshness::Kept).await?;
    if names_nobody(&reading) {
        return read_with(ctx, claim, job, text, Freshness::Now).await;
    }
    Ok(reading)
}

/// Reads the text against people who are cached or read again, as `read` says.
async fn read_with(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    text: &str,
    read: Freshness,
) -> Result<Reading, Stop> {
    let verb = job.command.act.verb();
    let who = job.command.act.named_owner();
    let asked = UnresolvedCommand { verb, who, text, links: &ctx.links, apart: apart(&job.command) };
    let directory = directory(ctx, job, &asked, read).await?;
    let known = read_known(ctx, &asked, &directory).await?;
    if let Some(reading) = known.filter(is_explicit) {
        return Ok(reading);
    }
    poller::poll_now(ctx, Urgency::Somebody).await?;
    match read_known(ctx, &asked, &directory).await? {
        Some(reading) => Ok(reading),
        None => read_live(ctx, claim, &asked, &directory).await,
    }
}

/// Returns the parts of a command that were given apart from the words for its conversations.
fn apart(command: &Command) -> Option<Apart<'_>> {
    let is_apart = matches!(command.which, ConversationRef::Words(_));
    is_apart.then(|| Apart { person: command.act.owner_in_words(), note: &command.note })
}

/// Returns the people whom the text may name. Returns none if Slack recognized the person, or the command needs none.
async fn directory(
    ctx: &TenantCtx,
    job: &CommandJob,
    asked: &UnresolvedCommand<'_>,
    read: Freshness,
) -> Result<Directory, Fault> {
    let me = Some(job.requester.user.clone());
    let words = asked.apart.and_then(|apart| apart.person).unwrap_or(asked.text);
    if asked.who.is_some() || !job.command.act.lacks_an_owner() || lookup::starts_with_a_person(words) {
        return Ok(Directory { people: Vec::new(), me });
    }
    let addresses = lookup::addresses(words);
    let team = job.requester.team.as_ref();
    let people = colleagues::colleagues(ctx, team, &addresses, read).await?;
    Ok(Directory { people, me })
}

/// Reads the text against the projection. Returns none if the list of conversations was never read to its end.
async fn read_known(
    ctx: &TenantCtx,
    asked: &UnresolvedCommand<'_>,
    directory: &Directory,
) -> Result<Option<Reading>, Fault> {
    if !poll_state::watched(ctx).await?.whole {
        return Ok(None);
    }
    let read =
        |known: &Conversations| lookup::read(asked, &Book::of(known.values().map(|sight| &sight.known)), directory);
    ctx.memory.projection.look(&ctx.db, read).await.map(Some)
}

/// Reads the text against the list of conversations that dialnote has now.
async fn read_live(
    ctx: &TenantCtx,
    claim: &Claim,
    asked: &UnresolvedCommand<'_>,
    directory: &Directory,
) -> Result<Reading, Stop> {
    let all = read_all(ctx, claim).await?;
    Ok(lookup::read(asked, &Book::of(&all), directory))
}

/// Reads the list of conversations from dialnote. The list is ordered by activity and moves while it is read. A
/// conversation that slips past moves to the top, so the list is read from there again until nothing is new.
async fn read_all(ctx: &TenantCtx, claim: &Claim) -> Result<Vec<KnownConversation>, Stop> {
    let (mut all, mut pages, mut again) = (Vec::new(), Pages::default(), false);
    for _ in 0..MAX_SEARCH_PAGES {
        lease::ensure(ctx, claim).await?;
        let read =
            ctx.dialnote.conversations(pages.offset).await.map_err(|error| conversations::denied(error, None))?;
        all.extend(pages.take(read).into_iter().map(KnownConversation::of));
        match (pages.goes_on, again) {
            (true, _) => {}
            (false, true) => break,
            (false, false) => {
                pages.restart();
                again = true;
            }
        }
    }
    Ok(all)
}

/// Asks dialnote whether the conversations found by name are done by now. A name means only a conversation that is not
/// done, and the list does not show every change at once.
async fn still_open(ctx: &TenantCtx, job: &CommandJob, reading: Reading) -> Result<Reading, Stop> {
    let Reading::Ready { who, ids, by_name, note } = reading else { return Ok(reading) };
    let mut done = Vec::new();
    for id in by_name.iter().filter(|_| !lookup::means_done_too(job.command.act.verb())) {
        let now = ctx.dialnote.conversation(id).await.map_err(|error| conversations::denied(error, Some(id)))?;
        if now.status == Status::Done {
            done.push(now);
        }
    }
    let Some(first) = done.first() else { return Ok(Reading::Ready { who, ids, by_name, note }) };
    let asked = first.title();
    if ids.len() == 1 {
        return Ok(Reading::WhichConversation { who, ids, asked, doubt: NameDoubt::Done, note });
    }
    let ids = ids.into_iter().filter(|id| done.iter().all(|one| one.id != *id)).collect();
    let what = Missing::Clarity { asked: done.iter().map(Conversation::title).collect() };
    Ok(Reading::Missing { who, ids, note, what })
}

/// Asks for a note in the form, if the rules require one and the reading has none.
async fn with_note(ctx: &TenantCtx, job: &CommandJob, reading: Reading) -> Result<Reading, Fault> {
    let verb = job.command.act.verb();
    match reading {
        Reading::Ready { who, ids, note, .. } if note.is_empty() && documents::rules(ctx).await?.needs_note(verb) => {
            Ok(Reading::Missing { who, ids, note, what: Missing::Note })
        }
        other => Ok(other),
    }
}

async fn act_on(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, reading: Reading) -> Result<Outcome, Stop> {
    match reading {
        // An answer shows one conversation.
        Reading::Ready { who, ids, note, .. } if job.command.act == Action::Show && ids.len() > 1 => {
            let (about, seen) = offer(ctx, &ids, String::new(), NameDoubt::TwoNamed).await?;
            Ok(ask(ctx, &with(job, who, ConversationRef::These(Vec::new()), note), about, seen))
        }
        Reading::Ready { who, ids, note, .. } => {
            Ok(queueing::found(ctx, claim, &with(job, who, ConversationRef::These(ids.clone()), note), ids))
        }
        Reading::AllMine { who, note } => {
            let all = with(job, Some(who), ConversationRef::AllMine, note);
            let verdict = Verdict::Continue { body: job::encode(&all), until: lease::end(ctx) };
            Ok(Outcome { verdict, effects: Vec::new() })
        }
        Reading::WhichConversation { who, ids, asked, doubt, note } => {
            let (about, seen) = offer(ctx, &ids, asked, doubt).await?;
            Ok(ask(ctx, &with(job, who, ConversationRef::These(Vec::new()), note), about, seen))
        }
        Reading::WhichPerson { people, typed, rest } => ask_who(ctx, claim, job, people, typed, rest).await,
        Reading::Missing { who, ids, note, what } => {
            let which = match ids.as_slice() {
                [only] if !matches!(what, Missing::Clarity { .. }) => ConversationRef::Id(only.clone()),
                _ => ConversationRef::These(ids),
            };
            Ok(ask(ctx, &with(job, who, which, note), Unclear::Missing(what), Vec::new()))
        }
    }
}

/// Returns the question with the conversations to choose from, and how these are shown. Skips those that are gone.
async fn offer(
    ctx: &TenantCtx,
    ids: &[ConversationId],
    asked: String,
    doubt: NameDoubt,
) -> Result<(Unclear, Vec<Seen>), Fault> {
    let (mut choices, mut seen) = (Vec::new(), Vec::new());
    for id in ids.iter().take(MAX_CONVERSATION_CHOICES) {
        let Some(conversation) = known_or_there(ctx, id).await? else { continue };
        seen.push(Seen::from(&conversation));
        choices.push(Choice {
            about: About::from(&conversation),
            owner: conversations::owner(ctx, &conversation).await?.map(|owner| owner.name),
            status: Some(conversation.status),
            last_activity: conversation.last_activity.map(|last| Activity { preview: None, ..last }),
        });
    }
    let more = ids.len().saturating_sub(MAX_CONVERSATION_CHOICES);
    Ok((Unclear::Conversation { choices, more, asked, doubt }, seen))
}

/// Returns a conversation as it was last seen, else as dialnote has it now. Returns none if it is gone.
async fn known_or_there(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Conversation>, Fault> {
    if let Some(known) = known::known(ctx, id).await? {
        return Ok(Some(known));
    }
    match conversations::look_at(ctx, id).await {
        Ok(conversation) => Ok(Some(conversation)),
        Err(Stop::Refused(_)) => Ok(None),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Asks which person is meant, and keeps what the rest of the text says.
async fn ask_who(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    people: Vec<SlackUserId>,
    typed: String,
    rest: String,
) -> Result<Outcome, Stop> {
    let named = colleagues::full_names(ctx, job.requester.team.as_ref(), &people).await?;
    let someone = Assignee::Me;
    let (verb, apart) = (job.command.act.verb(), apart(&job.command));
    let asked = UnresolvedCommand { verb, who: Some(&someone), text: &rest, links: &ctx.links, apart };
    let directory = Directory::default();
    let reading = match read_known(ctx, &asked, &directory).await? {
        Some(reading) => reading,
        None => read_live(ctx, claim, &asked, &directory).await?,
    };
    let (which, note) = match reading {
        Reading::Ready { ids, note, .. } => (ConversationRef::These(ids), note),
        _ if apart.is_some() => (ConversationRef::Words(rest), String::new()),
        _ => (ConversationRef::Text(rest), String::new()),
    };
    let mut seen = Vec::new();
    if let ConversationRef::These(ids) = &which {
        for id in ids {
            seen.extend(known_or_there(ctx, id).await?.as_ref().map(Seen::from));
        }
    }
    Ok(ask(ctx, &with(job, None, which, note), Unclear::Person { people: named, typed }, seen))
}

/// Asks the requester for the new owner of a command that names none.
pub(crate) fn ask_for_owner(ctx: &TenantCtx, job: &CommandJob) -> Outcome {
    ask(ctx, job, Unclear::Missing(Missing::Person), Vec::new())
}

/// Stores a command as a draft, with how its conversations are shown, and asks the requester about it.
fn ask(ctx: &TenantCtx, job: &CommandJob, about: Unclear, seen: Vec<Seen>) -> Outcome {
    let draft = drafts::draft(ctx, job, seen);
    let note = job.command.note.clone();
    let until = job.command.act.when().and_then(When::fixed);
    let question = Question { draft: draft.id.clone(), verb: job.command.act.verb(), about, note, until };
    let answer = private::refusal(ctx, job.requester.addressee(), question_view::asked(&question));
    Outcome::done(vec![Effect::PutDraft(draft), answer])
}

/// Turns the time of a snooze into an instant. The question shows that instant, and an answer that comes late keeps it.
fn at_a_time(job: &CommandJob, requester: &Teammate, asked: Timestamp) -> CommandJob {
    let act = match &job.command.act {
        Action::Snooze(when) => Action::Snooze(when.fix(asked, &working_hours::zone(requester.zone.as_deref()))),
        other => other.clone(),
    };
    CommandJob { command: Command { act, ..job.command.clone() }, ..job.clone() }
}

fn one(ids: Vec<ConversationId>) -> Option<ConversationId> {
    <[ConversationId; 1]>::try_from(ids).ok().map(|[only]| only)
}

/// Returns the command with the owner, conversations and note that the reading found.
fn with(job: &CommandJob, who: Option<Assignee>, which: ConversationRef, note: String) -> CommandJob {
    let act = match who {
        Some(who) => job.command.act.clone().with_owner(who),
        None => job.command.act.clone(),
    };
    // A text that an earlier version read in part has its note already.
    let note = if note.is_empty() { job.command.note.clone() } else { note };
    CommandJob { command: Command { act, which, note }, ..job.clone() }
}

/// Answers whether only ids, links and numbers decided the reading, so that news cannot change it.
fn is_explicit(reading: &Reading) -> bool {
    matches!(reading, Reading::Ready { by_name, .. } if by_name.is_empty())
        || matches!(reading, Reading::AllMine { .. })
}

fn names_nobody(reading: &Reading) -> bool {
    matches!(reading, Reading::Missing { what: Missing::Somebody { .. }, .. })
}

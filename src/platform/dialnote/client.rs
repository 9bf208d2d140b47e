//! The app's calls to dialnote (docs/contracts/dialnote.md, Calls). Each call is made once; the queue repeats it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::core::conversation::{Activity, ActivityKind, Conversation, Owner, SharedNumber, Status};
use crate::core::error::{Fault, Service};
use crate::core::ids::{ConversationId, MemberId};
use crate::core::json::Peek;
use crate::core::person::Member;
use crate::platform::dialnote::answer::{Denied, DialnoteError, content, refused, unavailable};
use crate::platform::dialnote::learned::Learned;
use crate::platform::dialnote::pages::{ConversationPage, Pages};
use crate::platform::dialnote::wire;
use crate::platform::telemetry::metrics::Metrics;
use crate::platform::transport;
use crate::platform::transport::HttpAnswer;

/// The largest number of conversations or messages that one call returns.
pub(crate) const API_PAGE_SIZE: usize = 100;

/// The header with the idempotency key of a write (docs/contracts/dialnote.md, Authentication: never relied on).
const IDEMPOTENCY: &str = "Idempotency-Key";

/// The id of a conversation that does not exist.
pub(super) const NOWHERE: &str = "dialnote-slack-doctor";

/// The number of pages of messages that are searched for a note of the app's. The note was written moments ago, so it
/// is among the newest.
const NOTE_PAGES: usize = 3;

/// The number of pages that are read for the conversations of one owner: dialnote may ignore the filter, so the list
/// may hold everyone's.
const OWNED_PAGES: usize = 50;

/// dialnote's API addresses: reads and assignment are documented at different ones (docs/contracts/dialnote.md,
/// Addresses).
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The address for reads and notes.
    pub reads: Url,
    /// The address for changes of owner and status.
    pub assign: Url,
}

/// The name of the setting with the address for reads and notes.
pub(crate) const READS: &str = "DIALNOTE_API_URL";

/// The name of the setting with the address for changes.
pub(crate) const ASSIGN: &str = "DIALNOTE_ASSIGN_URL";

/// A client for one organization.
#[derive(Clone, Debug)]
pub struct Dialnote {
    http: reqwest::Client,
    addresses: Addresses,
    pub(super) learned: Arc<Learned>,
    key: Option<SecretString>,
    metrics: Arc<Metrics>,
    by: Option<Instant>,
}

impl Dialnote {
    /// Creates a client that calls paths below `addresses` with an API key; without a key, it makes no calls.
    pub fn new(http: reqwest::Client, addresses: Addresses, key: Option<SecretString>, metrics: Arc<Metrics>) -> Self {
        Self { http, addresses, learned: Arc::default(), key, metrics, by: None }
    }

    /// Returns a client that sends a call by this instant or not at all.
    pub(crate) fn with_deadline(&self, by: Instant) -> Self {
        Self { by: Some(by), ..self.clone() }
    }

    /// Answers whether there is an API key.
    pub fn is_connected(&self) -> bool {
        self.key.is_some()
    }

    /// Returns the members of the organization, each once. Works with every kind of key.
    pub async fn members(&self) -> Result<Vec<Member>, DialnoteError> {
        let content = self.read_known(&["team", "members"], &[]).await?;
        let mut all: Vec<wire::DirectoryMember> = Vec::new();
        for named in wire::items(&content, "members")?.iter().filter_map(wire::member) {
            if all.iter().all(|known| known.member.id != named.member.id) {
                all.push(named);
            }
        }
        self.learned.members(&all);
        Ok(all.into_iter().map(|named| named.member).collect())
    }

    /// Returns the organization's shared numbers.
    pub async fn lines(&self) -> Result<Vec<SharedNumber>, DialnoteError> {
        let content = self.read_known(&["messaging-channels"], &[]).await?;
        Ok(wire::items(&content, "channels")?.iter().filter_map(wire::line).collect())
    }

    /// Reads a conversation.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation, DialnoteError> {
        let content = match self.read(&["conversations", plain(id)?], &[]).await {
            Err(DialnoteError::Denied(said @ (Denied::NotFound | Denied::NoPage))) => {
                return Err(self.why_not_found(id, &said).await);
            }
            read => read?,
        };
        let conversation = self.understood(&content).await?.filter(|read| read.id == *id);
        conversation.ok_or_else(|| wire::unreadable("it has no conversation").into())
    }

    /// Finds the reason of a 404 for a conversation. If the list is not found either, the address is wrong. A page
    /// instead of dialnote's words is a gateway's, if dialnote has words of its own for a conversation that does not
    /// exist, or if the page is gone once dialnote answers again.
    async fn why_not_found(&self, id: &ConversationId, said: &Denied) -> DialnoteError {
        if *said == Denied::NoPage
            && let Err(other) = self.has_no_words_for(NOWHERE).await
        {
            return other;
        }
        let query = [("limit", "1".to_owned()), ("offset", "0".to_owned())];
        if let Err(error) = self.read_known(&["conversations"], &query).await {
            return error;
        }
        if *said == Denied::NoPage
            && let Err(other) = self.has_no_words_for(id.as_str()).await
        {
            return other;
        }
        Denied::NotFound.into()
    }

    /// Checks that a page without dialnote's words stands at a conversation's address. Anything else means that an
    /// earlier page was a gateway's.
    async fn has_no_words_for(&self, id: &str) -> Result<(), DialnoteError> {
        match self.read(&["conversations", id], &[]).await {
            Err(DialnoteError::Denied(Denied::NoPage)) => Ok(()),
            Err(DialnoteError::Fault(fault)) => Err(fault.into()),
            _ => Err(unavailable(StatusCode::NOT_FOUND)),
        }
    }

    /// Returns the conversations from `offset` on, at most [`API_PAGE_SIZE`].
    pub async fn conversations(&self, offset: usize) -> Result<ConversationPage, DialnoteError> {
        self.page(&page_from(offset)).await
    }

    /// Reads an item of a list; `None`, if it cannot be read. If the item leaves its owner out, the owner comes from
    /// the conversation itself.
    async fn listed(&self, item: &Value) -> Result<Option<Conversation>, DialnoteError> {
        let Some(listed) = self.understood(item).await? else { return Ok(None) };
        if wire::tells_owner(item) {
            return Ok(Some(listed));
        }
        let now = Timestamp::now();
        if let Some(known) = self.learned.with_owner(&listed, item, now) {
            return Ok(Some(known));
        }
        match self.conversation(&listed.id).await {
            Ok(read) => {
                self.learned.looked_at(&read, item.clone(), now);
                Ok(Some(Conversation { owner: read.owner, ..listed }))
            }
            Err(DialnoteError::Denied(Denied::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a conversation, with the owner's id replaced by the id that assigns.
    async fn understood(&self, value: &Value) -> Result<Option<Conversation>, DialnoteError> {
        let Some(conversation) = wire::conversation(value) else { return Ok(None) };
        if let Some(word) = value.words("/status").filter(|_| conversation.status != Status::Other) {
            self.learned.spelling_of(word);
        }
        if conversation.owner.is_some() && !self.learned.knows_members() {
            self.members().await?;
        }
        Ok(Some(self.learned.resolved(conversation)))
    }

    /// Returns the open conversations that a member owns, as far as they are on the first page.
    pub async fn open_of(&self, member: &MemberId) -> Result<HashSet<ConversationId>, DialnoteError> {
        let found = self.owned_from(member, 0).await?.conversations.into_iter();
        Ok(found.filter(|one| one.is_open() && one.is_owned_by(member)).map(|one| one.id).collect())
    }

    /// Returns all conversations that a member owns and that are not done, most recently active first. Snoozed ones are
    /// among them.
    pub(crate) async fn all_pending_of(&self, member: &MemberId) -> Result<Vec<Conversation>, DialnoteError> {
        let (mut all, mut pages) = (Vec::new(), Pages::default());
        for _ in 0..OWNED_PAGES {
            let page = self.owned_from(member, pages.offset).await?;
            let owned = |one: &Conversation| one.is_pending() && one.is_owned_by(member);
            all.extend(pages.take(page).into_iter().filter(owned));
            if !pages.goes_on {
                break;
            }
        }
        Ok(all)
    }

    /// Returns a page of a member's conversations. dialnote may ignore the filter.
    async fn owned_from(&self, member: &MemberId, offset: usize) -> Result<ConversationPage, DialnoteError> {
        let mut query = page_from(offset).to_vec();
        query.push(("assignedToId", member.to_string()));
        self.page(&query).await
    }

    async fn page(&self, query: &[(&str, String)]) -> Result<ConversationPage, DialnoteError> {
        let content = self.read_known(&["conversations"], query).await?;
        let items = wire::items(&content, "conversations")?;
        let mut conversations = Vec::with_capacity(items.len());
        for item in items {
            conversations.extend(self.listed(item).await?);
        }
        Ok(ConversationPage { conversations, items: items.len() })
    }

    /// Sets or clears the owner. `attempt_key` is the idempotency key of this write, in case dialnote honours it.
    pub async fn assign(
        &self,
        id: &ConversationId,
        owner: Option<&MemberId>,
        attempt_key: &str,
    ) -> Result<Conversation, DialnoteError> {
        let written = owner.map(|owner| self.learned.written(owner));
        let fits = |now: &Conversation| now.owner.as_ref().map(|owner| &owner.id) == owner;
        self.patch(id, &json!({ "assignedToId": written }), attempt_key, fits).await
    }

    /// Sets the status.
    pub(crate) async fn set_status(
        &self,
        id: &ConversationId,
        status: Status,
        attempt_key: &str,
    ) -> Result<Conversation, DialnoteError> {
        let body = json!({ "status": self.learned.spelled(status) });
        self.patch(id, &body, attempt_key, |now| now.status == status).await
    }

    /// Snoozes the conversation until a time.
    pub async fn snooze(
        &self,
        id: &ConversationId,
        until: Timestamp,
        attempt_key: &str,
    ) -> Result<Conversation, DialnoteError> {
        let body = json!({ "status": self.learned.spelled(Status::Snoozed), "snoozedUntil": until });
        self.patch(id, &body, attempt_key, |now| now.status == Status::Snoozed).await
    }

    /// Writes a note. After any 2xx the note counts as written, whatever the body says.
    pub(crate) async fn add_note(
        &self,
        id: &ConversationId,
        content: &str,
        attempt_key: &str,
    ) -> Result<(), DialnoteError> {
        let path = ["conversations", plain(id)?, "notes"];
        let request = self.request(Method::POST, &self.addresses.reads, &path);
        let request = request.json(&json!({ "content": content })).header(IDEMPOTENCY, attempt_key);
        match self.sent(&called(&Method::POST, &path), request).await {
            Err(DialnoteError::Denied(denied @ (Denied::NotFound | Denied::NoPage))) => {
                Err(after_write(self.why_not_there(id, denied, READS).await))
            }
            sent => sent.map(drop),
        }
    }

    /// Returns the newest timeline entries that are not notes, newest first, as far as they are among the newest
    /// [`API_PAGE_SIZE`].
    pub(crate) async fn activities_but_notes(&self, id: &ConversationId) -> Result<Vec<Activity>, DialnoteError> {
        let query = [("limit", API_PAGE_SIZE.to_string())];
        let content = self.read_of(id, &query).await.map(wire::opened)?;
        let entries = wire::items(&content, "messages")?;
        Ok(entries.iter().filter_map(wire::entry).filter(|activity| activity.kind != ActivityKind::Note).collect())
    }

    /// Returns the notes with the times at which they were written, oldest first, as far as they are among the newest
    /// [`API_PAGE_SIZE`] entries.
    pub async fn notes(&self, id: &ConversationId) -> Result<Vec<(String, Timestamp)>, DialnoteError> {
        let query = [("limit", API_PAGE_SIZE.to_string())];
        let content = self.read_of(id, &query).await.map(wire::opened)?;
        let entries = wire::items(&content, "messages")?;
        let notes: Vec<_> = entries.iter().filter_map(wire::note).collect();
        Ok(notes.into_iter().rev().collect())
    }

    /// Returns the member who called this number at about this time, as far as they are in the latest page of the call
    /// log.
    pub async fn caller(&self, number: &str, at: Timestamp) -> Result<Option<Owner>, DialnoteError> {
        let content = self.read_known(&["call-logs"], &[("limit", API_PAGE_SIZE.to_string())]).await?;
        Ok(wire::items(&content, "callLogs")?.iter().find_map(|call| wire::caller(call, number, at)))
    }

    /// Answers whether a note with this reference was already written.
    pub(crate) async fn has_note(&self, id: &ConversationId, reference: &str) -> Result<bool, DialnoteError> {
        let mut next = Vec::new();
        for _ in 0..NOTE_PAGES {
            let mut query = vec![("limit", API_PAGE_SIZE.to_string())];
            query.append(&mut next);
            let answer = self.read_of(id, &query).await?;
            next = wire::next_page(&answer);
            let content = wire::opened(answer);
            if wire::items(&content, "messages")?.iter().any(|message| mentions(message, reference)) {
                return Ok(true);
            }
            if next.is_empty() {
                break;
            }
        }
        Ok(false)
    }

    /// Reads a page of the timeline, in its envelope.
    async fn read_of(&self, id: &ConversationId, query: &[(&str, String)]) -> Result<Value, DialnoteError> {
        match self.answer_to(&["conversations", plain(id)?, "messages"], query).await {
            Err(DialnoteError::Denied(denied @ (Denied::NotFound | Denied::NoPage))) => {
                Err(self.why_not_there(id, denied, READS).await)
            }
            read => read,
        }
    }

    /// Finds the reason of a 404 for a part of a conversation: the conversation, the address or a gateway.
    async fn why_not_there(&self, id: &ConversationId, said: Denied, setting: &'static str) -> DialnoteError {
        match self.conversation(id).await {
            Ok(_) => at_address(&said, setting),
            Err(error) => error,
        }
    }

    /// Subscribes an address to a kind of event; `webhooks` is dialnote's address for subscriptions.
    pub async fn subscribe(&self, webhooks: &Url, address: &str, event: &str) -> Result<(), DialnoteError> {
        let wish = json!({ "url": address, "event": event, "provider": "custom" });
        let answer = self.sent("POST hooks", self.http.post(webhooks.clone()).json(&wish)).await?;
        let subscription = wire::opened(content(&answer)?);
        let id = subscription.id("/id");
        id.map(drop).ok_or_else(|| wire::unreadable("it has no subscription id").into())
    }

    /// Changes a conversation. An answer that cannot be read, is about another conversation or does not show the change
    /// counts as none: the client then reads the conversation.
    async fn patch(
        &self,
        id: &ConversationId,
        body: &Value,
        attempt_key: &str,
        fits: impl Fn(&Conversation) -> bool,
    ) -> Result<Conversation, DialnoteError> {
        let path = ["conversations", plain(id)?];
        let request = self.request(Method::PATCH, &self.addresses.assign, &path);
        let request = request.json(body).header(IDEMPOTENCY, attempt_key);
        let answer = match self.sent(&called(&Method::PATCH, &path), request).await {
            Err(DialnoteError::Denied(denied @ (Denied::NotFound | Denied::NoPage))) => {
                return Err(after_write(self.why_not_there(id, denied, ASSIGN).await));
            }
            sent => sent?,
        };
        let content = content(&answer).map(wire::opened).unwrap_or_default();
        let shown = match content.get("contact") {
            Some(_) => self.understood(&content).await.map_err(after_write)?,
            None => None,
        };
        let conversation = match shown.filter(|shown| shown.id == *id && fits(shown)) {
            Some(conversation) => conversation,
            None => self.look_after_write(id).await?,
        };
        self.learned.owned(&conversation);
        Ok(conversation)
    }

    /// Reads a conversation after a write. If that fails, the outcome of the write is unknown.
    pub(crate) async fn look_after_write(&self, id: &ConversationId) -> Result<Conversation, DialnoteError> {
        self.conversation(id).await.map_err(after_write)
    }

    /// Reads an object that every dialnote has: if it is not found, the address is wrong.
    async fn read_known(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, DialnoteError> {
        match self.read(path, query).await {
            Err(DialnoteError::Denied(denied @ (Denied::NotFound | Denied::NoPage))) => Err(at_address(&denied, READS)),
            read => read,
        }
    }

    async fn read(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, DialnoteError> {
        self.answer_to(path, query).await.map(wire::opened)
    }

    /// Reads an answer, in its envelope.
    async fn answer_to(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, DialnoteError> {
        let request = self.request(Method::GET, &self.addresses.reads, path).query(query);
        let answer = self.sent(&called(&Method::GET, path), request).await.map_err(without_effect)?;
        Ok(content(&answer)?)
    }

    fn request(&self, method: Method, base: &Url, path: &[&str]) -> reqwest::RequestBuilder {
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        self.http.request(method, url)
    }

    /// Makes a call and counts it with its outcome.
    async fn sent(&self, name: &str, request: reqwest::RequestBuilder) -> Result<HttpAnswer, DialnoteError> {
        let Some(key) = &self.key else { return Err(DialnoteError::Denied(Denied::NotConnected)) };
        let request = request.bearer_auth(key.expose_secret());
        let begun = Instant::now();
        let answer = transport::send(Service::Dialnote, self.by, request).await;
        let outcome = answer.map_err(DialnoteError::from).and_then(|answer| refused(&answer).map_or(Ok(answer), Err));
        let result = match &outcome {
            Ok(_) => "ok",
            Err(DialnoteError::Denied(_)) => "refused",
            Err(DialnoteError::Fault(fault)) => fault.kind(),
        };
        self.metrics.called(Service::Dialnote, name, result, begun.elapsed());
        outcome
    }
}

/// Returns the id as a path segment. People type ids, and links hold them: an id that could lead to another path counts
/// as not found.
fn plain(id: &ConversationId) -> Result<&str, DialnoteError> {
    if id.is_plain() { Ok(id.as_str()) } else { Err(Denied::NotFound.into()) }
}

/// Turns a read's timeout into a missing answer: a read has no effect that could come late.
fn without_effect(error: DialnoteError) -> DialnoteError {
    match error {
        DialnoteError::Fault(Fault::TimedOut { service, cause }) => Fault::Unanswered { service, cause }.into(),
        other => other,
    }
}

/// Returns the query for a page of the list of conversations.
fn page_from(offset: usize) -> [(&'static str, String); 2] {
    [("limit", API_PAGE_SIZE.to_string()), ("offset", offset.to_string())]
}

/// Returns the error of a 404 for an object that every dialnote has. In dialnote's own words it means a wrong address;
/// a gateway's page may be temporary, and the error names the setting of the address.
fn at_address(said: &Denied, setting: &'static str) -> DialnoteError {
    match said {
        Denied::NoPage => {
            let cause = format!("{} at {setting}", StatusCode::NOT_FOUND);
            Fault::Unavailable { service: Service::Dialnote, cause }.into()
        }
        _ => Denied::NoSuchAddress(setting).into(),
    }
}

/// Turns an error of the read after a write into one that says: it is unknown whether the write had its effect.
fn after_write(error: DialnoteError) -> DialnoteError {
    match error {
        DialnoteError::Fault(fault) => DialnoteError::Fault(fault.after_effect()),
        DialnoteError::Denied(denied) => DialnoteError::Denied(denied),
    }
}

/// Returns the name of a call, like `GET conversations/_/messages`, where `_` replaces an id.
fn called(method: &Method, path: &[&str]) -> String {
    let parts = path.iter().enumerate().map(|(nth, part)| if nth % 2 == 1 && *part != "members" { "_" } else { part });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

fn mentions(message: &Value, reference: &str) -> bool {
    ["/content", "/body", "/text"]
        .into_iter()
        .any(|path| message.text(path).is_some_and(|text| text.trim_end().ends_with(&format!("ref {reference}"))))
}

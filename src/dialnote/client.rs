//! The calls we make to dialnote (contracts/dialnote.md, Calls). A call is made once; repeating it
//! is the inbox's business.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::dialnote::wire;
use crate::domain::conversation::{Activity, ActivityKind, Conversation, Line, Owner, Status};
use crate::domain::people::Member;
use crate::error::{Fault, Service};
use crate::ids::{ConversationId, MemberId};
use crate::json::Peek;
use crate::metrics::Metrics;
use crate::transport::{self, Answer};

/// The most conversations or messages one call returns.
pub const PAGE: usize = 100;

/// How many pages of messages are searched for a note of ours. It was written moments ago, so it is
/// among the newest.
const NOTE_PAGES: usize = 3;

/// How many pages of the list are read for what somebody owns: filters may not be trusted, so the list
/// may be everybody's.
const OWNED_PAGES: usize = 50;

/// What a 429 of dialnote's closes: nothing says that its limits differ from call to call.
pub const BUCKET: &str = "dialnote";

/// dialnote's "no".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is no such conversation.
    NotFound,
    /// The key may only read.
    ReadOnly,
    /// There is no key: nothing was called.
    NotConnected,
    /// Anything else, in dialnote's words.
    Words(String),
}

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// dialnote understood and says no.
    #[error("dialnote refused: {0:?}")]
    Denied(Denied),
    /// Anything that is not an answer to the question.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A conversation that there is not.
const NOWHERE: &str = "dialnote-slack-doctor";

/// A page of the list of conversations.
#[derive(Debug)]
pub struct Page {
    /// Most recently active first.
    pub conversations: Vec<Conversation>,
    /// Whether the list ends here.
    pub last: bool,
}

/// A client of one organization.
#[derive(Clone, Debug)]
pub struct Dialnote {
    http: reqwest::Client,
    base: Url,
    key: Option<SecretString>,
    metrics: Arc<Metrics>,
    by: Option<Instant>,
}

impl Dialnote {
    /// A client that calls paths below `base` with an API key; without one, it calls nothing.
    pub fn new(http: reqwest::Client, base: Url, key: Option<SecretString>, metrics: Arc<Metrics>) -> Self {
        Self { http, base, key, metrics, by: None }
    }

    /// The same for calls that must be on their way by then, or not be made.
    pub fn by(&self, by: Instant) -> Self {
        Self { by: Some(by), ..self.clone() }
    }

    /// Whether there is a key.
    pub fn is_connected(&self) -> bool {
        self.key.is_some()
    }

    /// Whether the key may write. A conversation that does not exist is asked to have no owner: a key that may
    /// only read is refused before that is noticed.
    pub async fn may_write(&self) -> Result<bool, CallError> {
        match self.assign(&ConversationId::new(NOWHERE), None, "doctor").await {
            Err(CallError::Denied(Denied::ReadOnly)) => Ok(false),
            Err(CallError::Denied(_)) | Ok(_) => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    /// The members of the organization. Works with every kind of key.
    pub async fn members(&self) -> Result<Vec<Member>, CallError> {
        let content = self.read(&["team", "members"], &[]).await?;
        Ok(wire::items(&content, "members").iter().filter_map(wire::member).collect())
    }

    /// The numbers that the team shares.
    pub async fn lines(&self) -> Result<Vec<Line>, CallError> {
        let content = self.read(&["messaging-channels"], &[]).await?;
        Ok(wire::items(&content, "channels").iter().filter_map(wire::line).collect())
    }

    /// A conversation as it is now.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation, CallError> {
        let content = self.read(&["conversations", id.as_str()], &[]).await?;
        wire::conversation(&content).ok_or_else(|| unusable("the answer holds no conversation").into())
    }

    /// The conversations from `offset` on, at most [`PAGE`].
    pub async fn conversations(&self, offset: usize) -> Result<Page, CallError> {
        let query = [("limit", PAGE.to_string()), ("offset", offset.to_string())];
        let content = self.read(&["conversations"], &query).await?;
        let items = wire::items(&content, "conversations");
        let last = items.len() < PAGE;
        Ok(Page { conversations: items.iter().filter_map(wire::conversation).collect(), last })
    }

    /// The open conversations that a member owns, as far as one page tells.
    pub async fn open_of(&self, member: &MemberId) -> Result<HashSet<ConversationId>, CallError> {
        let query = [("limit", PAGE.to_string()), ("assignedToId", member.to_string()), ("status", "open".to_owned())];
        let content = self.read(&["conversations"], &query).await?;
        let found = wire::items(&content, "conversations");
        let open = |conversation: &Conversation| conversation.is_open() && conversation.is_owned_by(member);
        Ok(found.iter().filter_map(wire::conversation).filter(open).map(|conversation| conversation.id).collect())
    }

    /// All open conversations that a member owns, most recently active first.
    pub async fn all_open_of(&self, member: &MemberId) -> Result<Vec<Conversation>, CallError> {
        let (mut all, mut offset) = (Vec::new(), 0);
        for _ in 0..OWNED_PAGES {
            let query = [
                ("limit", PAGE.to_string()),
                ("offset", offset.to_string()),
                ("assignedToId", member.to_string()),
                ("status", "open".to_owned()),
            ];
            let content = self.read(&["conversations"], &query).await?;
            let items = wire::items(&content, "conversations");
            let found = items.iter().filter_map(wire::conversation);
            all.extend(found.filter(|conversation| conversation.is_open() && conversation.is_owned_by(member)));
            offset += PAGE;
            if items.len() < PAGE {
                break;
            }
        }
        Ok(all)
    }

    /// Sets or clears the owner. `attempt_key` names this very write, in case dialnote looks at it.
    pub async fn assign(
        &self,
        id: &ConversationId,
        owner: Option<&MemberId>,
        attempt_key: &str,
    ) -> Result<Conversation, CallError> {
        self.patch(id, &json!({ "assignedToId": owner }), attempt_key).await
    }

    /// Sets the status.
    pub async fn set_status(
        &self,
        id: &ConversationId,
        status: Status,
        attempt_key: &str,
    ) -> Result<Conversation, CallError> {
        self.patch(id, &json!({ "status": status }), attempt_key).await
    }

    /// Puts it away until a time to come.
    pub async fn snooze(
        &self,
        id: &ConversationId,
        until: Timestamp,
        attempt_key: &str,
    ) -> Result<Conversation, CallError> {
        self.patch(id, &json!({ "status": Status::Snoozed, "snoozedUntil": until }), attempt_key).await
    }

    /// Writes a note.
    pub async fn add_note(&self, id: &ConversationId, content: &str, attempt_key: &str) -> Result<(), CallError> {
        let path = ["conversations", id.as_str(), "notes"];
        self.write(Method::POST, &path, &json!({ "content": content }), attempt_key).await.map(drop)
    }

    /// The newest entries of the timeline that are no notes, newest first, as far as they are among the
    /// newest [`PAGE`].
    pub async fn activities_but_notes(&self, id: &ConversationId) -> Result<Vec<Activity>, CallError> {
        let query = [("limit", PAGE.to_string())];
        let content = self.read(&["conversations", id.as_str(), "messages"], &query).await?;
        let entries = wire::items(&content, "messages");
        Ok(entries.iter().filter_map(wire::entry).filter(|activity| activity.kind != ActivityKind::Note).collect())
    }

    /// The notes written since, oldest first, as far as they are among the newest [`PAGE`] entries.
    pub async fn notes_since(&self, id: &ConversationId, since: Timestamp) -> Result<Vec<String>, CallError> {
        let query = [("limit", PAGE.to_string())];
        let content = self.read(&["conversations", id.as_str(), "messages"], &query).await?;
        let entries = wire::items(&content, "messages");
        let new = entries.iter().filter_map(wire::note).filter(|(_, at)| *at > since);
        Ok(new.map(|(text, _)| text).collect::<Vec<_>>().into_iter().rev().collect())
    }

    /// The member who called this number at about this time, as far as the latest calls tell.
    pub async fn caller(&self, number: &str, at: Timestamp) -> Result<Option<Owner>, CallError> {
        let content = self.read(&["call-logs"], &[("limit", PAGE.to_string())]).await?;
        Ok(wire::items(&content, "callLogs").iter().find_map(|call| wire::caller(call, number, at)))
    }

    /// Whether a note with this reference was written already.
    pub async fn has_note(&self, id: &ConversationId, reference: &str) -> Result<bool, CallError> {
        let mut cursor: Option<String> = None;
        for _ in 0..NOTE_PAGES {
            let mut query = vec![("limit", PAGE.to_string())];
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let answer =
                self.call(Method::GET, &["conversations", id.as_str(), "messages"], &query, None, None).await?;
            let next = ["/meta/nextCursor", "/data/nextCursor", "/nextCursor"];
            cursor = next.into_iter().find_map(|path| answer.words(path)).map(str::to_owned);
            let messages = wire::items(&wire::opened(answer), "messages");
            if messages.iter().any(|message| mentions(message, reference)) {
                return Ok(true);
            }
            if cursor.is_none() {
                break;
            }
        }
        Ok(false)
    }

    /// Asks to be told of a kind of event at an address; `hooks` is where such wishes go.
    pub async fn subscribe(&self, hooks: &Url, address: &str, event: &str) -> Result<(), CallError> {
        let wish = json!({ "url": address, "event": event, "provider": "custom" });
        self.sent("POST hooks", self.http.post(hooks.clone()).json(&wish)).await.map(drop)
    }

    async fn patch(&self, id: &ConversationId, body: &Value, attempt_key: &str) -> Result<Conversation, CallError> {
        let written = self.write(Method::PATCH, &["conversations", id.as_str()], body, attempt_key).await;
        let content = match written {
            // dialnote says yes, in words that we cannot read.
            Err(CallError::Fault(Fault::Unusable { .. })) => return self.look_after_write(id).await,
            written => written?,
        };
        // An answer without contact or owner is no picture of the conversation: look again.
        match wire::conversation(&content).filter(|_| content.get("contact").is_some()) {
            Some(conversation) => Ok(conversation),
            None => self.look_after_write(id).await,
        }
    }

    /// A conversation as it is after a write. Where that cannot be seen, the outcome of the write is unknown.
    pub async fn look_after_write(&self, id: &ConversationId) -> Result<Conversation, CallError> {
        self.conversation(id).await.map_err(|error| match error {
            CallError::Fault(fault) => CallError::Fault(fault.after_effect()),
            CallError::Denied(denied) => CallError::Denied(denied),
        })
    }

    async fn read(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, CallError> {
        self.call(Method::GET, path, query, None, None).await.map(wire::opened)
    }

    async fn write(&self, method: Method, path: &[&str], body: &Value, attempt_key: &str) -> Result<Value, CallError> {
        self.call(method, path, &[], Some(body), Some(attempt_key)).await.map(wire::opened)
    }

    async fn call(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Option<&Value>,
        attempt_key: Option<&str>,
    ) -> Result<Value, CallError> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let name = called(&method, path);
        let mut request = self.http.request(method, url).query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = attempt_key {
            request = request.header("Idempotency-Key", key);
        }
        self.sent(&name, request).await
    }

    /// Makes a call, and counts it with what came of it.
    async fn sent(&self, name: &str, request: reqwest::RequestBuilder) -> Result<Value, CallError> {
        let Some(key) = &self.key else { return Err(CallError::Denied(Denied::NotConnected)) };
        let request = request.bearer_auth(key.expose_secret());
        let begun = Instant::now();
        let answer = transport::send(Service::Dialnote, self.by, request).await;
        let outcome = answer.map_err(CallError::from).and_then(|answer| judged(&answer));
        let result = match &outcome {
            Ok(_) => "ok",
            Err(CallError::Denied(_)) => "refused",
            Err(CallError::Fault(fault)) => fault.kind(),
        };
        self.metrics.called(Service::Dialnote, name, result, begun.elapsed());
        outcome
    }
}

/// `GET conversations/_/messages`: what stands between is an id.
fn called(method: &Method, path: &[&str]) -> String {
    let parts = path.iter().enumerate().map(|(nth, part)| if nth % 2 == 1 && *part != "members" { "_" } else { part });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

fn mentions(message: &Value, reference: &str) -> bool {
    ["/content", "/body", "/text"]
        .into_iter()
        .any(|path| message.text(path).is_some_and(|text| text.trim_end().ends_with(&format!("ref {reference}"))))
}

fn judged(answer: &Answer) -> Result<Value, CallError> {
    let service = Service::Dialnote;
    let words = || wire::words(answer.status, &answer.body);
    let denied = |denied| Err(CallError::Denied(denied));
    match answer.status {
        status if status.is_success() => {
            serde_json::from_slice(&answer.body).map_err(|error| unusable(&error.to_string()).into())
        }
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = answer.retry_after.unwrap_or(std::time::Duration::from_secs(10));
            Err(Fault::RateLimited { service, bucket: BUCKET.to_owned(), wait }.into())
        }
        StatusCode::UNAUTHORIZED => Err(Fault::Unauthorized { service, cause: words() }.into()),
        StatusCode::NOT_FOUND => denied(Denied::NotFound),
        StatusCode::FORBIDDEN if wire::is_read_only(&answer.body) => denied(Denied::ReadOnly),
        status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => denied(Denied::Words(words())),
        status => Err(Fault::Unavailable { service, cause: status.to_string() }.into()),
    }
}

fn unusable(cause: &str) -> Fault {
    Fault::Unusable { service: Service::Dialnote, cause: cause.to_owned() }
}

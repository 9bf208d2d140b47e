//! Work Objects in the workspace: the panes that people have open, and the rights to fill them
//! (docs/contracts/slack-2026.md §2–4).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::blocks::max;
use crate::installed::Installed;

/// The number of faults kept: an app that repeats them is known by the first.
const FAULTS_KEPT: usize = 500;

/// The parts of Work Objects that the app switched on in its manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectSupport {
    /// Clients show tasks of the app as objects.
    pub active: bool,
    /// The app hears `entity_details_requested`.
    pub details: bool,
    /// The app hears `entity_comments_requested`.
    pub comments: bool,
}

/// All of it.
pub struct Objects {
    /// The parts that the app switched on.
    pub support: ObjectSupport,
    /// Panes that are open, or were until a short while ago.
    pub panes: Vec<Pane>,
    /// Entities that were not shown, and refused answers for panes. An app that works leaves this empty.
    pub faults: Vec<EntityFault>,
    pub(super) triggers: BTreeMap<String, EntityTrigger>,
    pub(super) spinners: Vec<Spinner>,
}

/// The faults in one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityFault {
    /// The time of the call.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The faults, each with a JSON pointer where it has a place.
    pub faults: Vec<String>,
}

/// The object that a pane shows, and the place where it was opened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Subject {
    /// The canonical address.
    pub entity_url: String,
    /// The link that was opened.
    pub link: String,
    /// The app's own name of the object; not known for one opened from search.
    pub external_ref: Option<Value>,
    /// The link in the message, if the object is an unfurl.
    pub app_unfurl_url: Option<String>,
    /// The message's channel.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The message's thread.
    pub thread_ts: Option<String>,
}

/// The tab of a pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaneTab {
    /// The object's fields.
    #[default]
    Details,
    /// Its comments.
    Comments,
}

/// The app's answer to a request for details.
#[derive(Clone, Debug, PartialEq)]
pub enum Details {
    /// The object.
    Entity(Value),
    /// The person must sign in at this address.
    SignIn(String),
    /// `error` of `entity.presentDetails`.
    Error(Value),
}

/// The side pane of one person.
#[derive(Clone, Debug)]
pub struct Pane {
    /// `V…`.
    pub id: String,
    /// The user id.
    pub user: String,
    /// True while the person sees it.
    pub open: bool,
    /// The object.
    pub subject: Subject,
    /// The tab in front.
    pub tab: PaneTab,
    /// The latest answer.
    pub details: Option<Details>,
    /// The time of the latest request for details.
    pub asked_at: Option<Timestamp>,
    /// The time since which it waits for details.
    pub waiting_since: Option<Timestamp>,
    /// The time of the latest answer.
    pub shown_at: Option<Timestamp>,
    /// The inputs and choices of the person: field → action → state.
    pub typed: Map<String, Value>,
    /// Errors about the inputs: field → sentence.
    pub field_errors: BTreeMap<String, String>,
    /// The time since which it waits for the outcome of *Save*.
    pub saving_since: Option<Timestamp>,
    /// The app's `edit_error`, or Slack's complaint about its answer.
    pub save_error: Option<Value>,
    /// The number of edits that the app has confirmed with new details.
    pub saves: u64,
    /// The comments.
    pub comments: Comments,
}

/// The comments in a pane.
#[derive(Clone, Debug, Default)]
pub struct Comments {
    /// The comments shown.
    pub list: Vec<Value>,
    /// True after the first answer.
    pub shown: bool,
    /// The person must sign in at this address.
    pub sign_in: Option<String>,
    /// The time since which it waits for comments.
    pub waiting_since: Option<Timestamp>,
    /// True if the person may write one.
    pub can_post: bool,
    /// The app's name for the next page.
    pub cursor: Option<String>,
    /// The app's action for *Delete*.
    pub delete_action_id: Option<String>,
    /// The comment on its way.
    pub sending: Option<Sending>,
    /// The app's words about the last one.
    pub error: Option<String>,
    /// The number of comments, edits and deletions that the app has acknowledged.
    pub taken: u64,
}

/// A comment on its way to the app.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sending {
    /// `post`, `edit` or `delete`.
    pub act: &'static str,
    /// The words.
    pub text: String,
    /// The comment that is edited or deleted.
    pub comment: Option<String>,
    /// The time of sending.
    pub since: Timestamp,
}

/// The occasion that a trigger belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Occasion {
    Details,
    Edit,
    /// A button of a pane, or of the object below a message.
    Button {
        in_pane: bool,
    },
    /// A page of comments, perhaps those of one thread.
    Comments {
        thread: Option<String>,
        more: bool,
    },
    Comment(Sending),
}

/// The right to answer in one pane, for a while.
#[derive(Clone, Debug)]
pub(super) struct EntityTrigger {
    pub(super) user: String,
    pub(super) at: Timestamp,
    pub(super) used: bool,
    pub(super) subject: Subject,
    pub(super) occasion: Occasion,
}

/// A pressed button that shows that its effect is not known yet.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Spinner {
    pub(super) trigger: String,
    pub(super) user: String,
    pub(super) entity_url: String,
    pub(super) in_pane: bool,
    pub(super) action_id: String,
    pub(super) text: Option<String>,
    pub(super) since: Timestamp,
}

impl ObjectSupport {
    /// Everything.
    pub const FULL: Self = Self { active: true, details: true, comments: true };

    /// Returns what the manifest says.
    pub(super) fn of(installed: &Installed) -> Self {
        Self {
            active: installed.shows_objects(),
            details: installed.hears("entity_details_requested"),
            comments: installed.hears("entity_comments_requested"),
        }
    }
}

impl Objects {
    /// Returns an app's objects before anything happened.
    pub(super) fn new(support: ObjectSupport) -> Self {
        Self { support, panes: Vec::new(), faults: Vec::new(), triggers: BTreeMap::new(), spinners: Vec::new() }
    }

    /// Returns the pane that a person (by id) sees.
    pub fn pane(&self, user: &str) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.open && pane.user == user)
    }

    /// Returns the same, to be changed.
    pub(super) fn pane_mut(&mut self, user: &str) -> Option<&mut Pane> {
        self.panes.iter_mut().find(|pane| pane.open && pane.user == user)
    }

    /// Returns a person's panes of this object, open or not.
    pub(super) fn panes_of<'a>(
        &'a mut self,
        user: &'a str,
        subject: &'a Subject,
    ) -> impl Iterator<Item = &'a mut Pane> {
        self.panes.iter_mut().filter(move |pane| pane.user == user && pane.subject.is_same(subject))
    }

    /// Closes the pane that a person sees.
    pub(super) fn close(&mut self, user: &str) {
        for pane in self.panes.iter_mut().filter(|pane| pane.user == user) {
            pane.open = false;
        }
    }

    /// Opens a person's pane of an object in place of any other: the one they had, or a new one with this id.
    pub(super) fn open(&mut self, user: &str, subject: &Subject, id: impl FnOnce() -> String, now: Timestamp) {
        self.close(user);
        self.panes.retain(|pane| pane.user != user || pane.is_fresh(now) || pane.subject.is_same(subject));
        if let Some(pane) = self.panes_of(user, subject).next() {
            pane.open = true;
            pane.tab = PaneTab::Details;
            pane.subject.clone_from(subject);
            return;
        }
        self.panes.push(Pane::new(id(), user, subject.clone()));
    }

    /// Records the faults of a call.
    pub(super) fn report(&mut self, at: Timestamp, method: &str, faults: Vec<String>) {
        if !faults.is_empty() && self.faults.len() < FAULTS_KEPT {
            self.faults.push(EntityFault { at, method: method.to_owned(), faults });
        }
    }

    /// Returns the buttons that spin for a person, in the pane or below messages.
    pub(super) fn spinning(&self, user: &str, in_pane: bool, now: Timestamp) -> Vec<Spinner> {
        let is_here = |spinner: &&Spinner| spinner.user == user && spinner.in_pane == in_pane;
        self.spinners.iter().filter(is_here).filter(|spinner| !is_over(spinner.since, now)).cloned().collect()
    }
}

impl Subject {
    /// Answers whether both are the same object.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let id = |subject: &Self| subject.external_ref.as_ref().map(|named| named["id"].clone());
        self.entity_url == other.entity_url || id(self).is_some_and(|own| Some(own) == id(other))
    }
}

impl Pane {
    fn new(id: String, user: &str, subject: Subject) -> Self {
        Self {
            id,
            user: user.to_owned(),
            open: true,
            subject,
            tab: PaneTab::Details,
            details: None,
            asked_at: None,
            waiting_since: None,
            shown_at: None,
            typed: Map::new(),
            field_errors: BTreeMap::new(),
            saving_since: None,
            save_error: None,
            saves: 0,
            comments: Comments::default(),
        }
    }

    /// Forgets the inputs of an edit.
    pub(super) fn cancel_edit(&mut self) {
        self.typed.clear();
        self.field_errors.clear();
        self.save_error = None;
        self.saving_since = None;
    }

    /// Answers whether Slack shows what it has instead of a new request for details.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        let seconds = i64::try_from(max(&["entity", "pane_cache_seconds"])).unwrap_or(i64::MAX);
        self.asked_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_secs(seconds))
    }

    /// Returns the object, if the pane shows it.
    pub fn entity(&self) -> Option<&Value> {
        match &self.details {
            Some(Details::Entity(entity)) => Some(entity),
            _ => None,
        }
    }

    /// Returns `waiting`, `timeout`, `shown`, `sign_in` or `error`.
    pub fn status(&self, now: Timestamp) -> &'static str {
        match (self.waiting_since, &self.details) {
            (Some(since), _) if is_over(since, now) => "timeout",
            (Some(_), _) | (None, None) => "waiting",
            (None, Some(Details::Entity(_))) => "shown",
            (None, Some(Details::SignIn(_))) => "sign_in",
            (None, Some(Details::Error(_))) => "error",
        }
    }

    /// Returns `waiting`, `timeout` or nothing for *Save*.
    fn saving(&self, now: Timestamp) -> Option<&'static str> {
        self.saving_since.map(|since| if is_over(since, now) { "timeout" } else { "waiting" })
    }

    /// Returns the pane as the state and the page show it.
    pub(super) fn shown(&self, now: Timestamp, spinning: &[Spinner], inputs: &[Value]) -> Value {
        let (sign_in, error) = match &self.details {
            Some(Details::SignIn(url)) => (Some(url), None),
            Some(Details::Error(error)) => (None, Some(error)),
            _ => (None, None),
        };
        json!({
            "id": self.id, "subject": self.subject, "tab": self.tab, "status": self.status(now),
            "entity": self.entity(), "sign_in": sign_in, "error": error,
            "asked_at": self.asked_at, "shown_at": self.shown_at, "waiting_since": self.waiting_since,
            "inputs": inputs, "typed": self.typed, "field_errors": self.field_errors,
            "saving": self.saving(now), "saving_since": self.saving_since, "save_error": self.save_error, "saves": self.saves,
            "spinning": spinning, "comments": self.comments.shown(now),
        })
    }
}

impl Comments {
    /// Returns `waiting`, `timeout`, `sign_in`, `shown`, or `closed` before the first request.
    pub fn status(&self, now: Timestamp) -> &'static str {
        match self.waiting_since {
            Some(since) if is_over(since, now) => "timeout",
            Some(_) => "waiting",
            None if self.sign_in.is_some() => "sign_in",
            None if self.shown => "shown",
            None => "closed",
        }
    }

    fn shown(&self, now: Timestamp) -> Value {
        let is_late = self.sending.as_ref().is_some_and(|sending| is_over(sending.since, now));
        json!({
            "status": self.status(now), "list": self.list, "sign_in": self.sign_in, "can_post": self.can_post,
            "more": self.cursor.is_some(), "sending": self.sending, "sending_late": is_late, "error": self.error,
            "taken": self.taken, "waiting_since": self.waiting_since, "can_delete": self.delete_action_id.is_some(),
        })
    }
}

/// Answers whether Slack has stopped waiting for the app's answer.
pub(super) fn is_over(since: Timestamp, now: Timestamp) -> bool {
    let seconds = i64::try_from(max(&["entity", "spinner_seconds"])).unwrap_or(i64::MAX);
    now.duration_since(since) > SignedDuration::from_secs(seconds)
}

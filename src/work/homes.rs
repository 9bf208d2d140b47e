//! Homes that were opened, and how one is drawn again although nobody asked.

use serde::{Deserialize, Serialize};

use crate::domain::job::{Job, ListJob};
use crate::domain::list::Query;
use crate::domain::request_context::{ListPlace, Listed, RequestContext, Via};
use crate::ids::SlackUserId;

/// The kind under which an open home is kept (`store::Document`), by Slack user.
pub(super) const HOME: &str = "home";

/// How many open homes are looked at.
pub(super) const MOST_HOMES: usize = 10_000;

/// A home that was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opened {
    /// The list in it.
    pub(super) query: Query,
    /// Slack's mark of the drawn content.
    pub(super) hash: Option<String>,
}

/// Draws a person's home again.
pub(super) fn home_job(user: SlackUserId, query: Query) -> Job {
    let requester =
        RequestContext { user, channel: None, team: None, reply: None, via: Via::Timer, list: None, message: None };
    let list = Listed { query, place: ListPlace::Home };
    Job::List(ListJob { requester, list, notice: None })
}

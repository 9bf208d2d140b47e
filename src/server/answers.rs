//! Answers to Slack's requests, and the storing of jobs before an answer is given.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{debug, error, info};

use crate::commands::reply_view;
use crate::core::error::Fault;
use crate::core::query::Query;
use crate::core::request_context::{ListPlace as Stands, Listed, RequestContext};
use crate::linking::requests::PeopleWindow;
use crate::platform::db::{Accepted, Delivery, NewJob};
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::window::Modal;
use crate::platform::slack::inbound::Surface;
use crate::server::front::Front;

/// The time for which a response URL takes answers (§6.1), less the time that an answer may take on its way.
pub(crate) const REPLY_LIFE: SignedDuration = SignedDuration::from_secs(29 * 60);

/// Jobs to be stored, once.
pub(crate) struct AcceptRequest {
    pub(crate) delivery: Delivery,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) now: Timestamp,
}

/// Stores the jobs. From here on they are carried out. Answers whether they are new.
pub(crate) async fn store(front: &Front, order: AcceptRequest) -> Result<Accepted, Fault> {
    let request = order.now.as_millisecond();
    match front.tenants.common.store.accept(order.delivery, order.jobs, order.now).await {
        Ok(accepted) => {
            debug!(request, ?accepted, "request stored");
            Ok(accepted)
        }
        Err(fault) => {
            error!(cause = %fault, "request not stored");
            front.doubt.raise();
            Err(fault)
        }
    }
}

pub(crate) fn ignored(kind: &str) -> Response {
    info!(kind, "request ignored");
    StatusCode::OK.into_response()
}

pub(crate) fn not_saved() -> Response {
    ephemeral(&reply_view::not_saved())
}

pub(crate) fn unavailable() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

pub(crate) fn ephemeral(content: &Content) -> Response {
    let body = json!({ "response_type": "ephemeral", "text": content.text, "blocks": content.blocks });
    Json(body).into_response()
}

/// A field of a form that cannot be submitted as it is, and the error under the field.
pub(crate) type FieldError = (&'static str, String);

pub(crate) fn field_error(field: &str, sentence: &str) -> Response {
    Json(json!({ "response_action": "errors", "errors": { field: sentence } })).into_response()
}

/// Replaces the submitted form.
pub(crate) fn updated(form: &Modal) -> Response {
    Json(json!({ "response_action": "update", "view": form })).into_response()
}

/// Returns the window in which a button was pressed, if it was pressed in one.
pub(crate) fn in_window(place: &Surface, page: usize) -> Option<PeopleWindow> {
    match place {
        Surface::View(view) => Some(PeopleWindow { view: view.clone(), page }),
        _ => None,
    }
}

/// Adds to the requester the list whose button they pressed, and the place of that list.
pub(crate) fn in_list(requester: RequestContext, query: Option<Query>, place: &Surface) -> RequestContext {
    let list = query.and_then(|query| {
        let place = match place {
            Surface::Private { .. } => Stands::Message,
            Surface::Home => Stands::Home,
            Surface::View(view) => Stands::View(view.clone()),
            Surface::Message => return None,
        };
        Some(Listed { query, place })
    });
    let message = match place {
        Surface::Private { direct } if list.is_none() => direct.clone(),
        _ => None,
    };
    RequestContext { list, message, ..requester }
}

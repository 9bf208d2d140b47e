//! The control API: what a person, a script or the page does to the world, in JSON. What cannot be
//! done — no such person, no such button — is 422 with a sentence; it never reaches the app.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::server::{Answer, Heard, Shared};
use super::{Impossible, deliver, state};

/// No page but our own, nothing from elsewhere, nothing inline.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                   base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_sandbox/state", get(show))
        .route("/_sandbox/{verb}", post(act))
        .route("/", get(async || page("text/html; charset=utf-8", include_str!("page/index.html"))))
        .route("/page.css", get(async || page("text/css; charset=utf-8", include_str!("page/page.css"))))
        .route("/page.js", get(async || page("text/javascript; charset=utf-8", include_str!("page/page.js"))))
        .fallback(async || Answer::new(404, json!({"error": "there is nothing at this address"})))
}

fn page(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

/// Why nothing was done.
struct Refused {
    status: StatusCode,
    error: String,
}

impl From<Impossible> for Refused {
    fn from(Impossible(error): Impossible) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, error }
    }
}

impl Refused {
    fn bad(error: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into() }
    }
}

/// A slash command, typed somewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slash {
    #[serde(rename = "as")]
    who: String,
    channel: String,
    text: String,
}

/// `GET /_sandbox/state`, with `?calls=` for more or fewer of the latest calls.
async fn show(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let calls = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "calls");
    let calls = calls.map_or(Ok(state::CALLS_SHOWN), |(_, count)| count.parse());
    match calls {
        Ok(calls) => Answer::new(200, shared.world(|world| world.state(calls))).into_response(),
        Err(_) => Answer::new(400, json!({"error": "calls must be a whole number"})).into_response(),
    }
}

async fn act(State(shared): State<Arc<Shared>>, Path(verb): Path<String>, request: Request) -> Response {
    if !is_at_home(&shared, &request) {
        return Answer::new(403, json!({"error": "a page of another site may not do this"})).into_response();
    }
    let heard = match Heard::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    match done(&shared, &verb, &heard).await {
        Ok(done) => Answer::new(200, done).into_response(),
        Err(Refused { status, error }) => Answer::new(status.as_u16(), json!({"error": error})).into_response(),
    }
}

async fn done(shared: &Shared, verb: &str, heard: &Heard) -> Result<Value, Refused> {
    match verb {
        "slash" => {
            let Slash { who, channel, text } = read(heard)?;
            told(deliver::slash(shared, &who, &channel, &text).await?)
        }
        "click" => told(deliver::click(shared, read(heard)?).await?),
        "submit" => told(deliver::submit(shared, read(heard)?).await?),
        "close" => told(deliver::close(shared, read(heard)?).await?),
        "options" => told(deliver::options(shared, read(heard)?).await?),
        "shortcut" => told(deliver::shortcut(shared, read(heard)?).await?),
        "event" => told(deliver::event(shared, read(heard)?).await?),
        "incoming" => Ok(json!({"conversation": deliver::incoming(shared, read(heard)?).await?})),
        "faults" => {
            let patch: Value = read(heard)?;
            shared.world(|world| {
                world.faults = world.faults.merged(&patch).map_err(Refused::bad)?;
                told(&world.faults)
            })
        }
        other => Err(Refused { status: StatusCode::NOT_FOUND, error: format!("there is no {other} here") }),
    }
}

/// A browser says which site a request comes from; scripts say nothing. Pages of other sites are
/// kept out, or any of them could play with the sandbox of whoever looks at it.
fn is_at_home(shared: &Shared, request: &Request) -> bool {
    let origin = request.headers().get(header::ORIGIN);
    origin.is_none_or(|origin| origin.as_bytes() == shared.world(|world| world.base.clone()).as_bytes())
}

fn read<T: DeserializeOwned>(heard: &Heard) -> Result<T, Refused> {
    serde_json::from_slice(&heard.body).map_err(|error| Refused::bad(error.to_string()))
}

fn told(done: impl Serialize) -> Result<Value, Refused> {
    let failed =
        |error: serde_json::Error| Refused { status: StatusCode::INTERNAL_SERVER_ERROR, error: error.to_string() };
    serde_json::to_value(done).map_err(failed)
}

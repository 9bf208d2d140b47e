//! Keeps the page up to date: server-sent events, one for each change of a person's view.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::answer::Answer;
use crate::look::{self, Shown};
use crate::people::Person;
use crate::shared::Shared;

/// Changes that follow each other faster than this are shown together.
const GATHER: Duration = Duration::from_millis(20);

/// The person whose view is shown.
#[derive(Deserialize)]
pub(super) struct Viewer {
    #[serde(rename = "as")]
    who: String,
}

/// The older messages that a person wants: those before one, or those of a thread.
#[derive(Deserialize)]
pub(super) struct Older {
    #[serde(rename = "as")]
    who: String,
    channel: String,
    before: Option<String>,
    thread: Option<String>,
}

/// The state already sent to one browser window.
struct Window {
    shared: Arc<Shared>,
    person: Person,
    shown: Shown,
    turns: watch::Receiver<u64>,
}

/// `GET /_sandbox/live?as=maya`.
pub(super) async fn live(State(shared): State<Arc<Shared>>, Query(viewer): Query<Viewer>) -> Response {
    let person = match shared.world(|world| world.actor(&viewer.who)) {
        Ok(person) => person,
        Err(impossible) => return Answer::new(422, json!({"error": impossible.0})).into_response(),
    };
    let turns = shared.turns();
    let window = Window { shared, person, shown: Shown::default(), turns };
    let events = stream::unfold(window, async |mut window| {
        let news = window.next().await?;
        Some((Ok::<_, Infallible>(Event::default().data(news.to_string())), window))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

impl Window {
    /// Returns the next update; `None` once the sandbox stops.
    async fn next(&mut self) -> Option<Value> {
        loop {
            self.turns.mark_unchanged();
            let Self { shared, person, shown, .. } = self;
            if let Some(news) = shared.world(|world| look::look(world, person, shown)) {
                return Some(news);
            }
            tokio::select! {
                changed = self.turns.changed() => changed.ok()?,
                () = self.shared.until_stopped() => return None,
            }
            tokio::time::sleep(GATHER).await;
        }
    }
}

/// `GET /_sandbox/older?as=maya&channel=C0FRONT&before=…`, or `&thread=…`.
pub(super) async fn older(State(shared): State<Arc<Shared>>, Query(older): Query<Older>) -> Response {
    let found = shared.world(|world| {
        let person = world.person(&older.who)?.clone();
        match &older.thread {
            Some(thread) => look::thread(world, &person, &older.channel, thread),
            None => look::earlier(world, &person, &older.channel, older.before.as_deref()),
        }
    });
    let none = || Answer::new(422, json!({"error": format!("{} sees no channel {}", older.who, older.channel)}));
    found.map_or_else(none, |found| Answer::new(200, found)).into_response()
}

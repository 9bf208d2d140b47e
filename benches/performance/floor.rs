//! The least possible work for a command: a server that verifies and reads `/assign`, answers at once, makes the same
//! seven calls as the app with contents of the same size, and keeps nothing. The part compares the app's work with it.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::databases::Backend;
use crate::endtoend::{Run, carried_out};
use crate::far::Far;
use crate::goals::{Goal, Measured};
use crate::load::Core;
use crate::servers::{Server, verified_form};
use crate::stats::{Rounds, number};
use crate::{Outcome, machine, say};

/// The sizes of the app's messages in bytes.
const CARD: usize = 2_350;
const DIRECT_MESSAGE: usize = 2_200;
const THREAD_ENTRY: usize = 690;
const ANSWER: usize = 700;

/// The commands carried out at once.
const PARALLEL: usize = 64;

/// The commands a second, each with the goal for the ratio of core times.
const GOALS: [(u32, f64); 2] = [(200, 0.35), (1_000, 0.6)];

/// The duration of each rate.
const TIME: Duration = Duration::from_secs(10);

/// Answers a command and carries it out.
pub(crate) async fn carry_out(headers: HeaderMap, body: Bytes) -> StatusCode {
    let form = match verified_form(&headers, &body) {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    let Some(command) = parsed(&text("text"), text("channel_id"), text("response_url")) else {
        return StatusCode::BAD_REQUEST;
    };
    tokio::spawn(async move {
        // As many at once as the app's workers.
        static PLACES: Semaphore = Semaphore::const_new(PARALLEL);
        let _place = PLACES.acquire().await;
        if let Err(error) = calls(command).await {
            let _ =
                std::io::Write::write_all(&mut std::io::stderr(), format!("a command failed: {error}\n").as_bytes());
        }
    });
    StatusCode::OK
}

struct Parsed {
    owner: String,
    conversation: String,
    note: String,
    channel: String,
    response_url: String,
}

fn parsed(text: &str, channel: String, response_url: String) -> Option<Parsed> {
    let (owner, rest) = text.strip_prefix("<@")?.split_once("> ")?;
    let (conversation, note) = rest.split_once(' ')?;
    let owner = owner.split('|').next()?.to_owned();
    Some(Parsed { owner, conversation: conversation.to_owned(), note: note.to_owned(), channel, response_url })
}

/// Makes the calls of an assignment with a note.
async fn calls(Parsed { owner, conversation, note, channel, response_url }: Parsed) -> Outcome<()> {
    let page = dialnote(&format!("conversations/{conversation}"));
    call(Method::GET, &page, None).await?;
    call(Method::PATCH, &page, Some(json!({ "assignedToId": format!("mem_{owner}") }))).await?;
    call(Method::POST, &format!("{page}/notes"), Some(json!({ "content": note }))).await?;
    let direct_channel = owner.replacen('U', "D", 1);
    message(json!({ "channel": direct_channel, "text": conversation }), DIRECT_MESSAGE).await?;
    call(Method::POST, &response_url, Some(filled(json!({ "response_type": "ephemeral" }), ANSWER))).await?;
    let card = message(json!({ "channel": channel, "text": conversation }), CARD).await?;
    message(json!({ "channel": channel, "thread_ts": card.get("ts") }), THREAD_ENTRY).await?;
    Ok(())
}

fn dialnote(path: &str) -> String {
    format!("{}/{path}", std::env::var("DIALNOTE_API_URL").unwrap_or_default())
}

async fn message(content: Value, bytes: usize) -> Outcome<Value> {
    let url = format!("{}/chat.postMessage", std::env::var("SLACK_API_URL").unwrap_or_default());
    call(Method::POST, &url, Some(filled(content, bytes))).await
}

/// Fills a message up to a size.
fn filled(mut content: Value, bytes: usize) -> Value {
    let filling = bytes.saturating_sub(content.to_string().len());
    if let Some(fields) = content.as_object_mut() {
        fields.insert("blocks".to_owned(), "x".repeat(filling).into());
    }
    content
}

/// Makes a call and reads its answer.
async fn call(method: Method, url: &str, content: Option<Value>) -> Outcome<Value> {
    static HTTP: OnceLock<Client> = OnceLock::new();
    let request = HTTP.get_or_init(Client::new).request(method, url).bearer_auth("xoxb-bench");
    let request = content.iter().fold(request, RequestBuilder::json);
    Ok(request.send().await?.error_for_status()?.json().await?)
}

/// Measures the floor and the app on `SQLite`, in turns.
pub(crate) async fn measure(rounds: usize) -> Outcome<Measured> {
    let mut all = GOALS.map(|(rate, goal)| (rate, goal, Rounds::default(), Rounds::default()));
    let mut unfinished = 0;
    for _ in 0..rounds {
        for (rate, _, floor, ours) in &mut all {
            for (figures, run) in [(&mut *floor, of_floor(*rate).await?), (&mut *ours, of_ours(*rate).await?)] {
                figures.add(run.core);
                unfinished += run.unfinished;
            }
            say(&format!("{rate}/s: floor {floor}, ours {ours} ms of core"))?;
        }
    }
    Ok(report(&all, unfinished))
}

fn report(all: &[(u32, f64, Rounds, Rounds)], unfinished: usize) -> Measured {
    let (mut sentences, mut goals) = (Vec::new(), Vec::new());
    for (rate, goal, floor, ours) in all {
        let rate = number((*rate).into());
        sentences.push(format!("At {rate}/s a command takes the floor {floor} ms of core, and ours {ours}."));
        let what = format!("SQLite, the floor's core time as a share of ours at {rate}/s");
        goals.push(Goal::at_least(&what, &[floor.median() / ours.median()], *goal, ""));
    }
    if unfinished > 0 {
        sentences.push(format!("{unfinished} commands were not carried out, so these figures say little."));
    }
    Measured { text: sentences.join(" "), goals }
}

async fn of_floor(rate: u32) -> Outcome<Run> {
    let far = Far::start(Duration::ZERO).await?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["serve", "floor"]);
    let server = Server::foreign(command, "", &far.settings())?;
    let run = carried_out(&server, &far, rate, TIME, Core::Own).await?;
    server.stop()?;
    Ok(run)
}

async fn of_ours(rate: u32) -> Outcome<Run> {
    let database = Backend::Sqlite.fresh().await?;
    let far = Far::start(Duration::ZERO).await?;
    let server = Server::real(&database.url, &far.settings(), &[machine::SERVER])?;
    carried_out(&server, &far, rate, TIME, Core::Own).await
}

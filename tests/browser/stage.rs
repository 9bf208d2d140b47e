//! The stage behind the page: the demo as a person starts it, or a sandbox with an app that acknowledges everything, to
//! show features that our own app does not use (yet).

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use dialnote_sandbox::Clock;
use dialnote_sandbox::{Options, Sandbox, Secrets, every_scope};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use crate::browser::{NEVER, Page, browse};

/// The demo in its own process.
struct Demo {
    _program: Child,
    told: Value,
}

impl Demo {
    async fn start(more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dialnote-slack"));
        command.args(["demo", "--json", "--listen", "127.0.0.1:0"]).args(more).env("RUST_LOG", "off");
        let mut program = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let told: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        Self { _program: program, told }
    }
}

/// Runs a test with the page of a new demo, with work in progress.
pub(crate) async fn prepared<F>(test: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let demo = Demo::start(&[]).await;
    browse(demo.told["sandbox"].as_str().unwrap().to_owned(), test).await;
}

/// Does the same with an empty demo.
pub(crate) async fn demo<F>(test: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let demo = Demo::start(&["--empty"]).await;
    browse(demo.told["sandbox"].as_str().unwrap().to_owned(), test).await;
}

/// Does the same with a demo that no one has installed yet; the test also gets all addresses.
pub(crate) async fn demo_for_nobody<F>(test: impl FnOnce(Page, Value) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let demo = Demo::start(&["--install"]).await;
    let told = demo.told.clone();
    browse(told["sandbox"].as_str().unwrap().to_owned(), |page| test(page, told)).await;
}

/// A sandbox with an app that keeps its requests and gives the answers that the test sets.
#[derive(Clone)]
pub(crate) struct Bare {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
    app: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    payloads: Mutex<Vec<Value>>,
    answers: Mutex<Vec<Value>>,
    news: Notify,
}

/// Runs a test with the page of a bare sandbox.
pub(crate) async fn bare<F>(test: impl FnOnce(Bare, Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let app = Arc::new(Heard::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bot_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    let router = axum::Router::new().fallback(hear).with_state(app.clone());
    tokio::spawn(axum::serve(listener, router).into_future());
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        clock: Clock::default(),
        bot_url,
        secrets: Secrets::fixed(),
        scopes: every_scope(),
    };
    let sandbox = Sandbox::start(options).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let bare = Bare { sandbox: sandbox.clone(), http, app };
    browse(sandbox.credentials().sandbox, |page| test(bare, page)).await;
    assert_eq!(sandbox.page_violations(), Vec::<Value>::new());
}

async fn hear(State(app): State<Arc<Heard>>, request: Request) -> Response {
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let payload = form_urlencoded::parse(&body).find(|(name, _)| name == "payload");
    let Some((_, payload)) = payload else { return ().into_response() };
    let payload: Value = serde_json::from_str(&payload).unwrap();
    if payload["type"] == "block_suggestion" {
        return axum::Json(json!({"options": [option("Typed for you", "typed")]})).into_response();
    }
    let answer = if payload["type"] == "view_submission" { app.answers.lock().unwrap().pop() } else { None };
    app.payloads.lock().unwrap().push(payload);
    app.news.notify_waiters();
    answer.map_or_else(|| ().into_response(), |answer| axum::Json(answer).into_response())
}

/// Returns an option of a menu.
pub(crate) fn option(text: &str, value: &str) -> Value {
    json!({"text": {"type": "plain_text", "text": text}, "value": value})
}

impl Bare {
    /// Calls a Web API method as the app.
    pub(crate) async fn slack(&self, method: &str, arguments: Value) -> Value {
        let credentials = self.sandbox.credentials();
        let request = self.http.post(format!("{}/{method}", credentials.slack_api)).body(arguments.to_string());
        let request = request.header("content-type", "application/json; charset=utf-8");
        let answer: Value =
            request.bearer_auth(credentials.slack_bot_token).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
        answer
    }

    /// Posts blocks to #front-desk and returns the message's name.
    pub(crate) async fn post(&self, blocks: Value) -> String {
        let message = json!({"channel": "C0FRONT", "text": "A message", "blocks": blocks});
        self.slack("chat.postMessage", message).await["ts"].as_str().unwrap().to_owned()
    }

    /// Opens a modal for Maya.
    pub(crate) async fn open(&self, view: Value) {
        let trigger_id = self.sandbox.slash("maya", "front-desk", "/dialnote").await.unwrap().trigger_id;
        self.slack("views.open", json!({"trigger_id": trigger_id, "view": view})).await;
    }

    /// Sets the app's answer to the next submission.
    pub(crate) fn answers(&self, answer: Value) {
        self.app.answers.lock().unwrap().push(answer);
    }

    /// Waits for an interaction of this kind and returns it.
    pub(crate) async fn hears(&self, kind: &str) -> Value {
        loop {
            let news = self.app.news.notified();
            let heard = {
                let mut payloads = self.app.payloads.lock().unwrap();
                let place = payloads.iter().position(|payload| payload["type"] == kind);
                place.map(|place| payloads.remove(place))
            };
            match heard {
                Some(payload) => return payload,
                None => tokio::time::timeout(NEVER, news).await.unwrap_or_else(|_| panic!("no {kind} is heard")),
            }
        }
    }

    /// Waits for a press or choice and returns the element's part of it.
    pub(crate) async fn action(&self) -> Value {
        self.hears("block_actions").await["actions"][0].clone()
    }
}

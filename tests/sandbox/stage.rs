//! A sandbox on a clock that stands still, an app that gives the answers that the test sets and keeps its requests, and
//! short ways to cause events.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dialnote_sandbox::{Click, Options, Outcome, Sandbox, Secrets, Submit, every_scope};
use dialnote_slack::core::clock::{Clock, ManualClock};
use dialnote_slack::platform::slack::signature::verify;
use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

/// Everything a test needs.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: ManualClock,
    pub(crate) app: App,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
}

impl Stage {
    /// Sets up a sandbox with an app that acknowledges everything with an empty 200.
    pub(crate) async fn set() -> Self {
        Self::granting(every_scope().iter().map(String::as_str).collect()).await
    }

    /// Does the same with these scopes only.
    pub(crate) async fn granting(scopes: Vec<&str>) -> Self {
        let clock = ManualClock::at("2026-03-02T17:00:00Z".parse().unwrap());
        let secrets = Secrets::fixed();
        let token = secrets.bot_token.clone();
        let app = App::start(secrets.signing_secret.clone(), clock.clone()).await;
        let sandbox = Sandbox::start(Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            clock: (&Clock::Manual(clock.clone())).into(),
            bot_url: Some(app.url.clone()),
            secrets,
            scopes: scopes.into_iter().map(str::to_owned).collect(),
        })
        .await
        .unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { sandbox, clock, app, http, token }
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.addr())
    }

    /// Calls a Web API method as published: with JSON if it accepts that, else with a form.
    pub(crate) async fn slack(&self, method: &str, args: Value) -> Value {
        let form_only =
            ["dnd.", "users.", "usergroups.", "conversations.info", "conversations.replies", "chat.getPermalink"];
        if form_only.iter().any(|prefix| method.starts_with(prefix)) {
            let fields: Vec<(String, String)> = args
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                .collect();
            return self.send(self.http.post(self.url(&format!("/slack/api/{method}"))).form(&fields)).await.1;
        }
        let body = args.to_string();
        let request = self.http.post(self.url(&format!("/slack/api/{method}"))).body(body);
        self.send(request.header("content-type", "application/json; charset=utf-8")).await.1
    }

    /// Returns the error code of a call that must fail. Slack must document it.
    pub(crate) async fn refused(&self, method: &str, args: Value) -> String {
        let answer = self.slack(method, args).await;
        assert_eq!(answer["ok"], false, "{answer}");
        let error = answer["error"].as_str().unwrap().to_owned();
        assert!(documented(method, &error), "{method} does not document {error}");
        error
    }

    /// Returns the answer of a call that must succeed.
    pub(crate) async fn granted(&self, method: &str, args: Value) -> Value {
        let answer = self.slack(method, args).await;
        assert_eq!(answer["ok"], true, "{answer}");
        answer
    }

    /// Sends a request with the app's token, and returns status and JSON.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        read(request.bearer_auth(&self.token).send().await.unwrap()).await
    }

    /// Calls dialnote with the full key.
    pub(crate) async fn dialnote(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let key = self.sandbox.credentials().dialnote_api_key;
        self.dialnote_as(&key, method, path, body).await
    }

    pub(crate) async fn dialnote_as(&self, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let root = if path.starts_with("/api/") { "/dialnote" } else { "/dialnote/api/v1" };
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, self.url(&format!("{root}{path}"))).bearer_auth(key);
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        read(request.send().await.unwrap()).await
    }

    /// Posts to a response URL.
    pub(crate) async fn respond(&self, url: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(url).header("content-type", "application/json").body(body.to_string());
        read(request.send().await.unwrap()).await
    }

    /// Posts a message to #front-desk and returns its ts.
    pub(crate) async fn post(&self, blocks: Value) -> String {
        let answer =
            self.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "A card", "blocks": blocks})).await;
        answer["ts"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn slash(&self, who: &str, text: &str) -> Outcome {
        self.sandbox.slash(who, "front-desk", text).await.unwrap()
    }

    /// Opens a modal for maya and returns its id.
    pub(crate) async fn open(&self, view: Value) -> String {
        let trigger_id = self.slash("maya", "/dialnote").await.trigger_id.unwrap();
        let answer = self.granted("views.open", json!({"trigger_id": trigger_id, "view": view})).await;
        answer["view"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn click(&self, who: &str, ts: &str, action_id: &str) -> Outcome {
        self.sandbox.click(Click::message(who, "front-desk", ts, action_id)).await.unwrap()
    }

    pub(crate) async fn submit(&self, view_id: &str, values: Value) -> Outcome {
        let values: Map<String, Value> = serde_json::from_value(values).unwrap();
        self.sandbox.submit(Submit { who: "maya".to_owned(), view_id: view_id.to_owned(), values }).await.unwrap()
    }

    /// Returns a person's view of #front-desk, each message as one line.
    pub(crate) fn seen(&self, who: &str) -> Vec<String> {
        self.sandbox.world(|world| world.seen_by(who, "front-desk").iter().map(|m| m.text.clone()).collect())
    }

    /// Returns the same for the direct message with the app.
    pub(crate) fn seen_in_dm(&self, who: &str) -> Vec<String> {
        self.sandbox.world(|world| world.seen_by(who, "dm").iter().map(|m| m.text.clone()).collect())
    }
}

/// Answers whether an error is published for this method, or for all of them.
fn documented(method: &str, error: &str) -> bool {
    const OF_ALL: &[&str] = &["invalid_arguments", "missing_scope", "token_revoked", "fatal_error"];
    let published: Value = serde_json::from_str(include_str!("../../crates/sandbox/src/methods.json")).unwrap();
    OF_ALL.contains(&error) || published[method]["errors"].as_array().unwrap().contains(&json!(error))
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() })
}

/// An app that checks signatures and gives the answers that the test sets.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

struct Inner {
    secret: SecretString,
    clock: ManualClock,
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<Reply>>,
}

/// A request that reached the app.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) genuine: bool,
}

/// The app's answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(Value),
    Text(&'static str),
    Status(u16),
    Silence,
    /// The result of a JSON-RPC request, under its id.
    Result(Value),
    /// The same as a server-sent event.
    Event(Value),
}

impl Received {
    /// Returns the fields of a form.
    pub(crate) fn form(&self) -> Map<String, Value> {
        form_urlencoded::parse(self.body.as_bytes()).map(|(k, v)| (k.into_owned(), json!(v))).collect()
    }

    /// Returns the JSON of an interaction.
    pub(crate) fn payload(&self) -> Value {
        let form = self.form();
        assert_eq!(form.len(), 1, "an interaction has one field");
        serde_json::from_str(form["payload"].as_str().unwrap()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl App {
    async fn start(secret: String, clock: ManualClock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            secret: SecretString::from(secret),
            clock,
            received: Mutex::default(),
            answers: Mutex::default(),
        });
        let router = axum::Router::new().fallback(receive).with_state(inner.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { url, inner }
    }

    /// Sets the answer to the next request; those after it are acknowledged with an empty 200.
    pub(crate) fn answers(&self, reply: Reply) {
        self.inner.answers.lock().unwrap().push_back(reply);
    }

    /// Returns everything received so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap().clone()
    }

    /// Returns the latest request.
    pub(crate) fn last(&self) -> Received {
        self.received().pop().expect("the app was sent something")
    }
}

async fn receive(State(app): State<Arc<Inner>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let body: Bytes = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (timestamp, signature) = (header("X-Slack-Request-Timestamp"), header("X-Slack-Signature"));
    let genuine = verify(std::slice::from_ref(&app.secret), &timestamp, &signature, &body, app.clock.now()).is_ok();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let result = |result: Value| {
        let asked: Value = serde_json::from_str(&body).unwrap();
        json!({"jsonrpc": "2.0", "id": asked["id"], "result": result}).to_string()
    };
    app.received.lock().unwrap().push(Received { path, headers, body: body.clone(), genuine });
    let reply = app.answers.lock().unwrap().pop_front();
    match reply {
        None => StatusCode::OK.into_response(),
        Some(Reply::Json(body)) => ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response(),
        Some(Reply::Result(value)) => ([(header::CONTENT_TYPE, "application/json")], result(value)).into_response(),
        Some(Reply::Event(value)) => {
            ([(header::CONTENT_TYPE, "text/event-stream")], format!("data: {}\n\n", result(value))).into_response()
        }
        Some(Reply::Text(text)) => text.into_response(),
        Some(Reply::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Reply::Silence) => std::future::pending().await,
    }
}

/// Returns a section with text.
pub(crate) fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
}

/// Returns a button.
pub(crate) fn button(action_id: &str, value: &str) -> Value {
    json!({
        "type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": "Press"},
    })
}

/// Returns a row of elements.
pub(crate) fn actions(elements: &[Value]) -> Value {
    json!({"type": "actions", "block_id": "row", "elements": elements})
}

/// Returns an option.
pub(crate) fn option(text: &str, value: &str) -> Value {
    json!({"text": {"type": "plain_text", "text": text}, "value": value})
}

/// Returns an input block.
pub(crate) fn input(block_id: &str, element: &Value) -> Value {
    json!({
        "type": "input", "block_id": block_id, "label": {"type": "plain_text", "text": "Label"}, "element": element,
    })
}

/// Returns a text input.
pub(crate) fn text_input() -> Value {
    json!({"type": "plain_text_input", "action_id": "typed"})
}

/// Returns a modal with a submit button.
pub(crate) fn modal(blocks: &[Value]) -> Value {
    json!({
        "type": "modal", "callback_id": "test", "title": {"type": "plain_text", "text": "A modal"},
        "submit": {"type": "plain_text", "text": "Save"}, "blocks": blocks,
    })
}

/// Returns a home tab.
pub(crate) fn home(text: &str) -> Value {
    json!({"type": "home", "blocks": [section(text)]})
}

//! The sandbox's front door: one listener, the two services behind it, and what all their requests
//! have in common — being recorded, being slowed or broken by a fault, hanging for ever.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::answer::{Answer, Form};
use super::calls::{Call, shorten};
use super::faults::{self, Course, Refusal, Service};
use super::seed::Workspace;
use super::world::World;
use super::{Credentials, Impossible, Options, Secrets, control, dialnote, oauth, pages, slack, sockets};

/// More than any request of the app's may hold, blocks and views included.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long the app may take to start or to die.
const PATIENCE: Duration = Duration::from_secs(20);

/// What every request handler shares.
pub(super) struct Shared {
    pub(super) addr: SocketAddr,
    pub(super) http: reqwest::Client,
    world: Mutex<World>,
    /// Other workspaces in the same Slack, each with its own organization in dialnote.
    beside: Mutex<Vec<Arc<Self>>>,
    /// One permit for each request that hangs and was not reported yet.
    hung: Semaphore,
    /// Grows whenever everything that hangs is let go.
    released: watch::Sender<u64>,
    /// Grows whenever the app's calls have changed something that can be waited for.
    turns: watch::Sender<u64>,
    /// Whether the app shall run, for whoever runs it.
    pub(super) app_wanted: watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
}

/// A request as it came in.
pub(super) struct Heard {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Binds, and serves until the sandbox is stopped or dropped.
pub(super) async fn start(options: Options, stopped: watch::Receiver<bool>) -> std::io::Result<Arc<Shared>> {
    let listener = TcpListener::bind(options.listen).await?;
    let addr = listener.local_addr()?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(std::io::Error::other)?;
    let Options { clock, secrets, scopes, bot_url, .. } = options;
    let mut world = World::new(clock, format!("http://{addr}"), secrets, scopes, Workspace::acme());
    world.bot = bot_url.map(|url| url.trim_end_matches('/').to_owned());
    Ok(serve(listener, addr, http, world, stopped))
}

/// Another workspace in the same Slack.
pub(super) async fn start_beside(
    first: &Arc<Shared>,
    workspace: Workspace,
    stopped: watch::Receiver<bool>,
) -> std::io::Result<Arc<Shared>> {
    let listener = TcpListener::bind(SocketAddr::new(first.addr.ip(), 0)).await?;
    let addr = listener.local_addr()?;
    let world = first.world(|first| {
        // The app is the same; what it is given to act with is not.
        let Secrets { signing_secret, client_id, client_secret, .. } = first.secrets.clone();
        let secrets = Secrets { signing_secret, client_id, client_secret, ..Secrets::random() };
        let mut world =
            World::new(first.clock.clone(), format!("http://{addr}"), secrets, first.scopes.clone(), workspace);
        world.services.clone_from(&first.base);
        world.bot.clone_from(&first.bot);
        world
    });
    let shared = serve(listener, addr, first.http.clone(), world, stopped);
    first.neighbours().push(shared.clone());
    Ok(shared)
}

fn serve(
    listener: TcpListener,
    addr: SocketAddr,
    http: reqwest::Client,
    world: World,
    stopped: watch::Receiver<bool>,
) -> Arc<Shared> {
    let hung = Semaphore::new(0);
    let shared = Arc::new(Shared {
        addr,
        http,
        world: Mutex::new(world),
        beside: Mutex::default(),
        hung,
        released: watch::Sender::new(0),
        turns: watch::Sender::new(0),
        app_wanted: watch::Sender::new(true),
        stopped: stopped.clone(),
    });
    let server = axum::serve(listener, router(shared.clone())).with_graceful_shutdown(until(stopped));
    tokio::spawn(server.into_future());
    shared
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/slack/oauth/v2/authorize", get(oauth::ask).post(oauth::answer))
        .route("/slack/api/oauth.v2.access", post(oauth_access))
        .route("/slack/api/{method}", any(slack_api))
        .route("/slack/response/{token}", post(response_url))
        .route("/slack/link/", get(sockets::link))
        .route("/slack/upload/{id}", post(upload))
        .route("/slack/files/{id}", get(file))
        .route("/dialnote/{*path}", any(dialnote_api))
        .merge(control::routes())
        .merge(pages::routes())
        .with_state(shared)
}

async fn slack_api(State(shared): State<Arc<Shared>>, Path(method): Path<String>, request: Request) -> Response {
    let heard = match Heard::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let whose = heard.bearer().map(str::to_owned);
    let shared = shared.whose(|world| whose.as_ref().is_some_and(|token| world.grants.knows(token)));
    let handle = |world: &mut World| slack::call(world, &method, &heard);
    shared.attend(Service::Slack, &method, &heard.path, &heard, handle).await
}

async fn oauth_access(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let heard = match Heard::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let shared = shared.whose(|world| world.grants.is_asked(&heard));
    let handle = |world: &mut World| oauth::access(world, &heard);
    shared.attend(Service::Slack, "oauth.v2.access", &heard.path, &heard, handle).await
}

async fn response_url(State(shared): State<Arc<Shared>>, Path(token): Path<String>, request: Request) -> Response {
    let heard = match Heard::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let handle = |world: &mut World| slack::respond(world, &token, &heard);
    let shared = shared.whose(|world| world.response_urls.contains_key(&token));
    shared.attend(Service::Slack, "response_url", &heard.path, &heard, handle).await
}

async fn upload(State(shared): State<Arc<Shared>>, Path(id): Path<String>, request: Request) -> Response {
    let heard = match Heard::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let handle = |world: &mut World| slack::take_upload(world, &id, &heard);
    let shared = shared.whose(|world| world.uploads.contains_key(&id));
    shared.attend(Service::Slack, "upload", &heard.path, &heard, handle).await
}

/// A picture, for whoever looks at the page.
async fn file(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let bytes = shared.world(|world| world.uploads.get(&id).and_then(|upload| upload.bytes.clone()));
    match bytes {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/png")], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn dialnote_api(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let heard = match Heard::read(request).await {
        Ok(heard) => heard,
        Err(refused) => return refused,
    };
    let path = dialnote::below_base(&heard.path).to_owned();
    let handle = |world: &mut World| dialnote::call(world, &heard);
    let key = heard.bearer().map(str::to_owned);
    let shared = shared.whose(|world| key.as_ref().is_some_and(|key| dialnote::knows(world, key)));
    shared.attend(Service::Dialnote, &heard.method.clone(), &path, &heard, handle).await
}

impl Shared {
    pub(super) fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All workspaces, this one first.
    pub(super) fn all(self: &Arc<Self>) -> Vec<Arc<Self>> {
        std::iter::once(self.clone()).chain(self.neighbours().iter().cloned()).collect()
    }

    /// The workspace that fits; this one, if none does.
    pub(super) fn whose(self: &Arc<Self>, fits: impl Fn(&World) -> bool) -> Arc<Self> {
        self.all().into_iter().find(|shared| shared.world(|world| fits(world))).unwrap_or_else(|| self.clone())
    }

    fn neighbours(&self) -> MutexGuard<'_, Vec<Arc<Self>>> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn credentials(&self) -> Credentials {
        self.world(|world| Credentials {
            sandbox: world.base.clone(),
            signing_secret: world.secrets.signing_secret.clone(),
            slack_api: format!("{}/slack/api", world.services),
            slack_bot_token: world.secrets.bot_token.clone(),
            slack_app_token: world.secrets.app_token.clone(),
            slack_client_id: world.secrets.client_id.clone(),
            slack_client_secret: world.secrets.client_secret.clone(),
            dialnote_api: format!("{}/dialnote/api/v1", world.services),
            dialnote_api_key: world.secrets.dialnote_key.clone(),
        })
    }

    pub(super) async fn hung(&self) {
        if let Ok(permit) = self.hung.acquire().await {
            permit.forget();
        }
    }

    pub(super) fn release(&self) {
        self.released.send_modify(|times| *times += 1);
    }

    /// Resolves as soon as `look` finds what it looks for, now or after one of the app's calls.
    pub(super) async fn until<T>(&self, mut look: impl FnMut(&mut World) -> Option<T>) -> T {
        let mut turns = self.turns.subscribe();
        loop {
            turns.mark_unchanged();
            if let Some(found) = self.world(&mut look) {
                return found;
            }
            // Fails only without a sender, and `self` is one.
            let _ = turns.changed().await;
        }
    }

    /// Says that something changed which somebody may be waiting for or looking at.
    pub(super) fn turn(&self) {
        self.turns.send_modify(|turns| *turns += 1);
    }

    /// Changes whenever something did.
    pub(super) fn turns(&self) -> watch::Receiver<u64> {
        self.turns.subscribe()
    }

    /// Resolves when the sandbox is stopped or its last handle is gone.
    pub(super) async fn until_stopped(&self) {
        until(self.stopped.clone()).await;
    }

    /// Asks whoever runs the app to start or to kill it, and waits until it is so.
    pub(super) async fn want_app(&self, running: bool) -> Result<(), Impossible> {
        if self.world(|world| world.app_runs.is_none()) {
            return Err(Impossible("the app was started by somebody else, who can stop and start it".to_owned()));
        }
        self.app_wanted.send_replace(running);
        let done = self.until(|world| (world.app_runs == Some(running)).then_some(()));
        let late = |_| Impossible("the app does not; its terminal may say why".to_owned());
        tokio::time::timeout(PATIENCE, done).await.map_err(late)
    }

    /// One request of the app's from arrival to answer, with whatever the faults make of it.
    async fn attend(
        &self,
        service: Service,
        method: &str,
        path: &str,
        heard: &Heard,
        handle: impl FnOnce(&mut World) -> Answer,
    ) -> Response {
        let began = Instant::now();
        let (seq, course) = self.world(|world| {
            let seq = record(world, service, method, path, heard);
            let target = faults::target(world, heard);
            (seq, world.faults.course(service, method, path, &target, world.now()))
        });
        self.turn();
        pause(course.slow_ms).await;
        if course.hang == Some(false) {
            self.hang().await;
        }
        let answer = match &course.refusal {
            Some(refusal) if !refusal.after_effect => refusal.answer(service),
            _ => self.world(|world| act(world, seq, handle)),
        };
        self.turn();
        self.settle(seq, service, answer, &course, began).await
    }

    /// The rest of [`Self::attend`]: the effect is there, the answer is on its way.
    async fn settle(&self, seq: u64, service: Service, answer: Answer, course: &Course, began: Instant) -> Response {
        if course.hang == Some(true) {
            self.hang().await;
        }
        pause(course.late_ms).await;
        let answer = match &course.refusal {
            Some(refusal) if refusal.after_effect => refusal.answer(service),
            _ => answer,
        };
        self.world(|world| {
            if let Some(call) = world.calls.get_mut(seq) {
                call.status = Some(answer.status);
                call.error = answer.error();
                call.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            }
        });
        self.turn();
        answer.into_response()
    }

    /// Waits until it is let go, or the sandbox stops.
    async fn hang(&self) {
        let mut released = self.released.subscribe();
        self.hung.add_permits(1);
        tokio::select! {
            _ = released.changed() => {}
            () = self.until_stopped() => {}
        }
    }
}

impl Heard {
    pub(super) async fn read(request: Request) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
            return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        };
        Ok(Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
        })
    }

    /// A header's value; empty if it is missing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The media type, without parameters, in lower case.
    pub(super) fn media_type(&self) -> String {
        let media_type = self.header("content-type").split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization").strip_prefix("Bearer ").filter(|token| !token.is_empty())
    }

    /// The body in the form in which it reads best.
    pub(super) fn told(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        if self.media_type() == "application/x-www-form-urlencoded" {
            let fields = form_urlencoded::parse(&self.body);
            return fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|_| Value::String(text.into_owned()))
    }
}

impl Refusal {
    fn answer(&self, service: Service) -> Answer {
        let body = match service {
            Service::Slack => serde_json::json!({"ok": false, "error": self.error}),
            Service::Dialnote => serde_json::json!({"error": self.error}),
        };
        let form = if self.unreadable { Form::Html } else { Form::Json };
        Answer { status: self.status, headers: self.headers.clone(), body, form }
    }
}

fn record(world: &mut World, service: Service, method: &str, path: &str, heard: &Heard) -> u64 {
    let at = world.now();
    let idempotency_key = heard.header("idempotency-key");
    world.calls.add(|seq| Call {
        seq,
        at,
        service,
        method: method.to_owned(),
        path: path.to_owned(),
        query: heard.query.clone(),
        body: heard.told(),
        authorization: shorten(heard.header("authorization")),
        idempotency_key: (!idempotency_key.is_empty()).then(|| idempotency_key.to_owned()),
        acted: false,
        status: None,
        error: None,
        duration_ms: 0,
    })
}

/// Lets a request have its effect, and writes down that it had.
fn act(world: &mut World, seq: u64, handle: impl FnOnce(&mut World) -> Answer) -> Answer {
    let answer = handle(world);
    if let Some(call) = world.calls.get_mut(seq) {
        call.acted = answer.status < 300 && answer.body["ok"] != serde_json::json!(false);
    }
    answer
}

/// The timer would take a millisecond even for nothing.
async fn pause(millis: u64) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

/// Resolves when the sandbox is stopped or its last handle is gone.
async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

//! The sandbox's front door: one listener, the two services behind it, and what they share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use url::{Host, Url};

use crate::impossible::Impossible;
use crate::options::{Credentials, Options, Secrets};
use crate::request::{Asked, RecordedRequest};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::world::World;
use crate::{control, dialnote, link, oauth, pages, slack};

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
    /// Set if the app is to run; the program that runs it follows.
    pub(super) app_wanted: watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
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
        .route("/slack/link/", get(link::connect))
        .route("/slack/upload/{id}", post(upload))
        .route("/slack/files/{id}", get(file))
        .route("/dialnote/{*path}", any(dialnote_api))
        .merge(control::routes())
        .merge(pages::routes())
        .layer(middleware::from_fn(only_by_its_own_name))
        .with_state(shared)
}

/// Refuses requests to any other host's name: a page elsewhere could have its own name lead here, and read along.
async fn only_by_its_own_name(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(is_of_this_machine) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "the sandbox answers at an address or at localhost, not at a name\n")
        .into_response()
}

fn is_of_this_machine(host: &str) -> bool {
    let url = Url::parse(&format!("http://{host}")).ok().filter(|url| url.username().is_empty());
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

async fn slack_api(State(shared): State<Arc<Shared>>, Path(method): Path<String>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => Arc::new(heard),
        Err(refused) => return refused,
    };
    let whose = heard.token();
    let shared = shared.whose(|world| whose.as_ref().is_some_and(|token| world.grants.knows(token)));
    let (called, made) = (method.clone(), heard.clone());
    let handle = move |world: &mut World| slack::call(world, &called, &made);
    shared.attend(Asked::slack(&method, &heard), handle).await
}

async fn oauth_access(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => Arc::new(heard),
        Err(refused) => return refused,
    };
    let form = heard.form();
    let shared = shared.whose(|world| world.grants.is_asked(&form));
    let made = heard.clone();
    let handle = move |world: &mut World| oauth::access(world, &made);
    shared.attend(Asked::slack("oauth.v2.access", &heard), handle).await
}

async fn response_url(State(shared): State<Arc<Shared>>, Path(token): Path<String>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => Arc::new(heard),
        Err(refused) => return refused,
    };
    let shared = shared.whose(|world| world.response_urls.contains_key(&token));
    let made = heard.clone();
    let handle = move |world: &mut World| slack::respond(world, &token, &made);
    shared.attend(Asked::slack("response_url", &heard), handle).await
}

async fn upload(State(shared): State<Arc<Shared>>, Path(id): Path<String>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => Arc::new(heard),
        Err(refused) => return refused,
    };
    let shared = shared.whose(|world| world.uploads.contains_key(&id));
    let made = heard.clone();
    let handle = move |world: &mut World| slack::take_upload(world, &id, &made);
    shared.attend(Asked::slack("upload", &heard), handle).await
}

/// A picture, as the page shows it.
async fn file(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let bytes = shared.world(|world| world.uploads.get(&id).and_then(|upload| upload.bytes.clone()));
    match bytes {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/png")], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn dialnote_api(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => Arc::new(heard),
        Err(refused) => return refused,
    };
    let key = heard.bearer().map(str::to_owned);
    let shared = shared.whose(|world| key.as_ref().is_some_and(|key| dialnote::knows(world, key)));
    let made = heard.clone();
    let handle = move |world: &mut World| dialnote::call(world, &made);
    let path = dialnote::below_base(&heard.path);
    shared.attend(Asked { service: Service::Dialnote, method: &heard.method, path, heard: &heard }, handle).await
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

    /// Asks the program that runs the app to start or to kill it, and waits until it is so.
    pub(super) async fn want_app(&self, running: bool) -> Result<(), Impossible> {
        if self.world(|world| world.app_runs.is_none()) {
            return Err(Impossible("the app was started by somebody else, who can stop and start it".to_owned()));
        }
        self.app_wanted.send_replace(running);
        let done = self.until(|world| (world.app_runs == Some(running)).then_some(()));
        let late = |_| Impossible("the app does not; its terminal may say why".to_owned());
        tokio::time::timeout(PATIENCE, done).await.map_err(late)
    }

    /// Waits until it is let go, or the sandbox stops.
    pub(super) async fn hang(&self) {
        let mut released = self.released.subscribe();
        self.hung.add_permits(1);
        tokio::select! {
            _ = released.changed() => {}
            () = self.until_stopped() => {}
        }
    }
}

/// Resolves when the sandbox is stopped or its last handle is gone.
async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

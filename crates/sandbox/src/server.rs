//! The sandbox's server: one listener, and the two services behind it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::{Host, Url};

use crate::attend::attend;
use crate::options::{Options, Secrets};
use crate::request::{Asked, RecordedRequest};
use crate::service::Service;
use crate::shared::{Shared, until_stopped};
use crate::workspace::Workspace;
use crate::world::World;
use crate::{control, dialnote, link, oauth, pages, slack};

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

/// Starts another workspace in the same Slack.
pub(super) async fn start_beside(
    first: &Arc<Shared>,
    workspace: Workspace,
    stopped: watch::Receiver<bool>,
) -> std::io::Result<Arc<Shared>> {
    let listener = TcpListener::bind(SocketAddr::new(first.addr.ip(), 0)).await?;
    let addr = listener.local_addr()?;
    let world = first.world(|first| {
        // The app is the same; its tokens and keys are not.
        let Secrets { signing_secret, client_id, client_secret, .. } = first.secrets.clone();
        let secrets = Secrets { signing_secret, client_id, client_secret, ..Secrets::random() };
        let mut world =
            World::new(first.clock.clone(), format!("http://{addr}"), secrets, first.scopes.clone(), workspace);
        world.services.clone_from(&first.base);
        world.bot.clone_from(&first.bot);
        world
    });
    let shared = serve(listener, addr, first.http.clone(), world, stopped);
    first.add(shared.clone());
    Ok(shared)
}

fn serve(
    listener: TcpListener,
    addr: SocketAddr,
    http: reqwest::Client,
    world: World,
    stopped: watch::Receiver<bool>,
) -> Arc<Shared> {
    let shared = Arc::new(Shared::new(addr, http, world, stopped.clone()));
    let server = axum::serve(listener, router(shared.clone())).with_graceful_shutdown(until_stopped(stopped));
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
        .route("/dialnote/{*path}", any(dialnote_api))
        .merge(control::routes())
        .merge(pages::routes())
        .layer(middleware::from_fn(only_by_its_own_name))
        .with_state(shared)
}

/// Refuses requests with another host name: a foreign page could point its own name here and read along.
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
    let knows = |world: &World, token: &str| world.grants.knows(token) || world.functions.knows(token);
    let shared = shared.whose(|world| whose.as_ref().is_some_and(|token| knows(world, token)));
    let (called, made) = (method.clone(), heard.clone());
    let handle = move |world: &mut World| slack::call(world, &called, &made);
    attend(&shared, Asked::slack(&method, &heard), handle).await
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
    attend(&shared, Asked::slack("oauth.v2.access", &heard), handle).await
}

async fn response_url(State(shared): State<Arc<Shared>>, Path(token): Path<String>, request: Request) -> Response {
    let heard = match RecordedRequest::read(request).await {
        Ok(heard) => Arc::new(heard),
        Err(refused) => return refused,
    };
    let shared = shared.whose(|world| world.response_urls.contains_key(&token));
    let made = heard.clone();
    let handle = move |world: &mut World| slack::respond(world, &token, &made);
    attend(&shared, Asked::slack("response_url", &heard), handle).await
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
    attend(&shared, Asked { service: Service::Dialnote, method: &heard.method, path, heard: &heard }, handle).await
}

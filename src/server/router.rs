//! The server: the addresses of the app, and the handling of a request.

use crate::server::{install, mcp, ops, slack, webhooks};
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use futures_util::future::Either;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::platform::dialnote::webhooks::PATH;
use crate::platform::slack::oauth;
use crate::server::connection_slots::Begun;
use crate::server::front::{Front, StoreDoubt};
use crate::server::ops::Ops;
use crate::server::socket_health::SocketHealth;
use crate::server::sockets::Sockets;
use crate::worker::tenants::Tenants;

/// The paths to which Slack sends its requests. Each takes every kind of request, so a wrong path in the app's settings
/// does no harm (docs/contracts/slack.md §1.1).
pub(super) const SLACKS: [&str; 4] = ["/slack/commands", "/slack/interactions", "/slack/options", "/slack/events"];

/// The server. Slack's requests bypass the router: the router's allocations and copies take about as long as verifying
/// a request.
#[derive(Clone)]
pub struct Server {
    front: Front,
    others: TowerToHyperService<Router>,
    is_for_slack: bool,
}

impl Server {
    /// Creates a server with the addresses for Slack, dialnote and people.
    pub fn new(tenants: Arc<Tenants>) -> Self {
        let lines = tenants.common.ingress.dialer.is_some().then(SocketHealth::default);
        let front = Front { tenants, lines, doubt: StoreDoubt::default() };
        let others = Router::new()
            .route("/healthz", get(ops::alive))
            .route(&format!("{PATH}{{token}}"), post(webhooks::receive))
            .route(oauth::INSTALL, get(install::begin))
            .route(oauth::PATH, get(install::finish));
        // The router refuses other methods at these paths.
        let posted = SLACKS.into_iter().chain([mcp::PATH]);
        let others = posted.fold(others, |router, address| router.route(address, MethodRouter::new()));
        let others = TowerToHyperService::new(others.with_state(front.clone()));
        Self { front, others, is_for_slack: true }
    }

    /// Creates a server with the addresses of the operator's probes.
    pub fn for_operators(ops: &Ops) -> Self {
        let others = TowerToHyperService::new(ops.router());
        Self { front: ops.front().clone(), others, is_for_slack: false }
    }

    /// Returns the service that answers the operator's probes, for a listener of its own.
    pub fn ops(&self) -> Ops {
        Ops::new(self.front.clone())
    }

    /// Returns the connections of Socket Mode, if it is used.
    pub fn sockets(&self) -> Option<Sockets> {
        Sockets::new(self.front.clone())
    }
}

/// Answers a request of a connection. The future for Slack's requests is kept small: it is moved for each request, and
/// there may be hundreds.
pub(super) fn answer(
    site: &Server,
    request: hyper::Request<Incoming>,
    begun: Begun,
) -> impl Future<Output = Result<Response, Infallible>> + use<> {
    if site.is_for_slack && request.method() == Method::POST && SLACKS.contains(&request.uri().path()) {
        return Either::Left(slack::receive(site.front.clone(), request, begun));
    }
    if site.is_for_slack && request.method() == Method::POST && request.uri().path() == mcp::PATH {
        return Either::Right(Either::Left(Box::pin(mcp::receive(site.front.clone(), request, begun))));
    }
    begun.is_whole();
    let answer = site.others.call(request.map(Body::new));
    Either::Right(Either::Right(Box::pin(async move {
        let answer = answer.await;
        drop(begun);
        answer
    })))
}

//! Everything that answers, and the way a request takes.

use crate::http::{install, ops, slack, webhooks};
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

use crate::dialnote::webhooks::PATH;
use crate::http::connection_slots::Begun;
use crate::http::front::{Front, StoreDoubt};
use crate::http::ops::Ops;
use crate::http::socket_health::SocketHealth;
use crate::http::sockets::Sockets;
use crate::slack::oauth;
use crate::work::tenants::Tenants;

/// Where Slack sends its requests. All understand every kind of request, so a wrong address in the
/// app's settings does no harm (docs/contracts/slack.md §1.1).
pub(super) const SLACKS: [&str; 4] = ["/slack/commands", "/slack/interactions", "/slack/options", "/slack/events"];

/// Everything that answers. Slack's requests go straight to where they are stored: the way through a
/// router, with its boxes and its copies, takes about as long as verifying them.
#[derive(Clone)]
pub struct Server {
    front: Front,
    others: TowerToHyperService<Router>,
    is_for_slack: bool,
}

impl Server {
    /// Every address we answer.
    pub fn new(tenants: Arc<Tenants>) -> Self {
        let lines = tenants.common.ingress.dialer.is_some().then(SocketHealth::default);
        let front = Front { tenants, lines, doubt: StoreDoubt::default() };
        let others = Router::new()
            .route("/healthz", get(ops::alive))
            .route(&format!("{PATH}{{token}}"), post(webhooks::receive))
            .route(oauth::INSTALL, get(install::begin))
            .route(oauth::PATH, get(install::finish));
        // Whoever comes there by another method is told so.
        let others = SLACKS.into_iter().fold(others, |router, address| router.route(address, MethodRouter::new()));
        let others = TowerToHyperService::new(others.with_state(front.clone()));
        Self { front, others, is_for_slack: true }
    }

    /// Every address that operators' tools ask.
    pub fn for_operators(ops: &Ops) -> Self {
        let others = TowerToHyperService::new(ops.router());
        Self { front: ops.front().clone(), others, is_for_slack: false }
    }

    /// What answers operators' tools, on a listener of its own.
    pub fn ops(&self) -> Ops {
        Ops::new(self.front.clone())
    }

    /// What comes through Socket Mode, if it is used.
    pub fn sockets(&self) -> Option<Sockets> {
        Sockets::new(self.front.clone())
    }
}

/// The answer of `site` to a request as it comes from a connection. What answers Slack is kept small: it is
/// moved about for each request, and there may be hundreds of it.
pub(super) fn answer(
    site: &Server,
    request: hyper::Request<Incoming>,
    begun: Begun,
) -> impl Future<Output = Result<Response, Infallible>> + use<> {
    if site.is_for_slack && request.method() == Method::POST && SLACKS.contains(&request.uri().path()) {
        return Either::Left(slack::receive(site.front.clone(), request, begun));
    }
    begun.is_whole();
    let answer = site.others.call(request.map(Body::new));
    Either::Right(Box::pin(async move {
        let answer = answer.await;
        drop(begun);
        answer
    }))
}

//! The page: its files are compiled into the program, and it loads nothing else.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::shared::Shared;

/// A policy that allows no other page, no foreign sources, no inline code, and no text that becomes markup.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                   require-trusted-types-for 'script'; trusted-types 'none'; report-uri /_sandbox/violations";

const INDEX: &str = include_str!("page/index.html");

macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("page/", $name)))),*] };
}

/// The files beside the index, by name.
const FILES: &[(&str, &str)] = files![
    "actors.js",
    "api.js",
    "attendance.js",
    "base.css",
    "blocks.css",
    "blocks.js",
    "cards.js",
    "channel.js",
    "chart.js",
    "comments.js",
    "complete.js",
    "composer.js",
    "consent.css",
    "day.js",
    "dom.js",
    "edit.js",
    "elements.js",
    "emoji.js",
    "events.js",
    "examples.js",
    "failures.js",
    "faults.js",
    "fields.js",
    "forms.css",
    "guide.js",
    "header.js",
    "home.js",
    "icon.svg",
    "inbox.js",
    "layout.js",
    "log.js",
    "main.js",
    "menu.js",
    "message.js",
    "narrow.css",
    "objects.css",
    "objects.js",
    "options.js",
    "overlay.js",
    "pane.js",
    "panel.css",
    "patience.js",
    "people.js",
    "reactions.js",
    "rich.js",
    "sidebar.js",
    "slackbot.js",
    "slack.css",
    "steps.js",
    "store.js",
    "text.js",
    "thread.js",
    "time.js",
    "tour.js",
    "traffic.js",
    "views.js",
    "when.js",
    "workflows.js",
];

/// Returns the routes of the page. It is at `/`; links to dialnote's conversations lead to it too, because there is no
/// other dialnote here.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(async || served("index.html", INDEX)))
        .route("/conversations/{id}", get(async || served("index.html", INDEX)))
        .route("/page/{name}", get(file))
}

async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(name, text)| served(name, text))
}

fn served(name: &str, text: &'static str) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

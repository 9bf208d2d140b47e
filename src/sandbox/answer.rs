//! What a service answers, and how it is written: as JSON, or as something that is none.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A page for people, in place of an answer for programs.
const PAGE: &str =
    "<!doctype html><html><head><title>Just a moment</title></head><body>Down for maintenance</body></html>";

/// What a fake service answers.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
    pub(super) form: Form,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// As JSON.
    #[default]
    Json,
    /// Not at all: a page for people instead.
    Html,
    /// Not at all.
    Empty,
}

impl Answer {
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, form: Form::Json }
    }

    pub(super) fn error(&self) -> Option<String> {
        self.body["error"].as_str().filter(|_| self.form == Form::Json).map(str::to_owned)
    }

    fn content(&self) -> Body {
        match self.form {
            Form::Json => Body::from(self.body.to_string()),
            Form::Html => Body::from(PAGE),
            Form::Empty => Body::empty(),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::builder().status(status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let body = match (status, self.form) {
            (StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED, _) => Body::empty(),
            (_, Form::Empty) => self.content(),
            (_, form) => {
                let media_type = if form == Form::Html { "text/html" } else { "application/json" };
                response = response.header(header::CONTENT_TYPE, format!("{media_type}; charset=utf-8"));
                self.content()
            }
        };
        response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

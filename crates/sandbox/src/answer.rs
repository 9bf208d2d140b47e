//! The answer of a fake service and the form of its body: JSON, or one of the broken forms that faults ask for.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::Value;

/// A page for people, sent instead of JSON.
const PAGE: &str =
    "<!doctype html><html><head><title>Just a moment</title></head><body>Down for maintenance</body></html>";

/// The size of one piece of a huge answer, in bytes.
const PIECE: usize = 1024 * 1024;

/// The number of pieces in a huge answer.
const PIECES: usize = 32;

/// An answer of a fake service.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
    pub(super) form: Form,
}

/// The form in which a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON.
    #[default]
    Json,
    /// A page for people instead of JSON.
    Html,
    /// An empty body.
    Empty,
    /// The first half of the JSON.
    Cut,
    /// The first half of the JSON, then a broken connection.
    Torn,
    /// The JSON with bytes that are not UTF-8.
    NotUtf8,
    /// The JSON after 32 MiB of blanks.
    Huge,
}

impl Answer {
    /// Returns an answer as JSON.
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, form: Form::Json }
    }

    /// Returns the error code in the answer; `None` if there is none or it can't be read.
    pub(super) fn error(&self) -> Option<String> {
        self.body["error"].as_str().filter(|_| self.form == Form::Json).map(str::to_owned)
    }

    fn content(&self) -> Body {
        let whole = self.body.to_string().into_bytes();
        let half = whole.get(..whole.len() / 2).unwrap_or_default().to_vec();
        match self.form {
            Form::Json => Body::from(whole),
            Form::Html => Body::from(PAGE),
            Form::Empty => Body::empty(),
            Form::Cut => Body::from(half),
            Form::Torn => Body::from_stream(torn(Bytes::from(half))),
            Form::NotUtf8 => Body::from(not_text(whole)),
            Form::Huge => {
                let blanks = Bytes::from(vec![b' '; PIECE]);
                let pieces = std::iter::repeat_n(blanks, PIECES).chain([Bytes::from(whole)]);
                Body::from_stream(stream::iter(pieces.map(io::Result::Ok)))
            }
        }
    }
}

/// Returns the bytes followed by an error, which comes only after they were sent.
fn torn(half: Bytes) -> impl Stream<Item = io::Result<Bytes>> {
    let end = async {
        tokio::task::yield_now().await;
        Err(io::Error::other("torn"))
    };
    stream::iter([Ok(half)]).chain(stream::once(end))
}

/// Returns the JSON with invalid UTF-8 in its first string.
fn not_text(mut whole: Vec<u8>) -> Vec<u8> {
    let inside = whole.iter().position(|byte| *byte == b'"').map_or(0, |quote| quote + 1);
    whole.splice(inside..inside, [0xff, 0xfe]);
    whole
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

//! What a service answers, and how it is written: as JSON, or as something that is none.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::Value;

/// A page for people, in place of an answer for programs.
const PAGE: &str =
    "<!doctype html><html><head><title>Just a moment</title></head><body>Down for maintenance</body></html>";

/// Too large an answer, in pieces of this size.
const PIECE: usize = 1024 * 1024;

/// How many pieces it has.
const PIECES: usize = 32;

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
    /// The first half of it.
    Cut,
    /// The first half of it, and then the connection breaks.
    Torn,
    /// With bytes that are no text.
    NotUtf8,
    /// After 32 MiB of blanks.
    Huge,
}

impl Answer {
    /// An answer as JSON.
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, form: Form::Json }
    }

    /// The error code in the answer, if it has one that can be read.
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

/// The bytes, and then an error; not before they were sent.
fn torn(half: Bytes) -> impl Stream<Item = io::Result<Bytes>> {
    let end = async {
        tokio::task::yield_now().await;
        Err(io::Error::other("torn"))
    };
    stream::iter([Ok(half)]).chain(stream::once(end))
}

/// The JSON with bytes in its first string that no text has.
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

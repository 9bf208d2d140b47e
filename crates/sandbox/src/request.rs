//! Requests of the app and of the page, as they arrived.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::service::Service;

/// More than any request of the app may hold, blocks and views included, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// A request as it arrived.
pub(super) struct RecordedRequest {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The subject of a request, against which faults are matched.
pub(super) struct Asked<'a> {
    pub(super) service: Service,
    /// The name of Slack's method, or the HTTP method.
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) heard: &'a RecordedRequest,
}

impl<'a> Asked<'a> {
    /// Returns a call of Slack's API or of something that counts as one.
    pub(super) fn slack(method: &'a str, heard: &'a RecordedRequest) -> Self {
        Self { service: Service::Slack, method, path: &heard.path, heard }
    }
}

impl RecordedRequest {
    /// Reads a whole request. The error is the answer to one that is too large.
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

    /// Returns a header's value; empty if it is missing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the media type, without parameters, in lower case.
    pub(super) fn media_type(&self) -> String {
        let media_type = self.header("content-type").split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    /// Returns the token or key in the `Authorization` header.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization").strip_prefix("Bearer ").filter(|token| !token.is_empty())
    }

    /// Returns Slack's token from the header, or from the arguments.
    pub(super) fn token(&self) -> Option<String> {
        let among = || {
            let told = self.told()["token"].as_str().map(str::to_owned);
            let asked = || form_urlencoded::parse(self.query.as_bytes()).find(|(name, _)| name == "token");
            told.or_else(|| asked().map(|(_, token)| token.into_owned()))
        };
        self.bearer().map(str::to_owned).or_else(among)
    }

    /// Returns the body in its most readable form.
    pub(super) fn told(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        if self.media_type() == "application/x-www-form-urlencoded" {
            let fields = form_urlencoded::parse(&self.body);
            return fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|_| Value::String(text.into_owned()))
    }

    /// Returns the fields of a form.
    pub(super) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

//! dialnote's answers. A refusal of dialnote's differs from the page of a gateway, and an answer that cannot be read
//! counts as none (docs/contracts/dialnote.md, Authentication and Variants).

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::core::error::{Fault, Service};
use crate::platform::dialnote::wire;
use crate::platform::transport::HttpAnswer;

/// The bucket that a 429 of dialnote's closes: no document says that its limits differ between calls.
pub(crate) const BUCKET: &str = "dialnote";

/// The time without calls after a rate limit, if dialnote names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);

/// A refusal of dialnote's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is no such conversation.
    NotFound,
    /// A 404 that is not in dialnote's words: of a gateway, or of a dialnote without words of its own. Never leaves
    /// `client`.
    NoPage,
    /// dialnote answers, but has no such call at the address in this setting.
    NoSuchAddress(&'static str),
    /// The API key is read-only.
    ReadOnly,
    /// There is no API key, so that no call was made.
    NotConnected,
    /// Any other refusal, in dialnote's words.
    Words(String),
}

/// The reason why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialnoteError {
    /// dialnote understood the request and refused it.
    #[error("dialnote refused: {0:?}")]
    Denied(Denied),
    /// A failure that is no answer to the request.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Denied> for DialnoteError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// Returns the reason why a call failed, if its status tells. A gateway's page instead of dialnote's words is an
/// outage.
pub(super) fn refused(answer: &HttpAnswer) -> Option<DialnoteError> {
    let service = Service::Dialnote;
    let words = || wire::words(answer.status, &answer.body);
    let is_dialnotes = wire::is_refusal(&answer.body);
    Some(match answer.status {
        status if status.is_success() => return None,
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = answer.retry_after.unwrap_or(DEFAULT_WAIT);
            Fault::RateLimited { service, bucket: BUCKET.to_owned(), wait }.into()
        }
        // A gateway stopped waiting. The call may still have its effect.
        StatusCode::GATEWAY_TIMEOUT => Fault::TimedOut { service, cause: answer.status.to_string() }.into(),
        StatusCode::UNAUTHORIZED if is_dialnotes => Fault::Unauthorized { service, cause: words() }.into(),
        StatusCode::NOT_FOUND if is_dialnotes => Denied::NotFound.into(),
        StatusCode::NOT_FOUND => Denied::NoPage.into(),
        StatusCode::FORBIDDEN if wire::is_read_only(&answer.body) => Denied::ReadOnly.into(),
        StatusCode::FORBIDDEN if is_dialnotes => Denied::Words(words()).into(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::REQUEST_TIMEOUT => unavailable(answer.status),
        status if status.is_client_error() && (is_dialnotes || wire::has_words(&answer.body)) => {
            Denied::Words(words()).into()
        }
        status => unavailable(status),
    })
}

/// Returns the fault of an outage: something other than dialnote answered.
pub(super) fn unavailable(status: StatusCode) -> DialnoteError {
    Fault::Unavailable { service: Service::Dialnote, cause: status.to_string() }.into()
}

/// Reads the JSON of an answer. The call may have had its effect although its answer cannot be read.
pub(super) fn content(answer: &HttpAnswer) -> Result<Value, Fault> {
    serde_json::from_slice(&answer.body).map_err(|error| wire::unreadable(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn said(status: u16, body: &str) -> Option<DialnoteError> {
        let (headers, body) = (HeaderMap::new(), body.as_bytes().to_vec());
        let status = StatusCode::from_u16(status).unwrap_or_default();
        refused(&HttpAnswer { status, retry_after: None, headers, body })
    }

    #[test]
    fn a_page_in_dialnotes_place_is_an_outage() {
        for (status, body) in [
            (401, "<html>"),
            (403, r#"{"message":"Forbidden"}"#),
            (302, ""),
            (400, "Bad Request"),
            (502, r#"{"error":"X"}"#),
        ] {
            let error = said(status, body);
            let outage = matches!(&error, Some(DialnoteError::Fault(Fault::Unavailable { .. })));
            assert!(outage, "{status} {body}: {error:?}");
        }
    }

    #[test]
    fn dialnotes_own_words_are_a_no() {
        assert_eq!(said(404, r#"{"error":"NOT_FOUND"}"#), Some(Denied::NotFound.into()));
        assert_eq!(said(404, "<html>not found</html>"), Some(Denied::NoPage.into()));
        assert_eq!(said(403, r#"{"error":"INSUFFICIENT_PERMISSIONS"}"#), Some(Denied::ReadOnly.into()));
        assert_eq!(said(422, r#"{"message":"not a member"}"#), Some(Denied::Words("not a member".into()).into()));
        assert_eq!(said(204, ""), None);
        let unauthorized = said(401, r#"{"error":{"message":"revoked"}}"#);
        assert!(matches!(unauthorized, Some(DialnoteError::Fault(Fault::Unauthorized { .. }))), "{unauthorized:?}");
    }
}

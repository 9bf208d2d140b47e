//! How dialnote answers. Its own "no" differs from the page of a gateway, and an answer that cannot be read is none
//! (docs/contracts/dialnote.md, Authentication and Variants).

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::dialnote::wire;
use crate::error::{Fault, Service};
use crate::transport::HttpAnswer;

/// The bucket that a 429 of dialnote's closes: nothing says that its limits differ from call to call.
pub const BUCKET: &str = "dialnote";

/// How long not to call if dialnote does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);

/// dialnote's "no".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is no such conversation.
    NotFound,
    /// A 404 that is not in dialnote's words: of a gateway, or of a dialnote that has none. Never leaves `client`.
    NoPage,
    /// dialnote is there, and takes no such call at the address in this setting.
    NoSuchAddress(&'static str),
    /// The key may only read.
    ReadOnly,
    /// There is no key: nothing was called.
    NotConnected,
    /// Anything else, in dialnote's words.
    Words(String),
}

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialnoteError {
    /// dialnote understood and says no.
    #[error("dialnote refused: {0:?}")]
    Denied(Denied),
    /// Anything that is not an answer to the question.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Denied> for DialnoteError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// Why a call was not made, if its status says so. A gateway's page instead of dialnote's words is an outage.
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
        // A gateway gave up waiting. The call may still have its effect.
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

/// An outage: something other than dialnote answered.
pub(super) fn unavailable(status: StatusCode) -> DialnoteError {
    Fault::Unavailable { service: Service::Dialnote, cause: status.to_string() }.into()
}

/// The JSON of an answer. The call may have had its effect although its answer cannot be read.
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

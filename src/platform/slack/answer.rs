//! Slack's answers: success or refusal (docs/contracts/slack.md §13; `codes` gives the meaning of the codes), and the
//! person that a user object describes (§23).

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::Value;

use crate::core::colleague::Colleague;
use crate::core::error::{Fault, Service};
use crate::core::ids::{InstallationId, SlackUserId};
use crate::core::json::Peek;
use crate::core::person::{Account, Profile};
use crate::core::slack_status::SlackStatus;
use crate::core::teammate::is_outside;
use crate::core::text;
use crate::platform::slack::codes;
use crate::platform::slack::codes::Meaning;
use crate::platform::transport::HttpAnswer;

/// The time without calls after a rate limit, if Slack names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// The reason why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// Slack understood the request and refused it: the error code.
    #[error("Slack refused: {0}")]
    Refused(String),
    /// A failure that is no answer to the request.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl SlackError {
    /// Answers whether Slack refused the entities of a call: a workspace may have no Work Objects.
    pub(crate) fn is_about_metadata(&self) -> bool {
        matches!(self, Self::Refused(code) if codes::is_about_metadata(code))
    }

    /// Answers whether Slack refused the blocks of a message: an older workspace may not know them, or Slack could not
    /// fetch a picture in them.
    pub(crate) fn is_about_blocks(&self) -> bool {
        self.is_malformed(&[codes::INVALID_BLOCKS])
    }

    /// Answers whether Slack refused the content of a window. For windows it has several codes for that.
    pub(crate) fn is_about_view(&self) -> bool {
        self.is_malformed(&[codes::INVALID_BLOCKS, codes::INVALID_ARGUMENTS])
    }

    fn is_malformed(&self, codes: &[&str]) -> bool {
        let Self::Fault(Fault::Unusable { cause, .. }) = self else { return false };
        codes.iter().any(|code| cause.starts_with(code))
    }
}

pub(super) fn found_profile(
    installation: &InstallationId,
    found: Result<Value, SlackError>,
    nobody: &[&str],
) -> Result<Option<Profile>, SlackError> {
    match found {
        Ok(answer) => answer
            .at("/user")
            .and_then(|user| profile(installation, user))
            .map(Some)
            .ok_or_else(|| unusable("the answer has no user").into()),
        Err(SlackError::Refused(code)) if nobody.contains(&code.as_str()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads an answer. Slack answers 200 to nearly everything; success or refusal is in `ok` (§13.2).
pub(super) fn judged(method: &str, answer: &HttpAnswer) -> Result<Value, SlackError> {
    if let Some(error) = status_error(method, answer) {
        return Err(error);
    }
    let value: Value = serde_json::from_slice(&answer.body).map_err(|error| unheard(&error.to_string()))?;
    if value.flag("/ok") {
        return Ok(value);
    }
    if value.at("/ok").is_none() {
        return Err(unheard("it has no `ok`").into());
    }
    let code = value.words("/error").unwrap_or("no error code").to_owned();
    Err(match codes::meaning(&code) {
        Meaning::Limit => {
            let wait = answer.retry_after.unwrap_or(DEFAULT_WAIT);
            Fault::RateLimited { service: Service::Slack, bucket: method.to_owned(), wait }.into()
        }
        Meaning::Passing => Fault::Unavailable { service: Service::Slack, cause: code }.into(),
        Meaning::Token => {
            let needed = value.words("/needed").map(|needed| format!("{code} (needed: {needed})"));
            Fault::Unauthorized { service: Service::Slack, cause: needed.unwrap_or(code) }.into()
        }
        Meaning::Malformed => {
            let details = [value.at("/errors"), value.at("/response_metadata/messages")];
            unusable(&format!("{code} {details:?}")).into()
        }
        Meaning::Refusal => SlackError::Refused(code),
    })
}

pub(super) fn status_error(method: &str, answer: &HttpAnswer) -> Option<SlackError> {
    let service = Service::Slack;
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = answer.retry_after.unwrap_or(DEFAULT_WAIT);
            Some(Fault::RateLimited { service, bucket: method.to_owned(), wait }.into())
        }
        // A gateway stopped waiting. The call may still have its effect.
        StatusCode::GATEWAY_TIMEOUT => Some(Fault::TimedOut { service, cause: answer.status.to_string() }.into()),
        status if status.is_server_error() => Some(Fault::Unavailable { service, cause: status.to_string() }.into()),
        _ => None,
    }
}

pub(super) fn unusable(cause: &str) -> Fault {
    Fault::Unusable { service: Service::Slack, cause: cause.to_owned() }
}

/// Returns the fault of an answer that cannot be read: the call may have had its effect.
pub(super) fn unheard(cause: &str) -> Fault {
    Fault::Unanswered { service: Service::Slack, cause: format!("the answer cannot be read: {cause}") }
}

/// Reads a user object (§23.1) as a profile.
pub(super) fn profile(installation: &InstallationId, user: &Value) -> Option<Profile> {
    let id = user.words("/id")?;
    let names = ["/profile/display_name", "/profile/real_name", "/real_name", "/name"];
    let name = names.into_iter().find_map(|path| user.text(path).and_then(text::name));
    Some(Profile {
        user: SlackUserId::new(id),
        name: name.unwrap_or_else(|| id.to_owned()),
        real: ["/profile/real_name", "/real_name"].into_iter().find_map(|path| user.text(path).and_then(text::name)),
        shared: false,
        email: user.words("/profile/email").map(str::to_owned),
        account: account(installation, user),
        photo: user.words("/profile/image_48").map(str::to_owned),
        zone: user.words("/tz").map(str::to_owned),
        admin: user.flag("/is_admin") || user.flag("/is_owner"),
        status: status(user),
    })
}

/// Reads the status of a user object (docs/contracts/slack-2026.md §6.2).
fn status(user: &Value) -> Option<SlackStatus> {
    let (emoji, text) = (user.words("/profile/status_emoji"), user.text("/profile/status_text"));
    let expires = user.at("/profile/status_expiration").and_then(Value::as_i64).filter(|at| *at > 0);
    let until = expires.and_then(|at| Timestamp::from_second(at).ok());
    let text = text.and_then(text::name).unwrap_or_default();
    emoji.map(|emoji| SlackStatus { emoji: emoji.to_owned(), text, until })
}

/// Reads a user object (§23.1) as a colleague; returns `None` for bots and deactivated accounts.
pub(super) fn colleague(user: &Value) -> Option<Colleague> {
    let id = user.words("/id")?;
    if user.flag("/is_bot") || user.flag("/deleted") || id == "USLACKBOT" {
        return None;
    }
    let full = ["/profile/real_name", "/real_name", "/name"].into_iter().find_map(|path| text::name(user.text(path)?));
    let full = full.unwrap_or_else(|| id.to_owned());
    Some(Colleague {
        user: SlackUserId::new(id),
        display: user.text("/profile/display_name").and_then(text::name).unwrap_or_else(|| full.clone()),
        full,
        email: user.words("/profile/email").map(str::to_owned),
    })
}

fn account(installation: &InstallationId, user: &Value) -> Account {
    let organization: Vec<&str> = std::iter::once(user.words("/enterprise_user/enterprise_id"))
        .chain(user.list("/enterprise_user/teams").iter().map(Value::as_str))
        .flatten()
        .collect();
    let unconfirmed = user.at("/is_email_confirmed").and_then(Value::as_bool) == Some(false);
    // Slackbot's `is_bot` is not set (§23.3).
    if user.flag("/is_bot") || user.text("/id") == Some("USLACKBOT") {
        Account::Bot
    } else if user.flag("/deleted") {
        Account::Deactivated
    } else if user.flag("/is_stranger") || is_outside(installation, user.words("/team_id"), &organization) {
        Account::Outsider
    } else if user.flag("/is_restricted") || user.flag("/is_ultra_restricted") {
        Account::Guest
    } else if unconfirmed {
        Account::Unconfirmed
    } else {
        Account::Member
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn said(status: u16, body: &str) -> Result<Value, SlackError> {
        let (headers, body) = (HeaderMap::new(), body.as_bytes().to_vec());
        let status = StatusCode::from_u16(status).unwrap_or_default();
        judged("chat.postMessage", &HttpAnswer { status, retry_after: None, headers, body })
    }

    #[test]
    fn what_cannot_be_read_may_have_had_its_effect() {
        for (status, body) in [(200, "<html>"), (200, ""), (200, r#"{"ok":tr"#), (200, "{}"), (302, ""), (404, "no")] {
            let fault = said(status, body);
            let unheard = matches!(&fault, Err(SlackError::Fault(fault)) if fault.may_have_happened());
            assert!(unheard, "{status} {body}: {fault:?}");
        }
    }

    #[test]
    fn a_code_says_what_follows() {
        let refused = |code: &str| said(200, &format!(r#"{{"ok":false,"error":"{code}"}}"#));
        assert_eq!(refused("brand_new_error"), Err(SlackError::Refused("brand_new_error".into())));
        for (code, kind) in [
            ("token_revoked", "unauthorized"),
            ("fatal_error", "unavailable"),
            ("rate_limited", "rate_limited"),
            ("invalid_blocks", "unusable"),
        ] {
            let fault = refused(code);
            assert!(matches!(&fault, Err(SlackError::Fault(fault)) if fault.kind() == kind), "{code}: {fault:?}");
        }
    }
}

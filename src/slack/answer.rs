//! What Slack's answers mean: the one place that knows how Slack says "no" (contracts/slack.md §13),
//! and what a user object tells about a person (§23).

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::domain::lookup::people::Colleague;
use crate::domain::people::{Account, Profile, is_outside};
use crate::domain::text;
use crate::error::{Fault, Service};
use crate::ids::{InstallationId, SlackUserId};
use crate::json::Peek;
use crate::transport::Answer;

/// Error codes after which the token is of no use until an operator acts (§13.9).
const TOKEN_CODES: [&str; 10] = [
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
    "missing_scope",
    "team_access_not_granted",
    "org_login_required",
    "ekm_access_denied",
];

/// Error codes that pass by themselves (§13.9).
const PASSING_CODES: [&str; 5] =
    ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

/// Error codes of a rate limit that came without its status (§13.8).
const LIMIT_CODES: [&str; 2] = ["ratelimited", "rate_limited"];

/// How long not to call if Slack does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Slack understood and says no: the error code.
    #[error("Slack refused: {0}")]
    Refused(String),
    /// Anything that is not an answer to the question.
    #[error(transparent)]
    Fault(#[from] Fault),
}

pub(super) fn found_profile(
    installation: &InstallationId,
    found: Result<Value, CallError>,
    nobody: &[&str],
) -> Result<Option<Profile>, CallError> {
    match found {
        Ok(answer) => answer
            .at("/user")
            .and_then(|user| profile(installation, user))
            .map(Some)
            .ok_or_else(|| unusable("the answer holds no user").into()),
        Err(CallError::Refused(code)) if nobody.contains(&code.as_str()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Slack answers 200 to nearly everything; whether it is good stands in `ok` (§13.2).
pub(super) fn judged(method: &str, answer: &Answer) -> Result<Value, CallError> {
    if let Some(error) = status_error(method, answer) {
        return Err(error);
    }
    let value: Value = serde_json::from_slice(&answer.body).map_err(|error| unusable(&error.to_string()))?;
    if value.flag("/ok") {
        return Ok(value);
    }
    let code = value.words("/error").unwrap_or("no error code").to_owned();
    Err(match code.as_str() {
        code if LIMIT_CODES.contains(&code) => {
            let wait = answer.retry_after.unwrap_or(DEFAULT_WAIT);
            Fault::RateLimited { service: Service::Slack, bucket: method.to_owned(), wait }.into()
        }
        code if PASSING_CODES.contains(&code) => {
            Fault::Unavailable { service: Service::Slack, cause: code.to_owned() }.into()
        }
        code if TOKEN_CODES.contains(&code) => {
            let needed = value.words("/needed").map(|needed| format!("{code} (needed: {needed})"));
            let cause = needed.unwrap_or_else(|| code.to_owned());
            Fault::Unauthorized { service: Service::Slack, cause }.into()
        }
        "invalid_blocks" | "invalid_arguments" | "invalid_blocks_format" => {
            let details = [value.at("/errors"), value.at("/response_metadata/messages")];
            unusable(&format!("{code} {details:?}")).into()
        }
        _ => CallError::Refused(code),
    })
}

pub(super) fn status_error(method: &str, answer: &Answer) -> Option<CallError> {
    let service = Service::Slack;
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = answer.retry_after.unwrap_or(DEFAULT_WAIT);
            Some(Fault::RateLimited { service, bucket: method.to_owned(), wait }.into())
        }
        status if status.is_server_error() => Some(Fault::Unavailable { service, cause: status.to_string() }.into()),
        _ => None,
    }
}

pub(super) fn unusable(cause: &str) -> Fault {
    Fault::Unusable { service: Service::Slack, cause: cause.to_owned() }
}

/// A user object (§23.1) as a profile.
pub(super) fn profile(installation: &InstallationId, user: &Value) -> Option<Profile> {
    let id = user.words("/id")?;
    let names = ["/profile/display_name", "/profile/real_name", "/real_name", "/name"];
    let name = names.into_iter().find_map(|path| user.text(path).and_then(text::name));
    Some(Profile {
        user: SlackUserId::new(id),
        name: name.unwrap_or_else(|| id.to_owned()),
        email: user.words("/profile/email").map(str::to_owned),
        account: account(installation, user),
        zone: user.words("/tz").map(str::to_owned),
        admin: user.flag("/is_admin") || user.flag("/is_owner"),
    })
}

/// A user object (§23.1) as colleagues may name its person; nothing for programs and accounts that are switched off.
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
    // Slackbot calls itself no bot (§23.3).
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

//! Failures outside the app's own logic. A [`Fault`] is for the operator: it is logged with its cause and never shown.
//! A person gets a typed refusal (`core::refusal`), worded in `commands::reply_view`. The two never share a string.

use std::io::{self, ErrorKind};
use std::time::Duration;

use durable_queue::QueueError;
use durable_queue::rate_limit::wait_with;
use serde::{Deserialize, Serialize};

/// The two services that the app calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Slack's Web API and response URLs.
    Slack,
    /// The dialnote API.
    Dialnote,
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Slack => "Slack",
            Self::Dialnote => "dialnote",
        })
    }
}

impl Service {
    /// Returns the service that a fault is about, from the fault's words: a waiting job stores nothing else of its
    /// fault.
    pub fn in_words(fault: &str) -> Option<Self> {
        [Self::Slack, Self::Dialnote].into_iter().find(|service| fault.starts_with(&service.to_string()))
    }
}

/// A failure that is no refusal: the input of the retry policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The service was not reached: the request had no effect.
    #[error("{service} was not reached: {cause}")]
    Unreachable {
        /// The service.
        service: Service,
        /// The transport's error.
        cause: String,
    },
    /// The service answered 5xx. The request may have half-succeeded (docs/contracts/slack.md §13.9).
    #[error("{service} is unavailable: {cause}")]
    Unavailable {
        /// The service.
        service: Service,
        /// The status, Slack's error code, or the transport's error.
        cause: String,
    },
    /// The request was sent and no answer came: it may or may not have had its effect.
    #[error("{service} did not answer: {cause}")]
    Unanswered {
        /// The service.
        service: Service,
        /// The transport's error.
        cause: String,
    },
    /// The request was sent and not answered in time: it may still have its effect.
    #[error("{service} did not answer in time: {cause}")]
    TimedOut {
        /// The service.
        service: Service,
        /// The transport's error.
        cause: String,
    },
    /// 429, with the wait the service asked for.
    #[error("{service} limits calls: wait {}", wait_with(bucket, *wait))]
    RateLimited {
        /// The service.
        service: Service,
        /// The limited bucket: the Slack method; for dialnote everything.
        bucket: String,
        /// The time without calls.
        wait: Duration,
    },
    /// The service refuses the app's credentials: nothing works until an operator acts.
    #[error("{service} rejected the app's credentials: {cause}")]
    Unauthorized {
        /// The service.
        service: Service,
        /// The service's error code.
        cause: String,
    },
    /// The app cannot read the answer, or repeating the request cannot lift the refusal.
    #[error("{service} sent an unusable answer: {cause}")]
    Unusable {
        /// The service.
        service: Service,
        /// The problem with the answer.
        cause: String,
    },
    /// The service answers, but has no such call at the address in a setting.
    #[error("{service} does not know this call: correct the address in {setting}")]
    NoSuchAddress {
        /// The service.
        service: Service,
        /// The setting.
        setting: &'static str,
    },
    /// A refusal with a code that says nothing about the next try.
    #[error("{service} refused with an unknown code: {code}")]
    UnknownCode {
        /// The service.
        service: Service,
        /// Its code.
        code: String,
    },
    /// The app's own store failed.
    #[error("the database failed: {0}")]
    Store(String),
    /// A job or a stored record cannot be read. A later version may have written it, which works beside this one while
    /// instances are replaced.
    #[error("{what} cannot be read: {cause}")]
    Unreadable {
        /// The kind of record.
        what: String,
        /// The place in it that cannot be read, without its content.
        cause: String,
    },
    /// A stored secret cannot be opened: nothing works for its installation until an operator acts.
    #[error("{0}")]
    Sealed(String),
    /// The lease ended and another worker took the job over.
    #[error("another worker took this job over")]
    LeaseLost,
}

impl From<QueueError> for Fault {
    fn from(error: QueueError) -> Self {
        Self::Store(match error {
            QueueError::NoPassword => format!("{error}: set DATABASE_PASSWORD"),
            QueueError::NoTls => {
                format!("{error}. If no one else is on the network between them, add ?sslmode=disable to DATABASE_URL")
            }
            QueueError::Failed(cause) | QueueError::Refused(cause) => cause,
        })
    }
}

/// Returns an error with all its sources: the last one often names the real cause.
pub fn whole(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = format!("{words}: {inner}");
        source = inner.source();
    }
    words
}

/// Describes a system error about a file or an address, for people.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::AlreadyExists => "the file already exists".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is not a folder".to_owned(),
        ErrorKind::InvalidData => "it is not text (UTF-8)".to_owned(),
        ErrorKind::AddrInUse => "another program already uses it".to_owned(),
        ErrorKind::AddrNotAvailable => "it is not an address of this machine".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        _ => error.to_string(),
    }
}

impl Fault {
    /// Returns the kind of fault in one word, for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Unavailable { .. } => "unavailable",
            Self::Unanswered { .. } => "unanswered",
            Self::TimedOut { .. } => "timed_out",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Unusable { .. } => "unusable",
            Self::NoSuchAddress { .. } => "no_such_address",
            Self::UnknownCode { .. } => "unknown_code",
            Self::Store(_) => "store",
            Self::Unreadable { .. } => "unreadable",
            Self::Sealed(_) => "sealed",
            Self::LeaseLost => "taken_over",
        }
    }

    /// Describes a fault where the context already names the failed part: a database's own words.
    pub fn in_short(&self) -> String {
        match self {
            Self::Store(cause) => cause.clone(),
            other => other.to_string(),
        }
    }

    /// Returns the fault of a failed read after a write: whether the write had its effect is then unknown, whatever the
    /// read's fault was.
    #[must_use]
    pub fn after_effect(self) -> Self {
        match self {
            Self::Unreachable { service, .. } | Self::RateLimited { service, .. } | Self::Unusable { service, .. } => {
                Self::Unanswered { service, cause: self.to_string() }
            }
            other => other,
        }
    }

    /// Answers whether the call may have had its effect.
    pub(crate) fn may_have_happened(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unanswered { .. } | Self::TimedOut { .. } | Self::Store(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_wants_something_is_named_with_the_way_out() {
        let told = |error: QueueError| Fault::from(error).in_short();
        assert_eq!(told(QueueError::NoPassword), "the server requires a password: set DATABASE_PASSWORD");
        assert_eq!(
            told(QueueError::NoTls),
            "the server offers no TLS. If no one else is on the network between them, add ?sslmode=disable to \
             DATABASE_URL"
        );
    }

    #[test]
    fn the_words_of_a_fault_begin_with_its_service() {
        for service in [Service::Slack, Service::Dialnote] {
            let cause = || "503".to_owned();
            for fault in [
                Fault::Unreachable { service, cause: cause() },
                Fault::Unavailable { service, cause: cause() },
                Fault::Unanswered { service, cause: cause() },
                Fault::TimedOut { service, cause: cause() },
                Fault::RateLimited { service, bucket: cause(), wait: Duration::ZERO },
                Fault::Unauthorized { service, cause: cause() },
                Fault::Unusable { service, cause: cause() },
                Fault::NoSuchAddress { service, setting: "DIALNOTE_API_URL" },
                Fault::UnknownCode { service, code: cause() },
            ] {
                assert_eq!(Service::in_words(&fault.to_string()), Some(service), "{fault}");
            }
        }
        assert_eq!(Service::in_words(&Fault::Store("locked".into()).to_string()), None);
    }
}

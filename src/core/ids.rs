//! Ids, each its own type, so that a channel can never be passed for a person. Slack's and dialnote's ids are opaque
//! strings to the app: it compares them and sends them back.

use std::fmt;

pub use durable_queue::JobId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id of Slack's or dialnote's.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the id as Slack or dialnote wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A place where the app is installed: a Slack workspace (`T…`) or, for an organization-wide installation, the
/// organization (`E…`) (docs/contracts/slack.md §24). In the queue it is a tenant.
pub use durable_queue::TenantId as InstallationId;

id! {
    /// A Slack workspace, `T…`: one of those that an organization-wide installation serves.
    TeamId
}
id! {
    /// A Slack user, `U…` or `W…` (docs/contracts/slack.md §23.5).
    SlackUserId
}
id! {
    /// A Slack conversation: `C…`, `G…`, or `D…` for a direct message (docs/contracts/slack.md §5.4).
    ChannelId
}
id! {
    /// A call of one of the app's tools by an assistant. It is as unique as the request.
    ToolCallId
}
id! {
    /// A group of Slack users (docs/contracts/slack.md §23).
    UserGroupId
}
id! {
    /// The id of a message inside its channel. Always a string, never a number (docs/contracts/slack.md §15.5).
    MessageTs
}
id! {
    /// A file in Slack (docs/contracts/slack.md §25).
    FileId
}
id! {
    /// A dialnote conversation (docs/contracts/dialnote.md, Objects).
    ConversationId
}
id! {
    /// A member of the dialnote organization (docs/contracts/dialnote.md, Objects).
    MemberId
}
id! {
    /// A view that a person has open, or the app's own name for it (docs/contracts/slack.md §9).
    ViewId
}
id! {
    /// A command kept until its person picks one of several conversations, or presses Retry.
    DraftId
}

/// The id of the actor of a workflow step, which is no person. Slack's ids are upper case.
const WORKFLOW: &str = "workflow";

/// The id of the actor of the app's own changes, which is no person either.
const AUTOMATION: &str = "automation";

impl SlackUserId {
    /// Returns the actor of a workflow step.
    pub(crate) fn workflow() -> Self {
        Self(WORKFLOW.to_owned())
    }

    /// Returns the actor of the changes that the app makes by itself.
    pub(crate) fn automation() -> Self {
        Self(AUTOMATION.to_owned())
    }

    /// Answers whether this is a Slack user, rather than the actor of a workflow step or of the app's own changes.
    pub(crate) fn is_person(&self) -> bool {
        self.0 != WORKFLOW && self.0 != AUTOMATION
    }
}

impl ChannelId {
    /// Answers whether this is a direct message rather than a channel that a team reads.
    pub fn is_direct(&self) -> bool {
        self.0.starts_with('D')
    }
}

impl MessageTs {
    /// Returns the time of the message, to the second; none if the id holds no time.
    pub fn time(&self) -> Option<Timestamp> {
        let seconds = self.0.split('.').next()?.parse().ok()?;
        Timestamp::from_second(seconds).ok()
    }

    /// Returns the time to the microsecond; none if the id is not of the form `1795800030.000100`.
    pub(crate) fn exact_time(&self) -> Option<Timestamp> {
        let (seconds, fraction) =
            self.0.split_once('.').filter(|(_, fraction)| fraction.len() == MICROSECOND_DIGITS)?;
        let (seconds, fraction): (i64, u32) = (seconds.parse().ok()?, fraction.parse().ok()?);
        Timestamp::from_microsecond(seconds.checked_mul(1_000_000)?.checked_add(i64::from(fraction))?).ok()
    }
}

/// The digits after the point of a message's id.
const MICROSECOND_DIGITS: usize = 6;

/// The length of the longest valid id.
const LONGEST_PLAIN: usize = 128;

impl ConversationId {
    /// Answers whether the id can be part of a path without leading anywhere else: letters, digits and `_.:-` alone,
    /// and neither `.` nor `..`.
    pub(crate) fn is_plain(&self) -> bool {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        let is_short = (1..=LONGEST_PLAIN).contains(&self.0.len());
        is_short && self.0.bytes().all(is_allowed) && !matches!(self.0.as_str(), "." | "..")
    }
}

//! Slack's requests, reduced to the parts that the app uses. `reading` and `events` read them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::core::click::Click;
use crate::core::group_change::GroupChange;
use crate::core::ids::{ChannelId, ConversationId, InstallationId, MessageTs, SlackUserId, TeamId, ViewId};
use crate::core::links_job::LinksJob;
use crate::core::pane::PaneTab;
use crate::core::reaction::Reaction;
use crate::core::teammate::ProfileJob;
use crate::platform::slack::fields::Fields;
use crate::platform::slack::pointed::PointedAt;

/// A verified request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inbound {
    /// Slack's test of the app's certificate, with no other content (§3.1).
    SslCheck,
    /// Slack's test of the events address; the app must send the challenge back (§3.3).
    UrlVerification {
        /// The text to send back.
        challenge: String,
    },
    /// A slash command (§5).
    Slash {
        /// The sender.
        from: From,
        /// The command, with its slash.
        command: String,
        /// The text after the command.
        text: String,
    },
    /// A click on a control (§8).
    Click {
        /// The sender.
        from: From,
        /// The control.
        click: Click,
        /// The place of the control.
        place: Surface,
        /// The pane or object that holds the control, if one does.
        pane: Option<PaneRequest>,
        /// The form that holds the control, as it is filled in, if one does.
        form: Option<OpenForm>,
    },
    /// A submitted form (§9).
    Submission {
        /// The sender.
        from: From,
        /// The kind of form.
        callback_id: String,
        /// The form's private metadata.
        private_metadata: String,
        /// The filled-in fields.
        fields: Fields,
    },
    /// A menu's request for its options (§10).
    Suggestion {
        /// The sender.
        from: From,
        /// The menu.
        menu: Click,
        /// The text typed into the menu.
        typed: String,
        /// The private metadata of the form around the menu.
        private_metadata: String,
    },
    /// A shortcut, on a message or global (§8).
    Shortcut {
        /// The sender.
        from: From,
        /// The shortcut.
        callback_id: String,
        /// The message that the shortcut was used on.
        message: Option<PointedAt>,
    },
    /// A person wrote to the app: a mention in a channel, or a direct message (docs/contracts/slack-2026.md §5).
    Written {
        /// The sender.
        from: From,
        /// The message.
        message: WrittenMessage,
    },
    /// A person opened the pane of a conversation, or its comments (docs/contracts/slack-2026.md §3, §4.8).
    PaneOpened {
        /// The person.
        from: From,
        /// The pane.
        pane: PaneRequest,
        /// The event's id.
        delivery: String,
    },
    /// A person saved edited fields of a pane, or posted a comment (docs/contracts/slack-2026.md §4).
    PaneSubmitted {
        /// The person.
        from: From,
        /// The pane.
        pane: PaneRequest,
        /// The fields.
        fields: Fields,
        /// The posted comment, in Slack's notation.
        comment: String,
    },
    /// An emoji on a message, added or removed (docs/contracts/slack-2026.md §6.1).
    Reacted {
        /// The person, and the channel of the message.
        from: From,
        /// The change.
        reaction: Reaction,
    },
    /// A person opened their home (§21).
    HomeOpened {
        /// The installation.
        installation: InstallationId,
        /// The person.
        user: SlackUserId,
        /// The event's id.
        delivery: String,
    },
    /// A person posted links that the app may show as cards (§22).
    Links {
        /// The installation.
        installation: InstallationId,
        /// The person, the message and its links.
        links: LinksJob,
        /// The event's id.
        delivery: String,
    },
    /// A user's profile changed, or the user is new (§19).
    ProfileChanged {
        /// The installation.
        installation: InstallationId,
        /// The user, with the profile at that time.
        change: ProfileJob,
        /// The event's id.
        delivery: String,
    },
    /// The people of a user group changed (docs/contracts/slack-2026.md §6.3).
    GroupChanged {
        /// The installation.
        installation: InstallationId,
        /// The change.
        change: GroupChange,
        /// The event's id.
        delivery: String,
    },
    /// A channel was shared with another company (§19).
    ChannelShared {
        /// The installation.
        installation: InstallationId,
        /// The channel.
        channel: ChannelId,
        /// The event's id.
        delivery: String,
    },
    /// A workflow reached a step of the app's (docs/contracts/slack-2026.md §8).
    StepReached {
        /// The installation.
        installation: InstallationId,
        /// The step.
        step: ReachedStep,
        /// The time of the event.
        at: Option<Timestamp>,
    },
    /// The app was removed from the workspace, or its token was revoked (§19.2).
    Removed {
        /// The installation.
        installation: InstallationId,
        /// The time of the removal.
        at: Timestamp,
        /// The event's id.
        delivery: String,
    },
    /// A request that the app does not handle.
    Ignored {
        /// Its own name for its kind, for the log.
        kind: String,
    },
}

impl Inbound {
    /// Returns the kind of request in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SslCheck | Self::UrlVerification { .. } => "test",
            Self::Slash { .. } => "command",
            Self::Click { .. } => "click",
            Self::Submission { .. } => "form",
            Self::Suggestion { .. } => "suggestions",
            Self::Shortcut { .. } => "shortcut",
            Self::Written { .. } => "message",
            Self::PaneOpened { .. } | Self::PaneSubmitted { .. } => "pane",
            Self::Reacted { .. } => "reaction",
            Self::HomeOpened { .. } => "home",
            Self::Links { .. } => "links",
            Self::ProfileChanged { .. } => "profile",
            Self::GroupChanged { .. } => "group",
            Self::ChannelShared { .. } => "shared",
            Self::StepReached { .. } => "step",
            Self::Removed { .. } => "removed",
            Self::Ignored { .. } => "ignored",
        }
    }

    /// Returns the installation that the request comes from, if the app handles the request.
    pub fn installation(&self) -> Option<&InstallationId> {
        match self {
            Self::SslCheck | Self::UrlVerification { .. } | Self::Ignored { .. } => None,
            Self::Slash { from, .. }
            | Self::Click { from, .. }
            | Self::Submission { from, .. }
            | Self::Suggestion { from, .. }
            | Self::Shortcut { from, .. }
            | Self::PaneOpened { from, .. }
            | Self::PaneSubmitted { from, .. }
            | Self::Written { from, .. }
            | Self::Reacted { from, .. } => Some(&from.installation),
            Self::HomeOpened { installation, .. }
            | Self::Links { installation, .. }
            | Self::ProfileChanged { installation, .. }
            | Self::GroupChanged { installation, .. }
            | Self::ChannelShared { installation, .. }
            | Self::StepReached { installation, .. }
            | Self::Removed { installation, .. } => Some(installation),
        }
    }
}

/// A form that is open and not submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenForm {
    /// The form's private metadata.
    pub private_metadata: String,
    /// The fields as they are filled in.
    pub fields: Fields,
}

/// A pane as Slack names it. From a search, only addresses name the conversation (§3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneRequest {
    /// Slack's permission to fill it.
    pub trigger: String,
    /// The conversation's id, if the app gave it to Slack before.
    pub id: Option<ConversationId>,
    /// The addresses of the conversation, the canonical one first.
    pub urls: Vec<String>,
    /// The tab.
    pub tab: PaneTab,
}

/// A message to the app. Slack sends it as an event, so there is no trigger and no response URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenMessage {
    /// The message's name in its channel.
    pub ts: MessageTs,
    /// The first message of the thread that it is in.
    pub thread: Option<MessageTs>,
    /// The text, in Slack's notation.
    pub text: String,
    /// The app's own user, if the event says who that is.
    pub app: Option<SlackUserId>,
}

/// A step that a workflow reached.
#[derive(Clone, PartialEq, Eq)]
pub struct ReachedStep {
    /// The name of the step.
    pub callback_id: String,
    /// The inputs that have a value.
    pub inputs: BTreeMap<String, String>,
    /// The id of this execution, the same in a repeated event.
    pub execution: String,
    /// The token with which this execution is completed.
    pub token: String,
}

impl std::fmt::Debug for ReachedStep {
    /// Leaves out the token, which is a secret, and the inputs, which may be people's words.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { callback_id, execution, .. } = self;
        f.debug_struct("ReachedStep")
            .field("callback_id", callback_id)
            .field("execution", execution)
            .finish_non_exhaustive()
    }
}

/// The place of a clicked control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A message that a whole channel sees.
    Message,
    /// A direct message, or an ephemeral message.
    Private {
        /// The direct message; `None` for an ephemeral one, which has no name by which the app could change it.
        direct: Option<MessageTs>,
    },
    /// The person's home.
    Home,
    /// A form or window.
    View(ViewId),
}

/// The sender of a request, and the place.
#[derive(Clone, PartialEq, Eq)]
pub struct From {
    /// The installation that the request belongs to (§24.3).
    pub installation: InstallationId,
    /// The person, from the verified payload.
    pub user: SlackUserId,
    /// The channel that the person was in.
    pub channel: Option<ChannelId>,
    /// The workspace of the organization, if the installation is an organization's.
    pub team: Option<TeamId>,
    /// The URL that answers may be posted to (§6).
    pub response_url: Option<String>,
    /// The trigger that can open a form once within 3 s (§7). It also makes the request unique.
    pub trigger_id: Option<String>,
}

impl std::fmt::Debug for From {
    /// Leaves out the response URL, which is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { installation, user, channel, .. } = self;
        f.debug_struct("From")
            .field("installation", installation)
            .field("user", user)
            .field("channel", channel)
            .finish_non_exhaustive()
    }
}

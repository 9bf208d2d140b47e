//! Slack's requests, reduced to the parts that the app uses. Reading is lenient on purpose: Slack adds fields, leaves
//! others out, and sends kinds of payload that no list names; none of that may cost a click. Unknown requests become
//! [`Inbound::Ignored`] and are acknowledged (docs/contracts/slack.md §1, §8, §19).

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::core::click::Click;
use crate::core::ids::{ChannelId, InstallationId, MessageTs, SlackUserId, TeamId, ViewId};
use crate::core::json::Peek;
use crate::core::links_job::LinksJob;
use crate::core::teammate::ProfileJob;
use crate::core::text;
use crate::platform::slack::answer::profile;
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
    /// A channel was shared with another company (§19).
    ChannelShared {
        /// The installation.
        installation: InstallationId,
        /// The channel.
        channel: ChannelId,
        /// The event's id.
        delivery: String,
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
            Self::HomeOpened { .. } => "home",
            Self::Links { .. } => "links",
            Self::ProfileChanged { .. } => "profile",
            Self::ChannelShared { .. } => "shared",
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
            | Self::Shortcut { from, .. } => Some(&from.installation),
            Self::HomeOpened { installation, .. }
            | Self::Links { installation, .. }
            | Self::ProfileChanged { installation, .. }
            | Self::ChannelShared { installation, .. }
            | Self::Removed { installation, .. } => Some(installation),
        }
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

/// The reason why a verified body cannot be read at all. Slack never sends such a body.
#[derive(Debug, thiserror::Error)]
#[error("the body is neither a form nor JSON: {0}")]
pub struct Unreadable(serde_json::Error);

/// Reads a verified body. JSON is recognized by its content type or its first character; everything else is a form
/// (§1.5).
pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Inbound, Unreadable> {
    let media_type = content_type.and_then(|t| t.split(';').next()).unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") || body.trim_ascii_start().starts_with(b"{") {
        return Ok(payload(&parsed(body)?));
    }
    let form = FormFields::split(body);
    match form.field("payload") {
        Some(field) => Ok(payload(&parsed(field.as_bytes())?)),
        None => Ok(slash(|name| form.filled_in(name))),
    }
}

/// Reads the content of a Socket Mode envelope: the body of the request that it replaces, always as JSON (§20.3).
pub fn enveloped(kind: &str, content: &Value) -> Inbound {
    match kind {
        "slash_commands" => slash(|name| as_in_a_form(content.get(name)?)),
        "events_api" | "interactive" => payload(content),
        other => Inbound::Ignored { kind: other.chars().take(64).collect() },
    }
}

fn as_in_a_form(value: &Value) -> Option<String> {
    let words = value.as_str().map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    words.or_else(|| value.as_bool().map(|flag| flag.to_string()))
}

/// The approximate number of fields of a slash command.
const FIELDS: usize = 16;

/// A form that decodes a field only when it is asked for: the app does not use half of Slack's fields.
struct FormFields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> FormFields<'a> {
    fn split(body: &'a [u8]) -> Self {
        let pair = |field: &'a [u8]| field.split_at_checked(field.iter().position(|byte| *byte == b'=')?);
        let mut fields = Vec::with_capacity(FIELDS);
        fields.extend(body.split(|byte| *byte == b'&').filter_map(pair));
        Self(fields)
    }

    /// Returns the last field of that name, like a form that is read into a map.
    fn field(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.0.iter().rfind(|(field, _)| *field == name.as_bytes())?;
        // The separator between name and value is all that is left of the name.
        form_urlencoded::parse(value).next().map(|(_, value)| value)
    }

    /// Returns the trimmed field, unless it is blank.
    fn filled_in(&self, name: &str) -> Option<String> {
        self.field(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// Answers whether the body is only Slack's test of the app's certificate. Answering it needs no signature, because it
/// has no effect (§3.2).
pub fn is_ssl_check(body: &[u8]) -> bool {
    form_urlencoded::parse(body).any(|(key, value)| key == "ssl_check" && value == "1")
}

fn parsed(body: &[u8]) -> Result<Value, Unreadable> {
    serde_json::from_slice(body).map_err(Unreadable)
}

fn slash(field: impl Fn(&str) -> Option<String>) -> Inbound {
    if field("ssl_check").as_deref() == Some("1") {
        return Inbound::SslCheck;
    }
    let organization =
        field("is_enterprise_install").filter(|flag| flag == "true").and_then(|_| field("enterprise_id"));
    let team = organization.as_ref().and_then(|_| field("team_id")).map(TeamId::new);
    let ids = organization.or_else(|| field("team_id")).zip(field("user_id")).zip(field("command"));
    let Some(((installation, user), command)) = ids else {
        return Inbound::Ignored { kind: "form".to_owned() };
    };
    Inbound::Slash {
        from: From {
            installation: InstallationId::new(installation),
            user: SlackUserId::new(user),
            channel: field("channel_id").map(ChannelId::new),
            team,
            response_url: field("response_url"),
            trigger_id: field("trigger_id"),
        },
        command,
        text: field("text").map(|text| text::words(&text)).unwrap_or_default(),
    }
}

fn payload(payload: &Value) -> Inbound {
    let kind = payload.words("/type").unwrap_or("untyped");
    let known = match kind {
        "url_verification" => {
            payload.text("/challenge").map(|challenge| Inbound::UrlVerification { challenge: challenge.to_owned() })
        }
        "event_callback" => event(payload),
        "block_actions" => click(payload),
        "view_submission" => submission(payload),
        "block_suggestion" => suggestion(payload),
        "shortcut" | "message_action" => shortcut(payload),
        _ => None,
    };
    known.unwrap_or_else(|| Inbound::Ignored { kind: kind.chars().take(64).collect() })
}

fn click(payload: &Value) -> Option<Inbound> {
    let action = payload.at("/actions/0")?;
    Some(Inbound::Click {
        from: from(payload)?,
        click: Click {
            action_id: action.text("/action_id")?.to_owned(),
            value: action.text("/value").or_else(|| action.text("/selected_option/value")).map(str::to_owned),
            block_id: action.text("/block_id").unwrap_or_default().to_owned(),
            selected_user: action.words("/selected_user").map(SlackUserId::new),
        },
        place: place(payload),
    })
}

fn place(payload: &Value) -> Surface {
    if let Some(view) = payload.words("/view/id") {
        let home = payload.text("/view/type") == Some("home");
        return if home { Surface::Home } else { Surface::View(ViewId::new(view)) };
    }
    let direct = payload.words("/container/channel_id").is_some_and(|channel| channel.starts_with('D'));
    match payload.words("/container/message_ts") {
        _ if payload.flag("/container/is_ephemeral") => Surface::Private { direct: None },
        Some(ts) if direct => Surface::Private { direct: Some(MessageTs::new(ts)) },
        _ => Surface::Message,
    }
}

fn suggestion(payload: &Value) -> Option<Inbound> {
    Some(Inbound::Suggestion {
        from: from(payload)?,
        menu: Click {
            action_id: payload.text("/action_id").unwrap_or_default().to_owned(),
            block_id: payload.text("/block_id").unwrap_or_default().to_owned(),
            ..Click::default()
        },
        typed: payload.text("/value").map(text::words).unwrap_or_default(),
        private_metadata: payload.text("/view/private_metadata").unwrap_or_default().to_owned(),
    })
}

fn shortcut(payload: &Value) -> Option<Inbound> {
    Some(Inbound::Shortcut {
        from: from(payload)?,
        callback_id: payload.text("/callback_id").unwrap_or_default().to_owned(),
        message: PointedAt::read(payload),
    })
}

fn submission(payload: &Value) -> Option<Inbound> {
    let mut fields = HashMap::new();
    let blocks = payload.at("/view/state/values").and_then(Value::as_object);
    for (block, actions) in blocks.into_iter().flatten() {
        for (action, state) in actions.as_object().into_iter().flatten() {
            fields.insert((block.clone(), action.clone()), state.clone());
        }
    }
    Some(Inbound::Submission {
        from: from(payload)?,
        callback_id: payload.text("/view/callback_id").unwrap_or_default().to_owned(),
        private_metadata: payload.text("/view/private_metadata").unwrap_or_default().to_owned(),
        fields: Fields(fields),
    })
}

fn event(payload: &Value) -> Option<Inbound> {
    let kind = payload.text("/event/type")?;
    let known = match kind {
        "user_change" | "team_join" => profile_changed(payload),
        "app_home_opened" if payload.text("/event/tab") != Some("messages") => Some(Inbound::HomeOpened {
            installation: event_installation(payload)?,
            user: SlackUserId::new(payload.words("/event/user")?),
            delivery: payload.words("/event_id")?.to_owned(),
        }),
        "link_shared" => links(payload),
        "channel_shared" => shared(payload),
        "app_uninstalled" => removed(payload),
        // The app has no tokens of people, only the bot's.
        "tokens_revoked" if !payload.list("/event/tokens/bot").is_empty() => removed(payload),
        _ => None,
    };
    Some(known.unwrap_or_else(|| Inbound::Ignored { kind: kind.chars().take(64).collect() }))
}

/// Reads a changed profile. The event holds the whole user (§19.2), so that the app need not ask for it.
fn profile_changed(payload: &Value) -> Option<Inbound> {
    let installation = event_installation(payload)?;
    let profile = profile(&installation, payload.at("/event/user")?)?;
    let at = payload.at("/event_time").and_then(Value::as_i64).and_then(|at| Timestamp::from_second(at).ok());
    let change = ProfileJob { user: profile.user.clone(), told: at.map(|at| (profile, at)) };
    Some(Inbound::ProfileChanged { installation, change, delivery: payload.words("/event_id")?.to_owned() })
}

fn shared(payload: &Value) -> Option<Inbound> {
    Some(Inbound::ChannelShared {
        installation: event_installation(payload)?,
        channel: ChannelId::new(payload.words("/event/channel")?),
        delivery: payload.words("/event_id")?.to_owned(),
    })
}

fn removed(payload: &Value) -> Option<Inbound> {
    Some(Inbound::Removed {
        installation: event_installation(payload).or_else(|| removed_organization(payload))?,
        at: Timestamp::from_second(payload.at("/event_time")?.as_i64()?).ok()?,
        delivery: payload.words("/event_id")?.to_owned(),
    })
}

/// Returns the organization that the app was removed from: such an event names no workspace.
fn removed_organization(payload: &Value) -> Option<InstallationId> {
    payload.words("/enterprise_id").map(InstallationId::new)
}

/// Reads the links of a sent message; the app shows none for a message that is still being written (§22.4).
fn links(payload: &Value) -> Option<Inbound> {
    let channel = payload.words("/event/channel").filter(|channel| *channel != "COMPOSER")?;
    let urls = payload.list("/event/links").iter().filter_map(|link| link.words("/url"));
    Some(Inbound::Links {
        installation: event_installation(payload)?,
        links: LinksJob {
            user: SlackUserId::new(payload.words("/event/user")?),
            channel: ChannelId::new(channel),
            ts: MessageTs::new(payload.words("/event/message_ts")?),
            urls: urls.map(str::to_owned).collect(),
        },
        delivery: payload.words("/event_id")?.to_owned(),
    })
}

fn from(payload: &Value) -> Option<From> {
    let organization = interaction_organization(payload);
    Some(From {
        team: organization.and_then(|_| interaction_team(payload)).map(TeamId::new),
        installation: organization.or_else(|| interaction_team(payload)).map(InstallationId::new)?,
        user: SlackUserId::new(payload.words("/user/id")?),
        channel: payload.words("/container/channel_id").or_else(|| payload.words("/channel/id")).map(ChannelId::new),
        response_url: payload.words("/response_url").map(str::to_owned),
        trigger_id: payload.words("/trigger_id").map(str::to_owned),
    })
}

/// Returns the team of an interaction. `team` is `null` for organization-wide installations, and the other company's
/// team in Slack Connect. The view is the best source for where the app is installed (§24.3).
fn interaction_team(payload: &Value) -> Option<&str> {
    let team = ["/view/app_installed_team_id", "/team/id", "/user/team_id", "/view/team_id"];
    team.into_iter().find_map(|path| payload.words(path))
}

fn interaction_organization(payload: &Value) -> Option<&str> {
    payload.flag("/is_enterprise_install").then(|| payload.words("/enterprise/id")).flatten()
}

/// Returns the installation of an event. The authorization names it, not the outer team (§19.1).
fn event_installation(payload: &Value) -> Option<InstallationId> {
    let organization = payload
        .flag("/authorizations/0/is_enterprise_install")
        .then(|| payload.words("/authorizations/0/enterprise_id"))
        .flatten();
    let team = ["/authorizations/0/team_id", "/team_id"];
    organization.or_else(|| team.into_iter().find_map(|path| payload.words(path))).map(InstallationId::new)
}

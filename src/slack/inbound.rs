//! What Slack sends, cut down to what we use. Lenient on purpose: Slack adds fields, leaves others
//! out, and sends kinds of payload that no list names; none of that may cost a click. What we do
//! not know becomes [`Inbound::Ignored`] and is acknowledged (docs/contracts/slack.md §1, §8, §19).

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::click::Click;
use crate::domain::job::LinksJob;
use crate::domain::people::ProfileJob;
use crate::domain::text;
use crate::ids::{ChannelId, InstallationId, MessageTs, SlackUserId, TeamId, ViewId};
use crate::json::Peek;
use crate::slack::answer::profile;
use crate::slack::fields::Fields;
use crate::slack::pointed::PointedAt;

/// A verified request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inbound {
    /// Slack tests our certificate; nothing else is in it (§3.1).
    SslCheck,
    /// Slack tests the events address; the challenge is to be sent back (§3.3).
    UrlVerification {
        /// What to send back.
        challenge: String,
    },
    /// A slash command (§5).
    Slash {
        /// Whose.
        from: From,
        /// With its stroke.
        command: String,
        /// Everything after it.
        text: String,
    },
    /// A click on a control (§8).
    Click {
        /// Whose.
        from: From,
        /// On what.
        click: Click,
        /// In what.
        place: Surface,
    },
    /// A submitted form (§9).
    Submission {
        /// Whose.
        from: From,
        /// Which form.
        callback_id: String,
        /// What the form remembered.
        private_metadata: String,
        /// What was filled in.
        fields: Fields,
    },
    /// A menu asks for its options (§10).
    Suggestion {
        /// Whose.
        from: From,
        /// Which menu.
        action_id: String,
        /// What was typed into it.
        typed: String,
        /// What the form in which it stands remembers.
        private_metadata: String,
    },
    /// Somebody uses a shortcut: one on a message, or one that is always at hand (§8).
    Shortcut {
        /// Whose.
        from: From,
        /// Which.
        callback_id: String,
        /// The message it was used on.
        message: Option<PointedAt>,
    },
    /// Somebody opens their home (§21).
    HomeOpened {
        /// Where.
        installation: InstallationId,
        /// Who.
        user: SlackUserId,
        /// The event's id.
        delivery: String,
    },
    /// Somebody posted links that may be ours to show (§22).
    Links {
        /// Where.
        installation: InstallationId,
        /// Who, in which message, and which links.
        links: LinksJob,
        /// The event's id.
        delivery: String,
    },
    /// A user's profile changed, or the user is new (§19).
    ProfileChanged {
        /// Where.
        installation: InstallationId,
        /// Who, and the profile as it was then.
        change: ProfileJob,
        /// The event's id.
        delivery: String,
    },
    /// A channel is shared with another company from now on (§19).
    ChannelShared {
        /// Where.
        installation: InstallationId,
        /// Which.
        channel: ChannelId,
        /// The event's id.
        delivery: String,
    },
    /// The app was removed from the workspace, or its token was taken away (§19.2).
    Removed {
        /// Where.
        installation: InstallationId,
        /// When.
        at: Timestamp,
        /// The event's id.
        delivery: String,
    },
    /// Nothing for us.
    Ignored {
        /// What it called itself, for the log.
        kind: String,
    },
}

impl Inbound {
    /// What it is, in a word.
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

    /// Which installation it comes from, if it is something for us.
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

/// In what somebody clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A message that a whole channel sees.
    Message,
    /// A direct message, or one that only the person sees.
    Private {
        /// The message, if it is not an ephemeral one: those have no name by which they could be changed.
        direct: Option<MessageTs>,
    },
    /// Their home.
    Home,
    /// A form or window.
    View(ViewId),
}

/// Who sent it, from where.
#[derive(Clone, PartialEq, Eq)]
pub struct From {
    /// Which installation it belongs to (§24.3).
    pub installation: InstallationId,
    /// The person, from the verified payload.
    pub user: SlackUserId,
    /// Where they were.
    pub channel: Option<ChannelId>,
    /// In which workspace of the organization, if it is one's.
    pub team: Option<TeamId>,
    /// Where answers may be posted (§6).
    pub response_url: Option<String>,
    /// What allows to open a form, once, within 3 s (§7); also what makes the request unique.
    pub trigger_id: Option<String>,
}

impl std::fmt::Debug for From {
    /// Without the response URL, which is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { installation, user, channel, .. } = self;
        f.debug_struct("From")
            .field("installation", installation)
            .field("user", user)
            .field("channel", channel)
            .finish_non_exhaustive()
    }
}

/// Why a verified body cannot be read at all. Slack never sends such a thing.
#[derive(Debug, thiserror::Error)]
#[error("the body is neither a form nor JSON: {0}")]
pub struct Unreadable(serde_json::Error);

/// Reads a verified body. JSON is recognized by its content type or its first character, everything
/// else is a form (§1.5).
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

/// Reads what an envelope of Socket Mode holds: what would otherwise be a body, always as JSON (§20.3).
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

/// About as many fields as a slash command has.
const FIELDS: usize = 16;

/// A form of which only what is asked for is decoded: half of what Slack sends is for others.
struct FormFields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> FormFields<'a> {
    fn split(body: &'a [u8]) -> Self {
        let pair = |field: &'a [u8]| field.split_at_checked(field.iter().position(|byte| *byte == b'=')?);
        let mut fields = Vec::with_capacity(FIELDS);
        fields.extend(body.split(|byte| *byte == b'&').filter_map(pair));
        Self(fields)
    }

    /// The last of that name, as where a form becomes a map.
    fn field(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.0.iter().rfind(|(field, _)| *field == name.as_bytes())?;
        // What is left of the name is the sign between name and value.
        form_urlencoded::parse(value).next().map(|(_, value)| value)
    }

    /// The same, if something is in it.
    fn filled_in(&self, name: &str) -> Option<String> {
        self.field(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// Whether the body is only Slack's test of our certificate. Answering that needs no signature,
/// because nothing is done (§3.2).
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
        action_id: payload.text("/action_id").unwrap_or_default().to_owned(),
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
        // Of a person's token we have none.
        "tokens_revoked" if !payload.list("/event/tokens/bot").is_empty() => removed(payload),
        _ => None,
    };
    Some(known.unwrap_or_else(|| Inbound::Ignored { kind: kind.chars().take(64).collect() }))
}

/// The event holds the whole user (§19.2), so that nobody has to ask for it.
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

/// Where the app was removed from a whole organization the event names no workspace.
fn removed_organization(payload: &Value) -> Option<InstallationId> {
    payload.words("/enterprise_id").map(InstallationId::new)
}

/// Links in a message that was sent; what is still being written is nobody's to see (§22.4).
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

/// `team` is `null` for organization-wide installations and the other side's in Slack Connect; the
/// view knows best where the app is installed (§24.3).
fn interaction_team(payload: &Value) -> Option<&str> {
    let team = ["/view/app_installed_team_id", "/team/id", "/user/team_id", "/view/team_id"];
    team.into_iter().find_map(|path| payload.words(path))
}

fn interaction_organization(payload: &Value) -> Option<&str> {
    payload.flag("/is_enterprise_install").then(|| payload.words("/enterprise/id")).flatten()
}

/// The authorization, not the outer team, says whose event it is (§19.1).
fn event_installation(payload: &Value) -> Option<InstallationId> {
    let organization = payload
        .flag("/authorizations/0/is_enterprise_install")
        .then(|| payload.words("/authorizations/0/enterprise_id"))
        .flatten();
    let team = ["/authorizations/0/team_id", "/team_id"];
    organization.or_else(|| team.into_iter().find_map(|path| payload.words(path))).map(InstallationId::new)
}

//! Reads Slack's requests. Reading is lenient on purpose: Slack adds fields, leaves others out, and sends kinds of payload
//! that no list names; none of that may cost a click. Unknown requests become [`Inbound::Ignored`] and are acknowledged
//! (docs/contracts/slack.md §1, §8, §19).

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use crate::core::click::Click;
use crate::core::ids::{ChannelId, InstallationId, MessageTs, SlackUserId, TeamId, ViewId};
use crate::core::json::Peek;
use crate::core::text;
use crate::platform::slack::events;
use crate::platform::slack::fields::Fields;
use crate::platform::slack::inbound::{From, Inbound, OpenForm, Surface};
use crate::platform::slack::panes;
use crate::platform::slack::pointed;
use crate::platform::slack::pointed::PointedAt;

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
        "event_callback" => events::event(payload),
        "block_actions" => click(payload),
        "view_submission" => submission(payload),
        "block_suggestion" | "block_suggestions" => suggestion(payload),
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
        pane: panes::pressed(payload),
        form: form(payload),
    })
}

/// Returns the form around a control, as it is filled in (§9.4).
fn form(payload: &Value) -> Option<OpenForm> {
    let is_form = payload.text("/view/type") == Some("modal");
    is_form.then(|| OpenForm {
        private_metadata: payload.text("/view/private_metadata").unwrap_or_default().to_owned(),
        fields: fields(payload),
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

/// The place of a comment's text in a submission (docs/contracts/slack-2026.md §4.9).
const COMMENT: &str = "/view/state/values/comment_input_block/comment_input_action/rich_text_value";

/// Returns the fields of a form.
fn fields(payload: &Value) -> Fields {
    let mut fields = HashMap::new();
    let blocks = payload.at("/view/state/values").and_then(Value::as_object);
    for (block, actions) in blocks.into_iter().flatten() {
        for (action, state) in actions.as_object().into_iter().flatten() {
            fields.insert((block.clone(), action.clone()), state.clone());
        }
    }
    Fields(fields)
}

fn submission(payload: &Value) -> Option<Inbound> {
    let fields = fields(payload);
    if let Some(pane) = panes::submitted(payload) {
        let channel = payload.words("/view/channel").map(ChannelId::new);
        let comment = payload.at(COMMENT).map(pointed::rich_text).unwrap_or_default();
        return Some(Inbound::PaneSubmitted { from: From { channel, ..from(payload)? }, pane, fields, comment });
    }
    Some(Inbound::Submission {
        from: from(payload)?,
        callback_id: payload.text("/view/callback_id").unwrap_or_default().to_owned(),
        private_metadata: payload.text("/view/private_metadata").unwrap_or_default().to_owned(),
        fields,
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

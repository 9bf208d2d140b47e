//! Reads the events of Slack's Events API (docs/contracts/slack.md §19).

use jiff::Timestamp;
use serde_json::Value;

use crate::core::ids::{ChannelId, InstallationId, MessageTs, SlackUserId};
use crate::core::json::Peek;
use crate::core::links_job::LinksJob;
use crate::core::teammate::ProfileJob;
use crate::platform::slack::answer::profile;
use crate::platform::slack::inbound::Inbound;

/// Reads an event. Returns none if the payload names no kind of event.
pub(super) fn event(payload: &Value) -> Option<Inbound> {
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

/// Returns the installation of an event. The authorization names it, not the outer team (§19.1).
fn event_installation(payload: &Value) -> Option<InstallationId> {
    let organization = payload
        .flag("/authorizations/0/is_enterprise_install")
        .then(|| payload.words("/authorizations/0/enterprise_id"))
        .flatten();
    let team = ["/authorizations/0/team_id", "/team_id"];
    organization.or_else(|| team.into_iter().find_map(|path| payload.words(path))).map(InstallationId::new)
}

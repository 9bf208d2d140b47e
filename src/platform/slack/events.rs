//! Reads the events of Slack's Events API (docs/contracts/slack.md §19).

use jiff::Timestamp;
use serde_json::Value;

use crate::core::group_change::GroupChange;
use crate::core::ids::{ChannelId, InstallationId, MessageTs, SlackUserId, TeamId, UserGroupId};
use crate::core::json::Peek;
use crate::core::links_job::LinksJob;
use crate::core::pane::PaneTab;
use crate::core::reaction::Reaction;
use crate::core::teammate::ProfileJob;
use crate::core::{reaction, text, typed};
use crate::platform::slack::answer::profile;
use crate::platform::slack::inbound::{From, Inbound, ReachedStep, WrittenMessage};
use crate::platform::slack::panes;

/// Reads an event. Returns none if the payload names no kind of event.
pub(super) fn event(payload: &Value) -> Option<Inbound> {
    let kind = payload.text("/event/type")?;
    let known = match kind {
        "user_change" | "user_status_changed" | "team_join" => profile_changed(payload),
        "subteam_members_changed" => group_changed(payload),
        "app_home_opened" if payload.text("/event/tab") != Some("messages") => Some(Inbound::HomeOpened {
            installation: event_installation(payload)?,
            user: SlackUserId::new(payload.words("/event/user")?),
            delivery: payload.words("/event_id")?.to_owned(),
        }),
        "app_mention" => written(payload),
        "message" if payload.text("/event/channel_type") == Some("im") => written(payload),
        "entity_details_requested" => pane(payload, PaneTab::Details),
        "entity_comments_requested" if payload.words("/event/thread_root_id").is_some() => {
            pane(payload, PaneTab::Replies)
        }
        "entity_comments_requested" => pane(payload, PaneTab::Comments),
        "reaction_added" => reacted(payload, true),
        "reaction_removed" => reacted(payload, false),
        "link_shared" => links(payload),
        "channel_shared" => shared(payload),
        "function_executed" => step_reached(payload),
        "app_uninstalled" => removed(payload),
        // The app has no tokens of people, only the bot's.
        "tokens_revoked" if !payload.list("/event/tokens/bot").is_empty() => removed(payload),
        _ => None,
    };
    Some(known.unwrap_or_else(|| Inbound::Ignored { kind: kind.chars().take(64).collect() }))
}

/// The subtypes of messages that a person writes. Others are edits, deletions and notices.
const WRITTEN_BY_PEOPLE: [&str; 2] = ["file_share", "thread_broadcast"];

/// Reads a message to the app. Returns none for messages of programs, of the app itself, and for edited ones.
fn written(payload: &Value) -> Option<Inbound> {
    let event = payload.at("/event")?;
    let is_a_program = event.words("/bot_id").is_some() || event.words("/app_id").is_some();
    let is_edited = event.at("/edited").is_some_and(|edited| !edited.is_null());
    let is_a_notice = event.words("/subtype").is_some_and(|subtype| !WRITTEN_BY_PEOPLE.contains(&subtype));
    if is_a_program || is_edited || is_a_notice {
        return None;
    }
    let text = text::words(event.text("/text").unwrap_or_default());
    Some(Inbound::Written {
        from: sender(payload, event.words("/channel")?)?,
        message: WrittenMessage {
            ts: MessageTs::new(event.words("/ts")?),
            thread: event.words("/thread_ts").map(MessageTs::new),
            app: mentioned(payload, &text),
            text,
        },
    })
}

/// Reads a change of an emoji that stands for a command. Returns none for other emoji, and for those of the app itself.
fn reacted(payload: &Value, added: bool) -> Option<Inbound> {
    let event = payload.at("/event")?;
    let name = reaction::plain_name(event.words("/reaction")?);
    let is_a_command = reaction::action(name).is_some() && event.text("/item/type") == Some("message");
    if !is_a_command || own_user(payload) == event.words("/user") {
        return None;
    }
    Some(Inbound::Reacted {
        from: sender(payload, event.words("/item/channel")?)?,
        reaction: Reaction {
            name: name.to_owned(),
            card: MessageTs::new(event.words("/item/ts")?),
            at: MessageTs::new(event.words("/event_ts")?).exact_time()?,
            added,
        },
    })
}

/// Returns the person of an event in a channel.
fn sender(payload: &Value, channel: &str) -> Option<From> {
    let team = || payload.words("/event/team").or_else(|| payload.words("/team_id"));
    Some(From {
        team: event_organization(payload).and_then(|_| team()).map(TeamId::new),
        installation: event_installation(payload)?,
        user: SlackUserId::new(payload.words("/event/user")?),
        channel: Some(ChannelId::new(channel)),
        response_url: None,
        trigger_id: None,
    })
}

/// Returns the app's own user, if the event says who that is: the bot that the event was authorized for.
fn own_user(payload: &Value) -> Option<&str> {
    payload.flag("/authorizations/0/is_bot").then(|| payload.words("/authorizations/0/user_id")).flatten()
}

/// Returns the app's own user, if the text mentions it. Older events do not name it; then it is the user whom a
/// mention's text mentions first.
fn mentioned(payload: &Value, text: &str) -> Option<SlackUserId> {
    let bot = own_user(payload).map(SlackUserId::new).filter(|bot| text.contains(&format!("<@{bot}")));
    let is_a_mention = payload.text("/event/type") == Some("app_mention");
    bot.or_else(|| typed::mentioned(text).into_iter().next().filter(|_| is_a_mention))
}

/// Reads an opened pane.
fn pane(payload: &Value, tab: PaneTab) -> Option<Inbound> {
    let event = payload.at("/event")?;
    Some(Inbound::PaneOpened {
        from: From {
            team: event_organization(payload).and_then(|_| payload.words("/team_id")).map(TeamId::new),
            installation: event_installation(payload)?,
            user: SlackUserId::new(event.words("/user")?),
            channel: event.words("/channel").map(ChannelId::new),
            response_url: None,
            trigger_id: None,
        },
        pane: panes::request(event, event.words("/trigger_id")?, tab),
        delivery: payload.words("/event_id")?.to_owned(),
    })
}

/// Reads a changed profile. The event holds the whole user (§19.2), so that the app need not ask for it.
fn profile_changed(payload: &Value) -> Option<Inbound> {
    let installation = event_installation(payload)?;
    let profile = profile(&installation, payload.at("/event/user")?)?;
    let at = payload.at("/event_time").and_then(Value::as_i64).and_then(|at| Timestamp::from_second(at).ok());
    let change = ProfileJob { user: profile.user.clone(), told: at.map(|at| (profile, at)) };
    Some(Inbound::ProfileChanged { installation, change, delivery: payload.words("/event_id")?.to_owned() })
}

/// Reads a change of a user group's people.
fn group_changed(payload: &Value) -> Option<Inbound> {
    let users = |path: &str| payload.list(path).iter().filter_map(Value::as_str).map(SlackUserId::new).collect();
    let change = GroupChange {
        group: UserGroupId::new(payload.words("/event/subteam_id")?),
        team: event_organization(payload).and_then(|_| payload.words("/event/team_id")).map(TeamId::new),
        added: users("/event/added_users"),
        removed: users("/event/removed_users"),
    };
    let installation = event_installation(payload)?;
    Some(Inbound::GroupChanged { installation, change, delivery: payload.words("/event_id")?.to_owned() })
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

/// Reads a step that a workflow reached. Inputs without a value are left out.
fn step_reached(payload: &Value) -> Option<Inbound> {
    let inputs = payload.at("/event/inputs").and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    Some(Inbound::StepReached {
        installation: event_installation(payload)?,
        step: ReachedStep {
            callback_id: payload.words("/event/function/callback_id")?.to_owned(),
            inputs: inputs.filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect(),
            execution: payload.words("/event/function_execution_id")?.to_owned(),
            token: payload.words("/event/bot_access_token")?.to_owned(),
        },
        at: payload.at("/event_time").and_then(Value::as_i64).and_then(|at| Timestamp::from_second(at).ok()),
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
    let team = ["/authorizations/0/team_id", "/team_id"];
    event_organization(payload)
        .or_else(|| team.into_iter().find_map(|path| payload.words(path)))
        .map(InstallationId::new)
}

/// Returns the organization in which the app is installed, if it is installed in one.
fn event_organization(payload: &Value) -> Option<&str> {
    payload
        .flag("/authorizations/0/is_enterprise_install")
        .then(|| payload.words("/authorizations/0/enterprise_id"))
        .flatten()
}

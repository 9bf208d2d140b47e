//! The app itself: its identity, its installation, and the addresses of its connections.

use serde_json::{Value, json};

use super::args::Args;
use super::failure::Reply;
use crate::ids::{APP, BOT, BOT_HANDLE, BOT_USER};
use crate::world::World;

/// Returns a new address for one connection of Socket Mode.
pub(super) fn connection_address(world: &mut World) -> String {
    let (ticket, now) = (world.new_ticket(), world.now());
    let address = format!("{}/slack/link/?ticket={ticket}&app_id={APP}", world.base.replacen("http", "ws", 1));
    world.sockets.issue(ticket, now);
    address
}

/// `auth.test`.
pub(super) fn auth_test(world: &World) -> Value {
    json!({
        "url": format!("{}/", world.base), "team": world.workspace.name, "user": BOT_HANDLE,
        // A token of an organization has the organization's id here (docs/contracts/slack.md §24.2).
        "team_id": world.workspace.organization().unwrap_or(&world.workspace.id), "user_id": BOT_USER, "bot_id": BOT,
        "is_enterprise_install": world.workspace.organization.is_some(),
    })
}

/// `team.info`.
pub(super) fn team_info(world: &World, args: &Args) -> Reply {
    if args.text("team")?.is_some_and(|team| team != world.workspace.id) {
        return Err("team_not_found".into());
    }
    Ok(json!({"team": {
        "id": world.workspace.id, "name": world.workspace.name, "domain": world.workspace.domain,
        "email_domain": "acme.example", "icon": {"image_default": true},
    }}))
}

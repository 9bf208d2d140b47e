//! A workspace that does not know the blocks of 2025 and 2026 yet.

use serde_json::Value;

use super::args::Args;
use super::failure::Failure;
use crate::blocks::{BadBlocks, BadView, newer_blocks};
use crate::world::World;

/// Refuses a call with newer blocks, if the workspace does not know them: before its trigger is used.
pub(super) fn admit(world: &World, args: &Args) -> Result<(), Failure> {
    if !world.faults.slack.refuses_newer_blocks() {
        return Ok(());
    }
    let blocks = args.nested("blocks", "invalid_blocks_format")?.unwrap_or_default();
    let view = args.nested("view", "invalid_arguments")?.unwrap_or_default();
    knows_blocks(world, &blocks)?;
    let faults = newer_blocks(list(&view["blocks"]), "/view/blocks");
    if faults.is_empty() { Ok(()) } else { Err(BadView::Invalid(faults).into()) }
}

/// Refuses newer blocks of a message, if the workspace does not know them.
pub(super) fn knows_blocks(world: &World, blocks: &Value) -> Result<(), Failure> {
    let faults = newer_blocks(list(blocks), "/blocks");
    let knows = !world.faults.slack.refuses_newer_blocks() || faults.is_empty();
    if knows { Ok(()) } else { Err(BadBlocks::Invalid(faults).into()) }
}

fn list(blocks: &Value) -> &[Value] {
    blocks.as_array().map_or(&[], Vec::as_slice)
}

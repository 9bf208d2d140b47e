//! Cards in Slack, told from all other messages there.

use std::collections::BTreeMap;

use dialnote_sandbox::{Message, World};
use serde_json::Value;

/// Channel and conversation, and every card for the two.
pub type Cards<'a> = BTreeMap<(String, String), Vec<&'a Message>>;

/// Returns every card in the world.
pub fn cards(world: &World) -> Cards<'_> {
    let mut cards = Cards::new();
    for message in &world.messages {
        let alone = message.to.is_none() && !message.is_reply() && !message.channel.starts_with('D');
        if let Some(conversation) = carried(message).filter(|_| alone) {
            cards.entry((message.channel.clone(), conversation)).or_default().push(message);
        }
    }
    cards
}

/// Returns the conversation that a row of controls carries.
fn carried(message: &Message) -> Option<String> {
    let actions = message.blocks.iter().find(|block| block["type"] == "actions")?;
    let carried: Value = serde_json::from_str(actions["block_id"].as_str()?).ok()?;
    carried["c"].as_str().map(str::to_owned)
}

//! Typed commands and forms.

use dialnote_sandbox::{Submit, Typing, View};
use serde_json::{Map, Value, json};

use super::Checked;
use super::seen;
use crate::support::Bot;
use crate::support::doing::option_of;

/// Returns the verb of a command, with or without the umbrella.
pub fn verb(typed: &str) -> String {
    let mut words = typed.split_whitespace();
    let first = words.next().unwrap_or_default();
    let verb = if first == "/dialnote" { words.next().unwrap_or_default() } else { first };
    verb.trim_start_matches('/').to_lowercase()
}

/// Searches for a conversation in an open form; answers the field with it chosen.
pub async fn find(bot: &Bot, who: &str, view: &View, (id, words): (&str, &str)) -> Result<Value, String> {
    let which = seen::field(view, "which").ok_or("the form should ask for the conversation, but does not")?;
    let several = which["type"].as_str().is_some_and(|kind| kind.starts_with("multi_"));
    let typing = Typing {
        who: who.to_owned(),
        view_id: Some(view.id.clone()),
        action_id: "which".to_owned(),
        value: words.to_owned(),
        ..Typing::default()
    };
    let offered = bot.sandbox.options(typing).await.map_err(|impossible| impossible.to_string())?.options;
    let option = option_of(&offered, id).ok_or_else(|| format!("{id} is not offered: {offered:?}"))?;
    let chosen = if several { json!([option]) } else { option };
    Ok(json!({ "which": { "which": chosen } }))
}

/// Submits a form.
pub async fn submit(bot: &Bot, who: &str, view: &View, values: Value) -> Checked {
    let values: Map<String, Value> = values.as_object().cloned().unwrap_or_default();
    let submit = Submit { who: who.to_owned(), view_id: view.id.clone(), values };
    let outcome = bot.sandbox.submit(submit).await.map_err(|impossible| impossible.to_string())?;
    bot.settle().await;
    match (outcome.field_errors.is_empty(), outcome.error) {
        (true, None) => Ok(()),
        (_, error) => Err(format!("the form was not accepted: {:?} {error:?}", outcome.field_errors)),
    }
}

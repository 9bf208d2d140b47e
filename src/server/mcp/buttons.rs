//! The tools that stand for the app's buttons.

use serde_json::{Value, json};

use crate::core::control::{Carried, Control};
use crate::core::query::{FILTERS, Filter, Query};

/// Returns the tool that a button stands for, with its arguments; none if no tool does the same.
pub(super) fn on_tool(action_id: &str, value: &str) -> Option<(&'static str, Value)> {
    let control = Control::by_action_id(action_id)?;
    let carried = Carried::decode(value)?;
    match control {
        Control::Take => Some(("take", on(&carried)?)),
        Control::TakeOver => {
            let (conversation, over) = (carried.conversation.as_ref()?, carried.owner.as_ref()?);
            Some(("take", json!({ "conversation": conversation, "over": over })))
        }
        Control::Done => Some(("mark_done", on(&carried)?)),
        Control::Reopen => Some(("reopen", on(&carried)?)),
        Control::Show => Some(("show_conversation", json!({ "conversation": carried.conversation.as_ref()? }))),
        Control::Undo => {
            let act = carried.act.as_ref()?;
            let arguments = match &carried.conversation {
                Some(only) => json!({ "act": act, "conversation": only }),
                None => json!({ "act": act }),
            };
            Some(("undo", arguments))
        }
        Control::Pick => {
            let (question, conversation) = (carried.draft.as_ref()?, carried.conversation.as_ref()?);
            Some(("answer_question", json!({ "question": question, "conversation": conversation })))
        }
        Control::PickPerson => {
            let (question, person) = (carried.draft.as_ref()?, carried.user.as_ref()?);
            Some(("answer_question", json!({ "question": question, "person": person })))
        }
        Control::Retry => Some(("answer_question", json!({ "question": carried.draft.as_ref()? }))),
        Control::Newer | Control::Older => Some(("list_inbox", page(carried.list.as_ref()?)?)),
        _ => None,
    }
}

/// Returns the arguments for a conversation, with the state in which the button shows it.
fn on(carried: &Carried) -> Option<Value> {
    let conversation = carried.conversation.as_ref()?;
    let shown = carried.shown.as_ref().and_then(|shown| serde_json::to_string(shown).ok());
    Some(match shown {
        Some(shown) => json!({ "conversation": conversation, "shown": shown }),
        None => json!({ "conversation": conversation }),
    })
}

/// Returns the arguments for a page of a list.
fn page(query: &Query) -> Option<Value> {
    let (text, page) = (&query.text, query.page + 1);
    if let Filter::Person(person) = &query.filter {
        return Some(json!({ "person": person, "text": text, "page": page }));
    }
    let list = FILTERS.iter().find(|(filter, _)| *filter == query.filter).map(|(_, name)| *name)?;
    Some(json!({ "list": list, "text": text, "page": page }))
}

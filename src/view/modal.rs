//! The forms.

use crate::domain::click::{FormContext, handoff_form as form, snooze_form};
use crate::domain::plan::LONGEST_NOTE;
use crate::view::kit::{Block, Element, INPUT_TEXT, Modal};

/// The hand-off form. `title` is what people call the conversation, if we know it without asking.
pub fn handoff(context: &FormContext, title: Option<&str>) -> Modal {
    let metadata = serde_json::to_string(context).unwrap_or_default();
    let blocks = vec![
        Block::paragraph(title.unwrap_or(context.conversation.as_str())),
        Block::field(form::TO, "New owner", Element::people_menu(form::TO, "Choose a teammate")),
        Block::field(form::NOTE, "What should they know?", Element::text_area(form::NOTE, INPUT_TEXT)),
        Block::optional_field(
            form::MORE,
            "More",
            "For notes of more than 3,000 characters.",
            Element::text_area(form::MORE, LONGEST_NOTE - INPUT_TEXT),
        ),
    ];
    Modal::new(form::CALLBACK_ID, "Hand off", "Hand off", metadata, blocks)
}

/// The snooze form.
pub fn snooze(context: &FormContext, title: Option<&str>) -> Modal {
    let metadata = serde_json::to_string(context).unwrap_or_default();
    let blocks = vec![
        Block::paragraph(title.unwrap_or(context.conversation.as_str())),
        Block::optional_field(
            snooze_form::SOON,
            "Until when?",
            "In your time zone.",
            Element::menu(snooze_form::SOON, "Choose a time", &snooze_form::USUAL),
        ),
        Block::optional_field(
            snooze_form::EXACTLY,
            "Or exactly",
            "If you fill this in, it counts.",
            Element::date_time(snooze_form::EXACTLY),
        ),
    ];
    Modal::new(snooze_form::CALLBACK_ID, "Snooze", "Snooze", metadata, blocks)
}

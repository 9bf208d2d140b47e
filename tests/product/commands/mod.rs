//! Commands: typed, pressed and submitted, and their effects in dialnote.

mod accept_or_decline;
mod assign;
mod assign_to_group;
mod cases;
mod conversation_lookup;
mod decided_when_written;
mod handoff;
mod message_as_note;
mod outdated_buttons;
mod outdated_questions;
mod reacted;
mod rules_and_preferences;
mod several_conversations;
mod snooze;
mod sweep;
mod two_people_at_once;
mod undo;
mod written;

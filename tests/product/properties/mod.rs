//! Properties that hold in every state: random sequences, rules, secrets, markup, authorisation.

mod authorisation;
mod markup_stays_text;
mod model;
mod random_sequences;
mod random_waits;
mod random_week;
mod rules_hold_everywhere;
pub mod secrets;
mod sentences_are_true;

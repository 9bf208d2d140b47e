//! Reads a typed command: the person and conversations that its words name, and the words of its note.
//! The module is pure: it compares a text with the known conversations and people.
//!
//! An id, a link or a number takes precedence over words, wherever it appears. Whole words of a name act at once.
//! Anything weaker becomes a question, and no word is lost.

pub(crate) mod book;
mod conversations;
mod grammar;
mod items;
pub mod people;
pub mod reading;
mod shortcut;
mod token;

pub use conversations::NameDoubt;
pub(crate) use grammar::person;
pub use grammar::{means_done_too, read};
pub use shortcut::{Explicit, addresses, explicit, is_blank, starts_with_a_person};

#[cfg(test)]
mod tests;

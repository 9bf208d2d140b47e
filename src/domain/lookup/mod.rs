//! What a typed command means: whom and which conversations its words name, and which words are its note.
//! Pure: it reads a text against the conversations and people that are known.
//!
//! An id, a link or a number beats words, wherever it stands. Whole words of a name act at once; anything weaker
//! is a question, and no word is lost.

pub mod book;
mod conversations;
mod grammar;
mod items;
pub mod names;
pub mod people;
pub mod reading;
pub mod search;
mod shortcut;
mod token;

pub use conversations::NameDoubt;
pub use grammar::{means_done_too, read};
pub use shortcut::{Explicit, addresses, explicit, is_blank, starts_with_a_person};

#[cfg(test)]
mod tests;

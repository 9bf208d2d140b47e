//! Commands on conversations: read, look up, decide, carry out, conclude.
//!
//! A command is read ([`parser`]), its words become a conversation and a person ([`lookup`], [`resolve`], [`find`]), the
//! facts are gathered ([`gather`]), the plan is decided ([`plan`], pure), and carried out call by call ([`writing`]). At
//! the end its requester is answered and others are notified ([`conclude`], [`announce`]).

pub mod acts;
mod announce;
pub mod answers;
pub mod asked;
mod away;
mod away_view;
pub mod batch;
mod conclude;
pub mod deferred;
mod drafts;
pub mod execute;
mod facts;
mod find;
mod fresh;
mod gather;
pub(crate) mod groups;
pub mod handover;
pub(crate) mod handover_timers;
pub mod help_view;
pub mod job;
mod looked;
pub mod lookup;
pub mod parser;
pub(crate) mod pending_answer;
pub(crate) mod picking;
pub mod plan;
pub(crate) mod pools;
pub mod question;
mod question_view;
pub(crate) mod queueing;
pub(crate) mod reacting;
pub mod refusal_view;
pub(crate) mod refusal_words;
pub(crate) mod reply_view;
pub(crate) mod resolve;
pub(crate) mod result;
pub(crate) mod result_view;
pub mod snooze;
pub(crate) mod snooze_view;
pub(crate) mod sweep_view;
mod turns;
mod undo;
mod undo_view;
mod undoing;
mod writing;
pub mod written;
pub(crate) mod written_view;

//! Commands on conversations: read, look up, decide, carry out, conclude.
//!
//! A command is read ([`parser`]), its words become a conversation and a person ([`lookup`], [`resolve`], [`find`]), the
//! facts are gathered ([`gather`]), the plan is decided ([`plan`], pure), and carried out call by call ([`writing`]). At
//! the end its requester is answered and others are notified ([`conclude`], [`announce`]).

pub mod acts;
pub mod announce;
pub mod answers;
pub mod asked;
pub mod batch;
pub(crate) mod conclude;
pub mod deferred;
pub mod drafts;
pub mod execute;
pub mod facts;
pub mod find;
pub mod fresh;
pub mod gather;
pub mod groups;
pub mod handover;
pub(crate) mod handovers;
pub mod help_view;
pub mod job;
pub mod looked;
pub mod lookup;
pub mod parser;
pub(crate) mod pending_answer;
pub(crate) mod picking;
pub mod plan;
pub mod question;
pub(crate) mod question_view;
pub(crate) mod queueing;
pub mod refusal_view;
pub(crate) mod reply_view;
pub(crate) mod resolve;
pub mod result;
pub(crate) mod result_view;
pub mod snooze;
pub(crate) mod snooze_view;
pub mod undo;
pub(crate) mod undo_view;
pub mod undoing;
pub mod writing;

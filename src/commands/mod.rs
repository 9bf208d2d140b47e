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
pub mod conclude;
pub mod deferred;
pub mod drafts;
pub mod execute;
pub mod facts;
pub mod find;
pub mod fresh;
pub mod gather;
pub mod groups;
pub mod handover;
pub mod handovers;
pub mod help_view;
pub mod job;
pub mod looked;
pub mod lookup;
pub mod parser;
pub mod pending_answer;
pub mod picking;
pub mod plan;
pub mod question;
pub mod question_view;
pub mod queueing;
pub mod refusal_view;
pub mod reply_view;
pub mod resolve;
pub mod result;
pub mod result_view;
pub mod snooze;
pub mod snooze_view;
pub mod undo;
pub(crate) mod undo_view;
pub mod undoing;
pub mod writing;

//! Messages for Slack as durable jobs: what is said, to whom, and how fast. Each kind of message is a job of its own.
//! The capability that draws a message also delivers it.

pub(crate) mod announcement;
pub mod cards;
pub mod direct;
pub mod message;
pub mod pane;
pub mod posting;
pub mod private;
pub(crate) mod redraw;
pub(crate) mod search;
pub(crate) mod steps;
pub(crate) mod tool_answer;
pub(crate) mod untaken_answer;

//! What a route does so that nothing waits unseen: answer targets, auto-assignment, the return of conversations that no
//! one works on, and the change of shifts. All of it follows the settings of the route that decides on a shared number
//! (`channels::routes::deciding`), and the thread says so, as of a change by the app itself.

pub(crate) mod absent_owners;
pub(crate) mod auto_assign;
pub(crate) mod brief;
pub(crate) mod brief_view;
pub(crate) mod preview;
pub(crate) mod preview_facts;
mod preview_replay;
mod preview_wait;
pub mod returns;
pub mod shift_change;
pub(crate) mod shift_offer;
pub mod stale;
mod stale_facts;
pub(crate) mod target_lines;
pub(crate) mod targets;
pub(crate) mod while_away;

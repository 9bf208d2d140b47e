//! Work Objects: what a link shows, and the pane that it opens.

mod comments;
pub mod drawing;
mod editing;
mod pane;

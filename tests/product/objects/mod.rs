//! Work Objects: what a link shows, and the pane that it opens.

mod comments;
mod drawing;
mod editing;
mod pane;

//! Workspaces: installing the app, its tokens, and connecting it to dialnote.

pub(crate) mod connect_view;
pub mod installations;
pub(crate) mod own_workspace;
pub mod pages;
pub(crate) mod removal;
pub(crate) mod token_refresh;

//! Settings: the rules, channels, routes and notification preferences that people change.

pub mod changes;
pub(crate) mod preview;
pub(crate) mod preview_view;
pub(crate) mod route_fields;
pub(crate) mod route_window;
pub(crate) mod route_words;
pub mod routes;
pub(crate) mod routes_view;
pub(crate) mod sharing;
mod view;

//! Settings: the rules, channels, routes and notification preferences that people change.

pub mod changes;
pub mod routes;
pub(crate) mod routes_view;
pub(crate) mod sharing;
mod view;

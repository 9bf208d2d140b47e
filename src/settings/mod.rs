//! Settings: the rules, channels, routes and notification preferences that people change.

pub mod changes;
pub mod routes;
pub mod routes_view;
pub mod sharing;
pub mod view;

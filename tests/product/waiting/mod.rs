//! What a route does so that nothing waits unseen, and people who are away.

mod absent_owners;
mod availability;
mod settings;
mod targets;

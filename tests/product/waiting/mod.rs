//! What a route does so that nothing waits unseen, its settings, and people who are away.

mod absent_owners;
mod auto_assign;
mod availability;
mod desk;
mod settings;
mod targets;
mod turns;

//! What a route does so that nothing waits unseen.

mod auto_assign;
mod desk;
mod turns;

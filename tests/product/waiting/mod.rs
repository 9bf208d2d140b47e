//! What a route does so that nothing waits unseen, and the window with its settings.

mod auto_assign;
mod desk;
mod settings;
mod turns;

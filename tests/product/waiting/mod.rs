//! What a route does so that nothing waits unseen.

mod preview;
mod settings;

//! What holds of the store: the app's promises on both databases, and that its queue's tables are the queue's own.

mod postgres;
mod sqlite;

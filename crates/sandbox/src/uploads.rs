//! Files that the app has uploaded or is about to.

use axum::body::Bytes;

/// A file on its way into a channel.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// In bytes.
    pub(crate) length: usize,
    /// A description of the picture.
    pub(crate) alt: String,
    /// Once they are there.
    pub(crate) bytes: Option<Bytes>,
    /// Whether it stands in a channel.
    pub(crate) is_shared: bool,
}

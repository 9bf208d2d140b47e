//! Files that the app has uploaded or is about to.

use axum::body::Bytes;

/// A file on its way into a channel.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The length, in bytes.
    pub(crate) length: usize,
    /// A description of the picture.
    pub(crate) alt: String,
    /// The bytes, once they arrived.
    pub(crate) bytes: Option<Bytes>,
    /// True if it was shared in a channel.
    pub(crate) is_shared: bool,
}

//! Looking through everything that is kept for an installation, whatever it is: for whoever has to account
//! for it.

use jiff::Timestamp;

/// Where something is kept for an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataCategory {
    /// Facts that can be read anew, by kind and id.
    Memos,
    /// What is kept until somebody changes it, by kind and id.
    Documents,
    /// Commands kept for later, by id.
    Drafts,
    /// Where conversations stand in Slack, by conversation and channel.
    Cards,
    /// Whom we may call how often, by name.
    Buckets,
}

/// Something in a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredItem {
    /// Its name there. What has one name only has a blank second one.
    pub name: (String, String),
    /// A cache entry's second name, whose draft it is, which message a card is.
    pub also: Option<String>,
    /// When it was kept, where that is known.
    pub at: Option<Timestamp>,
    /// What is kept, as JSON; blank of a bucket.
    pub body: String,
}

impl StoredItem {
    /// Makes the item of a bucket, of which nothing but the name is shown.
    pub(super) fn bucket(name: String) -> Self {
        Self { name: (name, String::new()), also: None, at: None, body: String::new() }
    }
}

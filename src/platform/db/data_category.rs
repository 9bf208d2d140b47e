//! Reading all rows of an installation by category, for an operator who has to account for them.

use jiff::Timestamp;

/// A category of an installation's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataCategory {
    /// Cache entries, by kind and id.
    CacheEntries,
    /// Documents, by kind and id.
    Documents,
    /// Drafts, by id.
    Drafts,
    /// Cards, by conversation and channel.
    Cards,
    /// Buckets of call limits, by name.
    Buckets,
}

/// An item in a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredItem {
    /// Its name in the category. If it has only one name, the second is blank.
    pub name: (String, String),
    /// The alias of a cache entry, the person of a draft, or the message of a card.
    pub also: Option<String>,
    /// The time at which it was stored, where that is known.
    pub at: Option<Timestamp>,
    /// The content, as JSON; blank for a bucket.
    pub body: String,
}

impl StoredItem {
    /// Returns the item of a bucket, of which only the name is shown.
    pub(super) fn bucket(name: String) -> Self {
        Self { name: (name, String::new()), also: None, at: None, body: String::new() }
    }
}

//! The app's store: the durable queue, and the few facts that a job needs to run only once. Each method is one
//! transaction, and time is passed in, so that both databases behave alike under the conformance suite
//! (`tests/store`) and on a manual clock.
//!
//! The queue is a crate of its own (`durable_queue`). This module combines its methods with the app's own rows in one
//! transaction.

mod api;
pub mod data_category;
mod fact_copies;
mod kinds;
pub mod postgres;
mod present_state;
pub(crate) mod projection;
mod row_limit;
pub mod sqlite;
mod tenant;
mod values;

pub use durable_queue::rate_limit;
pub use durable_queue::{Accepted, Claim, Class, Delivery, Limit, NewJob, Overview, Queue, Settled, Stored, Verdict};

pub use self::api::Store;
pub use self::fact_copies::FactCopies;
pub(crate) use self::kinds::CachedFact;
pub use self::kinds::{CacheKind, DocumentKind, StoredDocument};
pub use self::present_state::{PresentState, UnreadableJob, WhyUnreadable};
pub use self::tenant::TenantDb;
pub use self::values::{Audited, CacheEntry, Card, Document, Draft, Effect, Entry, Since, Snapshot};

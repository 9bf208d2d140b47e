//! A durable queue.

mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod durable_queue;
mod error;
mod fairness;
mod fnv;
mod ids;
pub mod postgres;
pub mod rate_limit;
mod schema;
pub mod sqlite;
mod values;
mod wakeups;

pub use self::durable_queue::DurableQueue;
pub use self::error::QueueError;
pub use self::fairness::{QueuedJob, Settlement};
pub use self::ids::{JobId, TenantId};
pub use self::values::{
    Accepted, Claim, Class, Delivery, FollowUp, Limit, NewJob, Overview, Queue, Settled, Stored, Verdict,
};

//! A durable queue: jobs that survive a crash, in the database that the app uses anyway.
//!
//! # Promises
//!
//! - **Accepted once.** A delivery is stored with all its jobs or not at all. One whose key is known is a duplicate.
//!   After [`DurableQueue::accept`] answers, a crash loses nothing.
//! - **Order per key.** Jobs of one tenant and queue with the same key run one at a time, oldest first; different keys
//!   run in parallel. A job can queue up behind another key, and replace a waiting job that it makes obsolete.
//! - **Fenced leases.** A [`Claim`] is the right to work on a job until its lease ends. A worker that comes too late
//!   stores nothing: [`Settled::LostLease`]. A claim says whether an earlier attempt may have had its effect.
//! - **Rate limits.** A job passes its buckets before it is claimed. One that finds them full has a time reserved; one
//!   that the other side has closed lets nothing through. They hold for all instances together.
//! - **Fairness.** People are served before machines, and of several flows none much more than another.
//! - **Schedules.** A job has a due time; [`DurableQueue::next_due`] and [`DurableQueue::bell`] say when to look again, and
//!   [`DurableQueue::claim_when_due`] waits.
//! - **One transaction.** The app's own rows are committed with a verdict and the jobs that follow from it.
//!
//! Bodies are strings to the queue, and time is passed in.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use durable_queue::sqlite::{SCHEMA, SqliteQueue};
//! use durable_queue::{Accepted, Delivery, DurableQueue, FollowUp, NewJob, Queue, Settled, TenantId, Verdict};
//! use jiff::Timestamp;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let now = Timestamp::now();
//! let queue = SqliteQueue::open(&folder.path().join("queue.db"), SCHEMA, now).await?;
//!
//! // A request comes in: it is stored before it is acknowledged.
//! let acme = TenantId::new("acme");
//! let delivery = Delivery { installation: acme.clone(), key: "request-1".into() };
//! let greet = NewJob::new(&acme, Queue::Work, "customer-7", now, "greet");
//! assert_eq!(queue.accept(delivery, vec![greet], now).await?, Accepted::New);
//!
//! // A worker takes the job, does it, and settles it; a row of the app's own is stored with the verdict.
//! for claim in queue.claim(Queue::Work, 10, now, Duration::from_secs(30)).await? {
//!     let reply = NewJob::new(&acme, Queue::Outbox, "customer-7", now, "greeted");
//!     let settlement = queue.settlement(&claim, Verdict::Done, vec![FollowUp::Enqueue(reply)], now);
//!     let settled = queue.transact(move |transaction| {
//!         let settled = transaction.settle(&settlement)?;
//!         if settled == Settled::Applied {
//!             transaction.connection().execute_batch("CREATE TABLE greeted AS SELECT 7 AS customer")?;
//!         }
//!         Ok(settled)
//!     });
//!     assert_eq!(settled.await?, Settled::Applied);
//! }
//! assert_eq!(queue.overview().await?.outbox, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Another backend
//!
//! 1. Write its tables: `deliveries`, `jobs`, `buckets` and `leaders`, as in `migrations/`, and run a
//!    [`schema::Schema`].
//! 2. Implement [`DurableQueue`]. Virtual times come from the scheduler in `fairness`, decisions about buckets from
//!    [`rate_limit`], and both are the same everywhere.
//! 3. Decide how two that join one partition at once find out who is first, and write down the order in which locks are
//!    taken. A claim is checked and its row locked before anything of a settlement is stored.
//! 4. Ring the bells only after the commit, or a worker looks and finds nothing.
//! 5. Offer `transact`, with a transaction whose verbs leave room for the app's own rows.
//! 6. Run all of `conformance` (feature `conformance`) on it, and the model check in `tests/model`.
//! 7. Test what only this backend can get wrong: cut connections, full disks, plans that read a table from end to end.

mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod durable_queue;
mod error;
mod fairness;
mod fnv;
mod ids;
pub mod postgres;
mod queue_names;
pub mod rate_limit;
pub mod schema;
pub mod sqlite;
mod values;
mod wakeups;

pub use self::clock::Now;
pub use self::durable_queue::DurableQueue;
pub use self::error::QueueError;
pub use self::fairness::{QueuedJob, Settlement};
pub use self::ids::{JobId, TenantId};
pub use self::values::{
    Accepted, Claim, Class, Delivery, FollowUp, Limit, NewJob, Overview, Queue, Settled, Stored, Verdict,
};

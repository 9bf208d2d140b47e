//! The product, told in sentences: what people type and click, and exactly what they then see.
//! Everything enters through the real router, really signed; everything that leaves goes over HTTP
//! to the sandbox, which is stricter than the services it plays.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should stop"
)]
#![expect(unreachable_pub, reason = "the tests are one crate")]

mod absent;
mod acting;
mod answered;
mod answering;
mod asked_again;
mod assigning;
mod auditing;
mod authorisation;
mod browser;
mod cases;
mod changing_profiles;
mod choosing;
mod clock;
mod commanding;
mod crashing;
mod database;
mod deciding;
mod digesting;
mod displaying;
mod documents;
mod drawing;
mod each_variant;
mod elsewhere;
mod erasing;
mod escaping;
mod examining;
mod failing;
mod finding;
mod floors;
mod groups;
mod handing_off;
mod hostile;
mod installing;
mod late_effects;
mod leaving;
mod limited;
mod limits;
mod linking;
mod linking_people;
mod listing;
mod model;
mod moving_on;
mod notified;
mod noting;
mod odd;
mod operating;
mod overtaking;
mod pacing;
mod people;
mod postponing;
mod racing;
mod random;
mod receiving;
mod reminding;
mod reporting;
mod resealing;
mod routing;
mod rules;
mod ruling;
mod secrets;
mod several;
mod sharing;
mod shown;
mod snoozing;
mod sockets;
mod support;
mod telling;
mod tenants;
mod tracing;
mod truth;
mod undoing;
mod unreadable;
mod untouched;
mod upgrading;
mod variants;
mod week;

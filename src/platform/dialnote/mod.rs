//! dialnote's API. Assumptions about it are here and nowhere else (docs/contracts/dialnote.md, marks A).

pub mod answer;
pub mod check;
pub mod client;
mod learned;
pub mod pages;
pub mod webhooks;
mod wire;

#[cfg(fuzzing)]
pub use wire::read_anything;

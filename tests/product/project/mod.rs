//! The repository itself: layers of the code, and documents made from it.

mod cycles;
mod generated_documents;
mod layers;
mod names;

//! The repository itself: layers of the code, and documents made from it.

mod generated_documents;
mod layers;

//! The repository itself: layers of the code, kinds of stored documents, and documents made from the code.

mod cycles;
mod deployments;
mod documents;
mod generated_documents;
mod generated_tables;
mod layers;
mod monitoring;
mod names;
mod pages;

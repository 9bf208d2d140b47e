//! The core: what people can ask for and what follows from it. Pure functions over plain values;
//! nothing here reads a clock, a socket or a store.

pub mod asker;
pub mod click;
pub mod command;
pub mod conclude;
pub mod conversation;
pub mod digest;
pub mod elsewhere;
pub mod find;
pub mod handover;
pub mod hours;
pub mod job;
pub mod list;
pub mod message;
pub mod people;
pub mod phone;
pub mod plan;
pub mod policy;
pub mod refusal;
pub mod retry;
pub mod route;
pub mod suggest;
pub mod typed;
pub mod untouched;
pub mod verb;
pub mod when;
pub mod wishes;

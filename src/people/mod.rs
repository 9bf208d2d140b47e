//! People: who is a teammate, by which name, and who has left.

pub mod acting;
pub(crate) mod admins;
pub(crate) mod availability;
pub mod colleagues;
pub mod directory;
pub(crate) mod mentions;
pub mod names;
pub mod offboarding;
pub mod organization;
pub(crate) mod people_words;
pub mod profiles;
pub mod strangers;
pub(crate) mod user_groups;

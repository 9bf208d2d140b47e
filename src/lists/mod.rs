//! Lists of conversations in messages, windows and the Home tab, and forms.

pub mod content;
pub mod drawing;
pub mod forms;
pub mod forms_view;
pub(crate) mod home_view;
mod manager;
mod manager_view;
pub(crate) mod people;
mod suggest;
pub mod view;
pub(crate) mod views;

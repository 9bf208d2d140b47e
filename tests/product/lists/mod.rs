//! Lists, search, Home and forms.

mod forms;
mod inbox_and_home;
mod manager;

//! Slack's requests: verification, hostile clients, Socket Mode.

mod hostile_clients;
mod requests;
mod socket_mode;
mod unread_fields;

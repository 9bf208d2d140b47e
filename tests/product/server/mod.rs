//! Slack's requests: verification, hostile clients, assistants, Socket Mode.

mod assistants;
mod hostile_clients;
mod requests;
mod required_scopes;
mod slackbot;
mod socket_mode;
mod unread_fields;

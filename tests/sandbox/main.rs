//! The sandbox judges the app; these tests judge the sandbox. Every refusal it promises is provoked through real HTTP,
//! and its requests are compared with Slack's.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should say where"
)]

mod attendance;
mod blocks;
mod cast;
mod control;
mod deliveries;
mod demo;
mod dialnote;
mod faults;
mod functions;
mod hosted;
mod lists;
mod messages;
mod newer_blocks;
mod object_panes;
mod objects;
mod odd;
mod page;
mod reacting;
mod reading;
mod response_urls;
mod slackbot;
mod sockets;
mod stage;
mod validating;
mod variants;
mod views;

//! The page in use: real Chromium, the real program, and no access behind the page. Complaints of the browser and
//! violations of its policy fail the test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should say where"
)]

mod accessible;
mod attendance;
mod browser;
mod forms;
mod installing;
mod keyboard;
mod kit;
mod long;
mod objects;
mod pictures;
mod reacted;
mod reading;
mod slackbot;
mod stage;
mod steps;
mod tour;
mod waiting;
mod work_objects;
mod workflows;
mod world;
mod written;

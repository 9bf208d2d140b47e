//! Every message and window, as pure functions of their content. Text from outside is never drawn as formatted text.
//! Names, notes and previews go into plain text, which Slack doesn't search for mentions or links
//! (docs/contracts/slack.md §11.2).

pub mod absence;
pub mod card;
pub mod chart;
pub mod connect;
pub mod connect_button;
pub mod deed;
pub mod digest;
pub mod element;
pub mod findings;
pub mod help;
pub mod home;
pub mod kit;
pub mod list;
pub mod modal;
pub mod mrkdwn;
mod next;
pub mod notice;
pub mod page;
pub mod parts;
pub mod people;
pub mod people_words;
pub mod question;
pub mod refusal;
pub mod reply;
pub mod report;
pub mod routes;
pub mod saved;
pub mod text;
pub mod untimed;
pub mod words;

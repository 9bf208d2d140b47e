//! Slack's part when a person does something: composes the request, signs it, sends it to the app, and shows the answer
//! of the next three seconds, or Slack's own error without one.

mod acts;
mod attendance;
mod envelope;
mod event;
mod function;
mod incoming;
mod interact;
mod modal;
mod objects;
mod outcome;
mod outgoing;
mod payload;
mod post;
mod reacted;
mod said;
mod send;
mod slackbot;
mod slash;
mod values;

pub use acts::{Click, Close, Incoming, Reacting, Saying, SetGroup, SetStatus, Shortcut, Submit, Typing};
pub(super) use attendance::{end_statuses, set_group, set_status};
pub(super) use event::{event, uninstall};
pub use function::RunStep;
pub(super) use function::run_step;
pub(super) use incoming::incoming;
pub(super) use interact::{at_once, click, options, shortcut};
pub(super) use modal::{close, submit};
pub use objects::{EditObject, ObjectPlace, OpenObject, PressObject, ReadComments, TypeInObject, WriteComment};
pub(super) use objects::{
    cancel_object_edit, close_object, edit_object, object_options, open_object, press_object, read_comments,
    refresh_object, write_comment,
};
pub use outcome::Outcome;
pub(super) use reacted::react;
pub(super) use said::say;
pub(super) use slackbot::{call, click_tool, tools};
pub(super) use slash::{CommandLine, slash};

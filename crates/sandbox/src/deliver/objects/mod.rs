//! The actions of people on Work Objects and in their panes (docs/contracts/slack-2026.md §3, §4).

mod acts;
mod comments;
mod edit;
mod open;
mod press;
mod rich;
mod subject;

pub use acts::{EditObject, ObjectPlace, OpenObject, PressObject, ReadComments, TypeInObject, WriteComment};
pub(crate) use comments::{read_comments, write_comment};
pub(crate) use edit::{cancel_object_edit, edit_object, object_options};
pub(crate) use open::{close_object, open_object, refresh_object};
pub(crate) use press::press_object;

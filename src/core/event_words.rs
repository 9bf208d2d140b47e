//! Events of a conversation in words.

use crate::core::event::{Again, Event};
use crate::core::verbs;

/// Describes the state that an undo restored.
pub(crate) fn again_so(again: &Again) -> String {
    match again {
        Again::OwnedBy(name) => format!("{name} owns this again"),
        Again::Queued => "nobody owns this again".to_owned(),
        Again::Open => "this is open again".to_owned(),
        Again::Done => "this is done again".to_owned(),
        Again::Snoozed => "this is snoozed again".to_owned(),
    }
}

/// Describes an event, to follow the name of the person who caused it.
pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::Took { from: None } => "took this.".to_owned(),
        Event::Took { from: Some(from) } => format!("took this over from {from}."),
        Event::Assigned { from: None, to } => format!("assigned this to {to}."),
        Event::Assigned { from: Some(from), to } => format!("assigned this to {to}; {from} owned it before."),
        Event::HandedOff { to } => format!("handed this over to {to}."),
        Event::Unassigned { from: None } => "put this back into the queue.".to_owned(),
        Event::Unassigned { from: Some(from) } => format!("put this back into the queue; {from} owned it before."),
        Event::Done => "marked this done.".to_owned(),
        Event::Reopened => "opened this again.".to_owned(),
        Event::Snoozed(_) => "snoozed this.".to_owned(),
        Event::Woke => "brought this back.".to_owned(),
        Event::Undone(again) => format!("took that back: {}.", again_so(again)),
        Event::Did(verb) => verbs::spec(*verb).plain.as_ref().map_or("", |plain| plain.event).to_owned(),
        Event::GaveBack { to: Some(to) } => format!("gave this back to {to}."),
        Event::GaveBack { to: None } => "gave this back; nobody owns it now.".to_owned(),
        Event::Answered { call: true } => "called back.".to_owned(),
        Event::Answered { call: false } => "answered.".to_owned(),
        Event::TimeIsUp => "is back: the time it was snoozed for is over.".to_owned(),
        Event::GotInTouch => "got in touch; this is open again.".to_owned(),
        Event::Returned { to: Some(to) } => format!("did not answer in time; {to} owns this again."),
        Event::Returned { to: None } => "did not answer in time; nobody owns this now.".to_owned(),
    }
}

//! The outcome of an assignment, as the direct message about it shows it from then on.

use crate::core::answer::{Answer, Ended, EndedBy, Ending};
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::{Emoji, Markup};

/// The end of a sentence about a lost conversation.
pub(super) const LOST: &str = ". You're no longer the owner.";

/// Answers whether the reader has nothing left to do in a message with this answer.
pub(super) fn is_over(answer: &Answer) -> bool {
    answer.is_final() || *answer == Answer::Gone
}

/// Says that the reader accepted a conversation, or keeps it.
pub(super) fn answered(answer: &Answer) -> Block {
    let line = Markup::default().emoji(Emoji::DONE);
    match answer {
        Answer::Accepted(at) => line.ours("You accepted this at ").clock(*at),
        Answer::Kept => line.ours("You're still working on this."),
        other => outcome(other),
    }
    .small()
}

/// Says what became of a conversation: "Maya Chen reassigned this to Leo Martins. You're no longer the owner."
pub(super) fn outcome(answer: &Answer) -> Markup {
    match answer {
        Answer::Accepted(at) => Markup::of("You accepted this at ").clock(*at).ours("."),
        Answer::Kept => Markup::of("You're still working on this."),
        Answer::GaveBack => Markup::of("You declined this."),
        Answer::Done => Markup::of("You marked this done."),
        Answer::Gone => Markup::of("You're no longer the owner."),
        Answer::Ended(end) => moved_on(end),
    }
}

/// Describes how an assignment ended without its reader's answer.
fn moved_on(Ended { what, by, at }: &Ended) -> Markup {
    let (who, place) = match by {
        EndedBy::You => (Some(Markup::of("You")), ""),
        EndedBy::Colleague(name) => (Some(Markup::default().text(name)), ""),
        EndedBy::Dialnote => (None, " in dialnote"),
        EndedBy::Time => (None, ""),
    };
    let did = |did: &str, passive: &str| match &who {
        Some(who) => who.clone().ours(&format!(" {did}")),
        None => Markup::of(passive),
    };
    let line = match what {
        Ending::Reassigned(to) => did("reassigned this to ", "Reassigned to ").bold(to).ours(place),
        Ending::TakenOver => did("took this over", "Taken over").ours(place),
        Ending::Unassigned => did("unassigned this", "Unassigned").ours(place),
        Ending::Undone => did("undid this assignment", "Assignment undone").ours(place),
        Ending::Done => return did("marked this done, ", &format!("Done{place}, ")).clock(*at).ours("."),
        Ending::Returned(to) => {
            let line = Markup::of("You didn't respond in time, so this ");
            return match to {
                Some(to) => line.ours("returned to ").bold(to).ours("."),
                None => line.ours("is unassigned."),
            };
        }
    };
    line.ours(if *by == EndedBy::You { "." } else { LOST })
}

//! The sentences of each kind of refusal: the one place where the cases meet the words of the app.

use super::case::Kind;

/// Parts of sentences; a refusal of this kind contains at least one of them.
pub fn sentences(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::NoConversation => &["dialnote has no conversation", "No conversation matches", "No contact is called"],
        Kind::NoPerson => &["Choose the new owner."],
        Kind::UnknownPerson => &["No one is called"],
        Kind::NotLinked => &["is not in dialnote", "is a bot. Choose a person."],
        Kind::YouNotLinked => &["You are not in dialnote"],
        Kind::GroupNamed => &["not to a group"],
        Kind::Owned => &["a group takes nothing away"],
        Kind::Taken => &[" took ", " already."],
        Kind::AlreadySo => &["is already "],
        Kind::NotYours => &[" belongs to ", "Nobody owns ", "is not waiting for your answer"],
        Kind::NotAllowed => &["In this workspace only "],
        Kind::NotSnoozed => &["is not snoozed"],
        Kind::NotesStay => &["Notes stay in dialnote."],
        Kind::NothingToUndo => &["Nothing to undo."],
        Kind::ChangedSince => &["after you."],
        Kind::TooLate => &["over 10 minutes ago"],
        Kind::TimeUnclear => &["When should "],
        Kind::TimePassed => &["That time has passed."],
        Kind::TimeTooFar => &["That is more than a year away."],
    }
}

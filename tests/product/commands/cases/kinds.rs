//! The sentences of each kind of refusal: the one place where the cases meet the words of the app.

use super::case::Kind;

/// Parts of sentences; a refusal of this kind contains at least one of them.
pub fn sentences(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::NoConversation => &[
            "dialnote has no conversation",
            "No conversations match",
            "No contact is called",
            "No conversation matches",
        ],
        Kind::NoPerson => &["Choose the new owner."],
        Kind::UnknownPerson => &["No one is called"],
        Kind::NotLinked => &["isn't linked to dialnote", "is a bot. Choose a person."],
        Kind::YouNotLinked => &["your Slack email doesn't match"],
        Kind::GroupNamed => &["not to a group"],
        Kind::Owned => &["name a person instead of a group"],
        Kind::Taken => &[" took ", " already owns "],
        Kind::AlreadySo => &["is already ", "You already own ", " already marked ", " already reopened "],
        Kind::NotYours => &["You aren't the owner of", "is unassigned", "There's nothing to accept"],
        Kind::NotAllowed => &["Only an admin can", "Only the owner or an admin can"],
        Kind::NotSnoozed => &["isn't snoozed"],
        Kind::NotesStay => &["Notes stay in dialnote."],
        Kind::NothingToUndo => &["Nothing to undo."],
        Kind::ChangedSince => &["after you."],
        Kind::TooLate => &["over 10 minutes ago"],
        Kind::TimeUnclear => &["When should "],
        Kind::TimePassed => &["That time has passed."],
        Kind::TimeTooFar => &["That's more than a year away."],
    }
}

//! The kinds of documents and of cache entries. The stored names are older than some of the names here, and cannot
//! change.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The content of documents of one kind.
pub trait StoredDocument: Serialize + DeserializeOwned {
    /// The kind.
    const KIND: DocumentKind;
}

/// The content of cache entries of one kind, where it is JSON.
pub(crate) trait CachedFact: Serialize + DeserializeOwned {
    /// The kind.
    const KIND: CacheKind;
}

/// A kind of document. Each has one type ([`StoredDocument`]). Where the subject is not given, there is one document
/// with an empty id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// The wait of a contact for an answer, by conversation.
    AnswerWait,
    /// The conversations that an owner was asked about, by member.
    AskedAbout,
    /// An unassigned conversation that its route assigns when someone can take it, by conversation.
    AwaitsPick,
    /// The times in which the app was offline.
    Awake,
    /// The outcomes of commands that were given at once, by job, within the id of their batch.
    Batch,
    /// The settings of a channel, by channel.
    Channel,
    /// The connection to dialnote.
    Connection,
    /// The commands that wait for a link, by requester and conversation, within the Slack user to be linked.
    Deferred,
    /// The record that a shared channel's cards were drawn again, by channel.
    DrawnShared,
    /// The unanswered hand-off of a conversation, by conversation.
    Handover,
    /// The last activity of a conversation with its meaning after earlier activity, by conversation.
    Heard,
    /// A contact who got in touch with an owner outside working hours, by conversation.
    HeardAtNight,
    /// An open home, by Slack user.
    Home,
    /// The mark that a person has hidden the first steps on their Home tab, by Slack user.
    IntroHidden,
    /// The installation of the app.
    Installation,
    /// The time of the last link check.
    LastLinkCheck,
    /// The time of a channel's last summary after an absence, by channel.
    LastSummary,
    /// The notice that a member has left, by member.
    Left,
    /// A link made by hand, by Slack user.
    Link,
    /// The notices kept of an absence, by conversation and job, within their reader.
    Missed,
    /// The time up to which notes were announced, by conversation.
    NotesTold,
    /// The reminder of a channel, by channel.
    Overdue,
    /// An answer that waits for its direct messages, by an id of its own.
    PendingAnswer,
    /// The member picked for a conversation, by conversation.
    Pick,
    /// The next look for people who can take the waiting conversations of a route, by channel.
    PickCheck,
    /// The progress of the poller.
    Poll,
    /// The notification preferences of a person, by Slack user.
    Preferences,
    /// The note that a message became, by message and conversation.
    Quoted,
    /// The record that the dialnote key may only read.
    ReadOnlyKey,
    /// The record that Slack refused newer blocks.
    RefusedBlocks,
    /// The time at which an inactive conversation returns, by conversation.
    ReturnTimer,
    /// The route of a channel, by channel.
    Route,
    /// The rules of the workspace.
    Rules,
    /// The group of a channel's number at the last check of its shifts, by channel.
    Shift,
    /// The next check for changes of shifts.
    ShiftCheck,
    /// The next check for stale conversations.
    StaleCheck,
    /// The record that dialnote accepted a change of status and made none.
    StatusUnchanged,
    /// An unlinked user who requested something, by Slack user.
    Stranger,
    /// The subscriptions to dialnote's webhooks.
    Subscriptions,
    /// The members at the last roll call.
    Team,
    /// The answer to an assistant's call, until the call takes it, by call.
    ToolAnswer,
    /// A turn that a member had in a route's auto-assignment, by its number, within the route's channel.
    Turn,
    /// A link that became a card, by channel, within its conversation.
    Unfurl,
    /// A person who cannot be sent direct messages, by Slack user.
    Unreachable,
    /// The conversations that the app unassigned while a person was away, by Slack user.
    WhileAway,
    /// The weekly report of a channel, by channel.
    Weekly,
}

impl DocumentKind {
    /// All kinds.
    pub const ALL: [Self; 46] = [
        Self::AnswerWait,
        Self::AskedAbout,
        Self::AwaitsPick,
        Self::Awake,
        Self::Batch,
        Self::Channel,
        Self::Connection,
        Self::Deferred,
        Self::DrawnShared,
        Self::Handover,
        Self::Heard,
        Self::HeardAtNight,
        Self::Home,
        Self::IntroHidden,
        Self::Installation,
        Self::LastLinkCheck,
        Self::LastSummary,
        Self::Left,
        Self::Link,
        Self::Missed,
        Self::NotesTold,
        Self::Overdue,
        Self::PendingAnswer,
        Self::Pick,
        Self::PickCheck,
        Self::Poll,
        Self::Preferences,
        Self::Quoted,
        Self::ReadOnlyKey,
        Self::RefusedBlocks,
        Self::ReturnTimer,
        Self::Route,
        Self::Rules,
        Self::Shift,
        Self::ShiftCheck,
        Self::StaleCheck,
        Self::StatusUnchanged,
        Self::Stranger,
        Self::Subscriptions,
        Self::Team,
        Self::ToolAnswer,
        Self::Turn,
        Self::Unfurl,
        Self::Unreachable,
        Self::Weekly,
        Self::WhileAway,
    ];

    /// Returns the stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnswerWait => "answer_wait",
            Self::AskedAbout => "asked",
            Self::AwaitsPick => "awaits_pick",
            Self::Awake => "awake",
            Self::Batch => "batch",
            Self::Channel => "channel",
            Self::Connection => "connection",
            Self::Deferred => "postponed",
            Self::DrawnShared => "drawn_shared",
            Self::Handover => "handover",
            Self::Heard => "heard",
            Self::HeardAtNight => "heard_at_night",
            Self::Home => "home",
            Self::IntroHidden => "intro_hidden",
            Self::Installation => "installation",
            Self::LastLinkCheck => "looked_who_is_linked",
            Self::LastSummary => "summed",
            Self::Left => "left",
            Self::Link => "link",
            Self::Missed => "missed",
            Self::NotesTold => "noted",
            Self::Overdue => "overdue",
            Self::PendingAnswer => "answer",
            Self::Pick => "pick",
            Self::PickCheck => "pick_check",
            Self::Poll => "watch",
            Self::Preferences => "wishes",
            Self::Quoted => "quoted",
            Self::ReadOnlyKey => "read_only_key",
            Self::RefusedBlocks => "refused_blocks",
            Self::ReturnTimer => "return",
            Self::Route => "route",
            Self::Rules => "rules",
            Self::Shift => "shift",
            Self::ShiftCheck => "shift_check",
            Self::StaleCheck => "untouched",
            Self::StatusUnchanged => "status_unchanged",
            Self::Stranger => "stranger",
            Self::Subscriptions => "hooks",
            Self::Team => "team",
            Self::ToolAnswer => "tool_answer",
            Self::Turn => "turn",
            Self::Unfurl => "shown",
            Self::Unreachable => "unreachable",
            Self::Weekly => "weekly",
            Self::WhileAway => "while_away",
        }
    }

    /// Returns the stored name with a scope: `missed:U0ZOE`.
    pub fn within(self, scope: &str) -> String {
        format!("{}:{scope}", self.name())
    }

    /// Returns the kind with a stored name, with a scope if it has one; none for a name that this version does not
    /// know.
    pub(crate) fn of(stored: &str) -> Option<Self> {
        let (name, is_scoped) = stored.split_once(':').map_or((stored, false), |(name, _)| (name, true));
        Self::ALL.into_iter().find(|kind| kind.name() == name && kind.is_scoped() == is_scoped)
    }

    /// Answers whether the stored name has a scope: a person or a thing, all of whose documents are read together.
    pub fn is_scoped(self) -> bool {
        matches!(self, Self::Batch | Self::Deferred | Self::Missed | Self::Turn | Self::Unfurl)
    }

    /// Answers whether the document belongs to the Slack workspace. It stays when the dialnote organization changes.
    pub(crate) fn is_the_workspaces(self) -> bool {
        matches!(self, Self::Channel | Self::Installation | Self::Preferences | Self::RefusedBlocks | Self::Rules)
    }

    /// Answers whether processes keep copies of the document. A change of one raises the version of its installation
    /// (`migrations`, "copies"), so these change rarely.
    pub fn is_copied(self) -> bool {
        matches!(
            self,
            Self::Channel
                | Self::Link
                | Self::Preferences
                | Self::RefusedBlocks
                | Self::Route
                | Self::Rules
                | Self::Unreachable
        )
    }

    /// Answers whether the document has sealed secrets. It stays when a person is erased, and an export of a person's
    /// data shows only the fields about the person.
    pub(crate) fn has_secrets(self) -> bool {
        matches!(self, Self::Connection | Self::Installation)
    }
}

/// A kind of cache entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheKind {
    /// The people of the workspace.
    Colleagues,
    /// The last digest of a channel, by channel.
    Digest,
    /// A sent direct message, by channel and timestamp.
    Direct,
    /// The channel of direct messages with a user, by user.
    DirectChannel,
    /// The refusals of a person's last save in a pane, by user.
    FailedSave,
    /// The members of a user group, by group.
    GroupMembers,
    /// The last direct message to a person, by reader.
    LastDirect,
    /// The time at which a member was last picked, by member.
    LastPick,
    /// The list of members.
    Members,
    /// The users who show a name, by that name.
    Namesakes,
    /// A user whom Slack does not know, by user.
    NoProfile,
    /// A Slack profile, by user and email address.
    Profile,
    /// The last change of a person's emoji on a card, by channel, message, user and emoji.
    Reaction,
    /// The content that the readiness probe stores, by instance.
    Readiness,
    /// A photo that Slack refused, by address.
    RefusedPhoto,
    /// The place that a search for a posted message has reached, by the message's mark.
    SearchPlace,
    /// The answer to whether a channel is shared with another organization, by channel.
    Shared,
    /// The last shift change that was offered in a channel, by channel.
    ShiftOffer,
    /// A conversation as a person's pane shows it, by user and conversation.
    ShownInPane,
    /// The Slack users who have the members' addresses.
    Sought,
    /// The standing direct messages about a conversation, by conversation and reader.
    Standing,
    /// The Do Not Disturb of a Slack user, by user.
    Undisturbed,
    /// The notice that a person's command waits, by the name of what waits.
    Waits,
}

impl CacheKind {
    /// All kinds.
    pub const ALL: [Self; 23] = [
        Self::Colleagues,
        Self::Digest,
        Self::Direct,
        Self::DirectChannel,
        Self::FailedSave,
        Self::GroupMembers,
        Self::LastDirect,
        Self::LastPick,
        Self::Members,
        Self::Namesakes,
        Self::NoProfile,
        Self::Profile,
        Self::Reaction,
        Self::Readiness,
        Self::RefusedPhoto,
        Self::SearchPlace,
        Self::Shared,
        Self::ShiftOffer,
        Self::ShownInPane,
        Self::Sought,
        Self::Standing,
        Self::Undisturbed,
        Self::Waits,
    ];

    /// Answers whether processes keep copies of the entry. A change of one raises the version of its installation
    /// (`migrations`, "copies"), so these change rarely.
    pub fn is_copied(self) -> bool {
        matches!(
            self,
            Self::DirectChannel
                | Self::GroupMembers
                | Self::Members
                | Self::Namesakes
                | Self::NoProfile
                | Self::Profile
                | Self::RefusedPhoto
                | Self::Shared
                | Self::Sought
        )
    }

    /// Returns the stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Colleagues => "colleagues",
            Self::Digest => "digest",
            Self::Direct => "direct",
            Self::DirectChannel => "direct_channel",
            Self::FailedSave => "failed_save",
            Self::GroupMembers => "group_members",
            Self::LastDirect => "direct_last",
            Self::LastPick => "last_pick",
            Self::Members => "members",
            Self::Namesakes => "called",
            Self::NoProfile => "no_profile",
            Self::Profile => "profile",
            Self::Reaction => "reaction",
            Self::Readiness => "readiness",
            Self::RefusedPhoto => "refused_photo",
            Self::SearchPlace => "search_place",
            Self::Shared => "shared",
            Self::ShiftOffer => "shift_offer",
            Self::ShownInPane => "shown_in_pane",
            Self::Sought => "sought",
            Self::Standing => "standing",
            Self::Undisturbed => "undisturbed",
            Self::Waits => "waits",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_document_is_found_by_its_stored_name() {
        let names: BTreeSet<_> = DocumentKind::ALL.into_iter().map(DocumentKind::name).collect();
        assert_eq!(names.len(), DocumentKind::ALL.len(), "{names:?}");
        for kind in DocumentKind::ALL {
            assert!(!kind.name().is_empty() && !kind.name().contains(':'), "{kind:?}");
            let (plain, scoped) = (DocumentKind::of(kind.name()), DocumentKind::of(&kind.within("U1:a")));
            let expected = if kind.is_scoped() { (None, Some(kind)) } else { (Some(kind), None) };
            assert_eq!((plain, scoped), expected, "{kind:?}");
        }
    }

    #[test]
    fn what_happens_to_documents_depends_on_their_kind() {
        let names = |holds: fn(DocumentKind) -> bool| -> Vec<_> {
            DocumentKind::ALL.into_iter().filter(|kind| holds(*kind)).map(DocumentKind::name).collect()
        };
        for (found, expected) in [
            (names(DocumentKind::is_scoped), vec!["batch", "postponed", "missed", "turn", "shown"]),
            (
                names(DocumentKind::is_the_workspaces),
                vec!["channel", "installation", "wishes", "refused_blocks", "rules"],
            ),
            (names(DocumentKind::has_secrets), vec!["connection", "installation"]),
            (
                names(DocumentKind::is_copied),
                vec!["channel", "link", "wishes", "refused_blocks", "route", "rules", "unreachable"],
            ),
        ] {
            assert_eq!(found, expected);
        }
    }
}

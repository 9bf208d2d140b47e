//! The possible behaviours of dialnote where nothing is published (docs/contracts/dialnote.md, "Variants the app must
//! survive"). The first value of each choice is the default. `edge` turns them into requests and answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Choices by name; the first of each is the default.
macro_rules! choices {
    ($($(#[$about:meta])* $choice:ident {
        $(#[$about_first:meta])* $first:ident, $($(#[$about_other:meta])* $other:ident,)+
    })+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $choice {
            $(#[$about_first])* #[default] $first,
            $($(#[$about_other])* $other,)+
        }

        impl $choice {
            /// All of them, the default first.
            pub const ALL: &[Self] = &[Self::$first, $(Self::$other),+];
        }
    )+};
}

/// One choice for each unpublished behaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// The calls that each base address answers.
    pub addresses: Addresses,
    /// The body of a 404.
    pub not_found_body: NotFoundBody,
    /// The wrapper of an answer.
    pub envelope: Envelope,
    /// The form of a list.
    pub list: List,
    /// The link from a page of messages to the next one.
    pub messages_page: MessagesPage,
    /// The treatment of query parameters.
    pub query: Query,
    /// The place of a member's user id. Only a user id can be assigned.
    pub member_shape: MemberShape,
    /// The fields of a member.
    pub member_fields: MemberFields,
    /// The fields that name a conversation's owner.
    pub assigned_to: AssignedTo,
    /// The answer to a change or a note.
    pub write_answer: WriteAnswer,
    /// The treatment of a status change.
    pub patch_status: PatchStatus,
    /// The spelling of a status. No other spelling is accepted.
    pub status_case: StatusCase,
    /// An unpublished status that some of the done conversations have.
    pub status_unknown: StatusUnknown,
    /// The form of a conversation's id.
    pub ids: Ids,
    /// The form of a conversation's `isRead`.
    pub is_read: IsRead,
    /// The status of the answer to the end of a subscription.
    pub hook_delete: HookDelete,
    /// The events that can be subscribed to.
    pub hook_event: HookEvent,
    /// The rights of the full key.
    pub key: Key,
    /// The refusal of calls because there are too many.
    pub limits: Limits,
}

impl Variants {
    /// Returns the values of each switch by the switch's name, the default first.
    pub fn values() -> BTreeMap<&'static str, Vec<Value>> {
        BTreeMap::from([
            ("addresses", written(Addresses::ALL)),
            ("not_found_body", written(NotFoundBody::ALL)),
            ("envelope", written(Envelope::ALL)),
            ("list", written(List::ALL)),
            ("messages_page", written(MessagesPage::ALL)),
            ("query", written(Query::ALL)),
            ("member_shape", written(MemberShape::ALL)),
            ("member_fields", written(MemberFields::ALL)),
            ("assigned_to", written(AssignedTo::ALL)),
            ("write_answer", written(WriteAnswer::ALL)),
            ("patch_status", written(PatchStatus::ALL)),
            ("status_case", written(StatusCase::ALL)),
            ("status_unknown", written(StatusUnknown::ALL)),
            ("ids", written(Ids::ALL)),
            ("is_read", written(IsRead::ALL)),
            ("hook_delete", written(HookDelete::ALL)),
            ("hook_event", written(HookEvent::ALL)),
            ("key", written(Key::ALL)),
            ("limits", written(Limits::ALL)),
        ])
    }
}

fn written<T: Serialize>(all: &[T]) -> Vec<Value> {
    all.iter().map(|value| json!(value)).collect()
}

choices! {
    /// The calls that each base address answers: `/dialnote/api/v1`, or `/dialnote/api/v1/public`.
    Addresses {
        /// Both answer everything.
        One,
        /// The public one answers everything but changes, the other one only changes.
        Split,
        /// Both answer everything but changes, which no address answers.
        PatchNowhere,
    }
    /// The body of a 404.
    NotFoundBody {
        /// A refusal in the usual form.
        Json,
        /// A page for people.
        Html,
        /// An empty body.
        Empty,
    }
    /// The wrapper of an answer.
    Envelope {
        /// `{"data": …, "meta": …}`.
        Data,
        /// No wrapper. A cursor is still in `meta`.
        Bare,
    }
    /// The form of a list.
    List {
        /// An array.
        Array,
        /// An object with the array under its name: `conversations`, `members`, `callLogs`, `channels`.
        Named,
    }
    /// The link from a page of messages to the next one.
    MessagesPage {
        /// `hasMore`, and `nextCursor` with `cursor` and `cursorId`, which must be sent back together.
        TwoCursors,
        /// `meta.nextCursor`, a text.
        MetaCursor,
        /// None: there is only one page.
        None,
    }
    /// The treatment of query parameters.
    Query {
        /// Undocumented ones are refused.
        Strict,
        /// Undocumented ones are ignored.
        Lenient,
        /// Undocumented ones and `assignedToId` are ignored.
        IgnoresOwner,
    }
    /// The place of a member's user id.
    MemberShape {
        /// The member's own `id`.
        Plain,
        /// `userId`; `id` is the membership's, and a conversation's `assignedTo` has that one.
        UserId,
        /// `user.id`, with the name, address and picture beside it; `id` as with `user_id`.
        UserObject,
        /// The member's own `id`, as a number.
        Numeric,
    }
    /// The fields of a member.
    MemberFields {
        /// All fields; the availability as `Do Not Disturb`.
        Full,
        /// No address.
        NoEmail,
        /// No name.
        NoName,
        /// The availability as `DO_NOT_DISTURB`.
        AvailabilityUpper,
        /// The availability as `do not disturb`.
        AvailabilityLower,
        /// No availability.
        AvailabilityAbsent,
    }
    /// The fields that name a conversation's owner.
    AssignedTo {
        /// By `assignedTo` and `assignedToId`.
        Both,
        /// By `assignedTo` alone.
        Object,
        /// By `assignedToId` alone.
        IdOnly,
        /// By both, but not in lists.
        AbsentInLists,
    }
    /// The answer to a change, and to a note as far as it applies.
    WriteAnswer {
        /// The conversation, or the note.
        Conversation,
        /// The conversation with a wrong owner.
        OtherOwner,
        /// 204.
        NoContent,
        /// 200 with an empty body.
        Empty,
        /// 200 with a page for people.
        Html,
    }
    /// The treatment of a status change.
    PatchStatus {
        /// The status changes.
        Works,
        /// The call is refused as an unknown field.
        Refused,
        /// The call is answered as a success, but nothing changes.
        Ignored,
    }
    /// The spelling of a status.
    StatusCase {
        /// `open`.
        Lower,
        /// `OPEN`.
        Upper,
        /// `Open`.
        Capital,
    }
    /// An unpublished status.
    StatusUnknown {
        /// No such status.
        None,
        /// `archived`.
        Archived,
        /// `spam`.
        Spam,
    }
    /// The form of a conversation's id.
    Ids {
        /// `"conv_1001"`.
        Strings,
        /// `1001`.
        Numbers,
        /// `"6F9619FF-8B86-D011-B42D-000000001001"`.
        UuidUpper,
    }
    /// The form of a conversation's `isRead`.
    IsRead {
        /// A boolean.
        Bool,
        /// The field is missing.
        Absent,
        /// The field is null.
        Null,
    }
    /// The events that can be subscribed to.
    HookEvent {
        /// Calls, recordings and notes.
        All,
        /// Not notes.
        NoNote,
    }
    /// The rights of the full key.
    Key {
        /// Everything.
        Full,
        /// Read.
        ReadOnly,
        /// None: dialnote no longer knows it, nor the read-only key.
        Revoked,
    }
    /// The refusal of calls because there are too many.
    Limits {
        /// No refusal.
        None,
        /// 429 with the seconds to wait.
        Seconds,
        /// 429 with a date by dialnote's clock, which `Date` shows.
        Date,
        /// 429 without a time to wait.
        NoHeader,
        /// 503.
        Unavailable,
    }
}

/// The answer to the end of a subscription. The subscription ends with each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum HookDelete {
    /// 200 `{"data": {"success": true}}`.
    #[default]
    Success,
    /// 204.
    NoContent,
    /// 404, as for a subscription that ended before.
    NotFound,
}

impl HookDelete {
    /// All of them, the default first.
    pub const ALL: &[Self] = &[Self::Success, Self::NoContent, Self::NotFound];
}

impl From<HookDelete> for u16 {
    fn from(answer: HookDelete) -> Self {
        match answer {
            HookDelete::Success => 200,
            HookDelete::NoContent => 204,
            HookDelete::NotFound => 404,
        }
    }
}

impl TryFrom<u16> for HookDelete {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|answer| u16::from(*answer) == status);
        found.ok_or_else(|| format!("hook_delete is 200, 204 or 404, not {status}"))
    }
}

//! What dialnote may turn out to be like where nothing is published (docs/contracts/dialnote.md, "Variants the app must
//! survive"). The first value of each choice is the default. `edge` makes requests and answers of it.

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

/// One choice for each thing that nobody has published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// Which base address answers what.
    pub addresses: Addresses,
    /// What every 404 looks like.
    pub not_found_body: NotFoundBody,
    /// What an answer is wrapped in.
    pub envelope: Envelope,
    /// How a list is written.
    pub list: List,
    /// How a page of messages says where the next one begins.
    pub messages_page: MessagesPage,
    /// What becomes of query parameters.
    pub query: Query,
    /// Where the id of a member's user stands. Only that one can be assigned.
    pub member_shape: MemberShape,
    /// What a member says.
    pub member_fields: MemberFields,
    /// How a conversation names its owner.
    pub assigned_to: AssignedTo,
    /// What is answered after a change or a note.
    pub write_answer: WriteAnswer,
    /// What becomes of a change of status.
    pub patch_status: PatchStatus,
    /// How a status is written. No other spelling is taken.
    pub status_case: StatusCase,
    /// A status nobody has heard of, which some of the done conversations have.
    pub status_unknown: StatusUnknown,
    /// What the id of a conversation looks like.
    pub ids: Ids,
    /// Whether conversations say that they were read.
    pub is_read: IsRead,
    /// The answer to the end of a subscription, as a status.
    pub hook_delete: HookDelete,
    /// What can be subscribed to.
    pub hook_event: HookEvent,
    /// What the full key may do.
    pub key: Key,
    /// Whether calls are refused because there are too many.
    pub limits: Limits,
}

impl Variants {
    /// The values of each switch by the switch's name, the default first.
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
    /// Which base address answers what: `/dialnote/api/v1`, or `/dialnote/api/v1/public`.
    Addresses {
        /// Both answer everything.
        One,
        /// The public one answers everything but changes, the other one changes alone.
        Split,
        /// Both answer everything but changes, which are at no address.
        PatchNowhere,
    }
    /// What a 404 looks like.
    NotFoundBody {
        /// A refusal like all others.
        Json,
        /// A page for people.
        Html,
        /// Nothing.
        Empty,
    }
    /// What an answer is wrapped in.
    Envelope {
        /// `{"data": …, "meta": …}`.
        Data,
        /// Nothing. A cursor that stands in `meta` still does.
        Bare,
    }
    /// How a list is written.
    List {
        /// As an array.
        Array,
        /// As an object with the array under its name: `conversations`, `members`, `callLogs`, `channels`.
        Named,
    }
    /// How a page of messages says where the next one begins.
    MessagesPage {
        /// `hasMore`, and `nextCursor` with `cursor` and `cursorId`, which have to come back together.
        TwoCursors,
        /// `meta.nextCursor`, a text.
        MetaCursor,
        /// Not at all: there is but one page.
        None,
    }
    /// What becomes of query parameters.
    Query {
        /// What is not documented is refused.
        Strict,
        /// What is not documented is ignored.
        Lenient,
        /// So is `assignedToId`.
        IgnoresOwner,
    }
    /// Where the id of a member's user stands.
    MemberShape {
        /// It is the member's own.
        Plain,
        /// `userId`; `id` is the membership's, and that of the owner in a conversation's `assignedTo`.
        UserId,
        /// `user.id`, with the name, address and picture beside it; `id` as with `user_id`.
        UserObject,
        /// It is the member's own, and a number.
        Numeric,
    }
    /// What a member says.
    MemberFields {
        /// All of it; the availability as `Do Not Disturb`.
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
    /// How a conversation names its owner.
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
    /// What is answered after a change, or after a note as far as it fits.
    WriteAnswer {
        /// The conversation; the note.
        Conversation,
        /// The conversation, but with an owner that it has not.
        OtherOwner,
        /// 204.
        NoContent,
        /// 200 and nothing.
        Empty,
        /// 200 and a page for people.
        Html,
    }
    /// What becomes of a change of status.
    PatchStatus {
        /// It is made.
        Works,
        /// It is refused as an unknown field.
        Refused,
        /// It is answered as if it were made.
        Ignored,
    }
    /// How a status is written.
    StatusCase {
        /// `open`.
        Lower,
        /// `OPEN`.
        Upper,
        /// `Open`.
        Capital,
    }
    /// A status nobody has heard of.
    StatusUnknown {
        /// There is none.
        None,
        /// `archived`.
        Archived,
        /// `spam`.
        Spam,
    }
    /// What the id of a conversation looks like.
    Ids {
        /// `"conv_1001"`.
        Strings,
        /// `1001`.
        Numbers,
        /// `"6F9619FF-8B86-D011-B42D-000000001001"`.
        UuidUpper,
    }
    /// Whether conversations say that they were read.
    IsRead {
        /// They do.
        Bool,
        /// The field is missing.
        Absent,
        /// The field is null.
        Null,
    }
    /// What can be subscribed to.
    HookEvent {
        /// Calls, recordings and notes.
        All,
        /// Not notes.
        NoNote,
    }
    /// What the full key may do.
    Key {
        /// Everything.
        Full,
        /// Read.
        ReadOnly,
        /// Nothing: it is unknown by now, as is the key that may only read.
        Revoked,
    }
    /// Whether calls are refused because there are too many.
    Limits {
        /// They are not.
        None,
        /// 429 with the seconds to wait.
        Seconds,
        /// 429 with a date by dialnote's clock, which `Date` shows.
        Date,
        /// 429 without a word about how long.
        NoHeader,
        /// 503.
        Unavailable,
    }
}

/// The answer to the end of a subscription, which it ends in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum HookDelete {
    /// 200 `{"data": {"success": true}}`.
    #[default]
    Success,
    /// 204.
    NoContent,
    /// 404, as if it had ended before.
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

//! dialnote's objects (docs/contracts/dialnote.md, Objects). Reading is lenient, because most field names are assumed.

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::Value;

use crate::core::conversation::{
    Activity, ActivityContext, ActivityKind, Contact, Conversation, Owner, SharedNumber, Status,
};
use crate::core::error::{Fault, Service};
use crate::core::ids::{ConversationId, MemberId};
use crate::core::json::Peek;
use crate::core::person::Member;
use crate::core::text;

/// The largest difference between the times of one call in the call log and in the timeline.
const ONE_CALL: SignedDuration = SignedDuration::from_mins(2);

/// The largest number of characters that are kept of dialnote's own words of a refusal.
const LONGEST_WORDS: usize = 500;

/// Returns the content of an answer: the content of its envelope, or the answer itself if it has none.
pub(super) fn opened(answer: Value) -> Value {
    match answer {
        Value::Object(mut fields) if fields.contains_key("data") => fields.remove("data").unwrap_or_default(),
        bare => bare,
    }
}

/// Returns the items of a list answer: the content itself, or the named list in it. Fails if the answer holds no list.
pub(super) fn items<'a>(content: &'a Value, name: &str) -> Result<&'a [Value], Fault> {
    let list = content.as_array().or_else(|| content.get(name)?.as_array());
    list.map(Vec::as_slice).ok_or_else(|| unreadable(&format!("it has no list of {name}")))
}

/// Returns the query parameters of the next page of messages; none, if this page is the last
/// (docs/contracts/dialnote.md, Calls: two parts; assumed before: one word).
pub(super) fn next_page(answer: &Value) -> Vec<(&'static str, String)> {
    if answer.at("/data/hasMore").and_then(Value::as_bool) == Some(false) {
        return Vec::new();
    }
    let places = ["/data/nextCursor", "/meta/nextCursor", "/nextCursor"];
    let Some(next) = places.into_iter().find_map(|path| answer.at(path)) else { return Vec::new() };
    let part = |name: &'static str, path: &str| next.id(path).map(|value| (name, value));
    match next.id("") {
        Some(cursor) => vec![("cursor", cursor)],
        None => [part("cursor", "/cursor"), part("cursorId", "/cursorId")].into_iter().flatten().collect(),
    }
}

/// Answers whether an item names the conversation's owner, or says that there is none.
pub(super) fn tells_owner(value: &Value) -> bool {
    value.get("assignedTo").is_some() || value.get("assignedToId").is_some()
}

/// Reads a conversation; `None` without an id.
pub(super) fn conversation(value: &Value) -> Option<Conversation> {
    let status = status(value.words("/status").unwrap_or_default());
    Some(Conversation {
        id: ConversationId::new(value.id("/id")?),
        status,
        status_word: value.words("/status").filter(|_| status == Status::Other).map(text::words),
        read: value.at("/isRead").and_then(Value::as_bool),
        snoozed_until: value.time("/snoozedUntil"),
        owner: owner(value),
        contact: contact(value),
        line: value.at("/phoneNumber").and_then(line),
        last_activity: value.at("/lastActivity").and_then(activity),
        last_note: None,
    })
}

fn status(status: &str) -> Status {
    match status.to_ascii_lowercase().as_str() {
        "done" => Status::Done,
        "snoozed" => Status::Snoozed,
        "open" | "" => Status::Open,
        _ => Status::Other,
    }
}

/// Reads the populated owner, or the bare id where only that is given.
fn owner(value: &Value) -> Option<Owner> {
    let id = value.id("/assignedTo/id").or_else(|| value.id("/assignedToId"))?;
    let name = value.at("/assignedTo").and_then(full_name);
    let avatar = ["/assignedTo/avatar", "/assignedTo/user/avatar"].into_iter().find_map(|path| value.words(path));
    let avatar = avatar.filter(|avatar| avatar.starts_with("https://")).map(str::to_owned);
    Some(Owner { avatar, ..Owner::new(MemberId::new(id), name.unwrap_or_default()) })
}

fn contact(value: &Value) -> Contact {
    let names = ["/contact/firstName", "/contact/lastName"].map(|path| value.text(path).unwrap_or_default());
    Contact {
        name: text::name(&names.join(" ")),
        company: name(value, "/contact/company"),
        phone: name(value, "/contact/phoneNumber").unwrap_or_else(|| "unknown number".to_owned()),
    }
}

/// Returns the name at the path, normalized for display and comparison.
fn name(value: &Value, path: &str) -> Option<String> {
    value.text(path).and_then(text::name)
}

/// Reads the latest activity of a conversation.
fn activity(value: &Value) -> Option<Activity> {
    happened(value, value.words("/preview"), value.time("/at")?)
}

/// Reads an entry of the timeline.
pub(super) fn entry(value: &Value) -> Option<Activity> {
    let at = ["/createdAt", "/at", "/timestamp"].into_iter().find_map(|path| value.time(path))?;
    happened(value, ["/content", "/body", "/text"].into_iter().find_map(|path| value.words(path)), at)
}

fn happened(value: &Value, says: Option<&str>, at: Timestamp) -> Option<Activity> {
    let kind = match value.words("/type")?.to_ascii_lowercase().as_str() {
        "call" if is_missed(value, says) => ActivityKind::MissedCall,
        "call" => ActivityKind::Call,
        "voicemail" => ActivityKind::Voicemail,
        "sms" => ActivityKind::Sms,
        "note" => ActivityKind::Note,
        _ => ActivityKind::Other,
    };
    let is_call = matches!(kind, ActivityKind::MissedCall | ActivityKind::Call);
    Some(Activity {
        kind,
        inbound: value.words("/direction") != Some("outbound"),
        preview: says.filter(|_| !is_call).map(text::words).filter(|says| !says.is_empty()),
        at,
        activity_context: ActivityContext::Nothing,
    })
}

/// Reads a note with the time at which it was written; `None` if the entry is not a note.
pub(super) fn note(value: &Value) -> Option<(String, Timestamp)> {
    let entry = entry(value).filter(|entry| entry.kind == ActivityKind::Note)?;
    Some((entry.preview?, entry.at))
}

/// Returns the member who made this call, if it went to this number at about this time. That the call log names the
/// member is assumed.
pub(super) fn caller(value: &Value, to: &str, at: Timestamp) -> Option<Owner> {
    let made = ["/createdAt", "/at", "/timestamp"].into_iter().find_map(|path| value.time(path))?;
    let this = value.words("/direction") == Some("outbound")
        && value.words("/toNumber") == Some(to)
        && made.duration_since(at).abs() <= ONE_CALL;
    let member = ["/member", "/user"].into_iter().find_map(|path| value.at(path)).filter(|_| this)?;
    Some(Owner::new(MemberId::new(member.id("/id")?), full_name(member).unwrap_or_default()))
}

/// Answers whether a call was missed. No document tells how; assumed: by a status, or in words.
fn is_missed(value: &Value, says: Option<&str>) -> bool {
    let missed = |text: &str| text.to_ascii_lowercase().starts_with("missed");
    value.words("/status").is_some_and(missed) || says.is_some_and(missed)
}

/// Reads a shared number; `None` without its address. Conversations and channels use different field names.
pub(super) fn line(value: &Value) -> Option<SharedNumber> {
    let number = value.words("/channelAddress").or_else(|| value.words("/number"))?;
    Some(SharedNumber { number: number.to_owned(), name: name(value, "/displayName").or_else(|| name(value, "/name")) })
}

/// A member with all their ids.
#[derive(Clone, Debug)]
pub(super) struct DirectoryMember {
    pub(super) member: Member,
    /// All ids of the member.
    pub(super) ids: Vec<String>,
    /// Set if the id by which the member is assigned is a number.
    pub(super) is_number: bool,
    /// The field with that id.
    pub(super) field: &'static str,
}

/// Reads a member; `None` without an id. A list may hold users or memberships; the user's id assigns
/// (docs/contracts/dialnote.md, Objects).
pub(super) fn member(value: &Value) -> Option<DirectoryMember> {
    let places = ["/user/id", "/userId", "/user_id", "/id"];
    let ids: Vec<_> = places.into_iter().filter_map(|path| value.id(path)).collect();
    let user = value.at("/user");
    let email = value.words("/email").or_else(|| user?.words("/email"));
    let member = Member {
        id: MemberId::new(ids.first()?.clone()),
        name: full_name(value).or_else(|| full_name(user?)).unwrap_or_default(),
        email: email.map(str::to_owned),
        away: value.words("/availability").is_some_and(is_away),
        admin: value.words("/role").is_some_and(|role| role.eq_ignore_ascii_case("admin")),
    };
    let place = places.into_iter().find(|path| value.id(path).is_some())?;
    let is_number = value.at(place).is_some_and(Value::is_number);
    let field = if place == "/user/id" { "user.id" } else { place.trim_start_matches('/') };
    Some(DirectoryMember { member, ids, is_number, field })
}

/// Answers whether calls do not ring at this availability. An unknown one counts as available.
fn is_away(availability: &str) -> bool {
    let word: String = availability.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    matches!(word.as_str(), "away" | "donotdisturb" | "dnd" | "busy" | "offline" | "unavailable")
}

/// Returns the full name of a person, from one field or from two.
fn full_name(value: &Value) -> Option<String> {
    let parts = || {
        let parts = ["/firstName", "/lastName"].map(|path| value.text(path).unwrap_or_default());
        text::name(&parts.join(" "))
    };
    name(value, "/name").or_else(parts)
}

/// Returns dialnote's own words of a refusal: its message, else its error code, else the status.
pub(super) fn words(status: StatusCode, body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let paths = ["/message", "/error/message", "/error", "/error/code"];
    let words = paths.into_iter().find_map(|path| answer.words(path));
    words.map_or_else(|| status.to_string(), |words| text::cut(&text::words(words), LONGEST_WORDS))
}

/// Answers whether a body is a refusal in dialnote's shape. (Gateways say `{"message": "Forbidden"}`.)
pub(super) fn is_refusal(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer.at("/error").is_some_and(|error| error.is_string() || error.is_object())
}

/// Answers whether a body describes the problem with a request in words.
pub(super) fn has_words(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer.words("/message").is_some()
}

/// Answers whether the refusal is the one that read-only keys get on every write.
pub(super) fn is_read_only(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer.text("/error") == Some("INSUFFICIENT_PERMISSIONS")
}

/// Reads an answer in every way that it could be read.
#[cfg(fuzzing)]
pub fn read_anything(body: &[u8]) {
    words(StatusCode::BAD_REQUEST, body);
    is_read_only(body);
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return };
    let content = opened(answer);
    let all = ["conversations", "members", "messages", "calls"].map(|name| items(&content, name).unwrap_or_default());
    next_page(&content);
    for value in all.into_iter().flatten().chain([&content]) {
        let _ = (conversation(value), entry(value), note(value), line(value), member(value));
        caller(value, "+14155550100", Timestamp::UNIX_EPOCH);
    }
}

pub(super) fn unreadable(cause: &str) -> Fault {
    Fault::Unanswered { service: Service::Dialnote, cause: format!("the answer cannot be read: {cause}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_enveloped_and_bare_answers_alike() {
        let bare = json!({"id": "c1", "assignedToId": "m1"});
        for answer in [json!({"data": bare, "meta": {}}), bare.clone()] {
            let read = conversation(&opened(answer));
            assert_eq!(read.and_then(|c| c.owner).map(|o| o.id), Some(MemberId::new("m1")));
        }
        let count = |content| items(&content, "messages").map(<[Value]>::len).ok();
        assert_eq!(count(json!([1, 2])), Some(2));
        assert_eq!(count(json!({"messages": [1]})), Some(1));
        assert_eq!(count(json!({})), None);
        assert_eq!(count(json!({"messages": null})), None);
    }

    #[test]
    fn a_page_goes_on_in_every_shape() {
        let next = |answer| next_page(&answer);
        let two = json!({"data": {"hasMore": true, "nextCursor": {"cursor": "2026", "cursorId": "u"}}});
        assert_eq!(next(two), [("cursor", "2026".to_owned()), ("cursorId", "u".to_owned())]);
        assert_eq!(next(json!({"meta": {"nextCursor": "m1"}})), [("cursor", "m1".to_owned())]);
        assert_eq!(next(json!({"data": {"hasMore": false, "nextCursor": {"cursor": "2026"}}})), []);
        assert_eq!(next(json!({"meta": {"nextCursor": null}})), []);
    }

    #[test]
    fn a_member_is_assigned_by_the_user() {
        let ids = |value| member(&value).map(|named| (named.member.id.to_string(), named.ids));
        let named = |id: &str, all: &[&str]| Some((id.to_owned(), all.iter().map(|id| (*id).to_owned()).collect()));
        assert_eq!(ids(json!({"id": "u1"})), named("u1", &["u1"]));
        assert_eq!(ids(json!({"id": "m1", "userId": "u1"})), named("u1", &["u1", "m1"]));
        let whole = json!({"id": "m1", "user": {"id": 7, "email": "a@b.c", "firstName": "Ana", "lastName": "Lima"}});
        assert_eq!(ids(whole.clone()), named("7", &["7", "m1"]));
        let member = member(&whole).map(|named| (named.member.name, named.member.email, named.is_number));
        assert_eq!(member, Some(("Ana Lima".to_owned(), Some("a@b.c".to_owned()), true)));
        assert!(["AWAY", "away", "Do Not Disturb"].into_iter().all(is_away) && !is_away("Available"));
    }

    #[test]
    fn a_conversation_needs_no_more_than_its_id() {
        let bare = conversation(&json!({"id": "c1", "contact": null, "lastActivity": {"type": 7}, "status": "new"}));
        assert_eq!(bare.map(|c| (c.status, c.owner, c.last_activity)), Some((Status::Other, None, None)));
        assert_eq!(conversation(&json!({"id": ""})), None);
    }

    #[test]
    fn passes_dialnotes_words_on() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        assert_eq!(words(status, br#"{"error":"X","message":"not a member"}"#), "not a member");
        assert_eq!(words(status, br#"{"error":"INSUFFICIENT"}"#), "INSUFFICIENT");
        assert_eq!(words(status, b"<html>"), "422 Unprocessable Entity");
    }
}

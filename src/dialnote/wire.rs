//! dialnote's objects as we read them (contracts/dialnote.md, Objects): lenient, because most
//! field names are assumed.

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::Value;

use crate::domain::conversation::{Activity, ActivityKind, Contact, Conversation, Line, Owner, Sequel, Status};
use crate::domain::people::Member;
use crate::domain::text;
use crate::ids::{ConversationId, MemberId};
use crate::json::Peek;

/// How far apart the call log and the timeline may put one call.
const ONE_CALL: SignedDuration = SignedDuration::from_mins(2);

/// How much of dialnote's own words of a refusal is passed on, in characters.
const LONGEST_WORDS: usize = 500;

/// The content of an answer: what is in its envelope, or the answer itself if it has none.
pub(super) fn opened(answer: Value) -> Value {
    match answer {
        Value::Object(mut fields) if fields.contains_key("data") => fields.remove("data").unwrap_or_default(),
        bare => bare,
    }
}

/// The items of a list answer: the content itself, or the named list in it.
pub(super) fn items(content: &Value, name: &str) -> Vec<Value> {
    let list = content.as_array().or_else(|| content.get(name)?.as_array());
    list.cloned().unwrap_or_default()
}

/// A conversation; `None` without an id.
pub(super) fn conversation(value: &Value) -> Option<Conversation> {
    Some(Conversation {
        id: ConversationId::new(value.words("/id")?),
        status: status(value.words("/status").unwrap_or_default()),
        read: value.at("/isRead").and_then(Value::as_bool),
        snoozed_until: value.time("/snoozedUntil"),
        owner: owner(value),
        contact: contact(value),
        line: value
            .words("/phoneNumber/number")
            .map(|number| Line { number: number.to_owned(), name: name(value, "/phoneNumber/name") }),
        last_activity: value.at("/lastActivity").and_then(activity),
        last_note: None,
    })
}

fn status(status: &str) -> Status {
    match status.to_ascii_lowercase().as_str() {
        "done" => Status::Done,
        "snoozed" => Status::Snoozed,
        _ => Status::Open,
    }
}

/// The populated owner, or the bare id where only that is given.
fn owner(value: &Value) -> Option<Owner> {
    let id = value.words("/assignedTo/id").or_else(|| value.words("/assignedToId"))?;
    Some(Owner { id: MemberId::new(id), name: name(value, "/assignedTo/name").unwrap_or_default() })
}

fn contact(value: &Value) -> Contact {
    let names = ["/contact/firstName", "/contact/lastName"].map(|path| value.text(path).unwrap_or_default());
    Contact {
        name: text::name(&names.join(" ")),
        company: name(value, "/contact/company"),
        phone: name(value, "/contact/phoneNumber").unwrap_or_else(|| "unknown number".to_owned()),
    }
}

/// The name at the path, as it is shown and compared.
fn name(value: &Value, path: &str) -> Option<String> {
    value.text(path).and_then(text::name)
}

/// What happened last, as a conversation carries it.
fn activity(value: &Value) -> Option<Activity> {
    happened(value, value.words("/preview"), value.time("/at")?)
}

/// An entry of the timeline.
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
        sequel: Sequel::Nothing,
    })
}

/// A note: what it says, and when it was written; nothing, if the entry is something else.
pub(super) fn note(value: &Value) -> Option<(String, Timestamp)> {
    let entry = entry(value).filter(|entry| entry.kind == ActivityKind::Note)?;
    Some((entry.preview?, entry.at))
}

/// Who made a call to this number at about this time, if this is it. That the call log names the member is
/// assumed.
pub(super) fn caller(value: &Value, to: &str, at: Timestamp) -> Option<Owner> {
    let made = ["/createdAt", "/at", "/timestamp"].into_iter().find_map(|path| value.time(path))?;
    let this = value.words("/direction") == Some("outbound")
        && value.words("/toNumber") == Some(to)
        && made.duration_since(at).abs() <= ONE_CALL;
    let member = ["/member", "/user"].into_iter().find_map(|path| value.at(path)).filter(|_| this)?;
    Some(Owner { id: MemberId::new(member.words("/id")?), name: name(member, "/name").unwrap_or_default() })
}

/// Nothing says how a missed call is told from an answered one; assumed: by a status, or in words.
fn is_missed(value: &Value, says: Option<&str>) -> bool {
    let missed = |text: &str| text.to_ascii_lowercase().starts_with("missed");
    value.words("/status").is_some_and(missed) || says.is_some_and(missed)
}

/// A shared number; `None` without its address.
pub(super) fn line(value: &Value) -> Option<Line> {
    Some(Line { number: value.words("/channelAddress")?.to_owned(), name: name(value, "/displayName") })
}

/// A member; `None` without an id.
pub(super) fn member(value: &Value) -> Option<Member> {
    Some(Member {
        id: MemberId::new(value.words("/id")?),
        name: name(value, "/name").unwrap_or_default(),
        email: value.words("/email").map(str::to_owned),
        away: value.words("/availability").is_some_and(|said| !said.eq_ignore_ascii_case("available")),
        admin: value.words("/role").is_some_and(|role| role.eq_ignore_ascii_case("admin")),
    })
}

/// dialnote's own words of a refusal: its message, else its error code, else the status.
pub(super) fn words(status: StatusCode, body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let paths = ["/message", "/error/message", "/error", "/error/code"];
    let words = paths.into_iter().find_map(|path| answer.words(path));
    words.map_or_else(|| status.to_string(), |words| text::cut(&text::words(words), LONGEST_WORDS))
}

/// Whether the refusal is the one that read-only keys get on every write.
pub(super) fn is_read_only(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer.text("/error") == Some("INSUFFICIENT_PERMISSIONS")
}

/// Reads an answer as everything that it could be.
#[cfg(fuzzing)]
pub fn read_anything(body: &[u8]) {
    words(StatusCode::BAD_REQUEST, body);
    is_read_only(body);
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return };
    let content = opened(answer);
    let all = ["conversations", "members", "messages", "calls"].map(|name| items(&content, name));
    for value in all.iter().flatten().chain([&content]) {
        let _ = (conversation(value), entry(value), note(value), line(value), member(value));
        caller(value, "+14155550100", Timestamp::UNIX_EPOCH);
    }
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
        assert_eq!(items(&json!([1, 2]), "messages").len(), 2);
        assert_eq!(items(&json!({"messages": [1]}), "messages").len(), 1);
    }

    #[test]
    fn a_conversation_needs_no_more_than_its_id() {
        let bare = conversation(&json!({"id": "c1", "contact": null, "lastActivity": {"type": 7}, "status": "new"}));
        assert_eq!(bare.map(|c| (c.status, c.owner, c.last_activity)), Some((Status::Open, None, None)));
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

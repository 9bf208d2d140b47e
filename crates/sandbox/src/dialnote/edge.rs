//! The boundary between the sandbox's own ids and words and those of dialnote as the [`Variants`] play it. Requests are
//! translated on arrival and answers before they are sent. The code behind it knows only the variants of behaviour.

use serde_json::{Map, Value, json};

use super::found::{Found, Refused, Shape};
use super::model::{Dialnote, Status};
use super::variants::{
    Addresses, AssignedTo, Envelope, Ids, IsRead, List, MemberFields, MemberShape, NotFoundBody, PatchStatus,
    StatusCase, StatusUnknown, Variants, WriteAnswer,
};
use crate::answer::{Answer, Form};
use crate::request::RecordedRequest;

/// The beginning of the ids that look like another system's: their letters are upper case.
const UUID: &str = "6F9619FF-8B86-D011-B42D-";

/// The fields of a status change.
const ABOUT_STATUS: [&str; 2] = ["status", "snoozedUntil"];

/// The translation for one set of variants.
#[derive(Clone, Copy)]
pub(super) struct Edge(pub(super) Variants);

/// A base address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    /// `/api/v1/public`.
    Public,
    /// `/api/v1`.
    Plain,
    /// `/api`, for subscriptions.
    Hooks,
}

/// Returns the path below the base URL: `/conversations/conv_1001`. Subscriptions are beside it, under `/api/webhooks`.
pub(crate) fn below_base(path: &str) -> &str {
    split(path).map_or(path, |(_, below)| below)
}

fn split(path: &str) -> Option<(Base, &str)> {
    let path = path.strip_prefix("/dialnote")?;
    let below = |base: &str| path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let public = || below("/api/v1/public").map(|rest| (Base::Public, rest));
    let plain = || below("/api/v1").map(|rest| (Base::Plain, rest));
    let webhooks = || below("/api/hooks").map(|_| (Base::Hooks, path));
    public().or_else(plain).or_else(webhooks)
}

/// Requests.
impl Edge {
    /// Returns the path below a base address that answers such calls.
    pub(super) fn path(self, heard: &RecordedRequest) -> Option<&str> {
        let (base, path) = split(&heard.path)?;
        let changes = heard.method == "PATCH";
        let answers = match self.0.addresses {
            Addresses::One => true,
            Addresses::Split => changes != (base == Base::Public),
            Addresses::PatchNowhere => !changes,
        };
        let webhooks = path.starts_with("/api/hooks");
        ((base == Base::Hooks) == webhooks && (webhooks || answers)).then_some(path)
    }

    /// Returns a conversation's own id; an unused id if `written` has the wrong form.
    pub(super) fn conversation(self, written: &str) -> String {
        let number = match self.0.ids {
            Ids::Strings => None,
            Ids::Numbers => written.parse().ok(),
            Ids::UuidUpper => written.strip_prefix(UUID).and_then(|digits| digits.parse().ok()),
        };
        let id = number.map_or_else(|| written.to_owned(), |number: u64| format!("conv_{number}"));
        if in_address(self.conversation_id(&id)) == written { id } else { String::new() }
    }

    /// Returns the parameters of a request, with the owner asked for as the sandbox's own id.
    pub(super) fn query(self, dialnote: &Dialnote, heard: &RecordedRequest) -> Vec<(String, String)> {
        let mut query: Vec<(String, String)> = form_urlencoded::parse(heard.query.as_bytes()).into_owned().collect();
        for (name, value) in &mut query {
            if name == "assignedToId" && value != "null" {
                // Members who left the organization may still own conversations.
                let owners = dialnote.conversations.iter().filter_map(|one| one.assigned_to.as_ref());
                let mut all = dialnote.members.iter().map(|member| &member.id).chain(owners);
                *value = all.find(|id| in_address(self.user_id(id)) == *value).cloned().unwrap_or_default();
            }
        }
        query
    }

    /// Returns a change in the sandbox's own ids and words; `None` if nothing is left of it.
    pub(super) fn change(
        self,
        dialnote: &Dialnote,
        mut body: Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Refused> {
        let about_status: Vec<&str> = ABOUT_STATUS.into_iter().filter(|name| body.contains_key(*name)).collect();
        match self.0.patch_status {
            PatchStatus::Refused if !about_status.is_empty() => {
                return Err(Refused::unrecognized("object", &about_status));
            }
            PatchStatus::Ignored if !about_status.is_empty() => {
                body.retain(|name, _| !ABOUT_STATUS.contains(&name.as_str()));
                if body.is_empty() {
                    return Ok(None);
                }
            }
            _ => {}
        }
        if let Some(owner) = body.get_mut("assignedToId") {
            *owner = self.owner(dialnote, owner)?;
        }
        if let Some(status) = body.get_mut("status") {
            *status = self.status(status)?;
        }
        Ok(Some(body))
    }

    /// Returns the owner to set. Only the id of a user is accepted.
    fn owner(self, dialnote: &Dialnote, written: &Value) -> Result<Value, Refused> {
        if written.is_null() {
            return Ok(Value::Null);
        }
        let member = dialnote.members.iter().find(|member| self.user_id(&member.id) == *written);
        match (member, written) {
            (Some(member), _) => Ok(json!(member.id)),
            (None, Value::String(id)) => Err(Refused::invalid(format!("{id} is not a member of your organization."))),
            (None, Value::Number(id)) if self.0.member_shape == MemberShape::Numeric => {
                Err(Refused::invalid(format!("{id} is not a member of your organization.")))
            }
            (None, _) => Err(Refused::invalid("assignedToId must be a member's id, or null.")),
        }
    }

    fn status(self, written: &Value) -> Result<Value, Refused> {
        let all = [Status::Open, Status::Done, Status::Snoozed];
        let status = all.into_iter().find(|status| self.spelled(status.word()) == *written);
        let [open, done, snoozed] = all.map(|status| self.spelled(status.word()));
        let refused = || Refused::invalid(format!("status must be {open}, {done} or {snoozed}."));
        status.map(|status| json!(status.word())).ok_or_else(refused)
    }
}

/// Answers.
impl Edge {
    /// Returns an answer in the form in which it is sent.
    pub(super) fn answer(self, dialnote: &Dialnote, answered: Result<Found, Refused>) -> Answer {
        match answered {
            Ok(found) => self.found(dialnote, found),
            Err(refused) => self.refused(&refused),
        }
    }

    fn refused(self, refused: &Refused) -> Answer {
        let form = match self.0.not_found_body {
            _ if refused.status != 404 => Form::Json,
            NotFoundBody::Json => Form::Json,
            NotFoundBody::Html => Form::Html,
            NotFoundBody::Empty => Form::Empty,
        };
        let mut body = json!({"error": refused.error});
        if !refused.message.is_empty() {
            body["message"] = json!(refused.message);
        }
        Answer { form, ..Answer::new(refused.status, body) }
    }

    fn found(self, dialnote: &Dialnote, found: Found) -> Answer {
        let Found { status, shape, data, meta } = found;
        let (status, form) = match (shape, self.0.write_answer) {
            (Shape::Changed | Shape::Note, WriteAnswer::NoContent) => (204, Form::Empty),
            (Shape::Changed | Shape::Note, WriteAnswer::Empty) => (status, Form::Empty),
            (Shape::Changed | Shape::Note, WriteAnswer::Html) => (status, Form::Html),
            _ => (status, Form::Json),
        };
        let data = self.shaped(dialnote, shape, data);
        let body = match self.0.envelope {
            Envelope::Data => json!({"data": data, "meta": meta}),
            Envelope::Bare => bare(data, &meta),
        };
        Answer { form, ..Answer::new(status, body) }
    }

    fn shaped(self, dialnote: &Dialnote, shape: Shape, data: Value) -> Value {
        match shape {
            Shape::Changed if self.0.write_answer == WriteAnswer::OtherOwner => {
                self.conversation_object(of_another(dialnote, data), false)
            }
            Shape::Conversation | Shape::Changed => self.conversation_object(data, false),
            Shape::Conversations => self.list("conversations", data, |one| self.conversation_object(one, true)),
            Shape::Members => self.list("members", data, |member| self.member_object(member)),
            Shape::Channels => self.list("channels", data, |channel| channel),
            Shape::Calls => self.list("callLogs", data, |call| self.call_object(call)),
            Shape::Call => self.call_object(data),
            Shape::Contacts | Shape::Messages | Shape::Note | Shape::Hook => data,
        }
    }

    fn list(self, name: &str, data: Value, one: impl Fn(Value) -> Value) -> Value {
        let Value::Array(items) = data else { return data };
        let items: Value = items.into_iter().map(one).collect();
        match self.0.list {
            List::Array => items,
            List::Named => json!({ name: items }),
        }
    }

    fn conversation_object(self, mut object: Value, listed: bool) -> Value {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        let word = object["status"].as_str().unwrap_or_default().to_owned();
        object["status"] = json!(self.spelled(self.unknown_status(&id, &word).unwrap_or(&word)));
        object["id"] = self.conversation_id(&id);
        if let Some(owner) = object["assignedToId"].as_str().map(str::to_owned) {
            object["assignedToId"] = self.user_id(&owner);
            // A member who left the organization has no object.
            if object["assignedTo"].is_object() {
                object["assignedTo"]["id"] = self.member_id(&owner);
            }
        }
        let Value::Object(mut fields) = object else { return object };
        match self.0.is_read {
            IsRead::Bool => {}
            IsRead::Absent => drop(fields.remove("isRead")),
            IsRead::Null => drop(fields.insert("isRead".to_owned(), Value::Null)),
        }
        let hidden: &[&str] = match self.0.assigned_to {
            AssignedTo::Object => &["assignedToId"],
            AssignedTo::IdOnly => &["assignedTo"],
            AssignedTo::AbsentInLists if listed => &["assignedTo", "assignedToId"],
            AssignedTo::Both | AssignedTo::AbsentInLists => &[],
        };
        fields.retain(|name, _| !hidden.contains(&name.as_str()));
        Value::Object(fields)
    }

    fn member_object(self, member: Value) -> Value {
        let id = member["id"].as_str().unwrap_or_default().to_owned();
        let Value::Object(mut fields) = member else { return member };
        match self.0.member_fields {
            MemberFields::Full => {}
            MemberFields::NoEmail => drop(fields.remove("email")),
            MemberFields::NoName => drop(fields.remove("name")),
            MemberFields::AvailabilityAbsent => drop(fields.remove("availability")),
            MemberFields::AvailabilityUpper => respell(&mut fields, |word| word.to_uppercase().replace(' ', "_")),
            MemberFields::AvailabilityLower => respell(&mut fields, str::to_lowercase),
        }
        fields.insert("id".to_owned(), self.member_id(&id));
        match self.0.member_shape {
            MemberShape::Plain | MemberShape::Numeric => {}
            MemberShape::UserId => drop(fields.insert("userId".to_owned(), self.user_id(&id))),
            MemberShape::UserObject => {
                let mut user = Map::from_iter([("id".to_owned(), self.user_id(&id))]);
                user.extend(["name", "email", "avatar"].into_iter().filter_map(|name| fields.remove_entry(name)));
                fields.insert("user".to_owned(), Value::Object(user));
            }
        }
        Value::Object(fields)
    }

    fn call_object(self, mut call: Value) -> Value {
        if let Some(member) = call["member"]["id"].as_str().map(str::to_owned) {
            call["member"]["id"] = self.member_id(&member);
        }
        if let Some(conversation) = call["conversationId"].as_str().map(str::to_owned) {
            call["conversationId"] = self.conversation_id(&conversation);
        }
        call
    }

    fn conversation_id(self, id: &str) -> Value {
        match (self.0.ids, number(id)) {
            (Ids::Strings, _) | (_, None) => json!(id),
            (Ids::Numbers, Some(number)) => json!(number),
            (Ids::UuidUpper, Some(number)) => json!(format!("{UUID}{number:012}")),
        }
    }

    /// Returns the id by which a member is assigned.
    fn user_id(self, member: &str) -> Value {
        match self.0.member_shape {
            MemberShape::Plain => json!(member),
            MemberShape::UserId | MemberShape::UserObject => {
                json!(format!("user_{}", member.strip_prefix("mem_").unwrap_or(member)))
            }
            MemberShape::Numeric => json!(hash(member)),
        }
    }

    /// Returns the id that a member's entry in a list begins with, and that names a conversation's owner.
    fn member_id(self, member: &str) -> Value {
        if self.0.member_shape == MemberShape::Numeric { json!(hash(member)) } else { json!(member) }
    }

    fn spelled(self, word: &str) -> String {
        let mut letters = word.chars();
        match self.0.status_case {
            StatusCase::Lower => word.to_owned(),
            StatusCase::Upper => word.to_uppercase(),
            StatusCase::Capital => letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect(),
        }
    }

    /// Returns the special status of every third done conversation (`conv_1011` of the fixed ones).
    fn unknown_status(self, id: &str, word: &str) -> Option<&'static str> {
        let odd = word == Status::Done.word() && number(id).is_some_and(|number| number.is_multiple_of(3));
        match self.0.status_unknown {
            StatusUnknown::Archived if odd => Some("archived"),
            StatusUnknown::Spam if odd => Some("spam"),
            _ => None,
        }
    }
}

/// Returns an id in the form used in paths and parameters.
fn in_address(id: Value) -> String {
    match id {
        Value::String(id) => id,
        number => number.to_string(),
    }
}

/// Adds the metadata to an object without an envelope. Other data has no place for it.
fn bare(mut data: Value, meta: &Value) -> Value {
    if let (Value::Object(fields), Some(next)) = (&mut data, meta.get("nextCursor")) {
        fields.insert("meta".to_owned(), json!({ "nextCursor": next }));
    }
    data
}

/// Returns the conversation with a wrong owner.
fn of_another(dialnote: &Dialnote, mut object: Value) -> Value {
    if let Some(other) = dialnote.members.iter().find(|member| object["assignedToId"] != member.id.as_str()) {
        object["assignedToId"] = json!(other.id);
        object["assignedTo"] = other.as_owner();
    }
    object
}

fn respell(member: &mut Map<String, Value>, spell: impl Fn(&str) -> String) {
    if let Some(Value::String(word)) = member.get_mut("availability") {
        *word = spell(word);
    }
}

/// Returns the number in the id of a conversation, if the id holds nothing else.
fn number(id: &str) -> Option<u64> {
    let digits = id.strip_prefix("conv_")?;
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}

/// Returns a stable number for a member's id, safe in every reader of JSON (FNV-1a).
fn hash(id: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    id.bytes().fold(0xcbf2_9ce4_8422_2325, step) >> 33
}

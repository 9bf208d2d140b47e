//! The export of a person's data, as JSON. It is written piece by piece: an audit log may be long.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::core::ids::InstallationId;
use crate::ops::jobs;
use crate::ops::person::known::Person;
use crate::ops::person::model;
use crate::ops::person::model::{ITEMS_PER_READ, PersonError};
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::{DocumentKind, Since, Store};

/// Writes the stored data about a person. Of data that is also about other people, it writes only the part that names
/// the person.
pub async fn export(
    store: &dyn Store,
    installation: &InstallationId,
    person: &Person,
    out: &mut impl Write,
) -> Result<(), PersonError> {
    writeln!(out, "{{\n  \"person\": {},", indented(&who(installation, person), "  "))?;
    for (name, category) in [
        ("cache_entries", DataCategory::CacheEntries),
        ("documents", DataCategory::Documents),
        ("drafts", DataCategory::Drafts),
    ] {
        let mut list = List::begin(out, name)?;
        model::each(store, installation, category, |kept| {
            if model::is_about(person, &kept) { list.add(&shown(person, kept)) } else { Ok(()) }
        })
        .await?;
        list.end()?;
    }
    let mut list = List::begin(out, "pacing")?;
    model::each(store, installation, DataCategory::Buckets, |kept| {
        if model::is_about(person, &kept) { list.add(&kept.name.0.into()) } else { Ok(()) }
    })
    .await?;
    list.end()?;
    for (name, dead) in [("jobs_waiting", false), ("jobs_given_up", true)] {
        let mut list = List::begin(out, name)?;
        model::each_job(store, (installation, person), dead, |job| list.add(&jobs::whole(&job))).await?;
        list.end()?;
    }
    let mut list = List::begin(out, "cards_naming_them")?;
    model::each(
        store,
        installation,
        DataCategory::Cards,
        |StoredItem { name: (conversation, channel), body, .. }| {
            if person.is_in(&body) {
                list.add(&json!({ "conversation": conversation, "channel": channel }))
            } else {
                Ok(())
            }
        },
    )
    .await?;
    list.end()?;
    conversations(store, installation, person, List::begin(out, "conversations_naming_them")?).await?;
    audit(store, installation, person, List::begin(out, "audit")?).await?;
    Ok(writeln!(out, "  \"end\": true\n}}")?)
}

fn who(installation: &InstallationId, person: &Person) -> Value {
    json!({
        "workspace": installation, "user": person.user, "names": person.names, "addresses": person.addresses,
        "members": person.members,
    })
}

/// Returns a stored item with the data in it about the person. Sealed data is no one's.
fn shown(person: &Person, kept: StoredItem) -> Value {
    let StoredItem { name: (kind, id), also, at, body } = kept;
    let is_theirs = [Some(&id), also.as_ref()].into_iter().flatten().any(|name| person.is_surely_in(name));
    let body = match serde_json::from_str(&body).unwrap_or(Value::String(body)) {
        Value::Object(mut fields) if DocumentKind::of(&kind).is_some_and(DocumentKind::has_secrets) => {
            fields.retain(|_, field| field.as_str().is_some_and(|text| person.is_surely_in(text)));
            Value::Object(fields)
        }
        body if is_theirs => body,
        body => person.part_of(body),
    };
    json!({ "kind": kind, "id": id, "also": also, "at": at, "body": body })
}

/// Writes the ids of dialnote's conversations that name the person; the rest of these conversations is about other
/// people.
async fn conversations(
    store: &dyn Store,
    installation: &InstallationId,
    person: &Person,
    mut list: List<'_, impl Write>,
) -> Result<(), PersonError> {
    let mut since = Since { at: Timestamp::MIN, conversation: String::new() };
    loop {
        let piece = store.snapshots(installation, &since, ITEMS_PER_READ).await?;
        let Some(last) = piece.last() else { return list.end() };
        since = Since { at: last.at, conversation: last.conversation.to_string() };
        for seen in piece.iter().filter(|seen| person.is_in(&seen.body)) {
            list.add(&json!({ "conversation": seen.conversation, "seen": seen.at }))?;
        }
    }
}

/// Writes the person's actions, and the actions of other people that name them, newest first.
async fn audit(
    store: &dyn Store,
    installation: &InstallationId,
    person: &Person,
    mut list: List<'_, impl Write>,
) -> Result<(), PersonError> {
    let mut before = None;
    loop {
        let piece = store.latest(installation, before, ITEMS_PER_READ).await?;
        let Some(last) = piece.last() else { return list.end() };
        before = Some(last.id);
        let theirs = piece.iter().map(|line| &line.entry);
        for entry in theirs.filter(|entry| entry.actor == person.user || person.is_in(&entry.detail)) {
            let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_else(|_| entry.detail.clone().into());
            list.add(&json!({
                "at": entry.at, "user": entry.actor, "verb": entry.verb, "conversation": entry.conversation,
                "detail": detail,
            }))?;
        }
    }
}

/// A list that is being written.
struct List<'a, W> {
    out: &'a mut W,
    empty: bool,
}

impl<'a, W: Write> List<'a, W> {
    fn begin(out: &'a mut W, name: &str) -> Result<Self, PersonError> {
        write!(out, "  \"{name}\": [")?;
        Ok(Self { out, empty: true })
    }

    fn add(&mut self, value: &Value) -> Result<(), PersonError> {
        let comma = if self.empty { "" } else { "," };
        self.empty = false;
        Ok(write!(self.out, "{comma}\n    {}", indented(value, "    "))?)
    }

    fn end(self) -> Result<(), PersonError> {
        let close = if self.empty { "]," } else { "\n  ]," };
        Ok(writeln!(self.out, "{close}")?)
    }
}

fn indented(value: &Value, by: &str) -> String {
    format!("{value:#}").replace('\n', &format!("\n{by}"))
}

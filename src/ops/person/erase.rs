//! The removal of a person from the stored data. Events stay; the person's identity does not. Repeating it is safe: if
//! it stops halfway, the next run continues, because the data that identifies the person goes last.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::core::error::Fault;
use crate::core::ids::{InstallationId, SlackUserId};
use crate::core::json::Peek;
use crate::ops::person::known::{ERASED, Person};
use crate::ops::person::model;
use crate::ops::person::model::{ITEMS_PER_READ, PersonError};
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::{Audited, DocumentKind, Entry, Since, Store};

/// The time for which commands that were given together may wait for each other: they are tried for a day.
const UNDER_WAY: SignedDuration = SignedDuration::from_hours(48);

/// Erases a person, and reports the removed and the remaining data.
pub async fn erase(
    store: &dyn Store,
    (installation, person): (&InstallationId, &Person),
    even_if_waiting: bool,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), PersonError> {
    let mut erasing = Erasing::of(store, installation, person, now);
    let waiting = erasing.waiting().await?;
    if let Some(one) = waiting.one.clone().filter(|_| !even_if_waiting) {
        return Err(PersonError::Waiting { count: waiting.count, user: person.user.clone(), one });
    }
    erasing.go_through_everything().await?;
    erasing.tell(&waiting, out).await
}

/// Reports the data that erasing would remove, and changes nothing.
pub async fn preview(
    store: &dyn Store,
    (installation, person): (&InstallationId, &Person),
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), PersonError> {
    let mut erasing = Erasing { only_counts: true, ..Erasing::of(store, installation, person, now) };
    let waiting = erasing.waiting().await?;
    erasing.go_through_everything().await?;
    erasing.tell(&waiting, out).await
}

struct Erasing<'a> {
    store: &'a dyn Store,
    installation: &'a InstallationId,
    person: &'a Person,
    now: Timestamp,
    /// Set for a preview, which changes nothing.
    only_counts: bool,
    removed: BTreeMap<String, usize>,
    replaced: BTreeMap<String, usize>,
}

/// The kind under which a job counts as removed.
const GIVEN_UP: &str = "failed job";

/// The pending jobs that name the person.
#[derive(Default)]
struct PendingErasures {
    count: usize,
    one: Option<String>,
}

/// The fate of a stored item.
enum ErasureState {
    Stays,
    Goes,
    Becomes(String),
}

impl<'a> Erasing<'a> {
    fn of(store: &'a dyn Store, installation: &'a InstallationId, person: &'a Person, now: Timestamp) -> Self {
        let (removed, replaced) = (BTreeMap::new(), BTreeMap::new());
        Self { store, installation, person, now, only_counts: false, removed, replaced }
    }

    /// Goes through all categories. The data that identifies the person goes last.
    async fn go_through_everything(&mut self) -> Result<(), PersonError> {
        self.go_through(DataCategory::Documents).await?;
        self.go_through(DataCategory::Drafts).await?;
        self.go_through(DataCategory::Buckets).await?;
        self.throw_away_jobs().await?;
        self.redact().await?;
        self.go_through(DataCategory::CacheEntries).await
    }

    async fn waiting(&self) -> Result<PendingErasures, PersonError> {
        let mut waiting = PendingErasures::default();
        let mut count = |one: String| {
            waiting.count += 1;
            waiting.one.get_or_insert(one);
            Ok(())
        };
        model::each_job(self.store, (self.installation, self.person), false, |job| count(job.id.to_string())).await?;
        model::each(self.store, self.installation, DataCategory::Documents, |kept| {
            let is_under_way = self.is_under_way(&kept) && model::is_about(self.person, &kept);
            if is_under_way { count(kept.name.0) } else { Ok(()) }
        })
        .await?;
        Ok(waiting)
    }

    /// Answers whether the item is the result of one of several commands, while others of them are still pending.
    fn is_under_way(&self, kept: &StoredItem) -> bool {
        let is_young = |at: Timestamp| self.now.duration_since(at) < UNDER_WAY;
        DocumentKind::of(&kept.name.0) == Some(DocumentKind::Batch) && kept.at.is_some_and(is_young)
    }

    /// Goes through all items of a category, and applies the fate of each. An item that changes at the same time is
    /// looked at again.
    async fn go_through(&mut self, category: DataCategory) -> Result<(), PersonError> {
        let mut after = Default::default();
        loop {
            let piece = self.store.category(self.installation, category, &after, ITEMS_PER_READ).await?;
            if piece.is_empty() {
                return Ok(());
            }
            for kept in piece {
                if !self.settle(category, &kept).await? {
                    break;
                }
                after = kept.name;
            }
        }
    }

    async fn settle(&mut self, category: DataCategory, kept: &StoredItem) -> Result<bool, Fault> {
        let fate = if category == DataCategory::Documents { self.fate_of_document(kept) } else { self.fate(kept) };
        let (done, counts) = match fate {
            ErasureState::Stays => return Ok(true),
            ErasureState::Goes if self.only_counts => (true, &mut self.removed),
            ErasureState::Becomes(_) if self.only_counts => (true, &mut self.replaced),
            ErasureState::Goes => {
                (self.store.delete_if_unchanged(self.installation, category, kept).await?, &mut self.removed)
            }
            ErasureState::Becomes(body) => {
                (self.store.rewrite(self.installation, kept, &body).await?, &mut self.replaced)
            }
        };
        *counts.entry(label(category, kept)).or_default() += usize::from(done);
        Ok(done)
    }

    /// Returns the fate of a fact or a draft. Facts can be read again, and a requester can repeat a kept command.
    fn fate(&self, kept: &StoredItem) -> ErasureState {
        if model::is_about(self.person, kept) { ErasureState::Goes } else { ErasureState::Stays }
    }

    /// Returns the fate of a document. Documents cannot be read again: those that are also about other people stay,
    /// without the person.
    fn fate_of_document(&self, kept: &StoredItem) -> ErasureState {
        let (person, (name, id)) = (self.person, &kept.name);
        let kind = DocumentKind::of(name);
        if kind.is_some_and(DocumentKind::has_secrets) || self.is_under_way(kept) {
            return ErasureState::Stays;
        }
        if kind == Some(DocumentKind::Route) {
            return without_person(person, &kept.body).map_or(ErasureState::Stays, ErasureState::Becomes);
        }
        let is_theirs = [id, &kept.body].into_iter().any(|text| person.is_surely_in(text)) || person.is_member(id);
        if is_theirs || kind == Some(DocumentKind::Batch) && person.is_in(&kept.body) {
            return ErasureState::Goes;
        }
        person.erased_from(&kept.body).map_or(ErasureState::Stays, ErasureState::Becomes)
    }

    async fn throw_away_jobs(&mut self) -> Result<(), PersonError> {
        loop {
            let (mut jobs, mut all) = (Vec::new(), 0);
            model::each_job(self.store, (self.installation, self.person), true, |job| {
                all += 1;
                if jobs.len() < ITEMS_PER_READ {
                    jobs.push(job.id);
                }
                Ok(())
            })
            .await?;
            if self.only_counts {
                self.removed.insert(GIVEN_UP.to_owned(), all);
            }
            if jobs.is_empty() || self.only_counts {
                return Ok(());
            }
            for id in jobs {
                let gone = self.store.discard(id).await?;
                *self.removed.entry(GIVEN_UP.to_owned()).or_default() += usize::from(gone);
            }
        }
    }

    async fn redact(&mut self) -> Result<(), PersonError> {
        let mut before = None;
        loop {
            let piece = self.store.latest(self.installation, before, ITEMS_PER_READ).await?;
            let Some(last) = piece.last() else { return Ok(()) };
            before = Some(last.id);
            let lines: Vec<_> = piece.into_iter().filter_map(|line| redacted(self.person, line)).collect();
            if !lines.is_empty() {
                let count = lines.len();
                let replaced =
                    if self.only_counts { count } else { self.store.redact(self.installation, lines).await? };
                *self.replaced.entry("audit entry".to_owned()).or_default() += replaced;
            }
        }
    }

    async fn tell(&self, waiting: &PendingErasures, out: &mut impl Write) -> Result<(), PersonError> {
        let words: Vec<_> = self.person.words().collect();
        writeln!(out, "In {}, known by: {}.", self.installation, words.join(", "))?;
        let [removed, replaced] =
            if self.only_counts { ["Would be removed", "Would be replaced"] } else { ["Removed", "Replaced"] };
        counted(removed, &self.removed, out)?;
        counted(&format!("{replaced} by \"{ERASED}\""), &self.replaced, out)?;
        writeln!(out, "Not removed:")?;
        for remains in self.remains(waiting).await? {
            writeln!(out, "- {remains}")?;
        }
        Ok(out.flush()?)
    }

    async fn remains(&self, waiting: &PendingErasures) -> Result<Vec<String>, PersonError> {
        let (person, installation) = (self.person, self.installation);
        let (cards, conversations) = (self.cards().await?, self.conversations().await?);
        let mut remains = Vec::new();
        if waiting.count > 0 {
            remains
                .push(format!("Pending jobs that name them: {}. Erase again when they are finished.", waiting.count));
        }
        for (kind, way_out) in [
            (DocumentKind::Installation, "They installed the app. This changes when someone else installs it again."),
            (
                DocumentKind::Connection,
                "They entered the dialnote key. This changes when another admin enters one (`/dialnote connect`).",
            ),
        ] {
            let kept = self.store.document(installation, kind.name(), "").await?;
            remains.extend(kept.filter(|kept| person.is_surely_in(&kept.body)).map(|_| way_out.to_owned()));
        }
        if cards + conversations > 0 {
            remains.push(format!(
                "Snapshots of dialnote's conversations ({conversations}) and cards ({cards}) that name them. The app \
                 rewrites both when the data in dialnote changes; `dialnote-slack resync` does it at once."
            ));
        }
        if !person.members.is_empty() {
            remains.push("Their dialnote id in the audit log, as the owner before or after.".to_owned());
        }
        remains.extend(
            [
                "Cards and messages in Slack: delete them there.",
                "Conversations and notes in dialnote: change them there.",
                "Backups, and freed pages of the database until they are overwritten (docs/operate.md).",
                "Your logs of the app, its proxy and its database.",
                "While they are in Slack or dialnote, the app reads their data again when they act or are named.",
            ]
            .map(str::to_owned),
        );
        if person.names.is_empty() || person.addresses.is_empty() {
            remains.push(
                "Texts that name them otherwise: their name or address is not stored. Give it with --name or --address."
                    .to_owned(),
            );
        }
        Ok(remains)
    }

    async fn cards(&self) -> Result<usize, PersonError> {
        let mut cards = 0;
        model::each(self.store, self.installation, DataCategory::Cards, |kept| {
            cards += usize::from(self.person.is_in(&kept.body));
            Ok(())
        })
        .await?;
        Ok(cards)
    }

    async fn conversations(&self) -> Result<usize, PersonError> {
        let (mut since, mut count) = (Since { at: Timestamp::MIN, conversation: String::new() }, 0);
        loop {
            let piece = self.store.snapshots(self.installation, &since, ITEMS_PER_READ).await?;
            let Some(last) = piece.last() else { return Ok(count) };
            since = Since { at: last.at, conversation: last.conversation.to_string() };
            count += piece.iter().filter(|seen| self.person.is_in(&seen.body)).count();
        }
    }
}

/// Returns a route without the person, if it names them: as the one who made it, as the backup of its answer targets, or
/// among the people to whom it assigns.
fn without_person(person: &Person, body: &str) -> Option<String> {
    let mut route: Value = serde_json::from_str(body).ok()?;
    let (before, user) = (route.clone(), person.user.as_str());
    for (path, place) in [("/by", ""), ("/targets/then", "/user")] {
        if let Some(part) =
            route.pointer_mut(path).filter(|part| part.pointer(place).and_then(Value::as_str) == Some(user))
        {
            *part = Value::Null;
        }
    }
    if let Some(people) = route.pointer_mut("/auto/pool/people").and_then(Value::as_array_mut) {
        people.retain(|one| one.as_str() != Some(user));
    }
    (route != before).then(|| route.to_string())
}

/// Returns a line of the audit log without the person, if they are in it. As the actor they lose any name: it may be
/// one that they had long ago.
fn redacted(person: &Person, line: Audited) -> Option<Audited> {
    let Audited { id, installation, entry } = line;
    let detail = person.erased_from(&entry.detail);
    if entry.actor != person.user {
        let entry = Entry { detail: detail?, ..entry };
        return Some(Audited { id, installation, entry });
    }
    let detail = without_name(&detail.unwrap_or_else(|| entry.detail.clone()));
    Some(Audited { id, installation, entry: Entry { actor: SlackUserId::new(ERASED), detail, ..entry } })
}

fn without_name(detail: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(detail) else { return detail.to_owned() };
    for place in ["/by", "/member/id", "/member/name"] {
        if value.words(place).is_some()
            && let Some(named) = value.pointer_mut(place)
        {
            *named = ERASED.into();
        }
    }
    value.to_string()
}

fn label(category: DataCategory, kept: &StoredItem) -> String {
    let kind = &kept.name.0;
    match category {
        DataCategory::CacheEntries => format!("cache entry: {kind}"),
        DataCategory::Documents if DocumentKind::of(kind) == Some(DocumentKind::Batch) => "document: batch".to_owned(),
        DataCategory::Documents => format!("document: {kind}"),
        DataCategory::Drafts => "deferred command".to_owned(),
        DataCategory::Cards => "card".to_owned(),
        DataCategory::Buckets => "direct message limit".to_owned(),
    }
}

fn counted(what: &str, counts: &BTreeMap<String, usize>, out: &mut impl Write) -> Result<(), PersonError> {
    let counts: Vec<_> = counts.iter().filter(|(_, count)| **count > 0).collect();
    if counts.is_empty() {
        return Ok(writeln!(out, "{what}: nothing")?);
    }
    writeln!(out, "{what}:")?;
    for (label, count) in counts {
        writeln!(out, "{count:>6} {}", plural(*count, label))?;
    }
    Ok(())
}

/// Returns the plural of a label where it is needed. The name of a stored kind, after a colon, has none.
fn plural(count: usize, label: &str) -> String {
    match label.strip_suffix('y') {
        _ if count == 1 || label.contains(':') => label.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{label}s"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn counts_have_real_plurals() {
        for (count, label, counted) in [
            (1, "audit entry", "audit entry"),
            (2, "audit entry", "audit entries"),
            (2, "failed job", "failed jobs"),
            (2, "cache entry: members", "cache entry: members"),
        ] {
            assert_eq!(plural(count, label), counted);
        }
    }

    #[test]
    fn a_route_names_the_person_no_more() {
        let user = SlackUserId::new("U0LEO");
        let person = Person::new(user, BTreeSet::default(), BTreeSet::default(), BTreeSet::default());
        let person = person.unwrap_or_else(|_| unreachable!("an id is a word"));
        let route =
            r#"{"auto":{"pool":{"people":["U0LEO","U0ZOE"]}},"by":"U0LEO","targets":{"then":{"user":"U0LEO"}}}"#;
        let without = r#"{"auto":{"pool":{"people":["U0ZOE"]}},"by":null,"targets":{"then":null}}"#;
        assert_eq!(without_person(&person, route).as_deref(), Some(without));
        assert_eq!(without_person(&person, without), None);
    }
}

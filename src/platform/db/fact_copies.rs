//! Copies of facts that rarely change: rules, routes, links, profiles. A process reads such a fact once, and again after
//! a change. The database raises the version of an installation with each change, by triggers (`migrations`, "copies"),
//! and each claim carries the version. So a job finds every change that was committed before its claim, whichever
//! instance made it.
//!
//! Only claimed jobs read copies. Everything else reads the database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::platform::db::api::Store;
use crate::platform::db::kinds::{CacheKind, DocumentKind};
use crate::platform::db::values::{CacheEntry, Document, Effect};

/// The most bytes that all copies of a process take. If there are more, all are dropped.
const MOST_BYTES: usize = 16 << 20;

/// The bytes that a copy takes beside its content, roughly.
const OVERHEAD: usize = 256;

/// The copies of a process.
#[derive(Default)]
pub struct FactCopies(Mutex<HashMap<InstallationId, Shelf>>);

/// The copies of one installation.
#[derive(Default)]
struct Shelf {
    moment: Moment,
    facts: HashMap<FactKey, Fact>,
    bytes: usize,
}

/// The moment at which a read began. What is read is kept only if nothing has changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moment {
    /// The highest version that a claim had.
    version: i64,
    /// The number of writes by this process.
    writes: u64,
}

/// The name of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FactKey {
    /// A document, by its id.
    Document(DocumentKind, String),
    /// The first documents of a kind, by their number.
    Documents(DocumentKind, usize),
    /// A cache entry, by its id.
    Entry(CacheKind, String),
    /// A cache entry, by its alias.
    Alias(CacheKind, String),
}

/// A fact as it was read.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Document(Option<Document>),
    Documents(Vec<Document>),
    Entry(Option<CacheEntry>),
}

impl FactCopies {
    /// Drops the copies of an installation that may be older than a claim.
    pub(super) fn claimed(&self, installation: &InstallationId, version: i64) {
        let mut shelves = self.lock();
        let shelf = shelves.entry(installation.clone()).or_default();
        if version > shelf.moment.version {
            shelf.moment.version = version;
            shelf.clear();
        }
    }

    /// Drops the copies of facts that this process has written.
    pub(super) fn wrote(&self, installation: &InstallationId, written: &[WrittenFact]) {
        let mut shelves = self.lock();
        let shelf = shelves.entry(installation.clone()).or_default();
        shelf.moment.writes += 1;
        shelf.facts.retain(|key, _| !written.iter().any(|written| written.touches(key)));
        shelf.bytes = shelf.facts.values().map(Fact::bytes).sum();
    }

    /// Returns the copy of a fact. If there is none, reads the fact and keeps it.
    pub(super) async fn through<T>(
        &self,
        installation: &InstallationId,
        key: FactKey,
        read: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault>
    where
        T: Clone + Into<Fact> + TryFrom<Fact>,
    {
        let (copy, begun) = self.find(installation, &key);
        if let Some(Ok(copy)) = copy.map(T::try_from) {
            return Ok(copy);
        }
        let read = read.await?;
        let fact = read.clone().into();
        // A cache entry may be added without a higher version.
        if !matches!(fact, Fact::Entry(None)) {
            self.keep(installation, key, fact, begun);
        }
        Ok(read)
    }

    /// Returns the copies of cache entries, and reads those that are missing.
    pub(super) async fn entries(
        &self,
        store: &dyn Store,
        installation: &InstallationId,
        kind: CacheKind,
        ids: &[&str],
    ) -> Result<Vec<CacheEntry>, Fault> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for id in ids {
            match self.find(installation, &FactKey::Entry(kind, (*id).to_owned())) {
                (Some(Fact::Entry(entry)), _) => found.extend(entry),
                (_, begun) => missing.push((*id, begun)),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let ids: Vec<_> = missing.iter().map(|(id, _)| *id).collect();
        let mut read = store.cache_get_all(installation, kind.name(), &ids).await?;
        for (id, begun) in missing {
            if let Some(entry) = read.iter().find(|entry| entry.id == id) {
                self.keep(installation, FactKey::Entry(kind, id.to_owned()), Fact::Entry(Some(entry.clone())), begun);
            }
        }
        found.append(&mut read);
        Ok(found)
    }

    /// Returns the copy of a fact, if there is one, and the moment at which its read would begin.
    fn find(&self, installation: &InstallationId, key: &FactKey) -> (Option<Fact>, Moment) {
        let mut shelves = self.lock();
        let shelf = shelves.entry(installation.clone()).or_default();
        (shelf.facts.get(key).cloned(), shelf.moment)
    }

    /// Keeps a fact that was read, unless something has changed since the read began.
    fn keep(&self, installation: &InstallationId, key: FactKey, fact: Fact, begun: Moment) {
        let mut shelves = self.lock();
        let shelf = shelves.entry(installation.clone()).or_default();
        if shelf.moment != begun {
            return;
        }
        shelf.bytes += fact.bytes();
        if let Some(before) = shelf.facts.insert(key, fact) {
            shelf.bytes -= before.bytes();
        }
        if shelves.values().map(|shelf| shelf.bytes).sum::<usize>() > MOST_BYTES {
            shelves.values_mut().for_each(Shelf::clear);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstallationId, Shelf>> {
        // No code that holds the lock can leave the copies half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn clear(&mut self) {
        self.facts.clear();
        self.bytes = 0;
    }
}

/// The name of a copied fact that is written.
pub(super) struct WrittenFact {
    kind: &'static str,
    id: String,
}

impl WrittenFact {
    /// Returns the name of a document, if it is copied.
    pub(super) fn document(kind: &str, id: &str) -> Option<Self> {
        let kind = DocumentKind::of(kind).filter(|kind| kind.is_copied())?;
        Some(Self { kind: kind.name(), id: id.to_owned() })
    }

    /// Returns the name of a cache entry, if it is copied.
    pub(super) fn entry(entry: &CacheEntry) -> Option<Self> {
        let kind = CacheKind::ALL.into_iter().find(|kind| kind.name() == entry.kind)?;
        kind.is_copied().then(|| Self { kind: kind.name(), id: entry.id.clone() })
    }

    /// Returns the names of the copied facts that these effects write.
    pub(super) fn by(effects: &[Effect]) -> Vec<Self> {
        let written = effects.iter().filter_map(|effect| match effect {
            Effect::PutDocument(Document { kind, id, .. }) | Effect::DropDocument { kind, id } => {
                Self::document(kind, id)
            }
            Effect::CachePut(entry) => Self::entry(entry),
            _ => None,
        });
        written.collect()
    }

    /// Answers whether a copy may be of the written fact.
    fn touches(&self, key: &FactKey) -> bool {
        match key {
            FactKey::Document(kind, id) => kind.name() == self.kind && *id == self.id,
            FactKey::Entry(kind, id) => kind.name() == self.kind && *id == self.id,
            FactKey::Documents(kind, _) => kind.name() == self.kind,
            FactKey::Alias(kind, _) => kind.name() == self.kind,
        }
    }
}

impl Fact {
    /// Returns the bytes of the contents, and roughly those around them.
    fn bytes(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Document(document) => document.as_ref().map_or(0, |document| document.body.len()),
                Self::Documents(documents) => documents.iter().map(|document| OVERHEAD + document.body.len()).sum(),
                Self::Entry(entry) => entry.as_ref().map_or(0, |entry| entry.body.len()),
            }
    }
}

impl From<Option<Document>> for Fact {
    fn from(document: Option<Document>) -> Self {
        Self::Document(document)
    }
}

impl From<Vec<Document>> for Fact {
    fn from(documents: Vec<Document>) -> Self {
        Self::Documents(documents)
    }
}

impl From<Option<CacheEntry>> for Fact {
    fn from(entry: Option<CacheEntry>) -> Self {
        Self::Entry(entry)
    }
}

impl TryFrom<Fact> for Option<Document> {
    type Error = Fact;

    fn try_from(fact: Fact) -> Result<Self, Fact> {
        if let Fact::Document(document) = fact { Ok(document) } else { Err(fact) }
    }
}

impl TryFrom<Fact> for Vec<Document> {
    type Error = Fact;

    fn try_from(fact: Fact) -> Result<Self, Fact> {
        if let Fact::Documents(documents) = fact { Ok(documents) } else { Err(fact) }
    }
}

impl TryFrom<Fact> for Option<CacheEntry> {
    type Error = Fact;

    fn try_from(fact: Fact) -> Result<Self, Fact> {
        if let Fact::Entry(entry) = fact { Ok(entry) } else { Err(fact) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn here() -> InstallationId {
        InstallationId::new("T1")
    }

    fn profile(id: &str) -> FactKey {
        FactKey::Entry(CacheKind::Profile, id.to_owned())
    }

    fn entry(body: &str) -> Fact {
        let at = Timestamp::UNIX_EPOCH;
        Fact::Entry(Some(CacheEntry::new(CacheKind::Profile, "U1", at, body.to_owned())))
    }

    fn has(copies: &FactCopies, key: &FactKey) -> bool {
        copies.find(&here(), key).0.is_some()
    }

    /// Reads a fact, and keeps it after something else happened.
    fn read(copies: &FactCopies, key: &FactKey, change: impl FnOnce(&FactCopies)) {
        let (_, begun) = copies.find(&here(), key);
        change(copies);
        copies.keep(&here(), key.clone(), entry("one"), begun);
    }

    #[test]
    fn a_copy_holds_until_a_claim_with_a_higher_version() {
        let copies = FactCopies::default();
        copies.claimed(&here(), 3);
        read(&copies, &profile("U1"), |_| {});
        copies.claimed(&here(), 3);
        copies.claimed(&here(), 2);
        copies.claimed(&InstallationId::new("T2"), 9);
        assert!(has(&copies, &profile("U1")));
        copies.claimed(&here(), 4);
        assert!(!has(&copies, &profile("U1")));
    }

    #[test]
    fn a_write_drops_the_copies_that_it_may_change() {
        let copies = FactCopies::default();
        let (by_email, unlike) =
            (FactKey::Alias(CacheKind::Profile, "zoe".into()), FactKey::Entry(CacheKind::Shared, "U1".into()));
        let (route, routes) =
            (FactKey::Document(DocumentKind::Route, "C1".into()), FactKey::Documents(DocumentKind::Route, 9));
        let all = [profile("U1"), profile("U2"), by_email, unlike, route, routes];
        for key in &all {
            read(&copies, key, |_| {});
        }
        let entry = CacheEntry::new(CacheKind::Profile, "U1", Timestamp::UNIX_EPOCH, String::new());
        copies.wrote(&here(), &WrittenFact::by(&[Effect::CachePut(entry)]));
        assert_eq!(all.each_ref().map(|key| has(&copies, key)), [false, true, false, true, true, true]);
        copies.wrote(&here(), &WrittenFact::by(&[Effect::DropDocument { kind: "route".into(), id: "C2".into() }]));
        assert_eq!(all.each_ref().map(|key| has(&copies, key)), [false, true, false, true, true, false]);
    }

    #[test]
    fn nothing_is_kept_of_a_read_that_a_change_overtook() {
        let copies = FactCopies::default();
        read(&copies, &profile("U1"), |copies| copies.wrote(&here(), &[]));
        assert!(!has(&copies, &profile("U1")));
        read(&copies, &profile("U1"), |copies| copies.claimed(&here(), 1));
        assert!(!has(&copies, &profile("U1")));
    }

    #[test]
    fn the_copies_of_all_installations_have_one_limit() {
        let copies = FactCopies::default();
        let third = entry(&"x".repeat(MOST_BYTES / 3));
        let kept = ["T1", "T2", "T3"].map(|id| {
            let installation = InstallationId::new(id);
            let (_, begun) = copies.find(&installation, &profile("U1"));
            copies.keep(&installation, profile("U1"), third.clone(), begun);
            has(&copies, &profile("U1"))
        });
        assert_eq!(kept, [true, true, false]);
    }
}

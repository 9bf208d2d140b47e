//! The rows of one installation. The holder of this handle cannot read or write another installation's rows.

use std::sync::Arc;

use durable_queue::{Claim, Settled, Verdict};
use jiff::Timestamp;

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};
use crate::platform::db::api::Store;
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::fact_copies::{FactCopies, FactKey, WrittenFact};
use crate::platform::db::kinds::{CacheKind, DocumentKind};
use crate::platform::db::values::{Audited, CacheEntry, Card, Document, Draft, Effect, Entry, Since, Snapshot};

/// The most closed buckets that are read.
const MOST_LIMITS: usize = 10_000;

/// A handle on the rows of one installation. Its methods are those of [`Store`] that are scoped to one.
#[derive(Clone)]
pub struct TenantDb {
    store: Arc<dyn Store>,
    installation: InstallationId,
    copies: Arc<FactCopies>,
    /// True if facts that rarely change may come from the copies.
    reads_copies: bool,
}

impl TenantDb {
    /// Creates a handle on the rows of `installation`. It reads everything from the database.
    pub fn new(store: Arc<dyn Store>, installation: InstallationId, copies: Arc<FactCopies>) -> Self {
        Self { store, installation, copies, reads_copies: false }
    }

    /// Returns a handle on the rows of another installation.
    pub(crate) fn of(&self, installation: InstallationId) -> Self {
        Self { installation, reads_copies: false, ..self.clone() }
    }

    /// Returns the handle of a claimed job. It may read copies that hold everything committed before the claim.
    pub(crate) fn claimed(&self, claim: &Claim) -> Self {
        self.copies.claimed(&self.installation, claim.tenant_version);
        Self { reads_copies: true, ..self.clone() }
    }

    /// See [`Store::settle`].
    pub(crate) async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault> {
        let written = WrittenFact::by(&effects);
        let settled = self.store.settle(claim, verdict, effects, now).await;
        self.wrote(&written);
        settled
    }

    /// Returns the installation of these rows.
    pub fn installation(&self) -> &InstallationId {
        &self.installation
    }

    /// Returns the time until which the other side has closed a bucket, if it has.
    pub(crate) async fn closed_until(&self, bucket: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let closed = self.store.limits(now, MOST_LIMITS).await?;
        let own = closed.into_iter().find(|limit| limit.installation == self.installation && limit.bucket == bucket);
        Ok(own.map(|limit| limit.until))
    }

    /// See [`Store::card`].
    pub async fn card(&self, channel: &ChannelId, conversation: &ConversationId) -> Result<Option<Card>, Fault> {
        self.store.card(&self.installation, channel, conversation).await
    }

    /// See [`Store::cards`].
    pub async fn cards(&self, conversation: &ConversationId) -> Result<Vec<Card>, Fault> {
        self.store.cards(&self.installation, conversation).await
    }

    /// See [`Store::cards_in`].
    pub(crate) async fn cards_in(
        &self,
        channel: &ChannelId,
        after: &MessageTs,
        max: usize,
    ) -> Result<Vec<Card>, Fault> {
        self.store.cards_in(&self.installation, channel, after, max).await
    }

    /// See [`Store::draft`].
    pub async fn draft(&self, id: &DraftId) -> Result<Option<Draft>, Fault> {
        self.store.draft(&self.installation, id).await
    }

    /// See [`Store::entries`].
    pub async fn entries(&self, conversation: &ConversationId, max: usize) -> Result<Vec<Entry>, Fault> {
        self.store.entries(&self.installation, conversation, max).await
    }

    /// See [`Store::deeds`].
    pub async fn deeds(&self, actor: &SlackUserId, max: usize) -> Result<Vec<Entry>, Fault> {
        self.store.deeds(&self.installation, actor, max).await
    }

    /// See [`Store::latest`].
    pub async fn latest(&self, before: Option<i64>, max: usize) -> Result<Vec<Audited>, Fault> {
        self.store.latest(&self.installation, before, max).await
    }

    /// See [`Store::cache_put`].
    pub async fn cache_put(&self, entry: CacheEntry) -> Result<(), Fault> {
        let written = WrittenFact::entry(&entry);
        let put = self.store.cache_put(&self.installation, entry).await;
        self.wrote(written.as_slice());
        put
    }

    /// See [`Store::cache_get`].
    pub(crate) async fn cache_get(&self, kind: CacheKind, id: &str) -> Result<Option<CacheEntry>, Fault> {
        let read = self.store.cache_get(&self.installation, kind.name(), id);
        if !self.copies_entries(kind) {
            return read.await;
        }
        self.copies.through(&self.installation, FactKey::Entry(kind, id.to_owned()), read).await
    }

    /// See [`Store::cache_get_all`].
    pub(crate) async fn cache_get_all(&self, kind: CacheKind, ids: &[&str]) -> Result<Vec<CacheEntry>, Fault> {
        if !self.copies_entries(kind) {
            return self.store.cache_get_all(&self.installation, kind.name(), ids).await;
        }
        self.copies.entries(self.store.as_ref(), &self.installation, kind, ids).await
    }

    /// See [`Store::cache_find`].
    pub(crate) async fn cache_find(&self, kind: CacheKind, alias: &str) -> Result<Option<CacheEntry>, Fault> {
        let read = self.store.cache_find(&self.installation, kind.name(), alias);
        if !self.copies_entries(kind) {
            return read.await;
        }
        self.copies.through(&self.installation, FactKey::Alias(kind, alias.to_owned()), read).await
    }

    /// See [`Store::keep`].
    pub async fn keep(&self, document: Document) -> Result<(), Fault> {
        let written = WrittenFact::document(&document.kind, &document.id);
        let kept = self.store.keep(&self.installation, document).await;
        self.wrote(written.as_slice());
        kept
    }

    /// Removes a document, unless it was replaced or removed since. Answers whether it was removed.
    pub(crate) async fn take(&self, document: &Document) -> Result<bool, Fault> {
        let name = (document.kind.clone(), document.id.clone());
        let kept = StoredItem { name, also: None, at: None, body: document.body.clone() };
        let taken = self.store.delete_if_unchanged(&self.installation, DataCategory::Documents, &kept).await;
        self.wrote(WrittenFact::document(&document.kind, &document.id).as_slice());
        taken
    }

    /// See [`Store::document`].
    pub(crate) async fn document(&self, kind: DocumentKind, id: &str) -> Result<Option<Document>, Fault> {
        let read = self.store.document(&self.installation, kind.name(), id);
        if !self.copies_documents(kind) {
            return read.await;
        }
        self.copies.through(&self.installation, FactKey::Document(kind, id.to_owned()), read).await
    }

    /// See [`Store::document`]; for a kind with a scope.
    pub(crate) async fn document_within(
        &self,
        kind: DocumentKind,
        scope: &str,
        id: &str,
    ) -> Result<Option<Document>, Fault> {
        self.store.document(&self.installation, &kind.within(scope), id).await
    }

    /// See [`Store::documents`].
    pub(crate) async fn documents(&self, kind: DocumentKind, max: usize) -> Result<Vec<Document>, Fault> {
        let read = self.store.documents(&self.installation, kind.name(), max);
        if !self.copies_documents(kind) {
            return read.await;
        }
        self.copies.through(&self.installation, FactKey::Documents(kind, max), read).await
    }

    /// See [`Store::documents`]; for a kind with a scope.
    pub(crate) async fn documents_within(
        &self,
        kind: DocumentKind,
        scope: &str,
        max: usize,
    ) -> Result<Vec<Document>, Fault> {
        self.store.documents(&self.installation, &kind.within(scope), max).await
    }

    /// See [`Store::record`].
    pub async fn record(&self, entry: Entry) -> Result<(), Fault> {
        self.store.record(&self.installation, entry).await
    }

    /// See [`Store::put_snapshots`].
    pub async fn put_snapshots(&self, seen: Vec<Snapshot>) -> Result<(), Fault> {
        self.store.put_snapshots(&self.installation, seen).await
    }

    /// See [`Store::snapshot`].
    pub async fn snapshot(&self, id: &ConversationId) -> Result<Option<Snapshot>, Fault> {
        self.store.snapshot(&self.installation, id).await
    }

    /// See [`Store::snapshots`].
    pub async fn snapshots(&self, since: &Since, max: usize) -> Result<Vec<Snapshot>, Fault> {
        self.store.snapshots(&self.installation, since, max).await
    }

    fn copies_documents(&self, kind: DocumentKind) -> bool {
        self.reads_copies && kind.is_copied()
    }

    fn copies_entries(&self, kind: CacheKind) -> bool {
        self.reads_copies && kind.is_copied()
    }

    /// Drops the copies of what was written, or may have been: a write can fail after its commit.
    fn wrote(&self, written: &[WrittenFact]) {
        if !written.is_empty() {
            self.copies.wrote(&self.installation, written);
        }
    }
}

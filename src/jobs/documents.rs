//! Stores documents by their types ([`StoredDocument`]), and reads them back. A document that this version cannot read
//! may come from a later version, which runs beside it while instances are replaced. That is a fault and never counts as
//! missing, so that no rule is forgotten and the jobs that need the document wait. A cache entry may be forgotten
//! instead.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::json;
use crate::core::preferences::NotificationPreferences;
use crate::core::route::Route;
use crate::core::rules::Rules;
use crate::core::teammate::ByHand;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::{Document, DocumentKind, Draft, Effect, StoredDocument};

impl StoredDocument for Rules {
    const KIND: DocumentKind = DocumentKind::Rules;
}

impl StoredDocument for NotificationPreferences {
    const KIND: DocumentKind = DocumentKind::Preferences;
}

impl StoredDocument for Route {
    const KIND: DocumentKind = DocumentKind::Route;
}

impl StoredDocument for ByHand {
    const KIND: DocumentKind = DocumentKind::Link;
}

/// A record that the dialnote key may only read.
#[derive(Serialize, Deserialize)]
pub(crate) struct ReadOnlyKey {}

impl StoredDocument for ReadOnlyKey {
    const KIND: DocumentKind = DocumentKind::ReadOnlyKey;
}

/// A record that dialnote accepted a change of status and made none.
#[derive(Serialize, Deserialize)]
pub(crate) struct StatusUnchanged {}

impl StoredDocument for StatusUnchanged {
    const KIND: DocumentKind = DocumentKind::StatusUnchanged;
}

/// A record that a message became a note.
#[derive(Serialize, Deserialize)]
pub(crate) struct QuotedMessage {}

impl StoredDocument for QuotedMessage {
    const KIND: DocumentKind = DocumentKind::Quoted;
}

/// Returns the content of a stored document, if there is one.
pub(crate) async fn get<T: StoredDocument>(ctx: &TenantCtx, id: &str) -> Result<Option<T>, Fault> {
    stored::<T>(ctx, id).await?.as_ref().map(read).transpose()
}

/// Returns the contents of all documents of a kind, at most `max`, with their ids.
pub(crate) async fn all<T: StoredDocument>(ctx: &TenantCtx, max: usize) -> Result<Vec<(String, T)>, Fault> {
    let kept = all_stored::<T>(ctx, max).await?;
    kept.into_iter().map(|kept| read(&kept).map(|content| (kept.id, content))).collect()
}

/// Returns a document with its times and its content as stored, if there is one.
pub(crate) async fn stored<T: StoredDocument>(ctx: &TenantCtx, id: &str) -> Result<Option<Document>, Fault> {
    ctx.db.document(T::KIND, id).await
}

/// Returns all documents of a kind, at most `max`, with their times and their contents as stored.
pub(crate) async fn all_stored<T: StoredDocument>(ctx: &TenantCtx, max: usize) -> Result<Vec<Document>, Fault> {
    ctx.db.documents(T::KIND, max).await
}

/// Returns a document of a scope as it is stored, if there is one.
pub(crate) async fn stored_within<T: StoredDocument>(
    ctx: &TenantCtx,
    scope: &str,
    id: &str,
) -> Result<Option<Document>, Fault> {
    ctx.db.document_within(T::KIND, scope, id).await
}

/// Returns all documents of a kind in a scope as they are stored, at most `max`.
pub(crate) async fn all_stored_within<T: StoredDocument>(
    ctx: &TenantCtx,
    scope: &str,
    max: usize,
) -> Result<Vec<Document>, Fault> {
    ctx.db.documents_within(T::KIND, scope, max).await
}

/// Returns the content of a document, or `Unreadable`.
pub(crate) fn read<T: StoredDocument>(kept: &Document) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: format!("the stored {}", T::KIND.name()), cause })
}

/// Returns the content of a document, or none if this version cannot read it.
pub(crate) fn readable<T: StoredDocument>(kept: &Document) -> Option<T> {
    serde_json::from_str(&kept.body).ok()
}

/// Returns the content of a draft, or `Unreadable`.
pub(crate) fn read_draft<T: DeserializeOwned>(kept: &Draft) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: "the stored command".to_owned(), cause })
}

/// Returns the rules of the workspace.
pub async fn rules(ctx: &TenantCtx) -> Result<Rules, Fault> {
    Ok(get(ctx, "").await?.unwrap_or_default())
}

/// Returns a person's notification preferences.
pub async fn preferences(ctx: &TenantCtx, user: &SlackUserId) -> Result<NotificationPreferences, Fault> {
    Ok(get(ctx, user.as_str()).await?.unwrap_or_default())
}

/// Returns the effect that stores a document.
pub(crate) fn put(ctx: &TenantCtx, id: &str, content: &impl StoredDocument) -> Effect {
    put_due(ctx, id, content, None)
}

/// Returns the effect that stores a document with the time of the next action on it, if there is one.
pub(crate) fn put_due(ctx: &TenantCtx, id: &str, content: &impl StoredDocument, due: Option<Timestamp>) -> Effect {
    Effect::PutDocument(document(ctx, id, content, due))
}

/// Returns the effect that stores a document in a scope.
pub(crate) fn put_within<T: StoredDocument>(ctx: &TenantCtx, scope: &str, id: &str, content: &T) -> Effect {
    Effect::PutDocument(Document { kind: T::KIND.within(scope), ..document(ctx, id, content, None) })
}

/// Returns a document as it is now, with the time of the next action on it, if there is one.
pub(crate) fn document(ctx: &TenantCtx, id: &str, content: &impl StoredDocument, due: Option<Timestamp>) -> Document {
    Document::of(id, content, ctx.clock.now(), due)
}

/// Returns the effect that removes the document with this id.
pub(crate) fn remove<T: StoredDocument>(id: &str) -> Effect {
    Effect::DropDocument { kind: T::KIND.name().to_owned(), id: id.to_owned() }
}

/// Returns the effect that removes a stored document.
pub(crate) fn remove_stored(kept: Document) -> Effect {
    Effect::DropDocument { kind: kept.kind, id: kept.id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_a_fault_that_tells_nothing_of_the_content() {
        let (kind, at) = ("rules:U1".to_owned(), Timestamp::UNIX_EPOCH);
        let body = r#"{"reassign":"the owner's cat"}"#.to_owned();
        let fault = read::<Rules>(&Document { kind, id: String::new(), at, due: None, body }).err();
        let said = fault.map(|fault| fault.to_string()).unwrap_or_default();
        assert!(said.starts_with("the stored rules cannot be read: reassign, column "), "{said}");
    }
}

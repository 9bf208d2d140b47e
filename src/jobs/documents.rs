//! Reads documents back. A document that this version cannot read may come from a later version, which runs beside it
//! while instances are replaced. That is a fault and never counts as missing, so that no rule is forgotten and the jobs
//! that need the document wait. A cache entry may be forgotten instead.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::json;
use crate::core::preferences::NotificationPreferences;
use crate::core::rules::Rules;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::{Document, Draft, Effect};

/// The document kind of a channel's settings (`settings::sharing`), by channel.
pub(crate) const CHANNEL: &str = "channel";

/// Returns the content of a document, or `Unreadable`.
pub fn read<T: DeserializeOwned>(kept: &Document) -> Result<T, Fault> {
    json::read(&kept.body)
        .map_err(|cause| Fault::Unreadable { what: format!("the stored {}", kind(&kept.kind)), cause })
}

/// Returns the contents of documents, with their ids.
pub(crate) fn read_all<T: DeserializeOwned>(kept: Vec<Document>) -> Result<Vec<(String, T)>, Fault> {
    kept.into_iter().map(|kept| read(&kept).map(|content| (kept.id, content))).collect()
}

/// Returns the content of a draft, or `Unreadable`.
pub(crate) fn read_draft<T: DeserializeOwned>(kept: &Draft) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: "the stored command".to_owned(), cause })
}

/// Returns the kind without the person or thing that it is about.
fn kind(kind: &str) -> &str {
    kind.split(':').next().unwrap_or(kind)
}

/// Returns the content of a stored document, if there is one.
pub(crate) async fn kept<T: DeserializeOwned>(ctx: &TenantCtx, kind: &str, id: &str) -> Result<Option<T>, Fault> {
    ctx.db.document(kind, id).await?.as_ref().map(read).transpose()
}

/// Returns the rules of the workspace.
pub async fn rules(ctx: &TenantCtx) -> Result<Rules, Fault> {
    Ok(kept(ctx, Rules::KIND, "").await?.unwrap_or_default())
}

/// Returns a person's notification preferences.
pub async fn preferences(ctx: &TenantCtx, user: &SlackUserId) -> Result<NotificationPreferences, Fault> {
    Ok(kept(ctx, NotificationPreferences::KIND, user.as_str()).await?.unwrap_or_default())
}

pub(crate) fn put(ctx: &TenantCtx, kind: &str, id: &str, value: &impl Serialize) -> Effect {
    put_due(ctx, kind, id, value, None)
}

pub(crate) fn put_due(ctx: &TenantCtx, kind: &str, id: &str, value: &impl Serialize, due: Option<Timestamp>) -> Effect {
    Effect::PutDocument(document(ctx, kind, id, value, due))
}

pub(crate) fn document(
    ctx: &TenantCtx,
    kind: &str,
    id: &str,
    value: &impl Serialize,
    due: Option<Timestamp>,
) -> Document {
    let body = serde_json::to_string(value).unwrap_or_default();
    Document { kind: kind.to_owned(), id: id.to_owned(), at: ctx.clock.now(), due, body }
}

/// The document kind that records that the dialnote key may only read (`platform::db::Document`).
pub(crate) const TROUBLE: &str = "read_only_key";

/// The document kind that records that dialnote accepted a change of status and made none (`platform::db::Document`).
pub(crate) const STATUS_TROUBLE: &str = "status_unchanged";

/// The document kind of a message that became a note (`platform::db::Document`), by message and conversation.
pub(crate) const QUOTED: &str = "quoted";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rules::Rules;
    use jiff::Timestamp;

    #[test]
    fn what_cannot_be_read_is_a_fault_that_tells_nothing_of_the_content() {
        let (kind, at) = ("rules:U1".to_owned(), Timestamp::UNIX_EPOCH);
        let body = r#"{"reassign":"the owner's cat"}"#.to_owned();
        let fault = read::<Rules>(&Document { kind, id: String::new(), at, due: None, body }).err();
        let said = fault.map(|fault| fault.to_string()).unwrap_or_default();
        assert!(said.starts_with("the stored rules cannot be read: reassign, column "), "{said}");
    }
}

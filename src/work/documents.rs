//! Documents, read back. One that this version cannot read may be a later version's, which works beside it
//! while instances are replaced: that is a fault, never nothing, so that no rule is forgotten and whatever needs
//! it waits. What is only remembered (`store::Memo`) may be forgotten instead.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::error::Fault;
use crate::ids::SlackUserId;
use crate::json;
use crate::store::{Document, Draft, Effect};
use crate::work::ctx::TenantCtx;

/// The kind under which the settings of a channel are kept (`work::sharing`), by channel.
pub(crate) const CHANNEL: &str = "channel";

/// The content of a document.
pub(crate) fn read<T: DeserializeOwned>(kept: &Document) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: format!("the kept {}", kind(&kept.kind)), cause })
}

/// The contents of documents, with their ids.
pub(crate) fn read_all<T: DeserializeOwned>(kept: Vec<Document>) -> Result<Vec<(String, T)>, Fault> {
    kept.into_iter().map(|kept| read(&kept).map(|content| (kept.id, content))).collect()
}

/// The content of a draft.
pub(crate) fn read_draft<T: DeserializeOwned>(kept: &Draft) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: "the kept command".to_owned(), cause })
}

/// The kind without whom or what it is about.
fn kind(kind: &str) -> &str {
    kind.split(':').next().unwrap_or(kind)
}

/// Something kept, if there is any.
pub(crate) async fn kept<T: DeserializeOwned>(ctx: &TenantCtx, kind: &str, id: &str) -> Result<Option<T>, Fault> {
    ctx.db.document(kind, id).await?.as_ref().map(read).transpose()
}

/// The rules of the workspace.
pub(crate) async fn rules(ctx: &TenantCtx) -> Result<Rules, Fault> {
    Ok(kept(ctx, Rules::KIND, "").await?.unwrap_or_default())
}

/// What somebody wants to hear of.
pub(crate) async fn preferences(ctx: &TenantCtx, user: &SlackUserId) -> Result<NotificationPreferences, Fault> {
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

/// That the key turned out to be one that may only read (`store::Document`).
pub(crate) const TROUBLE: &str = "read_only_key";

/// That dialnote took a change of status and made none (`store::Document`).
pub(crate) const STATUS_TROUBLE: &str = "status_unchanged";

/// What a message that became a note is kept under (`store::Document`), by message and conversation.
pub(crate) const QUOTED: &str = "quoted";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Rules;
    use jiff::Timestamp;

    #[test]
    fn what_cannot_be_read_is_a_fault_that_tells_nothing_of_the_content() {
        let (kind, at) = ("rules:U1".to_owned(), Timestamp::UNIX_EPOCH);
        let body = r#"{"reassign":"the owner's cat"}"#.to_owned();
        let fault = read::<Rules>(&Document { kind, id: String::new(), at, due: None, body }).err();
        let said = fault.map(|fault| fault.to_string()).unwrap_or_default();
        assert!(said.starts_with("the kept rules cannot be read: reassign, column "), "{said}");
    }
}

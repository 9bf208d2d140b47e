//! Documents, read back. One that this version cannot read may be a later version's, which works beside it
//! while instances are replaced: that is a fault, never nothing, so that no rule is forgotten and whatever needs
//! it waits. What is only remembered (`store::Memo`) may be forgotten instead.

use serde::de::DeserializeOwned;

use crate::error::Fault;
use crate::json;
use crate::store::{Document, Draft};
use crate::work::TenantCtx;

/// The kind under which the settings of a channel are kept (`work::sharing`), by channel.
pub(super) const CHANNEL: &str = "channel";

/// The content of a document.
pub(super) fn read<T: DeserializeOwned>(kept: &Document) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: format!("the kept {}", kind(&kept.kind)), cause })
}

/// The contents of documents, with their ids.
pub(super) fn read_all<T: DeserializeOwned>(kept: Vec<Document>) -> Result<Vec<(String, T)>, Fault> {
    kept.into_iter().map(|kept| read(&kept).map(|content| (kept.id, content))).collect()
}

/// The content of a draft.
pub(super) fn read_draft<T: DeserializeOwned>(kept: &Draft) -> Result<T, Fault> {
    json::read(&kept.body).map_err(|cause| Fault::Unreadable { what: "the kept command".to_owned(), cause })
}

/// The kind without whom or what it is about.
fn kind(kind: &str) -> &str {
    kind.split(':').next().unwrap_or(kind)
}

/// Something kept, if there is any.
pub(super) async fn kept<T: DeserializeOwned>(ctx: &TenantCtx, kind: &str, id: &str) -> Result<Option<T>, Fault> {
    ctx.db.document(kind, id).await?.as_ref().map(read).transpose()
}

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

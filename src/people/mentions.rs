//! Names in place of the people whom a note mentions.

use std::collections::BTreeSet;

use crate::core::error::Fault;
use crate::core::typed;
use crate::jobs::ctx::TenantCtx;
use crate::people::directory;

/// The maximum number of people mentioned in a note who are looked up.
pub(crate) const MOST_NAMES: usize = 20;

/// Returns the note with the names of the people it mentions.
pub(crate) async fn with_names(ctx: &TenantCtx, note: &str) -> Result<String, Fault> {
    let mut named = note.to_owned();
    let mentioned: BTreeSet<_> = typed::unnamed(note).into_iter().collect();
    for (nth, user) in mentioned.into_iter().enumerate() {
        let name = if nth < MOST_NAMES { directory::name(ctx, &user).await? } else { None };
        named = typed::named(&named, &user, name.as_deref().unwrap_or("someone"));
    }
    Ok(named)
}

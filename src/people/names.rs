//! People who show the same name. The cached profile of each says that another person shows the name, too.

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::names::folded;
use crate::core::person::Profile;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact};

/// The maximum number of namesakes that are looked at.
const MAX_NAMESAKES: usize = 10;

/// The users who show a name.
#[derive(Default, Serialize, Deserialize)]
struct Namesakes(Vec<SlackUserId>);

impl CachedFact for Namesakes {
    const KIND: CacheKind = CacheKind::Namesakes;
}

impl CachedFact for Profile {
    const KIND: CacheKind = CacheKind::Profile;
}

/// Returns a profile that was just read, marked if another known person shows the same name. Marks the cached profiles
/// of the others, too.
pub(crate) async fn told_apart(ctx: &TenantCtx, profile: Profile) -> Result<Profile, Fault> {
    let shown = folded(&profile.name);
    let kept = ctx.db.cache_get(Namesakes::KIND, &shown).await?;
    let Namesakes(known) = kept.and_then(|kept| kept.fact()).unwrap_or_default();
    let mut called = vec![profile.user.clone()];
    for user in known.into_iter().filter(|user| *user != profile.user).take(MAX_NAMESAKES) {
        let Some(cache_entry) = ctx.db.cache_get(Profile::KIND, user.as_str()).await? else { continue };
        let Some(other) = cache_entry.fact::<Profile>() else { continue };
        if folded(&other.name) != shown {
            continue;
        }
        called.push(user);
        if !other.shared {
            let marked = CacheEntry::of(&cache_entry.id, cache_entry.at, &Profile { shared: true, ..other });
            ctx.db.cache_put(CacheEntry { alias: cache_entry.alias, ..marked }).await?;
        }
    }
    let shared = called.len() > 1;
    ctx.db.cache_put(CacheEntry::of(&shown, ctx.clock.now(), &Namesakes(called))).await?;
    Ok(Profile { shared, ..profile })
}

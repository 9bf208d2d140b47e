//! People who show the same name. The cached profile of each says that another person shows the name, too.

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::names::folded;
use crate::core::person::Profile;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::CacheEntry;

/// The cache entry kind of the users who show a name, by that name.
const CALLED: &str = "called";

/// The maximum number of namesakes that are looked at.
const MAX_NAMESAKES: usize = 10;

/// Returns a profile that was just read, marked if another known person shows the same name. Marks the cached profiles
/// of the others, too.
pub(crate) async fn told_apart(ctx: &TenantCtx, profile: Profile) -> Result<Profile, Fault> {
    let shown = folded(&profile.name);
    let kept = ctx.db.cache_get(CALLED, &shown).await?;
    let known: Vec<SlackUserId> = kept.and_then(|kept| serde_json::from_str(&kept.body).ok()).unwrap_or_default();
    let mut called = vec![profile.user.clone()];
    for user in known.into_iter().filter(|user| *user != profile.user).take(MAX_NAMESAKES) {
        let Some(cache_entry) = ctx.db.cache_get(PROFILE, user.as_str()).await? else { continue };
        let Ok(other) = serde_json::from_str::<Profile>(&cache_entry.body) else { continue };
        if folded(&other.name) != shown {
            continue;
        }
        called.push(user);
        if !other.shared {
            let body = serde_json::to_string(&Profile { shared: true, ..other }).unwrap_or_default();
            ctx.db.cache_put(CacheEntry { body, ..cache_entry }).await?;
        }
    }
    let shared = called.len() > 1;
    let body = serde_json::to_string(&called).unwrap_or_default();
    let cache_entry = CacheEntry { kind: CALLED.to_owned(), id: shown, alias: None, at: ctx.clock.now(), body };
    ctx.db.cache_put(cache_entry).await?;
    Ok(Profile { shared, ..profile })
}

/// The cache entry kind of Slack profiles, by user and email address.
pub(crate) const PROFILE: &str = "profile";

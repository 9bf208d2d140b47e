//! The stored data about a person, for an operator who is asked for it: exported, or erased. Works on the database; the
//! app may run at the same time.

mod erase;
mod export;
mod known;
pub mod model;

use std::collections::BTreeSet;

use crate::core::error::Fault;
use crate::core::ids::{InstallationId, MemberId, SlackUserId};
use crate::core::json::Peek;
use crate::jobs::documents;
use crate::jobs::installation::Installation;
use crate::ops::person::model::PersonError;
use crate::platform::db::{CacheKind, Store, StoredDocument};

pub use self::erase::{erase, preview};
pub use self::export::export;
pub use self::known::{ERASED, Person};

/// The number of their entries in the audit log that are searched for their earlier names.
const DEEDS: usize = 1_000;

/// A person, as far as the operator knows them.
#[derive(Clone, Debug)]
pub struct PersonQuery {
    /// Their Slack user.
    pub user: SlackUserId,
    /// Further names.
    pub names: Vec<String>,
    /// Further email addresses.
    pub addresses: Vec<String>,
}

/// Returns the installation that is meant: the one that is named, or the only one there is.
pub async fn whose(store: &dyn Store, asked: Option<InstallationId>) -> Result<InstallationId, PersonError> {
    let mut all = Vec::new();
    while let Some(next) = store.next_installation(all.last().unwrap_or(&InstallationId::new(""))).await? {
        all.push(next);
    }
    match (asked, all.as_slice()) {
        (_, []) => Err(PersonError::Nobody),
        (Some(asked), all) if all.contains(&asked) => Ok(asked),
        (None, [only]) => Ok(only.clone()),
        (Some(asked), all) => Err(PersonError::NotThere(asked, listed(store, all).await?)),
        (None, all) => Err(PersonError::Several(listed(store, all).await?)),
    }
}

/// Returns a list like `T0ACME (Acme Dental), T0BETA`: a removed installation no longer has a name.
async fn listed(store: &dyn Store, all: &[InstallationId]) -> Result<String, Fault> {
    let mut listed = Vec::new();
    for id in all {
        let kept = store.document(id, Installation::KIND.name(), "").await?;
        let name = kept.as_ref().and_then(documents::readable::<Installation>);
        listed.push(name.map_or_else(|| id.to_string(), |installation| format!("{id} ({})", installation.name)));
    }
    Ok(listed.join(", "))
}

/// Collects a person's identifiers: from their stored profile, from the names in their audit log entries, and from the
/// dialnote members with the same address.
pub async fn known(
    store: &dyn Store,
    installation: &InstallationId,
    asked: &PersonQuery,
) -> Result<Person, PersonError> {
    let user = asked.user.clone();
    let mut names: BTreeSet<_> = asked.names.iter().cloned().collect();
    let mut addresses: BTreeSet<_> = asked.addresses.iter().map(|address| address.to_lowercase()).collect();
    let mut members = BTreeSet::new();
    if let Some(profile) = store.cache_get(installation, CacheKind::Profile.name(), user.as_str()).await? {
        let profile: serde_json::Value = serde_json::from_str(&profile.body).unwrap_or_default();
        names.extend(["/name", "/real"].into_iter().filter_map(|name| profile.words(name)).map(str::to_owned));
        addresses.extend(profile.words("/email").map(str::to_lowercase));
    }
    for deed in store.deeds(installation, &user, DEEDS).await? {
        let detail: serde_json::Value = serde_json::from_str(&deed.detail).unwrap_or_default();
        names.extend(["/by", "/member/name"].into_iter().filter_map(|name| detail.words(name)).map(str::to_owned));
        members.extend(detail.words("/member/id").map(MemberId::new));
    }
    let kept = store.cache_get(installation, CacheKind::Members.name(), "").await?;
    let kept: serde_json::Value = kept.and_then(|kept| serde_json::from_str(&kept.body).ok()).unwrap_or_default();
    for member in kept.list("") {
        if member.words("/email").is_some_and(|email| addresses.contains(&email.to_lowercase())) {
            names.extend(member.words("/name").map(str::to_owned));
            members.extend(member.words("/id").map(MemberId::new));
        }
    }
    names.remove(ERASED);
    Ok(Person::new(user, without_blanks(names), without_blanks(addresses), members)?)
}

fn without_blanks(words: BTreeSet<String>) -> BTreeSet<String> {
    words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// Reads the id of a Slack user.
pub fn user(text: &str) -> Result<SlackUserId, String> {
    let is_id = |text: &&str| {
        text.len() > 1
            && text.starts_with(['U', 'W'])
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    let id = Some(text).filter(is_id).map(SlackUserId::new);
    id.ok_or_else(|| {
        "not the id of a Slack user\nhint: give one like U0ZOE (in Slack: their profile, Copy member ID)".to_owned()
    })
}

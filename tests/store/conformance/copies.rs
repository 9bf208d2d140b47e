//! Claims carry the version of their installation, and each change of a fact that processes copy raises it.

use std::time::Duration;

use super::common;
use super::facts::put;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::{InstallationId, JobId};
use dialnote_slack::platform::db::data_category::{DataCategory, StoredItem};
use dialnote_slack::platform::db::{CacheEntry, CacheKind, Document, DocumentKind, Effect, NewJob, Store, Verdict};

pub(super) async fn each_change_of_a_copied_document_raises_the_version(store: &dyn Store) -> Result<(), Fault> {
    let mut versions = Versions::of(store).await?;
    for kind in DocumentKind::ALL {
        let (name, raises) =
            (if kind.is_scoped() { kind.within("U1") } else { kind.name().to_owned() }, kind.is_copied());
        let document = |body: &str, due| Document {
            kind: name.clone(),
            id: "1".into(),
            at: common::at(1),
            due,
            body: body.into(),
        };
        store.keep(&common::here(), document("one", None)).await?;
        versions.check(store, raises, &format!("{name} is added")).await?;
        put(store, &common::here(), [Effect::PutDocument(document("two", Some(common::at(9))))]).await?;
        versions.check(store, raises, &format!("{name} is replaced")).await?;
        let item =
            |body: &str| StoredItem { name: (name.clone(), "1".into()), also: None, at: None, body: body.into() };
        assert!(store.rewrite(&common::here(), &item("two"), "three").await?);
        versions.check(store, raises, &format!("{name} is rewritten")).await?;
        put(store, &common::here(), [Effect::DropDocument { kind: name.clone(), id: "1".into() }]).await?;
        versions.check(store, raises, &format!("{name} is dropped")).await?;
        put(store, &common::here(), [Effect::DropDocument { kind: name.clone(), id: "2".into() }]).await?;
        versions.check(store, false, &format!("{name} was not there")).await?;
    }
    Ok(())
}

pub(super) async fn each_change_of_a_copied_cache_entry_raises_the_version(store: &dyn Store) -> Result<(), Fault> {
    let mut versions = Versions::of(store).await?;
    for kind in CacheKind::ALL {
        let (name, raises) = (kind.name(), kind.is_copied());
        let entry = |alias: &str, seconds, body: &str| CacheEntry {
            kind: name.into(),
            id: "1".into(),
            alias: Some(alias.into()),
            at: common::at(seconds),
            body: body.into(),
        };
        store.cache_put(&common::here(), entry("a", 1, "one")).await?;
        versions.check(store, false, &format!("{name} was in no copy")).await?;
        store.cache_put(&common::here(), entry("a", 2, "one")).await?;
        versions.check(store, false, &format!("{name} is read again, and is the same")).await?;
        put(store, &common::here(), [Effect::CachePut(entry("a", 3, "two"))]).await?;
        versions.check(store, raises, &format!("{name} has another content")).await?;
        store.cache_put(&common::here(), entry("b", 4, "two")).await?;
        versions.check(store, raises, &format!("{name} has another alias")).await?;
        let namesake = CacheEntry { id: "2".into(), ..entry("b", 5, "three") };
        store.cache_put(&common::here(), namesake).await?;
        versions.check(store, raises, &format!("another {name} has the alias")).await?;
        store.cache_put(&common::here(), entry("c", 2, "old")).await?;
        versions.check(store, false, &format!("an older {name} is stored too late")).await?;
        let item = StoredItem { name: (name.into(), "1".into()), also: None, at: None, body: "two".into() };
        assert!(store.delete_if_unchanged(&common::here(), DataCategory::CacheEntries, &item).await?);
        versions.check(store, raises, &format!("{name} is removed")).await?;
    }
    Ok(())
}

pub(super) async fn a_clock_that_is_set_back_raises_the_version(store: &dyn Store) -> Result<(), Fault> {
    let mut versions = Versions::of(store).await?;
    let (kind, id, body) = (CacheKind::Profile.name().into(), "U1".into(), "one".into());
    store.cache_put(&common::here(), CacheEntry { kind, id, alias: None, at: common::at(50), body }).await?;
    versions.check(store, false, "a profile is added").await?;
    store.set_back(Duration::from_secs(40), common::at(10)).await?;
    versions.check(store, true, "the profile's time goes back").await
}

pub(super) async fn a_version_never_begins_again(store: &dyn Store) -> Result<(), Fault> {
    let mut versions = Versions::of(store).await?;
    let rules = Document {
        kind: DocumentKind::Rules.name().into(),
        id: String::new(),
        at: common::at(1),
        due: None,
        body: "one".into(),
    };
    store.keep(&common::here(), rules).await?;
    versions.check(store, true, "the rules are added").await?;
    while store.clear(&common::here(), JobId(0), 100).await? > 0 {}
    versions.check(store, true, "the rules go with everything else").await
}

/// The versions of two installations, as claims carry them.
struct Versions {
    here: i64,
    elsewhere: i64,
    claims: u32,
}

impl Versions {
    async fn of(store: &dyn Store) -> Result<Self, Fault> {
        let mut versions = Self { here: 0, elsewhere: 0, claims: 0 };
        versions.check(store, false, "nothing is stored").await?;
        Ok(versions)
    }

    /// Checks that a change raised the version of its installation, or left it, and left that of the other one.
    async fn check(&mut self, store: &dyn Store, raises: bool, change: &str) -> Result<(), Fault> {
        let here = self.claimed(store, &common::here()).await?;
        assert!(
            if raises { here > self.here } else { here == self.here },
            "{change}: {} before, {here} now",
            self.here
        );
        self.here = here;
        assert_eq!(self.claimed(store, &common::elsewhere()).await?, self.elsewhere, "{change}: elsewhere");
        Ok(())
    }

    async fn claimed(&mut self, store: &dyn Store, installation: &InstallationId) -> Result<i64, Fault> {
        self.claims += 1;
        let job = common::command("version", &format!("claim {}", self.claims));
        common::accept(store, [NewJob { installation: installation.clone(), ..job }]).await?;
        let claim = common::claim_one(store, common::at(0)).await?;
        common::settle(store, &claim, Verdict::Done).await?;
        Ok(claim.tenant_version)
    }
}

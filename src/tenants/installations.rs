//! The workspaces that have installed the app. Their secrets are sealed in the store. This module opens them and makes
//! the [`TenantCtx`] of an installation, which has its own clients and knows no other installation's keys.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::json;
use tracing::info;
use url::Url;

use crate::core::error::Fault;
use crate::core::ids::{InstallationId, SlackUserId};
use crate::core::query::{Filter, Query};
use crate::core::request_context::Addressee;
use crate::core::times;
use crate::jobs::ctx::{AppState, TenantCtx, TenantRecord};
use crate::jobs::documents::read;
use crate::jobs::installation::{Connection, Installation, end};
use crate::jobs::job;
use crate::jobs::outbox::private::AnswerPrivately;
use crate::jobs::outbox::redraw::{Opened, home_job};
use crate::people::offboarding::MOST_HOMES;
use crate::platform::db::data_category::StoredItem;
use crate::platform::db::{Accepted, Delivery, Document, DocumentKind, Entry, NewJob, StoredDocument, TenantDb};
use crate::platform::dialnote::client::{Addresses, Dialnote};
use crate::platform::dialnote::webhooks::{Hooks, Signing};
use crate::platform::slack::client::Slack;
use crate::platform::slack::oauth::{Granted, OAuth, Tokens};
use crate::platform::vault::{Purpose, Sealed, Unopened, Vault};
use crate::tenants::connect_view;

/// The maximum time until every instance notices that an installation has changed.
const CACHE_LIFETIME: Duration = Duration::from_secs(5);

/// The number of installations whose secrets are tried at startup.
const SAMPLE: usize = 20;

/// The number of installations listed, or of stored items deleted, at a time.
pub(crate) const INSTALLATION_PAGE_SIZE: usize = 500;

/// The stored names of the kinds of documents that stay when the dialnote organization changes.
static STAYS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let stay = DocumentKind::ALL.into_iter().filter(|kind| kind.is_the_workspaces());
    stay.map(DocumentKind::name).collect()
});

/// The name of the pseudo-installation that keeps the install states that were used.
const NOBODY: &str = "install";

/// The addresses of Slack and dialnote, and the HTTP client that calls them.
#[derive(Clone, Debug)]
pub struct Services {
    /// The HTTP client for both services.
    pub http: reqwest::Client,
    /// The URL of Slack's Web API.
    pub slack: Url,
    /// The addresses of dialnote's API.
    pub dialnote: Addresses,
    /// The URL for subscriptions to dialnote's webhooks.
    pub webhooks: Url,
    /// The signing of dialnote's webhooks, if it is known.
    pub signing: Option<Signing>,
}

impl Services {
    /// Returns the context of one installation, without calling either service. dialnote's webhooks name the
    /// installation if it is one of many.
    pub fn work(
        &self,
        common: &AppState,
        token: SecretString,
        key: Option<SecretString>,
        among_many: Option<&InstallationId>,
    ) -> TenantCtx {
        let webhooks = common.ingress.public.clone().zip(key.clone()).map(|(public, key)| {
            Hooks::new(self.webhooks.clone(), public, key, self.signing.clone()).of(among_many.cloned())
        });
        let installation = among_many.cloned().unwrap_or_else(|| InstallationId::new(""));
        let services = (self.slack(common, token), self.dialnote(key, common));
        TenantCtx::new(common.clone(), installation, services, webhooks)
    }

    fn slack(&self, common: &AppState, token: SecretString) -> Slack {
        Slack::new(self.http.clone(), self.slack.clone(), token, common.metrics.clone())
    }

    /// Returns a client for the organization of a dialnote key. Without a key the client belongs to no organization.
    pub fn dialnote(&self, key: Option<SecretString>, common: &AppState) -> Dialnote {
        Dialnote::new(self.http.clone(), self.dialnote.clone(), key, common.metrics.clone())
    }
}

/// All installations of the app.
pub struct Installations {
    /// The client that exchanges OAuth codes for tokens.
    pub oauth: OAuth,
    services: Services,
    pub(crate) vault: Vault,
    known: Mutex<HashMap<InstallationId, CachedTenant>>,
}

/// The fate of an installation's stored data when its dialnote key changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryOnConnect {
    /// The data stays, because it is about the same organization.
    Stays,
    /// The data is deleted, because it is about another organization, or that is unknown.
    Goes,
}

/// A tenant context with the documents that it was made from, and the time when those were read.
pub(crate) struct CachedTenant {
    at: Timestamp,
    kept: KeptOf,
    work: Arc<TenantCtx>,
}

/// The stored documents of an installation, with their secrets sealed.
#[derive(Clone, PartialEq, Eq)]
struct KeptOf {
    installation: Installation,
    connection: Option<Connection>,
}

impl Installations {
    /// Creates an empty cache of installations. Each is loaded on demand.
    pub fn new(oauth: OAuth, services: Services, vault: Vault) -> Self {
        Self { oauth, services, vault, known: Mutex::default() }
    }

    /// Returns the context of an installation, if there is one. A change by another instance is noticed within seconds.
    pub async fn work(
        self: &Arc<Self>,
        common: &AppState,
        id: &InstallationId,
    ) -> Result<Option<Arc<TenantCtx>>, Fault> {
        let now = common.clock.now();
        if let Some(known) = self.known().get(id).filter(|known| times::later(known.at, CACHE_LIFETIME) > now) {
            return Ok(Some(known.work.clone()));
        }
        let Some(kept) = kept(common, id).await? else {
            self.known().remove(id);
            return Ok(None);
        };
        if let Some(known) = self.known().get_mut(id).filter(|known| known.kept == kept) {
            known.at = now;
            return Ok(Some(known.work.clone()));
        }
        let work = Arc::new(self.made(common, id, &kept)?);
        self.known().insert(id.clone(), CachedTenant { at: now, kept, work: work.clone() });
        Ok(Some(work))
    }

    /// Returns the ids of all installations, in ascending order.
    pub async fn all(&self, common: &AppState) -> Result<Vec<InstallationId>, Fault> {
        let (mut all, mut after) = (Vec::new(), InstallationId::new(""));
        loop {
            let page = common.store.installations(&after, INSTALLATION_PAGE_SIZE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.clone();
            all.extend(page);
        }
    }

    /// Answers whether the operator's keys open the secrets of an installation, or there is none. A single damaged
    /// secret says nothing about the others, so several installations are tried.
    pub(crate) async fn open_something(self: &Arc<Self>, common: &AppState) -> Result<bool, Fault> {
        let some = common.store.installations(&InstallationId::new(""), SAMPLE).await?;
        for id in &some {
            match self.work(common, id).await {
                Err(Fault::Sealed(_)) => {}
                other => return other.map(|_| true),
            }
        }
        Ok(some.is_empty())
    }

    /// Returns a Slack client without a token, for answers to people where the app is not installed.
    pub(crate) fn without_a_token(&self, common: &AppState) -> Slack {
        self.services.slack(common, SecretString::default())
    }

    /// Records the use of an install state. Answers whether it was not used before.
    pub async fn begin(&self, common: &AppState, state: &str) -> Result<bool, Fault> {
        let delivery = Delivery { installation: InstallationId::new(NOBODY), key: state.to_owned() };
        Ok(common.store.accept(delivery, Vec::new(), common.clock.now()).await? == Accepted::New)
    }

    /// Stores a granted installation and welcomes the installer. An earlier installation is replaced; its connection to
    /// dialnote stays.
    pub async fn install(&self, common: &AppState, granted: Granted, state: &str) -> Result<(), Fault> {
        let (id, now) = (granted.installation.clone(), common.clock.now());
        let before = kept(common, &id).await?;
        let installation = self.installation(&granted, now);
        let detail = json!({ "install": { "again": before.is_some(), "scopes": installation.scopes } }).to_string();
        let (actor, verb) = (granted.installer.clone(), "install".to_owned());
        let entry = Entry { at: now, actor, conversation: None, verb, detail };
        let document = Document::of("", &installation, now, installation.refresh_at());
        common.store.keep_recorded(&id, document, entry, Vec::new()).await?;
        self.known().remove(&id);
        info!(installation = %id, again = before.is_some(), "app installed");
        let connected = before.and_then(|before| before.connection).is_some_and(|connection| connection.key.is_some());
        let to = Addressee::directly(granted.installer);
        let welcome = AnswerPrivately::to(to, connect_view::welcome(connected));
        let job = job::new_job(&id, &welcome, now, common.settings.pacing);
        let delivery = Delivery { installation: id, key: format!("install:{state}") };
        common.store.accept(delivery, vec![job], now).await.map(drop)
    }

    /// Stores the key with which an installation reaches dialnote; without a key, disconnects it. The same transaction
    /// deletes the data of another organization (`memory`). Every open home is redrawn.
    pub async fn connect(
        &self,
        common: &AppState,
        id: &InstallationId,
        key: Option<&SecretString>,
        by: SlackUserId,
        memory: MemoryOnConnect,
    ) -> Result<Connection, Fault> {
        let now = common.clock.now();
        let before = kept(common, id).await?.and_then(|kept| kept.connection);
        let since = match memory {
            MemoryOnConnect::Stays => before.as_ref().and_then(|before| before.since),
            MemoryOnConnect::Goes => Some(now),
        };
        let key = key.map(|key| self.vault.seal(id, Purpose::DialnoteKey, key));
        let connection = Connection { key, by: by.clone(), at: now, since };
        let document = Document::of("", &connection, now, None);
        let entry = recorded(before.as_ref(), &connection, memory);
        let homes = open_homes(common, id).await?;
        match memory {
            MemoryOnConnect::Stays => common.store.keep_recorded(id, document, entry, homes).await?,
            MemoryOnConnect::Goes => common.store.begin_empty(id, STAYS.as_slice(), document, entry, homes).await?,
        }
        self.known().remove(id);
        info!(installation = %id, connected = connection.key.is_some(), ?memory, "dialnote connection changed");
        Ok(connection)
    }

    /// Returns a client for the organization of a key that is not stored yet.
    pub(crate) fn try_key(&self, common: &AppState, key: SecretString) -> Dialnote {
        self.services.dialnote(Some(key), common)
    }

    /// Re-encrypts with the first key the secrets that are sealed with another. Returns their number.
    pub async fn renew_seals(&self, common: &AppState) -> Result<usize, Fault> {
        let mut renewed = 0;
        for id in self.all(common).await? {
            renewed += self.renew_seals_of(common, &id).await?;
        }
        Ok(renewed)
    }

    async fn renew_seals_of(&self, common: &AppState, id: &InstallationId) -> Result<usize, Fault> {
        let of_token = |installation: &mut Installation| {
            let token = self.renewed(id, Purpose::SlackToken, &mut installation.token)?;
            let refresh = installation.refresh.as_mut();
            let refresh = refresh.map(|refresh| self.renewed(id, Purpose::RefreshToken, refresh)).transpose()?;
            Ok(usize::from(token) + usize::from(refresh.unwrap_or_default()))
        };
        let of_key = |connection: &mut Connection| {
            let key = connection.key.as_mut().map(|key| self.renewed(id, Purpose::DialnoteKey, key)).transpose()?;
            Ok(usize::from(key.unwrap_or_default()))
        };
        let tokens = renew_document(common, id, of_token).await?;
        Ok(tokens + renew_document(common, id, of_key).await?)
    }

    fn renewed(&self, id: &InstallationId, purpose: Purpose, sealed: &mut Sealed) -> Result<bool, Fault> {
        let renewed = self.vault.renewed(id, purpose, sealed).map_err(|cause| closed(id, &cause))?;
        Ok(renewed.is_some_and(|renewed| {
            *sealed = renewed;
            true
        }))
    }

    fn installation(&self, granted: &Granted, now: Timestamp) -> Installation {
        let Granted { installation: id, name, bot, scopes, installer, tokens } = granted;
        let (token, refresh, expires) = self.sealed(id, tokens, now);
        Installation {
            name: name.clone(),
            bot: bot.clone(),
            scopes: scopes.clone(),
            installer: installer.clone(),
            at: now,
            token,
            refresh,
            expires,
        }
    }

    pub(crate) fn sealed(
        &self,
        id: &InstallationId,
        tokens: &Tokens,
        now: Timestamp,
    ) -> (Sealed, Option<Sealed>, Option<Timestamp>) {
        let refresh = tokens.refresh.as_ref().map(|refresh| self.vault.seal(id, Purpose::RefreshToken, refresh));
        (self.vault.seal(id, Purpose::SlackToken, &tokens.access), refresh, tokens.lasts.map(|lasts| end(now, lasts)))
    }

    fn made(self: &Arc<Self>, common: &AppState, id: &InstallationId, kept: &KeptOf) -> Result<TenantCtx, Fault> {
        let open = |purpose, sealed| self.vault.open(id, purpose, sealed).map_err(|cause| closed(id, &cause));
        let token = open(Purpose::SlackToken, &kept.installation.token)?;
        let key = kept.connection.as_ref().and_then(|connection| connection.key.as_ref());
        let key = key.map(|key| open(Purpose::DialnoteKey, key)).transpose()?;
        let KeptOf { installation, connection } = kept.clone();
        let tenant = TenantRecord { install_page: Some(self.oauth.app().install()), installation, connection };
        Ok(self.services.work(common, token, key, Some(id)).of(tenant))
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, HashMap<InstallationId, CachedTenant>> {
        // No code that holds the lock can leave the map half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the audit entry for a change of a connection.
fn recorded(before: Option<&Connection>, after: &Connection, memory: MemoryOnConnect) -> Entry {
    let was_connected = before.is_some_and(|before| before.key.is_some());
    let verb = if after.key.is_some() { "connect" } else { "disconnect" };
    let detail = json!({ "connection": { "was_connected": was_connected, "begun_from_nothing": memory == MemoryOnConnect::Goes } });
    Entry {
        at: after.at,
        actor: after.by.clone(),
        conversation: None,
        verb: verb.to_owned(),
        detail: detail.to_string(),
    }
}

/// Returns jobs that redraw every open home, because a home may show data that its user must no longer see.
async fn open_homes(common: &AppState, id: &InstallationId) -> Result<Vec<NewJob>, Fault> {
    let homes = rows(common, id).documents(Opened::KIND, MOST_HOMES).await?;
    let draw = |home: Document| {
        let job = home_job(SlackUserId::new(home.id), Query::of(Filter::Mine));
        job::new_job(id, &job, common.clock.now(), common.settings.pacing)
    };
    Ok(homes.into_iter().map(draw).collect())
}

/// Re-encrypts the secrets in a document and returns their number. If the document changes before the result is stored,
/// the changed document is re-encrypted instead. Otherwise a replaced token would be lost, or a removed app would come
/// back.
async fn renew_document<T: StoredDocument>(
    common: &AppState,
    id: &InstallationId,
    renew: impl Fn(&mut T) -> Result<usize, Fault>,
) -> Result<usize, Fault> {
    loop {
        let Some(before) = rows(common, id).document(T::KIND, "").await? else { return Ok(0) };
        let mut content: T = read(&before)?;
        let renewed = renew(&mut content)?;
        if renewed == 0 {
            return Ok(0);
        }
        let name = (before.kind, before.id);
        let before = StoredItem { name, also: None, at: Some(before.at), body: before.body };
        let after = serde_json::to_string(&content).unwrap_or_default();
        if common.store.rewrite(id, &before, &after).await? {
            return Ok(renewed);
        }
    }
}

/// Returns the stored documents of an installation, if there is one.
async fn kept(common: &AppState, id: &InstallationId) -> Result<Option<KeptOf>, Fault> {
    let Some(document) = rows(common, id).document(Installation::KIND, "").await? else { return Ok(None) };
    let unread =
        |what: &str, error: serde_json::Error| Fault::Sealed(format!("{what} of {id} cannot be read: {error}"));
    let installation = serde_json::from_str(&document.body).map_err(|error| unread("the installation", error))?;
    let connection = rows(common, id).document(Connection::KIND, "").await?;
    let connection = connection.map(|document| serde_json::from_str(&document.body)).transpose();
    Ok(Some(KeptOf { installation, connection: connection.map_err(|error| unread("the connection", error))? }))
}

/// Returns the rows of an installation.
fn rows(common: &AppState, id: &InstallationId) -> TenantDb {
    TenantDb::new(common.store.clone(), id.clone(), common.copies.clone())
}

pub(crate) fn closed(id: &InstallationId, cause: &Unopened) -> Fault {
    Fault::Sealed(format!("a secret of {id}: {cause}"))
}

//! Everybody who has installed the app. What they gave it lies sealed in the store; here it is opened, and
//! becomes the [`TenantCtx`] of that installation, which has its own clients and knows nobody else's keys.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tracing::{error, info, warn};
use url::Url;

use crate::dialnote::client::{Addresses, Dialnote};
use crate::dialnote::webhooks::{Hooks, Signing};
use crate::domain::installation::{Connection, Installation, end};
use crate::domain::job::{RefreshToken, Removed};
use crate::domain::list::{Filter, Query};
use crate::domain::message::Message;
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::reply::Reply;
use crate::domain::request_context::Addressee;
use crate::error::{Fault, Service};
use crate::ids::{InstallationId, SlackUserId};
use crate::slack::answer::SlackError;
use crate::slack::client::Slack;
use crate::slack::oauth::{Granted, OAuth, Tokens};
use crate::store::Store;
use crate::store::data_category::StoredItem;
use crate::store::{Accepted, Claim, Delivery, Document, Effect, Entry, NewJob};
use crate::vault::{Purpose, Sealed, Unopened, Vault};
use crate::work::ctx::{AppState, TenantCtx, TenantRecord};
use crate::work::documents::{CHANNEL, read};
use crate::work::handler::Handler;
use crate::work::homes::{HOME, MOST_HOMES, home_job};
use crate::work::job::JobKind;
use crate::work::outcome::{Outcome, Stop};
use crate::work::{documents, job, times};

/// How long it may take until every instance knows that something has changed.
const CACHE_LIFETIME: Duration = Duration::from_secs(5);

/// Of how many installations the secrets are tried at the start.
const SAMPLE: usize = 20;

/// How many are listed, or thrown away, at a time.
const INSTALLATION_PAGE_SIZE: usize = 500;

/// What is about the workspace in Slack, and stays whatever organization it works with.
const STAYS: [&str; 4] = [Installation::KIND, Rules::KIND, NotificationPreferences::KIND, CHANNEL];

/// Under whose name it is kept that a way to install was gone already.
const NOBODY: &str = "install";

/// Where the two services are, for whoever they are called.
#[derive(Clone, Debug)]
pub struct Services {
    /// What calls them.
    pub http: reqwest::Client,
    /// Slack's Web API.
    pub slack: Url,
    /// dialnote's API.
    pub dialnote: Addresses,
    /// Where dialnote's webhooks are ordered.
    pub webhooks: Url,
    /// How they are signed, if that is known.
    pub signing: Option<Signing>,
}

impl Services {
    /// The work of one installation. Nothing is called yet. dialnote's webhooks name the installation, if it is
    /// one of many.
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

    /// A client of the organization of a key; without one, of none.
    pub fn dialnote(&self, key: Option<SecretString>, common: &AppState) -> Dialnote {
        Dialnote::new(self.http.clone(), self.dialnote.clone(), key, common.metrics.clone())
    }
}

/// Everybody who has installed the app.
pub struct Installations {
    /// What changes codes for tokens.
    pub oauth: OAuth,
    services: Services,
    vault: Vault,
    known: Mutex<HashMap<InstallationId, CachedTenant>>,
}

/// What becomes of what is kept when a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryOnConnect {
    /// It is about the same organization.
    Stays,
    /// It is about another one, or that cannot be told.
    Goes,
}

/// What was made of what is kept, and when that was read.
struct CachedTenant {
    at: Timestamp,
    kept: KeptOf,
    work: Arc<TenantCtx>,
}

/// What is kept of an installation, as it is kept.
#[derive(Clone, PartialEq, Eq)]
struct KeptOf {
    installation: Installation,
    connection: Option<Connection>,
}

impl Installations {
    /// Nobody yet: whoever is asked for is looked up.
    pub fn new(oauth: OAuth, services: Services, vault: Vault) -> Self {
        Self { oauth, services, vault, known: Mutex::default() }
    }

    /// The work of an installation, if there is one. What another instance has changed is noticed within
    /// seconds.
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

    /// Everybody, in the order of their ids.
    pub async fn all(&self, common: &AppState) -> Result<Vec<InstallationId>, Fault> {
        let (mut all, mut after) = (Vec::new(), InstallationId::new(""));
        loop {
            let page = common.store.installations(&after, INSTALLATION_PAGE_SIZE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.clone();
            all.extend(page);
        }
    }

    /// Whether our keys open anything that is kept, if something is. One secret that is damaged says nothing of the
    /// others.
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

    /// What answers people where the app is not installed: that needs no token.
    pub(crate) fn without_a_token(&self, common: &AppState) -> Slack {
        self.services.slack(common, SecretString::default())
    }

    /// Takes note that a way to install is being gone. Answers whether it was not gone before.
    pub async fn begin(&self, common: &AppState, state: &str) -> Result<bool, Fault> {
        let delivery = Delivery { installation: InstallationId::new(NOBODY), key: state.to_owned() };
        Ok(common.store.accept(delivery, Vec::new(), common.clock.now()).await? == Accepted::New)
    }

    /// Keeps what was granted, and welcomes whoever granted it. What was kept of an earlier installation is
    /// replaced; what it was connected to stays.
    pub async fn install(&self, common: &AppState, granted: Granted, state: &str) -> Result<(), Fault> {
        let (id, now) = (granted.installation.clone(), common.clock.now());
        let before = kept(common, &id).await?;
        let installation = self.installation(&granted, now);
        let detail = json!({ "install": { "again": before.is_some(), "scopes": installation.scopes } }).to_string();
        let (actor, verb) = (granted.installer.clone(), "install".to_owned());
        let entry = Entry { at: now, actor, conversation: None, verb, detail };
        let document = document(Installation::KIND, &installation, now, installation.refresh_at());
        common.store.keep_recorded(&id, document, entry, Vec::new()).await?;
        self.known().remove(&id);
        info!(installation = %id, again = before.is_some(), "installed");
        let connected = before.and_then(|before| before.connection).is_some_and(|connection| connection.key.is_some());
        let to = Addressee { user: granted.installer, channel: None, reply: None, late: false };
        let welcome = Message::Private { to, say: Reply::Welcome { connected } };
        let job = job::new_job(&id, &welcome, now, common.settings.pacing);
        let delivery = Delivery { installation: id, key: format!("install:{state}") };
        common.store.accept(delivery, vec![job], now).await.map(drop)
    }

    /// Keeps the key with which an installation reaches dialnote from now on; without one, it does not any more.
    /// What is kept of another organization goes in the same transaction. Every home that is open is drawn again.
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
        let document = document(Connection::KIND, &connection, now, None);
        let entry = recorded(before.as_ref(), &connection, memory);
        let homes = open_homes(common, id).await?;
        match memory {
            MemoryOnConnect::Stays => common.store.keep_recorded(id, document, entry, homes).await?,
            MemoryOnConnect::Goes => common.store.begin_empty(id, &STAYS, document, entry, homes).await?,
        }
        self.known().remove(id);
        info!(installation = %id, connected = connection.key.is_some(), ?memory, "its way to dialnote has changed");
        Ok(connection)
    }

    /// A client of the organization of a key that is not kept yet.
    pub fn try_key(&self, common: &AppState, key: SecretString) -> Dialnote {
        self.services.dialnote(Some(key), common)
    }

    /// Seals what is kept with the first key, if it is sealed with another. Answers how many secrets that were.
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
        let tokens = renew_document(common, id, Installation::KIND, of_token).await?;
        Ok(tokens + renew_document(common, id, Connection::KIND, of_key).await?)
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

    fn sealed(
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

    fn known(&self) -> MutexGuard<'_, HashMap<InstallationId, CachedTenant>> {
        // Nothing is done while it is held that could leave it half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gets the next token before the one we have ends. What gets the one after it is kept before the token is
/// used (docs/contracts/slack.md §18.3).
pub(crate) async fn refresh(
    ctx: &TenantCtx,
    claim: &Claim,
    installations: Option<&Arc<Installations>>,
) -> Result<Outcome, Fault> {
    let (id, now) = (&claim.installation, ctx.clock.now());
    let kept: Option<Installation> = documents::kept(ctx, Installation::KIND, "").await?;
    let kept = kept.filter(|kept| kept.refresh_at().is_some_and(|due| due <= now));
    let Some(((installation, sealed), installations)) =
        kept.and_then(|kept| Some((kept.clone(), kept.refresh?))).zip(installations)
    else {
        return Ok(Outcome::done(Vec::new()));
    };
    let refresh = installations.vault.open(id, Purpose::RefreshToken, &sealed);
    let refresh = refresh.map_err(|cause| closed(id, &cause))?;
    ctx.ensure_lease(claim).await?;
    let tokens = installations.oauth.refresh(&refresh).await.map_err(|error| match error {
        SlackError::Fault(fault) => fault,
        SlackError::Refused(cause) => Fault::Unauthorized { service: Service::Slack, cause },
    })?;
    let (token, next, expires) = installations.sealed(id, &tokens, now);
    let installation = Installation { token, refresh: next.or(installation.refresh), expires, ..installation };
    info!("has the next token");
    let due = installation.refresh_at();
    Ok(Outcome::done(vec![Effect::PutDocument(documents::document(ctx, Installation::KIND, "", &installation, due))]))
}

/// The app was removed from the workspace, as an event of that time says: what opens its doors is thrown
/// away, and everything else that is kept of it but for the audit log. An event that comes after the app was
/// installed again is of yesterday (§19.2).
pub(crate) async fn removed(
    ctx: &TenantCtx,
    claim: &Claim,
    at: Timestamp,
    everybody: Option<&Arc<Installations>>,
) -> Result<Outcome, Fault> {
    let id = &claim.installation;
    let Some(TenantRecord { installation, .. }) = &ctx.record else {
        error!("the app was removed from its workspace: SLACK_BOT_TOKEN is of no use any more");
        return Ok(Outcome::done(Vec::new()));
    };
    if installation.at.as_second() >= at.as_second() {
        info!("the app was removed before it was installed again");
        return Ok(Outcome::done(Vec::new()));
    }
    ctx.ensure_lease(claim).await?;
    clear(ctx.store.as_ref(), claim).await?;
    if let Some(everybody) = everybody {
        everybody.known().remove(id);
    }
    warn!("the app was removed; what was kept is thrown away, but for the audit log");
    Ok(Outcome::done(Vec::new()))
}

/// Throws away what is kept of an installation that is none any more, but for the audit log and the job that
/// does so.
pub(crate) async fn clear(store: &dyn Store, claim: &Claim) -> Result<(), Fault> {
    while store.clear(&claim.installation, claim.id, INSTALLATION_PAGE_SIZE).await? > 0 {}
    Ok(())
}

/// What changed about a connection, for the audit log.
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

/// What draws every home again that somebody has opened: what stands there may be nobody's business any more.
async fn open_homes(common: &AppState, id: &InstallationId) -> Result<Vec<NewJob>, Fault> {
    let homes = common.store.documents(id, HOME, MOST_HOMES).await?;
    let draw = |home: Document| {
        let job = home_job(SlackUserId::new(home.id), Query::of(Filter::Mine));
        job::new_job(id, &job, common.clock.now(), common.settings.pacing)
    };
    Ok(homes.into_iter().map(draw).collect())
}

/// Seals the secrets in a document with another key. If it changes before that is stored, the changed one is
/// sealed. A token that was replaced in between would be lost, and an app that was removed would be back.
async fn renew_document<T: Serialize + DeserializeOwned>(
    common: &AppState,
    id: &InstallationId,
    kind: &str,
    renew: impl Fn(&mut T) -> Result<usize, Fault>,
) -> Result<usize, Fault> {
    loop {
        let Some(before) = common.store.document(id, kind, "").await? else { return Ok(0) };
        let mut content: T = read(&before)?;
        let renewed = renew(&mut content)?;
        if renewed == 0 {
            return Ok(0);
        }
        let Document { kind, at, body, .. } = before;
        let before = StoredItem { name: (kind, String::new()), also: None, at: Some(at), body };
        let after = serde_json::to_string(&content).unwrap_or_default();
        if common.store.rewrite(id, &before, &after).await? {
            return Ok(renewed);
        }
    }
}

/// What is kept of an installation, if there is one.
async fn kept(common: &AppState, id: &InstallationId) -> Result<Option<KeptOf>, Fault> {
    let Some(document) = common.store.document(id, Installation::KIND, "").await? else { return Ok(None) };
    let unread =
        |what: &str, error: serde_json::Error| Fault::Sealed(format!("{what} of {id} cannot be read: {error}"));
    let installation = serde_json::from_str(&document.body).map_err(|error| unread("the installation", error))?;
    let connection = common.store.document(id, Connection::KIND, "").await?;
    let connection = connection.map(|document| serde_json::from_str(&document.body)).transpose();
    Ok(Some(KeptOf { installation, connection: connection.map_err(|error| unread("the connection", error))? }))
}

fn document(kind: &str, what: &impl Serialize, at: Timestamp, due: Option<Timestamp>) -> Document {
    let body = serde_json::to_string(what).unwrap_or_default();
    Document { kind: kind.to_owned(), id: String::new(), at, due, body }
}

fn closed(id: &InstallationId, cause: &Unopened) -> Fault {
    Fault::Sealed(format!("a secret of {id}: {cause}"))
}

impl JobKind for RefreshToken {
    const KIND: &'static str = "refresh.v1";

    fn key(&self) -> String {
        "installation".to_owned()
    }
}

/// Gets the next token before the one at hand ends.
pub(crate) struct TokenRefresh(pub(crate) Option<Arc<Installations>>);

impl Handler for TokenRefresh {
    type Job = RefreshToken;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, _job: &RefreshToken) -> Result<Outcome, Stop> {
        Ok(refresh(ctx, claim, self.0.as_ref()).await?)
    }
}

impl JobKind for Removed {
    const KIND: &'static str = "removed.v1";

    fn key(&self) -> String {
        "installation".to_owned()
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

/// Clears what is stored of a removed app.
pub(crate) struct Removals(pub(crate) Option<Arc<Installations>>);

impl Handler for Removals {
    type Job = Removed;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &Removed) -> Result<Outcome, Stop> {
        Ok(removed(ctx, claim, job.0, self.0.as_ref()).await?)
    }
}

//! The connection of a workspace to dialnote. The key is typed into a form and goes from there into the vault: it never
//! becomes part of a job, and is never shown again. The key is tried before the form closes, because then the person
//! who typed it still sees it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde_json::json;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::audit::log;
use crate::core::error::{Fault, Service};
use crate::core::form::connect_form::KEY;
use crate::core::person::Account;
use crate::core::refusal::Refusal;
use crate::core::request_context::Via;
use crate::jobs::ctx::TenantRecord;
use crate::people::organization;
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::dialnote::check::Writing;
use crate::platform::dialnote::client::Dialnote;
use crate::platform::slack::inbound::{From, Surface};
use crate::server::answers;
use crate::server::front::PREFETCH_TIMEOUT;
use crate::server::request::InboundRequest;
use crate::tenants::connect_view;
use crate::tenants::connect_view::Unfit;
use crate::tenants::installations::MemoryOnConnect;

/// The audit log's verb for connecting, and for its refusal.
const CONNECT: &str = "connect";

impl InboundRequest<'_> {
    /// Opens the form for people who may connect.
    pub(crate) async fn open_connect(self, from: From, place: Surface) -> Response {
        let Some(TenantRecord { connection, .. }) = self.work.record.as_ref() else {
            return self.refuse(&from, Refusal::OperatorConnects).await;
        };
        // If Slack does not answer, it is asked again when the form is submitted.
        if self.may_connect(&from).await == Some(false) {
            return self.refuse_attempt(&from, CONNECT, Refusal::NotYoursToConnect).await;
        }
        let form = connect_view::form(connection.as_ref());
        self.show(&from, &form, &place).await
    }

    /// Tries the typed key, stores it, and uses it from now on.
    pub(crate) async fn connect(self, from: From, typed: &str) -> Response {
        match self.connected(&from, typed.trim()).await {
            Ok((members, memory)) => {
                answers::updated(&connect_view::connected(members, memory == MemoryOnConnect::Goes))
            }
            Err(unfit) => answers::field_error(KEY, connect_view::unfit(unfit)),
        }
    }

    /// Answers what happens to the stored facts and documents when this client's key is used from now on. A workspace
    /// that was never connected has none.
    async fn remembers(&self, client: &Dialnote) -> Result<MemoryOnConnect, Unfit> {
        if self.work.record.as_ref().is_none_or(|tenant| tenant.connection.is_none()) {
            return Ok(MemoryOnConnect::Stays);
        }
        match timeout(PREFETCH_TIMEOUT, organization::is_of_our_organization(&self.work, client)).await {
            Ok(Ok(true)) => Ok(MemoryOnConnect::Stays),
            Ok(Ok(false)) => Ok(MemoryOnConnect::Goes),
            Ok(Err(cause)) => {
                info!(%cause, "organization of a key could not be read");
                Err(Unfit::Silent(Service::Dialnote))
            }
            Err(_) => Err(Unfit::Silent(Service::Dialnote)),
        }
    }

    async fn connected(&self, from: &From, typed: &str) -> Result<(usize, MemoryOnConnect), Unfit> {
        let installations = self.front.tenants.installations().ok_or(Unfit::NotYours)?;
        if !self.may_connect(from).await.ok_or(Unfit::Silent(Service::Slack))? {
            self.record_refusal(from, CONNECT, &Refusal::NotYoursToConnect).await;
            return Err(Unfit::NotYours);
        }
        if typed.is_empty() || typed.contains(char::is_whitespace) {
            return Err(Unfit::NoKey);
        }
        let (common, key) = (&self.front.tenants.common, SecretString::from(typed));
        let client = installations.try_key(common, key.clone());
        let members = tried(&client).await?;
        let memory = self.remembers(&client).await?;
        let kept = installations.connect(common, &from.installation, Some(&key), from.user.clone(), memory).await;
        kept.map(|_| (members, memory)).map_err(|cause| {
            warn!(%cause, "key not stored");
            Unfit::NotKept
        })
    }

    /// Removes the connection.
    pub(crate) async fn disconnect(self, from: From, place: Surface) -> Response {
        let (Some(installations), Surface::View(view)) = (self.front.tenants.installations(), &place) else {
            return StatusCode::OK.into_response();
        };
        match self.may_connect(&from).await {
            Some(true) => {}
            Some(false) => return self.refuse_attempt(&from, CONNECT, Refusal::NotYoursToConnect).await,
            None => return answers::unavailable(),
        }
        let common = &self.front.tenants.common;
        let connection = match installations
            .connect(common, &from.installation, None, from.user.clone(), MemoryOnConnect::Stays)
            .await
        {
            Ok(connection) => connection,
            Err(cause) => {
                warn!(%cause, "connection not removed");
                return answers::unavailable();
            }
        };
        // A form that cannot be redrawn only keeps showing the old connection.
        let _ =
            timeout(PREFETCH_TIMEOUT, self.work.slack.update_view(view, &connect_view::form(Some(&connection)))).await;
        StatusCode::OK.into_response()
    }

    /// Refuses a forbidden attempt, and records it in the audit log.
    pub(crate) async fn refuse_attempt(&self, from: &From, verb: &str, why: Refusal) -> Response {
        self.record_refusal(from, verb, &why).await;
        self.refuse(from, why).await
    }

    /// Records a forbidden attempt in the audit log. The person is refused whether or not that is stored.
    async fn record_refusal(&self, from: &From, verb: &str, why: &Refusal) {
        let detail = json!({ "outcome": { "refused": why } });
        let entry = log::attempt(self.now, from.user.clone(), verb, (Via::Clicked, from.channel.as_ref()), &detail);
        if let Err(cause) = self.front.tenants.common.store.record(&from.installation, entry).await {
            warn!(%cause, "refused attempt not recorded in the audit log");
        }
    }

    /// Answers whether a person may connect: an admin of the workspace, or the person who installed the app. Returns
    /// `None` if Slack does not answer in time.
    async fn may_connect(&self, from: &From) -> Option<bool> {
        let tenant = self.work.record.as_ref()?;
        let profile = timeout(PREFETCH_TIMEOUT, self.work.slack.profile(&from.installation, &from.user)).await;
        match profile {
            Ok(Ok(profile)) => Some(profile.is_some_and(|profile| {
                profile.account == Account::Member && (profile.admin || tenant.installation.installer == from.user)
            })),
            Ok(Err(cause)) => {
                warn!(%cause, "admin status could not be read");
                None
            }
            Err(_) => None,
        }
    }
}

/// Returns the number of members in the organization of a key, if the key can be used.
async fn tried(dialnote: &Dialnote) -> Result<usize, Unfit> {
    let trial = async {
        let members = dialnote.members().await?;
        Ok(match dialnote.may_write().await? {
            Writing::Works(_) | Writing::Untried => Ok(members.len()),
            Writing::ReadOnly => Err(Unfit::ReadOnly),
        })
    };
    match timeout(PREFETCH_TIMEOUT, trial).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(DialnoteError::Fault(Fault::Unauthorized { .. }))) => Err(Unfit::Unknown),
        Ok(Err(DialnoteError::Denied(Denied::ReadOnly))) => Err(Unfit::ReadOnly),
        Ok(Err(cause)) => {
            info!(%cause, "key could not be checked");
            Err(Unfit::Silent(Service::Dialnote))
        }
        Err(_) => Err(Unfit::Silent(Service::Dialnote)),
    }
}

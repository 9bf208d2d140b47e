//! A verified request of one installation, on its way to a job.

use std::sync::Arc;

use jiff::Timestamp;

use crate::jobs::ctx::TenantCtx;
use crate::server::front::Front;

pub(crate) struct InboundRequest<'a> {
    pub(crate) front: &'a Front,
    /// The context of the installation that the request comes from.
    pub(crate) work: Arc<TenantCtx>,
    pub(crate) name: String,
    pub(crate) now: Timestamp,
}

//! Filling the pane from which a person asked for something.

use serde::{Deserialize, Serialize};

use crate::core::pane::Pane;
use crate::core::request_context::RequestContext;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::rate_limits;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect};

/// A pane to fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FillPane {
    /// The person.
    pub requester: RequestContext,
    /// The pane.
    pub pane: Pane,
    /// The outcome of the change for which it is filled, if it is filled for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<PaneOutcome>,
}

/// The outcome of a change that was made in a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaneOutcome {
    /// It was made; with the reference and the text of its note, if it has one.
    Made {
        /// The reference.
        reference: Option<String>,
        /// The text.
        note: String,
    },
    /// It was not made, for this reason.
    Refused(String),
}

/// Returns the effect that fills the requester's pane after a change, if the request came from a pane.
pub(crate) fn after(
    ctx: &TenantCtx,
    claim: &Claim,
    requester: &RequestContext,
    outcome: PaneOutcome,
) -> Option<Effect> {
    let pane = requester.pane.clone()?;
    let fill = FillPane { requester: requester.clone(), pane, outcome: Some(outcome) };
    Some(Effect::Enqueue(ctx.following(claim, &fill)))
}

impl JobKind for FillPane {
    const KIND: &'static str = "fill_pane.v1";

    fn key(&self) -> String {
        format!("pane:{}", self.requester.user)
    }

    fn fairness_key(&self) -> String {
        self.requester.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

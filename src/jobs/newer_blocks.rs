//! Blocks that Slack refuses in a workspace because it doesn't know them yet. The app says the same with older ones, and
//! remembers that for a while.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::core::error::Fault;
use crate::core::ids::ViewId;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{Document, DocumentKind, StoredDocument};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::window::Modal;

/// The time after which refused blocks are tried again.
const REFUSED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A record that Slack refused the newer blocks.
#[derive(Serialize, Deserialize)]
struct RefusedBlocks {
    /// The version of the app that sent them. Another version may send others.
    version: String,
    /// The time of the refusal.
    at: Timestamp,
}

impl StoredDocument for RefusedBlocks {
    const KIND: DocumentKind = DocumentKind::RefusedBlocks;
}

/// The place of a window.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WindowPlace<'a> {
    /// A new window, for this trigger.
    New(&'a str),
    /// A window on top of the one whose button sent this trigger.
    OnTop(&'a str),
    /// The place of a window that is still open.
    InsteadOf(&'a ViewId),
}

/// Answers whether Slack has refused the newer blocks of this version lately.
pub(crate) async fn are_refused(ctx: &TenantCtx) -> Result<bool, Fault> {
    let refused = documents::get::<RefusedBlocks>(ctx, "").await?;
    let holds = |refused: RefusedBlocks| {
        refused.version == env!("CARGO_PKG_VERSION") && times::later(refused.at, REFUSED_FOR) > ctx.clock.now()
    };
    Ok(refused.is_some_and(holds))
}

/// Returns the record that Slack has refused them, and took older ones in their place.
pub(crate) fn refusal(ctx: &TenantCtx) -> Document {
    let refused = RefusedBlocks { version: env!("CARGO_PKG_VERSION").to_owned(), at: ctx.clock.now() };
    documents::document(ctx, "", &refused, None)
}

/// Shows a window: with older blocks, if Slack refuses the newer ones. A store in trouble doesn't hold it up.
pub(crate) async fn show(ctx: &TenantCtx, place: WindowPlace<'_>, window: &Modal) -> Result<(), SlackError> {
    if !window.has_newer_blocks() {
        return call(ctx, place, window).await;
    }
    let older = window.clone().with_older_blocks();
    let is_refused = are_refused(ctx).await.unwrap_or_else(|cause| {
        warn!(%cause, "refused blocks unknown; all are sent");
        false
    });
    if is_refused {
        return call(ctx, place, &older).await;
    }
    match call(ctx, place, window).await {
        Err(refused) if refused.is_about_view() => {
            call(ctx, place, &older).await?;
            info!("blocks of a window refused; older ones sent");
            if let Err(cause) = ctx.db.keep(refusal(ctx)).await {
                warn!(%cause, "refused blocks not remembered");
            }
            Ok(())
        }
        other => other,
    }
}

async fn call(ctx: &TenantCtx, place: WindowPlace<'_>, window: &Modal) -> Result<(), SlackError> {
    match place {
        WindowPlace::New(trigger) => ctx.slack.open(trigger, window).await,
        WindowPlace::OnTop(trigger) => ctx.slack.push(trigger, window).await,
        WindowPlace::InsteadOf(view) => ctx.slack.update_view(view, window).await,
    }
}

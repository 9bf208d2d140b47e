//! Checks dialnote: the key, the addresses, and the properties of its API that only a try shows.

use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::documents::StatusUnchanged;
use crate::ops::finding::{Finding, FindingState};
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::dialnote::check::{Shape, Writing};
use crate::platform::dialnote::client::ASSIGN;
use crate::sync::subscriptions;

const KEY: &str = "dialnote key";
const API: &str = "dialnote API";
const HOOKS: &str = "webhooks";

/// Returns the findings about dialnote.
pub(super) async fn dialnote(work: &TenantCtx) -> Vec<Finding> {
    if !work.is_connected() {
        let words = "no dialnote organization is connected, so nothing can be assigned";
        return vec![Finding::new(KEY, FindingState::Bad, words).fixed_by("type `/dialnote connect`")];
    }
    let members = match work.check_dialnote().await {
        Ok(members) => members,
        Err(cause) => return vec![unread(work, &cause)],
    };
    match work.dialnote.may_write().await {
        Ok(Writing::Works(done)) => {
            let members = if members == 1 { "1 member".to_owned() } else { format!("{members} members") };
            let words = format!("it can write, and the organization has {members}");
            let mut found = vec![Finding::new(KEY, FindingState::Good, words), api(work, &done).await];
            found.extend(webhooks(work).await);
            found
        }
        Ok(Writing::Untried) => {
            let words = "write access can't be checked until a conversation is done";
            vec![Finding::new(KEY, FindingState::Note, words)]
        }
        Ok(Writing::ReadOnly) => {
            let words = "it's read-only, so nothing can be assigned";
            let fix = format!("create a key that can write (Integrations → API), and {}", new_key(work));
            vec![Finding::new(KEY, FindingState::Bad, words).fixed_by(fix)]
        }
        Err(cause) => vec![unwritten(&cause)],
    }
}

fn unread(work: &TenantCtx, cause: &DialnoteError) -> Finding {
    match cause {
        DialnoteError::Fault(Fault::Unauthorized { .. }) => {
            let fix = format!("create a new key (Integrations → API), and {}", new_key(work));
            Finding::new(KEY, FindingState::Bad, "dialnote rejects it").fixed_by(fix)
        }
        DialnoteError::Denied(Denied::NoSuchAddress(setting)) => nothing_at(setting),
        cause => {
            let fix = "check that this machine reaches `DIALNOTE_API_URL`";
            Finding::new(KEY, FindingState::Bad, "dialnote didn't confirm it").fixed_by(fix).because(cause)
        }
    }
}

fn unwritten(cause: &DialnoteError) -> Finding {
    match cause {
        DialnoteError::Denied(Denied::NoSuchAddress(setting)) => nothing_at(setting),
        cause => {
            let words = "dialnote accepted no change of owner, so nothing can be assigned";
            let fix = "check that `DIALNOTE_ASSIGN_URL` is right, and that this machine reaches it";
            Finding::new(KEY, FindingState::Bad, words).fixed_by(fix).because(cause)
        }
    }
}

/// Returns the finding that dialnote answers, but knows no such call at this address.
fn nothing_at(setting: &str) -> Finding {
    let (what, default) = match setting {
        ASSIGN => ("accepts no changes of owner", "https://app.dialnote.com/api/v1"),
        _ => ("can't be read", "https://api.dialnote.com/api/v1/public"),
    };
    let finding = Finding::new("dialnote address", FindingState::Bad, format!("dialnote {what} at `{setting}`"));
    finding.fixed_by(format!("check the address (documented: {default})"))
}

/// Returns the words that say how to give the app another key.
fn new_key(work: &TenantCtx) -> &'static str {
    if work.record.as_ref().is_some() { "type `/dialnote connect`" } else { "set `DIALNOTE_API_KEY`" }
}

/// Returns what was learned about the API, because an operator cannot guess it.
async fn api(work: &TenantCtx, done: &Conversation) -> Finding {
    let status_refused = work.dialnote.refuses_status(done).await;
    let learned = shape(&work.dialnote.shape(), status_refused.is_none());
    let in_dialnote = "so mark done, reopen and snooze in dialnote";
    match status_refused {
        Some(DialnoteError::Denied(Denied::Words(said))) => {
            let words = format!("it accepts no change of status, {in_dialnote} ({learned})");
            Finding::new(API, FindingState::Note, words).because(&said)
        }
        Some(cause) => {
            let words = format!("it couldn't be checked whether a status can be changed ({learned})");
            Finding::new(API, FindingState::Note, words).because(&cause)
        }
        None if makes_no_change(work).await => {
            let learned = shape(&work.dialnote.shape(), false);
            let words = format!("it accepts a change of status but doesn't make it, {in_dialnote} ({learned})");
            Finding::new(API, FindingState::Note, words)
        }
        None => Finding::new(API, FindingState::Good, learned),
    }
}

/// Answers whether the last change of status was accepted and not made.
async fn makes_no_change(work: &TenantCtx) -> bool {
    documents::stored::<StatusUnchanged>(work, "").await.is_ok_and(|kept| kept.is_some())
}

fn shape(shape: &Shape, accepts_status: bool) -> String {
    let accepted = if accepts_status { ", and a change is accepted" } else { "" };
    let status = shape.status.as_ref().map(|status| format!("statuses are written like “{status}”{accepted}"));
    let members = shape.named_by.map(|field| format!("members are assigned by “{field}”"));
    let owners = "lists name no owner, so conversations are read one by one".to_owned();
    let owners = shape.leaves_owners_out.then_some(owners);
    status.into_iter().chain(members).chain(owners).collect::<Vec<_>>().join(", ")
}

/// Returns whether dialnote reports calls at once, if it can reach the app.
async fn webhooks(work: &TenantCtx) -> Option<Finding> {
    let untold = match subscriptions::untold(work).await {
        Ok(untold) => untold?,
        Err(cause) => {
            let words = "they couldn't be checked";
            return Some(Finding::new(HOOKS, FindingState::Note, words).because(&cause));
        }
    };
    let is_told = |event: &str| !untold.iter().any(|one| one == event);
    Some(match (is_told("call_log"), is_told("note")) {
        (true, true) => Finding::new(HOOKS, FindingState::Good, "dialnote reports calls and notes at once"),
        (true, false) => {
            Finding::new(HOOKS, FindingState::Good, "dialnote reports calls at once, and notes are found by polling")
        }
        (false, _) => {
            let words = "dialnote accepts no subscriptions at `DIALNOTE_HOOKS_URL`, so calls are found by polling";
            let fix = "check the address (documented: https://api.dialnote.com/api/hooks)";
            Finding::new(HOOKS, FindingState::Note, words).fixed_by(fix)
        }
    })
}

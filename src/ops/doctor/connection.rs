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
const HOOKS: &str = "dialnote hooks";

/// Returns the findings about dialnote.
pub(super) async fn dialnote(work: &TenantCtx) -> Vec<Finding> {
    if !work.is_connected() {
        let words = "no organization in dialnote is connected, so nothing can be done. Type /dialnote connect";
        return vec![Finding::new(KEY, FindingState::Bad, words)];
    }
    let members = match work.check_dialnote().await {
        Ok(members) => members,
        Err(cause) => return vec![unread(work, &cause)],
    };
    match work.dialnote.may_write().await {
        Ok(Writing::Works(done)) => {
            let words = format!("it may write, for an organization of {members} members");
            let mut found = vec![Finding::new(KEY, FindingState::Good, words), api(work, &done).await];
            found.extend(webhooks(work).await);
            found
        }
        Ok(Writing::Untried) => {
            let words = "no conversation is done yet, and only with such a one it is tried whether it may write";
            vec![Finding::new(KEY, FindingState::Note, words)]
        }
        Ok(Writing::ReadOnly) => {
            let words = format!(
                "it may only read, so nothing can be assigned. Make one that may write (Integrations → API) and {}",
                new_key(work)
            );
            vec![Finding::new(KEY, FindingState::Bad, words)]
        }
        Err(cause) => vec![unwritten(&cause)],
    }
}

fn unread(work: &TenantCtx, cause: &DialnoteError) -> Finding {
    match cause {
        DialnoteError::Fault(Fault::Unauthorized { .. }) => {
            let words =
                format!("dialnote does not accept it. Make a new one (Integrations → API) and {}", new_key(work));
            Finding::new(KEY, FindingState::Bad, words)
        }
        DialnoteError::Denied(Denied::NoSuchAddress(setting)) => nothing_at(setting),
        cause => {
            let words = "dialnote did not say whose it is. Look whether this machine reaches DIALNOTE_API_URL";
            Finding::new(KEY, FindingState::Bad, words).because(cause)
        }
    }
}

fn unwritten(cause: &DialnoteError) -> Finding {
    match cause {
        DialnoteError::Denied(Denied::NoSuchAddress(setting)) => nothing_at(setting),
        cause => {
            let words = "dialnote took no change of owner, so nothing can be assigned. \
                         Look whether DIALNOTE_ASSIGN_URL is right and this machine reaches it";
            Finding::new(KEY, FindingState::Bad, words).because(cause)
        }
    }
}

/// Returns the finding that dialnote answers, but knows no such call at this address.
fn nothing_at(setting: &str) -> Finding {
    let (what, default) = match setting {
        ASSIGN => ("takes no changes of owner", "https://app.dialnote.com/api/v1"),
        _ => ("cannot be read", "https://api.dialnote.com/api/v1/public"),
    };
    let words = format!("dialnote {what} at {setting}. Look whether the address is right; {default} is documented");
    Finding::new("dialnote address", FindingState::Bad, words)
}

/// Returns the words that say how to give the app another key.
fn new_key(work: &TenantCtx) -> &'static str {
    if work.record.as_ref().is_some() { "type /dialnote connect" } else { "set DIALNOTE_API_KEY" }
}

/// Returns what was learned about the API, because an operator cannot guess it.
async fn api(work: &TenantCtx, done: &Conversation) -> Finding {
    let status_refused = work.dialnote.refuses_status(done).await;
    let learned = shape(&work.dialnote.shape(), status_refused.is_none());
    let in_dialnote = "so done, reopen and snooze have to be done in dialnote";
    match status_refused {
        Some(DialnoteError::Denied(Denied::Words(said))) => {
            let words = format!("it takes no change of status, {in_dialnote}; {learned}");
            Finding::new(API, FindingState::Note, words).because(&said)
        }
        Some(cause) => {
            let words = format!("it could not be tried whether a status can be changed; {learned}");
            Finding::new(API, FindingState::Note, words).because(&cause)
        }
        None if makes_no_change(work).await => {
            let learned = shape(&work.dialnote.shape(), false);
            let words = format!("it answers a change of status and makes none, {in_dialnote}; {learned}");
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
    status.into_iter().chain(members).chain(owners).collect::<Vec<_>>().join("; ")
}

/// Returns whether dialnote reports calls at once, if it can reach the app.
async fn webhooks(work: &TenantCtx) -> Option<Finding> {
    let untold = match subscriptions::untold(work).await {
        Ok(untold) => untold?,
        Err(cause) => {
            let words = "what dialnote tells of could not be looked at";
            return Some(Finding::new(HOOKS, FindingState::Note, words).because(&cause));
        }
    };
    let is_told = |event: &str| !untold.iter().any(|one| one == event);
    Some(match (is_told("call_log"), is_told("note")) {
        (true, true) => Finding::new(HOOKS, FindingState::Good, "dialnote tells of calls and notes at once"),
        (true, false) => {
            Finding::new(HOOKS, FindingState::Good, "dialnote tells of calls at once; notes are found by looking")
        }
        (false, _) => {
            let words = "dialnote takes no subscriptions at DIALNOTE_HOOKS_URL, so calls are found by looking. Look \
                         whether the address is right; https://api.dialnote.com/api/hooks is documented";
            Finding::new(HOOKS, FindingState::Note, words)
        }
    })
}

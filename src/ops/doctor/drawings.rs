//! Checks samples of what the app draws with Slack's own validator (`blocks.validate`), which posts nothing.

use crate::jobs::ctx::TenantCtx;
use crate::ops::doctor::samples;
use crate::ops::finding::{Finding, FindingState};

const WHAT: &str = "messages";

/// The most faults of a sample that are printed.
const MOST_FAULTS: usize = 3;

/// Returns a finding for each sample that Slack refuses, or one that all pass.
pub(super) async fn drawings(work: &TenantCtx) -> Vec<Finding> {
    let samples = samples::all(&work.links, work.clock.now());
    let (count, mut refused) = (samples.len(), Vec::new());
    for (name, drawing) in samples {
        match work.slack.validate(&drawing).await {
            Ok(faults) if faults.is_empty() => {}
            Ok(faults) => refused.push(refusal(name, &faults)),
            Err(cause) => {
                let words = "Slack didn't check what the app draws";
                refused.push(Finding::new(WHAT, FindingState::Note, words).because(&cause));
                return refused;
            }
        }
    }
    if refused.is_empty() {
        let words = format!("Slack accepts all {count} samples of what the app draws");
        refused.push(Finding::new(WHAT, FindingState::Good, words));
    }
    refused
}

fn refusal(name: &str, faults: &[String]) -> Finding {
    let words = format!("Slack refuses {name}");
    let shown: Vec<_> = faults.iter().take(MOST_FAULTS).map(String::as_str).collect();
    let fix = "install a newer version of this program; if there is none, report this line to its developers";
    Finding::new(WHAT, FindingState::Bad, words).fixed_by(fix).because(&shown.join("; "))
}

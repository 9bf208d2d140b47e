//! The findings of a check of the setup.

use crate::core::text::cut;
use crate::ops::finding::{Finding, FindingState, PEOPLE};
use crate::people::people_words;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::mrkdwn::with_settings;

/// The most findings that are shown, and the most characters of one.
const MOST_FINDINGS: usize = 30;
const LONGEST_FINDING: usize = 900;

/// Lists the findings of a check, with the number of problems as the title.
pub(crate) fn examined(findings: &[Finding]) -> Content {
    let bad = findings.iter().filter(|finding| finding.state == FindingState::Bad).count();
    let title = match bad {
        0 => "No problems found.".to_owned(),
        1 => "1 problem found.".to_owned(),
        many => format!("{many} problems found."),
    };
    let row = |finding: &Finding| {
        let mark = match finding.state {
            FindingState::Good => ":white_check_mark:",
            FindingState::Note => ":information_source:",
            FindingState::Bad => ":x:",
        };
        let channel = finding.channel.as_ref().map_or_else(String::new, |channel| format!(" <#{channel}>"));
        let words = with_settings(&cut(&finding.words, LONGEST_FINDING));
        Block::formatted(&format!("{mark} {}{channel}: {words}", finding.what))
    };
    let rows = findings.iter().take(MOST_FINDINGS).map(row);
    let people = findings.iter().any(|finding| finding.what == PEOPLE && finding.state != FindingState::Good);
    let button = people.then(|| Block::actions("actions", vec![people_words::button()]));
    Content::new(&title, std::iter::once(Block::paragraph(&title)).chain(rows).chain(button).collect())
}

//! The findings of a check of the setup: problems first, then facts, then the checks that passed in one line.

use crate::core::control::Control;
use crate::core::text::cut;
use crate::ops::finding::{CHANNEL, Finding, FindingState, PEOPLE};
use crate::people::people_words;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::blocks::markup::{Emoji, Markup};

/// The most findings that are shown, and the most characters of one.
const MOST_FINDINGS: usize = 30;
const LONGEST_FINDING: usize = 900;

/// Shows the findings of a check.
pub(crate) fn examined(findings: &[Finding]) -> Content {
    let with = |state| findings.iter().filter(move |finding| finding.state == state);
    let (problems, facts) = (with(FindingState::Bad).count(), with(FindingState::Note).count());
    let passed = passed(findings);
    let (found, count) = title(problems, facts, passed.len());
    let shown = with(FindingState::Bad).chain(with(FindingState::Note)).take(MOST_FINDINGS);
    let rows = shown.enumerate().map(|(n, finding)| row(n, finding));
    let small = (!passed.is_empty()).then(|| Block::small(&format!("Passed: {}", passed.join(" · "))));
    let title = Markup::default().strong(&found).then(" · ", Markup::of(&count));
    let text = Markup::of(&found).then(", ", Markup::of(&count)).ours(".");
    let label = if problems == 1 { "Problem: " } else { "Problems: " };
    let problems = Markup::joined(" · ", with(FindingState::Bad).map(|finding| fact(finding).ours(".")));
    let text = if problems.is_empty() { text } else { text.ours(" ").ours(label).then("", problems) };
    Content::of(&text, std::iter::once(title.paragraph()).chain(rows).chain(small).collect())
}

/// Returns the two halves of the title: the problems, and the number of checks that passed.
fn title(problems: usize, facts: usize, passed: usize) -> (String, String) {
    let checks = if passed == 1 { "1 check passed".to_owned() } else { format!("{passed} checks passed") };
    match (problems, facts) {
        (0, 0) => (format!("All {checks}"), String::new()),
        (0, _) => ("No problems found".to_owned(), checks),
        (1, _) => ("1 problem found".to_owned(), checks),
        (many, _) => (format!("{many} problems found"), checks),
    }
}

/// Names the checks without a problem and without a fact worth knowing, each once.
fn passed(findings: &[Finding]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for Finding { what, .. } in findings {
        let is_good = |finding: &Finding| finding.what != *what || finding.state == FindingState::Good;
        if findings.iter().all(is_good) && !names.contains(&what.as_str()) {
            names.push(what);
        }
    }
    names
}

fn row(n: usize, finding: &Finding) -> Block {
    let emoji = if finding.state == FindingState::Bad { Emoji::WRONG } else { Emoji::FACT };
    let line = Markup::default().emoji(emoji).strong(&capitalized(&finding.what)).ours(" · ");
    let line = line.then("", fact(finding)).ours(".");
    let line = match &finding.fix {
        Some(fix) => line.ours("\nFix: ").then("", marked(fix, finding)).ours("."),
        None => line,
    };
    let button = match finding.state {
        FindingState::Bad => Some(Element::button(Control::Doctor, "Check again", "{}").about(&finding.what)),
        FindingState::Note if finding.what == PEOPLE => Some(people_words::button()),
        FindingState::Note | FindingState::Good => None,
    };
    Block::line(&line, button.map(|button| button.numbered(n)))
}

fn fact(finding: &Finding) -> Markup {
    marked(&capitalized(&finding.words), finding)
}

/// Turns the words of a finding into a line: code between backticks, and the name of the channel in its place.
fn marked(words: &str, finding: &Finding) -> Markup {
    let words = cut(words, LONGEST_FINDING);
    let parts = words.split('`').enumerate();
    parts.fold(Markup::default(), |line, (n, part)| match part.split_once(CHANNEL).zip(finding.channel.as_ref()) {
        _ if n % 2 == 1 => line.code(part),
        Some(((before, after), channel)) => line.text(before).channel(channel).text(after),
        None => line.text(part),
    })
}

fn capitalized(text: &str) -> String {
    // A name keeps its own spelling.
    if text.starts_with("dialnote") {
        return text.to_owned();
    }
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::ChannelId;

    fn good(what: &str) -> Finding {
        Finding::new(what, FindingState::Good, "fine")
    }

    #[test]
    fn problems_come_first_with_their_fix() {
        let words = "the app can't post in {channel} because it isn't a member";
        let bad = Finding::new("channels", FindingState::Bad, words).about(ChannelId::new("C1"));
        let note = Finding::new(PEOPLE, FindingState::Note, "1 member isn't linked");
        let findings = [good("database"), good("channels"), note, bad.fixed_by("type `/invite @dialnote` there")];
        let content = examined(&findings);
        let expected =
            "1 problem found, 1 check passed. Problem: The app can't post in <#C1> because it isn't a member.";
        assert_eq!(content.text, expected);
        assert_eq!(content.blocks.len(), 4, "title, problem, fact and the checks that passed");
    }

    #[test]
    fn a_setup_without_problems_is_one_line() {
        let content = examined(&[good("database"), good("channels"), good("channels")]);
        assert_eq!((content.text.as_str(), content.blocks.len()), ("All 2 checks passed.", 2));
    }
}

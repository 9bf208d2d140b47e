//! The parser for the text of a snooze: the conversations, then a time. Words behind the time are kept as text.

use crate::commands::lookup;
use crate::core::conversation::Links;
use crate::core::ids::ConversationId;
use crate::core::verbs::Verb;
use crate::core::when::model::{When, Wrong};

/// The parsed text of a snooze.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Snooze {
    /// A text without a name or a time.
    Blank,
    /// A time, and the text that names the conversations.
    Until(When, String),
    /// A text without a time.
    Untimed(Untimed),
}

/// A snooze without a time, or with a wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untimed {
    /// The conversation, if an id or a link names it.
    pub conversation: Option<ConversationId>,
    /// The text that names the conversations; if the time isn't known, it is in this text.
    pub text: String,
    /// The reason why the time is wrong, if it is.
    pub wrong: Option<Wrong>,
}

/// Reads the text of a snooze.
pub fn read(text: &str, links: &Links) -> Snooze {
    if lookup::is_blank(text) {
        return Snooze::Blank;
    }
    if let Some((text, wrong)) = When::wrong(text) {
        return untimed(text, Some(wrong), links);
    }
    match between(text).or_else(|| outside(text)) {
        Some((when, named)) => Snooze::Until(when, named),
        None => untimed(text, None, links),
    }
}

/// Finds a time behind the conversation and before other words, even if these end with another time.
fn between(text: &str) -> Option<(When, String)> {
    let (before, when, after) = When::split_out(text).filter(|(before, ..)| !lookup::is_blank(before))?;
    Some((when, format!("{before} {after}")))
}

/// Finds a time at the end, or else at the start: "24 Hour Fitness 2h". If the last word may be a name, the start
/// comes first.
fn outside(text: &str) -> Option<(When, String)> {
    let start = || When::split_start(text).map(|(when, after)| (when, after.to_owned()));
    let end = || When::split_off(text).map(|(before, when)| (when, before.to_owned()));
    if When::ends_like_a_name(text) { start().or_else(end) } else { end().or_else(start) }
}

fn untimed(text: &str, wrong: Option<Wrong>, links: &Links) -> Snooze {
    Snooze::Untimed(Untimed { conversation: explicit(text, links), text: text.to_owned(), wrong })
}

/// Finds the conversation that the text names by an id or a link. It is read as `/done` text, which allows words
/// behind it.
fn explicit(text: &str, links: &Links) -> Option<ConversationId> {
    lookup::explicit(Verb::Done, text, links).and_then(|explicit| explicit.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    fn found(text: &str) -> Option<(Option<String>, String, Option<Wrong>)> {
        let links = Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")));
        let Snooze::Untimed(Untimed { conversation, text, wrong }) = read(text, &links) else { return None };
        Some((conversation.map(|id| id.to_string()), text, wrong))
    }

    #[test]
    fn the_conversation_is_kept_where_the_time_is_wrong() {
        let typed = || "25:00".to_owned();
        for (text, id, rest, wrong) in [
            ("conv_1", Some("conv_1"), "conv_1", None),
            ("ana soon", None, "ana soon", None),
            ("Sunday Okafor", None, "Sunday Okafor", None),
            ("Sun Wei Chen", None, "Sun Wei Chen", None),
            ("May Lima", None, "May Lima", None),
            ("tomorrow 5pm - 6pm Ana Lima", None, "tomorrow 5pm - 6pm Ana Lima", None),
            ("tomorrow or friday 5pm Ana Lima", None, "tomorrow or friday 5pm Ana Lima", None),
            ("not tomorrow 5pm Ana Lima", None, "not tomorrow 5pm Ana Lima", None),
            ("2 or 3 hours Ana Lima", None, "2 or 3 hours Ana Lima", None),
            ("conv_1 25:00", Some("conv_1"), "conv_1", Some(Wrong::NoClock { typed: typed() })),
            ("conv_1 2027-02-30", Some("conv_1"), "conv_1", Some(Wrong::NoDate { month: 2, year: Some(2027) })),
            ("Ana Lima mon 25:00", None, "Ana Lima", Some(Wrong::NoClock { typed: typed() })),
            ("25:00", None, "", Some(Wrong::NoClock { typed: typed() })),
        ] {
            assert_eq!(found(text), Some((id.map(str::to_owned), rest.to_owned(), wrong)), "{text}");
        }
    }

    #[test]
    fn the_time_behind_the_conversation_counts() {
        let links = Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")));
        for (text, when, rest) in [
            ("Nora Quinn 2h call him at 3pm", "2h", "Nora Quinn call him at 3pm"),
            ("Nora Quinn 2h call him", "2h", "Nora Quinn call him"),
            ("Nora Quinn call him at 3pm", "at 3pm", "Nora Quinn call him"),
            ("conv_1 tomorrow 9 am", "tomorrow 9am", "conv_1"),
            ("conv_1 tomorrow 9 am please", "tomorrow 9am", "conv_1 please"),
            ("it for 2h", "2h", "it"),
            ("2h Ana Lima", "2h", "Ana Lima"),
            ("in 2 hours: Ana Lima", "2h", "Ana Lima"),
            ("2h — Ana Lima", "2h", "Ana Lima"),
            ("2h for Ana Lima", "2h", "Ana Lima"),
            ("tomorrow 5pm Ana Lima", "tomorrow 5pm", "Ana Lima"),
            ("monday 5pm Ana Lima", "monday 5pm", "Ana Lima"),
            ("monday Ana Lima", "monday", "Ana Lima"),
            ("monday conv_1", "monday", "conv_1"),
            ("2026-12-24 10:00 Ana Lima", "2026-12-24 10:00", "Ana Lima"),
            ("17:00 Ana Lima", "17:00", "Ana Lima"),
            ("2h +1 415 555 0101", "2h", "+1 415 555 0101"),
            ("2h (415) 555-0101", "2h", "(415) 555-0101"),
            (
                "2h <https://app.dialnote.com/conversations/conv_1>",
                "2h",
                "<https://app.dialnote.com/conversations/conv_1>",
            ),
            ("tomorrow 5pm Ana Sunday", "tomorrow 5pm", "Ana Sunday"),
            ("24 Hour Fitness 2h", "2h", "24 Hour Fitness"),
            ("24 Hour Fitness 2h call him", "2h", "24 Hour Fitness call him"),
            ("Sunday Okafor 2h", "2h", "Sunday Okafor"),
            ("3M tomorrow", "tomorrow", "3M"),
        ] {
            let expected = When::read(when).map(|when| Snooze::Until(when, rest.to_owned()));
            assert_eq!(Some(read(text, &links)), expected, "{text}");
        }
    }
}

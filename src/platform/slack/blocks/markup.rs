//! Lines of the app's own words and of text from outside. A line becomes `mrkdwn`, in which nothing from outside can
//! link, notify or format. Slack's markup has no escape for `*`, `_`, `~` and the backtick (docs/contracts/slack.md
//! §11.6), so a line with any of them from outside becomes plain text instead, without bold words and links.

use jiff::Timestamp;

use crate::core::assignee::UserGroup;
use crate::core::ids::{ChannelId, UserGroupId};
use crate::core::text::cut;
use crate::platform::slack::blocks::mrkdwn::{escaped, formats, utc};
use crate::platform::slack::blocks::text::Text;

/// An emoji: Slack's code, and the character for plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emoji(pub(crate) &'static str, pub(crate) char);

impl Emoji {
    /// No one owns it.
    pub(crate) const UNASSIGNED: Self = Self("red_circle", '🔴');
    /// Unassigned for longer than the limit.
    pub(crate) const OVERDUE: Self = Self("rotating_light", '🚨');
    /// It has an owner.
    pub(crate) const OWNED: Self = Self("large_blue_circle", '🔵');
    /// Hidden until a time.
    pub(crate) const SNOOZED: Self = Self("zzz", '💤');
    /// Finished, or carried out.
    pub(crate) const DONE: Self = Self("white_check_mark", '✅');
    /// A step that is not done yet.
    pub(crate) const TO_DO: Self = Self("white_large_square", '⬜');
    /// A command that waits, or a deadline.
    pub(crate) const WAITING: Self = Self("hourglass_flowing_sand", '⏳');
    /// A command that was refused.
    pub(crate) const REFUSED: Self = Self("no_entry", '⛔');
    /// A command that failed.
    pub(crate) const FAILED: Self = Self("warning", '⚠');
    /// A part that failed.
    pub(crate) const WRONG: Self = Self("x", '❌');
    /// A fact.
    pub(crate) const FACT: Self = Self("information_source", 'ℹ');
    /// A call.
    pub(crate) const CALL: Self = Self("telephone_receiver", '📞');
    /// A voicemail.
    pub(crate) const VOICEMAIL: Self = Self("studio_microphone", '🎙');
    /// A text message.
    pub(crate) const MESSAGE: Self = Self("speech_balloon", '💬');
    /// An answer to the contact, or an assignment that was returned.
    pub(crate) const RETURNED: Self = Self("leftwards_arrow_with_hook", '↩');
    /// A note.
    pub(crate) const NOTE: Self = Self("memo", '📝');
    /// Any other activity.
    pub(crate) const OTHER: Self = Self("small_blue_diamond", '🔹');
    /// A greeting.
    pub(crate) const HELLO: Self = Self("wave", '👋');
}

/// A line. Its parts follow each other without spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// The app's own words, with or without markup of their own.
    Ours {
        words: String,
        bold: bool,
    },
    Emoji(Emoji),
    /// Words from outside.
    Outside {
        words: String,
        bold: bool,
        url: Option<String>,
    },
    Code(String),
    Channel(ChannelId),
    /// A user group, with its name.
    Group(UserGroupId, String),
    Time {
        at: Timestamp,
        format: &'static str,
    },
}

/// A time of day.
const CLOCK: &str = "{time}";
/// A date and a time.
const DATE_AND_TIME: &str = "{date_short_pretty} {time}";
/// A date.
const DATE: &str = "{date_short_pretty}";
/// The time that has passed since. Slack counts on.
const AGO: &str = "{ago}";

impl Markup {
    /// Returns a line that begins with the app's own words.
    pub fn of(words: &str) -> Self {
        Self::default().ours(words)
    }

    /// Appends the app's own words. Text from outside must not be part of them.
    #[must_use]
    pub fn ours(self, words: &str) -> Self {
        if words.is_empty() { self } else { self.with(Piece::Ours { words: words.to_owned(), bold: false }) }
    }

    /// Appends the app's own words in bold.
    #[must_use]
    pub fn strong(self, words: &str) -> Self {
        self.with(Piece::Ours { words: words.to_owned(), bold: true })
    }

    /// Appends an emoji and a space. A word must follow, because an emoji alone says nothing to a screen reader.
    #[must_use]
    pub fn emoji(self, emoji: Emoji) -> Self {
        self.with(Piece::Emoji(emoji))
    }

    /// Appends words from outside.
    #[must_use]
    pub fn text(self, words: &str) -> Self {
        if words.is_empty() { self } else { self.outside(words, false, None) }
    }

    /// Appends words from outside in bold: the name of a contact or of a person.
    #[must_use]
    pub fn bold(self, words: &str) -> Self {
        self.outside(words, true, None)
    }

    /// Appends words from outside in bold that link to a page.
    #[must_use]
    pub fn link(self, words: &str, url: String) -> Self {
        self.outside(words, true, Some(url))
    }

    /// Appends words to type or to copy.
    #[must_use]
    pub fn code(self, words: &str) -> Self {
        self.with(Piece::Code(words.to_owned()))
    }

    /// Appends the name of a channel, as a link to it.
    #[must_use]
    pub fn channel(self, channel: &ChannelId) -> Self {
        self.with(Piece::Channel(channel.clone()))
    }

    /// Mentions a user group, which notifies its members.
    #[must_use]
    pub(crate) fn group(self, group: &UserGroup) -> Self {
        self.with(Piece::Group(group.id.clone(), group.name.clone()))
    }

    /// Appends a time of day, in each reader's own time zone.
    #[must_use]
    pub fn clock(self, at: Timestamp) -> Self {
        self.with(Piece::Time { at, format: CLOCK })
    }

    /// Appends a date and a time, in each reader's own time zone.
    #[must_use]
    pub fn time(self, at: Timestamp) -> Self {
        self.with(Piece::Time { at, format: DATE_AND_TIME })
    }

    /// Appends a date.
    #[must_use]
    pub fn date(self, at: Timestamp) -> Self {
        self.with(Piece::Time { at, format: DATE })
    }

    /// Appends the time that has passed since. Only blocks may say it: the text of a notification stays as it is.
    #[must_use]
    pub fn ago(self, at: Timestamp) -> Self {
        self.with(Piece::Time { at, format: AGO })
    }

    /// Appends another line, after a separator unless one of them is empty.
    #[must_use]
    pub fn then(mut self, separator: &str, next: Self) -> Self {
        if !self.is_empty() && !next.is_empty() {
            self = self.ours(separator);
        }
        self.0.extend(next.0);
        self
    }

    /// Joins lines, without empty ones.
    pub fn joined(separator: &str, lines: impl IntoIterator<Item = Self>) -> Self {
        lines.into_iter().fold(Self::default(), |all, line| all.then(separator, line))
    }

    /// Returns whether the line says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the line as words alone: without emoji and markup, with times in UTC.
    pub fn words(&self) -> String {
        self.0.iter().map(Piece::words).collect()
    }

    /// Returns the text of a block, with at most `most` characters.
    pub(crate) fn block_text(&self, most: usize) -> Text {
        let mrkdwn: String = self.0.iter().map(Piece::mrkdwn).collect();
        // Cut markup may end inside a link.
        if self.0.iter().any(Piece::would_format) || mrkdwn.chars().count() > most {
            let plain: String = self.0.iter().map(Piece::plain).collect();
            return Text::plain(&plain, most);
        }
        Text::Mrkdwn { text: mrkdwn, verbatim: self.0.iter().any(Piece::is_from_outside) }
    }

    /// Returns the line as the text of a notification: escaped, but for the channels and groups that it names.
    pub(crate) fn notification(&self) -> String {
        let part = |part: &Piece| match part {
            Piece::Channel(_) | Piece::Group(..) => part.mrkdwn(),
            other => escaped(&other.words()),
        };
        self.0.iter().map(part).collect()
    }

    fn outside(self, words: &str, bold: bool, url: Option<String>) -> Self {
        let words = cut(words, MOST_FROM_OUTSIDE);
        self.with(Piece::Outside { words, bold, url })
    }

    fn with(mut self, part: Piece) -> Self {
        self.0.push(part);
        self
    }
}

/// The most characters of one piece from outside, so that the rest of a line is still seen.
const MOST_FROM_OUTSIDE: usize = 500;

impl Piece {
    fn mrkdwn(&self) -> String {
        match self {
            Self::Ours { words, bold: false } => words.clone(),
            Self::Ours { words, bold: true } => format!("*{words}*"),
            Self::Emoji(Emoji(code, _)) => format!(":{code}: "),
            Self::Outside { words, bold: false, .. } => escaped(words),
            Self::Outside { words, bold: true, url: None } => format!("*{}*", escaped(words)),
            Self::Outside { words, bold: true, url: Some(url) } => format!("<{url}|*{}*>", escaped(words)),
            Self::Code(words) => format!("`{}`", escaped(words)),
            Self::Channel(channel) => format!("<#{channel}>"),
            Self::Group(id, _) => format!("<!subteam^{id}>"),
            Self::Time { at, format } => format!("<!date^{}^{format}|{}>", at.as_second(), self.plain_time(*at)),
        }
    }

    /// Returns the part where Slack interprets nothing.
    fn plain(&self) -> String {
        match self {
            Self::Emoji(Emoji(_, character)) => format!("{character} "),
            other => other.words(),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Ours { words, .. } => words.replace(['*', '`'], ""),
            Self::Emoji(_) => String::new(),
            Self::Outside { words, .. } | Self::Code(words) => words.clone(),
            // Words are escaped, and only Slack knows the name. The blocks of the message show it.
            Self::Channel(_) => "a channel".to_owned(),
            Self::Group(_, name) => name.clone(),
            Self::Time { at, .. } => self.plain_time(*at),
        }
    }

    fn plain_time(&self, at: Timestamp) -> String {
        match self {
            Self::Time { format: CLOCK, .. } => at.strftime("%-H:%M UTC").to_string(),
            Self::Time { format: DATE, .. } => at.strftime("%b %-d").to_string(),
            _ => utc(at),
        }
    }

    fn would_format(&self) -> bool {
        match self {
            Self::Outside { words, .. } => formats(words),
            Self::Code(words) => words.contains('`'),
            _ => false,
        }
    }

    fn is_from_outside(&self) -> bool {
        matches!(self, Self::Outside { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &Markup) -> Text {
        line.block_text(3000)
    }

    #[test]
    fn a_name_is_bold_and_links_to_dialnote() {
        let line = Markup::of("").emoji(Emoji::UNASSIGNED).link("Ana & Co", "https://d.test/c/1".to_owned());
        let text = ":red_circle: <https://d.test/c/1|*Ana &amp; Co*>".to_owned();
        assert_eq!(said(&line), Text::Mrkdwn { text, verbatim: true });
        assert_eq!(line.words(), "Ana & Co");
    }

    #[test]
    fn a_name_that_would_format_is_plain_text_with_the_same_characters() {
        for name in ["a*b", "_x_", "~gone~", "`code`"] {
            let line = Markup::of("").emoji(Emoji::OWNED).bold(name).ours(" · assigned");
            assert_eq!(said(&line), Text::plain(&format!("🔵 {name} · assigned"), 3000));
        }
    }

    #[test]
    fn times_are_each_readers_own() {
        let line = Markup::of("by ").clock(Timestamp::UNIX_EPOCH).ours(", ").ago(Timestamp::UNIX_EPOCH);
        let text = "by <!date^0^{time}|0:00 UTC>, <!date^0^{ago}|Jan 1, 0:00 UTC>".to_owned();
        assert_eq!(said(&line), Text::Mrkdwn { text, verbatim: false });
        assert_eq!(line.words(), "by 0:00 UTC, Jan 1, 0:00 UTC");
    }

    #[test]
    fn nothing_from_outside_leaves_a_link_or_code() {
        let line = Markup::of("").link("a>b", "https://d.test".to_owned()).ours(" ").code("/done <!here>");
        let text = "<https://d.test|*a&gt;b*> `/done &lt;!here&gt;`".to_owned();
        assert_eq!(said(&line), Text::Mrkdwn { text, verbatim: true });
        assert_eq!(said(&Markup::of("").code("a`b")), Text::plain("a`b", 3000));
    }
}

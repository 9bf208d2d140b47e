//! Characters that mean something in Slack's markup, and numbers with hidden digits.

use jiff::Timestamp;

/// Escapes the three characters that Slack's markup can escape. The result can neither link nor notify.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Answers whether `mrkdwn` would format the text, or make it an emoji. These characters have no escape.
pub(crate) fn formats(text: &str) -> bool {
    text.contains(['*', '_', '~', '`']) || has_emoji_code(text)
}

/// Answers whether the text has a word between two colons, such as `:tada:`.
fn has_emoji_code(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '\'');
    let mut words = text.split(':').skip(1).peekable();
    while let Some(word) = words.next() {
        if words.peek().is_some() && !word.is_empty() && word.chars().all(is_part) {
            return true;
        }
    }
    false
}

/// Masks a number except for the country code and the last four digits.
pub(crate) fn hidden(number: &str) -> String {
    const SEEN: usize = 4;
    let (country, rest) = match number.split_once(' ') {
        Some((country, rest)) if country.starts_with('+') => (format!("{country} "), rest),
        _ => (String::new(), number),
    };
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let mut nth = 0;
    let rest = rest.chars().map(|c| {
        nth += usize::from(c.is_ascii_digit());
        if c.is_ascii_digit() && nth + SEEN <= digits { '•' } else { c }
    });
    country.chars().chain(rest).collect()
}

/// Returns a date and time where Slack can't show the reader's own.
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%b %-d, %-H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_can_neither_link_nor_notify() {
        assert_eq!(escaped("<!channel> & <https://x|y>"), "&lt;!channel&gt; &amp; &lt;https://x|y&gt;");
    }

    #[test]
    fn formatting_and_emoji_are_found() {
        for formatting in ["*x*", "a_b", "~", "`", "party :tada:", ":+1:", "10:100:"] {
            assert!(formats(formatting), "{formatting}");
        }
        for plain in ["at 9:15", "10:15", "Re: hello: you", "::", "O'Neil-Smith"] {
            assert!(!formats(plain), "{plain}");
        }
    }

    #[test]
    fn hides_numbers() {
        assert_eq!(hidden("+1 415 555 0101"), "+1 ••• ••• 0101");
        assert_eq!(hidden("+4930901820"), "+••••••1820");
        assert_eq!(hidden("anonymous"), "anonymous");
    }
}

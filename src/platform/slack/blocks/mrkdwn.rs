//! Characters that mean something in Slack's markup, and numbers with hidden digits.

use jiff::Timestamp;

/// Escapes the three characters that Slack's markup can escape. The result can neither link nor notify.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Answers whether `mrkdwn` would format the text. The characters have no escape.
pub(crate) fn formats(text: &str) -> bool {
    text.contains(['*', '_', '~', '`'])
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
    fn hides_numbers() {
        assert_eq!(hidden("+1 415 555 0101"), "+1 ••• ••• 0101");
        assert_eq!(hidden("+4930901820"), "+••••••1820");
        assert_eq!(hidden("anonymous"), "anonymous");
    }
}

//! Makes text from outside safe in Slack's markup. The markup has no escape for `*`, `_`, `~` and the backtick
//! (docs/contracts/slack.md §11.6), so they are replaced by look-alikes.

use jiff::Timestamp;

/// Returns text from outside for use in `mrkdwn`. It can neither ping, link nor format there.
pub(crate) fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '*' => out.push('∗'),
            '_' => out.push('ˍ'),
            '~' => out.push('∼'),
            '`' => out.push('ˋ'),
            c => out.push(c),
        }
    }
    out
}

/// Returns the text in the same way, with names of settings (`DIALNOTE_API_URL`) as code, so that they can be copied.
pub(crate) fn with_settings(text: &str) -> String {
    let is_part = |c: char| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let is_word = rest.starts_with(is_part);
        let end = rest.find(|c: char| is_part(c) != is_word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        let is_setting = is_word && piece.trim_matches('_').contains('_');
        out.push_str(&if is_setting { code(piece) } else { neutral(piece) });
        rest = after;
    }
    out
}

/// Returns text from outside as code. Nothing in it formats, and it can't end the code early.
pub fn code(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('`', "ˋ");
    format!("`{text}`")
}

/// Masks a number except for the country code and the last four digits.
pub fn hidden(number: &str) -> String {
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

/// Returns a time that each reader sees in their own time zone, with UTC where Slack can't show that.
pub fn time(at: Timestamp) -> String {
    let fallback = at.strftime("%Y-%m-%d %H:%M UTC");
    format!("<!date^{}^{{date_short_pretty}} at {{time}}|{fallback}>", at.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_stays_text() {
        assert_eq!(neutral("<!channel> *a* & `b`"), "&lt;!channel&gt; ∗a∗ &amp; ˋbˋ");
    }

    #[test]
    fn a_setting_can_be_copied() {
        let shown = with_settings("Look at DIALNOTE_API_URL, A*B_ and no_messages_tab");
        assert_eq!(shown, "Look at `DIALNOTE_API_URL`, A∗Bˍ and noˍmessagesˍtab");
    }

    #[test]
    fn code_keeps_what_can_be_typed() {
        assert_eq!(code("/done conv_1 `x` <!here>"), "`/done conv_1 ˋxˋ &lt;!here&gt;`");
    }

    #[test]
    fn hides_numbers() {
        assert_eq!(hidden("+1 415 555 0101"), "+1 ••• ••• 0101");
        assert_eq!(hidden("+4930901820"), "+••••••1820");
        assert_eq!(hidden("anonymous"), "anonymous");
    }

    #[test]
    fn shows_times_in_the_readers_zone() {
        assert_eq!(time(Timestamp::UNIX_EPOCH), "<!date^0^{date_short_pretty} at {time}|1970-01-01 00:00 UTC>");
    }
}

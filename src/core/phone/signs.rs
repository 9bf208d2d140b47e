//! The characters of written numbers: digits of several scripts, the signs between them and the marks around
//! them.

use crate::core::text::is_unseen;

/// The zeros of the decimal digits that keyboards type, each followed by its one to nine: Arabic,
/// Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Kannada, Malayalam, Thai, Lao,
/// Tibetan, Burmese, Khmer and full-width.
const ZEROS: [u32; 16] = [
    0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040,
    0x17E0, 0xFF10,
];

/// Returns the ASCII digit that `c` stands for.
pub(crate) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// Returns whether `c` is the sign before a country code.
pub(crate) fn is_plus(c: char) -> bool {
    matches!(c, '+' | '＋' | '﹢')
}

/// Returns whether `c` is white space or invisible.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_unseen(c)
}

/// Returns whether `c` is a hyphen, a dash or a minus.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐'..='―' | '⁃' | '−' | '˗' | '﹘' | '﹣' | '－' | 'ー' | '〜')
}

/// Returns whether `c` is a full stop, a middle dot or a bullet.
pub(crate) fn is_dot(c: char) -> bool {
    matches!(c, '.' | '·' | '•' | '‧' | '․' | '∙' | '⋅' | '・' | '･' | '．' | '。')
}

fn is_stroke(c: char) -> bool {
    matches!(c, '/' | '／' | '⁄' | '∕')
}

/// Returns whether `c` opens a bracket.
pub(crate) fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '（' | '［' | '【')
}

/// Returns whether `c` closes a bracket.
pub(crate) fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '）' | '］' | '】')
}

/// Returns whether `c` may stand between the digits of one number.
pub(crate) fn is_separator(c: char) -> bool {
    is_blank(c) || is_dash(c) || is_dot(c) || is_stroke(c) || is_opening(c) || is_closing(c)
}

/// Returns whether `c` is a quotation mark or one of Slack's marks for bold, italic, struck and code.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c,
        '"' | '\'' | '`' | '´' | '‘'..='‟' | '′' | '″' | '«' | '»' | '‹' | '›' | 'ʼ' | 'ʹ' | '＂' | '＇' | '｀'
        | '「'..='』' | '〈'..='》' | '〝'..='〟' | '❛'..='❞' | '*' | '_' | '~' | '＊')
}

/// Returns whether `c` ends a sentence.
pub(crate) fn is_stop(c: char) -> bool {
    is_dot(c) || matches!(c, '?' | '!' | '…' | '？' | '！' | '¿')
}

/// Returns whether `c` is a comma or a semicolon of any script.
pub(crate) fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | '，' | '；' | '、' | '،')
}

/// Returns whether `c` is a colon.
pub(crate) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}

//! The sender or recipient of a call or a text message.

use crate::impossible::Impossible;

/// The longest name of a sender without a number, and the number of digits in a short code.
const SENDER: usize = 11;
const SHORT_CODE: std::ops::RangeInclusive<usize> = 3..=8;

/// Reads a number in E.164 (blanks and punctuation are dropped), with an extension (`+14155550124;ext=22`) or not, a
/// sender's name (`SUPPORT`) or a short code (`68849`).
pub(crate) fn address(text: &str) -> Result<String, Impossible> {
    let (number, extension) = text.split_once(";ext=").map_or((text, None), |(number, ext)| (number, Some(ext)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let plausible = digits.strip_prefix('+').is_some_and(|rest| rest.len() >= 7 && all_digits(rest));
    match extension {
        None if plausible => return Ok(digits),
        Some(extension) if plausible && all_digits(extension) => return Ok(format!("{digits};ext={extension}")),
        _ => {}
    }
    let short_code = SHORT_CODE.contains(&text.len()) && all_digits(text);
    let name = text.len() <= SENDER
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ')
        && text.chars().any(|c| c.is_ascii_alphabetic());
    if short_code || name {
        return Ok(text.to_owned());
    }
    Err(Impossible(format!("{text} is neither a number like +1 415 555 0101 nor a sender like SUPPORT or 68849")))
}

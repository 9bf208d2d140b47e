//! Text from outside, made safe to show and compare: hidden characters are removed, and text is cut between the
//! characters that people see. `platform::slack::blocks::mrkdwn` handles markup.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The longest name, in characters. The sentence around it has to stay readable.
pub(crate) const LONGEST_NAME: usize = 80;

/// The most marks on one letter. A Burmese syllable has as many. More would cover the lines around it.
const MOST_MARKS: usize = 6;

const JOINER: char = '\u{200D}';
const NON_JOINER: char = '\u{200C}';

/// Returns a name as one line of at most [`LONGEST_NAME`] characters; `None` if none of its characters is visible.
pub fn name(raw: &str) -> Option<String> {
    let seen = seen(raw, Joiners::InEmoji);
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().any(is_visible).then(|| cut(&line, LONGEST_NAME))
}

/// Returns the words that a person wrote, with their line breaks. Joiners stay, because Persian and Hindi need them.
pub fn words(raw: &str) -> String {
    if is_plain(raw) {
        return raw.trim().to_owned();
    }
    let text = seen(raw, Joiners::Everywhere).replace("\r\n", "\n").replace('\r', "\n");
    text.trim().to_owned()
}

/// Answers whether a text is one line in which every character is visible, or a blank as wide as any: ASCII without
/// control characters. Most texts are, so it reads bytes.
pub(crate) fn is_plain(raw: &str) -> bool {
    raw.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns the beginning of a text, at most `most` characters. The last one is an ellipsis if something was cut.
/// Accents stay with their letters, and emoji stay whole.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    format!("{}…", beginning(text, most.saturating_sub(1)).trim_end())
}

/// Returns as much of the beginning of a text as `most` characters hold, without splitting a visible character.
pub fn beginning(text: &str, most: usize) -> &str {
    let mut room = most;
    let mut end = 0;
    for cluster in text.graphemes(true) {
        match room.checked_sub(cluster.chars().count()) {
            Some(left) => room = left,
            None => break,
        }
        end += cluster.len();
    }
    // A single cluster longer than `most` is split like any other text.
    let broken = || text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    text.get(..if end == 0 { broken() } else { end }).unwrap_or(text)
}

/// The places where the two zero-width joiners are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joiners {
    InEmoji,
    Everywhere,
}

fn seen(raw: &str, joiners: Joiners) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut marks = 0;
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        let stays = match (c, joiners) {
            (JOINER | NON_JOINER, Joiners::Everywhere) => true,
            (JOINER, Joiners::InEmoji) => {
                out.chars().next_back().is_some_and(ends_emoji) && rest.peek().copied().is_some_and(is_emoji)
            }
            _ => !is_hidden(c),
        };
        if !stays {
            continue;
        }
        marks = if !c.is_ascii() && is_combining_mark(c) { marks + 1 } else { 0 };
        if marks <= MOST_MARKS {
            out.push(c);
        }
    }
    out
}

/// Answers whether a character has no width, is a control character, or changes the direction of the text around it.
/// White space is handled elsewhere.
fn is_hidden(c: char) -> bool {
    let control = c.is_control() && !c.is_whitespace();
    control
        || matches!(
            c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E007F}'
        )
}

/// Returns a text as one line for a terminal: line breaks, control characters and hidden ones are written as escapes, so
/// that a text from outside can neither forge a line nor change what is shown. `is_kept` are exceptions.
pub(crate) fn one_line(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let is_break = |c: char| matches!(c, '\u{2028}' | '\u{2029}');
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() || is_break(c) || is_hidden(c)) && !is_kept(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// Answers whether a comparison ignores a character: a hidden one, or one that only selects a glyph.
pub(crate) fn is_unseen(c: char) -> bool {
    is_hidden(c) || matches!(c, '\u{FE00}'..='\u{FE0F}')
}

/// Answers whether a character has ink. The Braille blank counts as a letter, but has none.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !is_combining_mark(c) && c != '\u{2800}'
}

/// Answers whether a character can be part of a joined emoji.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

fn ends_emoji(c: char) -> bool {
    is_emoji(c) || c == '\u{FE0F}'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_loses_what_nobody_sees() {
        for (raw, shown) in [
            ("Eve\u{202e}gnp Stone", "Evegnp Stone"),
            ("Eve\u{202d}gnp Stone", "Evegnp Stone"),
            ("Eve\u{202b}gnp Stone", "Evegnp Stone"),
            ("Eve\u{2067}gnp Stone", "Evegnp Stone"),
            ("Eve\u{2068}gnp Stone", "Evegnp Stone"),
            ("Eve\u{200f}gnp Stone", "Evegnp Stone"),
            ("\u{202b}Eve Stone", "Eve Stone"),
            ("Ac\u{202e}me", "Acme"),
            ("E\u{200b}ve Stone", "Eve Stone"),
            ("E\u{feff}ve Stone", "Eve Stone"),
            ("E\u{2060}ve Stone", "Eve Stone"),
            ("E\u{ad}ve Stone", "Eve Stone"),
            ("E\u{200d}ve\u{200c} Stone", "Eve Stone"),
            ("Eve\u{7}\u{1b}[31m Stone", "Eve[31m Stone"),
            ("Zoë\u{202e}evil", "Zoëevil"),
            ("Ana\u{e0041}\u{e0042}", "Ana"),
        ] {
            assert_eq!(name(raw).as_deref(), Some(shown), "{raw:?}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(name("Eve\n\nnew line Stone").as_deref(), Some("Eve new line Stone"));
        assert_eq!(name(" Zoe\u{2028}Owner:\tLeo\r\n").as_deref(), Some("Zoe Owner: Leo"));
    }

    #[test]
    fn a_name_without_ink_is_no_name() {
        for raw in ["", " \n", "\u{200b}\u{200b} \u{2060}", "\u{3164}", "\u{2800}", "\u{301}", "\u{fe0f}", "\u{202e}"] {
            assert_eq!(name(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn scripts_and_emoji_stay_whole() {
        for raw in [
            "مريم Saleh",
            "דנה Levi",
            "👨\u{200d}👩\u{200d}👧 Stone",
            "👩🏽\u{200d}⚕\u{fe0f} Kim",
            "🏳\u{fe0f}\u{200d}🌈",
            "Nguyễn Thị Ánh",
            "မြွှို့",
            "*Eve* _Stone_ <!channel> &amp; :tada:",
        ] {
            assert_eq!(name(raw).as_deref(), Some(raw));
        }
    }

    #[test]
    fn stacked_accents_are_bounded() {
        let stacked = format!("Z{}oe", "\u{335}".repeat(200));
        let bounded = format!("Z{}oe", "\u{335}".repeat(MOST_MARKS));
        assert_eq!(name(&stacked), Some(bounded));
        // Hidden characters between the marks do not begin another stack.
        let hidden = format!("Z{}", "\u{335}\u{200b}".repeat(200));
        assert_eq!(name(&hidden).map(|name| name.chars().count()), Some(1 + MOST_MARKS));
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(name(&"😀".repeat(800)), Some(format!("{}…", "😀".repeat(79))));
        assert_eq!(name(&"e\u{301}".repeat(200)), Some(format!("{}…", "e\u{301}".repeat(39))));
        let family = "👨\u{200d}👩\u{200d}👧";
        assert_eq!(name(&family.repeat(20)), Some(format!("{}…", family.repeat(15))));
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("héllo", 5), "héllo");
        assert_eq!(cut("héllo 🎉🎉", 7), "héllo…");
        assert_eq!(cut("cafe\u{301} au lait", 5), "caf…");
        assert_eq!(cut(&format!("a{}", "\u{335}".repeat(9)), 4), "a\u{335}\u{335}…");
    }

    #[test]
    fn notes_keep_their_lines_and_joiners() {
        assert_eq!(words(" call\u{202e} back\u{200b}\r\n at\t5\u{7} "), "call back\n at\t5");
        assert_eq!(words("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    proptest! {
        #[test]
        fn what_was_cleaned_stays_as_it_is(raw in "\\PC{0,40}|.{0,200}") {
            if let Some(once) = name(&raw) {
                prop_assert!(once.chars().count() <= LONGEST_NAME);
                prop_assert!(!once.chars().any(|c| is_hidden(c) && c != JOINER));
                prop_assert_eq!(name(&once), Some(once));
            }
            let once = words(&raw);
            prop_assert_eq!(words(&once), once);
        }
    }
}

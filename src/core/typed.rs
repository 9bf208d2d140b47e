//! Slack does not pass on the text as it was typed. With `should_escape`, people, channels and links arrive as `<…>`
//! tokens, and `&`, `<`, `>` as entities (docs/contracts/slack.md §5.5–5.7). This module reads that text word by word
//! and turns the rest back into plain words.

use std::collections::BTreeSet;

use crate::core::assignee::Assignee;
use crate::core::ids::{ChannelId, SlackUserId, UserGroupId};

/// The openings of the tokens of a channel and of a group.
const CHANNEL: &str = "<#";
const GROUP: &str = "<!subteam^";

/// The prefixes of the links that Slack creates.
const LINKS: [&str; 4] = ["http://", "https://", "tel:", "mailto:"];

/// The prefixes among them that people do not see.
const LABELLED: [&str; 2] = ["tel:", "mailto:"];

/// One word of a typed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedWord<'a> {
    /// `<@U…>` or `<@U…|name>`.
    Person(SlackUserId),
    /// `<!subteam^S…>` or `<!subteam^S…|@name>`: a user group, with its label.
    Group(UserGroupId, &'a str),
    /// `<https://…>` or `<https://…|label>`, and the same for `tel:` and `mailto:`.
    Link(&'a str),
    /// `"…"`, without the quotes.
    Quoted(&'a str),
    /// Anything else up to the next white space.
    Plain(&'a str),
}

/// Takes the first word off `text`. Returns the word and the rest; `None` if there is no word.
pub fn first(text: &str) -> Option<(TypedWord<'_>, &str)> {
    let text = text.trim_start();
    token(text).or_else(|| quoted(text)).or_else(|| plain_word(text))
}

fn token(text: &str) -> Option<(TypedWord<'_>, &str)> {
    let (inside, rest) = text.strip_prefix('<')?.split_once('>')?;
    Some((inside_token(inside)?, rest))
}

fn inside_token(inside: &str) -> Option<TypedWord<'_>> {
    let name = inside.split('|').next().unwrap_or(inside);
    if let Some(id) = name.strip_prefix('@') {
        return is_id(id).then(|| TypedWord::Person(SlackUserId::new(id)));
    }
    if let Some(id) = name.strip_prefix("!subteam^") {
        let label = inside.split_once('|').map_or("that group", |(_, label)| label);
        return Some(TypedWord::Group(UserGroupId::new(id), label));
    }
    let is_link = LINKS.iter().any(|scheme| name.starts_with(scheme));
    is_link.then_some(TypedWord::Link(name))
}

fn is_id(id: &str) -> bool {
    id.starts_with(['U', 'W']) && is_name(id)
}

/// Returns the user whose id the words are: `U0ZOE`, as an assistant writes it.
pub(crate) fn user_id(words: &str) -> Option<Assignee> {
    let id = words.trim().trim_start_matches('@');
    let is_spelt = id.len() > 2 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (is_spelt && is_id(id)).then(|| Assignee::User(SlackUserId::new(id)))
}

fn is_name(id: &str) -> bool {
    id.len() > 1 && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Takes a channel off the start of `text`, if there is one: `<#C…>` or `<#C…|billing>`.
pub fn channel(text: &str) -> Option<(ChannelId, &str)> {
    let (inside, rest) = text.trim_start().strip_prefix("<#")?.split_once('>')?;
    let id = inside.split('|').next().unwrap_or(inside);
    is_name(id).then(|| (ChannelId::new(id), rest))
}

/// Takes quoted words off the start of `text`. The quotes may be straight, or curled by a phone's keyboard.
fn quoted(text: &str) -> Option<(TypedWord<'_>, &str)> {
    let (inside, rest) = text.strip_prefix(['"', '“', '”'])?.split_once(['"', '“', '”'])?;
    Some((TypedWord::Quoted(inside.trim()), rest))
}

fn plain_word(text: &str) -> Option<(TypedWord<'_>, &str)> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then_some((TypedWord::Plain(word), rest))
}

/// Returns the emoji code with which the text begins, if it begins with one: `:tada:`, `:+1::skin-tone-3:`.
pub(crate) fn emoji_code(text: &str) -> Option<&str> {
    let is_named = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '\'');
    let code = |text: &str| {
        let name = text.strip_prefix(':')?.split_once(':')?.0;
        (!name.is_empty() && name.chars().all(is_named)).then_some(name.len() + 2)
    };
    let end = code(text)?;
    let tone = text.get(end..).filter(|rest| rest.starts_with(":skin-tone-")).and_then(code).unwrap_or_default();
    text.get(..end + tone)
}

/// Returns the text as its writer saw it: links without brackets, `<@U…|zoe>` and `<#C…|billing>` by name, entities
/// decoded once. A person without a name stays `<@U…>` until the name is looked up.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(&decoded(before));
        if let Some((inside, behind)) = after.split_once('>').filter(|(inside, _)| is_token(inside)) {
            out.push_str(&shown(inside));
            rest = behind;
        } else {
            out.push('<');
            rest = after;
        }
    }
    out.push_str(&decoded(rest));
    out
}

fn is_token(inside: &str) -> bool {
    inside.starts_with(['@', '#', '!']) || LINKS.iter().any(|scheme| inside.starts_with(scheme))
}

fn shown(inside: &str) -> String {
    let (name, label) = match inside.split_once('|') {
        Some((name, label)) if !label.is_empty() => (name, Some(label)),
        Some((name, _)) => (name, None),
        None => (inside, None),
    };
    match (name.chars().next(), label) {
        (Some('@'), Some(label)) => format!("@{}", decoded(label.trim_start_matches('@'))),
        (Some('@'), None) => format!("<{name}>"),
        (Some('#'), Some(label)) => format!("#{}", decoded(label)),
        (Some('#'), None) => "#channel".to_owned(),
        (Some('!'), Some(label)) => decoded(label),
        (Some('!'), None) => format!("@{}", name.trim_start_matches('!').split('^').next().unwrap_or_default()),
        (_, label) => match LABELLED.iter().find_map(|scheme| name.strip_prefix(scheme)) {
            Some(target) => decoded(label.unwrap_or(target)),
            None => decoded(name),
        },
    }
}

/// Decodes `&lt;`, `&gt;` and `&amp;` once. Slack has no other entities (§11.1).
fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Returns the people in a [`plain`] text whose names still have to be looked up.
pub fn unnamed(text: &str) -> Vec<SlackUserId> {
    text.split("<@")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .filter(|(id, _)| is_id(id))
        .map(|(id, _)| SlackUserId::new(id))
        .collect()
}

/// Returns the people whom a raw text mentions, in the order of their mentions.
pub(crate) fn mentioned(text: &str) -> Vec<SlackUserId> {
    let inside = text.split("<@").skip(1).filter_map(|rest| rest.split_once('>'));
    let ids = inside.map(|(inside, _)| inside.split('|').next().unwrap_or(inside));
    ids.filter(|id| is_id(id)).map(SlackUserId::new).collect()
}

/// Puts a looked-up name where [`unnamed`] found the person.
pub fn named(text: &str, user: &SlackUserId, name: &str) -> String {
    text.replace(&format!("<@{user}>"), &format!("@{name}"))
}

/// Returns the channels in a raw text that have no name, each once, sorted by id.
pub(crate) fn unnamed_channels(text: &str) -> Vec<ChannelId> {
    unnamed_ids(text, CHANNEL).into_iter().map(ChannelId::new).collect()
}

/// Returns the groups in a raw text that have no name, each once, sorted by id.
pub(crate) fn unnamed_groups(text: &str) -> Vec<UserGroupId> {
    unnamed_ids(text, GROUP).into_iter().map(UserGroupId::new).collect()
}

/// Returns the raw text with the name added to a channel that came without it.
pub(crate) fn with_channel(text: &str, channel: &ChannelId, name: &str) -> String {
    with_name(text, CHANNEL, channel.as_str(), name)
}

/// Returns the raw text with the handle added to a group that came without it.
pub(crate) fn with_group(text: &str, group: &UserGroupId, handle: &str) -> String {
    with_name(text, GROUP, group.as_str(), &format!("@{handle}"))
}

fn unnamed_ids<'a>(text: &'a str, opening: &str) -> BTreeSet<&'a str> {
    let found = text.split(opening).skip(1).filter_map(|rest| rest.split_once('>'));
    found.map(|(id, _)| id.strip_suffix('|').unwrap_or(id)).filter(|id| is_name(id)).collect()
}

fn with_name(text: &str, opening: &str, id: &str, name: &str) -> String {
    let named = format!("{opening}{id}|{name}>");
    text.replace(&format!("{opening}{id}>"), &named).replace(&format!("{opening}{id}|>"), &named)
}

/// Returns the text as its writer saw it, as far as possible without looking names up.
pub(crate) fn as_typed(text: &str) -> String {
    let plain = plain(text);
    unnamed(&plain).iter().fold(plain.clone(), |text, user| named(&text, user, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_word_by_word() {
        let mut words = Vec::new();
        let mut rest = "<@U1|zoe> <!subteam^S1|@desk> “Ana Lima” <tel:+1415|+1 415> x<y <oops";
        while let Some((word, after)) = first(rest) {
            words.push(word);
            rest = after;
        }
        let expected = [
            TypedWord::Person(SlackUserId::new("U1")),
            TypedWord::Group(UserGroupId::new("S1"), "@desk"),
            TypedWord::Quoted("Ana Lima"),
            TypedWord::Link("tel:+1415"),
            TypedWord::Plain("x<y"),
            TypedWord::Plain("<oops"),
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn an_emoji_code_is_one_word() {
        for (text, code) in [
            (":tada: x", Some(":tada:")),
            (":+1::skin-tone-3: x", Some(":+1::skin-tone-3:")),
            (":100:", Some(":100:")),
            (": x:", None),
            ("::", None),
            (":tada", None),
            ("tada:", None),
        ] {
            assert_eq!(emoji_code(text), code, "{text}");
        }
    }

    #[test]
    fn shows_what_the_writer_saw() {
        let cases = [
            (" a &amp;lt; b &lt;3 ", "a &lt; b <3"),
            ("see <https://x.test/?a=1&amp;b=2|here> now", "see https://x.test/?a=1&b=2 now"),
            ("ask <@U2|leo> in <#C1|billing> or <#C2|>", "ask @leo in #billing or #channel"),
            ("<!channel> <!subteam^S1|@desk> <tel:+1415|+1 415>", "@channel @desk +1 415"),
            ("1 < 2 and <@U9>", "1 < 2 and <@U9>"),
        ];
        for (typed, shown) in cases {
            assert_eq!(plain(typed), shown, "{typed}");
        }
    }

    #[test]
    fn names_channels_beforehand() {
        let text = "in <#C2|> or <#C1>, <#C2> not <#C3|billing> <#nope";
        let channels = ["C1", "C2"].map(ChannelId::new);
        assert_eq!(unnamed_channels(text), channels);
        let named = with_channel(text, &channels[1], "desk");
        assert_eq!(named, "in <#C2|desk> or <#C1>, <#C2|desk> not <#C3|billing> <#nope");
    }

    #[test]
    fn names_groups_beforehand() {
        let text = "to <!subteam^S2> or <!subteam^S1|@desk>, <!subteam^S2|>";
        let groups = [UserGroupId::new("S2")];
        assert_eq!(unnamed_groups(text), groups);
        let named = with_group(text, &groups[0], "night");
        assert_eq!(named, "to <!subteam^S2|@night> or <!subteam^S1|@desk>, <!subteam^S2|@night>");
    }

    #[test]
    fn names_people_afterwards() {
        let text = "ask <@U9> not <@nobody>";
        assert_eq!(unnamed(text), [SlackUserId::new("U9")]);
        assert_eq!(named(text, &SlackUserId::new("U9"), "Leo"), "ask @Leo not <@nobody>");
    }
}

//! Slack does not hand over what a person typed: with `should_escape` people, channels and links
//! arrive as `<…>` tokens and `&`, `<`, `>` as entities (docs/contracts/slack.md §5.5–5.7). This module
//! reads that text word by word and turns the rest back into plain words.

use crate::ids::{ChannelId, SlackUserId, UserGroupId};

/// How what Slack turns into a link may begin.
const LINKS: [&str; 4] = ["http://", "https://", "tel:", "mailto:"];

/// Those of them that people read without their beginning.
const LABELLED: [&str; 2] = ["tel:", "mailto:"];

/// One word of a typed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedWord<'a> {
    /// `<@U…>` or `<@U…|name>`.
    Person(SlackUserId),
    /// `<!subteam^S…>` or `<!subteam^S…|@name>`: a user group, and what people call it.
    Group(UserGroupId, &'a str),
    /// `<https://…>` or `<https://…|label>`, and the same for `tel:` and `mailto:`.
    Link(&'a str),
    /// `"…"`, without the quotes.
    Quoted(&'a str),
    /// Anything else up to the next white space.
    Plain(&'a str),
}

/// Takes the first word off `text`; answers it with what follows.
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

fn is_name(id: &str) -> bool {
    id.len() > 1 && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Takes the channel off the start of `text`, if one stands there: `<#C…>` or `<#C…|billing>`.
pub fn channel(text: &str) -> Option<(ChannelId, &str)> {
    let (inside, rest) = text.trim_start().strip_prefix("<#")?.split_once('>')?;
    let id = inside.split('|').next().unwrap_or(inside);
    is_name(id).then(|| (ChannelId::new(id), rest))
}

/// Quotes as keyboards make them: straight, or curled by the phone.
fn quoted(text: &str) -> Option<(TypedWord<'_>, &str)> {
    let (inside, rest) = text.strip_prefix(['"', '“', '”'])?.split_once(['"', '“', '”'])?;
    Some((TypedWord::Quoted(inside.trim()), rest))
}

fn plain_word(text: &str) -> Option<(TypedWord<'_>, &str)> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then_some((TypedWord::Plain(word), rest))
}

/// The text as its writer saw it: links without brackets, `<@U…|zoe>` and `<#C…|billing>` by name,
/// entities decoded once. A person without a name stays `<@U…>` until somebody looks the name up.
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

/// `&lt;`, `&gt;` and `&amp;` decoded once; nothing else is an entity to Slack (§11.1).
fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The people named in a [`plain`] text who still need their names looked up.
pub fn unnamed(text: &str) -> Vec<SlackUserId> {
    text.split("<@")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .filter(|(id, _)| is_id(id))
        .map(|(id, _)| SlackUserId::new(id))
        .collect()
}

/// Puts a looked-up name where [`unnamed`] found the person.
pub fn named(text: &str, user: &SlackUserId, name: &str) -> String {
    text.replace(&format!("<@{user}>"), &format!("@{name}"))
}

/// The channels in a raw text that come without their names.
pub fn unnamed_channels(text: &str) -> Vec<ChannelId> {
    let found = text.split("<#").skip(1).filter_map(|rest| rest.split_once('>'));
    let mut ids: Vec<_> = found.map(|(id, _)| id.strip_suffix('|').unwrap_or(id)).filter(|id| is_name(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(ChannelId::new).collect()
}

/// The raw text with the name of a channel that came without it.
pub fn with_channel(text: &str, channel: &ChannelId, name: &str) -> String {
    let named = format!("<#{channel}|{name}>");
    text.replace(&format!("<#{channel}>"), &named).replace(&format!("<#{channel}|>"), &named)
}

/// The text as its writer saw it, as far as that can be known without looking names up.
pub fn as_typed(text: &str) -> String {
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
    fn names_people_afterwards() {
        let text = "ask <@U9> not <@nobody>";
        assert_eq!(unnamed(text), [SlackUserId::new("U9")]);
        assert_eq!(named(text, &SlackUserId::new("U9"), "Leo"), "ask @Leo not <@nobody>");
    }
}

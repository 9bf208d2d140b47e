//! Slack's escaping of the text after a slash command, for an app that asked for it: ids instead of names, marked
//! addresses, entities (docs/contracts/slack.md §5.5–5.7).

use crate::channels::ChannelKind;
use crate::ids::BOT_USER;
use crate::installed::Installed;
use crate::world::World;

/// Returns the `text` field of the command's request.
pub(super) fn escaped(world: &World, text: &str) -> String {
    let mut escaped = String::new();
    let mut rest = text;
    let mut at_word_start = true;
    while let Some(next) = rest.chars().next() {
        let token = if at_word_start { token(world, rest) } else { None };
        let length = if let Some((written, length)) = token {
            escaped.push_str(&written);
            length
        } else {
            escaped.push_str(&entity(next));
            next.len_utf8()
        };
        at_word_start = rest.get(..length).and_then(|taken| taken.chars().last()).is_some_and(starts_word_after);
        rest = rest.get(length..).unwrap_or_default();
    }
    escaped
}

/// Returns a mention, channel or address at the beginning of `rest` as Slack writes it, and its length as typed.
fn token(world: &World, rest: &str) -> Option<(String, usize)> {
    if rest.starts_with("http://") || rest.starts_with("https://") {
        let address = rest.split(char::is_whitespace).next().unwrap_or(rest);
        let address = address.trim_end_matches(['.', ',', ')', '!', '?']);
        let written: String = address.chars().map(entity).collect();
        return Some((format!("<{written}>"), address.len()));
    }
    let sign = rest.chars().next()?;
    let typed = rest.strip_prefix(['@', '#'])?;
    let run = typed.find(|c: char| !is_name(c)).unwrap_or(typed.len());
    let mut name = typed.get(..run)?;
    // "@zoe." ends a sentence, while "@a.b" is one name: the longest existing name wins.
    while !name.is_empty() {
        let written = if sign == '@' { mention(world, name) } else { channel(world, name) };
        if let Some(written) = written {
            return Some((written, sign.len_utf8() + name.len()));
        }
        name = name.strip_suffix(['.', '-', '_'])?;
    }
    None
}

fn mention(world: &World, name: &str) -> Option<String> {
    if matches!(name, "here" | "channel" | "everyone") {
        return Some(format!("<!{name}>"));
    }
    if Installed::get().handle().eq_ignore_ascii_case(name) {
        return Some(format!("<@{BOT_USER}>"));
    }
    if let Some(person) = world.people.iter().find(|person| person.handle.eq_ignore_ascii_case(name) && !person.deleted)
    {
        return Some(format!("<@{}>", person.id));
    }
    let group = world.groups.iter().find(|group| group.handle.eq_ignore_ascii_case(name))?;
    Some(format!("<!subteam^{}|@{}>", group.id, group.handle))
}

fn channel(world: &World, name: &str) -> Option<String> {
    let channel = world.channel(name).filter(|channel| channel.name == name)?;
    // The name of a private channel stays private.
    let label = if channel.kind == ChannelKind::Public { channel.name.as_str() } else { "" };
    Some(format!("<#{}|{label}>", channel.id))
}

fn entity(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        other => other.to_string(),
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn starts_word_after(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '"' | ',')
}

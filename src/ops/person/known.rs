//! A person's identifiers, finding them in JSON, and removing them from it.

use std::collections::BTreeSet;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

use crate::core::ids::{MemberId, SlackUserId};

/// The text that replaces a person.
pub const ERASED: &str = "erased";

/// The fields whose values the program chooses from a few words, which must not be taken for a name.
const CHOSEN: [&str; 17] = [
    "verb",
    "via",
    "status",
    "outcome",
    "event",
    "undone",
    "why",
    "refused",
    "note_refused",
    "you_are_not_linked",
    "not_allowed",
    "rule",
    "reassign",
    "done",
    "without",
    "digest",
    "kind",
];

/// A person, with all their identifiers.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their Slack user.
    pub user: SlackUserId,
    /// Their names. Other people may have the same.
    pub names: BTreeSet<String>,
    /// Their email addresses.
    pub addresses: BTreeSet<String>,
    /// Their dialnote members, where these are known.
    pub members: BTreeSet<MemberId>,
    surely: Regex,
    anyhow: Regex,
}

impl Person {
    /// Creates a person with these identifiers.
    pub fn new(
        user: SlackUserId,
        names: BTreeSet<String>,
        addresses: BTreeSet<String>,
        members: BTreeSet<MemberId>,
    ) -> Result<Self, regex::Error> {
        let surely: Vec<_> = std::iter::once(user.as_str()).chain(addresses.iter().map(String::as_str)).collect();
        // Of two names that begin alike, the longer one must be tried first.
        let mut anyhow: Vec<_> = surely.iter().copied().chain(names.iter().map(String::as_str)).collect();
        anyhow.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let (surely, anyhow) = (words(&surely)?, words(&anyhow)?);
        Ok(Self { user, names, addresses, members, surely, anyhow })
    }

    /// Returns all identifiers.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let others = self.names.iter().chain(&self.addresses).map(String::as_str);
        std::iter::once(self.user.as_str()).chain(others).chain(self.members.iter().map(MemberId::as_str))
    }

    /// Answers whether a text contains an identifier that no one else has in Slack: their user, or their address.
    pub(crate) fn is_surely_in(&self, text: &str) -> bool {
        replaced(&self.surely, text).is_some()
    }

    /// Answers whether this is their member id in dialnote.
    pub fn is_member(&self, id: &str) -> bool {
        self.members.iter().any(|member| member.as_str() == id)
    }

    /// Answers whether a JSON text contains any of their identifiers.
    pub fn is_in(&self, json: &str) -> bool {
        match serde_json::from_str(json) {
            Ok(value) => self.is_in_value(&value),
            Err(_) => replaced(&self.anyhow, json).is_some(),
        }
    }

    fn is_in_value(&self, value: &Value) -> bool {
        self.erase(None, &mut value.clone()) || self.has_member(value)
    }

    fn has_member(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_member(text),
            Value::Array(items) => items.iter().any(|item| self.has_member(item)),
            Value::Object(fields) => fields.values().any(|field| self.has_member(field)),
            _ => false,
        }
    }

    /// Returns a JSON text without their user, names and addresses, if any of these was in it.
    pub(crate) fn erased_from(&self, json: &str) -> Option<String> {
        match serde_json::from_str(json) {
            Ok(mut value) => self.erase(None, &mut value).then(|| value.to_string()),
            Err(_) => replaced(&self.anyhow, json),
        }
    }

    /// Returns the part of a value that is about them: of lists that name them, only the items that do.
    pub(crate) fn part_of(&self, value: Value) -> Value {
        match value {
            Value::Array(items) if items.iter().any(|item| self.is_in_value(item)) => {
                items.into_iter().filter(|item| self.is_in_value(item)).map(|item| self.part_of(item)).collect()
            }
            Value::Object(fields) => {
                fields.into_iter().map(|(name, field)| (name, self.part_of(field))).collect::<Map<_, _>>().into()
            }
            value => value,
        }
    }

    /// Removes them from the value of a field. Answers whether they were in it.
    fn erase(&self, field: Option<&str>, value: &mut Value) -> bool {
        match value {
            Value::String(text) if field.is_some_and(|field| CHOSEN.contains(&field)) && is_chosen(text) => false,
            Value::String(text) => match replaced(&self.anyhow, text) {
                Some(without) => {
                    *text = without;
                    true
                }
                None => false,
            },
            // Every item is visited, not only the first match.
            Value::Array(items) => {
                items.iter_mut().filter_map(|item| self.erase(field, item).then_some(())).count() > 0
            }
            Value::Object(fields) => {
                let (mut erased, mut was) = (Map::new(), false);
                for (name, mut value) in std::mem::take(fields) {
                    was |= self.erase(Some(&name), &mut value);
                    let without = replaced(&self.surely, &name);
                    was |= without.is_some();
                    erased.insert(without.unwrap_or(name), value);
                }
                *fields = erased;
                was
            }
            _ => false,
        }
    }
}

/// Returns a pattern for words that are not parts of longer ones, in any case.
fn words(words: &[&str]) -> Result<Regex, regex::Error> {
    let words: Vec<_> = words.iter().map(|word| regex::escape(word)).collect();
    Regex::new(&format!(r"(?i)\b{{start-half}}(?:{})\b{{end-half}}", words.join("|")))
}

/// Returns a text with its words replaced, if it has any.
fn replaced(words: &Regex, text: &str) -> Option<String> {
    // `a.zoe@acme.example` belongs to another person.
    let is_longer_address = |found: &Captures<'_>| {
        let before = found.get(0).and_then(|found| text.get(..found.start())).unwrap_or_default();
        found[0].contains('@') && before.ends_with(['.', '+', '-', '%'])
    };
    let put = |found: &Captures<'_>| if is_longer_address(found) { found[0].to_owned() } else { ERASED.to_owned() };
    let without = words.replace_all(text, put);
    (without != text).then(|| without.into_owned())
}

fn is_chosen(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoe() -> Result<Person, regex::Error> {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let members = [MemberId::new("mem_zoe")].into();
        Person::new(SlackUserId::new("U0ZOE"), set(&["Zoe", "Zoe Park"]), set(&["zoe@acme.example"]), members)
    }

    #[test]
    fn takes_out_words_and_leaves_longer_ones() -> Result<(), regex::Error> {
        for (before, after) in [
            ("Zoe", Some("erased")),
            ("ask zoe park, or ZOE", Some("ask erased, or erased")),
            ("<@U0ZOE> \u{201c}Zoe\u{201d}", Some("<@erased> \u{201c}erased\u{201d}")),
            ("write to Zoe@Acme.example.", Some("write to erased.")),
            ("Zoey U0ZOEY mem_zoe", None),
            ("a.zoe@acme.example", None),
            ("", None),
        ] {
            assert_eq!(replaced(&zoe()?.anyhow, before).as_deref(), after, "{before}");
        }
        assert!(zoe()?.is_surely_in("<@U0ZOE>") && !zoe()?.is_surely_in("a.zoe@acme.example, Zoe"));
        Ok(())
    }

    #[test]
    fn takes_a_person_out_of_json_wherever_they_stand() -> Result<(), regex::Error> {
        for (before, after) in [
            (
                r#"{"by":"Zoe","event":{"assigned":{"from":null,"to":"Zoe Park"}}}"#,
                Some(r#"{"by":"erased","event":{"assigned":{"from":null,"to":"erased"}}}"#),
            ),
            (r#"{"after":{"owner":"mem_zoe"},"at":17}"#, None),
            (r#"{"asked":{"U0ZOE":["a","zoe@acme.example"]}}"#, Some(r#"{"asked":{"erased":["a","erased"]}}"#)),
            ("no JSON of Zoe's", Some("no JSON of erased's")),
        ] {
            assert_eq!(zoe()?.erased_from(before).as_deref(), after, "{before}");
        }
        Ok(())
    }

    #[test]
    fn a_name_is_not_confused_with_what_the_program_says() -> Result<(), regex::Error> {
        let names = ["done".to_owned(), "open".to_owned()].into();
        let done = Person::new(SlackUserId::new("U1"), names, BTreeSet::new(), BTreeSet::new())?;
        let entry = r#"{"after":{"owner":null,"status":"open"},"by":"done","outcome":"done","verb":"done"}"#;
        let erased = r#"{"after":{"owner":null,"status":"open"},"by":"erased","outcome":"done","verb":"done"}"#;
        assert_eq!(done.erased_from(entry).as_deref(), Some(erased));
        Ok(())
    }

    #[test]
    fn shows_of_a_list_only_what_is_theirs() -> Result<(), regex::Error> {
        let team = serde_json::json!({ "members": [{ "id": "mem_zoe" }, { "id": "mem_leo" }], "others": ["Leo"] });
        let part = serde_json::json!({ "members": [{ "id": "mem_zoe" }], "others": ["Leo"] });
        assert_eq!(zoe()?.part_of(team), part);
        assert!(zoe()?.is_in(r#"{"owner":"mem_zoe"}"#) && !zoe()?.is_in(r#"{"owner":"mem_leo"}"#));
        Ok(())
    }
}

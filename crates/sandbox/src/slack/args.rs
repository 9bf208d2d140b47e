//! A method's arguments from a form, a query or JSON. Slack ignores unknown arguments; here a misspelt or misplaced
//! argument is an error that names it.

use serde_json::{Map, Value, json};

use super::facts::Facts;
use super::failure::Failure;
use crate::request::RecordedRequest;

/// Published arguments that the sandbox does not play: refused instead of ignored.
const NOT_PLAYED: &[&str] = &[
    "as_user",
    "current_draft_last_updated_ts",
    "domain",
    "file_ids",
    "interactivity_pointer",
    "link_names",
    "parse",
    "prevent_creation",
    "unfurled_attachments",
];

/// Arguments that frameworks send with every call, and that Slack accepts or ignores.
const SENT_WITH_ALL: &[&str] = &["token", "team_id"];

/// The arguments of one call. From a form they are all strings.
#[derive(Debug)]
pub(super) struct Args {
    given: Map<String, Value>,
    /// True if they came as JSON, where a string is not a number.
    typed: bool,
}

impl Args {
    /// Reads the arguments and checks them against the published facts of the method. `lenient` drops the arguments
    /// that frameworks send with every call.
    pub(super) fn read(heard: &RecordedRequest, facts: &Facts, lenient: bool) -> Result<Self, Failure> {
        let mut args = Self::decode(heard, facts)?;
        if lenient {
            let is_known = |name: &String| facts.args.contains(name);
            args.given.retain(|name, _| is_known(name) || !SENT_WITH_ALL.contains(&name.as_str()));
        }
        if let Some(name) = args.given.keys().find(|name| !facts.args.contains(*name)) {
            let known = facts.args.join(", ");
            return Err(Failure::argument(&format!("unknown argument: {name} (known: {known})")));
        }
        for (name, value) in &args.given {
            if NOT_PLAYED.contains(&name.as_str()) {
                return Err(Failure::argument(&format!("the sandbox does not play the argument {name}")));
            }
            if value.is_null() {
                return Err(Failure::argument(&format!("must not be null: {name}")));
            }
        }
        for name in &facts.required {
            if args.given.get(name).is_none_or(|value| *value == "") {
                return Err(Failure::argument(&format!("missing required field: {name}")));
            }
        }
        Ok(args)
    }

    fn decode(heard: &RecordedRequest, facts: &Facts) -> Result<Self, Failure> {
        if heard.method == "GET" {
            return if facts.http == "GET" {
                Ok(Self::form(heard.query.as_bytes()))
            } else {
                Err(Failure::argument("this method is called with POST"))
            };
        }
        if !heard.query.is_empty() {
            return Err(Failure::argument("arguments stand in the body of a POST, not in its query"));
        }
        match heard.media_type().as_str() {
            "application/x-www-form-urlencoded" => Ok(Self::form(&heard.body)),
            "application/json" if facts.json => Self::json(&heard.body),
            "application/json" => Err(Failure::argument("this method does not take a JSON body")),
            "" if heard.body.is_empty() => Ok(Self::form(b"")),
            "" => Err("missing_post_type".into()),
            _ => Err("invalid_post_type".into()),
        }
    }

    fn form(bytes: &[u8]) -> Self {
        let fields = form_urlencoded::parse(bytes);
        let given = fields.map(|(name, value)| (name.into_owned(), json!(value))).collect();
        Self { given, typed: false }
    }

    fn json(bytes: &[u8]) -> Result<Self, Failure> {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| Failure::from("invalid_json"))?;
        match value {
            Value::Object(given) => Ok(Self { given, typed: true }),
            _ => Err("json_not_object".into()),
        }
    }

    /// Returns a string. Message names, for example, must not become numbers.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::argument(&format!("must be a string: {name}"))),
        }
    }

    /// Returns a string that [`Self::read`] has found to exist.
    pub(super) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name)?.ok_or_else(|| Failure::argument(&format!("missing required field: {name}")))
    }

    /// Answers whether the argument was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Reads `true` or `false`; in a form also `1` or `0`.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.given.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(word)) if !self.typed && matches!(word.as_str(), "true" | "1") => Ok(true),
            Some(Value::String(word)) if !self.typed && matches!(word.as_str(), "false" | "0") => Ok(false),
            Some(_) => Err(Failure::argument(&format!("must be a boolean: {name}"))),
        }
    }

    /// Returns a whole number that is not negative.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let wrong = || Failure::argument(&format!("must be a whole number: {name}"));
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::String(digits)) if !self.typed => digits.parse().map(Some).map_err(|_| wrong()),
            Some(value) => value.as_u64().map(Some).ok_or_else(wrong),
        }
    }

    /// Returns a nested value, which may be a string of JSON, and in a form must be one. `Err` holds `malformed` if it
    /// is not JSON.
    pub(super) fn nested(&self, name: &str, malformed: &str) -> Result<Option<Value>, Failure> {
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| malformed.into()),
            Some(value) => Ok(Some(value.clone())),
        }
    }
}

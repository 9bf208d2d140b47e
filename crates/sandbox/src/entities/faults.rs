//! The faults of an entity, each with a JSON pointer, and the checks of single values.

use serde_json::{Map, Value};

use crate::blocks::{Limit, length, limit, words_for};

pub(super) type Object = Map<String, Value>;

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) found: Vec<String>,
}

impl Faults {
    /// Notes a fault.
    pub(super) fn note(&mut self, at: &str, what: impl AsRef<str>) {
        self.found.push(format!("{} [json-pointer:{at}]", what.as_ref()));
    }

    /// Returns the object, if it is one.
    pub(super) fn object<'a>(&mut self, value: &'a Value, at: &str) -> Option<&'a Object> {
        let object = value.as_object();
        if object.is_none() {
            self.note(at, "must be an object");
        }
        object
    }

    /// Returns the items of an array, if it is one.
    pub(super) fn items<'a>(&mut self, value: &'a Value, at: &str) -> &'a [Value] {
        let items = value.as_array().map(Vec::as_slice);
        if items.is_none() {
            self.note(at, "must be an array");
        }
        items.unwrap_or_default()
    }

    /// Checks that the required keys exist, and no others than the optional ones.
    pub(super) fn keys(&mut self, object: &Object, required: &[&str], optional: &[&str], at: &str) {
        for name in required.iter().filter(|name| !object.contains_key(**name)) {
            self.note(at, format!("missing required field: {name}"));
        }
        for name in object.keys().filter(|name| !required.contains(&name.as_str())) {
            if !optional.contains(&name.as_str()) {
                self.note(&format!("{at}/{name}"), format!("invalid field: {name}"));
            }
        }
    }

    /// Refuses every `null`.
    pub(super) fn nulls(&mut self, value: &Value, at: &str) {
        match value {
            Value::Null => self.note(at, "must not be null"),
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.nulls(item, &format!("{at}/{place}"));
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.nulls(field, &format!("{at}/{name}"));
                }
            }
            _ => {}
        }
    }

    /// Checks a string that is not empty.
    pub(super) fn words(&mut self, value: &Value, at: &str) {
        self.text(value, Limit { min: Some(1), max: None }, at);
    }

    /// Checks a string within bounds.
    pub(super) fn text(&mut self, value: &Value, bounds: Limit, at: &str) {
        let Some(text) = value.as_str() else { return self.note(at, "must be a string") };
        let found = length(text);
        if let Some(max) = bounds.max.filter(|max| found > *max) {
            self.note(at, format!("no more than {max} characters allowed"));
        }
        if let Some(min) = bounds.min.filter(|min| found < *min) {
            self.note(at, format!("must have at least {min} characters"));
        }
    }

    /// Checks a string within the bounds that the file of limits has for this field of an entity.
    pub(super) fn bounded(&mut self, value: &Value, field: &str, at: &str) {
        self.text(value, limit(&["entity", field]), at);
    }

    /// Checks a string that must be one of the words that the file of limits lists for this field of an entity.
    pub(super) fn one_of(&mut self, value: &Value, field: &str, at: &str) {
        let known = words_for(&["entity", field]);
        if !value.as_str().is_some_and(|word| known.contains(&word)) {
            self.note(at, format!("must be one of: {}", known.join(", ")));
        }
    }

    /// Checks an `http` or `https` address.
    pub(super) fn url(&mut self, value: &Value, at: &str) {
        let address = value.as_str().and_then(|address| url::Url::parse(address).ok());
        if !address.is_some_and(|address| matches!(address.scheme(), "http" | "https")) {
            self.note(at, "must be a valid URL");
        }
    }

    /// Checks the canonical address of an entity: one without query and fragment (§2.6).
    pub(super) fn canonical_url(&mut self, value: &Value, at: &str) {
        self.url(value, at);
        if value.as_str().is_some_and(|address| address.contains(['?', '#'])) {
            self.note(at, "must be canonical, without query and fragment");
        }
    }

    /// Checks `true` or `false`.
    pub(super) fn flag(&mut self, value: &Value, at: &str) {
        if !value.is_boolean() {
            self.note(at, "must be a boolean");
        }
    }

    /// Checks a whole number that is not negative, such as seconds since the epoch.
    pub(super) fn whole(&mut self, value: &Value, at: &str) {
        if value.as_u64().is_none() {
            self.note(at, "must be a whole number");
        }
    }

    /// Checks a `plain_text` object.
    pub(super) fn plain(&mut self, value: &Value, bounds: Limit, at: &str) {
        let Some(object) = self.object(value, at) else { return };
        self.keys(object, &["type", "text"], &["emoji"], at);
        if object.get("type").is_some_and(|kind| kind != "plain_text") {
            self.note(&format!("{at}/type"), "must be plain_text");
        }
        if let Some(text) = object.get("text") {
            self.text(text, Limit { min: Some(1), max: bounds.max }, &format!("{at}/text"));
        }
        if let Some(emoji) = object.get("emoji") {
            self.flag(emoji, &format!("{at}/emoji"));
        }
    }

    /// Checks `{id, type?}`, the app's own name of a thing.
    pub(super) fn external_ref(&mut self, value: &Value, at: &str) {
        let Some(object) = self.object(value, at) else { return };
        self.keys(object, &["id"], &["type"], at);
        for (name, part) in object.iter().filter(|(name, _)| matches!(name.as_str(), "id" | "type")) {
            self.words(part, &format!("{at}/{name}"));
        }
    }

    /// Checks an icon: words for it, and one picture.
    pub(super) fn icon(&mut self, value: &Value, at: &str) {
        let Some(object) = self.object(value, at) else { return };
        self.keys(object, &["alt_text"], &["url", "slack_file"], at);
        if let Some(words) = object.get("alt_text") {
            self.words(words, &format!("{at}/alt_text"));
        }
        self.picture(object, "url", at);
    }

    /// Checks that exactly one picture is named: an address, or a file in Slack.
    pub(super) fn picture(&mut self, object: &Object, address: &str, at: &str) {
        if object.contains_key(address) == object.contains_key("slack_file") {
            self.note(at, format!("exactly one of {address} and slack_file is required"));
        }
        if let Some(url) = object.get(address) {
            self.url(url, &format!("{at}/{address}"));
        }
        if let Some(file) = object.get("slack_file") {
            let at = format!("{at}/slack_file");
            let Some(file) = self.object(file, &at) else { return };
            self.keys(file, &[], &["id", "url"], &at);
            if file.contains_key("id") == file.contains_key("url") {
                self.note(&at, "exactly one of id and url is required");
            }
            for (name, part) in file {
                self.words(part, &format!("{at}/{name}"));
            }
        }
    }
}

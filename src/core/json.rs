//! Lenient reading of other programs' JSON: shapes grow and fields go missing or turn `null` (docs/contracts/slack.md
//! §1.7, docs/contracts/dialnote.md Objects). The app reads only the fields that it uses; a field that is missing or of
//! another type counts as absent.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads JSON. The error gives the place and leaves out the content: people may have written it.
pub fn read<T: DeserializeOwned>(written: &str) -> Result<T, String> {
    serde_json::from_str(written).or_else(|_| {
        // A second parse finds the place of the error: it is slower, and nearly everything can be read.
        let deserializer = &mut serde_json::Deserializer::from_str(written);
        serde_path_to_error::deserialize(deserializer)
            .map_err(|error| format!("{}, column {}", error.path(), error.inner().column()))
    })
}

/// Access to the parts of a JSON value by path. Paths are JSON pointers: `/user/id`.
pub(crate) trait Peek {
    /// Returns the value at the path, unless it is `null`.
    fn at(&self, path: &str) -> Option<&Value>;

    /// Returns the string at the path.
    fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Returns the trimmed string at the path, unless it is blank.
    fn words(&self, path: &str) -> Option<&str> {
        self.text(path).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns the id at the path: a string, or a whole number.
    fn id(&self, path: &str) -> Option<String> {
        let number = || self.at(path)?.as_i64().map(|number| number.to_string());
        self.words(path).map(str::to_owned).or_else(number)
    }

    /// Answers whether there is a `true` at the path.
    fn flag(&self, path: &str) -> bool {
        self.at(path).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Returns the list at the path; an empty one if there is none.
    fn list(&self, path: &str) -> &[Value] {
        self.at(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Returns the RFC 3339 time at the path.
    fn time(&self, path: &str) -> Option<Timestamp> {
        self.text(path)?.parse().ok()
    }
}

impl Peek for Value {
    fn at(&self, path: &str) -> Option<&Value> {
        self.pointer(path).filter(|value| !value.is_null())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_of_another_type_is_not_there() {
        let value = json!({"a": {"b": "x", "n": null, "t": true, "l": [1], "blank": " ", "i": 7}});
        assert_eq!((value.id("/a/b"), value.id("/a/i")), (Some("x".to_owned()), Some("7".to_owned())));
        assert_eq!((value.id("/a/t"), value.id("/a/blank")), (None, None));
        assert_eq!(value.text("/a/b"), Some("x"));
        assert_eq!(value.at("/a/n"), None);
        assert_eq!(value.text("/a/t"), None);
        assert_eq!(value.words("/a/blank"), None);
        assert!(value.flag("/a/t") && !value.flag("/a/b"));
        assert_eq!((value.list("/a/l").len(), value.list("/a/b").len()), (1, 0));
    }
}

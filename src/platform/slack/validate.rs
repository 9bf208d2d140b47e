//! Slack's own check of messages, windows and Home tabs (`blocks.validate`, docs/contracts/slack-2026.md §7.7). It posts
//! nothing, and needs no scope.

use serde_json::Value;

use crate::core::json::Peek;
use crate::platform::slack::answer::{SlackError, judged, unusable};
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::window::{Home, Modal};
use crate::platform::slack::client::Slack;

/// The codes of an answer that lists faults.
const FAULTY: [&str; 3] = ["invalid_blocks", "invalid_message", "invalid_view"];

/// A message, window or Home tab to check.
#[derive(Clone, Debug)]
pub(crate) enum Drawing {
    /// A message.
    Message(Content),
    /// A window.
    Window(Modal),
    /// A Home tab.
    Home(Home),
}

impl Slack {
    /// Returns the faults that Slack finds, each with its place: "no more than 150 characters allowed at /0/text".
    pub(crate) async fn validate(&self, drawing: &Drawing) -> Result<Vec<String>, SlackError> {
        let method = "blocks.validate";
        let (name, text) = match drawing {
            Drawing::Message(content) => ("message", serde_json::to_string(content)),
            Drawing::Window(modal) => ("view", serde_json::to_string(modal)),
            Drawing::Home(home) => ("view", serde_json::to_string(home)),
        };
        let text = text.map_err(|error| unusable(&error.to_string()))?;
        let exchange = async {
            let answer = self.answer(method, &[(name, &text)]).await?;
            match (judged(method, &answer), faults(&answer.body)) {
                (Ok(_), _) => Ok(Vec::new()),
                (Err(_), Some(faults)) => Ok(faults),
                (Err(error), None) => Err(error),
            }
        };
        self.counted(method, exchange).await
    }
}

/// Reads the faults of an answer that lists any.
fn faults(body: &[u8]) -> Option<Vec<String>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let code = answer.words("/error").filter(|code| FAULTY.contains(code))?;
    let fault = |error: &Value| {
        let words = error.words("/message").or(error.words("/code")).unwrap_or(code);
        match error.words("/pointer") {
            Some(place) if !place.is_empty() => format!("{words} at {place}"),
            _ => words.to_owned(),
        }
    };
    let faults: Vec<_> = answer.list("/errors").iter().map(fault).collect();
    Some(if faults.is_empty() { vec![code.to_owned()] } else { faults })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_far_as_slack_describes_them() {
        let read = |body: &str| faults(body.as_bytes());
        let described = r#"{"ok":false,"error":"invalid_view","errors":[
            {"code":"too_long","message":"no more than 24 characters","pointer":"/title/text"},{"code":"too_long"},{}]}"#;
        let words = ["no more than 24 characters at /title/text", "too_long", "invalid_view"];
        assert_eq!(read(described), Some(words.map(str::to_owned).to_vec()));
        assert_eq!(read(r#"{"error":"invalid_blocks","errors":null}"#), Some(vec!["invalid_blocks".to_owned()]));
        assert_eq!(read(r#"{"error":"invalid_auth","errors":[{"message":"x"}]}"#), None);
        assert_eq!(read("<html>"), None);
    }
}

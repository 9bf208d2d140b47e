//! Every text that the app displays to anyone, and the conditions for all of them.

use dialnote_sandbox::World;
use serde_json::{Value, json};

use super::Checked;
use super::case::Shown;
use super::words::{self, Text};

/// The present, as a position in the traffic: later requests are new.
#[derive(Clone, Copy)]
pub struct Since {
    calls: u64,
    deliveries: u64,
}

impl Since {
    pub fn now(world: &World) -> Self {
        Self { calls: world.calls.total(), deliveries: world.deliveries.total() }
    }

    /// Returns all texts since then: of messages, views and immediate answers.
    fn displayed(self, world: &World) -> Vec<Text> {
        let calls = world.calls.iter().filter(|call| call.seq > self.calls);
        let shows =
            |method: &str| method.starts_with("chat.") || method.starts_with("views.") || method == "response_url";
        let sent = calls.filter(|call| shows(&call.method)).map(|call| call.body.clone());
        let deliveries = world.deliveries.iter().filter(|delivery| delivery.seq > self.deliveries);
        let answered = deliveries.map(|delivery| answer(&delivery.response));
        sent.chain(answered).flat_map(|body| of_body(&body)).filter(|text| !text.raw.is_empty()).collect()
    }

    /// Checks the texts displayed since then.
    pub fn shows(self, world: &World, shown: &Shown) -> Checked {
        let texts = self.displayed(world);
        if texts.is_empty() {
            return Err("should display something, but does not".to_owned());
        }
        for absent in &shown.absent {
            if let Some(text) = texts.iter().find(|text| text.raw.contains(absent)) {
                return Err(format!("{absent:?} should not be displayed, but is in {:?}", cut(&text.raw)));
            }
        }
        for inactive in &shown.inactive {
            if let Some(text) = texts.iter().find(|text| text.markup && text.raw.contains(inactive)) {
                return Err(format!("{inactive:?} should not be in markup, but is in {:?}", cut(&text.raw)));
            }
        }
        let read: Vec<String> = texts.iter().map(|text| text.read(world)).collect();
        let is_read = |wanted: &String| read.iter().any(|text| text.contains(wanted));
        let nearest = || read.iter().take(4).map(|text| cut(text)).collect::<Vec<_>>();
        if let Some(missing) = shown.present.iter().find(|wanted| !is_read(wanted)) {
            return Err(format!("{missing:?} should be read, but only {:?} … are", nearest()));
        }
        if !shown.present_any.is_empty() && !shown.present_any.iter().any(is_read) {
            return Err(format!("one of {:?} should be read, but only {:?} … are", shown.present_any, nearest()));
        }
        Ok(())
    }
}

/// Returns an immediate answer: JSON, or plain text.
fn answer(response: &str) -> Value {
    serde_json::from_str(response).unwrap_or_else(|_| json!({ "text": response }))
}

fn of_body(body: &Value) -> Vec<Text> {
    let mut texts = words::of_message(&body["text"], &body["blocks"]);
    for part in ["view", "unfurls", "attachments", "options", "option_groups"] {
        texts.extend(words::of(&body[part]));
    }
    texts
}

fn cut(text: &str) -> String {
    text.chars().take(160).collect()
}

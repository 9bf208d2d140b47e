//! The progress of the page's tour. Its steps are ticked by what the two services see, in any order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::channels::Message;
use crate::ids::BOT_USER;

/// The steps, and the parts of steps. The page has their words.
const STEPS: &[&str] = &[
    "look",
    "take",
    "type",
    "accept",
    "handoff",
    "handoff.note",
    "handoff.owner",
    "race",
    "incoming",
    "down",
    "down.waits",
    "time",
    "time.reminder",
    "time.digest",
    "report",
];

/// The steps that are done, and the facts from which later ones follow.
#[derive(Clone, Debug, Default)]
pub(super) struct Tour {
    done: BTreeSet<&'static str>,
    /// The last action of each person, by user id, with its number.
    deeds: BTreeMap<String, (u64, Deed)>,
    /// The number of actions.
    count: u64,
    /// Someone pressed *Accept*, and no message of the app has changed since.
    accepting: bool,
    /// A command was typed while dialnote was down.
    waits: bool,
    /// The conversations with incoming activity.
    arrived: BTreeSet<String>,
    /// The channels in which a report was requested.
    reports: BTreeSet<String>,
}

/// An action of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    Typed(String),
    Pressed(String),
    Submitted,
}

impl Deed {
    fn takes(&self) -> bool {
        matches!(self, Self::Pressed(what) if what.starts_with("take"))
    }

    fn assigns(&self) -> bool {
        matches!(self, Self::Typed(line) if line.starts_with("/assign"))
    }
}

impl Tour {
    /// Ticks a step that the page names. Answers whether there is such a step.
    pub(super) fn tick(&mut self, step: &str) -> bool {
        let known = STEPS.iter().find(|known| **known == step);
        self.done.extend(known);
        known.is_some()
    }

    /// Returns the steps that are done.
    pub(super) fn done(&self) -> impl Iterator<Item = &str> {
        self.done.iter().copied()
    }

    /// Returns the same for the page.
    pub(super) fn shown(&self) -> Value {
        json!(self.done)
    }

    /// Notes a command that a person typed in a channel.
    pub(super) fn typed(&mut self, user: &str, channel: &str, line: &str, is_down: bool) {
        if line.starts_with("/dialnote report") {
            self.reports.insert(channel.to_owned());
        }
        if is_down && !line.starts_with("/dialnote") && !line.starts_with("/inbox") {
            self.waits = true;
            self.done.insert("down.waits");
        }
        self.did(user, Deed::Typed(line.to_owned()));
    }

    /// Notes a press on a button, or on an option of an overflow menu.
    pub(super) fn pressed(&mut self, user: &str, action: &str, chosen: Option<&str>) {
        self.accepting |= action == "accept";
        self.did(user, Deed::Pressed(chosen.unwrap_or(action).to_owned()));
    }

    /// Notes a window that a person submitted; `wrong` are the fields that were refused.
    pub(super) fn submitted<'a>(&mut self, user: &str, wrong: impl Iterator<Item = &'a str>) {
        let mut is_refused = false;
        for field in wrong {
            is_refused = true;
            self.done.insert(if field.contains("note") { "handoff.note" } else { "handoff.owner" });
        }
        if !is_refused {
            self.did(user, Deed::Submitted);
        }
    }

    /// Notes that the app changed the owner of a conversation; owners are user ids.
    pub(super) fn assigned(&mut self, before: Option<&str>, after: Option<&str>) {
        let Some(after) = after.filter(|after| Some(*after) != before) else { return };
        let hands_off = |deed: &Deed| match deed {
            Deed::Submitted => true,
            Deed::Typed(line) => line.starts_with("/handoff") || line.starts_with("/assign"),
            Deed::Pressed(_) => false,
        };
        if before.and_then(|before| self.deeds.get(before)).is_some_and(|(_, deed)| hands_off(deed)) {
            self.done.insert("handoff");
        }
        let took = self.deeds.get(after).filter(|(_, deed)| before.is_none() && deed.takes()).map(|(at, _)| *at);
        let typed = self.deeds.iter().filter(|(user, (_, deed))| *user != after && deed.assigns());
        let typed = typed.map(|(_, (at, _))| *at).max();
        // The later action is the one that did it.
        if took > typed {
            self.done.insert("take");
        } else if typed.is_some() {
            self.done.insert("type");
        }
        let did_it = took.max(typed);
        self.deeds.retain(|_, (at, _)| Some(*at) != did_it);
    }

    fn did(&mut self, user: &str, deed: Deed) {
        self.count += 1;
        self.deeds.insert(user.to_owned(), (self.count, deed));
    }

    /// Notes that a call of the app changed something in dialnote.
    pub(super) fn written(&mut self) {
        if std::mem::take(&mut self.waits) {
            self.done.insert("down");
        }
    }

    /// Notes that a contact called or wrote.
    pub(super) fn arrived(&mut self, conversation: &str) {
        self.arrived.insert(conversation.to_owned());
    }

    /// Notes that the app changed a message.
    pub(super) fn updated(&mut self, message: &Message) {
        if std::mem::take(&mut self.accepting) {
            self.done.insert("accept");
        }
        self.shown_card(message);
    }

    /// Notes a posted message.
    pub(super) fn posted(&mut self, message: &Message) {
        if message.author != BOT_USER || message.is_reply() {
            return;
        }
        match &message.to {
            Some(user) => {
                let took = self.deeds.get(user).is_some_and(|(_, deed)| deed.takes());
                if took && message.blocks.iter().any(offers_to_take_over) {
                    self.done.insert("race");
                }
            }
            None => self.posted_for_all(message),
        }
    }

    fn posted_for_all(&mut self, message: &Message) {
        self.shown_card(message);
        if self.reports.remove(&message.channel) {
            self.done.insert("report");
        }
        if is_reminder(&message.text) {
            self.done.insert("time.reminder");
        }
        if is_digest(&message.text) {
            self.done.insert("time.digest");
        }
        if self.done.contains("time.reminder") && self.done.contains("time.digest") {
            self.done.insert("time");
        }
    }

    /// Ticks the step of an incoming event, if a channel shows its card.
    fn shown_card(&mut self, message: &Message) {
        let is_channel = message.channel.starts_with('C') && message.to.is_none();
        let blocks = json!(message.blocks).to_string();
        if is_channel && self.arrived.iter().any(|conversation| blocks.contains(conversation.as_str())) {
            self.done.insert("incoming");
        }
    }
}

fn offers_to_take_over(block: &Value) -> bool {
    let elements = block["elements"].as_array().into_iter().flatten().chain([&block["accessory"]]);
    let label = |element: &Value| element["text"]["text"].as_str().unwrap_or_default().to_owned();
    elements.into_iter().any(|element| label(element).starts_with("Take over"))
}

/// Answers whether a text is a digest. The app's lists are told apart by their first words only.
fn is_digest(text: &str) -> bool {
    text.starts_with("Good morning")
}

fn is_reminder(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.contains("conversation") && (first.contains(" more than ") || first.contains(" over "))
}

#[cfg(test)]
mod tests {
    use super::{Message, Tour};
    use serde_json::{Value, json};

    fn message(text: &str, to: Option<&str>, blocks: &Value) -> Message {
        let blocks = blocks.as_array().cloned().unwrap_or_default();
        let (text, to) = (text.to_owned(), to.map(str::to_owned));
        Message { channel: "C0FRONT".to_owned(), author: "U0BOT".to_owned(), text, to, blocks, ..Message::default() }
    }

    fn done(tour: &Tour) -> Vec<String> {
        serde_json::from_value(tour.shown()).unwrap_or_default()
    }

    #[test]
    fn taking_is_not_assigning() {
        let mut tour = Tour::default();
        tour.pressed("U0MAYA", "take", None);
        tour.assigned(None, Some("U0MAYA"));
        assert_eq!(done(&tour), ["take"]);
        tour.typed("U0MAYA", "C0FRONT", "/assign @zoe Robert Hale", false);
        tour.assigned(None, Some("U0ZOE"));
        assert_eq!(done(&tour), ["take", "type"]);
    }

    #[test]
    fn the_later_action_counts() {
        let mut tour = Tour::default();
        tour.pressed("U0LEO", "take", None);
        tour.typed("U0ZOE", "C0FRONT", "/assign @leo Robert Hale", false);
        tour.assigned(None, Some("U0LEO"));
        assert_eq!(done(&tour), ["type"], "Leo pressed in vain before");
    }

    #[test]
    fn a_handoff_is_carried_out_after_its_refusals() {
        let mut tour = Tour::default();
        tour.submitted("U0MAYA", ["note"].into_iter());
        tour.submitted("U0MAYA", ["assignee"].into_iter());
        tour.assigned(Some("U0MAYA"), Some("U0LEO"));
        assert_eq!(done(&tour), ["handoff.note", "handoff.owner"], "someone else did that");
        tour.submitted("U0MAYA", std::iter::empty());
        tour.assigned(Some("U0MAYA"), Some("U0LEO"));
        assert!(done(&tour).contains(&"handoff".to_owned()));
    }

    #[test]
    fn who_comes_second_is_offered_to_take_over() {
        let mut tour = Tour::default();
        let offer = json!([{"type": "actions", "elements": [{"type": "button", "text": {"text": "Take over…"}}]}]);
        tour.posted(&message("Leo took it", Some("U0ZOE"), &offer));
        assert_eq!(done(&tour).len(), 0);
        tour.pressed("U0ZOE", "take", None);
        tour.posted(&message("Leo took it", Some("U0ZOE"), &offer));
        assert_eq!(done(&tour), ["race"]);
    }

    #[test]
    fn a_saved_command_runs_later() {
        let mut tour = Tour::default();
        tour.written();
        tour.typed("U0MAYA", "C0FRONT", "/done Diana Okafor", true);
        assert_eq!(done(&tour), ["down.waits"]);
        tour.written();
        assert_eq!(done(&tour), ["down", "down.waits"]);
    }

    #[test]
    fn lists_and_reports_are_known_by_their_first_words() {
        let mut tour = Tour::default();
        tour.posted(&message("2 conversations have been unassigned for over 30 minutes", None, &json!([])));
        tour.posted(&message("Good morning · 4 unassigned", None, &json!([])));
        assert_eq!(done(&tour), ["time", "time.digest", "time.reminder"]);
        tour.typed("U0MAYA", "C0FRONT", "/dialnote report week", false);
        tour.posted(&message("Report, last 7 days", None, &json!([])));
        assert!(done(&tour).contains(&"report".to_owned()));
    }
}

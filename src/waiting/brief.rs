//! The brief of a conversation for the person who takes it over: what came in, what was said, what was noted, and what
//! may have been promised. It quotes what dialnote has, and concludes nothing from it. The briefs of a shift change are
//! one offer.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::conversation::{Activity, Conversation};
use crate::core::event::ThreadEntry;
use crate::core::ids::ConversationId;
use crate::core::when::model::When;
use crate::core::{note, wait_news};

/// The most promises in a brief.
const PROMISES: usize = 2;

/// The greatest age of a promise that is still of interest.
const PROMISE_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Words that promise a call, in lower case.
const CALL_BACK: [&str; 7] = ["call back", "callback", "call you", "call him", "call her", "call them", "ring back"];

/// A conversation for the person who takes it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Brief {
    /// The conversation as it was.
    pub(crate) conversation: Conversation,
    /// Its owner's name for colleagues.
    pub(crate) owner: String,
    /// The last activity of the contact.
    pub(crate) came_in: Option<Activity>,
    /// The last activity of the team.
    pub(crate) said: Option<Activity>,
    /// The time of the contact's first activity that was not answered; `None` if all was.
    pub(crate) waits_since: Option<Timestamp>,
    /// The newest note.
    pub(crate) note: Option<QuotedWords>,
    /// Other notes and answers that name a time or a call back, newest first.
    pub(crate) promised: Vec<QuotedWords>,
}

/// Words of the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuotedWords {
    /// The writer's name, if it is known.
    pub(crate) by: Option<String>,
    /// The words.
    pub(crate) words: String,
    /// The time.
    pub(crate) at: Timestamp,
}

/// The conversations that are offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShiftOffer {
    /// The time for which they are correct.
    pub(crate) at: Timestamp,
    /// The reason.
    pub(crate) why: ShiftOver,
    /// The conversations that are shown.
    pub(crate) briefs: Vec<Brief>,
    /// The number of conversations that are not shown.
    pub(crate) more: usize,
    /// The names of their owners for colleagues, each with the number of open conversations.
    pub(crate) owners: Vec<(String, usize)>,
    /// The latest thread entries of conversations that changed since.
    #[serde(default)]
    pub(crate) settled: Vec<(ConversationId, ThreadEntry)>,
}

/// The reason why people leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShiftOver {
    /// The working hours of the number ended.
    Hours {
        /// The name of the shared number; `None` if the channel gets all.
        number: Option<String>,
    },
    /// They are no longer in the group.
    Group {
        /// The group, with its @.
        group: String,
    },
}

/// The facts that dialnote has about a conversation.
pub(crate) struct BriefFacts {
    /// The conversation.
    pub(crate) conversation: Conversation,
    /// Its owner's name for colleagues.
    pub(crate) owner: String,
    /// Its activities without notes, newest first.
    pub(crate) timeline: Vec<Activity>,
    /// Its notes, oldest first.
    pub(crate) notes: Vec<(String, Timestamp)>,
}

impl Brief {
    /// Returns the brief as of `now`.
    pub(crate) fn of(facts: BriefFacts, now: Timestamp) -> Self {
        let BriefFacts { conversation, owner, timeline, notes } = facts;
        let last = |inbound: bool| timeline.iter().find(|one| one.inbound == inbound).cloned();
        let waiting = wait_news::first_unanswered(timeline.iter()).map(|first| first.at);
        let notes: Vec<_> = notes.iter().rev().map(|(text, at)| quoted(text, *at)).collect();
        let answers = timeline.iter().filter(|one| !one.inbound);
        let answers = answers.filter_map(|one| Some(QuotedWords { by: None, words: one.preview.clone()?, at: one.at }));
        let said = last(false);
        let is_shown = |one: &QuotedWords| said.as_ref().is_some_and(|said| said.at == one.at);
        let mut promised: Vec<_> = notes.iter().skip(1).cloned().chain(answers.filter(|one| !is_shown(one))).collect();
        promised.retain(|one| is_promise(&one.words) && now.duration_since(one.at) <= PROMISE_AGE);
        promised.sort_by_key(|one| std::cmp::Reverse(one.at));
        promised.truncate(PROMISES);
        let (came_in, note) = (last(true), notes.into_iter().next());
        Self { conversation, owner, came_in, said, waits_since: waiting, note, promised }
    }
}

impl ShiftOffer {
    /// Returns a conversation as it was offered.
    pub(crate) fn conversation(&self, id: &ConversationId) -> Option<Conversation> {
        self.briefs.iter().map(|brief| &brief.conversation).find(|one| one.id == *id).cloned()
    }

    /// Returns the change of a conversation since it was offered, if it changed.
    pub(crate) fn settled(&self, id: &ConversationId) -> Option<&ThreadEntry> {
        self.settled.iter().rfind(|(settled, _)| settled == id).map(|(_, entry)| entry)
    }
}

fn quoted(text: &str, at: Timestamp) -> QuotedWords {
    match note::signed(text) {
        Some(signed) => QuotedWords { by: Some(signed.writer.to_owned()), words: signed.words.to_owned(), at },
        None => QuotedWords { by: None, words: text.trim().to_owned(), at },
    }
}

/// Answers whether words name a time or a call back. They may be no promise: people read them as they are.
pub(crate) fn is_promise(words: &str) -> bool {
    let lower = words.to_lowercase();
    let names_a_time = |part: &str| {
        let part = part.trim();
        When::split_off(part).is_some() || When::split_out(part).is_some() || When::split_start(part).is_some()
    };
    CALL_BACK.iter().any(|call| lower.contains(call)) || lower.split(['.', '!', '?', ';', ',', '\n']).any(names_a_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{ActivityContext, ActivityKind, Contact, Status};

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_mins(minute)).unwrap_or(Timestamp::MAX)
    }

    fn activity(kind: ActivityKind, inbound: bool, preview: Option<&str>, minute: i64) -> Activity {
        let (preview, activity_context) = (preview.map(str::to_owned), ActivityContext::default());
        Activity { kind, inbound, preview, at: at(minute), activity_context }
    }

    fn facts(timeline: Vec<Activity>, notes: &[(&str, i64)]) -> BriefFacts {
        let conversation = Conversation {
            id: ConversationId::new("c1"),
            status: Status::Open,
            status_word: None,
            read: None,
            snoozed_until: None,
            owner: None,
            contact: Contact::default(),
            line: None,
            last_activity: timeline.first().cloned(),
            last_note: None,
        };
        let notes = notes.iter().map(|(text, minute)| ((*text).to_owned(), at(*minute))).collect();
        BriefFacts { conversation, owner: "Leo".to_owned(), timeline, notes }
    }

    #[test]
    fn times_and_calls_back_are_taken_for_promises() {
        for (words, promise) in [
            ("Will call back", true),
            ("I told her we call her after lunch", true),
            ("Offer sent, she decides by tomorrow", true),
            ("Appointment moved to Friday 10:00", true),
            ("See you at 3pm.", true),
            ("Wants a quote for two crowns", false),
            ("Please do not disturb", false),
            ("", false),
        ] {
            assert_eq!(is_promise(words), promise, "{words}");
        }
    }

    #[test]
    fn it_waits_since_the_first_activity_without_an_answer() {
        let timeline = || {
            vec![
                activity(ActivityKind::MissedCall, true, None, 9),
                activity(ActivityKind::Sms, true, Some("Hello?"), 7),
                activity(ActivityKind::Sms, false, Some("We look into it"), 5),
                activity(ActivityKind::MissedCall, true, None, 1),
            ]
        };
        let brief = Brief::of(facts(timeline(), &[]), at(60));
        assert_eq!((brief.waits_since, brief.came_in, brief.said), {
            let all = timeline();
            (Some(at(7)), all.first().cloned(), all.get(2).cloned())
        });
        let answered = Brief::of(facts(timeline().split_off(2), &[]), at(60));
        assert_eq!(answered.waits_since, None);
        let taken_call = vec![activity(ActivityKind::Call, true, None, 9), activity(ActivityKind::Sms, true, None, 7)];
        assert_eq!(Brief::of(facts(taken_call, &[]), at(60)).waits_since, None, "someone answered their call");
    }

    #[test]
    fn promises_are_quoted_once_and_not_for_ever() {
        let timeline = vec![
            activity(ActivityKind::Sms, false, Some("We call you tomorrow"), 20),
            activity(ActivityKind::Sms, false, Some("Dr. Hale is back on Monday"), 15),
        ];
        let notes = [("Long ago: call back", -20_000), ("Promised an offer by Friday", 10), ("Call back at 5pm", 30)];
        let brief = Brief::of(facts(timeline, &notes), at(60));
        assert_eq!(brief.note.map(|note| note.words).as_deref(), Some("Call back at 5pm"));
        let promised: Vec<_> = brief.promised.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(promised, ["Dr. Hale is back on Monday", "Promised an offer by Friday"]);
    }

    #[test]
    fn a_note_from_slack_names_its_writer() {
        let signed = "Wants a quote\n\n— Zoe Park, via Slack · ref 1a2b3c4d";
        let brief = Brief::of(facts(Vec::new(), &[(signed, 1)]), at(2));
        let note = brief.note.map(|note| (note.by, note.words));
        assert_eq!(note, Some((Some("Zoe Park".to_owned()), "Wants a quote".to_owned())));
    }
}

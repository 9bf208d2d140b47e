//! A contact's wait after what happened since the last look. All of it is pure.

use crate::core::answer_wait::AnswerWait;
use crate::core::conversation::Activity;
use crate::core::target_outcome::TargetOutcome;

/// Returns the wait after new activities, oldest first, and the outcomes of the waits that they ended. `begin` returns
/// the wait that an activity begins, if it begins one.
pub(crate) fn after_news(
    mut wait: Option<AnswerWait>,
    news: &[Activity],
    begin: impl Fn(&Activity) -> Option<AnswerWait>,
) -> (Option<AnswerWait>, Vec<TargetOutcome>) {
    let mut outcomes = Vec::new();
    for activity in news {
        if activity.ends_a_wait() {
            let ended = wait.take_if(|wait| activity.at > wait.since);
            outcomes.extend(ended.into_iter().flat_map(|wait| wait.answered(activity.at)));
        } else if wait.as_ref().is_none_or(|wait| wait.is_over_before(activity)) {
            wait = begin(activity);
        }
    }
    (wait, outcomes)
}

/// Returns the activity with which a contact's present wait began, as far as it is among these, newest first.
pub(crate) fn first_unanswered<'a>(newest_first: impl Iterator<Item = &'a Activity>) -> Option<&'a Activity> {
    newest_first.take_while(|one| !one.ends_a_wait()).filter(|one| one.wants_an_answer()).last()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::core::conversation::{ActivityContext, ActivityKind, Contact, Conversation, Status};
    use crate::core::ids::ConversationId;
    use crate::core::route::Route;
    use crate::core::rules::Rules;
    use crate::core::target_outcome::WaitLimit;
    use crate::core::targets::Target;

    /// Returns a time on a Monday.
    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_428_000 + 60 * minute).unwrap_or(Timestamp::MIN)
    }

    fn activity(kind: ActivityKind, inbound: bool, minute: i64) -> Activity {
        Activity { kind, inbound, preview: None, at: at(minute), activity_context: ActivityContext::Nothing }
    }

    fn call(minute: i64) -> Activity {
        activity(ActivityKind::MissedCall, true, minute)
    }

    fn answer(minute: i64) -> Activity {
        activity(ActivityKind::Sms, false, minute)
    }

    fn open() -> Conversation {
        Conversation {
            id: ConversationId::new("conv_1"),
            status: Status::Open,
            status_word: None,
            read: None,
            snoozed_until: None,
            owner: None,
            contact: Contact::default(),
            line: None,
            last_activity: None,
            last_note: None,
        }
    }

    fn after(wait: Option<AnswerWait>, news: &[Activity]) -> (Option<AnswerWait>, Vec<TargetOutcome>) {
        let mut route = Route::of_all();
        // This route has no target for text messages.
        route.settings.targets.sms = Target { owner: 0, answer: 0 };
        after_news(wait, news, |heard| AnswerWait::begin(heard, &open(), &route, &Rules::default()))
    }

    fn since(found: &(Option<AnswerWait>, Vec<TargetOutcome>)) -> Option<Timestamp> {
        found.0.as_ref().map(|wait| wait.since)
    }

    #[test]
    fn a_wait_begins_with_the_first_unanswered_activity() {
        assert_eq!(since(&after(None, &[call(0), call(30)])), Some(at(0)));
        assert_eq!(since(&after(None, &[call(0), answer(10), call(30), call(40)])), Some(at(30)));
        assert_eq!(since(&after(None, &[call(0), answer(10)])), None);
        let text = activity(ActivityKind::Sms, true, 0);
        assert_eq!(since(&after(None, &[text, call(30)])), Some(at(30)), "a text message has no target here");
    }

    #[test]
    fn an_answer_between_two_calls_ends_the_first_wait_in_its_time() {
        let (wait, _) = after(None, &[call(0)]);
        let found = after(wait, &[answer(10), call(30)]);
        assert_eq!(since(&found), Some(at(30)));
        let answers = found.1.iter().filter(|one| one.limit == WaitLimit::Answer);
        assert_eq!(answers.map(|one| (one.since, one.seconds)).collect::<Vec<_>>(), [(at(0), Some(600))]);
    }

    #[test]
    fn a_running_wait_outlasts_further_calls() {
        let (wait, _) = after(None, &[call(0)]);
        assert_eq!(since(&after(wait, &[call(30)])), Some(at(0)));
    }

    #[test]
    fn the_first_unanswered_activity_follows_the_last_answer() {
        let first = |news: &[Activity]| first_unanswered(news.iter().rev()).map(|one| one.at);
        assert_eq!(first(&[call(0), call(5)]), Some(at(0)));
        assert_eq!(first(&[call(0), answer(1), call(5), call(6)]), Some(at(5)));
        assert_eq!(first(&[call(0), answer(1)]), None);
    }
}

//! Undo: the requester's latest act as a whole, then the one before. Commands that were given at once are one act.
//! Undoing is not an act itself, so undo never repeats a command. An act without effect does not count. Notes stay in
//! dialnote: an act that was only a note cannot be undone, and does not hide an older act.

use jiff::Timestamp;

use crate::commands::facts::{Facts, Plan};
use crate::core::about::About;
use crate::core::call::Call;
use crate::core::command::Action;
use crate::core::conversation::{State, Status};
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::refusal::{Earlier, Others, Refusal};
use crate::core::undo_log::{Logged, Undoing};
use crate::core::verbs::Verb;

/// The act to undo next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextUndo {
    /// There is none.
    Nothing,
    /// The act was undone already.
    Undone,
    /// This act, on these conversations.
    Take {
        /// The act.
        act: String,
        /// The conversations that it changed.
        on: Vec<ConversationId>,
    },
    /// The act was too long ago; these are its conversations.
    TooLate(Vec<ConversationId>),
    /// The act was only a note.
    NotesStay {
        /// The conversations with the note.
        on: Vec<ConversationId>,
        /// The latest act before it that can be undone: its name, its command and the conversations that it changed.
        earlier: Option<(String, Verb, Vec<ConversationId>)>,
    },
}

/// Finds a person's next act to undo. `log` is what they did, newest first; `asked` is the time of the request.
pub(crate) fn latest(log: &[Logged], asked: Timestamp) -> NextUndo {
    let standing = standing(log);
    let Some(last) = standing.iter().find(|line| !line.elsewhere) else { return NextUndo::Nothing };
    let on = changed_by(&standing, &last.act);
    let concerned = || distinct(standing.iter().rev().filter(|line| line.act == last.act && !line.elsewhere));
    if last.is_late(asked) {
        return NextUndo::TooLate(if on.is_empty() { concerned() } else { on });
    }
    if !on.is_empty() {
        return NextUndo::Take { act: last.act.clone(), on };
    }
    let earlier = standing.iter().find(|line| !line.elsewhere && line.change.is_some() && !line.is_late(asked));
    let earlier = earlier.map(|line| (line.act.clone(), line.verb, changed_by(&standing, &line.act)));
    NextUndo::NotesStay { on: concerned(), earlier }
}

/// Finds one act of a person's to undo, or only its change to the conversation `only`.
pub(crate) fn exactly(log: &[Logged], act: &str, only: Option<&ConversationId>, asked: Timestamp) -> NextUndo {
    let standing = standing(log);
    let mut on = changed_by(&standing, act);
    on.retain(|id| only.is_none_or(|only| only == id));
    match standing.iter().find(|line| line.act == act) {
        Some(line) if !on.is_empty() && line.is_late(asked) => NextUndo::TooLate(on),
        Some(_) if !on.is_empty() => NextUndo::Take { act: act.to_owned(), on },
        _ if log.iter().any(|line| line.act == act) => NextUndo::Undone,
        _ => NextUndo::Nothing,
    }
}

/// Finds the change to undo on one conversation: the part of the act `act`, else the actor's latest. `log` is what
/// was done to the conversation, newest first.
pub(crate) fn wanted<'a>(log: &'a [Logged], actor: &SlackUserId, act: Option<&str>) -> Option<&'a Logged> {
    let standing = standing(log);
    let mut theirs = standing.into_iter().filter(|line| line.is_by(actor));
    match act {
        Some(act) => theirs.find(|line| line.act == act && line.change.is_some()),
        None => theirs.next(),
    }
}

/// Returns the entries of a log, newest first, that were not undone, without the undo entries themselves.
fn standing(log: &[Logged]) -> Vec<&Logged> {
    let mut standing: Vec<&Logged> = Vec::new();
    for line in log.iter().rev() {
        if line.verb != Verb::Undo {
            standing.extend((line.change.is_some() || line.noted).then_some(line));
            continue;
        }
        let undone = |other: &&Logged| {
            other.change.is_some() && other.conversation == line.conversation && other.is_by(&line.actor)
        };
        if let Some(place) = standing.iter().rposition(undone) {
            standing.remove(place);
        }
    }
    standing.reverse();
    standing
}

fn changed_by(standing: &[&Logged], act: &str) -> Vec<ConversationId> {
    distinct(standing.iter().rev().filter(|line| line.act == act && !line.elsewhere && line.change.is_some()))
}

/// Returns the conversations of these entries, each once.
fn distinct<'a>(lines: impl Iterator<Item = &'a &'a Logged>) -> Vec<ConversationId> {
    let mut on: Vec<ConversationId> = Vec::new();
    for line in lines {
        if !on.contains(&line.conversation) {
            on.push(line.conversation.clone());
        }
    }
    on
}

/// Plans the calls that restore a conversation's state before the act. Fails if there is no such act, if it was only a
/// note, if the conversation changed since, or if the act was too long ago.
pub(crate) fn plan(mut facts: Facts) -> Result<Plan, Refusal> {
    let Undoing { log, act, owner_before } = std::mem::take(&mut facts.undoing);
    let requester = &facts.requester.user;
    let nothing = if act.is_some() { Refusal::UndoneAlready } else { Refusal::NothingToUndo };
    let undone = wanted(&log, requester, act.as_deref()).ok_or(nothing)?;
    let Some((before, after)) = &undone.change else {
        let about = About::from(&facts.conversation);
        let earlier = earlier_here(&log, requester, facts.asked, &about);
        return Err(Refusal::NotesStay { about, others: Others::default(), earlier });
    };
    nothing_since(&log, undone, after, &facts)?;
    let calls = back_to(before, after, facts.now);
    let owner_changes = matches!(calls.first(), Some(Call::Assign(_)));
    Ok(Plan {
        act: Action::Undo,
        requester: facts.requester,
        writer: facts.writer,
        before: facts.conversation,
        to: if owner_changes { owner_before } else { facts.owner.clone() },
        from: facts.owner,
        note: String::new(),
        reason: None,
        calls,
        picked: None,
        giver: None,
        note_stays: undone.noted,
    })
}

fn nothing_since(log: &[Logged], undone: &Logged, after: &State, facts: &Facts) -> Result<(), Refusal> {
    let about = || About::from(&facts.conversation);
    let top = standing(log).into_iter().find(|line| line.change.is_some());
    if let Some(top) = top.filter(|top| !std::ptr::eq(*top, undone)) {
        let yourself = top.is_by(&facts.requester.user);
        let by = Some(top.by.clone()).filter(|_| !top.elsewhere && !yourself);
        return Err(Refusal::ChangedSince { about: about(), by, yourself });
    }
    if State::from(&facts.conversation) != *after {
        return Err(Refusal::ChangedSince { about: about(), by: None, yourself: false });
    }
    if undone.is_late(facts.asked) {
        return Err(Refusal::TooLateToUndo(about()));
    }
    Ok(())
}

/// Returns the requester's latest change of the conversation, although a note came later; `None` if it is too late to
/// undo it.
fn earlier_here(log: &[Logged], requester: &SlackUserId, asked: Timestamp, about: &About) -> Option<Earlier> {
    let theirs = standing(log).into_iter().find(|line| line.is_by(requester) && line.change.is_some());
    let line = theirs.filter(|line| !line.is_late(asked))?;
    Some(Earlier { act: line.act.clone(), verb: line.verb, about: about.clone(), of: 1 })
}

fn back_to(before: &State, after: &State, now: Timestamp) -> Vec<Call> {
    let owner = (before.owner != after.owner).then(|| Call::Assign(before.owner.clone()));
    let status = (before.status != after.status || before.until != after.until).then(|| as_before(before, now));
    owner.into_iter().chain(status).collect()
}

/// Returns the call that restores the earlier status. A snooze whose end has passed becomes open.
fn as_before(before: &State, now: Timestamp) -> Call {
    match before.until {
        Some(until) if until <= now => Call::SetStatus(Status::Open),
        Some(until) => Call::Snooze(until),
        None => Call::SetStatus(before.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::MemberId;

    fn state(owner: &str) -> State {
        State { owner: Some(MemberId::new(owner)), status: Status::Open, until: None }
    }

    /// Returns an entry of the log at this second of the minute; it has a change only if `changed`.
    fn line(second: i64, act: &str, verb: Verb, on: &str, changed: bool) -> Logged {
        Logged {
            act: act.to_owned(),
            verb,
            actor: SlackUserId::new("U1"),
            by: "Maya".to_owned(),
            elsewhere: false,
            conversation: ConversationId::new(on),
            change: changed.then(|| (state("before"), state(act))),
            noted: verb == Verb::Note,
            at: Timestamp::from_second(second).unwrap_or_default(),
        }
    }

    fn next(log: &[Logged]) -> NextUndo {
        let newest_first: Vec<_> = log.iter().rev().cloned().collect();
        latest(&newest_first, Timestamp::from_second(60).unwrap_or_default())
    }

    fn take(act: &str, on: &[&str]) -> NextUndo {
        NextUndo::Take { act: act.to_owned(), on: on.iter().map(|id| ConversationId::new(*id)).collect() }
    }

    #[test]
    fn acts_are_taken_back_one_by_one_as_a_whole() {
        let mut log = vec![
            line(1, "first", Verb::Done, "a", true),
            line(2, "second", Verb::Assign, "a", true),
            line(2, "second", Verb::Assign, "b", true),
            line(3, "refused nothing, changed nothing", Verb::Assign, "b", false),
        ];
        assert_eq!(next(&log), take("second", &["a", "b"]));
        log.push(line(4, "one of them", Verb::Undo, "b", true));
        assert_eq!(next(&log), take("second", &["a"]));
        log.push(line(5, "the rest", Verb::Undo, "a", true));
        assert_eq!(next(&log), take("first", &["a"]));
        log.push(line(6, "and that", Verb::Undo, "a", true));
        assert_eq!(next(&log), NextUndo::Nothing);
        let newest_first: Vec<_> = log.iter().rev().cloned().collect();
        assert_eq!(exactly(&newest_first, "first", None, Timestamp::UNIX_EPOCH), NextUndo::Undone);
    }

    #[test]
    fn a_note_is_not_skipped_and_hides_nothing() {
        let log = [line(1, "first", Verb::Done, "a", true), line(2, "note", Verb::Note, "b", false)];
        let earlier = Some(("first".to_owned(), Verb::Done, vec![ConversationId::new("a")]));
        assert_eq!(next(&log), NextUndo::NotesStay { on: vec![ConversationId::new("b")], earlier });
        assert_eq!(next(&log[1..]), NextUndo::NotesStay { on: vec![ConversationId::new("b")], earlier: None });
    }

    #[test]
    fn what_nobody_did_here_is_no_act_of_theirs() {
        let mut timed = line(2, "timer", Verb::GiveBack, "a", true);
        timed.elsewhere = true;
        assert_eq!(next(&[timed.clone()]), NextUndo::Nothing);
        assert_eq!(next(&[line(1, "first", Verb::Done, "b", true), timed]), take("first", &["b"]));
    }
}

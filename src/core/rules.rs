//! The rules of a workspace: who may change which conversations. They apply to what a plan *does*, not to the
//! command's name, so that no other command can get around them.

use crate::core::verbs;
use crate::core::verbs::NoteNeed;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::availability::AWAY_EMOJI;
use crate::core::call::Call;
use crate::core::command::Action;
use crate::core::conversation::Status;
use crate::core::participant::Participant;
use crate::core::refusal::Refusal;
use crate::core::rule::{Rule, Who};
use crate::core::teammate::Teammate;
use crate::core::verbs::Verb;
use crate::core::working_hours::{Hours, TimeOfDay};

/// The rules of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box that an admin ticks")]
pub struct Rules {
    /// The people who may reassign or unassign a conversation that has an owner.
    pub reassign: Who,
    /// The people who may mark a conversation done.
    pub done: Who,
    /// True if a hand-off needs a note.
    pub note_on_handoff: bool,
    /// True if marking done needs a note.
    pub note_on_done: bool,
    /// True if only admins may change these rules.
    pub only_admins_configure: bool,
    /// The working time, in minutes, after which the new owner is reminded of a hand-off. It returns after as many
    /// minutes again. 0 if never.
    pub answer_within: u16,
    /// The working time, in minutes, after which a channel is reminded of unassigned conversations; 0 if never.
    pub remind_within: u16,
    /// The number of working hours after which owners are asked about stale conversations; 0 if never.
    pub untouched_hours: u16,
    /// The working hours, in each person's own time zone.
    pub working: Hours,
    /// True if steps of workflows may use the app.
    pub workflows: bool,
    /// The emoji of Slack statuses that mean away, with their colons.
    pub away_emoji: Vec<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            reassign: Who::Anyone,
            done: Who::Anyone,
            note_on_handoff: true,
            note_on_done: false,
            only_admins_configure: true,
            answer_within: 15,
            remind_within: 30,
            untouched_hours: 8,
            working: Hours { from: TimeOfDay::at(9), to: TimeOfDay::at(17) },
            workflows: false,
            away_emoji: AWAY_EMOJI.iter().map(|&emoji| emoji.to_owned()).collect(),
        }
    }
}

impl Rules {
    /// Checks whether `requester` may make these calls to a conversation of `owner`'s; `owner` is `None` if it is
    /// unassigned. Fails with the first rule that forbids a call.
    pub fn allow(
        &self,
        requester: &Teammate,
        owner: Option<&Participant>,
        act: &Action,
        calls: &[Call],
    ) -> Result<(), Rule> {
        let is_owner = owner.is_some_and(|owner| owner.member == requester.member);
        let may = |who: Who| match who {
            Who::Anyone => true,
            Who::OwnerAndAdmins => is_owner || requester.admin,
            Who::Admins => requester.admin,
        };
        for call in calls {
            match call {
                // Declining is an answer to an assignment, not a reassignment.
                Call::Assign(_) if owner.is_some() && !act.is_answer() && !may(self.reassign) => {
                    return Err(Rule::Reassign(self.reassign));
                }
                // Snoozing another person's conversation takes it out of the owner's hands.
                Call::Snooze(_) if owner.is_some() && !is_owner && !may(self.reassign) => {
                    return Err(Rule::Snooze(self.reassign));
                }
                Call::SetStatus(Status::Done) if !may(self.done) => {
                    return Err(Rule::Done(self.done));
                }
                Call::Assign(_) | Call::SetStatus(_) | Call::Snooze(_) | Call::AddNote { .. } => {}
            }
        }
        Ok(())
    }

    /// Answers whether `requester` may reassign or unassign what `owner` owns.
    pub(crate) fn may_reassign(&self, requester: &Teammate, owner: &Participant) -> bool {
        self.allow(requester, Some(owner), &Action::Unassign, &[Call::Assign(None)]).is_ok()
    }

    /// Checks whether the command has the note that the rules require.
    pub(crate) fn note_is_there(&self, act: &Action, note: &str, about: About) -> Result<(), Refusal> {
        if self.needs_note(act.verb()) && note.trim().is_empty() {
            return Err(Refusal::NoteMissing { verb: act.verb(), about });
        }
        Ok(())
    }

    /// Checks whether the requester may do what is for admins. `what` is the rule that would forbid it.
    pub(crate) fn may_configure(&self, requester: &Teammate, what: Rule) -> Result<(), Refusal> {
        if self.only_admins_configure && !requester.admin {
            return Err(Refusal::NotAllowed(what));
        }
        Ok(())
    }

    /// Answers whether the form of a command requires a note.
    pub(crate) fn needs_note(&self, verb: Verb) -> bool {
        match verb {
            Verb::Handoff => self.note_on_handoff,
            Verb::Done => self.note_on_done,
            verb => verbs::spec(verb).note.as_ref().is_some_and(|note| note.need == NoteNeed::Always),
        }
    }

    /// Returns the working time until the reminder of a hand-off, and from there until its return; `None` if
    /// unlimited.
    pub fn patience(&self) -> Option<SignedDuration> {
        minutes(self.answer_within)
    }

    /// Returns the working time for which a conversation may stay unassigned; `None` if unlimited.
    pub fn reminder(&self) -> Option<SignedDuration> {
        minutes(self.remind_within)
    }
}

fn minutes(count: u16) -> Option<SignedDuration> {
    (count > 0).then(|| SignedDuration::from_mins(i64::from(count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::{MemberId, SlackUserId};

    fn teammate(name: &str, admin: bool) -> Teammate {
        Teammate { user: SlackUserId::new(name), member: MemberId::new(name), name: name.to_owned(), zone: None, admin }
    }

    fn participant(name: &str) -> Participant {
        Participant { member: MemberId::new(name), user: None, name: name.to_owned() }
    }

    #[test]
    fn each_rule_holds_for_those_it_is_about() {
        let (owner, admin, other) = (teammate("zoe", false), teammate("maya", true), teammate("leo", false));
        let zoe = participant("zoe");
        for (who, may) in [
            (Who::Anyone, [true, true, true]),
            (Who::OwnerAndAdmins, [true, true, false]),
            (Who::Admins, [false, true, false]),
        ] {
            let rules = Rules { reassign: who, done: who, ..Rules::default() };
            for (requester, may) in [&owner, &admin, &other].into_iter().zip(may) {
                for call in [Call::Assign(None), Call::SetStatus(Status::Done)] {
                    let allowed =
                        rules.allow(requester, Some(&zoe), &Action::Undo, std::slice::from_ref(&call)).is_ok();
                    assert_eq!(allowed, may, "{who:?} {} {call:?}", requester.name);
                }
                assert!(rules.allow(requester, None, &Action::Take { over: None }, &[Call::Assign(None)]).is_ok());
                assert!(rules.allow(requester, Some(&zoe), &Action::GiveBack, &[Call::Assign(None)]).is_ok());
            }
        }
    }

    #[test]
    fn rules_that_were_kept_before_a_rule_was_added_still_hold() {
        let kept: Result<Rules, _> = serde_json::from_str(r#"{"reassign":"admins"}"#);
        assert_eq!(kept.ok(), Some(Rules { reassign: Who::Admins, ..Rules::default() }));
    }
}

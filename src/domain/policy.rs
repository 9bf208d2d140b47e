//! Who may do what to whose conversation: the rules of a workspace. They are asked about what a plan
//! *does*, not about what it is called, so that there is no way around them by another command.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::call::Call;
use crate::domain::command::Action;
use crate::domain::conversation::Status;
use crate::domain::hours::{Hours, TimeOfDay};
use crate::domain::participant::Participant;
use crate::domain::people::Teammate;
use crate::domain::refusal::Refusal;
use crate::domain::rule::{Rule, Who};
use crate::domain::verb::Verb;

/// The rules of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Who may give somebody's conversation to somebody else, or put it back into the queue.
    pub reassign: Who,
    /// Who may mark a conversation done.
    pub done: Who,
    /// Whether handing over needs a note.
    pub note_on_handoff: bool,
    /// Whether marking done needs a note.
    pub note_on_done: bool,
    /// Whether only admins may change these rules.
    pub only_admins_configure: bool,
    /// After how many minutes within the working hours somebody is reminded of a hand-over, and after
    /// as many again it goes back; 0 if never.
    pub answer_within: u16,
    /// After how many minutes within the working hours a channel is reminded of what nobody owns; 0 if
    /// never.
    pub remind_within: u16,
    /// After how many working hours owners are asked about what nothing has happened to; 0 if never.
    pub untouched_hours: u16,
    /// When people work, each in their own time zone.
    pub working: Hours,
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
        }
    }
}

impl Rules {
    /// What they are kept under (`store::Document`).
    pub const KIND: &str = "rules";

    /// Whether the calls may be made: `requester` wants them made to a conversation of `owner`'s.
    pub fn allow(
        &self,
        requester: &Teammate,
        owner: Option<&Participant>,
        act: &Action,
        calls: &[Call],
    ) -> Result<(), Refusal> {
        let is_owner = owner.is_some_and(|owner| owner.member == requester.member);
        let may = |who: Who| match who {
            Who::Anyone => true,
            Who::OwnerAndAdmins => is_owner || requester.admin,
            Who::Admins => requester.admin,
        };
        for call in calls {
            match call {
                // Giving back what one was given is an answer, not a re-assignment.
                Call::Assign(_) if owner.is_some() && !act.is_answer() && !may(self.reassign) => {
                    return Err(Refusal::NotAllowed(Rule::Reassign(self.reassign)));
                }
                // Who puts somebody else's conversation away takes it out of their hands.
                Call::Snooze(_) if owner.is_some() && !is_owner && !may(self.reassign) => {
                    return Err(Refusal::NotAllowed(Rule::Snooze(self.reassign)));
                }
                Call::SetStatus(Status::Done) if !may(self.done) => {
                    return Err(Refusal::NotAllowed(Rule::Done(self.done)));
                }
                Call::Assign(_) | Call::SetStatus(_) | Call::Snooze(_) | Call::AddNote { .. } => {}
            }
        }
        Ok(())
    }

    /// Whether the command has the note it needs.
    pub fn note_is_there(&self, act: &Action, note: &str, about: About) -> Result<(), Refusal> {
        let needed = match act {
            Action::Handoff(_) => self.note_on_handoff,
            Action::Done => self.note_on_done,
            Action::Note => true,
            _ => false,
        };
        if needed && note.trim().is_empty() {
            return Err(Refusal::NoteMissing { verb: act.verb(), about });
        }
        Ok(())
    }

    /// Whether somebody may change the rules.
    pub fn may_configure(&self, requester: &Teammate) -> Result<(), Refusal> {
        if self.only_admins_configure && !requester.admin {
            return Err(Refusal::NotAllowed(Rule::Configure));
        }
        Ok(())
    }

    /// Whether the form of a command cannot do without a note.
    pub fn needs_note(&self, verb: Verb) -> bool {
        match verb {
            Verb::Handoff => self.note_on_handoff,
            Verb::Done => self.note_on_done,
            Verb::Note => true,
            _ => false,
        }
    }

    /// How long a hand-over may stay unanswered, twice; `None` if for ever.
    pub fn patience(&self) -> Option<SignedDuration> {
        minutes(self.answer_within)
    }

    /// How long a conversation may wait for an owner; `None` if for ever.
    pub fn reminder(&self) -> Option<SignedDuration> {
        minutes(self.remind_within)
    }

    /// How long nothing may happen to what somebody owns; `None` if for ever.
    pub fn untouched(&self) -> Option<SignedDuration> {
        (self.untouched_hours > 0).then(|| SignedDuration::from_hours(i64::from(self.untouched_hours)))
    }
}

fn minutes(count: u16) -> Option<SignedDuration> {
    (count > 0).then(|| SignedDuration::from_mins(i64::from(count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{MemberId, SlackUserId};

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

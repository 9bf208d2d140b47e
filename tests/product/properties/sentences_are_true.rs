//! Every sentence about a conversation is compared with its state in the `model`. An unknown sentence fails too.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::properties::model::{ELSEWHERE, Model, State, Status, Step};
use crate::support::Bot;
use crate::support::drawing::draw;

/// The placeholder for the conversation that a sentence is about.
const IT: &str = "§";

/// The beginning of a summary about the time before.
const OFFLINE: &str = "The app was offline from ";

/// The headings of a history, which is about the past.
const HISTORIES: [&str; 2] = ["What happened to §, newest first:", "Nobody did anything about § through this app yet."];

#[derive(Default)]
pub struct Truth {
    /// The names of the conversations for people.
    names: Vec<(String, String)>,
    /// The conversations of cards.
    cards: HashMap<String, String>,
    changed: u64,
    read: HashMap<String, HashSet<String>>,
}

impl Truth {
    /// Marks everything said so far as read.
    pub fn has_seen(&mut self, bot: &Bot) {
        bot.world(|world| {
            let names = world.dialnote.conversations.iter().map(|one| {
                let contact = &one.contact;
                let number = format!("+1 415 555 {}", &contact.phone_number[8..]);
                let parts: Vec<_> = [&contact.first_name, &contact.last_name].into_iter().flatten().cloned().collect();
                let name = if parts.is_empty() { number } else { format!("{number} ({})", parts.join(" ")) };
                (one.id.clone(), name)
            });
            self.names = names.collect();
            self.changed = world.messages.iter().map(|message| message.changed).max().unwrap_or_default();
        });
    }

    /// Reads everything said since the last time.
    pub fn look(&mut self, bot: &Bot, model: &Model, now: Timestamp) -> Result<(), String> {
        let messages: Vec<_> =
            bot.world(|world| world.messages.iter().filter(|one| one.changed > self.changed).cloned().collect());
        for message in messages {
            self.changed = self.changed.max(message.changed);
            let direct = message.channel.strip_prefix("D0");
            let reader = message.to.as_deref().and_then(|to| to.strip_prefix("U0")).or(direct).map(str::to_lowercase);
            let drawn = draw(&message);
            if drawn.starts_with(OFFLINE) {
                continue;
            }
            if reader.is_none() && !message.is_reply() {
                let card = self.names.iter().find(|(_, name)| drawn.contains(number_in(name)));
                self.cards.extend(card.map(|(id, _)| (message.ts.clone(), id.clone())));
                continue;
            }
            let of_thread = message.thread_ts.as_ref().and_then(|ts| self.cards.get(ts)).cloned();
            let lines: Vec<&str> = drawn.lines().collect();
            for (nth, line) in lines.iter().enumerate() {
                let said = match &of_thread {
                    Some(id) => Some((id.clone(), line.replace("this", IT))),
                    None => self.about(line),
                };
                let Some((id, said)) = said else { continue };
                let steps: Vec<_> = model.steps.iter().filter(|step| step.id == id).collect();
                let is_so = if HISTORIES.contains(&said.as_str()) {
                    true
                } else if said.contains(" · ") {
                    let standing = lines.get(nth + 1).copied().unwrap_or_default();
                    let then = steps.iter().flat_map(|step| [&step.before, &step.after]);
                    let known = then.map(|one| one.state(now)).chain([model.conversations[&id].state(now)]);
                    // A list that was drawn before a change in dialnote showed the state of its time.
                    let known = known.chain(steps.iter().map(|step| step.before.seen.clone()));
                    known.into_iter().any(|state| standing == shown(&state))
                } else if !self.read.entry(message.ts.clone()).or_default().insert((*line).to_owned()) {
                    continue;
                } else {
                    let reader = reader.as_deref().unwrap_or_default();
                    steps.iter().any(|step| is_so(&said, step, reader, now))
                };
                if !is_so {
                    return Err(format!("untrue or unknown, to {reader:?}: {said:?} in\n{drawn}\nafter {steps:#?}"));
                }
            }
        }
        Ok(())
    }

    /// Returns the conversation that a line is about, and the line without its name.
    fn about(&self, line: &str) -> Option<(String, String)> {
        let buttons = [" [Undo", " [Reopen]", " [Unsnooze]"];
        let line = buttons.iter().find_map(|button| line.rsplit_once(button)).map_or(line, |(line, _)| line);
        if let Some((id, name)) = self.names.iter().find(|(_, name)| line.contains(number_in(name))) {
            let turned = format!("{} ({})", title_in(name), number_in(name));
            return Some((id.clone(), line.replace(&turned, IT).replace(name, IT).replace(title_in(name), IT)));
        }
        let undone = UNDO.iter().any(|start| line.starts_with(start));
        let (id, name) = self.names.iter().find(|(_, name)| undone && line.contains(title_in(name)))?;
        Some((id.clone(), line.replace(title_in(name), IT)))
    }
}

/// The beginnings of sentences about undo, which leave out the number.
const UNDO: [&str; 2] = ["Undone: ", "Can't undo"];

fn title_in(name: &str) -> &str {
    name.split_once(" (").and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name)
}

fn number_in(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

fn person(who: &str) -> String {
    if who == ELSEWHERE {
        return "Somebody in dialnote".to_owned();
    }
    let mut letters = who.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn shown(state: &State) -> String {
    let owner = state.owner.map_or("Nobody owns this yet.".to_owned(), |owner| format!("Owner: {}", person(owner)));
    match state.status {
        Status::Open => owner,
        Status::Done => format!("Done. {owner}"),
        Status::Snoozed(_) => format!("Snoozed. {owner}"),
    }
}

/// Answers whether a card shows this.
pub fn shows(card: &str, state: &State) -> bool {
    card.lines().any(|line| line == shown(state))
}

/// Answers whether a sentence is true of the action.
fn is_so(said: &str, step: &Step, reader: &str, now: Timestamp) -> bool {
    let said = said.split_once(": ").filter(|(head, _)| head.starts_with("Not ")).map_or(said, |(_, rest)| rest);
    let hidden = match step.after.state(step.at).status {
        Status::Open => "",
        Status::Done => " § is done.",
        Status::Snoozed(_) => " § is snoozed.",
    };
    let said = said.strip_suffix(hidden).filter(|rest| !rest.is_empty()).unwrap_or(said);
    let (said, told) = told(said);
    let said = said.strip_suffix(" The note stays in dialnote.").unwrap_or(said);
    if told.contains("our note was added") && !step.noted {
        return false;
    }
    let elsewhere = step.who == ELSEWHERE;
    let before = if elsewhere { step.before.seen.clone() } else { step.before.state(step.at) };
    let after = step.after.state(step.at);
    let name = |who: Option<&str>| who.map_or_else(|| "nobody".to_owned(), person);
    let (actor, from, to, me) = (person(step.who), name(before.owner), name(after.owner), person(reader));
    let snoozed = |state: &State| matches!(state.status, Status::Snoozed(_));
    let did = before != after;
    let other = before.owner.filter(|owner| *owner != step.who).map(person);
    let by_me = actor == me;
    let mut can_say: Vec<String> = Vec::new();
    let mut if_so = |so: bool, sentence: String| {
        if so {
            can_say.push(sentence);
        }
    };
    // Requests.
    let passed = before.owner != after.owner;
    if_so(
        by_me && passed && to == me,
        match &other {
            Some(from) => format!("You took over § from {from}."),
            None => "You took §.".to_owned(),
        },
    );
    if_so(
        by_me && passed && to != me,
        match &other {
            Some(from) => format!("Reassigned § from {from} to {to}."),
            None => format!("Assigned § to {to}."),
        },
    );
    if_so(
        by_me && passed && to != me,
        match &other {
            Some(from) => format!("Handed § off from {from} to {to}."),
            None => format!("Handed § off to {to}."),
        },
    );
    if_so(by_me && passed && after.owner.is_none(), "Unassigned §.".to_owned());
    if_so(by_me && did && after.status == Status::Done, "§ is done.".to_owned());
    if_so(by_me && did && after.status == Status::Open, "§ is open again.".to_owned());
    if_so(by_me && after.status == Status::Open && snoozed(&before), "§ is back.".to_owned());
    if_so(by_me && snoozed(&after), "§ is snoozed.".to_owned());
    if_so(by_me && step.noted, "Note added to §.".to_owned());
    if_so(by_me && step.noted && !did, "Note added to §. Nothing else changed.".to_owned());
    if_so(by_me && to == me && !did, "You accepted §.".to_owned());
    if_so(by_me && passed && from == me, format!("You declined §. {to} is the owner again."));
    let again = match after.status {
        Status::Open => "open",
        Status::Done => "done",
        Status::Snoozed(_) => "snoozed",
    };
    if_so(by_me && step.undid, format!("Undone: § is {again} again."));
    if_so(by_me && step.undid && after.owner.is_none(), "Undone: § is unassigned again.".to_owned());
    if_so(by_me && step.undid && after.owner.is_some(), format!("Undone: § is assigned to {to} again."));
    // Refusals.
    let same = !did;
    let last = step.before.changes.last();
    let last_passed = step.before.changes.iter().rfind(|one| one.before.owner != one.after.owner);
    let took = last_passed.filter(|one| one.after.owner == before.owner && Some(one.by) == before.owner);
    if_so(
        same && from != me && took.is_some(),
        format!("{from} took § {} ago.", took.map_or(String::new(), |one| span(one.at, now))),
    );
    if_so(same && from != me && before.owner.is_some(), format!("§ belongs to {from} already."));
    if_so(same && from == me, "§ is already yours.".to_owned());
    if_so(same && before.owner.is_some(), format!("§ is already {from}’s."));
    if_so(same && before.owner.is_none(), "Nobody owns §; it is in the queue already.".to_owned());
    for (status, word) in [(Status::Done, "done"), (Status::Open, "open")] {
        let changes = &step.before.changes;
        let by =
            changes.iter().rfind(|one| one.before.status != one.after.status).filter(|one| one.after.status == status);
        if_so(same && before.status == status, format!("§ is already {word}."));
        let at = by.map_or(String::new(), |one| match one.by {
            ELSEWHERE => format!("it was changed in dialnote {} ago", span(one.at, now)),
            by => format!("{} did that {} ago", person(by), span(one.at, now)),
        });
        if_so(same && before.status == status && by.is_some(), format!("§ is already {word}; {at}."));
    }
    if_so(same && !snoozed(&before), "§ is not snoozed.".to_owned());
    let changed_by = |by: &str| step.before.changes.iter().any(|one| person(one.by) == by);
    for other in &step.before.changes {
        let so = same && person(other.by) != me && changed_by(&me);
        if_so(so, format!("Can't undo: {} changed § after you.", person(other.by)));
    }
    if_so(same && changed_by(&me), "Can't undo: you changed § again after that.".to_owned());
    if_so(same && last.is_some(), "Can't undo: § was changed in dialnote after you.".to_owned());
    if_so(same, "Can't undo your note on §. Notes stay in dialnote.".to_owned());
    let is_late = said.starts_with("Can't undo: your last change to ") && said.ends_with(" was over 10 minutes ago.");
    if_so(same && is_late, said.to_owned());
    let waits = step.before.waits_for(reader) && from == me;
    if_so(
        same && !waits,
        "§ is not waiting for your answer: nobody gave it to you, or you answered already.".to_owned(),
    );
    let given = step.before.waits_for(reader) && from != me && before.owner.is_some();
    if_so(same && given, format!("§ belongs to {from}."));
    // Questions to the person about a change.
    let owned = before.owner.map_or("unassigned".to_owned(), |_| format!("assigned to {from}"));
    for now_is in [owned.clone(), again.to_owned(), format!("{owned} and {again}")] {
        let by = last.map(|one| match one.by {
            ELSEWHERE => format!("It was changed in dialnote {} ago", span(one.at, now)),
            by => format!("{} changed it {} ago", person(by), span(one.at, now)),
        });
        if_so(same, format!("§ is {now_is} now. It changed after it was shown to you."));
        if_so(same && by.is_some(), format!("§ is {now_is} now. {}.", by.unwrap_or_default()));
    }
    // Actions of others.
    let mine_now = passed && to == me && !by_me;
    if_so(mine_now && elsewhere, "§ was assigned to you in dialnote.".to_owned());
    let time_is_up = elsewhere && snoozed(&before) && after.status == Status::Open;
    if_so(time_is_up && to == me, "§ is back: the time it was snoozed for is over. It is yours.".to_owned());
    if_so(mine_now, format!("{actor} assigned § to you."));
    if_so(mine_now, format!("{actor} handed § to you."));
    if_so(mine_now, "§".to_owned());
    if_so(mine_now, format!("{actor} gave § back to you."));
    if_so(mine_now, format!("{actor} did not answer in time, so § is yours again."));
    if_so(to == me && same, format!("{} handed § to you and waits for your answer.", name(step.before.given_by())));
    let lost = passed && from == me;
    if_so(lost && !by_me && to == actor, format!("{actor} took §; it is not yours any more."));
    if_so(lost && !by_me && after.owner.is_some(), format!("{actor} gave § to {to}; it is not yours any more."));
    if_so(
        lost && !by_me && after.owner.is_none(),
        format!("{actor} put § back into the queue; it is not yours any more."),
    );
    if_so(lost, format!("You did not answer in time, so § belongs to {to} again."));
    if_so(to == actor && !by_me && same, format!("{actor} takes care of §."));
    if_so(to == me && !by_me && step.noted, format!("{actor} added a note about §, which is yours."));
    // Texts for everyone.
    if_so(
        passed && to == actor,
        match before.owner {
            Some(_) => format!("{actor} took § over from {from}."),
            None => format!("{actor} took §."),
        },
    );
    if_so(
        passed && to != actor,
        match before.owner {
            Some(_) => format!("{actor} assigned § to {to}; {from} owned it before."),
            None => format!("{actor} assigned § to {to}."),
        },
    );
    if_so(passed && to != actor, format!("{actor} handed § over to {to}."));
    if_so(
        passed && after.owner.is_none(),
        match &other {
            Some(from) => format!("{actor} put § back into the queue; {from} owned it before."),
            None => format!("{actor} put § back into the queue."),
        },
    );
    if_so(did && after.status == Status::Done, format!("{actor} marked § done."));
    if_so(did && after.status == Status::Open, format!("{actor} opened § again."));
    if_so(snoozed(&after), format!("{actor} snoozed §."));
    if_so(snoozed(&before) && after.status == Status::Open, format!("{actor} brought § back."));
    if_so(step.undid, format!("{actor} took that back: § is {again} again."));
    if_so(step.undid && after.owner.is_none(), format!("{actor} took that back: nobody owns § again."));
    if_so(step.undid && after.owner.is_some(), format!("{actor} took that back: {to} owns § again."));
    if_so(to == actor && same, format!("{actor} takes care of §."));
    if_so(passed && from == actor, format!("{actor} gave § back to {to}."));
    if_so(passed && from == actor, format!("{actor} did not answer in time; {to} owns § again."));
    // Lines of a thread that do not name it: notes, and the end of a snooze.
    let is_noted = step.noted && (said == format!("{actor} added a note.") || said.starts_with('“'));
    // The actor is the contact.
    let is_back = time_is_up && said.ends_with("is back: the time it was snoozed for is over.");
    can_say.iter().any(|one| one == said)
        || is_noted
        || is_back
        || snoozed(&after) && said.starts_with("  It comes back")
}

/// Splits a sentence about an action from those about the notification and the note.
fn told(said: &str) -> (&str, &str) {
    let is_start = |at: usize| {
        let rest = &said[at + 2..];
        let first = rest.split(". ").next().unwrap_or(rest);
        first.contains(" been notified") || first.starts_with("Your note was added")
    };
    match said.match_indices(". ").find(|(at, _)| is_start(*at)) {
        Some((at, _)) => (&said[..=at], &said[at + 2..]),
        None => (said, ""),
    }
}

/// Returns the time since then, as people say it.
fn span(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs();
    match seconds {
        ..60 => format!("{} s", seconds.max(1)),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

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
const HISTORIES: [&str; 2] = ["History of §, newest first", "No changes to § through this app yet."];

/// The emoji before the sentences of an answer, which say nothing that the words do not say.
const SIGNS: [&str; 5] = [":white_check_mark: ", ":no_entry: ", ":warning: ", ":x: ", ":hourglass_flowing_sand: "];

#[derive(Default)]
pub struct Truth {
    /// The conversations with their contacts' names and numbers.
    names: Vec<(String, String, String)>,
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
                let title = if parts.is_empty() { number.clone() } else { parts.join(" ") };
                (one.id.clone(), title, number)
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
                let card = self.named_in(&drawn);
                self.cards.extend(card.map(|(id, ..)| (message.ts.clone(), id.clone())));
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
                let me = reader.as_deref().unwrap_or_default();
                let then = steps.iter().flat_map(|step| [&step.before, &step.after]);
                let known = then.map(|one| one.state(now)).chain([model.conversations[&id].state(now)]);
                // A list that was drawn before a change in dialnote showed the state of its time.
                let mut known = known.chain(steps.iter().map(|step| step.before.seen.clone()));
                let is_so = if HISTORIES.contains(&said.as_str()) {
                    true
                } else if let Some(emoji) = row(&said) {
                    let owner = lines.get(nth + 1).and_then(|next| next.rsplit_once(" · Owner: "));
                    let owner = owner.map(|(_, owner)| owner);
                    let is_theirs = |state: &State| owner.is_none() || owner == state.owner.map(person).as_deref();
                    known.any(|state| emoji == emoji_of(&state) && is_theirs(&state))
                } else if !self.read.entry(message.ts.clone()).or_default().insert((*line).to_owned()) {
                    continue;
                } else if is_contact(&said) {
                    // The line above it says what was done.
                    let above = nth.checked_sub(1).map_or("", |above| lines[above]);
                    let given =
                        above.ends_with(" a conversation to you.") || above.ends_with(" a conversation off to you.");
                    let said = above.replace("a conversation", IT);
                    let is_mine = known.any(|state| state.owner.is_some_and(|owner| owner == me));
                    is_mine && (!given || steps.iter().any(|step| is_so(&said, step, me, now)))
                } else {
                    let said = SIGNS.iter().find_map(|sign| said.strip_prefix(sign)).unwrap_or(&said);
                    steps.iter().any(|step| is_so(said, step, me, now))
                };
                if !is_so {
                    return Err(format!("untrue or unknown, to {reader:?}: {said:?} in\n{drawn}\nafter {steps:#?}"));
                }
            }
        }
        Ok(())
    }

    /// Returns the conversation that a line is about, and the line without its name and without the control beside it.
    fn about(&self, line: &str) -> Option<(String, String)> {
        // Buttons may name a conversation, too.
        let line = line.rsplit_once(" [").filter(|(_, control)| control.ends_with(']')).map_or(line, |(line, _)| line);
        if line.starts_with('[') || is_from_outside(line) {
            return None;
        }
        let (id, title, number) = self.named_in(line)?;
        Some((id.clone(), line.replace(&format!("{title} ({number})"), IT).replace(title.as_str(), IT)))
    }

    /// Returns the conversation whose contact is named in a text.
    fn named_in(&self, text: &str) -> Option<&(String, String, String)> {
        let named = self.names.iter().filter(|(_, title, _)| text.contains(title.as_str()));
        named.max_by_key(|(_, title, _)| title.len())
    }
}

/// Answers whether the line has the words of a contact or of a teammate: a quote, or the second line of a row.
fn is_from_outside(line: &str) -> bool {
    let activities = [":telephone_receiver: ", ":studio_microphone: ", ":speech_balloon: ", ":memo: "];
    line.starts_with("> ") || activities.iter().any(|activity| line.starts_with(activity))
}

/// Returns the emoji of a row in a list, if the line is one.
fn row(said: &str) -> Option<&'static str> {
    // A line with a name that would format is plain text, and shows the character.
    let states =
        [(":red_circle: ", "🔴 "), (":large_blue_circle: ", "🔵 "), (":zzz: ", "💤 "), (":white_check_mark: ", "✅ ")];
    let (emoji, _) = said.split_once(IT)?;
    states.iter().find(|(code, character)| emoji == *code || emoji == *character).map(|(code, _)| *code)
}

/// Answers whether the line only names the contact.
fn is_contact(said: &str) -> bool {
    said == IT || said.strip_prefix(IT).is_some_and(|rest| rest.starts_with(" · +"))
}

fn person(who: &str) -> String {
    if who == ELSEWHERE {
        return "Someone in dialnote".to_owned();
    }
    let mut letters = who.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Returns the emoji of a state.
fn emoji_of(state: &State) -> &'static str {
    match (&state.status, state.owner) {
        (Status::Open, None) => ":red_circle: ",
        (Status::Open, Some(_)) => ":large_blue_circle: ",
        (Status::Snoozed(_), _) => ":zzz: ",
        (Status::Done, _) => ":white_check_mark: ",
    }
}

/// Answers whether a card shows this.
pub fn shows(card: &str, state: &State) -> bool {
    shows_owner(card, emoji_of(state), state.owner.map(person).as_deref())
}

/// Answers whether the first line of a card shows this state, by its emoji and words, and this owner. A finished one
/// has no owner on its card.
pub fn shows_owner(card: &str, emoji: &str, owner: Option<&str>) -> bool {
    let first = card.lines().next().unwrap_or_default().trim_start();
    let shown = first.split_once("Owner: ").map(|(_, rest)| rest.split(" · ").next().unwrap_or(rest));
    let begins = |beginning: &str| first.starts_with(beginning);
    match emoji {
        ":red_circle: " => {
            begins(":red_circle: Unassigned")
                || begins(":rotating_light: Overdue · unassigned for over ")
                || begins(":rotating_light: Overdue · owner was due ")
                || begins(":rotating_light: Overdue · unassigned · answer was due ")
        }
        ":large_blue_circle: " if first.contains(" · answer was due ") => {
            begins(":rotating_light: ") && shown == owner
        }
        ":large_blue_circle: " => begins(emoji) && shown == owner,
        ":zzz: " => begins(":zzz: Snoozed") && shown == owner && first.ends_with(" · unassigned") == owner.is_none(),
        _ => begins(emoji) && first.contains(" · done"),
    }
}

/// Answers whether a sentence is true of the action.
fn is_so(said: &str, step: &Step, reader: &str, now: Timestamp) -> bool {
    let is_refusal = |head: &str| head.starts_with("Not ") || head == "Nothing changed yet";
    let said = said.split_once(": ").filter(|(head, _)| is_refusal(head)).map_or(said, |(_, rest)| rest);
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
    let same = !did;
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
    if_so(by_me && did && after.status == Status::Done, "Marked § done.".to_owned());
    if_so(by_me && did && after.status == Status::Open, "Reopened §.".to_owned());
    if_so(by_me && after.status == Status::Open && snoozed(&before), "Unsnoozed §.".to_owned());
    if_so(by_me && step.noted, "Note added to §.".to_owned());
    if_so(by_me && step.noted && !did, "Note added to §. Nothing else changed.".to_owned());
    if_so(by_me && to == me && !did, "You accepted §.".to_owned());
    if_so(by_me && passed && from == me, format!("You declined §. {to} is the owner again."));
    if_so(by_me && passed && from == me && after.owner.is_none(), "You declined §. It's unassigned now.".to_owned());
    if_so(by_me && same && to == me, "You're still the owner of §.".to_owned());
    let again = match after.status {
        Status::Open => "open",
        Status::Done => "done",
        Status::Snoozed(_) => "snoozed",
    };
    if_so(by_me && step.undid, format!("Undone: § is {again} again."));
    if_so(by_me && step.undid && after.owner.is_none(), "Undone: § is unassigned again.".to_owned());
    if_so(by_me && step.undid && after.owner.is_some(), format!("Undone: § is assigned to {to} again."));
    // Refusals.
    let last = step.before.changes.last();
    let last_passed = step.before.changes.iter().rfind(|one| one.before.owner != one.after.owner);
    let took = last_passed.filter(|one| one.after.owner == before.owner && Some(one.by) == before.owner);
    if_so(
        same && from != me && took.is_some(),
        format!("{from} took § {} ago.", took.map_or(String::new(), |one| span(one.at, now))),
    );
    if_so(same && from != me && before.owner.is_some(), format!("{from} already owns §."));
    if_so(same && from == me, "You already own §. Nothing changed.".to_owned());
    if_so(same && before.owner.is_some(), format!("§ is already assigned to {from}. Nothing changed."));
    if_so(same && before.owner.is_none(), "§ is already unassigned. Nothing changed.".to_owned());
    for (status, word) in [(Status::Done, "done"), (Status::Open, "open")] {
        let by = step.before.changes.iter().rfind(|one| one.before.status != one.after.status);
        // An undo names no one.
        let by = by.filter(|one| one.after.status == status && step.before.stands(one));
        if_so(same && before.status == status, format!("§ is already {word}. Nothing changed."));
        let so = by.map_or(String::new(), |one| match (one.by, status == Status::Done, span(one.at, now)) {
            (ELSEWHERE, _, ago) => format!("§ is already {word}: it was changed in dialnote {ago} ago."),
            (by, true, ago) => format!("{} already marked § done, {ago} ago.", person(by)),
            (by, false, ago) => format!("{} already reopened §, {ago} ago.", person(by)),
        });
        if_so(same && before.status == status && by.is_some(), so);
    }
    if_so(same && !snoozed(&before), "§ isn't snoozed. Nothing changed.".to_owned());
    let changed_by = |by: &str| step.before.changes.iter().any(|one| person(one.by) == by);
    for other in &step.before.changes {
        let so = same && person(other.by) != me && changed_by(&me);
        if_so(so, format!("Can't undo: {} changed § after you.", person(other.by)));
    }
    if_so(same && !changed_by(&me), "§: Nothing to undo.".to_owned());
    if_so(same && changed_by(&me), "Can't undo: you changed § again after that.".to_owned());
    if_so(same && last.is_some(), "Can't undo: § was changed in dialnote after you.".to_owned());
    if_so(same, "Can't undo your note on §. Notes stay in dialnote.".to_owned());
    let is_late = said.starts_with("Can't undo: your last change to ") && said.ends_with(" was over 10 minutes ago.");
    if_so(same && is_late, said.to_owned());
    let waits = step.before.waits_for(reader) && from == me;
    if_so(
        same && !waits,
        "There's nothing to accept or decline for §: it isn't assigned to you, or you already responded.".to_owned(),
    );
    if_so(same && from != me && before.owner.is_some(), format!("You aren't the owner of §. {from} is."));
    if_so(same && before.owner.is_none(), "§ is unassigned. Take it first.".to_owned());
    if_so(same, "Add a note to hand § off. The new owner reads it first.".to_owned());
    // Questions to the person about a change.
    let owned = before.owner.map_or("unassigned".to_owned(), |_| format!("assigned to {from}"));
    for now_is in [owned.clone(), again.to_owned(), format!("{owned} and {again}")] {
        let by = last.map(|one| match one.by {
            ELSEWHERE => format!("It was changed in dialnote {} ago", span(one.at, now)),
            by if person(by) == me => format!("You changed it {} ago", span(one.at, now)),
            by => format!("{} changed it {} ago", person(by), span(one.at, now)),
        });
        if_so(same, format!("§ is {now_is} now. It changed after it was shown to you."));
        if_so(same && by.is_some(), format!("§ is {now_is} now. {}.", by.unwrap_or_default()));
    }
    // Actions of others.
    let mine_now = passed && to == me && !by_me;
    if_so(mine_now && elsewhere, "§ was assigned to you in dialnote.".to_owned());
    let time_is_up = elsewhere && snoozed(&before) && after.status == Status::Open;
    if_so(time_is_up && to == me, "Snooze ended: §. You own it.".to_owned());
    if_so(mine_now, format!("{actor} assigned § to you."));
    if_so(mine_now, format!("{actor} handed § off to you."));
    if_so(mine_now, format!("{actor} declined §. You're the owner again."));
    if_so(mine_now, format!("{actor} didn't respond in time. You're the owner of § again."));
    let lost = passed && from == me;
    let (theirs, nobodys) = (after.owner.is_some(), after.owner.is_none());
    if lost && !by_me {
        let end = "You're no longer the owner.";
        if_so(elsewhere && theirs, format!("§ was reassigned to {to} in dialnote. {end}"));
        if_so(elsewhere && theirs, format!("§ · Reassigned to {to} in dialnote. {end}"));
        if_so(elsewhere && nobodys, format!("§ was unassigned in dialnote. {end}"));
        if_so(elsewhere && nobodys, format!("§ · Unassigned in dialnote. {end}"));
        if_so(to == actor, format!("{actor} took over §. {end}"));
        if_so(to == actor, format!("§ · {actor} took this over. {end}"));
        if_so(theirs, format!("{actor} reassigned § to {to}. {end}"));
        if_so(theirs, format!("§ · {actor} reassigned this to {to}. {end}"));
        if_so(nobodys, format!("{actor} unassigned §. {end}"));
        if_so(nobodys, format!("§ · {actor} unassigned this. {end}"));
        if_so(step.undid, format!("§ · {actor} undid this assignment. {end}"));
        let did = match (to == actor, theirs) {
            (true, _) => (" took over ", ": ".to_owned()),
            (_, true) => (" reassigned ", format!(" to {to}: ")),
            (_, false) => (" unassigned ", ": ".to_owned()),
        };
        if_so(is_of_several(said, &actor, &did, end), said.to_owned());
    }
    if_so(lost && by_me && theirs, format!("§ · You reassigned this to {to}."));
    if_so(lost && by_me && nobodys, "§ · You unassigned this.".to_owned());
    if_so(lost && by_me && step.undid, "§ · You undid this assignment.".to_owned());
    if_so(lost && by_me, "§ · You declined this.".to_owned());
    if_so(passed && to != me, "§ · You're no longer the owner.".to_owned());
    if_so(lost && theirs, format!("You didn't respond in time, so § returned to {to}."));
    if_so(lost && theirs, format!("§ · You didn't respond in time, so this returned to {to}."));
    if_so(lost && nobodys, "You didn't respond in time, so § is unassigned.".to_owned());
    if_so(lost && nobodys, "§ · You didn't respond in time, so this is unassigned.".to_owned());
    if_so(to == actor && !by_me && same, format!("{actor} accepted §."));
    if_so(to == me && !by_me && step.noted, format!("{actor} added a note to §, which you own."));
    let done = did && after.status == Status::Done;
    if_so(done && by_me, "§ · You marked this done.".to_owned());
    // Texts for everyone.
    let owned_before = before.owner.is_some();
    if_so(passed && to == actor && owned_before, format!("{actor} took § over from {from}."));
    if_so(passed && to == actor && !owned_before, format!("{actor} took §."));
    if_so(passed && to != actor && owned_before, format!("{actor} reassigned § from {from} to {to}."));
    if_so(passed && to != actor && !owned_before, format!("{actor} assigned § to {to}."));
    if_so(passed && to != actor, format!("{actor} handed § off to {to}."));
    if_so(
        passed && nobodys,
        match &other {
            Some(from) => format!("{actor} unassigned § from {from}."),
            None => format!("{actor} unassigned §."),
        },
    );
    if_so(done, format!("{actor} marked § done."));
    if_so(did && after.status == Status::Open, format!("{actor} reopened §."));
    if_so(snoozed(&before) && after.status == Status::Open, format!("{actor} unsnoozed §."));
    if_so(step.undid, format!("{actor} undid that: § is {again} again."));
    if_so(step.undid && nobodys, format!("{actor} undid that: § is unassigned again."));
    if_so(step.undid && theirs, format!("{actor} undid that: § is assigned to {to} again."));
    if_so(to == actor && same, format!("{actor} accepted §."));
    if_so(to == actor && same, format!("{actor} is still working on §."));
    let back = if theirs { format!("{to} is the owner again.") } else { "It's unassigned now.".to_owned() };
    if_so(passed && from == actor, format!("{actor} declined §. {back}"));
    if_so(passed && from == actor, format!("{actor} didn't respond in time. {back}"));
    // Changes in dialnote itself.
    if elsewhere {
        if_so(passed && theirs && owned_before, format!("Reassigned from {from} to {to} in dialnote."));
        if_so(passed && theirs && !owned_before, format!("Assigned to {to} in dialnote."));
        if_so(passed && nobodys, format!("Unassigned from {from} in dialnote."));
        if_so(done, "Marked done in dialnote.".to_owned());
        if_so(did && after.status == Status::Open, "Reopened in dialnote.".to_owned());
        if_so(snoozed(&before) && after.status == Status::Open, "Unsnoozed in dialnote.".to_owned());
    }
    // Sentences with a time.
    let until = snoozed(&after) && said.starts_with(&format!("{actor} snoozed § until "))
        || by_me && snoozed(&after) && said.starts_with("Snoozed § until ");
    let finished =
        if elsewhere { "§ · Done in dialnote, ".to_owned() } else { format!("§ · {actor} marked this done, ") };
    let finished = done && (said.starts_with(&finished) || by_me && said.starts_with("§ · You marked this done, "));
    let reminded = format!("Reminder: {} handed § off to you.", name(step.before.given_by()));
    let reminded = to == me && same && said.starts_with(&reminded);
    // What could be typed instead, and commands for people who are not linked.
    let unlinked =
        [" is kept for 24 hours and runs once ", "isn't linked to dialnote: ", "your Slack email doesn't match "];
    let helps = same && (said.starts_with("  Or type `") || unlinked.iter().any(|words| said.contains(words)));
    // Lines of a thread that do not name it: notes, and the end of a snooze.
    let is_noted = step.noted && (said == format!("{actor} added a note.") || said.starts_with("> "));
    // The actor is the contact.
    let is_back = time_is_up && said.ends_with(" is open again: the snooze ended.");
    can_say.iter().any(|one| one == said) || is_noted || is_back || until || finished || reminded || helps
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

/// Answers whether a sentence says that a person did something to several conversations of the reader; `did` are the
/// words before their number and before their names.
fn is_of_several(said: &str, actor: &str, did: &(&str, String), end: &str) -> bool {
    let counted =
        said.strip_prefix(actor).and_then(|rest| rest.strip_prefix(did.0)).and_then(|rest| rest.split_once(' '));
    let named = counted.filter(|(n, _)| n.parse::<usize>().is_ok());
    let named = named
        .and_then(|(_, rest)| rest.strip_prefix("of your conversations"))
        .and_then(|rest| rest.strip_prefix(&did.1));
    named.is_some_and(|names| names.contains(IT) && names.ends_with(end))
}

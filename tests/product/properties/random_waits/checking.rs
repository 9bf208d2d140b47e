//! The checks of a random day, after each of its minutes.

use dialnote_sandbox::{Call, Status};

use super::{Day, Followed, PROMPT, TARGET};
use crate::support::drawing::draw;

impl Day<'_> {
    /// Checks each assignment by the app in this minute, and the turns of those who were available all the time.
    pub(super) async fn check_assignments(&mut self) {
        let calls = self.effects_since(self.effects);
        let available = self.available();
        for call in calls {
            self.effects = call.effect.unwrap_or_default();
            let id = call.path.trim_start_matches("/conversations/").to_owned();
            let Some(one) = self.followed.get(&id).cloned() else { continue };
            if let Some(member) = call.body["assignedToId"].as_str() {
                self.check_assignment(&id, &one, member);
            }
            self.apply(&id, &call);
        }
        self.follow_dialnote();
        let picks = self.pending_picks().await;
        let are_the_same = self.turns.as_ref().is_some_and(|turns| turns.keys().eq(available.iter()));
        match &self.turns {
            Some(turns) if are_the_same && picks == 0 && self.most_open == 0 => {
                let (least, most) = (turns.values().min(), turns.values().max());
                let spread = most.zip(least).map_or(0, |(most, least)| most - least);
                self.check(spread <= 1, &format!("turns differ by {spread}: {turns:?}"));
            }
            _ if are_the_same => {}
            _ if picks == 0 => self.turns = Some(available.into_iter().map(|who| (who, 0)).collect()),
            _ => self.turns = None,
        }
    }

    fn check_assignment(&mut self, id: &str, one: &Followed, member: &str) {
        let who = member.trim_start_matches("mem_").to_owned();
        self.note(&format!("the app assigns {id} to {who}"));
        self.check(one.owner.is_none(), &format!("{id} was owned by {:?} and given to {who}", one.owner));
        self.check(self.group().contains(&who), &format!("{who} isn't in the group"));
        self.check(self.is_here(&who), &format!("{who} is away and was given {id}"));
        let open = self.open_of(&who);
        self.check(self.most_open == 0 || open < self.most_open, &format!("{who} has {open} and was given {id}"));
        if let Some(turn) = self.turns.as_mut().and_then(|turns| turns.get_mut(&who)) {
            *turn += 1;
        }
    }

    fn apply(&mut self, id: &str, call: &Call) {
        let now = self.bot.clock.now();
        let Some(one) = self.followed.get_mut(id) else { return };
        if let Some(owner) = call.body.get("assignedToId") {
            one.from = one.owner.clone().filter(|_| owner.is_null());
            one.own(owner.as_str().map(str::to_owned), now);
        }
        match call.body["status"].as_str() {
            Some("done") => one.status = Status::Done,
            Some("open") => one.status = Status::Open,
            Some("snoozed") => one.status = Status::Snoozed,
            _ => {}
        }
    }

    /// Checks that what could have been assigned is assigned, and that what waits too long is known to a person.
    pub(super) fn check_waits(&mut self) {
        let (healthy, now) = (self.healthy, self.bot.clock.now());
        let available = self.available();
        let mut late = Vec::new();
        for (id, one) in &mut self.followed {
            if healthy == 0 {
                one.disturbed = true;
                one.possible = 0;
            }
            if one.status != Status::Open || one.owner.is_some() || !self.numbers.contains_key(id) {
                (one.unowned, one.possible, one.since, one.disturbed) = (0, 0, now, false);
                continue;
            }
            if healthy > 0 {
                one.unowned += 1;
            }
            let may = |who: &String| one.from.as_deref() != Some(&format!("mem_{who}"));
            let has_room = available.iter().any(may);
            one.possible = if healthy > 0 && has_room && one.awaits { one.possible + 1 } else { 0 };
            late.push((id.clone(), one.clone()));
        }
        for (id, one) in late {
            self.check(one.possible <= PROMPT, &format!("{id} could be assigned for {} min: {one:?}", one.possible));
            if one.is_routed && one.unowned > TARGET + 15 + PROMPT && healthy > PROMPT {
                self.check(self.is_told(&id, &one), &format!("no one knows that {id} waits: {one:?}"));
            }
        }
    }

    /// Answers whether a person knows that a conversation waits: its card says it, and, unless an outage made that late,
    /// a message.
    fn is_told(&self, id: &str, one: &Followed) -> bool {
        let number = written(&self.numbers[id]);
        self.bot.world(|world| {
            let drawn: Vec<_> = world.messages.iter().map(|message| (message, draw(message))).collect();
            let overdue =
                |drawn: &str| drawn.contains("Overdue · owner was due") || drawn.contains("Overdue · unassigned");
            let shows = drawn.iter().any(|(_, drawn)| drawn.contains(&number) && overdue(drawn));
            let is_news = |ts: &str| ts.split('.').next().unwrap().parse::<i64>().unwrap() >= one.since.as_second();
            let told = drawn.iter().any(|(message, drawn)| {
                is_news(&message.ts)
                    && drawn.contains("overdue")
                    && (drawn.contains(&number) || drawn.contains(" more"))
            });
            shows && (told || one.disturbed)
        })
    }

    /// Checks that no warning, no message about a missed target and no question to an owner came twice to one place. Each
    /// new owner begins the steps again, and the question is about a silence.
    pub(super) fn check_messages(&mut self) {
        const TIMED: [&str; 3] = [" is overdue: ", " needs an owner by ", "Still working on "];
        let is_timed = |line: &&str| TIMED.iter().any(|words| line.contains(words));
        let messages = self.bot.world(|world| world.messages.clone());
        for message in messages {
            if !self.read.insert(message.ts.clone()) {
                continue;
            }
            let drawn = draw(&message);
            let Some(line) = drawn.lines().find(is_timed) else { continue };
            let place = (message.channel, message.thread_ts, line.to_owned());
            let Some(before) = self.told.insert(place, self.bot.clock.now()) else { continue };
            let about = self.numbers.iter().find(|(_, number)| line.contains(&written(number)));
            let about = about.map(|(id, _)| &self.followed[id]);
            let is_question = line.starts_with(TIMED[2]);
            let since = about.map(|one| if is_question { one.owned_since.max(one.active) } else { one.owned_since });
            self.check(since > Some(before), &format!("twice: {line}"));
        }
    }
}

/// Returns a number as the app writes it.
fn written(number: &str) -> String {
    format!("+1 415 556 {}", &number[number.len() - 4..])
}

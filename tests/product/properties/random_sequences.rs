//! Random sequences of everything people can do, each step compared with a model that shares no code with the app
//! (`model`), and every sentence of the app compared with the state it speaks of. `RANDOM_SEED` repeats one
//! sequence.

mod pressing;

use std::collections::{HashMap, HashSet};

use dialnote_sandbox::{Conversation, Status as Theirs, TEAM};
use dialnote_slack::audit::log;
use dialnote_slack::core::conversation::{State as Seen, Status as SeenStatus};
use dialnote_slack::core::ids::{ConversationId, InstallationId};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use self::pressing::card_of;
use crate::properties::model::{Act, Came, Conversation as Known, ELSEWHERE, Model, State, Status};
use crate::properties::sentences_are_true::Truth;
use crate::support::drawing::draw;
use crate::support::{ADA, BEN, Bot, LEO, MAYA, SAM, Setup, ZOE, product_with};

/// The number of sequences and of actions in each, unless `RANDOM_SEQUENCES` changes it.
const SEQUENCES: u64 = 3;
const ACTIONS: usize = 500;

/// The time without a poll after which changes are no longer notified one by one.
const LONG_AWAY: SignedDuration = SignedDuration::from_mins(10);

/// The longest delay until a change in dialnote is noticed.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// The time for which only the instance that polled last polls.
const LED: SignedDuration = SignedDuration::from_secs(91);

const MEMBERS: &[&str] = &[MAYA, LEO, ZOE, ADA, BEN];
const PEOPLE: &[&str] = &[MAYA, LEO, ZOE, ADA, BEN, SAM];
const CONVERSATIONS: usize = 20;

#[tokio::test]
async fn after_any_sequence_every_view_shows_the_true_state() {
    play_from(0).await;
}

#[tokio::test]
async fn after_a_second_sequence_every_view_shows_the_true_state() {
    play_from(1).await;
}

#[tokio::test]
async fn after_a_third_sequence_every_view_shows_the_true_state() {
    play_from(2).await;
}

/// Plays every third sequence from this one on, so that the tests play all of them side by side.
async fn play_from(first: u64) {
    let given = |name| std::env::var(name).ok().map(|given| given.parse::<u64>().unwrap());
    let seeds: Vec<_> = match given("RANDOM_SEED") {
        Some(seed) => Some(seed).filter(|_| first == 0).into_iter().collect(),
        None => (first..given("RANDOM_SEQUENCES").unwrap_or(SEQUENCES)).step_by(3).collect(),
    };
    for seed in seeds {
        let setup = Setup { now: "2026-11-23T17:30:00Z", ..Setup::USUAL };
        product_with(setup, async |bot| {
            let mut play = Play::new(bot, seed);
            for _ in 0..ACTIONS {
                play.one_more().await;
            }
            play.end().await;
        })
        .await;
    }
}

/// A sequence being played.
struct Play<'a> {
    bot: &'a mut Bot,
    dice: StdRng,
    seed: u64,
    model: Model,
    truth: Truth,
    /// The actions so far.
    told: Vec<String>,
    /// The time of the last poll of dialnote.
    looked: Timestamp,
    /// True if the present action happens where there is no channel for a card.
    privately: bool,
    /// The conversations changed in the channel.
    in_channel: HashSet<String>,
}

impl<'a> Play<'a> {
    fn new(bot: &'a mut Bot, seed: u64) -> Self {
        bot.hire(ADA, "Ada Byron");
        bot.hire(BEN, "Ben Yi");
        bot.world(|world| {
            world.person_mut(ZOE).unwrap().tz = "America/Los_Angeles".into();
            let ana = world.dialnote.conversation("conv_1001").unwrap().clone();
            for n in world.dialnote.conversations.len() + 1..=CONVERSATIONS {
                let mut contact = ana.contact.clone();
                (contact.id, contact.phone_number) = (format!("con_1{n:02}"), format!("+141555501{n:02}"));
                contact.first_name = Some(format!("Friend {n}"));
                let id = format!("conv_10{n:02}");
                world.dialnote.conversations.push(Conversation { id, contact, timeline: Vec::new(), ..ana.clone() });
            }
        });
        let states = states(bot);
        let conversations = states.into_iter().map(|(id, state)| (id, Known::new(state))).collect();
        let model = Model::new(MEMBERS, conversations);
        let (dice, truth, looked) = (StdRng::seed_from_u64(seed), Truth::default(), bot.clock.now());
        Self { bot, dice, seed, model, truth, told: Vec::new(), looked, privately: false, in_channel: HashSet::new() }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.dice.random_range(0..100) < percent
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.dice.random_range(0..all.len())].clone()
    }

    fn conversation(&mut self) -> String {
        format!("conv_10{:02}", self.dice.random_range(1..=CONVERSATIONS))
    }

    /// Picks the person who acts: rarely one without the right.
    fn somebody(&mut self) -> &'static str {
        if self.chance(3) { SAM } else { self.one_of(MEMBERS) }
    }

    async fn one_more(&mut self) {
        if self.told.is_empty() {
            self.bot.poll().await.unwrap();
            for who in PEOPLE {
                self.bot.open_home(who).await;
            }
            self.bot.read_all().await;
            self.truth.has_seen(self.bot);
        }
        self.bot.clock.advance(SignedDuration::from_secs(self.dice.random_range(16..25)));
        self.model.steps.clear();
        self.model.at_once();
        self.looks().await;
        match self.dice.random_range(0..100) {
            0..42 => self.types().await,
            42..58 => self.presses_on_a_card().await,
            58..68 => {
                self.privately = true;
                self.presses_in_a_direct_message().await;
            }
            68..76 => self.presses_in_a_list().await,
            76..82 => {
                self.privately = true;
                self.presses_at_home().await;
            }
            82..90 => self.changes_elsewhere().await,
            90..95 => self.time_passes().await,
            _ => self.restarts().await,
        }
        self.privately = false;
        self.bot.world(|world| world.faults.slack.deliver_twice = false);
        self.bot.settle().await;
        self.compare();
    }

    /// Kills the app and restarts it once the dead instance's leadership is over.
    async fn restarts(&mut self) {
        self.note_down("the app starts anew");
        self.bot.restart().await;
        self.bot.clock.advance(LED);
        self.looks().await;
    }

    /// Polls dialnote, before anyone can act on changes that the app does not know yet.
    async fn looks(&mut self) {
        let now = self.bot.clock.now();
        self.bot.look().await;
        self.model.look(now, now.duration_since(self.looked) > LONG_AWAY);
        self.looked = now;
    }

    /// Checks that the state is the model's and that every sentence is true.
    fn compare(&mut self) {
        let now = self.bot.clock.now();
        for (id, state) in states(self.bot) {
            let expected = self.model.conversations[&id].state(now);
            if state != expected {
                self.fail(&format!("{id} is {state:?}, not {expected:?}"));
            }
        }
        if let Err(untrue) = self.truth.look(self.bot, &self.model, now) {
            self.fail(&untrue);
        }
    }

    fn fail(&self, why: &str) -> ! {
        let story = self.told.iter().rev().take(40).rev().cloned().collect::<Vec<_>>().join("\n");
        panic!("{why}\n(RANDOM_SEED={}, action {})\n{story}", self.seed, self.told.len());
    }

    fn note_down(&mut self, what: &str) {
        self.told.push(format!("{} {what}", self.bot.clock.now()));
    }

    /// Performs the action in the model too.
    fn expect(&mut self, who: &'static str, id: &str, act: Act, noted: bool) -> Came {
        let came = self.model.act(who, id, act, noted, self.bot.clock.now());
        if came == Came::Done && !self.privately {
            self.in_channel.insert(id.to_owned());
        }
        self.note_down(&format!("{who}: {act:?} {id} {came:?}"));
        came
    }

    fn maybe_twice(&mut self) {
        let twice = self.chance(10);
        self.bot.world(|world| world.faults.slack.deliver_twice = twice);
    }

    /// Returns a command to type: the words before and after the conversation, its action, and whether it has a note.
    fn typed(&mut self) -> (String, String, Act, bool) {
        let person = if self.chance(3) { SAM } else { self.one_of(MEMBERS) };
        let note = if self.chance(30) { " please look at it" } else { "" };
        let noted = !note.is_empty();
        let later = self.one_of(&[(" 20m", 20), (" 2h", 120), (" 3m", 3)]);
        let until = self.bot.clock.now() + SignedDuration::from_mins(later.1);
        let line = |before: &str, after: &str, act, noted| (before.to_owned(), after.to_owned(), act, noted);
        match self.dice.random_range(0..14) {
            0..3 => line(&format!("/assign @{person}"), note, Act::Assign(person), noted),
            3 => line("/dialnote take", "", Act::Take, false),
            4 => line("/unassign", "", Act::Unassign, false),
            5..7 => line(&format!("/handoff @{person}"), note, Act::Handoff(person), noted),
            7 => line("/done", note, Act::Done, noted),
            8 => line("/reopen", "", Act::Reopen, false),
            9 => line("/snooze", later.0, Act::Snooze(until), false),
            10 => line("/dialnote wake", "", Act::Wake, false),
            11 => line("/dialnote note", " they called again", Act::Note, true),
            12 => line("/dialnote undo", "", Act::Undo(None), false),
            _ if self.chance(50) => line("/dialnote accept", "", Act::Accept, false),
            _ => line("/dialnote giveback", note, Act::GiveBack, noted),
        }
    }

    async fn types(&mut self) {
        self.maybe_twice();
        let who = self.somebody();
        let now = self.bot.clock.now();
        match self.dice.random_range(0..20) {
            0 => {
                let mine = if MEMBERS.contains(&who) { self.model.open_of(who, now) } else { Vec::new() };
                let to = self.one_of(MEMBERS);
                for id in mine {
                    self.expect(who, &id, Act::Handoff(to), true);
                }
                self.bot.slash(who, &format!("/handoff all @{to} I am off")).await;
            }
            1 => {
                self.undoes_the_last(who);
                self.bot.slash(who, "/dialnote undo").await;
            }
            2 => {
                if let Some(id) = self.model.given_last(who) {
                    self.expect(who, &id, Act::Accept, false);
                }
                self.bot.slash(who, "/dialnote accept").await;
            }
            3 | 4 => {
                let (before, after, act, noted) = self.typed();
                let mut ids = vec![self.conversation(), self.conversation(), self.conversation()];
                ids.sort();
                ids.dedup();
                for id in &ids {
                    self.expect(who, id, act, noted);
                }
                self.bot.slash(who, &format!("{before} {}{after}", ids.join(" "))).await;
            }
            _ => {
                let (before, after, act, noted) = self.typed();
                let id = self.conversation();
                let named = if self.chance(20) { format!("+1 415 555 01{}", &id[7..]) } else { id.clone() };
                self.expect(who, &id, act, noted);
                self.bot.slash(who, &format!("{before} {named}{after}")).await;
            }
        }
    }

    fn undoes_the_last(&mut self, who: &'static str) {
        let now = self.bot.clock.now();
        match self.model.last_act_of(who, now) {
            Ok((act, on)) => {
                for id in on {
                    self.expect(who, &id, Act::Undo(Some(act)), false);
                }
            }
            Err(ids) => ids.iter().for_each(|id| self.model.refused(who, id, now)),
        }
    }

    async fn changes_elsewhere(&mut self) {
        let id = self.conversation();
        let now = self.bot.clock.now();
        let mut state = self.model.conversations[&id].state(now);
        let change = match self.dice.random_range(0..4) {
            0 | 1 => {
                state.owner = if self.chance(30) { None } else { Some(self.one_of(MEMBERS)) };
                json!({ "conversation": id, "assignedToId": state.owner.map(|owner| format!("mem_{owner}")) })
            }
            2 => {
                state.status = Status::Done;
                json!({ "conversation": id, "status": "done" })
            }
            _ => {
                state.status = Status::Open;
                json!({ "conversation": id, "status": "open" })
            }
        };
        self.note_down(&format!("elsewhere {change}"));
        self.bot.sandbox.change_in_dialnote(&change).unwrap();
        self.model.conversations.get_mut(&id).unwrap().set(state);
        self.looks().await;
    }

    async fn time_passes(&mut self) {
        let minutes = self.dice.random_range(1..12);
        self.note_down(&format!("{minutes} minutes pass"));
        self.bot.clock.advance(SignedDuration::from_mins(minutes));
        self.looks().await;
        self.model.tick(self.bot.clock.now());
        self.bot.tenants.tick().await.unwrap();
    }

    /// Checks that the cards show what the app knew last, and that its log is what happened.
    async fn end(&mut self) {
        self.bot.read_all().await;
        let shown: HashMap<String, String> = self.bot.world(|world| {
            world.messages.iter().filter_map(|message| Some((card_of(message)?, draw(message)))).collect()
        });
        for (id, known) in &self.model.conversations {
            match (&known.told, shown.get(id)) {
                (None, None) => {}
                (Some(_), None) if !self.in_channel.contains(id) => {}
                (Some(told), Some(card)) if crate::properties::sentences_are_true::shows(card, told) => {}
                (told, card) => self.fail(&format!("the card of {id} is {card:?}, last told {told:?}")),
            }
            let (workspace, conversation) = (InstallationId::new(TEAM), ConversationId::new(id));
            let entries = self.bot.work.store.entries(&workspace, &conversation, 10_000).await.unwrap();
            let changes: Vec<_> = entries.iter().rev().filter_map(log::change).collect();
            let written: Vec<_> =
                changes.iter().map(|one| (state_of(&one.before), state_of(&one.after), one.at)).collect();
            let expected: Vec<_> =
                known.changes.iter().map(|one| (one.before.clone(), one.after.clone(), one.at)).collect();
            // Several changes in dialnote may take a poll several rounds, seconds apart.
            let is_same = |(nth, one): (usize, &(State, State, Timestamp))| {
                let late = written[nth].2.duration_since(one.2);
                let most = if known.changes[nth].by == ELSEWHERE { LATE } else { SignedDuration::ZERO };
                written[nth].0 == one.0 && written[nth].1 == one.1 && late >= SignedDuration::ZERO && late <= most
            };
            if written.len() != expected.len() || !expected.iter().enumerate().all(is_same) {
                self.fail(&format!("the audit log of {id} says {written:#?}, not {expected:#?}"));
            }
        }
    }
}

fn who(member: &str) -> &'static str {
    MEMBERS.iter().find(|who| member.strip_prefix("mem_") == Some(**who)).unwrap()
}

fn state_of(seen: &Seen) -> State {
    let status = match seen.status {
        SeenStatus::Open => Status::Open,
        SeenStatus::Done => Status::Done,
        SeenStatus::Snoozed => Status::Snoozed(seen.until.unwrap()),
        SeenStatus::Other => unreachable!("the sandbox has no other one"),
    };
    State { owner: seen.owner.as_ref().map(|owner| who(owner.as_str())), status }
}

/// Returns dialnote's state. Reading it opens conversations whose snooze is over.
fn states(bot: &Bot) -> Vec<(String, State)> {
    let now = bot.clock.now();
    bot.world(|world| {
        let states = world.dialnote.conversations.iter().map(|one| {
            let status = match one.status {
                Theirs::Open => Status::Open,
                Theirs::Done => Status::Done,
                Theirs::Snoozed => back_by(one.snoozed_until.unwrap(), now),
            };
            (one.id.clone(), State { owner: one.assigned_to.as_deref().map(who), status })
        });
        states.collect()
    })
}

fn back_by(until: Timestamp, now: Timestamp) -> Status {
    if until <= now { Status::Open } else { Status::Snoozed(until) }
}

//! A random week of a team: calls come in, people act in Slack and in dialnote, both are down now and then,
//! webhooks are lost, repeated or late, and the app is killed. In one week a route also assigns what comes in, has answer
//! targets, returns and shifts, and people go on vacation. In the end every card is true, no conversation was overlooked,
//! and no message came twice. `RANDOM_SEED` repeats one week.

use std::collections::HashMap;

use dialnote_sandbox::{Conversation, Faults, Incoming, Message, Status};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::properties::sentences_are_true::shows_owner;
use crate::support::drawing::draw;
use crate::support::{ADA, BEN, Bot, By, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

/// The number of lives, and of moments in each.
const LIVES: u64 = 6;
const MOMENTS: usize = 120;

const MEMBERS: [&str; 5] = [MAYA, LEO, ZOE, ADA, BEN];
const SHARED: [&str; 2] = ["+14155550100", "+14155550200"];

/// Eight in Maya's Los Angeles, on a Monday.
const MONDAY: Setup = Setup { now: "2026-11-23T16:00:00Z", webhooks: true, ..Setup::USUAL };

#[tokio::test]
async fn every_card_is_true_after_a_random_life() {
    live_from(0).await;
}

#[tokio::test]
async fn every_card_is_true_after_another_random_life() {
    live_from(1).await;
}

/// Plays every second life from this one on, so that the tests play them side by side.
async fn live_from(first: u64) {
    let given: Option<u64> = std::env::var("RANDOM_SEED").ok().map(|seed| seed.parse().unwrap());
    let seeds: Vec<_> = match given {
        Some(seed) => Some(seed).filter(|_| first == 0).into_iter().collect(),
        None => (first..LIVES).step_by(2).collect(),
    };
    for seed in seeds {
        product_with(MONDAY, async |bot| {
            let mut life = Life::begin(bot, seed, 30).await;
            for _ in 0..MOMENTS {
                life.moment().await;
                let pause = life.dice.random_range(5..400);
                life.pass(SignedDuration::from_secs(pause)).await;
            }
            life.end().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_week_ends_with_no_card_untrue_and_no_conversation_unseen() {
    product_with(MONDAY, async |bot| {
        let mut life = Life::begin(bot, 7, 600).await;
        life.lets_nothing_wait().await;
        for _day in 0..5 {
            for _ in 0..48 {
                for _ in 0..3 {
                    life.moment().await;
                }
                life.pass(SignedDuration::from_mins(10)).await;
            }
            for _ in 0..16 {
                life.pass(SignedDuration::from_hours(1)).await;
            }
        }
        life.end().await;
    })
    .await;
}

/// Two workspaces have installed the app, tokens expire and are replaced, and everything fails now and then.
#[tokio::test]
async fn a_day_of_tokens_that_end_leaves_nothing_given_up() {
    product_with(Setup { by: By::Nobody, ..MONDAY }, async |bot| {
        bot.world(|world| world.token_rotation = true);
        bot.install().await;
        bot.connect().await;
        let mut other = bot.beside().await;
        other.world(|world| world.token_rotation = true);
        other.install().await;
        other.connect().await;
        let mut life = Life::begin(bot, 11, 60).await;
        for hour in 0..25 {
            for _ in 0..6 {
                life.moment().await;
                other.follow(life.bot).await;
                life.pass(SignedDuration::from_mins(10)).await;
            }
            let verb = if hour % 2 == 0 { "/dialnote take" } else { "/unassign" };
            other.slash(LEO, &format!("{verb} conv_1001")).await;
        }
        life.end().await;
        other.follow(life.bot).await;
        other.read_all().await;
        assert_eq!(other.dialnote("conv_1001"), "mem_leo open", "every command was carried out, in order");
        let tokens =
            |bot: &Bot| bot.world(|world| world.calls.iter().filter(|c| c.method == "oauth.v2.access").count());
        assert!(tokens(life.bot) >= 3 && tokens(&other) >= 3, "{} {}", tokens(life.bot), tokens(&other));
        let refused = ["token_expired", "token_revoked", "invalid_auth"];
        for bot in [&*life.bot, &other] {
            let refused =
                |error: &Option<String>| error.as_ref().is_some_and(|error| refused.contains(&error.as_str()));
            assert_eq!(bot.world(|world| world.calls.iter().filter(|call| refused(&call.error)).count()), 0);
        }
    })
    .await;
}

/// A team's life.
struct Life<'a> {
    bot: &'a mut Bot,
    dice: StdRng,
    seed: u64,
    /// The number of contacts.
    contacts: usize,
    /// The number of assignments in dialnote itself, by person and conversation.
    given: HashMap<(String, String), usize>,
    /// The contacts who called or wrote.
    heard: Vec<String>,
    /// dialnote's webhooks and their addresses, oldest first.
    told: Vec<(String, String)>,
    /// True if people go and come back.
    is_staffed: bool,
    done: Vec<String>,
}

impl<'a> Life<'a> {
    async fn begin(bot: &'a mut Bot, seed: u64, contacts: usize) -> Self {
        bot.hire(ADA, "Ada Byron");
        bot.hire(BEN, "Ben Yi");
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        let (given, heard, told, done) = <(HashMap<_, _>, Vec<_>, Vec<_>, Vec<_>)>::default();
        let (dice, is_staffed) = (StdRng::seed_from_u64(seed), false);
        Self { bot, dice, seed, contacts, given, heard, told, is_staffed, done }
    }

    /// Has the route do everything that it can do by itself, with people who go and come back.
    async fn lets_nothing_wait(&mut self) {
        self.is_staffed = true;
        self.bot.regroup("frontdesk", &MEMBERS).await;
        let fields = json!({
            "auto": { "auto": "in_turn" }, "pool_group": { "pool_group": "@frontdesk" }, "most_open": { "most_open": "10" },
            "warn": { "warn": "10" }, "tell": { "tell": ["owner", "channel"] },
            "then_user": { "then_user": MAYA }, "step": { "step": "15" },
            "return_after": { "return_after": "4" }, "return_to": { "return_to": "next" },
            "shift": { "shift": ["offered"] }, "weekly_day": { "weekly_day": "4" }, "weekly_at": { "weekly_at": "12:00" },
        });
        self.bot.set_route(MAYA, FRONT_DESK, fields).await;
    }

    /// Lets one thing happen.
    async fn moment(&mut self) {
        if self.is_staffed && self.dice.random_range(0..20) == 0 {
            return self.someone_goes_or_comes().await;
        }
        match self.dice.random_range(0..100) {
            0..40 => self.somebody_gets_in_touch().await,
            40..50 => self.somebody_calls_back().await,
            50..62 => self.changes_elsewhere(),
            62..88 => self.somebody_types().await,
            88..91 => self.webhooks_come_again().await,
            91..97 => self.something_fails(),
            _ => {
                self.note("the app is killed");
                self.bot.restart().await;
            }
        }
    }

    /// Lets time pass while the app works; sometimes it does not get to poll.
    async fn pass(&mut self, time: SignedDuration) {
        self.bot.clock.advance(time);
        self.bot.tenants.tick().await.unwrap();
        if self.dice.random_range(0..4) > 0 {
            let _ = self.bot.poll().await;
        }
        self.bot.settle().await;
        if self.dice.random_range(0..3) == 0 {
            self.nothing_fails();
        }
    }

    async fn someone_goes_or_comes(&mut self) {
        let who = self.one_of(&MEMBERS);
        let time = SignedDuration::from_mins(self.dice.random_range(20..600));
        match self.dice.random_range(0..5) {
            0 | 1 => self.bot.goes_on_vacation(who, Some(time)).await,
            2 => self.bot.rests(who, time),
            3 => self.bot.comes_back(who).await,
            _ => self.bot.regroup("frontdesk", &MEMBERS[self.dice.random_range(0..4)..]).await,
        }
        self.note(&format!("{who} goes or comes"));
    }

    async fn somebody_gets_in_touch(&mut self) {
        let (from, to) = (self.contact(), self.one_of(&SHARED).to_owned());
        let (kind, text) = match self.dice.random_range(0..3) {
            0 => ("call", None),
            1 => ("voicemail", Some("Please call me back.".to_owned())),
            _ => ("sms", Some("Are you there?".to_owned())),
        };
        let incoming = Incoming { kind: kind.to_owned(), from, to, text, who: None };
        let id = self.comes(incoming).await;
        self.heard.push(id);
    }

    async fn somebody_calls_back(&mut self) {
        let (from, to) = (self.one_of(&SHARED).to_owned(), self.contact());
        let who = Some(self.one_of(&MEMBERS).to_owned());
        self.comes(Incoming { kind: "call".to_owned(), from, to, text: None, who }).await;
    }

    /// Lets a contact call or write; sometimes the webhook is lost.
    async fn comes(&mut self, incoming: Incoming) -> String {
        self.note(&format!("{incoming:?}"));
        let lost = self.dice.random_range(0..4) == 0;
        let webhooks =
            self.bot.world(|world| if lost { std::mem::take(&mut world.dialnote.webhooks) } else { Vec::new() });
        let id = self.bot.sandbox.incoming(incoming).await.unwrap();
        self.bot.world(|world| {
            if lost {
                world.dialnote.webhooks = webhooks;
            }
            let last = world.deliveries.iter().rfind(|delivery| delivery.kind == "dialnote_webhook");
            self.told.extend(last.map(|last| (last.url.clone(), last.body.clone())));
        });
        id
    }

    async fn webhooks_come_again(&mut self) {
        if self.told.is_empty() {
            return;
        }
        let (url, body) = self.told[self.dice.random_range(0..self.told.len())].clone();
        self.note("a webhook comes again");
        // At the app's old address, before it was killed, no one hears it.
        let _ = reqwest::Client::new().post(url).body(body).send().await;
    }

    fn changes_elsewhere(&mut self) {
        let Some(id) = self.known() else { return };
        let change = match self.dice.random_range(0..5) {
            0 | 1 => {
                let to = self.one_of(&MEMBERS);
                *self.given.entry((to.to_owned(), id.clone())).or_default() += 1;
                json!({ "conversation": id, "assignedToId": format!("mem_{to}") })
            }
            2 => json!({ "conversation": id, "assignedToId": null }),
            3 => json!({ "conversation": id, "status": "done" }),
            _ => json!({ "conversation": id, "status": "open" }),
        };
        self.note(&format!("elsewhere {change}"));
        self.bot.sandbox.change_in_dialnote(&change).unwrap();
    }

    async fn somebody_types(&mut self) {
        let Some(id) = self.known() else { return };
        let (who, other) = (self.one_of(&MEMBERS), self.one_of(&MEMBERS));
        let line = match self.dice.random_range(0..7) {
            0 | 1 => format!("/dialnote take {id}"),
            2 => format!("/assign @{other} {id} please"),
            3 => format!("/unassign {id}"),
            4 => format!("/snooze {id} 3h"),
            5 => format!("/done {id} all fine"),
            _ => format!("/reopen {id}"),
        };
        self.note(&format!("{who}: {line}"));
        self.bot.slash(who, &line).await;
    }

    fn something_fails(&mut self) {
        let fault = self.dice.random_range(0..5);
        self.note(&format!("fault {fault}"));
        self.bot.world(|world| match fault {
            0 => world.faults.slack.down = true,
            1 => world.faults.dialnote.down = true,
            2 => drop(world.faults.slack.rate_limited.insert("*".to_owned(), 30)),
            3 => world.faults.dialnote.rate_limited = Some(20),
            _ => world.faults.slack.deliver_twice = true,
        });
    }

    fn nothing_fails(&self) {
        self.bot.world(|world| world.faults = Faults::default());
    }

    /// Lets everything work for a while, then checks the final state.
    async fn end(&mut self) {
        self.nothing_fails();
        if self.is_staffed {
            // Nothing but people and time changes what the next digest counts.
            let off = json!({ "auto": { "auto": "off" }, "return_after": { "return_after": "0" } });
            self.bot.set_route(MAYA, FRONT_DESK, off).await;
        }
        for _ in 0..20 {
            self.bot.clock.advance(SignedDuration::from_mins(4));
            self.bot.tenants.tick().await.unwrap();
            self.bot.look().await;
        }
        self.bot.read_all().await;
        self.every_card_is_true();
        self.nobody_heard_one_thing_twice();
        self.the_next_digest_counts_everything().await;
        // Changes during the absence are notified half a minute later.
        self.bot.pass(SignedDuration::from_secs(31)).await;
        self.bot.read_all().await;
    }

    fn every_card_is_true(&self) {
        let cards = self.cards();
        let conversations = self.bot.world(|world| world.dialnote.conversations.clone());
        for one in &conversations {
            let Some(card) = cards.get(&one.id) else { continue };
            let owner = one.assigned_to.as_deref().map(|member| self.bot.world(|world| named(world, member)));
            let emoji = match one.status {
                Status::Open if owner.is_none() => ":red_circle: ",
                Status::Open => ":large_blue_circle: ",
                Status::Done => ":white_check_mark: ",
                Status::Snoozed => ":zzz: ",
            };
            let shows = shows_owner(card, emoji, owner.as_deref());
            self.check(shows, &format!("{} is {:?}, owned by {owner:?}, but its card is\n{card}", one.id, one.status));
        }
    }

    /// Checks that the next digest counts activity during the app's absence: it has no card, but is counted every
    /// morning until a person owns it.
    async fn the_next_digest_counts_everything(&mut self) {
        let posts = self.bot.posts(FRONT_DESK).len();
        self.bot.look().await;
        for _ in 0..96 {
            self.bot.clock.advance(SignedDuration::from_mins(60));
            self.bot.tenants.tick().await.unwrap();
            self.bot.look().await;
            let news = self.bot.posts(FRONT_DESK).split_off(posts);
            // An hour without a poll is an absence too.
            let is_digest =
                |post: &&String| post.contains(" unassigned conversation") || post.starts_with("# Good morning · ");
            let Some(digest) = news.iter().find(is_digest) else { continue };
            let waiting = self.bot.world(|world| {
                let waits = |one: &&Conversation| one.status == Status::Open && one.assigned_to.is_none();
                world.dialnote.conversations.iter().filter(waits).count()
            });
            let is_counted = digest.lines().next() == Some(&format!("# Good morning · {waiting} unassigned"));
            let counted = is_counted || digest.contains(&format!(" {waiting} unassigned conversations, oldest first"));
            self.check(counted, &format!("{waiting} wait\n{digest}"));
            // A person's notification, or another due digest, may be a moment late.
            self.bot.clock.advance(SignedDuration::from_secs(31));
            self.bot.read_all().await;
            return;
        }
        self.check(false, "no digest came");
    }

    fn nobody_heard_one_thing_twice(&self) {
        let told = self.bot.world(|world| world.messages.clone());
        for ((who, id), given) in &self.given {
            let number = self.bot.world(|world| world.dialnote.conversation(id).unwrap().contact.phone_number.clone());
            let number = number.get(number.len() - 4..).unwrap().to_owned();
            let theirs = |message: &&Message| {
                message.channel.starts_with('D')
                    && self.bot.world(|world| world.seen_by(who, "dm").iter().any(|m| m.ts == message.ts))
            };
            let lines = told.iter().filter(theirs).map(draw).collect::<Vec<_>>().join("\n");
            // These contacts have no name, so the number is their title.
            let is_given = |line: &&str| line.contains(&number) && line.ends_with(" was assigned to you in dialnote.");
            let heard = lines.lines().filter(is_given).count();
            self.check(heard <= *given, &format!("{who} was given {id} {given} times and told {heard} times"));
        }
    }

    fn cards(&self) -> HashMap<String, String> {
        self.bot.world(|world| {
            let carried = |message: &Message| {
                // A digest has a title.
                let is_card = message.blocks.iter().all(|block| block["type"] != "header");
                let ids = message.blocks.iter().filter(|_| is_card).filter_map(|block| block["block_id"].as_str());
                let mut carried = ids.filter_map(|id| serde_json::from_str::<serde_json::Value>(id).ok());
                carried.find_map(|carried| carried["c"].as_str().map(str::to_owned))
            };
            let desk = world.channel(FRONT_DESK).unwrap().id.clone();
            let public = world.messages.iter().filter(|m| m.channel == desk && m.to.is_none() && !m.is_reply());
            public.filter_map(|message| Some((carried(message)?, draw(message)))).collect()
        })
    }

    fn contact(&mut self) -> String {
        format!("+1415556{:04}", self.dice.random_range(0..self.contacts))
    }

    /// Returns a conversation that a person may have heard of.
    fn known(&mut self) -> Option<String> {
        let all = self.heard.len().min(40);
        (all > 0).then(|| self.heard[self.heard.len() - 1 - self.dice.random_range(0..all)].clone())
    }

    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.dice.random_range(0..all.len())]
    }

    fn note(&mut self, what: &str) {
        self.done.push(format!("{} {what}", self.bot.clock.now()));
    }

    fn check(&self, holds: bool, why: &str) {
        assert!(holds, "seed {}: {why}\n{}\n{}", self.seed, self.done.join("\n"), self.bot.everything());
    }
}

fn named(world: &dialnote_sandbox::World, member: &str) -> String {
    let name = world.dialnote.member(member).unwrap().name.clone();
    name.split(' ').next().unwrap().to_owned()
}

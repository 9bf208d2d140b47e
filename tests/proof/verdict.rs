//! The verdict. The ledger has the promises, the sandbox's own record has the events; every difference is a fault.
//! Allowed but unwanted effects (an answer given twice, a repeated call that changes nothing) are counted.

use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{Display, Formatter};

use dialnote_sandbox::{Conversation, Message, Status, World};

use crate::cards::{Cards, cards};
use crate::changes::Changes;
use crate::ledger::{Act, Typing};
use crate::{answers, town};

/// The number of cases shown of each kind.
const SHOWN: usize = 5;

/// The faults, the counts, and the remarks.
#[derive(Default)]
pub struct Verdict {
    wrong: BTreeMap<&'static str, Vec<String>>,
    counted: BTreeMap<&'static str, usize>,
    remarks: Vec<String>,
}

/// The evidence.
struct Court<'a> {
    world: &'a World,
    typings: &'a [Typing],
    cards: Cards<'a>,
    verdict: Verdict,
}

impl Verdict {
    /// Compares the promises with the events.
    pub fn on(world: &World, typings: &[Typing]) -> Self {
        let mut court = Court { world, typings, cards: cards(world), verdict: Self::default() };
        court.the_record_is_whole();
        court.nothing_is_refused();
        court.every_note_is_there_once();
        court.notes_stand_in_order();
        court.every_change_is_made_once();
        court.everybody_is_answered();
        court.there_is_one_card();
        court.every_line_and_notice_is_there_once();
        court.verdict
    }

    /// Answers whether there is no fault.
    pub fn holds(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Answers whether every card shows the present state.
    pub fn is_up_to_date(&self) -> bool {
        self.remarks.is_empty()
    }

    fn wrong(&mut self, what: &'static str, case: String) {
        self.wrong.entry(what).or_default().push(case);
    }

    fn count(&mut self, what: &'static str, cases: usize) {
        *self.counted.entry(what).or_default() += cases;
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for (what, cases) in &self.counted {
            writeln!(f, "  {cases:6} {what}")?;
        }
        for remark in &self.remarks {
            writeln!(f, "  out of date: {remark}")?;
        }
        for (what, cases) in &self.wrong {
            writeln!(f, "  WRONG {what}: {} times", cases.len())?;
            for case in cases.iter().take(SHOWN) {
                writeln!(f, "    {case}")?;
            }
        }
        Ok(())
    }
}

impl<'a> Court<'a> {
    fn the_record_is_whole(&mut self) {
        let calls = &self.world.calls;
        if calls.total() != calls.iter().len() as u64 {
            self.verdict.wrong("the record is too short to judge by", format!("{} calls", calls.total()));
        }

        self.verdict.count("commands typed", self.typings.len());
        self.verdict.count("commands accepted", self.accepted().count());
        self.verdict.count("calls", calls.iter().len());
    }

    /// Checks refusals. Everything typed here can be done: only a failure to save is a reason to refuse.
    fn nothing_is_refused(&mut self) {
        for typing in self.typings {
            match &typing.refused {
                Some(why) if why.contains("couldn't save") => self.verdict.count("commands not saved, and said so", 1),
                Some(why) => self.verdict.wrong("refused", format!("{} {why}", typing.tag)),
                None => {}
            }
        }
    }

    /// Checks that an accepted note is written once, and an unaccepted one that came through anyway at most once.
    fn every_note_is_there_once(&mut self) {
        for typing in self.typings.iter().filter(|typing| typing.leaves_a_note()) {
            let own = town::conversation(typing.order.conversation);
            let (here, elsewhere): (Vec<_>, Vec<_>) = self.notes_of(typing).into_iter().partition(|id| *id == own);
            match (typing.accepted, here.len()) {
                (_, 1) | (None, 0) => {}
                (Some(_), 0) => self.verdict.wrong("accepted and not done", format!("{typing:?}")),
                (_, many) => self.verdict.wrong("a note twice", format!("{many} of {}", typing.tag)),
            }
            if !elsewhere.is_empty() {
                self.verdict.wrong("a note in another conversation", format!("{} {elsewhere:?}", typing.tag));
            }
            if typing.accepted.is_none() && here.len() == 1 {
                self.verdict.count("commands done although their acknowledgement was lost", 1);
            }
        }
    }

    /// Checks the order of notes. A command that was acknowledged before another one was typed is done before it:
    /// always if both are the same person's, and between people unless the first may have been looking up its
    /// conversation, behind which its person's other commands queue up.
    fn notes_stand_in_order(&mut self) {
        let searchers: HashSet<&str> =
            self.typings.iter().filter(|t| t.order.by_number).map(|t| t.order.who.as_str()).collect();
        let mut by_conversation: HashMap<usize, Vec<(usize, &Typing)>> = HashMap::new();
        for typing in self.typings.iter().filter(|typing| typing.leaves_a_note()) {
            if let Some(place) = self.place(typing) {
                by_conversation.entry(typing.order.conversation).or_default().push((place, typing));
            }
        }
        for done in by_conversation.values() {
            for (place, first) in done {
                for (later, second) in done {
                    let promised = first.accepted.is_some_and(|accepted| accepted < second.sent)
                        && (first.order.who == second.order.who || !searchers.contains(first.order.who.as_str()));
                    self.verdict.count("pairs whose order is promised", usize::from(promised));
                    if promised && place > later {
                        let case = format!("{} after {} in {}", first.tag, second.tag, first.order.conversation);
                        self.verdict.wrong("done out of order", case);
                    }
                }
            }
        }
    }

    /// Checks that owner and status changed exactly as the finished commands say, one after the other. A call that was
    /// repeated after a crash and changed nothing is no second effect, only counted.
    fn every_change_is_made_once(&mut self) {
        let conversations: HashSet<usize> = self.typings.iter().map(|typing| typing.order.conversation).collect();
        for n in conversations {
            let id = town::conversation(n);
            let made = Changes::made(self.world, &id);
            let asked = Changes::asked_for(self.world, n, self.typings);
            if made.owners != asked.owners {
                let case = format!("{id}: {:?} instead of {:?}", made.owners, asked.owners);
                self.verdict.wrong("owners other than asked for", case);
            }
            if made.statuses != asked.statuses {
                let case = format!("{id}: {:?} instead of {:?}", made.statuses, asked.statuses);
                self.verdict.wrong("statuses other than asked for", case);
            }
            if !made.ambiguous.is_empty() {
                self.verdict.wrong("one name for different writes", format!("{id}: {:?}", made.ambiguous));
            }
            self.verdict.count("changes of owner or status", made.owners.len() + made.statuses.len());
            self.verdict.count("writes repeated without effect", made.repeated);
        }
    }

    /// Checks that each person is answered about each of their commands: where they asked, or, after several failures
    /// there, in the channel. No one gets a "no", because everything typed here can be done.
    fn everybody_is_answered(&mut self) {
        let answers = answers::answers(self.world);
        let mut silent: HashMap<&str, Vec<&str>> = HashMap::new();
        for typing in self.accepted() {
            match answers.get(typing.answered_at.as_str()) {
                Some(said) => {
                    self.verdict.count("answers said twice", said.len() - 1);
                    if let Some(no) = said.iter().find(|words| answers::is_no(words)) {
                        self.verdict.wrong("accepted and then refused", format!("{} {no}", typing.tag));
                    }
                }
                None => silent.entry(&typing.order.who).or_default().push(&typing.tag),
            }
        }
        for (who, tags) in silent {
            let user = self.world.person(who).map(|person| person.id.clone()).unwrap_or_default();
            let in_channel = answers::in_channel(self.world, &user);
            self.verdict.count("answers in the channel instead", in_channel);
            if in_channel < tags.len() {
                self.verdict.wrong("accepted and not answered", format!("{who} {tags:?}"));
            }
        }
    }

    /// Checks that each conversation has one card per channel, and that it shows the present state.
    fn there_is_one_card(&mut self) {
        let asked: HashSet<(String, String)> = self.accepted().map(|typing| self.card_of(typing)).collect();
        for key in asked {
            match self.cards.get(&key).map_or(0, Vec::len) {
                0 => self.verdict.wrong("no card", format!("{key:?}")),
                1 => {}
                many => self.verdict.wrong("two cards", format!("{many} of {key:?}")),
            }
        }
        self.verdict.count("cards", self.cards.len());
        let out_of_date: Vec<_> =
            self.cards.iter().filter_map(|(key, cards)| self.out_of_date(&key.1, cards)).collect();
        self.verdict.count("cards out of date", out_of_date.len());
        self.verdict.remarks.extend(out_of_date.into_iter().take(SHOWN));
    }

    /// Checks that lines and direct messages exist once: where Slack's answer was lost, the app looks for them.
    fn every_line_and_notice_is_there_once(&mut self) {
        for typing in self.accepted().filter(|typing| typing.leaves_a_note()) {
            let channel = self.card_of(typing).0;
            let lines = self.messages(typing, |message| message.is_reply() && message.channel == channel);
            self.once(typing, "lines", ["accepted and no line in the thread", "a line twice"], lines);
            if let Act::Assign(target) = &typing.order.act
                && *target != typing.order.who
            {
                let direct = format!("D0{}", target.to_uppercase());
                let notices = self.notices(typing, &direct);
                self.once(
                    typing,
                    "direct messages",
                    ["accepted and no direct message", "a direct message twice"],
                    notices,
                );
            }
        }
    }

    fn once(&mut self, typing: &Typing, what: &'static str, [missing, doubled]: [&'static str; 2], times: usize) {
        self.verdict.count(what, times);
        match times {
            0 => self.verdict.wrong(missing, format!("{typing:?}")),
            1 => {}
            many => self.verdict.wrong(doubled, format!("{many} of {}", typing.tag)),
        }
    }

    fn accepted(&self) -> impl Iterator<Item = &'a Typing> + use<'a> {
        self.typings.iter().filter(|typing| typing.accepted.is_some())
    }

    /// Returns the state of the latest card, if no card shows the present one.
    fn out_of_date(&self, conversation: &str, cards: &[&Message]) -> Option<String> {
        let now = self.world.dialnote.conversation(conversation)?;
        let handle = now.assigned_to.as_ref().map(|member| member.trim_start_matches("mem_"));
        let owner = handle.map(|handle| format!("owner: {}", town::shown(handle)));
        let card = cards.last()?;
        // A done one names who finished it, not its owner.
        let shows = |card: &&Message| match (now.status, &owner) {
            (Status::Done, _) => card.text.contains(" · done"),
            (_, Some(owner)) => card.text.contains(owner),
            (_, None) => !card.text.contains("owner: ") && !card.text.contains(" · done"),
        };
        (!cards.iter().any(shows)).then(|| {
            format!("{conversation} in {}: {:?}, but it is {:?}, {owner:?}", card.channel, card.text, now.status)
        })
    }

    /// Returns the number of messages that contain a typing's note.
    fn messages(&self, typing: &Typing, wanted: impl Fn(&Message) -> bool) -> usize {
        let here = self.world.messages.iter().filter(|message| message.to.is_none() && wanted(message));
        here.map(|message| times_said(typing, &message.text, &message.blocks)).sum()
    }

    /// Returns the number of posted direct messages that contain a typing's note. The posts are counted, because a
    /// later change of the owner replaces the message.
    fn notices(&self, typing: &Typing, direct: &str) -> usize {
        let posts = self.world.calls.iter().filter(|call| call.acted && call.method == "chat.postMessage");
        let here = posts.filter(|call| call.body["channel"] == direct);
        here.map(|call| {
            let blocks = call.body["blocks"].as_array().map_or(&[][..], Vec::as_slice);
            times_said(typing, call.body["text"].as_str().unwrap_or_default(), blocks)
        })
        .sum()
    }

    /// Returns the conversations in which a typing has notes.
    fn notes_of(&self, typing: &Typing) -> Vec<&'a str> {
        let noted = |c: &Conversation| c.notes().iter().filter(|note| note.contains(&typing.tag)).count();
        let all = self.world.dialnote.conversations.iter();
        all.flat_map(|c| std::iter::repeat_n(c.id.as_str(), noted(c))).collect()
    }

    /// Returns the place of a typing's note in its conversation's timeline.
    fn place(&self, typing: &Typing) -> Option<usize> {
        let conversation = self.world.dialnote.conversation(&town::conversation(typing.order.conversation))?;
        conversation.timeline.iter().position(|entry| entry.text.contains(&typing.tag))
    }

    fn card_of(&self, typing: &Typing) -> (String, String) {
        let channel = self.world.channel(typing.order.channel).map(|channel| channel.id.clone());
        (channel.unwrap_or_default(), town::conversation(typing.order.conversation))
    }
}

/// Returns the number of a message's blocks that contain a typing's note: several direct messages in one have their own.
fn times_said(typing: &Typing, text: &str, blocks: &[Value]) -> usize {
    let said = blocks.iter().filter(|block| block.to_string().contains(&typing.tag)).count();
    said.max(usize::from(text.contains(&typing.tag)))
}

//! People's views once the work is done. At the end of a test nothing is left to see.

use std::collections::HashSet;

use dialnote_sandbox::{Click, Message, World};
use dialnote_slack::platform::db::Queue;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Bot, FRONT_DESK};
use crate::support::drawing::{draw, draw_blocks};

impl Bot {
    // --- time and work ---

    /// Works until nothing is due. Afterwards every earlier request is done.
    pub async fn settle(&self) {
        while self.step(Queue::Work).await || self.step(Queue::Outbox).await {}
    }

    /// Takes one step of the loop that the server runs. Answers whether there was work.
    pub async fn step(&self, queue: Queue) -> bool {
        self.tenants.step(queue).await.unwrap()
    }

    /// Lets time pass in small steps, with the work and the reminders that fall due.
    pub async fn pass(&self, time: SignedDuration) {
        let end = self.clock.now() + time;
        while self.clock.now() < end {
            self.clock.advance(SignedDuration::from_secs(1));
            self.tenants.tick().await.unwrap();
            self.settle().await;
        }
    }

    // --- views ---

    /// Returns the posts that everyone reads in a channel, without threads, oldest first.
    pub fn posts(&self, channel: &str) -> Vec<String> {
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            let posts = world.messages.iter().filter(|m| m.channel == channel && m.to.is_none() && !m.is_reply());
            posts.map(draw).collect()
        })
    }

    /// Returns the unfurls of a message's links.
    pub async fn unfurled(&self, channel: &str, ts: &str) -> String {
        self.settle().await;
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            let message = world.message(&channel, ts).expect("a message");
            let unfurls = message.unfurls.iter().map(|unfurl| draw_blocks(unfurl["blocks"].as_array().unwrap()));
            unfurls.collect::<Vec<_>>().join("\n")
        })
    }

    /// Returns a person's home as they see it, but for *Undo*.
    pub async fn home(&self, who: &str) -> String {
        self.settle().await;
        without_undo(&draw_blocks(self.view(who, "home").expect("a home").blocks()))
    }

    /// Returns the window or form on top, as a person sees it, but for *Undo*.
    pub async fn window(&self, who: &str) -> String {
        self.settle().await;
        let view = self.view(who, "window").expect("a window");
        let shown = without_undo(&draw_blocks(view.blocks()));
        format!("[[{}]]\n{shown}", view.body["title"]["text"].as_str().unwrap_or_default())
    }

    /// Returns the form a person has open.
    pub fn form(&self, who: &str) -> Option<String> {
        self.world(|world| {
            let user = world.person(who)?.id.clone();
            world.stack(&user).last().map(|view| view.id.clone())
        })
    }

    /// Returns the next unread private message of a person in a channel, without the button that every answer about a
    /// change has.
    pub async fn answer(&mut self, who: &str) -> String {
        without_sign(&without_undo(&self.whole_answer(who).await))
    }

    /// Returns the next unread private message of a person in a channel.
    pub async fn whole_answer(&mut self, who: &str) -> String {
        self.settle().await;
        self.next(|world| {
            let user = world.person(who).expect("a person").id.clone();
            let mine = world.messages.iter().filter(|m| m.to.as_ref() == Some(&user));
            mine.cloned().collect()
        })
        .unwrap_or_else(|| panic!("nobody answered {who}\n{}", self.everything()))
    }

    /// Returns the next unread direct message from the app to a person; late answers are among them.
    pub async fn dm(&mut self, who: &str) -> String {
        self.settle().await;
        let read =
            self.next(|world| world.seen_by(who, "dm").into_iter().filter(|m| m.to.is_none()).cloned().collect());
        let read = read.unwrap_or_else(|| panic!("no direct message for {who}\n{}", self.everything()));
        without_undo(&read)
    }

    /// Returns the next unread line in the thread of a card in #front-desk.
    pub async fn line(&mut self, conversation: &str) -> String {
        self.settle().await;
        let card = self.card_ts(FRONT_DESK, conversation);
        self.next(|world| {
            let replies = world.messages.iter().filter(|m| m.is_reply() && m.thread_ts.as_ref() == Some(&card));
            replies.cloned().collect()
        })
        .unwrap_or_else(|| panic!("no line about {conversation}\n{}", self.everything()))
    }

    /// Returns the card of a conversation in #front-desk as it is now.
    pub async fn card(&mut self, conversation: &str) -> String {
        self.card_in(FRONT_DESK, conversation).await
    }

    /// Returns the card of a conversation in a channel as it is now.
    pub async fn card_in(&mut self, channel: &str, conversation: &str) -> String {
        self.settle().await;
        let ts = self.card_ts(channel, conversation);
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            draw(world.message(&channel, &ts).expect("the card"))
        })
    }

    /// Returns a conversation's owner in dialnote (by member id) and its status.
    pub fn dialnote(&self, conversation: &str) -> String {
        self.world(|world| {
            let conversation = world.dialnote.conversation(conversation).expect("a conversation");
            let owner = conversation.assigned_to.as_deref().unwrap_or("nobody");
            format!("{owner} {}", format!("{:?}", conversation.status).to_lowercase())
        })
    }

    /// Returns the notes of a conversation in dialnote, oldest first.
    pub fn notes(&self, conversation: &str) -> Vec<String> {
        self.world(|world| {
            let conversation = world.dialnote.conversation(conversation).expect("a conversation");
            conversation.notes().into_iter().map(str::to_owned).collect()
        })
    }

    /// Returns the number of such calls of dialnote or Slack so far.
    pub fn calls(&self, method: &str) -> usize {
        self.world(|world| world.calls.iter().filter(|call| call.method == method).count())
    }

    /// Returns the members that the app made the owner, in order, by calls that dialnote carried out.
    pub fn owners_set(&self) -> Vec<String> {
        self.world(|world| {
            let done = world.calls.iter().filter(|call| call.method == "PATCH" && call.status == Some(200));
            done.filter_map(|call| call.body["assignedToId"].as_str().map(str::to_owned)).collect()
        })
    }

    /// Reads the world or changes it.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        self.sandbox.world(look)
    }

    /// Returns everything that anyone can see, for failures.
    pub fn everything(&self) -> String {
        self.world(|world| {
            let lines = world.messages.iter().map(|m| {
                let to = m.to.as_ref().map(|to| format!(" (only {to})")).unwrap_or_default();
                format!("--- {} in {}{to}\n{}", m.ts, m.channel, draw(m))
            });
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    /// Works until nothing is due, then reads everything that another test covers.
    pub async fn read_all(&mut self) {
        self.settle().await;
        for message in self.world(|world| world.messages.clone()) {
            let drawn = draw(&message);
            self.read.insert((message.channel, message.ts, drawn));
        }
    }

    /// Marks a message as read.
    pub(super) fn know_message(&mut self, ts: &str) {
        let message = self.message(ts);
        let drawn = draw(&message);
        self.read.insert((message.channel, message.ts, drawn));
    }

    /// Answers whether a person has a notice that their command waits.
    pub fn was_told_to_wait(&self, who: &str) -> bool {
        let waits = |text: &str| text.contains("is saved and runs");
        self.world(|world| world.seen_by(who, FRONT_DESK).iter().any(|m| m.to.is_some() && waits(&m.text)))
    }

    /// Expects this many jobs to fail for good.
    pub fn expect_dead(&mut self, jobs: u64) {
        self.dead_expected = jobs;
    }

    // --- the end ---

    /// Writes every message and form of the app to a file, for `tests/checks/judge.sh`.
    pub(super) fn leave_for_judges(&self) {
        let sent = ["chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"];
        let payloads: Vec<Value> = self.world(|world| {
            let messages = world.calls.iter().filter(|call| sent.contains(&call.method.as_str()));
            let messages = messages.map(|call| json!({ "text": call.body["text"], "blocks": call.body["blocks"] }));
            let forms =
                world.calls.iter().filter(|call| call.method.starts_with("views.")).map(|c| c.body["view"].clone());
            messages.chain(forms).collect()
        });
        let answers = self.world(|world| world.deliveries.iter().map(|d| d.response.clone()).collect::<Vec<_>>());
        let answers = answers.iter().filter_map(|body| serde_json::from_str::<Value>(body).ok());
        let all = payloads.into_iter().chain(answers.filter(|answer| answer.get("blocks").is_some()));
        let lines: Vec<String> = all.map(|payload| payload.to_string()).collect();
        let database = std::env::var("PRODUCT_ON").unwrap_or_default();
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let name = format!("{test}{database}");
        std::fs::create_dir_all("target/rendered").unwrap();
        std::fs::write(format!("target/rendered/{name}.jsonl"), lines.join("\n") + "\n").unwrap();
    }

    pub(super) async fn assert_silence(&mut self) {
        let unread = self.next(|world| {
            let unread = world.messages.iter().filter(|m| m.to.is_some() || m.is_reply() || m.channel.starts_with('D'));
            unread.cloned().collect()
        });
        assert_eq!(unread, None, "somebody was told something that no one read");
        let waiting = self.work.store.overview().await.unwrap();
        assert_eq!((waiting.inbox, waiting.outbox), (0, 0), "something still waits");
        assert_eq!(waiting.dead, self.dead_expected, "jobs were given up");
        let complaints = self.world(|world| world.sockets.complaints.clone());
        assert_eq!(complaints, Vec::<String>::new(), "Slack had to complain of acknowledgements");
        let marked: Vec<_> = self.world(|world| world.messages.iter().flat_map(|m| marked(&m.blocks)).collect());
        assert_eq!(marked, Vec::<String>::new(), "Slack draws no marks in plain text");
        let form = self.world(|world| world.modals.len());
        assert_eq!(form, 0, "a form is still open");
        let cards: Vec<_> = self.world(|world| world.messages.iter().filter(|m| is_card(m)).map(card_key).collect());
        let different: HashSet<_> = cards.iter().collect();
        assert_eq!(different.len(), cards.len(), "a conversation has two cards in a channel\n{}", self.everything());
    }

    /// Returns the first message of a selection that is unread, or was changed since.
    fn next(&mut self, select: impl FnOnce(&World) -> Vec<Message>) -> Option<String> {
        for message in self.sandbox.world(|world| select(world)) {
            let drawn = draw(&message);
            if self.read.insert((message.channel.clone(), message.ts.clone(), drawn.clone())) {
                return Some(drawn);
            }
        }
        None
    }

    pub fn card_ts(&self, channel: &str, conversation: &str) -> String {
        self.world(|world| {
            let channel = world.channel(channel).expect("a channel").id.clone();
            let wanted = (channel, conversation.to_owned());
            world.messages.iter().find(|m| is_card(m) && card_key(m) == wanted).map(|m| m.ts.clone())
        })
        .unwrap_or_else(|| panic!("no card of {conversation}\n{}", self.everything()))
    }
}

/// Returns plain texts that have a command or an example between backticks.
fn marked(blocks: &[Value]) -> Vec<String> {
    let of = |value: &Value| match value {
        Value::Array(all) => marked(all),
        Value::Object(one) if one.get("type").is_some_and(|kind| kind == "plain_text") => {
            let text = one.get("text").and_then(Value::as_str).unwrap_or_default();
            let is_marked = text.contains("`/") || text.contains("`2h`");
            if is_marked { vec![text.to_owned()] } else { Vec::new() }
        }
        Value::Object(one) => one.values().flat_map(|inner| marked(std::slice::from_ref(inner))).collect(),
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}

/// Answers whether a message is a card: a channel's own post whose controls carry its conversation.
fn is_card(message: &Message) -> bool {
    let posted = message.to.is_none() && !message.is_reply() && !message.channel.starts_with('D');
    posted && carried(message).is_some()
}

fn card_key(message: &Message) -> (String, String) {
    (message.channel.clone(), carried(message).expect("a card"))
}

fn carried(message: &Message) -> Option<String> {
    let carried = message.blocks.iter().find_map(|block| {
        let carried: Value = serde_json::from_str(block["block_id"].as_str()?).ok()?;
        carried["c"].as_str().map(str::to_owned)
    });
    carried.filter(|_| message.blocks.iter().all(|block| block["type"] != "header"))
}

/// A control that a person can press.
pub(super) struct Control {
    pub(super) action_id: String,
    /// The value of the button, or of the chosen option.
    pub(super) value: String,
    pub(super) is_option: bool,
    pub(super) block_id: Option<String>,
}

impl Control {
    /// Reads an element as a control with this meaning.
    pub(super) fn read(element: &Value, action: &str) -> Option<Self> {
        let id = element["action_id"].as_str()?;
        let value = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if element["type"] == "overflow" {
            let begins = format!("{action}:");
            let mut options = element["options"].as_array()?.iter().map(|option| value(&option["value"]));
            let value = options.find(|value| value.starts_with(&begins))?;
            return Some(Self { action_id: id.to_owned(), value, is_option: true, block_id: None });
        }
        let numbered = |id: &str| id.strip_prefix(action)?.strip_prefix('_')?.parse::<usize>().ok();
        let is_it = element["type"] == "button" && (id == action || numbered(id).is_some());
        let (action_id, value) = (id.to_owned(), value(&element["value"]));
        is_it.then_some(Self { action_id, value, is_option: false, block_id: None })
    }

    /// Returns the click that presses it.
    pub(super) fn of(self, mut click: Click) -> Click {
        let Self { action_id, value, is_option, block_id } = self;
        (click.action_id, click.block_id) = (action_id, block_id);
        if is_option {
            click.selected_option = Some(value);
        } else if !value.is_empty() {
            click.value = Some(value);
        }
        click
    }
}

pub(super) fn elements(message: &Message) -> impl Iterator<Item = &Value> {
    buttons_of(&message.blocks)
}

pub(super) fn buttons_of(blocks: &[Value]) -> impl Iterator<Item = &Value> {
    blocks.iter().flat_map(|block| {
        let row = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        row.iter().chain(block.get("accessory"))
    })
}

/// Returns an answer without the signs of success and of a refusal before its lines.
fn without_sign(answer: &str) -> String {
    let signs = [":white_check_mark: ", ":no_entry: ", ":hourglass_flowing_sand: ", ":warning: "];
    let line = |line: &str| signs.iter().find_map(|sign| line.strip_prefix(sign)).unwrap_or(line).to_owned();
    answer.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns an answer without *Undo* beside the result.
fn without_undo(answer: &str) -> String {
    let plain = |line: &str| {
        let text =
            line.rsplit_once(" [Undo").filter(|(_, label)| label.ends_with(']')).map(|(text, _)| text.to_owned());
        text.unwrap_or_else(|| line.to_owned())
    };
    let is_only_undo = |line: &&str| line.starts_with("[Undo") && line.ends_with(']') && !line.contains("] [");
    answer.lines().filter(|line| !is_only_undo(line)).map(plain).collect::<Vec<_>>().join("\n")
}

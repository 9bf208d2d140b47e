//! Freshly signed commands as Slack sends them: about 600 bytes, each different.

use std::io::Write;

use dialnote_slack::platform::slack::signature::sign;
use jiff::Timestamp;
use serde_json::json;

use crate::Outcome;

/// The signing secret of both sides.
pub(crate) const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// The app's workspace; others have other numbers.
pub(crate) const TEAM: &str = "T10000000";

/// The number of people, who are both requesters and owners.
pub(crate) const PEOPLE: u64 = 100;

/// The number of commands signed at a time once the prepared ones are used up.
const CHUNK: usize = 1_000;

/// Requests as bytes to send.
pub(crate) struct Supply {
    from: From,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    next: usize,
    number: u64,
}

/// A kind of command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `/assign` with a note.
    #[default]
    Assign,
    /// The button Take of a card.
    Take,
    /// `/done`.
    Done,
    /// `/dialnote note`.
    Note,
    /// `/handoff`.
    HandOff,
    /// `/snooze`.
    Snooze,
}

/// The origin of commands.
#[derive(Clone, Debug)]
pub(crate) struct From {
    pub(crate) kind: Kind,
    /// The number of workspaces.
    pub(crate) workspaces: u64,
    /// The response URL up to the command's number.
    pub(crate) response_url: String,
}

impl Default for From {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            workspaces: 1,
            response_url: "https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT10000000%2F".to_owned(),
        }
    }
}

impl Supply {
    /// Signs `count` commands, and later more on demand.
    pub(crate) fn of(count: usize, from: From) -> Outcome<Self> {
        // Never the same twice: a later supply starts beyond the numbers of all earlier ones.
        let number = u64::try_from(Timestamp::now().as_microsecond())?;
        let mut supply = Self { from, bytes: Vec::new(), ends: vec![0], next: 0, number };
        supply.sign(count)?;
        Ok(supply)
    }

    /// Returns the number of the first command, if none was taken yet.
    pub(crate) fn first(&self) -> u64 {
        self.number + 1 - u64::try_from(self.ends.len() - 1).unwrap_or_default()
    }

    /// Returns the next command.
    pub(crate) fn next(&mut self) -> Outcome<&[u8]> {
        if self.next + 1 >= self.ends.len() {
            (self.next, self.bytes) = (0, Vec::new());
            self.ends.truncate(1);
            self.sign(CHUNK)?;
        }
        let range = self.ends.get(self.next).zip(self.ends.get(self.next + 1));
        self.next += 1;
        let (begin, end) = range.ok_or("the supply is empty")?;
        Ok(self.bytes.get(*begin..*end).ok_or("the supply is empty")?)
    }

    fn sign(&mut self, count: usize) -> Outcome<()> {
        let now = Timestamp::now().as_second();
        for _ in 0..count {
            self.number += 1;
            let (path, body) = match self.from.kind {
                Kind::Take => ("interactions", pressed(self.number, &self.from)),
                _ => ("commands", body(self.number, &self.from)),
            };
            let signature = sign(SECRET, now, body.as_bytes());
            write!(
                self.bytes,
                "POST /slack/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Slackbot 1.0 \
                 (+https://api.slack.com/robots)\r\nAccept-Encoding: gzip,deflate\r\nAccept: application/json,*/*\r\n\
                 X-Slack-Signature: {signature}\r\nX-Slack-Request-Timestamp: {now}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )?;
            self.ends.push(self.bytes.len());
        }
        Ok(())
    }
}

/// Returns a person's Slack user id.
pub(crate) fn person(number: u64) -> String {
    format!("U2147{:06}", number % PEOPLE)
}

/// Returns a command about another conversation each time: as the head of its partition it is the most expensive to
/// accept.
fn body(number: u64, from: &From) -> String {
    let From { kind, workspaces, response_url } = from;
    let team = 10_000_000 + number % workspaces;
    let (requester, owner) = (person(number), owner(number));
    let about = format!("conv_{number}");
    let (command, text) = match kind {
        Kind::Done => ("done", about),
        Kind::Note => ("dialnote", format!("note+{about}+{NOTE}")),
        Kind::HandOff => ("handoff", format!("%3C%40{owner}%7Czoe%3E+{about}+{NOTE}")),
        Kind::Snooze => ("snooze", format!("{about}+2h")),
        Kind::Assign | Kind::Take => ("assign", format!("%3C%40{owner}%7Czoe%3E+{about}+{NOTE}")),
    };
    format!(
        "token=gIkuvaNzQIHg97ATvDxqgjtO&team_id=T{team}&team_domain=acme-dental&channel_id=C2147483705\
         &channel_name=front-desk&user_id={requester}&user_name=maya&command=%2F{command}&text={text}\
         &api_app_id=A123456&is_enterprise_install=false&response_url={response_url}{number}\
         &trigger_id={number}.738474920.8088930838d88f008e0c4f8a5bd1c2d5"
    )
}

/// The note of a command, as it is sent.
const NOTE: &str = "wants+a+call+back+about+the+crown%2C+before+noon+if+you+can%3B+she+is+at+work+afterwards";

/// Returns the Slack user id of the person to whom a command assigns its conversation.
fn owner(number: u64) -> String {
    person(number * 7 + 3)
}

/// Returns the press of a card's button Take.
fn pressed(number: u64, From { workspaces, response_url, .. }: &From) -> String {
    let team = format!("T{}", 10_000_000 + number % workspaces);
    let (channel, card) = ("C2147483705", format!("{number}.000100"));
    let response_url = response_url.replace("%3A", ":").replace("%2F", "/");
    let payload = json!({
        "type": "block_actions", "api_app_id": "A123456", "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "user": { "id": person(number), "username": "maya", "name": "maya", "team_id": team },
        "team": { "id": team, "domain": "acme-dental" }, "enterprise": null, "is_enterprise_install": false,
        "trigger_id": format!("{number}.738474920.8088930838d88f008e0c4f8a5bd1c2d5"),
        "container": { "type": "message", "message_ts": card, "channel_id": channel, "is_ephemeral": false },
        "channel": { "id": channel, "name": "front-desk" },
        "message": { "type": "message", "ts": card, "text": "Ana Lima · missed call · Front desk · unassigned" },
        "response_url": format!("{response_url}{number}"), "state": { "values": {} },
        "actions": [{
            "action_id": "take", "block_id": "actions", "type": "button",
            "text": { "type": "plain_text", "text": "Take", "emoji": false },
            "value": json!({ "c": format!("conv_{number}"), "s": { "s": "open" } }).to_string(),
            "action_ts": card,
        }],
    });
    form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish()
}

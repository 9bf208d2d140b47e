//! Answers that are not the service's own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refusal;
use crate::answer::{Answer, Form};
use crate::dialnote;
use crate::service::Service;
use crate::world::World;

/// What stands in the place of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// A refusal in the service's own form.
    #[default]
    Error,
    /// A page for people.
    Html,
    /// Nothing.
    Empty,
    /// Half of the answer's JSON.
    Cut,
    /// The same, and then the connection breaks.
    Torn,
    /// The answer's JSON with bytes that are no text.
    NotUtf8,
    /// The answer's JSON after 32 MiB of blanks.
    Huge,
    /// `{"data": {}}`; of Slack, `ok` alone.
    NoList,
    /// A list with nothing in it.
    EmptyList,
    /// Another conversation than that of the call; of Slack, a message in another channel.
    OtherConversation,
    /// The way to a page of the sandbox's, with status 302 unless it is another one of those.
    Redirect,
    /// A proxy's page that asks for a password, with status 401 unless it is 403 or 407.
    UnauthorizedPage,
}

impl Refusal {
    /// The answer instead of `real`, which is what the service would have said, had it any effect.
    pub(crate) fn answer(&self, world: &World, service: Service, path: &str, real: Option<Answer>) -> Answer {
        let real = real.map_or_else(|| plausible(service), |real| real.body);
        let (body, form) = match self.answer {
            Odd::Error => (error(service, &self.error), Form::Json),
            Odd::Html | Odd::Redirect | Odd::UnauthorizedPage => (Value::Null, Form::Html),
            Odd::Empty => (Value::Null, Form::Empty),
            Odd::Cut => (real, Form::Cut),
            Odd::Torn => (real, Form::Torn),
            Odd::NotUtf8 => (real, Form::NotUtf8),
            Odd::Huge => (real, Form::Huge),
            Odd::NoList => (no_list(service), Form::Json),
            Odd::EmptyList => (empty_list(service), Form::Json),
            Odd::OtherConversation => (another(world, service, path), Form::Json),
        };
        let mut headers = self.headers.clone();
        match self.answer {
            Odd::Redirect => headers.push(("location", format!("{}/elsewhere", world.base))),
            Odd::UnauthorizedPage => headers.push(("www-authenticate", "Basic realm=\"proxy\"".to_owned())),
            _ => {}
        }
        Answer { status: self.status(), headers, body, form }
    }

    /// The status, which has to fit some answers.
    fn status(&self) -> u16 {
        match self.answer {
            Odd::Redirect if !(300..400).contains(&self.status) => 302,
            Odd::UnauthorizedPage if ![401, 403, 407].contains(&self.status) => 401,
            _ => self.status,
        }
    }
}

fn error(service: Service, code: &str) -> Value {
    match service {
        Service::Slack => json!({"ok": false, "error": code}),
        Service::Dialnote => json!({ "error": code }),
    }
}

/// Something to be spoilt where there is no answer.
fn plausible(service: Service) -> Value {
    match service {
        Service::Slack => json!({"ok": true}),
        Service::Dialnote => json!({"data": {"id": "conv_1001"}, "meta": {}}),
    }
}

fn no_list(service: Service) -> Value {
    match service {
        Service::Slack => json!({"ok": true}),
        Service::Dialnote => json!({"data": {}, "meta": {}}),
    }
}

fn empty_list(service: Service) -> Value {
    match service {
        Service::Slack => json!({"ok": true, "members": [], "messages": [], "usergroups": [], "users": []}),
        Service::Dialnote => json!({"data": [], "meta": {}}),
    }
}

fn another(world: &World, service: Service, path: &str) -> Value {
    match service {
        Service::Slack => json!({"ok": true, "channel": "C0ELSEWHERE", "ts": "1000000000.000001"}),
        Service::Dialnote => dialnote::another(world, path),
    }
}

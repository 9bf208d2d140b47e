//! Answers that replace the service's own.

use serde_json::{Value, json};

use super::odd::Odd;
use super::refusal::Refusal;
use crate::answer::{Answer, Form};
use crate::dialnote;
use crate::service::Service;
use crate::world::World;

/// Returns the answer that replaces `real`, the service's own answer to a call with an effect.
pub(crate) fn answer(world: &World, refusal: &Refusal, service: Service, path: &str, real: Option<Answer>) -> Answer {
    let real = real.map_or_else(|| plausible(service), |real| real.body);
    let (body, form) = match refusal.answer {
        Odd::Error => (error(service, &refusal.error), Form::Json),
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
    let mut headers = refusal.headers.clone();
    match refusal.answer {
        Odd::Redirect => headers.push(("location", format!("{}/elsewhere", world.base))),
        Odd::UnauthorizedPage => headers.push(("www-authenticate", "Basic realm=\"proxy\"".to_owned())),
        _ => {}
    }
    Answer { status: refusal.status(), headers, body, form }
}

fn error(service: Service, code: &str) -> Value {
    match service {
        Service::Slack => json!({"ok": false, "error": code}),
        Service::Dialnote => json!({ "error": code }),
    }
}

/// Returns a plausible answer to be spoilt where there is none.
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

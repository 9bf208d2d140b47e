//! The course of one request under the faults.

use super::refusal::Refusal;
use super::shares::Shares;
use crate::request::{Asked, RecordedRequest};
use crate::seed::direct_message;
use crate::service::Service;
use crate::world::World;

/// The course of one request, decided on arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course {
    pub(crate) slow_ms: u64,
    pub(crate) effect_late_ms: u64,
    pub(crate) late_ms: u64,
    pub(crate) refusal: Option<Refusal>,
    /// `Some(after_effect)` if it is never answered.
    pub(crate) hang: Option<bool>,
}

/// Decides the course of a request and counts down the faults that apply a limited number of times.
pub(crate) fn course(world: &mut World, seq: u64, asked: &Asked<'_>) -> Course {
    let target = target(world, asked.heard);
    let now = world.now();
    let faults = &mut world.faults;
    let hang = faults.take_hang(asked);
    let (refusal, slow_ms, effect_late_ms, late_ms, shares) = match asked.service {
        Service::Slack => {
            let too_soon = faults.slack.too_soon(asked.method, &world.calls, now);
            let refusal = too_soon.or_else(|| faults.slack.refusal(asked.method, &target));
            let slack = &faults.slack;
            (refusal, slack.slow_ms, slack.effect_late_ms, slack.answer_late_ms, Shares::of_slack(slack))
        }
        Service::Dialnote => {
            let refusal = faults.dialnote.refusal(asked, now);
            let dialnote = &faults.dialnote;
            (refusal, dialnote.slow_ms, dialnote.effect_late_ms, dialnote.answer_late_ms, Shares::of_dialnote(dialnote))
        }
    };
    let (before, after) = shares.lateness(seq);
    Course {
        slow_ms,
        // A service completes a request it has received, even if the client disconnects.
        effect_late_ms: effect_late_ms + before,
        late_ms: late_ms + after,
        refusal: refusal.or_else(|| shares.oddity(seq)),
        hang,
    }
}

/// Returns all names of a Slack call's target: the channel as the call names it, its own name, and for a direct message
/// (sent or opened) the person's id and handle.
fn target(world: &World, heard: &RecordedRequest) -> Vec<String> {
    if world.faults.slack.fail_next.iter().all(|failure| failure.channel.is_none()) {
        return Vec::new();
    }
    let body = heard.told();
    let named = body["channel"].as_str().into_iter();
    let opened = body["users"].as_str().unwrap_or_default().split(',').map(str::trim);
    let mut names = Vec::new();
    for name in named.chain(opened).filter(|name| !name.is_empty()) {
        names.push(name.to_owned());
        names.extend(world.channel(name).map(|channel| channel.name.clone()));
        let whose = world.people.iter().map(|person| (person, direct_message(&person.id).id));
        for (person, direct) in whose.filter(|(person, direct)| person.id == name || direct == name) {
            names.extend([person.id.clone(), person.handle.clone(), direct]);
        }
    }
    names
}

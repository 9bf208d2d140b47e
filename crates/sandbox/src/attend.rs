//! One request of the app from arrival to answer, with the faults that apply to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::answer::Answer;
use crate::calls::{Call, shorten};
use crate::faults::{self, Course};
use crate::request::Asked;
use crate::shared::Shared;
use crate::world::World;

/// Answers a request; `handle` applies its effect.
pub(super) async fn attend(
    shared: &Arc<Shared>,
    asked: Asked<'_>,
    handle: impl FnOnce(&mut World) -> Answer + Send + 'static,
) -> Response {
    let began = Instant::now();
    let (seq, course) = shared.world(|world| {
        let seq = record(world, &asked);
        (seq, faults::course(world, seq, &asked))
    });
    shared.turn();
    pause(course.slow_ms).await;
    let answer = effect(shared, seq, &course, handle).await;
    shared.turn();
    settle(shared, seq, &asked, answer, &course, began).await
}

/// Applies the request's effect, if it has one, and returns the service's answer.
async fn effect(
    shared: &Arc<Shared>,
    seq: u64,
    course: &Course,
    handle: impl FnOnce(&mut World) -> Answer + Send + 'static,
) -> Option<Answer> {
    let hangs = course.hang == Some(false);
    let (late_ms, answered_before) = match &course.refusal {
        Some(refusal) if !refusal.after_effect => {
            if hangs {
                shared.hang().await;
            }
            return None;
        }
        Some(refusal) if refusal.effect_late_ms > 0 => (refusal.effect_late_ms, true),
        _ => (course.effect_late_ms, false),
    };
    if late_ms == 0 && !hangs {
        return Some(shared.world(|world| act(world, seq, handle)));
    }
    // Runs apart: the effect happens even if the client disconnects, which would cancel this function.
    let shared = shared.clone();
    let effect = tokio::spawn(async move {
        let due = async {
            if hangs {
                shared.hang().await;
            }
            pause(late_ms).await;
        };
        tokio::select! {
            biased;
            () = shared.until_stopped() => return None,
            () = due => {}
        }
        let answer = shared.world(|world| act(world, seq, handle));
        shared.turn();
        Some(answer)
    });
    if answered_before { None } else { effect.await.ok().flatten() }
}

/// Finishes [`attend`] after the effect: delays and sends the answer.
async fn settle(
    shared: &Shared,
    seq: u64,
    asked: &Asked<'_>,
    answer: Option<Answer>,
    course: &Course,
    began: Instant,
) -> Response {
    if course.hang == Some(true) {
        shared.hang().await;
    }
    pause(course.late_ms).await;
    let answer = shared.world(|world| {
        let answer = match &course.refusal {
            Some(refusal) => faults::answer(world, refusal, asked.service, asked.path, answer),
            // The sandbox was stopped before the effect.
            None => answer.unwrap_or_else(|| Answer::new(503, json!({}))),
        };
        if let Some(call) = world.calls.get_mut(seq) {
            call.status = Some(answer.status);
            call.error = answer.error();
            call.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        }
        answer
    });
    shared.turn();
    answer.into_response()
}

fn record(world: &mut World, asked: &Asked<'_>) -> u64 {
    let at = world.now();
    let Asked { service, method, path, heard } = *asked;
    let idempotency_key = heard.header("idempotency-key");
    world.calls.add(|seq| Call {
        seq,
        at,
        service,
        method: method.to_owned(),
        path: path.to_owned(),
        query: heard.query.clone(),
        body: heard.told(),
        authorization: shorten(heard.header("authorization")),
        idempotency_key: (!idempotency_key.is_empty()).then(|| idempotency_key.to_owned()),
        acted: false,
        effect: None,
        status: None,
        error: None,
        unshown: Vec::new(),
        duration_ms: 0,
    })
}

/// Applies a request's effect and records it.
fn act(world: &mut World, seq: u64, handle: impl FnOnce(&mut World) -> Answer) -> Answer {
    let known = world.objects.faults.len();
    let answer = handle(world);
    let acted = answer.status < 300 && answer.body["ok"] != json!(false);
    world.effects += u64::from(acted);
    let effect = acted.then_some(world.effects);
    let unshown = world.objects.faults.iter().skip(known).flat_map(|fault| fault.faults.clone()).collect();
    if let Some(call) = world.calls.get_mut(seq) {
        (call.acted, call.effect, call.unshown) = (acted, effect, unshown);
    }
    answer
}

/// Waits. Skips the timer for 0, because it would take a millisecond even then.
async fn pause(millis: u64) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

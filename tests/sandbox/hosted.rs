//! The sandbox beside a program that runs the app: time, starting over, and the tour.

use std::sync::{Arc, Mutex};

use dialnote_sandbox::{Due, Host, Sandbox, Wish};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::page::Window;
use crate::stage::{Stage, actions, button};

/// A program that only keeps what it was asked for.
struct Program {
    sandbox: Sandbox,
    began: Timestamp,
    looks: Mutex<Vec<Timestamp>>,
    due: Vec<Due>,
}

impl Host for Program {
    fn run(&self, running: bool) -> Wish<'_, Result<(), String>> {
        self.sandbox.app_runs(running);
        Box::pin(async { Ok(()) })
    }

    fn look(&self) -> Wish<'_, ()> {
        let now = self.sandbox.world(|world| world.now());
        self.looks.lock().unwrap().push(now);
        Box::pin(async {})
    }

    fn due(&self) -> Wish<'_, Vec<Due>> {
        Box::pin(async { self.due.clone() })
    }

    fn start_over(&self) -> Wish<'_, Result<(), String>> {
        self.sandbox.start_over(self.began);
        Box::pin(async { Ok(()) })
    }
}

/// Returns a stage whose app has these things to do later, in seconds.
async fn hosted(due: &[(&'static str, i64)]) -> (Stage, Arc<Program>) {
    let stage = Stage::set().await;
    let now = stage.clock.now();
    let due = due.iter().map(|(what, seconds)| Due { what, at: now + SignedDuration::from_secs(*seconds) }).collect();
    let program = Program { sandbox: stage.sandbox.clone(), began: now, looks: Mutex::default(), due };
    let program = Arc::new(program);
    stage.sandbox.hosted_by(program.clone());
    (stage, program)
}

async fn got(stage: &Stage, path: &str) -> Value {
    stage.send(stage.http.get(stage.url(path))).await.1
}

#[tokio::test]
async fn without_a_host_the_app_cannot_be_stopped() {
    let stage = Stage::set().await;
    for (verb, body) in [("app", json!({"running": false})), ("start_over", json!({}))] {
        let (status, answer) = stage.control(verb, body).await;
        assert!(status == 422 && answer["error"].as_str().unwrap().contains("did not start the app"), "{answer}");
    }
    assert_eq!(got(&stage, "/_sandbox/due").await["due"].as_array().unwrap().len(), 2, "the snoozes of the world");
}

#[tokio::test]
async fn the_app_is_stopped_and_started() {
    let (stage, _) = hosted(&[]).await;
    for running in [false, true] {
        let answer = stage.control("app", json!({"running": running})).await;
        assert_eq!(answer, (200, json!({"running": running})));
        assert_eq!(stage.sandbox.state()["faults"]["dialnote"]["down"], false);
    }
}

#[tokio::test]
async fn time_passes_in_steps_of_five_minutes() {
    let (stage, program) = hosted(&[]).await;
    let begin = stage.clock.now();
    assert_eq!(stage.control("clock", json!({"seconds": 1500 + 7})).await.0, 200);
    let looks = program.looks.lock().unwrap();
    let after: Vec<_> = looks.iter().map(|at| at.duration_since(begin).as_secs()).collect();
    assert_eq!(after, [300, 600, 900, 1200, 1500, 1507]);
}

#[tokio::test]
async fn what_is_due_is_told_in_order_and_without_the_past() {
    let (stage, _) = hosted(&[("digest", 90_000), ("reminder", 1800), ("handoff", -5)]).await;
    let due = got(&stage, "/_sandbox/due").await;
    let names: Vec<_> = due["due"].as_array().unwrap().iter().map(|due| due["what"].as_str().unwrap()).collect();
    assert_eq!(names, ["reminder", "snooze", "snooze", "digest"]);
}

#[tokio::test]
async fn a_step_of_the_clock_is_news() {
    let (stage, _) = hosted(&[]).await;
    let mut window = Window::open(&stage, "maya").await;
    let before = window.next().await["now"].as_str().unwrap().to_owned();
    stage.control("clock", json!({"seconds": 60})).await;
    stage.control("tour", json!({"step": "look"})).await;
    let mut now = before.clone();
    while now == before {
        now = window.next().await["now"].as_str().unwrap().to_owned();
    }
    assert!(now > before);
}

#[tokio::test]
async fn starting_over_shows_every_window_the_fixed_world_again() {
    let (stage, _) = hosted(&[]).await;
    let begin = stage.clock.now();
    let mut window = Window::open(&stage, "maya").await;
    window.next().await;
    stage.post(json!([actions(&[button("take", "1")])])).await;
    stage.control("clock", json!({"seconds": 3600})).await;
    stage.control("tour", json!({"step": "look"})).await;
    stage.control("dialnote", json!({"conversation": "conv_1001", "assignedToId": "mem_leo"})).await;
    stage.control("faults", json!({"dialnote": {"down": true}})).await;
    assert_eq!(stage.control("start_over", json!({})).await, (200, json!({})));
    assert_eq!(stage.clock.now(), begin);
    let again = loop {
        let news = window.next().await;
        if news["whole"] == true {
            break news;
        }
    };
    assert_eq!(again["messages"], json!([]));
    assert_eq!(again["tour"], json!({"done": [], "era": 1}));
    assert_eq!(again["weather"]["faults"]["dialnote"]["down"], false);
    let conversations = again["dialnote"]["conversations"].as_array().unwrap();
    let ana = conversations.iter().find(|one| one["id"] == "conv_1001").unwrap();
    assert_eq!(ana["assignedTo"], Value::Null);
}

#[tokio::test]
async fn the_tour_ticks_itself() {
    let (stage, _) = hosted(&[]).await;
    let ts = stage.post(json!([actions(&[button("take", "conv_1001")])])).await;
    stage.click("maya", &ts, "take").await;
    stage.dialnote("PATCH", "/conversations/conv_1001", json!({"assignedToId": "mem_maya"})).await;
    stage.slash("maya", "/assign @zoe Robert Hale").await;
    stage.dialnote("PATCH", "/conversations/conv_1002", json!({"assignedToId": "mem_zoe"})).await;
    let mut window = Window::open(&stage, "maya").await;
    assert_eq!(window.next().await["tour"]["done"], json!(["take", "type"]));
    let (status, answer) = stage.control("tour", json!({"step": "fly"})).await;
    assert!(status == 400 && answer["error"].as_str().unwrap().contains("no step fly"), "{answer}");
}

#[tokio::test]
async fn grouped_options_keep_their_groups() {
    let stage = Stage::set().await;
    let menu = json!({"type": "external_select", "action_id": "to", "min_query_length": 0});
    let ts = stage.post(json!([actions(&[menu])])).await;
    let option = |name: &str| json!({"text": {"type": "plain_text", "text": name}, "value": name});
    let groups = json!([
        {"label": {"type": "plain_text", "text": "Suggested"}, "options": [option("Zoe")]},
        {"label": {"type": "plain_text", "text": "Everyone"}, "options": [option("Leo"), option("Maya")]},
    ]);
    stage.app.answers(crate::stage::Reply::Json(json!({ "option_groups": groups })));
    let typing = json!({"as": "maya", "channel": "front-desk", "message_ts": ts, "action_id": "to", "value": ""});
    let (_, outcome) = stage.control("options", typing).await;
    assert_eq!(outcome["options"].as_array().unwrap().len(), 3);
    assert_eq!(outcome["option_groups"], groups);
}

#[tokio::test]
async fn two_people_press_at_the_same_moment() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([actions(&[button("take", "conv_1001")])])).await;
    let press = |who: &str| json!({"as": who, "channel": "front-desk", "message_ts": ts, "action_id": "take"});
    let (status, outcomes) = stage.control("at_once", json!([press("leo"), press("zoe")])).await;
    assert_eq!((status, &outcomes[0]["status"], &outcomes[1]["status"]), (200, &json!(200), &json!(200)));
    assert_eq!(stage.app.received().len(), 2);
    let (status, answer) = stage.control("at_once", json!([press("leo"), press("kim")])).await;
    assert!(status == 422 && answer["error"].as_str().unwrap().contains("there is no kim"), "{answer}");
    assert_eq!(stage.app.received().len(), 2, "neither press is sent");
}

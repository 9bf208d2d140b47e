//! The page as it is served, and its updates: one person's view, and only that.

use std::fs;

use dialnote_sandbox::{Saying, Status};
use serde_json::{Value, json};

use crate::stage::{Reply, Stage, modal, section};

/// The events that one window of the page receives.
///
/// The second field is what came and is not read yet. It stays bytes, for a chunk may end within a character.
pub(crate) struct Window(reqwest::Response, Vec<u8>);

impl Window {
    pub(crate) async fn open(stage: &Stage, who: &str) -> Self {
        Self::at(&stage.url(""), who).await
    }

    pub(crate) async fn at(sandbox: &str, who: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = http.get(format!("{sandbox}/_sandbox/live?as={who}")).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response, Vec::new())
    }

    /// Returns the next event.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            if let Some(end) = self.1.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.1.drain(..end + 2).collect();
                match event.strip_prefix(b"data: ") {
                    Some(data) => return serde_json::from_slice(data).unwrap(),
                    None => continue,
                }
            }
            self.1.extend(self.0.chunk().await.unwrap().expect("the sandbox goes on sending"));
        }
    }

    /// Returns the next event about `part`.
    pub(crate) async fn next_about(&mut self, part: &str) -> Value {
        loop {
            let news = self.next().await;
            if !news[part].is_null() {
                return news[part].clone();
            }
        }
    }
}

impl Stage {
    async fn say(&self, who: &str, text: &str) -> String {
        let saying = Saying { who: who.into(), channel: "front-desk".into(), text: text.into(), thread_ts: None };
        self.sandbox.say(saying).await.unwrap()
    }
}

fn texts(messages: &Value) -> Vec<&str> {
    messages.as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_page_trusts_nothing() {
    let stage = Stage::set().await;
    let page = stage.http.get(stage.url("/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(policy.contains("require-trusted-types-for 'script'; trusted-types 'none'"), "{policy}");
    let index = page.text().await.unwrap();
    assert!(index.contains("/page/main.js") && !index.contains("style=") && !index.contains("onclick"), "{index}");
    assert_eq!(stage.http.get(stage.url("/page/elsewhere.js")).send().await.unwrap().status(), 404);
    assert_eq!(stage.http.get(stage.url("/elsewhere")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn every_file_of_the_page_is_served_and_leads_nowhere_else() {
    let stage = Stage::set().await;
    let forbidden = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "\"http:", "\"https:"];
    for entry in fs::read_dir("crates/sandbox/src/page").unwrap() {
        let path = entry.unwrap().path();
        let (name, text) = (path.file_name().unwrap().to_str().unwrap(), fs::read_to_string(&path).unwrap());
        if name == "index.html" {
            continue;
        }
        let served = stage.http.get(stage.url(&format!("/page/{name}"))).send().await.unwrap();
        assert_eq!(served.status(), 200, "{name}");
        let kind = served.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(served.text().await.unwrap(), text, "{name}");
        if path.extension().is_some_and(|extension| extension == "js") {
            assert_eq!(kind, "text/javascript; charset=utf-8", "{name}");
            // The name of SVG looks like an address, and nothing is loaded from it.
            let text = text.replace("\"http://www.w3.org/2000/svg\"", "");
            let found: Vec<_> = forbidden.iter().filter(|word| text.contains(**word)).collect();
            assert!(found.is_empty(), "{name} has {found:?}");
            assert!(text.starts_with("// "), "{name} says why it is there");
            assert!(text.lines().count() <= 300, "{name} does one thing");
        }
    }
}

#[tokio::test]
async fn one_sees_ones_own_and_nothing_else() {
    let stage = Stage::set().await;
    stage.granted("chat.postEphemeral", json!({"channel": "C0FRONT", "user": "U0LEO", "text": "Psst"})).await;
    stage.granted("chat.postMessage", json!({"channel": "U0ZOE", "text": "For you"})).await;
    stage.open(modal(&[section("Hi")])).await;
    let (mut leo, mut zoe, mut maya) =
        (Window::open(&stage, "leo").await, Window::open(&stage, "zoe").await, Window::open(&stage, "maya").await);
    let (leo, zoe, maya) = (leo.next().await, zoe.next().await, maya.next().await);
    assert_eq!((texts(&leo["messages"]), texts(&zoe["messages"])), (vec!["Psst"], vec!["For you"]));
    assert_eq!(leo["messages"][0]["only"], true);
    assert_eq!((texts(&maya["messages"]), maya["views"]["stack"].as_array().unwrap().len()), (vec![], 1));
    assert_eq!(zoe["views"]["stack"], json!([]));
    let unread =
        |news: &Value| news["people"].as_array().unwrap().iter().map(|p| p["unread"].clone()).collect::<Vec<_>>();
    assert_eq!(unread(&maya), [0, 0, 1, 0, 0], "one sees for whom something waits");
    assert_eq!(maya["installed"]["features"]["slash_commands"][0]["command"], "/assign");
    for secret in ["sandbox-signing-secret", "xoxb-sandbox-token", "dn_live_sandbox_key"] {
        assert!(!maya.to_string().contains(secret));
    }
    let nobody = stage.send(stage.http.get(stage.url("/_sandbox/live?as=kim"))).await;
    assert_eq!(nobody.0, 422);
}

#[tokio::test]
async fn only_what_changed_is_sent_again() {
    let stage = Stage::set().await;
    let first = stage.post(json!([section("One")])).await;
    let mut window = Window::open(&stage, "maya").await;
    assert_eq!(window.next().await["whole"], true);
    stage.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "Two"})).await;
    let news = window.next_about("messages").await;
    assert_eq!(texts(&news), ["Two"]);
    stage.granted("chat.update", json!({"channel": "C0FRONT", "ts": first, "text": "One, changed"})).await;
    let news = window.next_about("messages").await;
    assert_eq!((texts(&news), news[0]["edited"].is_string()), (vec!["One, changed"], true));
    stage.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "Answer", "thread_ts": first})).await;
    let news = window.next_about("messages").await;
    assert_eq!(texts(&news), ["One, changed", "Answer"]);
    assert_eq!((&news[0]["answers"]["count"], &news[0]["answers"]["people"]), (&json!(1), &json!(["U0BOT"])));
    stage.granted("chat.delete", json!({"channel": "C0FRONT", "ts": first})).await;
    assert_eq!(window.next_about("removed").await, json!([{"channel": "C0FRONT", "ts": first}]));
}

#[tokio::test]
async fn a_long_channel_comes_in_pages() {
    let stage = Stage::set().await;
    for number in 0..450 {
        stage.sandbox.world(|world| world.say("leo", "front-desk", &format!("{number}"))).unwrap();
    }
    let news = Window::open(&stage, "maya").await.next().await;
    assert_eq!((texts(&news["messages"]).len(), texts(&news["messages"])[0]), (200, "250"));
    assert_eq!(news["more"], json!(["C0FRONT"]));
    let before = news["messages"][0]["ts"].as_str().unwrap();
    let older = |before: String| {
        let path = format!("/_sandbox/older?as=maya&channel=C0FRONT&before={before}");
        stage.send(stage.http.get(stage.url(&path)))
    };
    let page = older(before.to_owned()).await.1;
    assert_eq!(
        (texts(&page["messages"])[0], texts(&page["messages"])[199], &page["more"]),
        ("50", "249", &json!(true))
    );
    let page = older(page["messages"][0]["ts"].as_str().unwrap().to_owned()).await.1;
    assert_eq!((texts(&page["messages"]).len(), &page["more"]), (50, &json!(false)));
    let elsewhere = stage.http.get(stage.url("/_sandbox/older?as=maya&channel=D0ZOE"));
    assert_eq!(stage.send(elsewhere).await.0, 422);
}

#[tokio::test]
async fn people_write_answer_and_read() {
    let stage = Stage::set().await;
    let first = stage.say("leo", "Is @zoe there? <b>&").await;
    let written = stage.sandbox.world(|world| world.message("C0FRONT", &first).unwrap().text.clone());
    assert_eq!(written, "Is <@U0ZOE> there? &lt;b&gt;&amp;");
    let answer = json!({"as": "zoe", "channel": "front-desk", "text": "Yes", "thread_ts": first});
    assert_eq!(stage.control("say", answer).await.0, 200);
    let thread = format!("/_sandbox/older?as=maya&channel=C0FRONT&thread={first}");
    let thread = stage.send(stage.http.get(stage.url(&thread))).await.1;
    assert_eq!(texts(&thread["messages"]), [written.as_str(), "Yes"]);
    let mut window = Window::open(&stage, "maya").await;
    assert_eq!(window.next().await["channels"][0]["unread"], 1, "answers in a thread do not count");
    assert_eq!(stage.control("read", json!({"as": "maya", "channel": "front-desk"})).await.0, 200);
    assert_eq!(window.next_about("channels").await[0]["unread"], 0);
    for (text, thread, words) in
        [(" ", None, "a message says something"), ("x", Some("1.1"), "no message 1.1 to answer")]
    {
        let saying = json!({"as": "maya", "channel": "billing", "text": text, "thread_ts": thread});
        let (status, answer) = stage.control("say", saying).await;
        assert!(status == 422 && answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
}

#[tokio::test]
async fn a_teammate_changes_it_in_dialnote() {
    let stage = Stage::set().await;
    let mut window = Window::open(&stage, "maya").await;
    window.next().await;
    let change = json!({"conversation": "conv_1001", "assignedToId": "mem_leo", "isRead": true, "note": "Called."});
    assert_eq!(stage.control("dialnote", change).await, (200, json!({})));
    let inbox = window.next_about("dialnote").await;
    let ana = inbox["conversations"].as_array().unwrap().iter().find(|c| c["id"] == "conv_1001").unwrap();
    assert_eq!((&ana["assignedTo"]["name"], &ana["isRead"]), (&json!("Leo Martins"), &json!(true)));
    assert_eq!(ana["timeline"].as_array().unwrap().last().unwrap()["content"], "Called.");
    for (change, words) in [
        (json!({"conversation": "conv_1001"}), "nothing to change"),
        (json!({"conversation": "conv_1", "isRead": true}), "no such conversation"),
        (json!({"conversation": "conv_1001", "assignedToId": "mem_sam"}), "not a member"),
    ] {
        let (status, answer) = stage.control("dialnote", change).await;
        assert!(status == 422 && answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
    assert_eq!(stage.app.received().len(), 0, "the app is not told");
}

#[tokio::test]
async fn a_day_passes_and_wakes_what_was_snoozed() {
    let stage = Stage::set().await;
    let before = stage.clock.now();
    assert_eq!(stage.control("clock", json!({"seconds": 86_400})).await.0, 200);
    assert_eq!(stage.clock.now().duration_since(before).as_hours(), 24);
    stage.sandbox.world(|world| {
        let julian = world.dialnote.conversation("conv_1014").unwrap();
        assert_eq!((julian.status, julian.is_read, julian.snoozed_until), (Status::Open, false, None));
    });
}

#[tokio::test]
async fn the_inspector_shows_both_ways_and_no_secrets() {
    let stage = Stage::set().await;
    stage.app.answers(Reply::Text("On it."));
    let url = stage.slash("maya", "/assign @zoe conv_1001").await.response_url.unwrap();
    stage.respond(&url, json!({"text": "Done"})).await;
    stage.dialnote("GET", "/conversations", Value::Null).await;
    let (_, traffic) = stage.send(stage.http.get(stage.url("/_sandbox/traffic"))).await;
    let lines = traffic["lines"].as_array().unwrap();
    let line =
        |what: &str| lines.iter().find(|line| line["what"] == what).unwrap_or_else(|| panic!("{what}: {lines:?}"));
    assert_eq!((&line("slash_command")["who"], &line("slash_command")["status"]), (&json!("maya"), &json!(200)));
    assert_eq!(line("GET /conversations")["service"], "dialnote");
    let mut shown = String::new();
    for line in lines {
        let path = format!("/_sandbox/traffic/{}/{}", line["way"].as_str().unwrap(), line["seq"]);
        let (status, whole) = stage.send(stage.http.get(stage.url(&path))).await;
        assert_eq!(status, 200);
        shown.push_str(&whole.to_string());
    }
    let signature = &stage.app.last().headers["x-slack-signature"].to_str().unwrap().to_owned();
    let token = url.rsplit('/').next().unwrap();
    for secret in [signature.as_str(), token, "xoxb-sandbox-token", "dn_live_sandbox_key", "legacy-verification-token"]
    {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
    assert!(shown.contains("x-slack-signature") && shown.contains("On it.") && shown.contains("conv_1001"));
    assert_eq!(stage.send(stage.http.get(stage.url("/_sandbox/traffic/call/999"))).await.0, 404);
}

#[tokio::test]
async fn the_pages_limits_are_stated_in_its_policy() {
    let stage = Stage::set().await;
    let report = json!({"csp-report": {"violated-directive": "img-src"}}).to_string();
    let request = stage.http.post(stage.url("/_sandbox/violations")).header("content-type", "application/csp-report");
    assert_eq!(request.body(report).send().await.unwrap().status(), 204);
    assert_eq!(stage.sandbox.page_violations()[0]["csp-report"]["violated-directive"], "img-src");
}

/// A foreign page may point its own name at this machine's address, and would then read along.
#[tokio::test]
async fn no_other_hosts_name_leads_here() {
    let stage = Stage::set().await;
    let asked = async |host: &str| {
        let request = stage.http.get(stage.url("/_sandbox/state")).header("host", host);
        request.send().await.unwrap().status().as_u16()
    };
    for (host, status) in [
        ("127.0.0.1", 200),
        ("127.0.0.1:4000", 200),
        ("[::1]:4000", 200),
        ("192.0.2.7:4000", 200),
        ("localhost:4000", 200),
        ("demo.localhost", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:4000", 421),
        ("evil.example:4000@127.0.0.1", 421),
        ("", 421),
    ] {
        assert_eq!(asked(host).await, status, "{host}");
    }
}

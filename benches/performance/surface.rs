//! The speed of lists, search fields and Home in an organization with 50,000 conversations and 500 members, and the
//! cost in memory and processor time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use dialnote_slack::platform::slack::signature::sign;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::commands::{SECRET, TEAM, person};
use crate::databases::Backend;
use crate::goals::{Goal, Measured, side_by_side};
use crate::servers::Server;
use crate::stats::{Latencies, number};
use crate::{Outcome, machine, say};

const CONVERSATIONS: usize = 50_000;
const MEMBERS: u64 = 500;

/// dialnote's largest page (docs/contracts/dialnote.md, Calls).
const PAGE: usize = 100;

/// The repetitions of each request, and of opening Home.
const TIMES: usize = 200;
const HOMES: usize = 40;

/// The duration of polling without changes.
const WATCHED: Duration = Duration::from_secs(20);

/// A large organization.
struct FakeServices {
    /// The number of requested pages of the list.
    pages: AtomicUsize,
    published: Notify,
    whole: Notify,
}

impl FakeServices {
    async fn open() -> Outcome<(Arc<Self>, [(&'static str, String); 2])> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let services = Arc::new(Self { pages: AtomicUsize::default(), published: Notify::new(), whole: Notify::new() });
        let router = Router::new().fallback(answer).with_state(services.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        let settings = [
            ("SLACK_API_URL", format!("http://{address}/slack")),
            ("DIALNOTE_API_URL", format!("http://{address}/dialnote")),
        ];
        Ok((services, settings))
    }
}

async fn answer(State(services): State<Arc<FakeServices>>, uri: Uri, body: String) -> Response {
    let answer = match uri.path().strip_prefix("/slack/") {
        Some(call) => slack(&services, call, &body),
        None => dialnote(&services, uri.path(), uri.query().unwrap_or_default()),
    };
    ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

fn slack(services: &FakeServices, call: &str, body: &str) -> Value {
    match call {
        "auth.test" => json!({ "ok": true, "team_id": TEAM }),
        "users.info" => {
            let user = body.strip_prefix("user=").unwrap_or_default();
            let email = format!("{}@acme.example", user.to_lowercase());
            json!({ "ok": true, "user": {
                "id": user, "team_id": TEAM, "name": user, "profile": { "display_name": user, "email": email },
            } })
        }
        "views.publish" => {
            services.published.notify_one();
            json!({ "ok": true, "view": { "hash": "1" } })
        }
        _ => json!({ "ok": true, "channel": "C2147483705", "ts": "1.000100" }),
    }
}

fn dialnote(services: &FakeServices, path: &str, query: &str) -> Value {
    if path.ends_with("/team/members") {
        let member = |n| {
            let user = member(n);
            json!({ "id": format!("mem_{user}"), "name": user, "email": format!("{}@acme.example", user.to_lowercase()) })
        };
        return json!({ "data": (0..MEMBERS).map(member).collect::<Vec<_>>() });
    }
    if !path.ends_with("/conversations") {
        return json!({ "data": conversation(0) });
    }
    services.pages.fetch_add(1, Ordering::Relaxed);
    let offset = query.split('&').find_map(|pair| pair.strip_prefix("offset=")?.parse::<usize>().ok()).unwrap_or(0);
    let page: Vec<_> = (offset..CONVERSATIONS.min(offset + PAGE)).map(conversation).collect();
    if page.len() < PAGE {
        services.whole.notify_one();
    }
    json!({ "data": page })
}

fn member(n: u64) -> String {
    if n < crate::commands::PEOPLE { person(n) } else { format!("U3147{n:06}") }
}

const FIRST: [&str; 8] = ["Ana", "Robert", "Diana", "Grace", "Lucía", "Julian", "Priya", "Marta"];
const LAST: [&str; 10] = ["Lima", "Hale", "Okafor", "Nguyen", "Kim", "Fernández", "Frost", "Shah", "Silva", "Quinn"];

/// Typed commands, and searches.
const TYPED: [&str; 5] = ["/inbox", "/inbox unassigned", "/assign", "/done", "/inbox done lima"];
const SOUGHT: [&str; 8] = ["", "ana", "okaffor12", "415 000 12", "lucia fern", "zzzzzz", "quinn", "Nguyn77"];

/// Returns the nth text, repeating the list.
fn nth<'a>(all: &[&'a str], n: usize) -> &'a str {
    all.iter().cycle().nth(n % all.len()).copied().unwrap_or_default()
}

fn conversation(n: usize) -> Value {
    let owner = if n.is_multiple_of(4) { None } else { Some(member(n as u64 % MEMBERS)) };
    let status = match n % 10 {
        0..6 => "open",
        6 => "snoozed",
        _ => "done",
    };
    let at =
        Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_764_000_000 - i64::try_from(n).unwrap_or(0) * 60);
    json!({
        "id": format!("conv_{n}"), "status": status, "isRead": n.is_multiple_of(3),
        "assignedTo": owner.map(|user| json!({ "id": format!("mem_{user}"), "name": user })),
        "contact": {
            "firstName": nth(&FIRST, n), "lastName": format!("{}{}", nth(&LAST, n), n / 80),
            "company": "Acme", "phoneNumber": format!("+1415{:07}", n),
        },
        "phoneNumber": { "number": "+14155550100", "name": "Front desk" },
        "lastActivity": { "type": "sms", "direction": "inbound", "preview": "Could you call me back, please?", "at": at },
    })
}

/// The figures of one database.
struct SurfaceSpeed {
    /// The seconds until all conversations are read.
    all_read: f64,
    acks: Latencies,
    options: Latencies,
    homes: Latencies,
    /// The most memory, in MiB.
    memory: f64,
    /// The pages read while nothing changes, and the share of a core for them.
    idle_pages: usize,
    idle_core: f64,
}

/// Measures both databases.
pub(crate) async fn measure() -> Outcome<Measured> {
    let mut all = Vec::new();
    for backend in Backend::ALL {
        let speed = speed(backend).await?;
        let SurfaceSpeed { all_read, memory, .. } = &speed;
        say(&format!("{}: all read in {all_read:.1} s, at most {memory:.1} MiB", backend.name()))?;
        all.push(speed);
    }
    Ok(report(&all))
}

async fn speed(backend: Backend) -> Outcome<SurfaceSpeed> {
    let database = backend.fresh().await?;
    let (services, settings) = FakeServices::open().await?;
    let begun = Instant::now();
    let server = Server::real(&database.url, &settings, &[machine::SERVER])?;
    services.whole.notified().await;
    let all_read = begun.elapsed().as_secs_f64();
    let asking = Asking { http: reqwest::Client::new(), url: format!("http://{}", server.address) };
    // The cache has every person, as after a morning's work.
    settled(&asking).await?;
    let acks = asking.acks().await?;
    let options = asking.options().await?;
    let homes = asking.homes(&services).await?;
    let memory = machine::memory(server.id(), "VmHWM")?;
    let (idle_pages, idle_core) = watching(&services, server.id()).await?;
    server.end()?;
    database.remove().await?;
    Ok(SurfaceSpeed { all_read, acks, options, homes, memory, idle_pages, idle_core })
}

fn report(all: &[SurfaceSpeed]) -> Measured {
    let figures = |of: fn(&SurfaceSpeed) -> f64| all.iter().map(of).collect::<Vec<_>>();
    let cell = |of| side_by_side(&figures(of).into_iter().map(number).collect::<Vec<_>>());
    let text = format!(
        "The p50 of a search field is {} ms, and of opening Home {} ms. While nothing changes for {} s, the app reads \
         pages of the list ({}) and takes {} % of a core.",
        cell(|speed| speed.options.percentile(0.5)),
        cell(|speed| speed.homes.percentile(0.5)),
        WATCHED.as_secs(),
        side_by_side(&all.iter().map(|speed| speed.idle_pages).collect::<Vec<_>>()),
        cell(|speed| speed.idle_core)
    );
    let goals = vec![
        Goal::at_most("50,000 conversations, all read", &figures(|speed| speed.all_read), 60.0, "s"),
        Goal::at_most(
            "50,000 conversations, acknowledgement, p99",
            &figures(|speed| speed.acks.percentile(0.99)),
            200.0,
            "ms",
        ),
        Goal::at_most(
            "50,000 conversations, search field, p99",
            &figures(|speed| speed.options.percentile(0.99)),
            500.0,
            "ms",
        ),
        Goal::at_most(
            "50,000 conversations, Home opened, slowest",
            &figures(|speed| speed.homes.percentile(1.0)),
            1_000.0,
            "ms",
        ),
        Goal::at_most("50,000 conversations, the most memory", &figures(|speed| speed.memory), 150.0, "MiB"),
    ];
    Measured { text, goals }
}

/// Waits until lists are complete.
async fn settled(asking: &Asking) -> Outcome<()> {
    while asking.suggestion("conv_49999").await?.as_array().is_none_or(Vec::is_empty) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Returns the number of pages read while nothing changes, and the share of a core for them.
async fn watching(services: &FakeServices, server: u32) -> Outcome<(usize, f64)> {
    let (pages, core) = (services.pages.load(Ordering::Relaxed), machine::cpu_time(server)?);
    tokio::time::sleep(WATCHED).await;
    let core = machine::cpu_time(server)?.saturating_sub(core).as_secs_f64() / WATCHED.as_secs_f64();
    Ok((services.pages.load(Ordering::Relaxed) - pages, core * 100.0))
}

/// A client that plays teammates.
struct Asking {
    http: reqwest::Client,
    url: String,
}

impl Asking {
    async fn acks(&self) -> Outcome<Latencies> {
        let mut times = Vec::new();
        for n in 0..TIMES {
            let text = nth(&TYPED, n);
            let (command, text) = text.split_once(' ').unwrap_or((text, ""));
            let text = if command == "/assign" { format!("<@{}> conv_{n}", member(7)) } else { text.to_owned() };
            let text = if command == "/done" { format!("conv_{n}") } else { text };
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([
                    ("team_id", TEAM),
                    ("channel_id", "C2147483705"),
                    ("user_id", &member(1)),
                    ("command", command),
                    ("text", &text),
                    ("trigger_id", &format!("ack.{n}.{:x}", rand::random::<u64>())),
                ])
                .finish();
            times.push(self.timed("/slack/commands", "application/x-www-form-urlencoded", body).await?.0);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Latencies::of(times))
    }

    async fn options(&self) -> Outcome<Latencies> {
        let mut times = Vec::new();
        for n in 0..TIMES {
            let typed = nth(&SOUGHT, n);
            times.push(self.suggest(typed).await?.0);
        }
        Ok(Latencies::of(times))
    }

    async fn homes(&self, services: &FakeServices) -> Outcome<Latencies> {
        let mut times = Vec::new();
        for n in 0..HOMES {
            let body = json!({
                "type": "event_callback", "event_id": format!("Ev{:x}", rand::random::<u64>()), "team_id": TEAM,
                "event": { "type": "app_home_opened", "user": member(n as u64), "tab": "home" },
                "authorizations": [{ "team_id": TEAM }],
            });
            let begun = Instant::now();
            self.timed("/slack/events", "application/json", body.to_string()).await?;
            services.published.notified().await;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(Latencies::of(times))
    }

    async fn suggestion(&self, typed: &str) -> Outcome<Value> {
        let (_, answer) = self.suggest(typed).await?;
        Ok(serde_json::from_str::<Value>(&answer)?.pointer("/options").cloned().unwrap_or_default())
    }

    async fn suggest(&self, typed: &str) -> Outcome<(f64, String)> {
        let payload = json!({
            "type": "block_suggestion", "action_id": "find", "block_id": "x", "value": typed,
            "team": { "id": TEAM }, "user": { "id": member(1) },
        });
        let payload = payload.to_string();
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload).finish();
        self.timed("/slack/options", "application/x-www-form-urlencoded", body).await
    }

    /// Sends a signed request. Returns the latency in milliseconds, and the answer.
    async fn timed(&self, path: &str, content_type: &str, body: String) -> Outcome<(f64, String)> {
        let now = Timestamp::now().as_second();
        let begun = Instant::now();
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("Content-Type", content_type)
            .header("X-Slack-Request-Timestamp", now)
            .header("X-Slack-Signature", sign(SECRET, now, body.as_bytes()))
            .body(body);
        let response = request.send().await?.error_for_status()?;
        let answer = response.text().await?;
        Ok((begun.elapsed().as_secs_f64() * 1000.0, answer))
    }
}

//! The cost of polling a large organization while a few hundred conversations a minute are active: the pages read, the
//! core time, and their dependence on the number of inactive conversations.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use dialnote_slack::platform::slack::signature::sign;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::commands::{SECRET, TEAM};
use crate::databases::Backend;
use crate::goals::{Goal, Measured, side_by_side};
use crate::servers::Server;
use crate::stats::number;
use crate::{Outcome, machine, say};

/// The numbers of conversations, with few and with many inactive ones.
const SIZES: [u32; 2] = [5_000, 50_000];

/// The conversations active in a minute.
const ACTIVE: u32 = 200;

/// The duration of the measurement.
const TIME: Duration = Duration::from_secs(60);

/// The pages of the full scan read in that time.
const WALKED: usize = 1;

/// The wait before the measurement, so that the cost of the start doesn't count.
const BEFORE: Duration = Duration::from_secs(30);

/// dialnote's largest page (docs/contracts/dialnote.md, Calls).
const PAGE: usize = 100;

const CHANNEL: &str = "C2147483705";
const ADMIN: &str = "U2147000001";

/// A fake of dialnote and Slack.
struct Far {
    desk: Mutex<Desk>,
    whole: Notify,
}

/// dialnote's conversations.
#[derive(Default)]
struct Desk {
    /// The conversations, most recently active last.
    order: Vec<usize>,
    /// The last activity of each conversation.
    active: HashMap<usize, Timestamp>,
    /// The changes that no page has returned yet.
    fresh: Vec<usize>,
    /// The counts of the measurement.
    read: Read,
}

/// The pages read, the pages with changes, and the messages for cards.
#[derive(Clone, Copy, Default)]
struct Read {
    pages: usize,
    changed: usize,
    cards: usize,
}

impl Far {
    fn desk<T>(&self, use_it: impl FnOnce(&mut Desk) -> T) -> T {
        use_it(&mut self.desk.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn open(conversations: usize) -> Outcome<(Arc<Self>, [(&'static str, String); 3])> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let began = Timestamp::now().as_second() - 86_400;
        let active = (0..conversations).map(|n| {
            let at = began - i64::try_from(conversations - n).unwrap_or_default() * 60;
            (n, Timestamp::from_second(at).unwrap_or_default())
        });
        let desk = Desk { order: (0..conversations).collect(), active: active.collect(), ..Desk::default() };
        let far = Arc::new(Self { desk: Mutex::new(desk), whole: Notify::new() });
        let router = Router::new().fallback(answer).with_state(far.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        let settings = [
            ("SLACK_API_URL", format!("http://{address}/slack")),
            ("DIALNOTE_API_URL", format!("http://{address}/dialnote")),
            ("SLACK_PACE", "as-allowed".to_owned()),
        ];
        Ok((far, settings))
    }
}

impl Desk {
    /// Makes a conversation active.
    fn ring(&mut self, n: usize) {
        self.order.retain(|other| *other != n);
        self.order.push(n);
        self.active.insert(n, Timestamp::now());
        self.fresh.push(n);
    }

    fn page(&mut self, offset: usize) -> (Vec<Value>, bool) {
        let ids: Vec<_> = self.order.iter().rev().skip(offset).take(PAGE).copied().collect();
        let before = self.fresh.len();
        self.fresh.retain(|n| !ids.contains(n));
        self.read.pages += 1;
        self.read.changed += usize::from(self.fresh.len() < before);
        (ids.iter().map(|n| self.conversation(*n)).collect(), offset + PAGE >= self.order.len())
    }

    fn conversation(&self, n: usize) -> Value {
        json!({
            "id": format!("conv_{n}"), "status": "open", "isRead": false, "assignedTo": null,
            "contact": { "firstName": "Ana", "lastName": format!("Lima{n}"), "phoneNumber": format!("+1415{n:07}") },
            "phoneNumber": { "number": "+14155550100", "name": "Front desk" },
            "lastActivity": {
                "type": "sms", "direction": "inbound", "preview": "Could you call me back, please?",
                "at": self.active.get(&n),
            },
        })
    }
}

async fn answer(State(far): State<Arc<Far>>, uri: Uri, body: String) -> Response {
    let answer = match uri.path().strip_prefix("/slack/") {
        Some(call) => slack(&far, call, &body),
        None => dialnote(&far, uri.path(), uri.query().unwrap_or_default()),
    };
    ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

fn slack(far: &Far, call: &str, body: &str) -> Value {
    match call {
        "auth.test" => json!({ "ok": true, "team_id": TEAM }),
        "users.info" => {
            let user = body.strip_prefix("user=").unwrap_or_default();
            json!({ "ok": true, "user": {
                "id": user, "team_id": TEAM, "name": user, "is_admin": true,
                "profile": { "display_name": user, "email": format!("{}@acme.example", user.to_lowercase()) },
            } })
        }
        call => {
            far.desk(|desk| desk.read.cards += usize::from(matches!(call, "chat.postMessage" | "chat.update")));
            json!({ "ok": true, "channel": CHANNEL, "ts": format!("1.{:06}", rand::random_range(0..1_000_000)) })
        }
    }
}

fn dialnote(far: &Far, path: &str, query: &str) -> Value {
    let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let path: Vec<_> = path.trim_start_matches("/dialnote/").split('/').collect();
    match path.as_slice() {
        ["team", "members"] => json!({ "data": [
            { "id": "mem_admin", "name": "Admin", "email": format!("{}@acme.example", ADMIN.to_lowercase()) },
        ] }),
        ["conversations"] => {
            let offset = asked("offset").and_then(|offset| offset.parse().ok()).unwrap_or_default();
            let (page, is_last) = far.desk(|desk| desk.page(offset));
            if is_last {
                far.whole.notify_one();
            }
            json!({ "data": page })
        }
        ["conversations", id] => {
            let n = id.strip_prefix("conv_").and_then(|n| n.parse().ok()).unwrap_or_default();
            json!({ "data": far.desk(|desk| desk.conversation(n)) })
        }
        _ => json!({ "data": [] }),
    }
}

/// The cost of a minute.
struct Minute {
    read: Read,
    /// The share of a core, in percent.
    core: f64,
    /// The largest memory, in MiB.
    memory: f64,
}

/// Measures both databases, each with both sizes.
pub(crate) async fn measure() -> Outcome<Measured> {
    let mut all = Vec::new();
    for backend in Backend::ALL {
        let [few, many] = SIZES;
        all.push([told(backend, few).await?, told(backend, many).await?]);
    }
    report(&all)
}

async fn told(backend: Backend, conversations: u32) -> Outcome<Minute> {
    let minute = minute(backend, conversations).await?;
    let (name, Minute { read: Read { pages, changed, .. }, core, memory }) = (backend.name(), &minute);
    say(&format!(
        "{name}, {conversations} conversations: {pages} pages, {changed} changed, {core:.1} %, {memory:.0} MiB"
    ))?;
    Ok(minute)
}

fn report(all: &[[Minute; 2]]) -> Outcome<Measured> {
    let many = || all.iter().map(|[_, many]| many);
    let counts = |of: fn(&Read) -> usize| side_by_side(&many().map(|minute| of(&minute.read)).collect::<Vec<_>>());
    let few_cores: Vec<_> = all.iter().map(|[few, _]| number(few.core)).collect();
    let cores: Vec<_> = many().map(|minute| minute.core).collect();
    let memory: Vec<_> = many().map(|minute| minute.memory).collect();
    let ratios: Vec<_> = all.iter().map(|[few, many]| many.core / few.core).collect();
    let [small, large] = SIZES.map(|size| number(size.into()));
    let text = format!(
        "In a minute with {large} conversations the app reads pages of the list ({}), of them with changes ({}), and \
         posts or changes cards ({}). With {small} conversations it takes {} % of a core.",
        counts(|read| read.pages),
        counts(|read| read.changed),
        counts(|read| read.cards),
        side_by_side(&few_cores)
    );
    let needless = many().map(|minute| needless_pages(&minute.read)).collect::<Outcome<Vec<_>>>()?;
    let goals = vec![
        Goal::at_most("following, pages read without changes", &needless, 0.0, ""),
        Goal::at_most("following, share of a core", &cores, 20.0, "%"),
        Goal::at_most("following, memory", &memory, 150.0, "MiB"),
        Goal::at_most("following, cost of ten times the conversations", &ratios, 1.2, ""),
    ];
    Ok(Measured { text, goals })
}

/// Returns the number of pages without changes, except those of the full scan.
fn needless_pages(read: &Read) -> Outcome<f64> {
    Ok(u32::try_from(read.pages.saturating_sub(WALKED + read.changed))?.into())
}

async fn minute(backend: Backend, conversations: u32) -> Outcome<Minute> {
    let conversations = usize::try_from(conversations)?;
    let database = backend.fresh().await?;
    let (far, settings) = Far::open(conversations).await?;
    let server = Server::real(&database.url, &settings, &[machine::SERVER])?;
    far.whole.notified().await;
    route(&format!("http://{}", server.address)).await?;
    let mut dice = StdRng::seed_from_u64(7);
    stir(&far, &mut dice, conversations, BEFORE).await;
    far.desk(|desk| desk.read = Read::default());
    let core = machine::cpu_time(server.id())?;
    stir(&far, &mut dice, conversations, TIME).await;
    let core = machine::cpu_time(server.id())?.saturating_sub(core).as_secs_f64() / TIME.as_secs_f64() * 100.0;
    let memory = machine::memory(server.id(), "VmHWM")?;
    let read = far.desk(|desk| desk.read);
    server.end()?;
    database.remove().await?;
    Ok(Minute { read, core, memory })
}

/// Routes all cards to one channel.
async fn route(server: &str) -> Outcome<()> {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("team_id", TEAM),
            ("channel_id", CHANNEL),
            ("user_id", ADMIN),
            ("command", "/dialnote"),
            ("text", "route *"),
            ("trigger_id", "1.2.route"),
        ])
        .finish();
    let now = Timestamp::now().as_second();
    let request = reqwest::Client::new()
        .post(format!("{server}/slack/commands"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Slack-Request-Timestamp", now)
        .header("X-Slack-Signature", sign(SECRET, now, body.as_bytes()))
        .body(body);
    request.send().await?.error_for_status()?;
    Ok(())
}

/// Makes random conversations active, at an even rate.
async fn stir(far: &Far, dice: &mut StdRng, conversations: usize, time: Duration) {
    let (begun, every) = (Instant::now(), Duration::from_secs(60) / ACTIVE);
    for nth in 1.. {
        let at = every * nth;
        if at > time {
            break;
        }
        sleep_until(begun + at).await;
        let n = dice.random_range(0..conversations);
        far.desk(|desk| desk.ring(n));
    }
}

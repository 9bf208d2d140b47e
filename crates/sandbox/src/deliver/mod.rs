//! What Slack does when a person does something: composes the request, signs it, sends it to the
//! app, and shows what came back within three seconds — or what Slack shows when nothing did.

mod envelope;
mod event;
mod incoming;
mod interact;
mod modal;
mod payload;
mod said;
mod slash;
mod values;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::blocks::max;
use crate::calls::Delivery;
use crate::impossible::Impossible;
use crate::shared::Shared;
use crate::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

pub(super) use event::{event, uninstall};
pub(super) use incoming::incoming;
pub(super) use interact::{click, options, shortcut};
pub(super) use modal::{close, submit};
pub(super) use said::say;
pub(super) use slash::{Line, slash};

/// What Slack saw of the app, and what the person saw of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether anything was sent to the app at all.
    pub delivered: bool,
    /// The status the app answered.
    pub status: Option<u16>,
    /// How long it took, in real milliseconds.
    pub ack_ms: u64,
    /// The body the app answered.
    pub body: String,
    /// Slack's complaint about the app: `operation_timeout`, `dispatch_failed`, or what was wrong
    /// with its answer.
    pub error: Option<String>,
    /// What keeps a modal from being submitted: block → sentence, from Slack itself or from the app.
    pub field_errors: BTreeMap<String, String>,
    /// Options the app offered to somebody typing.
    pub options: Vec<Value>,
    /// The trigger that was sent along.
    pub trigger_id: Option<String>,
    /// The response URL that was sent along.
    pub response_url: Option<String>,
}

/// A press on a button or a choice from a menu. A message is named by `channel` and `message_ts`,
/// a view by `view_id`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Click {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel; `dm` for the direct message with the app.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The modal or home tab.
    pub view_id: Option<String>,
    /// The button or menu.
    pub action_id: String,
    /// Its block, where several have an element with this `action_id`.
    pub block_id: Option<String>,
    /// Which of several buttons with this `action_id`, by its own value; or what was typed.
    pub value: Option<String>,
    /// Handle or id of the person chosen.
    pub selected_user: Option<String>,
    /// The value of the option chosen.
    pub selected_option: Option<String>,
    /// The values of the options chosen.
    pub selected_options: Option<Vec<String>>,
    /// Handles or ids of the people chosen.
    pub selected_users: Option<Vec<String>>,
    /// Name or id of the channel chosen.
    pub selected_channel: Option<String>,
    /// Name or id of the conversation chosen.
    pub selected_conversation: Option<String>,
    /// `YYYY-MM-DD`.
    pub selected_date: Option<String>,
    /// `HH:mm`.
    pub selected_time: Option<String>,
    /// Seconds since the epoch.
    pub selected_date_time: Option<i64>,
    /// What was typed into a modal before the press, as in [`Submit::values`].
    pub values: Map<String, Value>,
}

impl Click {
    /// A press on something in a message.
    pub fn message(who: &str, channel: &str, ts: &str, action_id: &str) -> Self {
        Self {
            who: who.to_owned(),
            channel: Some(channel.to_owned()),
            message_ts: Some(ts.to_owned()),
            action_id: action_id.to_owned(),
            ..Self::default()
        }
    }

    /// A press on something in a modal or home tab.
    pub fn view(who: &str, view_id: &str, action_id: &str) -> Self {
        Self {
            who: who.to_owned(),
            view_id: Some(view_id.to_owned()),
            action_id: action_id.to_owned(),
            ..Self::default()
        }
    }

    /// What was chosen or typed, if anything.
    fn given(&self) -> Value {
        let words = [
            &self.selected_user,
            &self.selected_option,
            &self.selected_channel,
            &self.selected_conversation,
            &self.selected_date,
            &self.selected_time,
        ];
        let lists = [&self.selected_options, &self.selected_users];
        let word = words.into_iter().flatten().map(|word| Value::from(word.as_str()));
        let list = lists.into_iter().flatten().map(|list| Value::from(list.clone()));
        let moment = self.selected_date_time.into_iter().map(Value::from);
        let typed = self.value.iter().map(|word| Value::from(word.as_str()));
        word.chain(list).chain(moment).chain(typed).next().unwrap_or_default()
    }
}

/// A modal filled in and submitted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The modal.
    pub view_id: String,
    /// block → action → what was typed or chosen: a text, an option's value, a person, a date, or a
    /// list of those. What is not named stays as it was.
    #[serde(default)]
    pub values: Map<String, Value>,
}

/// A modal closed without submitting.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The modal.
    pub view_id: String,
    /// The x, which closes the whole stack, instead of the cancel button.
    #[serde(default)]
    pub all: bool,
}

/// Somebody types into a menu whose options the app provides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typing {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel, for a menu in a message.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The modal or home tab.
    pub view_id: Option<String>,
    /// The menu.
    pub action_id: String,
    /// Its block, where several have an element with this `action_id`.
    pub block_id: Option<String>,
    /// What was typed.
    pub value: String,
}

/// A shortcut: a global one, or one on a message if a message is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shortcut {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The shortcut.
    pub callback_id: String,
    /// Name or id of the message's channel.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
}

/// An ordinary message, written by a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel.
    pub channel: String,
    /// What they type.
    pub text: String,
    /// The message they answer, if it is an answer.
    #[serde(default)]
    pub thread_ts: Option<String>,
}

/// Somebody gets in touch on a shared number, or a teammate with somebody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    /// `call`, `voicemail` or `sms`.
    pub kind: String,
    /// The number it comes from; a shared number makes it outbound.
    pub from: String,
    /// The number it goes to.
    pub to: String,
    /// What was said or written; a call without text was missed.
    #[serde(default)]
    pub text: Option<String>,
    /// The teammate who calls, by handle or id.
    #[serde(default, rename = "as")]
    pub who: Option<String>,
}

/// The kind of what dialnote sends, as opposed to Slack.
const WEBHOOK: &str = "dialnote_webhook";

/// A request ready to be sent.
#[derive(Clone, Debug)]
struct OutgoingRequest {
    kind: String,
    who: Option<String>,
    /// Below the app's base URL.
    path: &'static str,
    content_type: &'static str,
    body: String,
    /// The `x-slack-retry-reason`, for an event sent again.
    retry: Option<&'static str>,
}

/// What the app answered.
#[derive(Clone, Debug, Default)]
struct Ack {
    status: Option<u16>,
    media_type: String,
    body: String,
    millis: u64,
    error: Option<&'static str>,
    /// The app asked not to be sent this again.
    no_retry: bool,
}

impl Outcome {
    fn of(ack: &Ack) -> Self {
        Self {
            delivered: true,
            status: ack.status,
            ack_ms: ack.millis,
            body: ack.body.clone(),
            error: ack.error.map(str::to_owned),
            ..Self::default()
        }
    }
}

impl OutgoingRequest {
    /// An interaction: a form with one field, `payload`, that holds JSON.
    fn interaction(path: &'static str, who: &str, payload: &Value) -> Self {
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        Self {
            kind: payload["type"].as_str().unwrap_or_default().to_owned(),
            who: Some(who.to_owned()),
            path,
            content_type: "application/x-www-form-urlencoded",
            body,
            retry: None,
        }
    }
}

/// Sends a request, and once more if deliveries are to be doubled; answers what came of the first.
async fn send(shared: &Shared, parcel: OutgoingRequest) -> Result<Ack, Impossible> {
    let twice = shared.world(|world| world.faults.slack.deliver_twice);
    let ack = send_once(shared, &parcel).await?;
    if twice {
        let retry = (parcel.path == "/slack/events").then_some("http_timeout");
        send_once(shared, &OutgoingRequest { retry, ..parcel }).await?;
    }
    Ok(ack)
}

/// Over a connection of Socket Mode, if that is on; else by a post.
async fn send_once(shared: &Shared, parcel: &OutgoingRequest) -> Result<Ack, Impossible> {
    let (bot, by_socket) = shared.world(|world| (world.bot.clone(), world.sockets.on));
    if by_socket {
        return Ok(envelope::send(shared, parcel).await);
    }
    let bot = bot.ok_or_else(|| Impossible("nobody has said yet where the app is".to_owned()))?;
    Ok(post(shared, &bot, parcel).await)
}

async fn post(shared: &Shared, bot: &str, parcel: &OutgoingRequest) -> Ack {
    let url = format!("{bot}{}", parcel.path);
    let (seq, headers) = shared.world(|world| {
        let at = world.now();
        let headers = match parcel.kind.as_str() {
            WEBHOOK => webhook_headers(world.next_id()),
            _ => headers(parcel, &world.secrets.signing_secret, at.as_second()),
        };
        let seq = world.deliveries.add(|seq| Delivery {
            seq,
            at,
            kind: parcel.kind.clone(),
            who: parcel.who.clone(),
            url: url.clone(),
            headers: headers.clone(),
            body: parcel.body.clone(),
            status: None,
            ack_ms: 0,
            response: String::new(),
            error: None,
        });
        (seq, headers)
    });
    shared.turn();
    let ack = exchange_in_time(&shared.http, &url, &headers, parcel.body.clone()).await;
    shared.world(|world| world.deliveries.get_mut(seq).map(|delivery| delivery.answered(&ack)));
    shared.turn();
    ack
}

impl Delivery {
    fn answered(&mut self, ack: &Ack) {
        self.status = ack.status;
        self.ack_ms = ack.millis;
        self.response.clone_from(&ack.body);
        self.error = ack.error.map(str::to_owned);
    }
}

fn headers(parcel: &OutgoingRequest, secret: &str, seconds: i64) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::from([
        ("content-type".to_owned(), parcel.content_type.to_owned()),
        ("user-agent".to_owned(), "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned()),
        (TIMESTAMP_HEADER.to_owned(), seconds.to_string()),
        (SIGNATURE_HEADER.to_owned(), sign(secret, seconds, parcel.body.as_bytes())),
    ]);
    if let Some(reason) = parcel.retry {
        headers.insert("x-slack-retry-num".to_owned(), "1".to_owned());
        headers.insert("x-slack-retry-reason".to_owned(), reason.to_owned());
    }
    headers
}

/// dialnote signs in a way that is not published; the address alone is the secret here.
fn webhook_headers(id: u64) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-dialnote-delivery-id".to_owned(), format!("delivery_{id}")),
    ])
}

/// Posts, and waits as long as Slack waits.
async fn exchange_in_time(http: &reqwest::Client, url: &str, headers: &BTreeMap<String, String>, body: String) -> Ack {
    let began = Instant::now();
    let deadline = Duration::from_secs(max(&["timing", "ack_seconds"]));
    let answer = tokio::time::timeout(deadline, exchange(http, url, headers, body)).await;
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match answer {
        Ok(Ok(ack)) => Ack { millis, ..ack },
        Ok(Err(_)) => Ack { millis, error: Some("dispatch_failed"), ..Ack::default() },
        Err(_) => Ack { millis, error: Some("operation_timeout"), ..Ack::default() },
    }
}

async fn exchange(
    http: &reqwest::Client,
    url: &str,
    headers: &BTreeMap<String, String>,
    body: String,
) -> reqwest::Result<Ack> {
    let mut request = http.post(url).body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = request.send().await?;
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let media_type = header("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let no_retry = header("x-slack-no-retry") == "1";
    let status = response.status();
    let body = response.text().await?;
    let error = (!status.is_success()).then_some("dispatch_failed");
    Ok(Ack { status: Some(status.as_u16()), media_type, body, millis: 0, error, no_retry })
}

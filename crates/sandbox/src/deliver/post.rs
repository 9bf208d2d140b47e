//! Requests over HTTP: signed like Slack's, or in the form of dialnote's webhooks.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::outcome::Ack;
use super::outgoing::OutgoingRequest;
use crate::blocks::max;
use crate::shared::Shared;
use crate::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

/// The kind of dialnote's deliveries, as opposed to Slack's.
pub(super) const WEBHOOK: &str = "dialnote_webhook";

/// The kind of Slackbot's calls, which may take longer.
pub(super) const MCP: &str = "mcp";

/// Posts a request to the app at this address and records the outcome.
pub(super) async fn post(shared: &Shared, bot: &str, parcel: &OutgoingRequest) -> Ack {
    let url = format!("{bot}{}", parcel.path);
    let (seq, headers) = shared.world(|world| {
        let at = world.now();
        let headers = match parcel.kind.as_str() {
            WEBHOOK => webhook_headers(world.next_id()),
            _ => headers(parcel, &world.secrets.signing_secret, at.as_second()),
        };
        let seq = world.deliveries.add(|seq| parcel.delivery(seq, at, &url, &headers, &parcel.body));
        (seq, headers)
    });
    shared.turn();
    let most = Duration::from_secs(match parcel.kind.as_str() {
        MCP => max(&["mcp", "tool_call_seconds"]),
        _ => max(&["timing", "ack_seconds"]),
    });
    let ack = exchange_in_time(&shared.http, (&url, &headers), parcel.body.clone(), most).await;
    shared.world(|world| world.deliveries.get_mut(seq).map(|delivery| ack.note_in(delivery)));
    shared.turn();
    ack
}

fn headers(parcel: &OutgoingRequest, secret: &str, seconds: i64) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::from([
        ("content-type".to_owned(), parcel.content_type.to_owned()),
        ("user-agent".to_owned(), "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned()),
        (TIMESTAMP_HEADER.to_owned(), seconds.to_string()),
        (SIGNATURE_HEADER.to_owned(), sign(secret, seconds, parcel.body.as_bytes())),
    ]);
    if parcel.kind == MCP {
        headers.insert("accept".to_owned(), "application/json, text/event-stream".to_owned());
    }
    if let Some(reason) = parcel.retry {
        headers.insert("x-slack-retry-num".to_owned(), "1".to_owned());
        headers.insert("x-slack-retry-reason".to_owned(), reason.to_owned());
    }
    headers
}

/// Returns a webhook's headers. dialnote's signature is not published; here the address alone is the secret.
fn webhook_headers(id: u64) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-dialnote-delivery-id".to_owned(), format!("delivery_{id}")),
    ])
}

/// Posts and waits as long as Slack does.
async fn exchange_in_time(
    http: &reqwest::Client,
    (url, headers): (&str, &BTreeMap<String, String>),
    body: String,
    most: Duration,
) -> Ack {
    let began = Instant::now();
    let answer = tokio::time::timeout(most, exchange(http, url, headers, body)).await;
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match answer {
        Ok(Ok(ack)) => Ack { millis, ..ack },
        Ok(Err(_)) => Ack { millis, ..Ack::failed("dispatch_failed") },
        Err(_) => Ack { millis, ..Ack::failed("operation_timeout") },
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

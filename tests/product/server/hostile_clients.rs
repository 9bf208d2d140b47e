//! Raw bytes against the running server: a client that is not Slack is refused, costs little and delays no one.

use std::time::Duration;

use dialnote_slack::platform::slack::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Bot, MAYA, product};

/// Longer than any step here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends raw bytes and returns the first line of the answer; empty if the connection is closed without one.
async fn raw(bot: &Bot, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(bot.url.trim_start_matches("http://")).await.unwrap();
    // A server may close while we still write.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an end");
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

/// Sends a correctly signed request and returns the status.
async fn signed(bot: &Bot, address: &str, kind: &str, body: Vec<u8>) -> u16 {
    let now = bot.clock.now().as_second();
    let request = reqwest::Client::new()
        .post(format!("{}/slack/{address}", bot.url))
        .header("Content-Type", kind)
        .header(TIMESTAMP_HEADER, now)
        .header(SIGNATURE_HEADER, sign(&bot.sandbox.credentials().signing_secret, now, &body))
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /slack/commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn nothing_that_is_no_request_of_slacks_is_let_in() {
    product(async |bot| {
        for (what, bytes, expected) in [
            ("no signature", post("Content-Length: 2\r\n", b"a="), "HTTP/1.1 401 Unauthorized"),
            ("a body that never ends", post("Content-Length: 9\r\n", b"a="), ""),
            ("a length that is none", post("Content-Length: nine\r\n", b"a="), "HTTP/1.1 400 Bad Request"),
            ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", b"a="), "HTTP/1.1 400 Bad Request"),
            ("chunks", post("Transfer-Encoding: chunked\r\n", b"2\r\na=\r\n0\r\n\r\n"), "HTTP/1.1 401 Unauthorized"),
            ("chunks without an end", post("Transfer-Encoding: chunked\r\n", b"fffffff\r\na="), ""),
            ("many headers", post(&"X: y\r\n".repeat(200), b""), "HTTP/1.1 431 Request Header Fields Too Large"),
            (
                "a huge header",
                post(&format!("X: {}\r\n", "y".repeat(1_000_000)), b""),
                "HTTP/1.1 431 Request Header Fields Too Large",
            ),
            ("no HTTP", b"\x16\x03\x01\x02\x00 hello".to_vec(), "HTTP/1.1 400 Bad Request"),
            (
                "bytes that are no text",
                post("X-Slack-Signature: \u{ff}\u{fe}\r\nContent-Length: 2\r\n", b"\xff\xfe"),
                "HTTP/1.1 401 Unauthorized",
            ),
        ] {
            let answer = raw(bot, &bytes).await;
            assert!(
                answer == expected || answer.is_empty() || expected.is_empty() && answer.contains(" 4"),
                "{what}: {answer}"
            );
        }
        let pipelined = [post("Content-Length: 2\r\n", b"a="), post("Content-Length: 2\r\n", b"a=")].concat();
        assert_eq!(raw(bot, &pipelined).await, "HTTP/1.1 401 Unauthorized");
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1001"), "mem_maya open", "others are served all the while");
    })
    .await;
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_is_read() {
    product(async |bot| {
        let body = vec![b'a'; 3 * 1024 * 1024];
        let answer = raw(bot, &post(&format!("Content-Length: {}\r\n", body.len()), &body)).await;
        assert!(answer.is_empty() || answer.contains(" 413 ") || answer.contains(" 401 "), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn signed_nonsense_is_survived() {
    product(async |bot| {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let nested = json!({ "type": "block_actions", "actions": "x" }).to_string().replace("\"x\"", &deep(20_000));
        for (address, kind, body) in [
            ("events", "application/json", deep(100_000).into_bytes()),
            ("events", "application/json", b"{\"type\":\"event_callback\",\"event\":null}".to_vec()),
            ("events", "application/json", vec![0xff; 64]),
            ("interactions", "application/x-www-form-urlencoded", format!("payload={nested}").into_bytes()),
            ("interactions", "application/x-www-form-urlencoded", b"payload=%FF%FE%00".to_vec()),
            (
                "commands",
                "application/x-www-form-urlencoded",
                b"command=%00&text=%F0%9F&team_id=T0ACME&user_id=".to_vec(),
            ),
            ("commands", "text/plain", b"command=/assign".to_vec()),
            ("options", "application/x-www-form-urlencoded", b"payload=[]".to_vec()),
        ] {
            let status = signed(bot, address, kind, body.clone()).await;
            assert!(
                (200..500).contains(&status),
                "{address} {kind} {:?}: {status}",
                String::from_utf8_lossy(&body).get(..40)
            );
        }
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1001"), "mem_maya open");
    })
    .await;
}

/// Returns headers that could be Slack's, as far as can be seen without the body.
fn plausible(bot: &Bot, length: usize) -> String {
    let now = bot.clock.now().as_second();
    format!("{TIMESTAMP_HEADER}: {now}\r\n{SIGNATURE_HEADER}: v0={}\r\nContent-Length: {length}\r\n", "0".repeat(64))
}

/// More connections than there are places: one kind sends nothing, one a byte of a head, one a byte of a body.
#[tokio::test]
async fn slow_clients_delay_no_command() {
    product(async |bot| {
        let kinds = [Vec::new(), b"P".to_vec(), post(&plausible(bot, 1000), b"a")];
        for (round, begun) in kinds.into_iter().enumerate() {
            let strangers = strangers(bot, &begun).await;
            for conversation in ["conv_1001", "conv_1002", "conv_1003"] {
                let body = format!(
                    "command=/dialnote&text=take {conversation}&team_id=T0ACME&user_id=U0MAYA&channel_id=C0FRONT\
                     &trigger_id={round}{conversation}"
                );
                let command = signed(bot, "commands", "application/x-www-form-urlencoded", body.into_bytes());
                assert_eq!(in_time(command).await, 200, "{:?}", String::from_utf8_lossy(&begun));
            }
            drop(strangers);
        }
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1001"), "mem_maya open");
    })
    .await;
}

/// Opens the connections of 720 strangers. So few arrive at once that the system keeps their order: when the one after
/// them is answered, they were let in.
async fn strangers(bot: &Bot, begun: &[u8]) -> Vec<TcpStream> {
    let mut strangers = Vec::new();
    for _ in 0..24 {
        for _ in 0..30 {
            let mut stream = TcpStream::connect(bot.url.trim_start_matches("http://")).await.unwrap();
            stream.write_all(begun).await.unwrap();
            strangers.push(stream);
        }
        let alive = in_time(reqwest::get(format!("{}/healthz", bot.url))).await.unwrap();
        assert_eq!(alive.status(), 200);
    }
    strangers
}

/// Checks that the answer comes within Slack's three seconds.
async fn in_time<T>(answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(3), answer).await.expect("an answer in time")
}

#[tokio::test]
async fn a_request_with_foreign_headers_is_refused_before_its_body() {
    product(async |bot| {
        let now = bot.clock.now().as_second();
        let signature = format!("v0={}", "0".repeat(64));
        for (timestamp, signature) in
            [(1, &*signature), (now - 301, &signature), (now + 301, &signature), (now, "v0=00"), (now, &signature[3..])]
        {
            let headers = format!(
                "{TIMESTAMP_HEADER}: {timestamp}\r\n{SIGNATURE_HEADER}: {signature}\r\nContent-Length: 1000\r\n"
            );
            let mut stream = TcpStream::connect(bot.url.trim_start_matches("http://")).await.unwrap();
            stream.write_all(&post(&headers, b"a")).await.unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 401", "{timestamp} {signature}");
        }
    })
    .await;
}

#[tokio::test]
async fn bodies_that_trickle_are_cut_off() {
    product(async |bot| {
        let address = bot.url.trim_start_matches("http://").to_owned();
        let headers = plausible(bot, 1000);
        let mut slow = Vec::new();
        for nth in 0..100 {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            // Without a signature the server reads less, and waits no longer.
            stream
                .write_all(&post(if nth % 2 == 0 { &headers } else { "Content-Length: 1000\r\n" }, b"a"))
                .await
                .unwrap();
            slow.push(stream);
        }
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1001"), "mem_maya open", "others are served meanwhile");
        tokio::time::pause();
        for _ in 0..3 {
            tokio::time::advance(Duration::from_secs(1)).await;
            for stream in &mut slow {
                let _ = stream.write_all(b"a").await;
            }
        }
        for mut stream in slow {
            let mut answer = Vec::new();
            let read = stream.read_to_end(&mut answer);
            let _ = tokio::time::timeout(Duration::from_secs(1), read).await.expect("an end");
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.starts_with("HTTP/1.1 408 ") || answer.starts_with("HTTP/1.1 401 "), "{answer}");
        }
        tokio::time::resume();
    })
    .await;
}

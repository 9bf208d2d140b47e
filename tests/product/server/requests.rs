//! Slack's requests: genuine ones are accepted once, all others refused, and no payload does harm.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use dialnote_slack::core::ids::{InstallationId, JobId};
use dialnote_slack::lists::drawing;
use dialnote_slack::platform::db::{Accepted, Delivery};
use dialnote_slack::platform::slack::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign, verify};
use insta::assert_snapshot;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::database::On;
use crate::support::{ANA, Bot, By, MAYA, Setup, product, product_with, set_up};

const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const JSON: &str = "application/json";
const PATHS: [&str; 4] = ["/slack/commands", "/slack/interactions", "/slack/options", "/slack/events"];

pub(super) fn fixtures() -> Vec<PathBuf> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(Path::new("tests/fixtures/slack/inbound"), &mut found);
    found.retain(|path| !path.components().any(|part| part.as_os_str() == "signing"));
    found.sort();
    assert!(found.len() > 30, "the recorded payloads are there");
    found
}

/// Returns the payload's form: JSON for events, a form with one field for interactions. Its response URL is none of
/// Slack's, because the app calls those.
fn as_sent(path: &Path) -> (&'static str, &'static str, String) {
    let text = fs::read_to_string(path).unwrap();
    let text = text.trim_end().replace("//hooks.slack.com", "//hooks.slack.example");
    let text = text.replace("%2F%2Fhooks.slack.com", "%2F%2Fhooks.slack.example");
    let kind = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    match (kind, path.extension().unwrap().to_str().unwrap()) {
        ("slash", _) => (PATHS[0], FORM, text),
        ("events", _) => (PATHS[3], JSON, text),
        ("block_suggestion", "form") => (PATHS[2], FORM, text),
        (_, "form") => (PATHS[1], FORM, text),
        (_, _) => {
            (PATHS[1], FORM, form_urlencoded::Serializer::new(String::new()).append_pair("payload", &text).finish())
        }
    }
}

pub(super) fn request(bot: &Bot, path: &str, content_type: &str, body: &str) -> RequestBuilder {
    let url = bot.sandbox.world(|_| format!("{}{path}", bot.url));
    Client::new().post(url).header("content-type", content_type).body(body.to_owned())
}

pub(super) async fn post_signed(bot: &Bot, path: &str, content_type: &str, body: &str) -> Response {
    let now = bot.clock.now().as_second();
    let signature = sign(&bot.sandbox.credentials().signing_secret, now, body.as_bytes());
    let request = request(bot, path, content_type, body);
    request.header(TIMESTAMP_HEADER, now.to_string()).header(SIGNATURE_HEADER, signature).send().await.unwrap()
}

fn command(text: &str) -> String {
    let fields = [
        ("team_id", "T0ACME"),
        ("channel_id", "C0FRONT"),
        ("user_id", "U0MAYA"),
        ("command", "/assign"),
        ("text", text),
        ("trigger_id", "1.2.abc"),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[test]
fn slacks_own_example_is_genuine() {
    let vector = fs::read_to_string("tests/fixtures/slack/inbound/signing/official_vector.json").unwrap();
    let vector: Value = serde_json::from_str(&vector).unwrap();
    let field = |name: &str| vector[name].as_str().unwrap();
    let (timestamp, body) = (field("x-slack-request-timestamp"), field("body").as_bytes());
    let at = |seconds: i64| (timestamp.parse::<i64>().unwrap() + seconds).try_into_timestamp();
    let secrets = [SecretString::from("the other one"), SecretString::from(field("signing_secret"))];
    let check = |at| verify(&secrets, timestamp, field("x-slack-signature"), body, at);
    for seconds in [-300, 0, 300] {
        assert_eq!(check(at(seconds)), Ok(()), "{seconds} s");
    }
    for seconds in [-301, 301] {
        assert!(check(at(seconds)).is_err(), "{seconds} s");
    }
}

trait TryIntoTimestamp {
    fn try_into_timestamp(self) -> jiff::Timestamp;
}

impl TryIntoTimestamp for i64 {
    fn try_into_timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self).unwrap()
    }
}

#[tokio::test]
async fn every_recorded_payload_is_acknowledged() {
    product(async |bot| {
        for path in fixtures() {
            let (endpoint, content_type, body) = as_sent(&path);
            let response = post_signed(bot, endpoint, content_type, &body).await;
            assert_eq!(response.status(), 200, "{}", path.display());
            // A wrong address in the app's settings does no harm.
            for other in PATHS {
                assert_eq!(post_signed(bot, other, content_type, &body).await.status(), 200, "{}", path.display());
            }
        }
        // Some come from people of this workspace, and each of them was answered.
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_unsigned_gets_in() {
    product(async |bot| {
        let (body, now) = (command("@zoe conv_1001"), bot.clock.now().as_second());
        let secret = bot.sandbox.credentials().signing_secret;
        let good = sign(&secret, now, body.as_bytes());
        let now_text = now.to_string();
        let stale = (now - 301).to_string();
        let stale_signature = sign(&secret, now - 301, body.as_bytes());
        let wrong_secret = sign("guessed", now, body.as_bytes());
        let mut cases: Vec<(Option<&str>, Option<&str>)> = vec![
            (None, None),
            (Some(&now_text), None),
            (None, Some(&good)),
            (Some(&stale), Some(&stale_signature)),
            (Some(&now_text), Some(&wrong_secret)),
            (Some(&now_text), Some(&good[..good.len() - 2])),
            (Some(&now_text), Some("v0=")),
            (Some(&now_text), Some("")),
            (Some(&now_text), Some("v0=zz")),
        ];
        let version = good.replace("v0=", "v1=");
        cases.push((Some(&now_text), Some(&version)));
        let not_hex = format!("v0={}", "g".repeat(64));
        cases.push((Some(&now_text), Some(&not_hex)));
        let endless = "9".repeat(5000);
        for timestamp in ["", "soon", "-1", "+5", "1.5", "1e9", "0x10", "99999999999999999999", &endless] {
            cases.push((Some(timestamp), Some(&good)));
        }
        for (timestamp, signature) in cases {
            let mut request = request(bot, PATHS[0], FORM, &body);
            request = timestamp.into_iter().fold(request, |r, value| r.header(TIMESTAMP_HEADER, value));
            request = signature.into_iter().fold(request, |r, value| r.header(SIGNATURE_HEADER, value));
            refused(request.send().await.unwrap(), &format!("{timestamp:?} {signature:?}")).await;
        }
        // Not even text.
        let request = request(bot, PATHS[0], FORM, &body).header(TIMESTAMP_HEADER, &now_text);
        refused(request.header(SIGNATURE_HEADER, &b"v0=\xff\xfe"[..]).send().await.unwrap(), "bytes").await;
        // A body that was changed on the way, and one that is too large.
        let changed = self::request(bot, PATHS[0], FORM, &command("@leo conv_1001"));
        let changed = changed.header(TIMESTAMP_HEADER, &now_text).header(SIGNATURE_HEADER, &good);
        refused(changed.send().await.unwrap(), "changed").await;
        refused(post_signed(bot, PATHS[0], FORM, &command(&"x".repeat(1024 * 1024))).await, "large").await;
        assert_eq!(bot.calls("GET"), 0);
    })
    .await;
}

async fn refused(response: Response, case: &str) {
    assert_eq!(response.status(), 401, "{case}");
    assert_eq!(response.bytes().await.unwrap().len(), 0, "{case}");
}

#[tokio::test]
async fn slacks_own_tests_of_the_addresses_pass() {
    product(async |bot| {
        let unsigned = request(bot, PATHS[0], FORM, "ssl_check=1&token=x").send().await.unwrap();
        assert_eq!((unsigned.status().as_u16(), unsigned.text().await.unwrap().as_str()), (200, ""));
        // It opens no way around the signature.
        let smuggled = format!("{}&ssl_check=1", command("@zoe conv_1001"));
        assert_eq!(request(bot, PATHS[0], FORM, &smuggled).send().await.unwrap().status(), 200);
        assert_eq!(post_signed(bot, PATHS[0], FORM, &smuggled).await.status(), 200);
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");

        let verification = json!({ "type": "url_verification", "challenge": "3eZbrw", "token": "x" }).to_string();
        assert_eq!(post_signed(bot, PATHS[3], JSON, &verification).await.text().await.unwrap(), "3eZbrw");
        refused(request(bot, PATHS[3], JSON, &verification).send().await.unwrap(), "unsigned challenge").await;
    })
    .await;
}

#[tokio::test]
async fn an_exact_replay_changes_nothing() {
    product(async |bot| {
        let body = command("<@U0ZOE> conv_1001 wants a call back");
        for _ in 0..3 {
            assert_eq!(post_signed(bot, PATHS[0], FORM, &body).await.status(), 200);
        }
        bot.settle().await;
        assert_eq!((bot.calls("PATCH"), bot.notes(ANA).len()), (1, 1));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_signed_body_that_is_no_body_is_refused_politely() {
    product(async |bot| {
        for (content_type, body) in [(JSON, "{"), (JSON, "[[[["), (FORM, "payload=%7B"), (JSON, "\u{0}")] {
            assert_eq!(post_signed(bot, PATHS[1], content_type, body).await.status(), 400, "{body}");
        }
        for body in ["", "=&=&", "payload=1", "payload=null", "a%ff%fe=%00", "text=x&user_id=&team_id=&command="] {
            assert_eq!(post_signed(bot, PATHS[0], FORM, body).await.status(), 200, "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_command_that_cannot_be_stored_is_refused_whole() {
    product_with(Setup { on: On::File, by: By::Settings, ..Setup::USUAL }, async |bot| {
        let database = rusqlite::Connection::open(bot.database()).unwrap();
        let sabotage = "CREATE TRIGGER sabotage BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'full'); END";
        database.execute_batch(sabotage).unwrap();
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"The app couldn't save this command, so nothing changed. Try again in a minute.");
        let rows: u32 = database.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0);
        // The same command again, once it can be stored.
        database.execute_batch("DROP TRIGGER sabotage").unwrap();
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}

#[tokio::test]
async fn a_blocked_database_refuses_in_time_and_recovers() {
    product_with(Setup { on: On::File, ..Setup::USUAL }, async |bot| {
        let ready = async || Client::new().get(format!("{}/readyz", bot.ops)).send().await.unwrap().status().as_u16();
        assert_eq!(ready().await, 200);
        let somebody = rusqlite::Connection::open(bot.database()).unwrap();
        somebody.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert_eq!(ready().await, 200, "that all is well holds for a second");
        bot.clock.advance(jiff::SignedDuration::from_secs(1));
        let outcome = bot.sandbox.slash(MAYA, "front-desk", "/assign @zoe conv_1001").await.unwrap();
        assert_eq!((outcome.status, outcome.error), (Some(200), None), "before Slack gives up");
        assert_eq!(ready().await, 503);
        somebody.execute_batch("ROLLBACK").unwrap();
        assert_eq!(ready().await, 200);
        assert!(bot.answer(MAYA).await.starts_with("The app couldn't save this command, so nothing changed."));
        assert_eq!(bot.dialnote(ANA), "nobody open", "and it is not done behind her back");
    })
    .await;
}

#[tokio::test]
async fn unclear_commands_are_explained_and_change_nothing() {
    product(async |bot| {
        let long = format!("/assign @zoe conv_1001 {}", "x".repeat(2978));
        let mut talk = String::new();
        for typed in [
            "/assgin",
            "/assign @zoe @leo conv_1001",
            "/assign 🎉🎉",
            "/handoff @frontdesk conv_1001 note",
            "/assign @nobody conv_1001",
            "/unassign conv_1001 please",
            "/dialnote asign",
            "/weather",
        ] {
            bot.slash(MAYA, typed).await;
            writeln!(talk, "{}\n", bot.answer(MAYA).await).unwrap();
        }
        assert_snapshot!(talk, @"
        Unknown command `/assgin`. Did you mean `/assign`?
          Type `/assign @person [conversation] [note]` · Example: `/assign @zoe Ana Lima wants a call back`

        A conversation has one owner. Choose one person.
        Zoe Park [Choose]
        Leo Martins [Choose]
        [Choose someone…]

        No one is called “🎉🎉”. Choose the new owner.
        [Choose someone…]

        A hand-off goes to one person, not to a group. Choose the new owner.
        > Your note (not saved): note
        [Choose someone…]

        No one is called “@nobody”. Choose the new owner.
        [Choose someone…]

        `/unassign` takes no note. Choose the conversation to continue without “please”.
        :red_circle: Ana Lima · +1 415 555 0101
        Unassigned · :telephone_receiver: Missed call · Nov 23, 8:56 UTC [Choose]
        [Choose another…]

        Unknown command `/dialnote asign`. Did you mean `/assign`?
          Type `/assign @person [conversation] [note]` · Example: `/assign @zoe Ana Lima wants a call back`

        Unknown command `/weather`. Type `/dialnote help` for the list.
        ");
        bot.slash(MAYA, &long).await;
        let answer = bot.answer(MAYA).await;
        assert_snapshot!(answer.lines().next().unwrap(), @"Nothing changed: the command has 2997 characters, and the limit is 2000. Hand off… on the card takes a note of 5000 characters.");
        assert!(answer.contains(&"x".repeat(2000)), "what was typed is given back");
        bot.slash(MAYA, "/dialnote help").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Every day
        `/assign @zoe Ana Lima` · make someone the owner (`me` for yourself)
        `/handoff @leo Ana Lima asks for a quote` · reassign with a note
        `/done Ana Lima called back` · mark done, note optional
        `/snooze Ana Lima tomorrow 9am` · hide it until then
        `/inbox` · your conversations, or `/inbox unassigned` for the others
          Name a conversation by contact name, phone number, id or link. Leave it out to choose from a list.
        [All commands] [Admin commands]
        ");
        bot.slash(MAYA, "/dialnote help assign").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        /assign · Make someone the owner (`me`, a person or a group)
          Type `/assign @person [conversation] [note]` · Example: `/assign @zoe Ana Lima wants a call back`
        [All commands]
        ");
        assert_eq!((bot.calls("PATCH"), bot.calls("POST")), (0, 0), "nothing is changed");
        let waiting = bot.work.store.overview().await.unwrap();
        assert_eq!((waiting.inbox, waiting.outbox), (0, 0), "nothing is stored");
    })
    .await;
}

#[tokio::test]
async fn a_workspace_that_is_not_ours_is_refused_at_the_door() {
    set_up(async |bot| {
        bot.work.home().await.unwrap();
        let body = command("me conv_1001").replace("T0ACME", "T0OTHER");
        let told = post_signed(bot, PATHS[0], FORM, &body).await.text().await.unwrap();
        assert!(told.contains("This app isn't installed in this workspace. Ask an admin to install it."), "{told}");
        assert_eq!(bot.calls("PATCH"), 0);
        let (store, other) = (bot.work.store.clone(), InstallationId::new("T0OTHER"));
        assert_eq!(store.jobs(false, JobId(0), 9).await.unwrap(), [], "nothing is stored");
        assert_eq!(store.latest(&other, None, 9).await.unwrap(), [], "nor written down");
        let trigger = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "trigger_id").unwrap().1;
        let delivery = Delivery { installation: other, key: trigger.into_owned() };
        assert_eq!(store.accept(delivery, Vec::new(), bot.clock.now()).await.unwrap(), Accepted::New);
    })
    .await;
}

#[tokio::test]
async fn another_workspace_is_shown_nothing_of_ours() {
    set_up(async |bot| {
        bot.look().await;
        let own = bot.tenants.own().unwrap();
        let found = async |team| drawing::search(&own.of(&InstallationId::new(team)), "Ana", None, 9).await.unwrap();
        assert_ne!(found("T0ACME").await, []);
        assert_eq!(found("T0OTHER").await, []);
    })
    .await;
}

#[tokio::test]
async fn a_signature_in_capitals_is_the_same_signature() {
    product(async |bot| {
        let body = "command=/dialnote&text=note+conv_1001+once&team_id=T0ACME&user_id=U0MAYA&channel_id=C0FRONT";
        let now = bot.clock.now().as_second();
        let signature = sign(&bot.sandbox.credentials().signing_secret, now, body.as_bytes());
        let capitals = format!("v0={}", signature.trim_start_matches("v0=").to_uppercase());
        for signature in [signature, capitals] {
            let request = request(bot, PATHS[0], FORM, body).header(TIMESTAMP_HEADER, now.to_string());
            assert_eq!(request.header(SIGNATURE_HEADER, signature).send().await.unwrap().status(), 200);
            bot.settle().await;
        }
        assert_eq!(bot.notes(ANA).len(), 1, "{:?}", bot.notes(ANA));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_id_that_leads_elsewhere_names_nothing() {
    product(async |bot| {
        let app = "https://app.dialnote.com";
        for id in ["..%09", ".%0a", "a%0d%0aX:%20y", "%2e%2e", "a%2Fb"] {
            bot.slash(MAYA, &format!("/done {app}/conversations/{id}")).await;
            bot.read_all().await;
        }
        let called = bot.world(|world| world.calls.iter().map(|call| call.path.clone()).collect::<Vec<_>>());
        let elsewhere: Vec<_> = called.iter().filter(|path| path.ends_with('/') || path.contains('%')).collect();
        assert_eq!(elsewhere, [""; 0]);
    })
    .await;
}

//! Socket Mode: the same over connections that the app opens, without a public address.

use dialnote_sandbox::{Hang, Service, World};
use dialnote_slack::app::App;
use dialnote_slack::server::router::Server;
use dialnote_slack::server::serve::serve;
use insta::assert_snapshot;
use reqwest::Client;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::support::database::On;
use crate::support::{ANA, Bot, By, LEO, MAYA, SOCKETS, Setup, ZOE, handoff_to, product_by_sockets};

async fn by_sockets(test: impl AsyncFnOnce(&mut Bot)) {
    product_by_sockets(Setup::USUAL, test).await;
}

/// Returns the events of connections so far.
fn events(world: &mut World) -> Vec<String> {
    world.sockets.events.clone()
}

/// Resolves when the right number of connections is open and none of them is an old one.
async fn replaced(bot: &Bot, before: &[u64]) {
    let replaced = |world: &mut World| {
        let open = world.sockets.open();
        (open.len() == SOCKETS && !open.iter().any(|one| before.contains(one))).then_some(())
    };
    bot.sandbox.until(replaced).await;
}

/// Returns the answer of the readiness endpoint.
async fn readiness(url: &str) -> (u16, String) {
    let answer = Client::new().get(format!("{url}/readyz")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Returns the same once it is known whether there are connections.
async fn known(url: &str) -> (u16, String) {
    loop {
        let said = readiness(url).await;
        if !said.1.contains("none opened yet") {
            return said;
        }
    }
}

#[tokio::test]
async fn a_command_is_stored_acknowledged_and_done() {
    by_sockets(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        let ways = bot.world(|world| world.deliveries.iter().map(|one| one.url.clone()).collect::<Vec<_>>());
        assert!(ways.iter().all(|way| way.starts_with("socket ")), "{ways:?}");
    })
    .await;
}

#[tokio::test]
async fn an_unclear_command_is_explained_in_the_acknowledgement() {
    by_sockets(async |bot| {
        bot.slash(MAYA, "/asign conv_1001").await;
        assert!(bot.answer(MAYA).await.starts_with("Unknown command `/asign`. Did you mean `/assign`?"));
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn buttons_menus_forms_and_homes_work() {
    by_sockets(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press(LEO, ANA, "hand_off").await;
        let nobody = bot.submit(LEO, json!({ "note": { "note": "Call before noon." } })).await;
        assert_eq!(nobody.field_errors.len(), 1, "the form says what is missing, and stays: {nobody:?}");
        bot.submit(LEO, handoff_to(ZOE, "Call before noon.")).await;
        assert_eq!(bot.form(LEO), None);
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.shortcut(MAYA, "find_conversation", None).await;
        bot.look().await;
        assert_eq!(bot.search(MAYA, "window", "find", "okafor").await.len(), 1);
        bot.close(MAYA).await;
        bot.open_home(ZOE).await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"));
        bot.press(MAYA, ANA, "unassign").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.choose(MAYA, ANA, LEO).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn a_delivery_repeated_over_sockets_has_one_effect() {
    by_sockets(async |bot| {
        bot.world(|world| world.faults.slack.deliver_twice = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.open_home(ZOE).await;
        bot.read_all().await;
        assert_eq!((bot.owners_set(), bot.notes(ANA).len()), (vec!["mem_zoe".to_owned()], 1));
        assert_eq!(bot.calls("views.publish"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_slack_wants_to_be_rid_of_is_replaced_before_it_goes() {
    for reason in ["refresh_requested", "warning", "a_reason_of_tomorrow", ""] {
        by_sockets(async |bot| {
            bot.world(|world| world.sockets.disconnect(reason));
            for command in ["/assign @zoe conv_1001", "/assign @zoe conv_1002", "/assign @zoe conv_1004"] {
                bot.slash(MAYA, command).await;
            }
            bot.sandbox.until(|world| events(world).contains(&"closed 1".to_owned()).then_some(())).await;
            let happened = bot.world(events);
            assert_eq!(happened[2..], [&format!("{reason} 1"), "opened 3", "closed 1"], "{happened:?}");
            for command in ["/done conv_1001", "/done conv_1002"] {
                bot.slash(ZOE, command).await;
            }
            bot.read_all().await;
            assert_eq!(
                [ANA, "conv_1002", "conv_1004"].map(|one| bot.dialnote(one)),
                ["mem_zoe done", "mem_zoe done", "mem_zoe open"]
            );
        })
        .await;
    }
}

#[tokio::test]
async fn begun_deliveries_are_acknowledged_before_the_connection_closes() {
    by_sockets(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        let hang =
            Hang { service: Service::Slack, method: "views.open".into(), path: String::new(), after_effect: true };
        bot.world(|world| world.faults.hang_next.push(hang));
        let (pressed, ()) = tokio::join!(bot.press(LEO, ANA, "hand_off"), async {
            bot.sandbox.hung().await;
            bot.stop_receiving();
            bot.sandbox.release();
        });
        assert_eq!((pressed.status, pressed.error), (Some(200), None));
        bot.sandbox.until(|world| world.sockets.open().is_empty().then_some(())).await;
        bot.close(LEO).await;
    })
    .await;
}

#[tokio::test]
async fn broken_connections_are_replaced() {
    // Requests are counted: nothing comes before those of the test.
    product_by_sockets(Setup { by: By::Settings, ..Setup::USUAL }, async |bot| {
        let before = bot.world(|world| world.sockets.open());
        bot.world(|world| world.sockets.cut());
        replaced(bot, &before).await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        let counted = reqwest::get(format!("{}/metrics", bot.ops)).await.unwrap().text().await.unwrap();
        for line in ["sockets 2", "sockets_opened_total 4", r#"requests_total{status="200"} 1"#] {
            let line = format!("dialnote_slack_{line}");
            assert!(counted.lines().any(|counted| counted == line), "{line} is not in\n{counted}");
        }
    })
    .await;
}

#[tokio::test]
async fn malformed_frames_are_survived() {
    by_sockets(async |bot| {
        let deep = "[".repeat(100_000);
        for frame in [
            "",
            "garbage",
            "null",
            "[]",
            "{}",
            r#"{"type":null,"envelope_id":null}"#,
            r#"{"type":"hello"}"#,
            r#"{"type":"of_tomorrow","payload":{}}"#,
            &deep,
        ] {
            bot.world(|world| world.sockets.send(frame));
        }
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_eq!(bot.world(events), ["opened 1", "opened 2"], "the connections are still the same");
        let before = bot.world(|world| world.sockets.open());
        bot.world(|world| world.sockets.send(&format!(r#"{{"type":"{}"}}"#, "x".repeat(1024 * 1024))));
        replaced(bot, &before).await;
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
    })
    .await;
}

#[tokio::test]
async fn an_envelope_of_an_unknown_kind_is_acknowledged_and_ignored() {
    by_sockets(async |bot| {
        for kind in ["of_tomorrow", "events_api", "interactive", "slash_commands"] {
            let frame = json!({ "type": kind, "envelope_id": format!("strange-{kind}"), "payload": null });
            bot.world(|world| world.sockets.send(&frame.to_string()));
        }
        let told = |world: &mut World| (world.sockets.complaints.len() == 4 * SOCKETS).then_some(());
        bot.sandbox.until(told).await;
        let complaints = bot.world(|world| std::mem::take(&mut world.sockets.complaints));
        assert!(complaints.iter().all(|one| one.contains("strange-")), "the sandbox waits for none: {complaints:?}");
    })
    .await;
}

#[tokio::test]
async fn an_envelope_that_cannot_be_stored_is_refused_or_not_acknowledged() {
    product_by_sockets(Setup { on: On::File, ..Setup::USUAL }, async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        let database = rusqlite::Connection::open(bot.database()).unwrap();
        let sabotage = "CREATE TRIGGER sabotage BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'full'); END";
        database.execute_batch(sabotage).unwrap();
        bot.slash(MAYA, "/done conv_1001").await;
        assert!(bot.answer(MAYA).await.starts_with("The app couldn't save this command, so nothing changed."));
        let pressed = bot.press_in_vain(MAYA, ANA, "done").await;
        assert_eq!(pressed.error.as_deref(), Some("operation_timeout"), "Slack marks the button: {pressed:?}");
        database.execute_batch("DROP TRIGGER sabotage").unwrap();
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.press(MAYA, ANA, "done").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
    })
    .await;
}

#[tokio::test]
async fn readiness_reports_a_refused_socket_token() {
    by_sockets(async |bot| {
        let asked = |world: &mut World| world.calls.iter().filter(|c| c.method == "apps.connections.open").count();
        let before = bot.world(asked);
        let App { ops, sockets, .. } = bot.app_with(&[("SLACK_APP_TOKEN", "xapp-revoked")]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(serve(listener, Server::for_operators(&ops), std::future::pending()));
        let (stop, stopped) = watch::channel(false);
        let keeping = tokio::spawn(sockets.unwrap().keep(stopped));
        let refused = |world: &mut World| {
            let calls = world.calls.iter().filter(|call| call.error.as_deref() == Some("invalid_auth"));
            (calls.count() == SOCKETS).then_some(())
        };
        bot.sandbox.until(refused).await;
        // Slack knows of a connection, and that it opens none, before the app does.
        let (status, why) = known(&url).await;
        assert!(status == 503 && why.contains("invalid_auth"), "{status} {why}");
        assert_eq!(known(&bot.ops).await, (200, "ok\n".to_owned()), "the others are well");
        stop.send_replace(true);
        keeping.await.unwrap();
        server.abort();
        assert_eq!(bot.world(asked) - before, SOCKETS, "each of them asks once, and gives up");
    })
    .await;
}

#[tokio::test]
async fn without_a_signing_secret_nothing_of_slacks_comes_in_by_http() {
    by_sockets(async |bot| {
        let App { site, .. } = bot.app_with(&[("SLACK_SIGNING_SECRET", "none")]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(serve(listener, site, std::future::pending()));
        bot.sandbox.world(|world| world.sockets.switch(false));
        bot.sandbox.set_bot(url);
        let refused = bot.sandbox.slash(MAYA, "front-desk", "/assign @zoe conv_1001").await.unwrap();
        assert_eq!((refused.status, refused.body.as_str()), (Some(401), ""));
        bot.read_all().await;
        server.abort();
    })
    .await;
}

#[tokio::test]
async fn readiness_reports_that_socket_mode_is_switched_off() {
    by_sockets(async |bot| {
        bot.world(|world| world.sockets.switch(false));
        bot.world(|world| world.sockets.cut());
        while !readiness(&bot.ops).await.1.contains("link_disabled") {}
    })
    .await;
}

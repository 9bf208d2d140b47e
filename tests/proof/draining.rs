//! An operator stops the app, and a load balancer in front of it notices before a request is lost: first the app is not
//! ready, while it still accepts everything; only then does it close its port. The process that started it is notified
//! too.

use reqwest::StatusCode;
use tokio::net::UnixDatagram;

use crate::backend::Backend;
use crate::process::Process;
use crate::stage::{Setting, Stage, on_each};
use crate::town;

/// Longer than a test may take: a second signal ends it.
const DRAIN: &str = "300";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_announced_before_requests_are_refused() {
    let setting = Setting { name: "draining", people: 1, conversations: 1, lease: None };
    on_each(
        |backend| backend == Backend::Sqlite,
        setting,
        async |stage| {
            let manager = UnixDatagram::bind(stage.database.folder().expect("a file").join("notify")).unwrap();
            let app = start(stage, &manager).await;
            assert_eq!(heard(&manager).await, "READY=1");
            assert_eq!(ready(&app).await, StatusCode::OK);
            assert_eq!(get(&app.url, "readyz").await, StatusCode::NOT_FOUND, "strangers do not ask");
            app.terminate();
            assert_eq!(heard(&manager).await, "STOPPING=1");
            assert_eq!(ready(&app).await, StatusCode::SERVICE_UNAVAILABLE);
            let line = format!("/assign me {}", town::conversation(0));
            let outcome = stage.sandbox.slash(&town::person(0), "front-desk", &line).await.unwrap();
            assert_eq!((outcome.status, outcome.error), (Some(200), None), "it is still taken");
            app.stop().await;
        },
    )
    .await;
}

async fn start(stage: &Stage, manager: &UnixDatagram) -> Process {
    let socket = manager.local_addr().unwrap().as_pathname().unwrap().display().to_string();
    let mut settings = stage.settings(&stage.database.url);
    settings.retain(|(name, _)| *name != "DRAIN_SECONDS");
    settings.extend([("DRAIN_SECONDS", DRAIN.to_owned()), ("NOTIFY_SOCKET", socket)]);
    let app = Process::start(1, &[], &settings, &stage.log).await;
    stage.sandbox.set_bot(app.url.clone());
    app
}

async fn heard(manager: &UnixDatagram) -> String {
    let mut words = [0; 64];
    let length = manager.recv(&mut words).await.unwrap();
    String::from_utf8_lossy(&words[..length]).trim().to_owned()
}

async fn ready(app: &Process) -> StatusCode {
    get(&app.ops, "readyz").await
}

async fn get(url: &str, what: &str) -> StatusCode {
    reqwest::get(format!("{url}/{what}")).await.unwrap().status()
}

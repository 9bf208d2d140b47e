//! Traces of commands and jobs, as a collector receives them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use dialnote_slack::platform::db::Queue;
use jiff::SignedDuration;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;

use crate::support::{ANA, Bot, LEO, MAYA, product, set_up};

/// The traces sent to a collector that answers with this status.
#[derive(Clone)]
struct Collector {
    url: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    async fn start(status: StatusCode) -> Self {
        let spans = Arc::<Mutex<Vec<Span>>>::default();
        let taken = spans.clone();
        let take = move |headers: HeaderMap, body: Bytes| async move {
            assert_eq!(headers["api-key"], "planted", "it is told what it wants to be told");
            let batch = ExportTraceServiceRequest::decode(body).unwrap();
            for from in batch.resource_spans {
                let resource = from.resource.unwrap();
                assert_eq!(attribute(&resource.attributes, "service.name"), Some("dialnote-slack".to_owned()));
                taken.lock().unwrap().extend(from.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
            status
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, Router::new().route("/v1/traces", post(take))).await });
        Self { url, spans }
    }

    fn settings(&self) -> [(&'static str, &str); 2] {
        [("OTEL_EXPORTER_OTLP_ENDPOINT", &self.url), ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=planted")]
    }

    /// Returns the spans collected so far, the app's last included.
    async fn spans(&self, bot: &Bot) -> Vec<Span> {
        bot.tenants.common.traces.clone().finish().await;
        self.spans.lock().unwrap().clone()
    }
}

/// Has the app send its traces to a collector that answers with this status.
async fn collected(bot: &mut Bot, status: StatusCode) -> Collector {
    let collector = Collector::start(status).await;
    bot.restart_with(&collector.settings()).await;
    collector
}

fn attribute(of: &[KeyValue], key: &str) -> Option<String> {
    let value = of.iter().find(|one| one.key == key)?.value.as_ref()?.value.as_ref()?;
    Some(match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    })
}

/// Returns each span with its parents and its outcome, without duplicates.
fn paths(spans: &[Span]) -> BTreeSet<String> {
    let path = |span: &Span| {
        let result = ["result", "http.response.status_code"].iter().find_map(|key| attribute(&span.attributes, key));
        let mut path = format!("{}: {}", span.name, result.unwrap_or_default());
        let mut inner = span;
        while !inner.parent_span_id.is_empty() {
            let Some(outer) = spans.iter().find(|outer| outer.span_id == inner.parent_span_id) else {
                return format!("nothing > {path}");
            };
            assert_eq!(outer.trace_id, inner.trace_id);
            path = format!("{} > {path}", outer.name);
            inner = outer;
        }
        path
    };
    spans.iter().map(path).collect()
}

fn traces(spans: &[Span]) -> usize {
    spans.iter().map(|span| &span.trace_id).collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn a_command_is_followed_to_its_last_call() {
    set_up(async |bot| {
        let collector = collected(bot, StatusCode::OK).await;
        bot.slash(MAYA, &format!("/assign @leo {ANA} wants a call back")).await;
        bot.settle().await;
        bot.read_all().await;
        let spans = collector.spans(bot).await;
        let expected = [
            "command > command.v1 > Slack auth.test: ok",
            "command > command.v1 > Slack dnd.teamInfo: ok",
            "command > command.v1 > Slack users.info: ok",
            "command > command.v1 > dialnote GET conversations/_: ok",
            "command > command.v1 > dialnote GET team/members: ok",
            "command > command.v1 > dialnote PATCH conversations/_: ok",
            "command > command.v1 > dialnote POST conversations/_/notes: ok",
            "command > command.v1: done",
            "command > post_card.v1 > Slack chat.postMessage: ok",
            "command > post_card.v1 > Slack conversations.info: ok",
            "command > post_card.v1: done",
            "command > post_entry.v1 > Slack chat.postMessage: ok",
            "command > post_entry.v1: done",
            "command > report_delivery.v1 > Slack response_url: ok",
            "command > report_delivery.v1: done",
            "command > send_direct.v1 > Slack chat.postMessage: ok",
            "command > send_direct.v1 > Slack conversations.open: ok",
            "command > send_direct.v1: done",
            "command: 200",
        ];
        assert_eq!(paths(&spans), expected.map(String::from).into());
        assert_eq!(traces(&spans), 1, "all of it is one trace");
        // Times may have any digits.
        let said = |span: &Span| format!("{} {:?} {:?} {:?}", span.name, span.attributes, span.events, span.status);
        let all = spans.iter().map(said).collect::<String>();
        for private in ["wants a call back", "Ana", "Leo", "leo@", "+1415", "0101"] {
            assert!(!all.contains(private), "{private} is in {all}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_continued_by_another_instance_stays_in_its_trace() {
    product(async |bot| {
        let collector = collected(bot, StatusCode::OK).await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(LEO, &format!("/dialnote take {ANA}")).await;
        assert!(bot.step(Queue::Work).await);
        bot.world(|world| world.faults.dialnote.down = false);
        bot.clock.advance(SignedDuration::from_secs(60));
        let other = bot.second_with(&collector.settings()).await;
        while other.step(Queue::Work).await.unwrap() {}
        other.common.traces.clone().finish().await;
        let spans = collector.spans(bot).await;
        let of_the_job: Vec<_> = spans.iter().filter(|span| span.name == "command.v1").collect();
        let came_to = |span: &&Span| attribute(&span.attributes, "result").unwrap();
        assert_eq!(of_the_job.iter().map(came_to).collect::<BTreeSet<_>>(), ["done", "retry"].map(String::from).into());
        assert_eq!(traces(&spans), 1, "both instances call it the same");
        bot.settle().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_system_job_begins_its_own_trace() {
    product(async |bot| {
        let collector = collected(bot, StatusCode::OK).await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.settle().await;
        bot.look().await;
        bot.missed_call("+1 415 555 0199").await;
        bot.look().await;
        bot.settle().await;
        bot.read_all().await;
        let paths = paths(&collector.spans(bot).await);
        assert!(paths.contains("noticed.v1: done"), "{paths:#?}");
        assert!(!paths.iter().any(|path| path.starts_with("nothing")), "each has a beginning: {paths:#?}");
    })
    .await;
}

#[tokio::test]
async fn an_unresponsive_collector_delays_no_command() {
    product(async |bot| {
        let collector = collected(bot, StatusCode::BAD_REQUEST).await;
        bot.slash(LEO, &format!("/dialnote take {ANA}")).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
        assert!(!collector.spans(bot).await.is_empty(), "it was asked");
    })
    .await;
}

#[tokio::test]
async fn a_share_of_none_is_none() {
    product(async |bot| {
        let collector = Collector::start(StatusCode::OK).await;
        let [address, headers] = collector.settings();
        bot.restart_with(&[address, headers, ("OTEL_TRACES_SAMPLER_ARG", "0")]).await;
        bot.slash(LEO, &format!("/dialnote take {ANA}")).await;
        bot.settle().await;
        bot.read_all().await;
        assert_eq!(collector.spans(bot).await, []);
    })
    .await;
}

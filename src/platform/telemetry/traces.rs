//! OpenTelemetry tracing, for operators who have a collector: a span for each request, one for each job that follows
//! from it and one for each call, on every instance. Spans contain no words, names or numbers of people. Without a
//! collector there are no spans.
//!
//! A trace's id comes from the place and the time at which its request was accepted, which every job knows. So nothing
//! more has to be stored for it; two requests of one workspace in the same millisecond share a trace.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, Response};
use jiff::Timestamp;
use opentelemetry::trace::{
    Span, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracer, SdkTracerProvider};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tracing::{info, warn};
use url::Url;

use crate::core::error::{Service, whole};
use crate::core::ids::InstallationId;
use crate::platform::transport;

/// The path for spans below a collector's address (the OTLP specification, "OTLP/HTTP Request").
const PATH: &str = "v1/traces";

/// The timeout of a request to the collector.
const COLLECTOR_TIMEOUT: Duration = Duration::from_secs(5);

/// The time that a stop waits for the collector.
const FLUSH_GRACE: Duration = Duration::from_secs(2);

/// The service name in spans.
const OURS: &str = "dialnote-slack";

/// A collector of traces.
#[derive(Clone, Debug)]
pub struct Collector {
    /// The collector's address.
    pub endpoint: Url,
    /// The headers of each batch: names and values.
    pub headers: Vec<(String, SecretString)>,
    /// The share of all traces that it gets, from 0 to 1; a trace is sent whole or not at all.
    pub share: f64,
}

/// The recorder of spans, if there is a collector.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<Noting>);

#[derive(Clone, Debug)]
struct Noting {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The reason why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The HTTP client could not be created.
    #[error(transparent)]
    Https(#[from] reqwest::Error),
    /// The library refuses the settings.
    #[error(transparent)]
    Settings(#[from] ExporterBuildError),
}

impl Traces {
    /// Creates a recorder that sends spans to a collector in batches, a few seconds after they have ended. Must be
    /// called inside a tokio runtime.
    pub fn to(collector: &Collector) -> Result<Self, NotSent> {
        let mut endpoint = collector.endpoint.clone();
        if let Ok(mut path) = endpoint.path_segments_mut() {
            path.pop_if_empty().extend(PATH.split('/'));
        }
        let headers = collector.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new(transport::client(COLLECTOR_TIMEOUT)?))
            .with_endpoint(endpoint)
            .with_headers(headers.collect())
            .with_timeout(COLLECTOR_TIMEOUT)
            .build()?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_id_generator(SpanNames::default())
            .with_sampler(Sampler::TraceIdRatioBased(collector.share))
            .with_resource(Resource::builder().with_service_name(OURS).build())
            .build();
        let tracer = provider.tracer(OURS);
        Ok(Self(Some(Noting { provider, tracer })))
    }

    /// Returns the trace of a request that was accepted at this place and time.
    pub fn of(&self, installation: &InstallationId, accepted: Timestamp) -> Option<Trace> {
        let tracer = self.0.as_ref()?.tracer.clone();
        Some(Trace { tracer, name: Name::of(installation, accepted) })
    }

    /// Sends the remaining spans; those that the collector does not take in time are lost.
    pub async fn finish(self) {
        let Some(Noting { provider, .. }) = self.0 else { return };
        if let Ok(Err(cause)) = spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_GRACE)).await {
            warn!(%cause, "last traces not sent");
        }
    }
}

/// The trace of one request.
#[derive(Debug)]
pub struct Trace {
    tracer: SdkTracer,
    name: Name,
}

impl Trace {
    /// Returns the context for the work that follows from the request.
    pub fn context(&self) -> Context {
        let Name { trace, first } = self.name;
        let request = SpanContext::new(trace, first, TraceFlags::SAMPLED, true, TraceState::NONE);
        Context::new().with_remote_span_context(request).with_value(self.tracer.clone())
    }

    /// Records the request itself, which has just been answered.
    pub fn asked(&self, what: &'static str, begun: Instant, status: u16) {
        let attributes =
            [KeyValue::new("request", what), KeyValue::new("http.response.status_code", i64::from(status))];
        let span = past(what, SpanKind::Server, begun.elapsed(), attributes);
        self.first(span).end();
    }

    /// Starts the span of a job that follows from the request, or begins the trace, and returns the context for its
    /// work. The span ends when the context is dropped.
    pub fn job(&self, what: String, begins: bool, attributes: Vec<KeyValue>) -> Context {
        let span = SpanBuilder::from_name(what).with_kind(SpanKind::Consumer).with_attributes(attributes);
        let context = self.context();
        let span = if begins { self.first(span) } else { self.tracer.build_with_context(span, &context) };
        context.with_span(span)
    }

    /// Starts the span whose id the other spans know as their parent.
    fn first(&self, span: SpanBuilder) -> opentelemetry_sdk::trace::Span {
        let _named = Context::current_with_value(self.name).attach();
        self.tracer.build_with_context(span, &Context::new())
    }
}

/// Records a call that has just ended, if it was made in a trace.
pub(crate) fn called(service: Service, method: &str, result: &'static str, took: Duration) {
    Context::map_current(|context| {
        let Some(tracer) = context.get::<SdkTracer>() else { return };
        let attributes = [KeyValue::new("server", service.to_string()), KeyValue::new("result", result)];
        let span = past(format!("{service} {method}"), SpanKind::Client, took, attributes);
        let mut span = tracer.build_with_context(span, context);
        if result != "ok" && result != "refused" {
            span.set_status(Status::error(result));
        }
        span.end();
    });
}

/// Records the outcome of the job in whose context this is called.
pub(crate) fn came_to(result: &'static str) {
    Context::map_current(|context| context.span().set_attribute(KeyValue::new("result", result)));
}

/// Returns a span that ends now.
fn past(
    name: impl Into<Cow<'static, str>>,
    kind: SpanKind,
    took: Duration,
    attributes: impl IntoIterator<Item = KeyValue>,
) -> SpanBuilder {
    let begun = SystemTime::now().checked_sub(took).unwrap_or(SystemTime::UNIX_EPOCH);
    SpanBuilder::from_name(name).with_kind(kind).with_start_time(begun).with_attributes(attributes)
}

/// The ids of a trace and of its first span.
#[derive(Clone, Copy, Debug)]
struct Name {
    trace: TraceId,
    first: SpanId,
}

impl Name {
    fn of(installation: &InstallationId, accepted: Timestamp) -> Self {
        let digest = Sha256::digest(format!("{installation} {}", accepted.as_millisecond()));
        let (mut trace, mut first) = ([0; 16], [0; 8]);
        for (to, from) in trace.iter_mut().chain(&mut first).zip(digest) {
            *to = from;
        }
        Self { trace: TraceId::from_bytes(trace), first: SpanId::from_bytes(first) }
    }
}

/// A generator of ids that returns the id set in the context; any other id must only be new.
#[derive(Debug, Default)]
struct SpanNames(RandomIdGenerator);

impl SpanNames {
    fn wanted() -> Option<Name> {
        Context::map_current(|context| context.get::<Name>().copied())
    }
}

impl IdGenerator for SpanNames {
    fn new_trace_id(&self) -> TraceId {
        Self::wanted().map_or_else(|| self.0.new_trace_id(), |name| name.trace)
    }

    fn new_span_id(&self) -> SpanId {
        Self::wanted().map_or_else(|| self.0.new_span_id(), |name| name.first)
    }
}

/// A sender of spans that runs on tokio; the library gathers them on a thread of its own, without tokio.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
    fails: AtomicBool,
}

impl Sender {
    fn new(http: reqwest::Client) -> Self {
        Self { http, runtime: Handle::current(), fails: AtomicBool::new(false) }
    }

    /// Logs when the collector begins to fail, and when it works again: not each time.
    fn tell(&self, trouble: Option<String>) {
        let failed = self.fails.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            Some(cause) if !failed => warn!(cause, "collector stopped accepting traces"),
            None if failed => info!("collector accepts traces again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move { http.execute(request).await }).await?;
        let sent = sent.map_err(reqwest::Error::without_url);
        self.tell(match &sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(whole(error)),
        });
        // The body of the answer is not read: it may be long.
        Ok(Response::builder().status(sent?.status()).body(Bytes::new())?)
    }
}

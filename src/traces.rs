//! Where the time goes between a request and what follows from it, for operators who have a collector: a span
//! for the request, one for each job that follows from it and one for each call, on whatever instance. Nobody's
//! words, names and numbers are in them. Without a collector nothing is noted.
//!
//! A trace has the name of its request: where and when it was accepted, which every job knows. So nothing more
//! has to be stored for it; two requests of one workspace in the same millisecond share a trace.

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

use crate::error::{Service, whole};
use crate::ids::InstallationId;
use crate::transport;

/// Where a collector takes spans, beneath its address (the OTLP specification, "OTLP/HTTP Request").
const PATH: &str = "v1/traces";

/// How long a collector may take.
const COLLECTOR_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a stop waits for it.
const FLUSH_GRACE: Duration = Duration::from_secs(2);

/// What spans say to come from.
const OURS: &str = "dialnote-slack";

/// Where traces go.
#[derive(Clone, Debug)]
pub struct Collector {
    /// Its address.
    pub endpoint: Url,
    /// What it wants to be told with each batch: names of headers and their values.
    pub headers: Vec<(String, SecretString)>,
    /// The share of all traces that it gets, from 0 to 1: whole ones.
    pub share: f64,
}

/// What notes spans, if there is a collector.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<Noting>);

#[derive(Clone, Debug)]
struct Noting {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Why no spans can be sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// There is no client to send them with.
    #[error(transparent)]
    Https(#[from] reqwest::Error),
    /// The library does not take what was set.
    #[error(transparent)]
    Settings(#[from] ExporterBuildError),
}

impl Traces {
    /// Sends spans to a collector, a few seconds after they have ended and together with others. To be called
    /// where tokio runs.
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

    /// The trace of what was accepted there and then.
    pub fn of(&self, installation: &InstallationId, accepted: Timestamp) -> Option<Trace> {
        let tracer = self.0.as_ref()?.tracer.clone();
        Some(Trace { tracer, name: Name::of(installation, accepted) })
    }

    /// Sends what has gathered; what the collector does not take in time is lost.
    pub async fn finish(self) {
        let Some(Noting { provider, .. }) = self.0 else { return };
        if let Ok(Err(cause)) = spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_GRACE)).await {
            warn!(%cause, "the last traces were not sent");
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
    /// In it, what follows from the request happens.
    pub fn context(&self) -> Context {
        let Name { trace, first } = self.name;
        let request = SpanContext::new(trace, first, TraceFlags::SAMPLED, true, TraceState::NONE);
        Context::new().with_remote_span_context(request).with_value(self.tracer.clone())
    }

    /// Notes the request itself, which has just been answered.
    pub fn asked(&self, what: &'static str, begun: Instant, status: u16) {
        let attributes =
            [KeyValue::new("request", what), KeyValue::new("http.response.status_code", i64::from(status))];
        let span = past(what, SpanKind::Server, begun.elapsed(), attributes);
        self.first(span).end();
    }

    /// A job that follows from the request, or is where the trace begins: what is done for it happens in this
    /// context. Its span ends when the context is gone.
    pub fn job(&self, what: String, begins: bool, attributes: Vec<KeyValue>) -> Context {
        let span = SpanBuilder::from_name(what).with_kind(SpanKind::Consumer).with_attributes(attributes);
        let context = self.context();
        let span = if begins { self.first(span) } else { self.tracer.build_with_context(span, &context) };
        context.with_span(span)
    }

    /// The span that has the name which the others know.
    fn first(&self, span: SpanBuilder) -> opentelemetry_sdk::trace::Span {
        let _named = Context::current_with_value(self.name).attach();
        self.tracer.build_with_context(span, &Context::new())
    }
}

/// Notes a call that has just ended, if it was made in a trace.
pub fn called(service: Service, method: &str, result: &'static str, took: Duration) {
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

/// Notes what came of the job in whose context this is called.
pub fn came_to(result: &'static str) {
    Context::map_current(|context| context.span().set_attribute(KeyValue::new("result", result)));
}

/// A span that ends now.
fn past(
    name: impl Into<Cow<'static, str>>,
    kind: SpanKind,
    took: Duration,
    attributes: impl IntoIterator<Item = KeyValue>,
) -> SpanBuilder {
    let begun = SystemTime::now().checked_sub(took).unwrap_or(SystemTime::UNIX_EPOCH);
    SpanBuilder::from_name(name).with_kind(kind).with_start_time(begun).with_attributes(attributes)
}

/// What a trace and its first span are called.
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

/// Gives out the name that is wanted in this context; any other must only be new.
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

/// Sends spans from where tokio runs; what has gathered them has a thread of its own, where it does not.
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

    /// Tells when the collector begins to fail, and when it does not any more: not each time.
    fn tell(&self, trouble: Option<String>) {
        let failed = self.fails.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            Some(cause) if !failed => warn!(cause, "the collector does not take traces"),
            None if failed => info!("the collector takes traces again"),
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
        // What it says besides is not read: it may be long.
        Ok(Response::builder().status(sent?.status()).body(Bytes::new())?)
    }
}

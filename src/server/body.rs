//! Limits for request bodies, in size, in time and in number. Slack itself gives up after three seconds, so a body that
//! has not arrived by then is of no use to anyone.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// The time limit for the first bytes. A lost packet is sent again within a second.
const FIRST_BYTES_TIMEOUT: Duration = Duration::from_millis(1500);

/// The time limit for the whole body.
const BODY_TIMEOUT: Duration = Duration::from_millis(2500);

/// The lowest speed once [`FIRST_BYTES_TIMEOUT`] has passed, in bytes per millisecond.
const MIN_BYTES_PER_MS: usize = 64;

/// The size in bytes from which on a body counts as large. The number of large bodies is limited.
const LARGE_BODY: usize = 64 * 1024;

/// The permits for large bodies in the whole process: with the largest body they bound the memory that strangers can
/// fill.
static LARGE_BODIES: Semaphore = Semaphore::const_new(64);

/// The reason why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The body is larger than allowed.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
    /// The connection broke.
    Broken,
    /// Too many large bodies are being read.
    NoRoom,
}

/// A body that has arrived.
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    _room: Option<SemaphorePermit<'static>>,
}

impl Unread {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Reads a body of at most `most` bytes.
pub(super) async fn read(body: impl Body<Data = Bytes> + Unpin, most: usize) -> Result<Whole, Unread> {
    read_in(&LARGE_BODIES, body, most).await
}

async fn read_in(
    large_bodies: &'static Semaphore,
    mut body: impl Body<Data = Bytes> + Unpin,
    most: usize,
) -> Result<Whole, Unread> {
    if body.size_hint().lower() > most as u64 {
        return Err(Unread::TooLarge);
    }
    let begun = Instant::now();
    let (mut bytes, mut room) = (Vec::new(), None);
    loop {
        let frame = timeout_at(begun + allowed(bytes.len()), body.frame()).await.map_err(|_| Unread::TooSlow)?;
        let Some(frame) = frame else { return Ok(Whole { bytes: bytes.into(), _room: room }) };
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        bytes.extend_from_slice(&data);
        if bytes.len() > most {
            return Err(Unread::TooLarge);
        }
        if bytes.len() > LARGE_BODY && room.is_none() {
            room = Some(large_bodies.try_acquire().map_err(|_| Unread::NoRoom)?);
        }
    }
}

/// Returns the time after the head until which a body may continue, if `arrived` bytes are here.
fn allowed(arrived: usize) -> Duration {
    (FIRST_BYTES_TIMEOUT + Duration::from_millis((arrived / MIN_BYTES_PER_MS) as u64)).min(BODY_TIMEOUT)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt, stream};
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    /// Returns a body of pieces of this size, one after each of these pauses.
    fn pieces(size: usize, pauses: Vec<u64>) -> impl Body<Data = Bytes> + Unpin {
        let pieces = stream::iter(pauses).then(move |pause| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b'a'; size])))
        });
        StreamBody::new(Box::pin(pieces))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_to_go_on() {
        for (size, pauses, read_as) in [
            (10, vec![], Ok(0)),
            (10, vec![1400, 0, 0], Ok(30)),
            (10, vec![1600], Err(Unread::TooSlow)),
            (1, vec![100; 20], Err(Unread::TooSlow)),
            // 20 KiB in 200 ms are faster than the lowest speed.
            (20 * 1024, vec![200; 10], Ok(200 * 1024)),
            (20 * 1024, vec![200; 13], Err(Unread::TooSlow)),
            (1024 * 1024, vec![0], Ok(1024 * 1024)),
            (1024 * 1024, vec![0, 0], Err(Unread::TooLarge)),
        ] {
            let told = format!("{size} {pauses:?}");
            let read = read(pieces(size, pauses), 1024 * 1024).await.map(|whole| whole.bytes.len());
            assert_eq!(read, read_as, "{told}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_are_few_and_small_ones_are_not_kept_out() {
        static TWO: Semaphore = Semaphore::const_new(2);
        let large = async || read_in(&TWO, pieces(LARGE_BODY + 1, vec![0]), 1024 * 1024).await;
        let (one, other) = (large().await, large().await);
        assert!(one.is_ok() && other.is_ok());
        assert!(matches!(large().await, Err(Unread::NoRoom)));
        assert!(read_in(&TWO, pieces(LARGE_BODY, vec![0]), 1024 * 1024).await.is_ok());
        drop(one);
        assert!(large().await.is_ok());
    }
}

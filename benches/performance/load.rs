//! The load: plain HTTP/1.1 over TCP, written out before and read only as far as needed, because
//! whoever measures must be faster than whoever is measured.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_timerslack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{JoinSet, LocalSet, yield_now};

use crate::Outcome;
use crate::commands::Supply;
use crate::stats::Latencies;

/// What came of a load.
pub(crate) struct Load {
    /// How many were acknowledged, all in all.
    pub(crate) acknowledged: u64,
    /// How many were acknowledged per second while it was measured.
    pub(crate) per_second: f64,
    /// How long those took that were measured.
    pub(crate) latencies: Latencies,
    /// When each was to be sent; only of an open loop.
    pub(crate) moments: Vec<Instant>,
}

/// Who sends when it is answered, on `connections` at once, for `warm_up` and then for `time`.
pub(crate) async fn closed(
    address: SocketAddr,
    connections: usize,
    warm_up: Duration,
    time: Duration,
    supply: Supply,
) -> Outcome<Load> {
    let begin = Instant::now() + warm_up;
    let end = begin + time;
    let supply = Rc::new(RefCell::new(supply));
    let measured = Rc::new(RefCell::new(Vec::with_capacity(1 << 19)));
    let everybody = LocalSet::new();
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let (supply, measured) = (supply.clone(), measured.clone());
        let caller = async move {
            let mut connection = Connection::open(address).await?;
            let mut acknowledged = 0;
            loop {
                let sent = Instant::now();
                if sent >= end {
                    return Ok::<u64, Box<dyn std::error::Error + Send + Sync>>(acknowledged);
                }
                connection.request.clear();
                connection.request.extend_from_slice(supply.borrow_mut().next()?);
                connection.exchange().await?;
                acknowledged += 1;
                let answered = Instant::now();
                if answered >= begin && answered < end {
                    measured.borrow_mut().push((answered - sent).as_secs_f64() * 1000.0);
                }
            }
        };
        callers.spawn_local_on(caller, &everybody);
    }
    let acknowledged = everybody.run_until(sum(callers)).await?;
    let measured = measured.take();
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let per_second = measured.len() as f64 / time.as_secs_f64();
    Ok(Load { acknowledged, per_second, latencies: Latencies::of(measured), moments: Vec::new() })
}

/// Whose core it is on which the load is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Core {
    /// The load's alone, which watches the clock all the time: sleeping is less exact, and a core that
    /// sleeps has to be woken by the server for every answer.
    Own,
    /// A database works on it, too, and would get only what watching the clock leaves.
    Shared,
}

/// `per_second` requests, each at its moment whether earlier ones are answered or not. What is
/// measured begins at that moment, so a server that stands still is charged for all who wait.
pub(crate) async fn open(
    address: SocketAddr,
    per_second: u32,
    time: Duration,
    mut supply: Supply,
    core: Core,
) -> Outcome<Load> {
    // In turns, so that none is idle for so long that the server closes it.
    let idle = Rc::new(RefCell::new(VecDeque::new()));
    for _ in 0..64 {
        let connection = Connection::open(address).await?;
        idle.borrow_mut().push_back(connection);
    }
    let measured = Rc::new(RefCell::new(Vec::new()));
    let mut moments = Vec::new();
    let everybody = LocalSet::new();
    let sending = async {
        let mut callers = JoinSet::new();
        let begin = Instant::now();
        let mut clock = (core == Core::Shared).then(|| Clock::start(begin, per_second, time));
        for moment in timetable(begin, per_second, time) {
            match &mut clock {
                Some(clock) => clock.next().await,
                None => watch_until(moment).await,
            }
            let (free, request) = (idle.borrow_mut().pop_front(), supply.next()?.to_vec());
            let (idle, measured) = (idle.clone(), measured.clone());
            callers.spawn_local(async move {
                // Who waits to be let in does not keep others from being on time.
                let mut connection = match free {
                    Some(connection) => connection,
                    None => Connection::open(address).await?,
                };
                connection.request = request;
                connection.exchange().await?;
                measured.borrow_mut().push(moment.elapsed().as_secs_f64() * 1000.0);
                idle.borrow_mut().push_back(connection);
                Ok(1)
            });
            moments.push(moment);
        }
        sum(callers).await
    };
    let acknowledged = everybody.run_until(sending).await?;
    let latencies = Latencies::of(measured.take());
    Ok(Load { acknowledged, per_second: per_second.into(), latencies, moments })
}

/// The moments at which so many things a second are to be done.
pub(crate) fn timetable(begin: Instant, per_second: u32, time: Duration) -> impl Iterator<Item = Instant> {
    let apart = Duration::from_secs(1) / per_second;
    std::iter::successors(Some(begin), move |moment| Some(*moment + apart))
        .take_while(move |moment| *moment < begin + time)
}

async fn watch_until(moment: Instant) {
    while Instant::now() < moment {
        yield_now().await;
    }
}

/// Ticks at each moment: a thread that sleeps until then, because tokio's timers count in milliseconds.
struct Clock(UnboundedReceiver<()>);

impl Clock {
    fn start(begin: Instant, per_second: u32, time: Duration) -> Self {
        let (tick, ticks) = unbounded_channel();
        std::thread::spawn(move || {
            // Without this, Linux may let it sleep 50 µs too long. Where that is refused, it does.
            let _ = set_timerslack(1);
            for moment in timetable(begin, per_second, time) {
                std::thread::sleep(moment.saturating_duration_since(Instant::now()));
                if tick.send(()).is_err() {
                    return;
                }
            }
        });
        Self(ticks)
    }

    async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}

async fn sum(mut callers: JoinSet<Outcome<u64>>) -> Outcome<u64> {
    let mut sum = 0;
    while let Some(outcome) = callers.join_next().await {
        sum += outcome??;
    }
    Ok(sum)
}

/// One connection, with what is being sent.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    pub(crate) request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream, request: Vec::with_capacity(2048), answer: Vec::with_capacity(2048) })
    }

    /// Sends what was prepared and waits until all of the answer is there. Only an empty 200 is an
    /// acknowledgement; one with words in it says that nothing was stored.
    ///
    /// A server may close a connection that was idle while a request is on its way to it: like every
    /// client, this one then tries again on a new one.
    pub(crate) async fn exchange(&mut self) -> Outcome<()> {
        if self.try_exchange().await.is_err() {
            self.stream = TcpStream::connect(self.address).await?;
            self.stream.set_nodelay(true)?;
            self.try_exchange().await?;
        }
        let head = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or_default();
        let head = self.answer.get(..head).unwrap_or_default();
        let acknowledged = head.starts_with(b"HTTP/1.1 200")
            && head.to_ascii_lowercase().windows(19).any(|bytes| bytes == b"\r\ncontent-length: 0");
        if acknowledged {
            return Ok(());
        }
        Err(format!("not acknowledged: {}", String::from_utf8_lossy(&self.answer)).into())
    }

    /// Reads until all of an answer's head is there.
    async fn try_exchange(&mut self) -> Outcome<()> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the server hung up".into());
            }
            if self.answer.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                return Ok(());
            }
        }
    }
}

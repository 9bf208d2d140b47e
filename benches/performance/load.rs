//! The load: plain HTTP/1.1 over TCP, with prepared requests and answers read only as far as needed, because the load
//! must be faster than the server.

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

/// The result of a load.
pub(crate) struct Load {
    /// The number of all acknowledged requests.
    pub(crate) acknowledged: u64,
    /// The acknowledged requests a second during the measurement.
    pub(crate) per_second: f64,
    /// The latencies of the measured requests.
    pub(crate) latencies: Latencies,
    /// The planned time of each request; only for an open loop.
    pub(crate) moments: Vec<Instant>,
    /// The requests that were not acknowledged, and why; only for an open loop at a server that may be killed.
    pub(crate) lost: Vec<(usize, String)>,
}

/// Sends the next request after each answer, on `connections` at once, for `warm_up` and then for `time`.
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
    Ok(Load { acknowledged, per_second, latencies: Latencies::of(measured), moments: Vec::new(), lost: Vec::new() })
}

/// The most tries of a request that a saturated server refuses, and the pause between them.
const BURST_TRIES: usize = 50;
const BURST_PAUSE: Duration = Duration::from_millis(100);

/// Sends `count` requests on `connections` at once, as fast as they are acknowledged. Those that are refused are sent
/// again.
pub(crate) async fn burst(address: SocketAddr, connections: usize, count: usize, supply: Supply) -> Outcome<()> {
    let supply = Rc::new(RefCell::new((supply, count)));
    let everybody = LocalSet::new();
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let supply = supply.clone();
        let caller = async move {
            let mut connection = Connection::open(address).await?;
            let mut acknowledged = 0;
            loop {
                connection.request.clear();
                {
                    let (supply, left) = &mut *supply.borrow_mut();
                    if *left == 0 {
                        return Ok::<u64, Box<dyn std::error::Error + Send + Sync>>(acknowledged);
                    }
                    *left -= 1;
                    connection.request.extend_from_slice(supply.next()?);
                }
                connection.exchange_stubbornly().await?;
                acknowledged += 1;
            }
        };
        callers.spawn_local_on(caller, &everybody);
    }
    everybody.run_until(sum(callers)).await.map(drop)
}

/// The core of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Core {
    /// A core for the load alone, which busy-waits: sleeping is less exact, and the server would have to wake a
    /// sleeping core for every answer.
    Own,
    /// A core shared with a database, which busy-waiting would starve.
    Shared,
}

/// Sends `per_second` requests, each at its planned time whether earlier ones are answered or not. Latencies count from
/// that time, so that a pause of the server counts for all waiting requests.
pub(crate) async fn open(
    address: SocketAddr,
    per_second: u32,
    time: Duration,
    supply: Supply,
    core: Core,
) -> Outcome<Load> {
    let load = open_to_mortal(address, per_second, time, supply, core).await?;
    match load.lost.first() {
        None => Ok(load),
        Some((nth, why)) => Err(format!("{} were lost; the first was number {nth}: {why}", load.lost.len()).into()),
    }
}

/// Sends requests as [`open`] does to a server that may be killed, and returns which were not acknowledged.
pub(crate) async fn open_to_mortal(
    address: SocketAddr,
    per_second: u32,
    time: Duration,
    mut supply: Supply,
    core: Core,
) -> Outcome<Load> {
    // In turns, so that no connection is idle for so long that the server closes it.
    let idle = Rc::new(RefCell::new(VecDeque::new()));
    for _ in 0..64 {
        let connection = Connection::open(address).await?;
        idle.borrow_mut().push_back(connection);
    }
    let measured = Rc::new(RefCell::new(Vec::new()));
    let lost = Rc::new(RefCell::new(Vec::new()));
    let mut moments = Vec::new();
    let everybody = LocalSet::new();
    let sending = async {
        let mut callers = JoinSet::new();
        let begin = Instant::now();
        let mut clock = (core == Core::Shared).then(|| Clock::start(begin, per_second, time));
        for (nth, moment) in timetable(begin, per_second, time).enumerate() {
            match &mut clock {
                Some(clock) => clock.next().await,
                None => watch_until(moment).await,
            }
            let (free, request) = (idle.borrow_mut().pop_front(), supply.next()?.to_vec());
            let (idle, measured, lost) = (idle.clone(), measured.clone(), lost.clone());
            callers.spawn_local(async move {
                // A request that waits for a connection doesn't delay the others.
                let connection = match Connection::sending(free, address, request).await {
                    Ok(connection) => connection,
                    Err(why) => {
                        lost.borrow_mut().push((nth, why.to_string()));
                        return Ok(0);
                    }
                };
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
    Ok(Load { acknowledged, per_second: per_second.into(), latencies, moments, lost: lost.take() })
}

/// Returns the planned times of `per_second` events a second.
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

/// A thread that sleeps until each planned time and ticks, because tokio's timers count in milliseconds.
struct Clock(UnboundedReceiver<()>);

impl Clock {
    fn start(begin: Instant, per_second: u32, time: Duration) -> Self {
        let (tick, ticks) = unbounded_channel();
        std::thread::spawn(move || {
            // Without this, or if Linux refuses it, the thread may sleep 50 µs too long.
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

/// A connection, with its request.
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

    /// Sends a request on this connection, or on a new one, and returns the connection after the acknowledgement.
    async fn sending(free: Option<Self>, address: SocketAddr, request: Vec<u8>) -> Outcome<Self> {
        let mut connection = match free {
            Some(connection) => connection,
            None => Self::open(address).await?,
        };
        connection.request = request;
        connection.exchange().await?;
        Ok(connection)
    }

    /// Sends the request until it is acknowledged.
    async fn exchange_stubbornly(&mut self) -> Outcome<()> {
        for _ in 1..BURST_TRIES {
            if self.exchange().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(BURST_PAUSE).await;
        }
        self.exchange().await
    }

    /// Sends the request and waits for the answer. Only an empty 200 is an acknowledgement; a 200 with words says that
    /// nothing was stored.
    ///
    /// A server may close an idle connection while a request is on its way: like every client, this one then tries
    /// again on a new connection.
    pub(crate) async fn exchange(&mut self) -> Outcome<()> {
        if self.try_exchange().await.is_err() {
            self.stream = TcpStream::connect(self.address).await?;
            self.stream.set_nodelay(true)?;
            self.try_exchange().await?;
        }
        if self.answer.starts_with(b"HTTP/1.1 200") && self.is_empty() {
            return Ok(());
        }
        Err(format!("not acknowledged: {}", String::from_utf8_lossy(&self.answer)).into())
    }

    /// Answers whether the answer has no content: its length is 0, or it has only the last of its chunks.
    fn is_empty(&self) -> bool {
        has(self.head(), b"\r\ncontent-length: 0") || self.is_chunked() && self.answer.ends_with(b"\r\n\r\n0\r\n\r\n")
    }

    fn is_chunked(&self) -> bool {
        has(self.head(), b"\r\ntransfer-encoding: chunked")
    }

    fn head(&self) -> &[u8] {
        let end = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or_default();
        self.answer.get(..end).unwrap_or_default()
    }

    /// Sends the request and reads until the end of the answer's head, and of its chunks if it has any.
    async fn try_exchange(&mut self) -> Outcome<()> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the server hung up".into());
            }
            let has_head = self.answer.windows(4).any(|bytes| bytes == b"\r\n\r\n");
            if has_head && (!self.is_chunked() || self.answer.ends_with(b"\r\n0\r\n\r\n")) {
                return Ok(());
            }
        }
    }
}

/// Answers whether a head has this field, in any letter case.
fn has(head: &[u8], field: &[u8]) -> bool {
    head.to_ascii_lowercase().windows(field.len()).any(|bytes| bytes == field)
}

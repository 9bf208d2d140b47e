//! The cores, a process's time and memory, and a description of this machine.

use std::fs;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;

use crate::{Outcome, load};

/// The core of the measured server.
pub(crate) const SERVER: usize = 0;

/// The core of the load.
pub(crate) const GENERATOR: usize = 1;

/// Pins the current thread, and every thread and process that it starts from now on, to these cores.
pub(crate) fn pin(cores: &[usize]) -> Outcome<()> {
    pin_process(0, cores)
}

/// Pins the first thread of another process, or of this one (0).
pub(crate) fn pin_process(process: i32, cores: &[usize]) -> Outcome<()> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(process), &set)?)
}

/// Returns the core time of a process, all its threads together.
pub(crate) fn cpu_time(process: u32) -> Outcome<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let Ok(statistics) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanoseconds += statistics.split_whitespace().next().ok_or("no time")?.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns the core time of one thread of this process.
pub(crate) fn thread_time(thread: i32) -> Outcome<Duration> {
    let statistics = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat"))?;
    let nanoseconds = statistics.split_whitespace().next().ok_or("no time")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

/// Returns a figure of `/proc/<process>/status` in MiB.
pub(crate) fn memory(process: u32, name: &str) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let figure = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib: f64 = figure.and_then(|figure| figure.split_whitespace().next()).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}

/// Describes this machine in a phrase.
pub(crate) fn description() -> Outcome<String> {
    let processor = fs::read_to_string("/proc/cpuinfo")?;
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let cores = processor.lines().filter(|line| line.starts_with("processor")).count();
    let (_, model) = model.unwrap_or(("", "unknown processor"));
    Ok(format!("{cores} cores of {model}, Linux {}, fdatasync of 64 KiB {}", kernel.trim(), sync_time()?))
}

/// Measures a sync of 64 KiB on the disk of the measured databases.
fn sync_time() -> Outcome<String> {
    let file = tempfile::tempfile()?;
    let bytes = vec![1; 64 * 1024];
    let mut times = crate::stats::Rounds::default();
    for round in 0..100 {
        file.write_all_at(&bytes, (round % 16) * 64 * 1024)?;
        let begin = Instant::now();
        file.sync_data()?;
        if round >= 16 {
            times.add(begin.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(format!("{times} ms"))
}

/// Returns the longest of 1,000 syncs a second of 16 KiB, in milliseconds, each counted from its planned time: the
/// pauses of the disk alone.
pub(crate) fn longest_sync(time: Duration) -> Outcome<f64> {
    let file = tempfile::tempfile()?;
    let bytes = vec![1; 16 * 1024];
    let (begin, mut longest) = (Instant::now(), Duration::ZERO);
    for (nth, due) in (0_u64..).zip(load::timetable(begin, 1_000, time)) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        file.write_all_at(&bytes, (nth % 1024) * 16 * 1024)?;
        file.sync_data()?;
        longest = longest.max(due.elapsed());
    }
    Ok(longest.as_secs_f64() * 1000.0)
}

//! The runs: sending as fast as it goes or at a pace, filling, reading.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::body::{Bodies, EVENTS_OF_A_SESSION, session_id};
use crate::connection::Connection;
use crate::process::{Collector, own_cpu_us};

/// Sessions that are read.
const READS: u64 = 2_000;

#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// The next request as soon as there is an answer.
    AsFastAsItGoes,
    /// Requests at their times, whatever the answers do; an answer's time counts from there.
    EventsASecond(f64),
}

/// What a run found.
pub(crate) struct Run {
    pub(crate) events: u64,
    pub(crate) events_a_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) collector_us: f64,
    pub(crate) sender_us: f64,
}

/// Sends batches of so many events for so long.
pub(crate) fn send(
    collector: &Collector,
    events: u64,
    pace: Pace,
    connections: usize,
    seconds: u64,
) -> Run {
    let bodies = Bodies::default();
    // The first batch waits for the rules of user agents to be compiled: once for each process.
    let (status, _) = Connection::open(&collector.host).post(&bodies.next(events));
    assert_eq!(status, 200);
    let times = Mutex::new(Vec::new());
    let cpu = (collector.cpu_us(), own_cpu_us());
    let started = Instant::now();
    let end = started + Duration::from_secs(seconds);
    thread::scope(|scope| {
        for number in 0..connections {
            let (bodies, times) = (&bodies, &times);
            scope.spawn(move || {
                let mut connection = Connection::open(&collector.host);
                let mut own = Vec::new();
                let mut due = match pace {
                    Pace::AsFastAsItGoes => started,
                    // Evenly spread over the connections.
                    Pace::EventsASecond(_) => started + gap(pace, events, number),
                };
                loop {
                    match pace {
                        Pace::AsFastAsItGoes => due = Instant::now(),
                        Pace::EventsASecond(_) => {
                            thread::sleep(due.saturating_duration_since(Instant::now()));
                        }
                    }
                    if due >= end {
                        break;
                    }
                    let (status, _) = connection.post(&bodies.next(events));
                    assert_eq!(status, 200);
                    own.push(due.elapsed());
                    due += gap(pace, events, connections);
                }
                times.lock().unwrap().extend(own);
            });
        }
    });
    let took = started.elapsed().as_secs_f64();
    let cpu = (collector.cpu_us() - cpu.0, own_cpu_us() - cpu.1);
    let mut times = times.into_inner().unwrap();
    let sent = times.len() as u64 * events;
    let per_event = |us: u64| to_f64(us) / to_f64(sent);
    Run {
        events: sent,
        events_a_second: to_f64(sent) / took,
        p50_ms: quantile_ms(&mut times, 50),
        p99_ms: quantile_ms(&mut times, 99),
        collector_us: per_event(cpu.0),
        sender_us: per_event(cpu.1),
    }
}

/// Time between the requests of one among so many connections.
fn gap(pace: Pace, events: u64, connections: usize) -> Duration {
    match pace {
        Pace::AsFastAsItGoes => Duration::ZERO,
        Pace::EventsASecond(rate) => {
            Duration::from_secs_f64(to_f64(events * connections as u64) / rate)
        }
    }
}

/// What a store was filled with.
pub(crate) struct Filled {
    pub(crate) events: u64,
}

/// Stores so many events.
pub(crate) fn fill(collector: &Collector, connections: usize, rows: u64) -> Filled {
    let bodies = Bodies::default();
    let batches = rows.div_ceil(EVENTS_OF_A_SESSION);
    let next = std::sync::atomic::AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut connection = Connection::open(&collector.host);
                while next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < batches {
                    assert_eq!(connection.post(&bodies.next(EVENTS_OF_A_SESSION)).0, 200);
                }
            });
        }
    });
    Filled {
        events: batches * EVENTS_OF_A_SESSION,
    }
}

/// Reads sessions spread over the whole store; the median and the 99th percentile.
pub(crate) fn read_sessions(collector: &Collector, filled: &Filled) -> (f64, f64) {
    let sessions = filled.events / EVENTS_OF_A_SESSION;
    let mut connection = Connection::open(&collector.host);
    let mut times: Vec<_> = (0..READS)
        .map(|n| {
            let session = session_id(n * 7_919 % sessions);
            let path = format!("/api/v2/journey/sessions/{session}/events?pageSize=25");
            let started = Instant::now();
            let (status, body) = connection.get(&path);
            let took = started.elapsed();
            assert!(status == 200 && body.len() > 1_000, "an empty session");
            took
        })
        .collect();
    (quantile_ms(&mut times, 50), quantile_ms(&mut times, 99))
}

fn quantile_ms(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times
        .get(place)
        .map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run are far below 2^53"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

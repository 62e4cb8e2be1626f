//! Load on a real collector: how much it takes, how long an answer takes, and what an event costs.
//!
//! `npm run bench:collector` builds both and runs this; by hand:
//! `cargo bench --package sillage-collector --bench load -- --seconds 10`. Sender and collector share
//! the machine, so what the sender takes is missing to the collector; it is printed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for developers, which prints its results and ends where it cannot go on"
)]

mod body;
mod connection;
mod process;
mod runs;

use std::path::PathBuf;

use clap::Parser;

use crate::process::Collector;
use crate::runs::{Pace, Run};

/// What to measure.
#[derive(Debug, Parser)]
struct Arguments {
    /// Seconds of each run.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections at once, each with one request under way.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Rows to fill the store with before sessions are read.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Page size that the database is made with, instead of the collector's own.
    #[arg(long)]
    page_size: Option<u32>,
    /// The collector; the one of the same build otherwise.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_sillage-collector"))]
    collector: PathBuf,
    /// What `cargo bench` says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    println!(
        "| run | events/s | p50, ms | p99, ms | CPU, µs per event | sender's CPU, µs per event | memory, MiB | bytes per event |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut fastest = 0.0;
    for events in [20, 1] {
        let run = take(&arguments, events, Pace::AsFastAsItGoes);
        if events == 20 {
            fastest = run.events_a_second;
        }
    }
    take(&arguments, 20, Pace::EventsASecond(fastest / 2.0));
    read_sessions(&arguments);
}

/// One run against an empty store.
fn take(arguments: &Arguments, events: u64, pace: Pace) -> Run {
    let collector = Collector::start(&arguments.collector, arguments.page_size);
    let run = runs::send(
        &collector,
        events,
        pace,
        arguments.connections,
        arguments.seconds,
    );
    let memory_mib = collector.peak_memory_mib();
    let bytes = collector.stop_and_measure();
    let name = match pace {
        Pace::AsFastAsItGoes => format!("{events} a request, as fast as it goes"),
        Pace::EventsASecond(_) => format!("{events} a request, at half of that"),
    };
    println!(
        "| {name} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} | {memory_mib} | {} |",
        run.events_a_second,
        run.p50_ms,
        run.p99_ms,
        run.collector_us,
        run.sender_us,
        bytes / run.events.max(1),
    );
    run
}

/// How long it takes to read one session among many.
fn read_sessions(arguments: &Arguments) {
    let collector = Collector::start(&arguments.collector, arguments.page_size);
    let filled = runs::fill(&collector, arguments.connections, arguments.rows);
    let (p50_ms, p99_ms) = runs::read_sessions(&collector, &filled);
    println!(
        "\n| reading one session of {} rows | p50, ms | p99, ms |",
        filled.events
    );
    println!("| --- | ---: | ---: |");
    println!("| alone | {p50_ms:.2} | {p99_ms:.2} |");
}

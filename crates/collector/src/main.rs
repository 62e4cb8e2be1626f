//! The binary: settings, signals, exit status. One line on stderr where it fails.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::error::ErrorKind;
use sillage_collector::Config;
use sillage_collector::cli::{Cli, Command};
use sillage_collector::config::LogFormat;
use sillage_collector::server::Server;
use sillage_collector::store::sqlite;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Events are many small texts, made on one thread and freed on another: measured against the system's
/// allocator in turns, 57 µs of CPU for each event instead of 62.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit status for a wrong command line, as clap uses it.
const USAGE_STATUS: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let done = match cli.command {
        None => run(cli.config),
        Some(Command::Backup { file }) => back_up(&cli.config, &file),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sillage-collector: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> anyhow::Result<()> {
    log(config.log_format);
    let runtime = tokio::runtime::Runtime::new().context("cannot start threads")?;
    let result = runtime.block_on(async {
        let server = Server::bind(config).await?;
        // Before the line that says it is ready: who reads it may send a signal at once.
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for signals")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot watch for signals")?;
        writeln!(
            std::io::stdout(),
            "listening on http://{}",
            server.address()
        )
        .context("cannot write to stdout")?;
        let stop = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        anyhow::Ok(server.run(stop).await?)
    });
    // Threads that still read for a connection that was cut are not waited for.
    runtime.shutdown_background();
    result
}

/// Logs to stderr from now on.
fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("SILLAGE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // The HTTP client would log what is sent and to whom.
    let filter = ["ureq=off", "ureq_proto=off", "rustls=off"]
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => subscriber.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
}

fn back_up(config: &Config, file: &Path) -> anyhow::Result<()> {
    let bytes = sqlite::back_up(&config.data, file)?;
    writeln!(
        std::io::stdout(),
        "{}: {bytes} bytes, checked",
        file.display()
    )
    .context("cannot write to stdout")
}

/// Help and version as clap writes them; of an error its first line alone.
fn usage(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let first = text
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let _ = writeln!(std::io::stderr(), "sillage-collector: {first} (try --help)");
    ExitCode::from(USAGE_STATUS)
}

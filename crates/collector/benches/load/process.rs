//! The collector as a process, and what the system says of it (Linux: `/proc`).

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;

/// What `/proc/<pid>/stat` counts in: 100 a second on every Linux that Rust runs on.
const TICK_US: u64 = 10_000;

pub(crate) struct Collector {
    child: Child,
    folder: TempDir,
    pub(crate) host: String,
}

impl Collector {
    /// Starts one with an empty store.
    pub(crate) fn start(program: &Path, page_size: Option<u32>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(bytes) = page_size {
            let database = Connection::open(folder.path().join("sillage.sqlite")).unwrap();
            let pages = format!("PRAGMA page_size = {bytes}; CREATE TABLE t (x); DROP TABLE t;");
            database.execute_batch(&pages).unwrap();
        }
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .env("SILLAGE_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let host = line
            .trim_end()
            .strip_prefix("listening on http://")
            .unwrap();
        Self {
            host: host.to_owned(),
            child,
            folder,
        }
    }

    /// Processor time that it has taken, in microseconds.
    pub(crate) fn cpu_us(&self) -> u64 {
        cpu_us_of(&self.child.id().to_string())
    }

    pub(crate) fn peak_memory_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: u64 = line
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        kib / 1_024
    }

    /// Ends it, and gives the size of its database.
    pub(crate) fn stop_and_measure(mut self) -> u64 {
        let id = self.child.id().to_string();
        Command::new("kill").arg(id).status().unwrap();
        self.child.wait().unwrap();
        let files = fs::read_dir(self.folder.path()).unwrap();
        files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // Already gone where it was measured.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of this process, in microseconds.
pub(crate) fn own_cpu_us() -> u64 {
    cpu_us_of("self")
}

fn cpu_us_of(process: &str) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in brackets, may hold spaces.
    let fields: Vec<_> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks = |place: usize| fields[place].parse::<u64>().unwrap();
    (ticks(11) + ticks(12)) * TICK_US
}

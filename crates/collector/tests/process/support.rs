//! [`Process`]: the real binary on a free port, killed when dropped.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Longest wait for an answer; a hanging test is a failed one.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Process {
    /// Starts on a free port and waits for the line that says it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// The same with more flags.
    pub(crate) fn start_with(data: &Path, flags: &[&str]) -> Self {
        Self::start_command(command(data).args(flags))
    }

    /// The same with whatever the command has.
    pub(crate) fn start_command(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let Some(url) = line.trim_end().strip_prefix("listening on ") else {
            let mut errors = String::new();
            child
                .stderr
                .as_mut()
                .unwrap()
                .read_to_string(&mut errors)
                .unwrap();
            panic!("it said {line:?} and {errors:?}");
        };
        Self {
            url: url.to_owned(),
            child,
        }
    }

    /// The host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sillage-collector"));
    command
        .arg("--listen")
        .arg("127.0.0.1:0")
        .arg("--data")
        .arg(data);
    command
        .env("SILLAGE_LOG", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .new_agent()
}

/// Status and body, or nothing where there was no whole answer.
pub(crate) fn post(agent: &ureq::Agent, url: &str, batch: &Value) -> Option<(u16, Value)> {
    let mut response = agent
        .post(format!("{url}/v1/batches"))
        .send(batch.to_string())
        .ok()?;
    let body = response.body_mut().read_json().ok()?;
    Some((response.status().as_u16(), body))
}

/// A batch of page views whose ids are made of `stream`, `n` and their place.
pub(crate) fn batch(stream: usize, n: usize, events: usize) -> Value {
    let now = sillage_collector::clock::now();
    let events: Vec<Value> = (0..events)
        .map(|place| {
            json!({
                "id": event_id(stream, n, place),
                "createdDate": now,
                "webEvent": {"eventName": "page_viewed", "page": {"url": "https://shop.example/", "title": "Shop"}},
            })
        })
        .collect();
    json!({
        "id": format!("01978f5e-7000-7000-8b00-{stream:04x}{n:08x}"),
        "siteId": "shop",
        "sentAt": now,
        "defaults": {
            "customerId": "v1",
            "customerIdType": "cookie",
            "session": {"id": format!("s{stream}"), "type": "web"},
            "eventType": "com.genesys.journey.WebEvent",
        },
        "events": events,
    })
}

pub(crate) fn event_id(stream: usize, n: usize, place: usize) -> String {
    format!("01978f5e-7000-7000-8e{place:02x}-{stream:04x}{n:08x}")
}

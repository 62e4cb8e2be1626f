//! What happened since the start, as Prometheus reads it.
//!
//! Labels are words of ours alone (codes, routes as they are declared, classes of status), so nobody
//! outside can make their number grow.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use sillage_protocol::ErrorCode;

use crate::state::AppState;
use crate::store::{COMMIT_BOUNDS_US, Vitals};

/// The code of a refusal, put on its answer by whoever refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefusalCode(pub(crate) &'static str);

/// Counts of requests and rejections. The store counts events itself, whichever door they come by.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(String, &'static str), u64>>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    rejected: Mutex<BTreeMap<&'static str, u64>>,
}

impl Metrics {
    /// Counts an event of a batch that was refused alone.
    pub(crate) fn rejected(&self, code: ErrorCode) {
        let mut rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        *rejected.entry(code.as_str()).or_default() += 1;
    }

    fn answered(&self, route: Option<&MatchedPath>, response: &Response) {
        let route = route.map_or("none", MatchedPath::as_str);
        let class = class_of(response.status());
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), class)).or_default() += 1;
        drop(requests);
        if let Some(RefusalCode(code)) = response.extensions().get() {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            *refused.entry(code).or_default() += 1;
        }
    }

    /// Everything in the text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
    pub(crate) async fn text(&self, state: &AppState) -> String {
        let mut page = self.page(state);
        forwards(&mut page, state).await;
        page.text
    }

    fn page(&self, state: &AppState) -> Page {
        let mut page = Page::default();
        page.head("build_info", "gauge", "Version of the collector.");
        page.sample("build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        events(&mut page, &state.store.vitals());
        page.counts(
            "events_rejected_total",
            "Events refused alone, by code.",
            &self.rejected,
        );
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        page.head("requests_total", "counter", "Requests answered, by route.");
        for ((route, status), count) in &*requests {
            page.sample(
                "requests_total",
                &[("route", route), ("status", status)],
                *count,
            );
        }
        drop(requests);
        page.counts(
            "requests_refused_total",
            "Requests refused, by code.",
            &self.refused,
        );
        page.one(
            "waiting_bytes",
            "gauge",
            "Bytes of bodies that wait for their answer.",
            state.waiting_bytes(),
        );
        page.one(
            "live_clients",
            "gauge",
            "Live views that are open.",
            state.open_live_clients(),
        );
        page
    }
}

fn events(page: &mut Page, vitals: &Vitals) {
    for (name, help, count) in [
        ("events_stored_total", "Events stored.", vitals.stored),
        (
            "events_duplicate_total",
            "Events that came again.",
            vitals.duplicates,
        ),
        (
            "events_conflicting_total",
            "Events that came again with other content.",
            vitals.conflicts,
        ),
        (
            "commits_failed_total",
            "Commits that failed.",
            vitals.failed_commits,
        ),
    ] {
        page.one(name, "counter", help, count);
    }
    page.one(
        "queue_bytes",
        "gauge",
        "Bytes of events that wait for the store.",
        vitals.queued_bytes,
    );
    page.one(
        "queue_max_bytes",
        "gauge",
        "Bytes above which the store refuses more.",
        vitals.max_queued_bytes,
    );
    page.head("commit_seconds", "histogram", "Time of a commit.");
    let mut so_far = 0;
    for (bound_us, count) in COMMIT_BOUNDS_US.iter().zip(vitals.commits) {
        so_far += count;
        let bound = seconds(*bound_us);
        page.sample("commit_seconds_bucket", &[("le", &bound)], so_far);
    }
    let count: u64 = vitals.commits.iter().sum();
    page.sample("commit_seconds_bucket", &[("le", "+Inf")], count);
    page.line("commit_seconds_sum", &[], &seconds(vitals.commits_us));
    page.sample("commit_seconds_count", &[], count);
}

/// Nothing of destinations that there are none of.
async fn forwards(page: &mut Page, state: &AppState) {
    let destinations = state.destinations();
    if destinations.is_empty() {
        return;
    }
    let counts = &state.forwards;
    for (name, help, rows) in [
        (
            "forward_events_total",
            "Events that a destination has taken.",
            counts.all_forwarded(),
        ),
        (
            "forward_failures_total",
            "Calls that failed, and events that were refused, by code.",
            counts.all_failed(),
        ),
        (
            "forward_skipped_total",
            "Events that a destination has no counterpart for.",
            counts.all_skipped(),
        ),
    ] {
        page.head(name, "counter", help);
        for ((destination, code), count) in rows {
            let labels = [("destination", destination), ("code", &*code)];
            let has_code = !code.is_empty();
            page.sample(name, &labels[..=usize::from(has_code)], count);
        }
    }
    let now = (state.clock)();
    let mut gauges: [(&str, &str, Vec<u64>); 3] = [
        (
            "forward_lag_events",
            "Events still to be forwarded.",
            Vec::new(),
        ),
        (
            "forward_lag_seconds",
            "Since when the oldest of them has been there.",
            Vec::new(),
        ),
        (
            "forward_dead_letters",
            "Events that a destination did not take.",
            Vec::new(),
        ),
    ];
    for destination in &destinations {
        // A store that cannot be read is told by other metrics; these are left out then.
        let Ok(is) = state.store.forward_state((*destination).to_owned()).await else {
            return;
        };
        let waited_ms = is.oldest_after.map_or(0, |oldest| now.since(oldest));
        gauges[0].2.push(is.events_after);
        gauges[1].2.push(waited_ms / 1_000);
        gauges[2].2.push(is.dead_letters);
    }
    for (name, help, values) in gauges {
        page.head(name, "gauge", help);
        for (destination, value) in destinations.iter().zip(values) {
            page.sample(name, &[("destination", destination)], value);
        }
    }
}

/// Exact: a `f64` would round sums of years.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Lines in the text format. Every name begins with `sillage_`.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "# HELP sillage_{name} {help}");
        let _ = writeln!(self.text, "# TYPE sillage_{name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.head(name, kind, help);
        self.sample(name, &[], value);
    }

    fn counts(&mut self, name: &str, help: &str, counts: &Mutex<BTreeMap<&'static str, u64>>) {
        self.head(name, "counter", help);
        for (code, count) in &*counts.lock().unwrap_or_else(PoisonError::into_inner) {
            self.sample(name, &[("code", code)], *count);
        }
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        self.line(name, labels, &value.to_string());
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let labels: Vec<_> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        let labels = match labels.len() {
            0 => String::new(),
            _ => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.text, "sillage_{name}{labels} {value}");
    }
}

fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

/// Counts each answer, and logs it for who asks for that: route, status and time, nothing of whom
/// or what it is about.
pub(crate) async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    state.metrics.answered(route.as_ref(), &response);
    tracing::debug!(
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_without_a_loss() {
        for (us, text) in [
            (0, "0"),
            (500, "0.0005"),
            (1_000_000, "1"),
            (12_345_678, "12.345678"),
        ] {
            assert_eq!(seconds(us), text);
        }
    }
}

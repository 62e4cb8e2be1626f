//! [`TestCollector`]: requests go through the router in process, rows are read with SQL of the test's
//! own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use clap::Parser;
use http_body_util::BodyExt;
use rusqlite::Connection;
use serde_json::{Value, json};
use sillage_collector::clock::Clock;
use sillage_collector::enrich::Sources;
use sillage_collector::store::Store;
use sillage_collector::store::sqlite::{DATABASE_FILE, SqliteStore};
use sillage_collector::{AppState, Config};
use sillage_protocol::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt;

/// When every test happens, unless it sets another clock: 2026-11-21T12:00:00.000Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_262_400_000);

pub(crate) const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

pub(crate) struct TestCollector {
    pub(crate) folder: TempDir,
    pub(crate) state: AppState,
    pub(crate) store: Arc<SqliteStore>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl TestCollector {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts with flags of the command line, listening on loopback.
    pub(crate) fn start_with(flags: &[&str]) -> Self {
        Self::start_on("127.0.0.1:8787", flags, || NOW)
    }

    pub(crate) fn start_on(bound: &str, flags: &[&str], clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse_from(["sillage-collector"].iter().chain(flags));
        let sources = Sources::open(&config).unwrap();
        let store = SqliteStore::open(folder.path(), config.limits.max_queued_bytes).unwrap();
        let store = Arc::new(store);
        let bound: SocketAddr = bound.parse().unwrap();
        let dyn_store: Arc<dyn Store> = store.clone();
        let state = AppState::new(config, sources, dyn_store, bound).with_clock(clock);
        Self {
            folder,
            state,
            store,
        }
    }

    /// Sends a request and returns as soon as there are headers.
    pub(crate) async fn open(&self, request: Request<Body>) -> Response {
        sillage_collector::app(self.state.clone())
            .oneshot(request)
            .await
            .unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.open(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(get(path)).await
    }

    pub(crate) async fn post(&self, body: impl Into<Body>) -> Reply {
        self.send(post(body)).await
    }

    pub(crate) async fn post_json(&self, batch: &Value) -> Reply {
        self.post(batch.to_string()).await
    }

    /// The first column of a query's rows, as JSON.
    pub(crate) fn sql(&self, query: &str) -> Vec<Value> {
        use rusqlite::types::Value as Sql;
        let connection = Connection::open(self.folder.path().join(DATABASE_FILE)).unwrap();
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Sql>(0)).unwrap();
        rows.map(|value| match value.unwrap() {
            Sql::Integer(number) => json!(number),
            Sql::Text(text) => json!(text),
            Sql::Null => Value::Null,
            other => panic!("{other:?}"),
        })
        .collect()
    }
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path)
        .header("host", "127.0.0.1:8787")
        .body(Body::empty())
        .unwrap()
}

pub(crate) fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/v1/batches")
        .header("host", "127.0.0.1:8787")
        .header("content-type", "text/plain;charset=UTF-8")
        .header("user-agent", CHROME)
        .body(body.into())
        .unwrap()
}

/// The `n`th id of a kind.
pub(crate) fn id(kind: &str, n: usize) -> String {
    let kind = match kind {
        "batch" => 0xb,
        "event" => 0xe,
        _ => panic!("no ids of {kind}"),
    };
    format!("01978f5e-7000-7000-8000-{kind:x}{n:011x}")
}

/// A page view of visitor `v1` in session `s1`, one second after the one before.
pub(crate) fn pageview(n: usize) -> Value {
    web_event(n, "page_viewed")
}

pub(crate) fn web_event(n: usize, name: &str) -> Value {
    let created = Timestamp(NOW.0 - 60_000 + u64::try_from(n).unwrap() * 1_000);
    json!({
        "id": id("event", n),
        "customerId": "v1",
        "customerIdType": "cookie",
        "session": {"id": "s1", "type": "web"},
        "eventType": "com.genesys.journey.WebEvent",
        "createdDate": created,
        "webEvent": {"eventName": name, "page": {"url": "https://shop.example/tea?q=1#top", "title": "Tea"}},
    })
}

pub(crate) fn click(n: usize) -> Value {
    let mut event = web_event(n, "");
    event["eventType"] = json!("com.genesys.journey.WebActionEvent");
    event["webEvent"] = Value::Null;
    event["webActionEvent"] = json!({
        "action": {"state": "engaged", "mediaType": "openAction", "prompt": "Buy"},
        "actionMap": {"displayName": "buy"},
    });
    event
}

pub(crate) fn batch(n: usize, events: &[Value]) -> Value {
    json!({
        "id": id("batch", n),
        "siteId": "shop",
        "sentAt": NOW,
        "tracker": {"name": "sillage", "version": "0.1.0"},
        "events": events,
    })
}

/// Drives all futures at once.
pub(crate) async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.map(|future| Some(Box::pin(future))).collect();
    let mut results: Vec<Option<F::Output>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (slot, result) in pending.iter_mut().zip(&mut results) {
            if let Some(future) = slot
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *result = Some(output);
                *slot = None;
            }
        }
        if pending.iter().any(Option::is_some) {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(results.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

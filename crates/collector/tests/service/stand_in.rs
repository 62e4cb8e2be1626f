//! [`StandIn`]: a service to forward to, on a port of its own. It fails on command; what it does not fail
//! goes to a collector behind it, whose doors check signatures and rules as the official SDKs need.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use clap::Parser;
use serde_json::{Value, json};
use sillage_collector::Config;
use sillage_collector::clock::Clock;
use sillage_collector::forward::{Environment, Forwarding, Pace};
use sillage_collector::store::Store;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::support::{NOW, TestCollector};

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Time between looks at what is still to be forwarded.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Waits of milliseconds, for tests.
pub(crate) const PACE: Pace = Pace {
    linger: Duration::from_millis(20),
    first_wait: Duration::from_millis(10),
    longest_wait: Duration::from_millis(50),
    call_timeout: Duration::from_secs(10),
};

/// What it does with a call.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Hands it on.
    Pass,
    /// Answers with a status and `Retry-After: 0`.
    Fail(u16),
    /// Answers 429 and asks to be left alone for so many seconds.
    Busy(u32),
    /// Answers nothing.
    Hang,
}

/// A call that came, with the status of its answer; 0 where there was none.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

pub(crate) struct StandIn {
    pub(crate) url: String,
    pub(crate) behind: TestCollector,
    seen: Mutex<Vec<Seen>>,
    script: Mutex<VecDeque<Does>>,
    /// What it does when the script is over.
    then: Mutex<Does>,
    arrived: Notify,
    /// Tokens given so far.
    tokens: Mutex<usize>,
}

impl StandIn {
    pub(crate) async fn start(script: &[Does]) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let keys = ["--put-events-keys", "AKIDEXAMPLE:secret"];
        let stand_in = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            behind: TestCollector::start_with(&keys),
            seen: Mutex::default(),
            script: Mutex::new(script.iter().cloned().collect()),
            then: Mutex::new(Does::Pass),
            arrived: Notify::new(),
            tokens: Mutex::default(),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&stand_in));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        stand_in
    }

    /// What it does from now on when the script is over.
    pub(crate) fn then(&self, does: Does) {
        *self.then.lock().unwrap() = does;
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The calls that were taken.
    pub(crate) fn taken(&self) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|call| (200..300).contains(&call.status));
        seen
    }

    pub(crate) fn tokens(&self) -> usize {
        *self.tokens.lock().unwrap()
    }

    /// Waits until what was seen is enough.
    pub(crate) async fn until(&self, is_enough: impl Fn(&[Seen]) -> bool) {
        let waiting = async {
            loop {
                let arrived = self.arrived.notified();
                if is_enough(&self.seen()) {
                    break;
                }
                arrived.await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "it saw {:#?}", self.seen());
    }

    fn saw(&self, path: &str, body: &[u8], status: u16) {
        let seen = Seen {
            path: path.to_owned(),
            body: serde_json::from_slice(body).unwrap_or_default(),
            status,
        };
        self.seen.lock().unwrap().push(seen);
        self.arrived.notify_waiters();
    }
}

async fn answer(State(stand_in): State<Arc<StandIn>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, 1_000_000).await.unwrap();
    let path = parts.uri.path().to_owned();
    let authorization = parts.headers.get("authorization").cloned();
    if path == "/oauth/token" {
        // `client:hush`, as RFC 7617 writes it.
        let is_known = authorization.is_some_and(|value| value == "Basic Y2xpZW50Omh1c2g=");
        assert!(is_known && body == "grant_type=client_credentials");
        let mut tokens = stand_in.tokens.lock().unwrap();
        *tokens += 1;
        let token = json!({"access_token": format!("t{tokens}"), "expires_in": 86_400});
        return axum::Json(token).into_response();
    }
    let next = stand_in.script.lock().unwrap().pop_front();
    match next.unwrap_or_else(|| stand_in.then.lock().unwrap().clone()) {
        Does::Hang => {
            stand_in.saw(&path, &body, 0);
            std::future::pending().await
        }
        Does::Fail(status) => {
            stand_in.saw(&path, &body, status);
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("retry-after", "0")], "it was told to").into_response()
        }
        Does::Busy(seconds) => {
            stand_in.saw(&path, &body, 429);
            (
                StatusCode::TOO_MANY_REQUESTS,
                [("retry-after", seconds.to_string())],
            )
                .into_response()
        }
        Does::Pass => {
            if path.starts_with("/api/") {
                let expected = format!("Bearer t{}", stand_in.tokens());
                assert_eq!(authorization.unwrap(), expected.as_str());
                parts.headers.remove("authorization");
            }
            let request = Request::from_parts(parts, Body::from(body.clone()));
            let reply = stand_in.behind.send(request).await;
            stand_in.saw(&path, &body, reply.status);
            (
                StatusCode::from_u16(reply.status).unwrap(),
                reply.headers,
                reply.body,
            )
                .into_response()
        }
    }
}

/// A collector that forwards to a stand-in.
pub(crate) struct Forwarder {
    pub(crate) collector: TestCollector,
    flags: Vec<String>,
    environment: Environment,
    pace: Pace,
    tasks: JoinSet<()>,
}

impl Forwarder {
    pub(crate) async fn to_personalize(stand_in: &StandIn, pace: Pace) -> Self {
        let flags = [
            "--personalize-tracker=shop=tracker-1",
            "--personalize-region=eu-west-1",
            &format!("--personalize-url={}", stand_in.url),
        ];
        let environment = [
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "session"),
        ];
        Self::start("personalize", &flags, &environment, pace, || NOW).await
    }

    pub(crate) async fn to_genesys(stand_in: &StandIn, pace: Pace, clock: Clock) -> Self {
        let flags = [
            "--genesys-deployment=shop=deployment-1",
            &format!("--genesys-url={}", stand_in.url),
            &format!("--genesys-login-url={}/", stand_in.url),
        ];
        let environment = [
            ("GENESYS_CLOUD_CLIENT_ID", "client"),
            ("GENESYS_CLOUD_CLIENT_SECRET", "hush"),
        ];
        Self::start("genesys", &flags, &environment, pace, clock).await
    }

    pub(crate) async fn start(
        destination: &str,
        flags: &[&str],
        environment: &[(&str, &str)],
        pace: Pace,
        clock: Clock,
    ) -> Self {
        let collector = TestCollector::start_on("127.0.0.1:8787", flags, clock);
        // What is stored before the cursor is made is not forwarded.
        let cursor = collector.store.forward_cursor(destination.to_owned(), NOW);
        cursor.await.unwrap();
        let mut forwarder = Self {
            collector,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            pace,
            tasks: JoinSet::new(),
        };
        forwarder.resume();
        forwarder
    }

    /// Begins anew with what the store has.
    pub(crate) fn resume(&mut self) {
        let flags = self.flags.iter().map(String::as_str);
        let config = Config::parse_from(["sillage-collector"].into_iter().chain(flags));
        let forwarding = Forwarding::new(&config, &self.environment, self.pace).unwrap();
        self.tasks = forwarding.start(&self.collector.state);
    }

    /// Ends without a chance to write anything down.
    pub(crate) async fn crash(&mut self) {
        self.tasks.abort_all();
        while self.tasks.join_next().await.is_some() {}
    }

    /// Ends as the collector does.
    pub(crate) async fn stop(&mut self) {
        self.collector.state.stop_streams();
        while self.tasks.join_next().await.is_some() {}
    }

    /// How the one destination stands, as `/v1/forwards` shows it.
    pub(crate) async fn standing(&self) -> Value {
        let reply = self.collector.get("/v1/forwards").await;
        reply.json()["destinations"][0].clone()
    }

    /// Waits until nothing is left to be forwarded; gives how it stands then.
    pub(crate) async fn idle(&self) -> Value {
        self.until(|standing| standing["lagEvents"] == 0).await
    }

    /// Waits until the destination stands so; gives how it stands then.
    pub(crate) async fn until(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let standing = self.standing().await;
                if is_so(&standing) {
                    return standing;
                }
                // What it waits for is in the store, where no test can be told of it.
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap()
    }
}

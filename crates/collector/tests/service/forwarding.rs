//! Forwarding to stand-ins of Amazon Personalize and Genesys Cloud that fail on command.

mod genesys;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use sillage_collector::clock::Clock;
use sillage_collector::forward::Pace;
use sillage_protocol::Timestamp;

use crate::stand_in::{Does, Forwarder, PACE, Seen, StandIn};
use crate::support::{NOW, Reply, TestCollector, batch, click, get, id, pageview, web_event};

fn in_session(n: usize, session: &str) -> Value {
    let mut event = pageview(n);
    event["session"]["id"] = json!(session);
    event
}

/// The ids of the events of calls to Personalize, in the order of the calls.
fn event_ids(calls: &[Seen]) -> Vec<String> {
    calls
        .iter()
        .flat_map(|call| call.body["eventList"].as_array().unwrap())
        .map(|event| event["eventId"].as_str().unwrap().to_owned())
        .collect()
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|n| id("event", n)).collect()
}

async fn request(collector: &TestCollector, method: &str, path: &str) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:8787");
    collector.send(request.body(Body::empty()).unwrap()).await
}

async fn dead_letters(collector: &TestCollector, destination: &str) -> Vec<Value> {
    let path = format!("/v1/forwards/{destination}/dead-letters");
    let reply = collector.get(&path).await;
    reply.json()["deadLetters"].as_array().unwrap().clone()
}

async fn metric(collector: &TestCollector, name: &str) -> Option<u64> {
    let page = collector.get("/metrics").await;
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    value.parse().ok()
}

#[tokio::test]
async fn personalize_gets_calls_of_ten_events_of_one_session_signed_and_in_their_order() {
    let stand_in = StandIn::start(&[]).await;
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    let mut events: Vec<_> = (0..23).map(|n| in_session(n, "s1")).collect();
    events.extend((23..26).map(|n| in_session(n, "s2")));
    let mut known = in_session(26, "s2");
    known["customerId"] = json!("ada");
    known["customerIdType"] = json!("userId");
    events.push(known);
    forwarder.collector.post_json(&batch(1, &events)).await;
    let mut other = batch(2, &[pageview(50)]);
    other["siteId"] = json!("blog");
    forwarder.collector.post_json(&other).await;
    assert_eq!(forwarder.idle().await["deadLetters"], 0);

    let calls = stand_in.seen();
    assert!(calls.iter().all(|call| call.path == "/events"));
    assert!(calls.iter().all(|call| call.status == 200), "{calls:#?}");
    let mut by_session: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for call in &calls {
        assert_eq!(call.body["trackingId"], "tracker-1");
        let sizes = by_session
            .entry(format!(
                "{} {}",
                call.body["sessionId"], call.body["userId"]
            ))
            .or_default();
        sizes.push(call.body["eventList"].as_array().unwrap().len());
    }
    assert_eq!(
        by_session.into_iter().collect::<Vec<_>>(),
        [
            ("\"s1\" null".to_owned(), vec![10, 10, 3]),
            ("\"s2\" \"ada\"".to_owned(), vec![1]),
            ("\"s2\" null".to_owned(), vec![3]),
        ]
    );
    let of_s1: Vec<_> = calls
        .iter()
        .filter(|call| call.body["sessionId"] == "s1")
        .cloned()
        .collect();
    assert_eq!(event_ids(&of_s1), ids(0..23));
    // When it happened, in seconds.
    let sent_at = &of_s1[0].body["eventList"][1]["sentAt"];
    assert_eq!(*sent_at, json!(NOW.0 / 1_000 - 59));
    let count = "sillage_forward_events_total{destination=\"personalize\"}";
    assert_eq!(metric(&forwarder.collector, count).await, Some(27));
}

#[tokio::test]
async fn a_call_that_fails_is_made_again_until_it_is_taken() {
    let script = [Does::Fail(500), Does::Fail(429), Does::Fail(503)];
    let stand_in = StandIn::start(&script).await;
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    forwarder
        .collector
        .post_json(&batch(1, &[pageview(1)]))
        .await;
    assert_eq!(forwarder.idle().await["deadLetters"], 0);
    let calls = stand_in.seen();
    let statuses: Vec<_> = calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [500, 429, 503, 200]);
    assert!(calls.iter().all(|call| call.body == calls[0].body));
    assert_eq!(stand_in.behind.sql("SELECT count(*) FROM events"), [1]);
    for code in ["http_500", "http_429", "http_503"] {
        let name = format!(
            "sillage_forward_failures_total{{destination=\"personalize\",code=\"{code}\"}}"
        );
        assert!(
            metric(&forwarder.collector, &name).await >= Some(1),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_call_without_an_answer_is_made_again() {
    let stand_in = StandIn::start(&[Does::Hang]).await;
    let pace = Pace {
        call_timeout: Duration::from_secs(1),
        ..PACE
    };
    let forwarder = Forwarder::to_personalize(&stand_in, pace).await;
    forwarder
        .collector
        .post_json(&batch(1, &[pageview(1)]))
        .await;
    assert_eq!(forwarder.idle().await["deadLetters"], 0);
    let calls = stand_in.seen();
    assert_eq!(calls[0].status, 0);
    assert!(calls.iter().all(|call| call.body == calls[0].body));
    assert_eq!(stand_in.behind.sql("SELECT count(*) FROM events"), [1]);
    let timeouts = "sillage_forward_failures_total{destination=\"personalize\",code=\"timeout\"}";
    assert!(metric(&forwarder.collector, timeouts).await >= Some(1));
}

#[tokio::test]
async fn a_destination_that_asks_to_be_left_alone_is_left_alone() {
    let stand_in = StandIn::start(&[Does::Busy(1)]).await;
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    forwarder
        .collector
        .post_json(&batch(1, &[pageview(1)]))
        .await;
    stand_in.until(|seen| seen.len() == 1).await;
    let asked_at = Instant::now();
    stand_in.until(|seen| seen.len() == 2).await;
    // The waits of the test's own pace are twenty times shorter.
    assert!(asked_at.elapsed() > Duration::from_millis(900));
    assert_eq!(forwarder.idle().await["deadLetters"], 0);
}

#[tokio::test]
async fn the_one_event_that_is_refused_is_a_dead_letter_until_it_is_replayed() {
    let script = [Does::Fail(400), Does::Pass, Does::Fail(400), Does::Pass];
    let stand_in = StandIn::start(&script).await;
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    let collector = &forwarder.collector;
    let events = [pageview(1), pageview(2), pageview(3)];
    collector.post_json(&batch(1, &events)).await;
    assert_eq!(forwarder.idle().await["deadLetters"], 1);
    assert_eq!(event_ids(&stand_in.taken()), ids([1, 3]));

    let letters = dead_letters(collector, "personalize").await;
    assert_eq!(letters[0]["event"]["id"], id("event", 2));
    assert_eq!(letters[0]["code"], "http_400");
    assert_eq!(letters[0]["message"], "it was told to");
    assert_eq!(letters[0]["siteId"], "shop");
    assert_eq!(letters[0]["triedAt"], json!(NOW));

    let path = "/v1/forwards/personalize/dead-letters/replay";
    let other = request(collector, "POST", &format!("{path}?code=too_old")).await;
    assert_eq!((other.status, other.json()), (200, json!({"replaying": 0})));
    let replayed = request(collector, "POST", path).await;
    assert_eq!(replayed.json(), json!({"replaying": 1}));
    stand_in
        .until(|seen| seen.iter().filter(|call| call.status == 200).count() == 3)
        .await;
    assert_eq!(event_ids(&stand_in.taken()), ids([1, 3, 2]));
    forwarder
        .until(|standing| standing["deadLetters"] == 0)
        .await;
}

#[tokio::test]
async fn an_event_at_which_the_service_always_fails_holds_nobody_up_and_is_given_up() {
    let stand_in = StandIn::start(&[]).await;
    stand_in.then(Does::Fail(500));
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    let collector = &forwarder.collector;
    collector.post_json(&batch(1, &[pageview(1)])).await;
    assert_eq!(forwarder.idle().await["deadLetters"], 1);
    assert_eq!(
        dead_letters(collector, "personalize").await[0]["code"],
        "http_500"
    );
    assert_eq!(stand_in.seen().len(), 12);
    let path = "/v1/forwards/personalize/dead-letters?code=http_500";
    let deleted = request(collector, "DELETE", path).await;
    assert_eq!(deleted.json(), json!({"deleted": 1}));
    assert_eq!(forwarder.standing().await["deadLetters"], 0);
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [1]);
}

#[tokio::test]
async fn wrong_credentials_wait_and_lose_nothing() {
    let stand_in = StandIn::start(&[]).await;
    let flags = [
        "--personalize-tracker=shop=tracker-1",
        "--personalize-region=eu-west-1",
        &format!("--personalize-url={}", stand_in.url),
    ];
    let wrong = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "another"),
    ];
    let forwarder = Forwarder::start("personalize", &flags, &wrong, PACE, || NOW).await;
    forwarder
        .collector
        .post_json(&batch(1, &[pageview(1)]))
        .await;
    stand_in.until(|seen| seen.len() > 15).await;
    assert!(stand_in.seen().iter().all(|call| call.status == 403));
    let standing = forwarder.standing().await;
    assert_eq!(
        (&standing["lagEvents"], &standing["deadLetters"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn after_a_crash_it_goes_on_at_the_cursor_and_nothing_is_missing() {
    let stand_in = StandIn::start(&[]).await;
    let mut forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    forwarder
        .collector
        .post_json(&batch(1, &[pageview(1)]))
        .await;
    forwarder.idle().await;
    stand_in.then(Does::Hang);
    let events: Vec<_> = (2..30).map(pageview).collect();
    forwarder.collector.post_json(&batch(2, &events)).await;
    stand_in.until(|seen| seen.len() >= 2).await;
    forwarder.crash().await;
    stand_in.then(Does::Pass);
    forwarder.resume();
    forwarder.idle().await;
    // The first event was recorded as taken and did not come again; the call that hung did.
    assert_eq!(event_ids(&stand_in.taken()), ids(1..30));
    assert_eq!(stand_in.behind.sql("SELECT count(*) FROM events"), [29]);
}

#[tokio::test]
async fn stopping_writes_down_what_was_taken() {
    let stand_in = StandIn::start(&[]).await;
    let mut forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    let one = [in_session(1, "s1"), in_session(2, "s2")];
    forwarder.collector.post_json(&batch(1, &one)).await;
    stand_in.until(|seen| seen.len() == 2).await;
    forwarder.stop().await;
    assert_eq!(forwarder.standing().await["lagEvents"], 0);
}

#[tokio::test]
async fn a_destination_that_hangs_delays_no_batch_and_leaves_the_collector_ready() {
    let stand_in = StandIn::start(&[]).await;
    stand_in.then(Does::Hang);
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    let collector = &forwarder.collector;
    collector.post_json(&batch(0, &[pageview(0)])).await;
    stand_in.until(|seen| seen.len() == 1).await;
    // Each in less than the time after which the destination would be given up.
    for n in 1..40 {
        let posted = batch(n, &[pageview(n)]);
        let reply = tokio::time::timeout(PACE.call_timeout, collector.post_json(&posted)).await;
        assert_eq!(reply.unwrap().status, 200);
    }
    assert_eq!(collector.get("/readyz").await.status, 200);
    let lag = "sillage_forward_lag_events{destination=\"personalize\"}";
    assert_eq!(metric(collector, lag).await, Some(40));
    assert_eq!(stand_in.seen().len(), 1);
}

#[tokio::test]
async fn a_visitor_who_was_deleted_while_the_destination_was_away_is_not_sent() {
    let stand_in = StandIn::start(&[]).await;
    stand_in.then(Does::Fail(503));
    let forwarder = Forwarder::to_personalize(&stand_in, PACE).await;
    let mut kept = in_session(2, "s2");
    kept["customerId"] = json!("v2");
    let events = [in_session(1, "s1"), kept];
    forwarder.collector.post_json(&batch(1, &events)).await;
    stand_in.until(|seen| seen.len() >= 3).await;
    let deleted = request(&forwarder.collector, "DELETE", "/v1/visitors/v1").await;
    assert_eq!(deleted.json()["events"], 1);
    // The call that is being made now may have begun before; the one after it has not.
    let so_far = stand_in.seen().len();
    stand_in.until(|seen| seen.len() > so_far + 2).await;
    stand_in.then(Does::Pass);
    forwarder.idle().await;
    assert_eq!(event_ids(&stand_in.taken()), ids([2]));
}

#[tokio::test]
async fn dead_letters_need_what_reads_need() {
    let collector = TestCollector::start_with(&["--read-token", "secret"]);
    let path = "/v1/forwards/personalize/dead-letters";
    for (method, path) in [
        ("GET", "/v1/forwards".to_owned()),
        ("GET", path.to_owned()),
        ("DELETE", path.to_owned()),
        ("POST", format!("{path}/replay")),
    ] {
        assert_eq!(
            request(&collector, method, &path).await.status,
            401,
            "{path}"
        );
    }
    let collector = TestCollector::start();
    assert_eq!(
        collector.get("/v1/forwards").await.json(),
        json!({"destinations": []})
    );
    for (path, status) in [
        ("/v1/forwards/nowhere/dead-letters", 404),
        ("/v1/forwards/genesys/dead-letters", 200),
        ("/v1/forwards/genesys/dead-letters?limit=0", 400),
        ("/v1/forwards/genesys/dead-letters?limit=many", 400),
        ("/v1/forwards/genesys/dead-letters?after=x", 400),
    ] {
        assert_eq!(collector.send(get(path)).await.status, status, "{path}");
    }
}

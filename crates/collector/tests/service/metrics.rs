//! `/metrics` and `/readyz`: what operators' programs ask.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use sillage_collector::store::Store;

use crate::support::{TestCollector, batch, click, get, pageview};

/// The value of a sample, by its whole name with labels.
async fn sample(collector: &TestCollector, name: &str) -> Option<f64> {
    let page = collector.get("/metrics").await;
    assert_eq!(page.status, 200);
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

#[tokio::test]
async fn events_are_counted_by_what_became_of_them() {
    let collector = TestCollector::start();
    let sent = batch(
        1,
        &[
            pageview(1),
            click(2),
            json!({"id": "unfit"}),
            json!({"id": "unfit too"}),
        ],
    );
    collector.post_json(&sent).await;
    collector.post_json(&sent).await;
    let mut other = pageview(1);
    other["webEvent"]["page"]["title"] = json!("Coffee");
    collector.post_json(&batch(2, &[other])).await;
    for (name, count) in [
        ("sillage_events_stored_total", 2.0),
        ("sillage_events_duplicate_total", 3.0),
        ("sillage_events_conflicting_total", 1.0),
        ("sillage_commit_seconds_count", 3.0),
        ("sillage_commit_seconds_bucket{le=\"+Inf\"}", 3.0),
        ("sillage_commits_failed_total", 0.0),
        ("sillage_queue_bytes", 0.0),
        ("sillage_waiting_bytes", 0.0),
        (
            "sillage_requests_total{route=\"/v1/batches\",status=\"2xx\"}",
            3.0,
        ),
    ] {
        assert_eq!(sample(&collector, name).await, Some(count), "{name}");
    }
    let rejected = "sillage_events_rejected_total{code=\"bad_format\"}";
    assert_eq!(sample(&collector, rejected).await, Some(4.0));
}

#[tokio::test]
async fn refused_requests_are_counted_by_code_and_by_no_word_of_a_stranger() {
    let collector = TestCollector::start();
    collector.post("no JSON").await;
    collector.post("").await;
    for n in 0..50 {
        let path = format!("/v1/secret-{n}?x={n}");
        collector.get(&path).await;
        let method = Request::builder()
            .method(&*format!("BREW{n}"))
            .uri("/v1/batches");
        collector.send(method.body(Body::empty()).unwrap()).await;
    }
    let code = |code: &str| format!("sillage_requests_refused_total{{code=\"{code}\"}}");
    assert_eq!(sample(&collector, &code("unreadable")).await, Some(2.0));
    assert_eq!(sample(&collector, &code("not_found")).await, Some(50.0));
    assert_eq!(
        sample(&collector, &code("method_not_allowed")).await,
        Some(50.0)
    );
    let page = collector.get("/metrics").await;
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!text.contains("secret") && !text.contains("BREW"), "{text}");
    assert!(text.lines().count() < 80, "{text}");
}

#[tokio::test]
async fn every_metric_has_its_type_and_every_line_its_form() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let page = collector.get("/metrics").await;
    assert_eq!(page.header("content-type"), "text/plain; version=0.0.4");
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let mut typed = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            typed.push(head.split_once(' ').unwrap().0);
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let name = name.split('{').next().unwrap();
            let last = typed.last().unwrap();
            assert!(name.starts_with(last), "{line} is under {last}");
            value.parse::<f64>().unwrap();
        }
    }
    let mut once = typed.clone();
    once.dedup();
    assert_eq!(typed, once);
}

#[tokio::test]
async fn metrics_need_what_reads_need() {
    let collector = TestCollector::start_with(&["--read-token", "secret"]);
    assert_eq!(collector.get("/metrics").await.status, 401);
    let mut request = get("/metrics");
    let token = "Bearer secret".parse().unwrap();
    request.headers_mut().insert("authorization", token);
    assert_eq!(collector.send(request).await.status, 200);
}

#[tokio::test]
async fn a_collector_is_ready_until_it_stops_or_its_store_does() {
    let collector = TestCollector::start();
    assert_eq!(collector.get("/readyz").await.status, 200);
    collector.state.stop_streams();
    let stopping = collector.get("/readyz").await;
    assert_eq!(
        (stopping.status, stopping.header("retry-after")),
        (503, "1")
    );
    assert_eq!(collector.get("/healthz").await.status, 200);

    let collector = TestCollector::start();
    collector.store.close().await.unwrap();
    for path in ["/readyz", "/healthz"] {
        assert_eq!(collector.get(path).await.status, 503, "{path}");
    }
}

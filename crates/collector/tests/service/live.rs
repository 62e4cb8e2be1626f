//! The live stream: what is stored is shown, after it is stored, in order, without a gap.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use serde_json::Value;
use tokio_stream::StreamExt;

use crate::support::{TestCollector, batch, get, id, pageview};

/// Longest wait for something that is to happen.
const PATIENCE: Duration = Duration::from_secs(20);

struct LiveStream {
    body: BodyDataStream,
    text: String,
}

impl LiveStream {
    async fn open(collector: &TestCollector, request: Request<Body>) -> Self {
        let response = collector.open(request).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        };
        assert_eq!(stream.block().await.as_deref(), Some(": connected"));
        stream
    }

    /// The next block of lines; `None` when the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block = self.text.drain(..end + 2).collect::<String>();
                return Some(block.trim_end().to_owned());
            }
            let next = tokio::time::timeout(PATIENCE, self.body.next())
                .await
                .expect("no message came");
            self.text += std::str::from_utf8(&next?.unwrap()).unwrap();
        }
    }

    /// The id and the data of the next message.
    async fn message(&mut self) -> (i64, Value) {
        let mut block = self.block().await.expect("the stream has ended");
        while block == ": heartbeat" {
            block = self.block().await.expect("the stream has ended");
        }
        let field = |name: &str| {
            let line = block
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim);
            line.unwrap_or_else(|| panic!("no {name} in {block}"))
                .to_owned()
        };
        (
            field("id:").parse().unwrap(),
            serde_json::from_str(&field("data:")).unwrap(),
        )
    }

    async fn event_ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(
                self.message().await.1["event"]["id"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        ids
    }
}

fn event_ids(numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|n| id("event", *n)).collect()
}

#[tokio::test]
async fn events_are_shown_as_they_are_stored() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut stream = LiveStream::open(&collector, get("/v1/live")).await;
    collector
        .post_json(&batch(2, &[pageview(2), pageview(1), pageview(3)]))
        .await;
    let (sequence, message) = stream.message().await;
    assert_eq!(message["sequence"], sequence);
    assert_eq!(message["siteId"], "shop");
    assert_eq!(message["event"]["id"], id("event", 2));
    assert_eq!(message["event"]["webEvent"]["totalPageviewCount"], 2);
    assert_eq!(
        stream.event_ids(1).await,
        event_ids(&[3]),
        "a duplicate is not shown again"
    );
}

#[tokio::test]
async fn a_stream_that_broke_goes_on_where_it_stopped() {
    let collector = TestCollector::start();
    let mut first = LiveStream::open(&collector, get("/v1/live")).await;
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let (last, _) = first.message().await;
    drop(first);
    let missed: Vec<Value> = (2..450).map(pageview).collect();
    collector.post_json(&batch(2, &missed)).await;
    let mut request = get("/v1/live?recent=5");
    request
        .headers_mut()
        .insert("last-event-id", last.to_string().parse().unwrap());
    let mut resumed = LiveStream::open(&collector, request).await;
    assert_eq!(
        resumed.event_ids(448).await,
        event_ids(&(2..450).collect::<Vec<_>>())
    );
    collector.post_json(&batch(3, &[pageview(450)])).await;
    assert_eq!(resumed.event_ids(1).await, event_ids(&[450]));
}

#[tokio::test]
async fn the_last_stored_events_can_come_first() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(1, &[pageview(1), pageview(2), pageview(3)]))
        .await;
    let mut stream = LiveStream::open(&collector, get("/v1/live?recent=2")).await;
    // Read before the next is stored: "the last two" are those at the moment of looking.
    assert_eq!(stream.event_ids(2).await, event_ids(&[2, 3]));
    collector.post_json(&batch(2, &[pageview(4)])).await;
    assert_eq!(stream.event_ids(1).await, event_ids(&[4]));
}

#[tokio::test]
async fn a_stream_may_show_one_site_only() {
    let collector = TestCollector::start();
    let mut elsewhere = batch(1, &[pageview(1)]);
    elsewhere["siteId"] = "other".into();
    collector.post_json(&elsewhere).await;
    let mut stream = LiveStream::open(&collector, get("/v1/live?site=shop&recent=9")).await;
    elsewhere["events"] = serde_json::json!([pageview(2)]);
    collector.post_json(&elsewhere).await;
    collector.post_json(&batch(2, &[pageview(3)])).await;
    assert_eq!(stream.event_ids(1).await, event_ids(&[3]));
}

#[tokio::test]
async fn a_page_that_outlived_an_emptied_store_sees_what_comes_now() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut stream = LiveStream::open(&collector, get("/v1/live?lastEventId=100000")).await;
    // Read once before: the stream is past catching up when this is stored, or resumes before it.
    collector.post_json(&batch(2, &[pageview(2)])).await;
    assert_eq!(stream.event_ids(1).await, event_ids(&[2]));
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_and_ingestion_goes_on() {
    let collector = TestCollector::start();
    let mut stream = LiveStream::open(&collector, get("/v1/live")).await;
    for n in 0..6 {
        let events: Vec<Value> = (n * 900..(n + 1) * 900).map(pageview).collect();
        let reply = collector.post_json(&batch(n, &events)).await;
        assert_eq!(reply.json()["stored"], 900);
    }
    let mut received = 0;
    while stream.block().await.is_some() {
        received += 1;
    }
    assert!(
        received < 5_400,
        "the stream ended early, after {received} events"
    );
}

#[tokio::test]
async fn streams_end_when_the_collector_stops() {
    let collector = TestCollector::start();
    let mut stream = LiveStream::open(&collector, get("/v1/live")).await;
    collector.state.stop_streams();
    assert_eq!(stream.block().await, None);
}

#[tokio::test]
async fn there_is_room_for_so_many_streams() {
    let collector = TestCollector::start_with(&["--max-live-clients", "1"]);
    let first = LiveStream::open(&collector, get("/v1/live")).await;
    let refused = collector.get("/v1/live").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    drop(first);
    let freed = tokio::time::timeout(PATIENCE, async {
        while collector.open(get("/v1/live")).await.status() != 200 {
            tokio::task::yield_now().await;
        }
    });
    freed.await.expect("the place is given back");
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let collector = TestCollector::start();
    for (query, parameter) in [
        ("recent=201", "recent"),
        ("recent=x", "recent"),
        ("lastEventId=x", "Last-Event-ID"),
    ] {
        let reply = collector.get(&format!("/v1/live?{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(
            reply.json()["message"]
                .as_str()
                .unwrap()
                .starts_with(parameter)
        );
    }
}

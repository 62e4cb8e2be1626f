//! Bad input: each a clear answer, nothing that was accepted lost, no panic.

use std::io::Write;

use axum::body::Body;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{TestCollector, batch, id, pageview, post, web_event};

/// Posts a batch with a good event on either side of a bad one; returns the code of the rejection.
async fn rejection_of(bad: Value) -> String {
    let collector = TestCollector::start();
    let reply = collector
        .post_json(&batch(1, &[pageview(1), bad, pageview(3)]))
        .await;
    let answer = reply.json();
    assert_eq!(reply.status, 200, "{answer}");
    assert_eq!(answer["stored"], 2, "the good ones are stored: {answer}");
    assert_eq!(
        answer["rejected"].as_array().map(Vec::len),
        Some(1),
        "{answer}"
    );
    assert_eq!(answer["rejected"][0]["index"], 1);
    assert!(
        answer["rejected"][0]["message"]
            .as_str()
            .is_some_and(|text| text.len() > 5)
    );
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(2)]);
    answer["rejected"][0]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_bad_event_is_rejected_with_its_reason_and_sinks_no_other() {
    let with = |path: &str, value: Value| {
        let mut event = pageview(2);
        *event.pointer_mut(path).unwrap() = value;
        event
    };
    for (bad, code) in [
        (json!("no object"), "wrong_type"),
        (json!(null), "wrong_type"),
        (json!([]), "wrong_type"),
        (json!({}), "missing_field"),
        (with("/id", json!("7")), "bad_format"),
        (with("/id", json!(7)), "wrong_type"),
        (with("/session", Value::Null), "missing_field"),
        (with("/session", json!([])), "wrong_type"),
        (
            with("/createdDate", json!("0000-01-01T00:00:00.000Z")),
            "out_of_range",
        ),
        (
            with("/createdDate", json!("9999-12-31T23:59:59.999Z")),
            "out_of_range",
        ),
        (with("/createdDate", json!("yesterday")), "bad_format"),
        (with("/createdDate", json!(1_795_262_400)), "wrong_type"),
        (with("/eventType", json!("")), "too_short"),
        (with("/webEvent/eventName", json!("")), "too_short"),
        (
            with("/webEvent/eventName", json!("n".repeat(10_000))),
            "too_long",
        ),
        (with("/webEvent/page/url", json!("not a url")), "bad_format"),
    ] {
        assert_eq!(rejection_of(bad.clone()).await, code, "{bad}");
    }
}

#[tokio::test]
async fn deep_properties_are_rejected_and_shallow_ones_kept() {
    let mut deep = pageview(2);
    deep["webEvent"]["attributes"] = json!({"deep": nested(40)});
    assert_eq!(rejection_of(deep).await, "too_deep");
    let collector = TestCollector::start();
    let mut shallow = pageview(1);
    shallow["webEvent"]["attributes"] = json!({"shallow": nested(4)});
    assert_eq!(
        collector.post_json(&batch(1, &[shallow])).await.json()["stored"],
        1
    );
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

#[tokio::test]
async fn names_that_are_special_in_javascript_are_ordinary_properties() {
    let collector = TestCollector::start();
    let body = batch(1, &[pageview(1)]).to_string().replace(
        r#""eventName""#,
        r#""attributes":{"__proto__":{"polluted":true},"constructor":"c","toString":1},"eventName""#,
    );
    assert_eq!(collector.post(body).await.json()["stored"], 1);
    assert_eq!(
        collector.sql(
            r#"SELECT json_extract(event, '$.webEvent.attributes."__proto__".value') FROM events"#
        ),
        [json!(r#"{"polluted":true}"#)]
    );
}

#[tokio::test]
async fn text_is_data_in_sql_and_in_json() {
    let collector = TestCollector::start();
    let name = "'); DROP TABLE events; -- \u{0} </script> \\ \" 💥";
    let mut event = web_event(1, name);
    event["session"]["id"] = json!(name);
    assert_eq!(
        collector.post_json(&batch(1, &[event])).await.json()["stored"],
        1
    );
    assert_eq!(
        collector.sql("SELECT json_extract(event, '$.session.id') FROM events"),
        [json!(name)]
    );
}

#[tokio::test]
async fn what_is_no_batch_is_refused_as_a_whole() {
    let collector = TestCollector::start();
    let mut other_version = batch(1, &[pageview(1)]);
    other_version["version"] = json!(2);
    let mut wrong_type = batch(1, &[pageview(1)]);
    wrong_type["events"] = json!({"0": pageview(1)});
    let mut invalid_utf8 = batch(1, &[pageview(1)]).to_string().into_bytes();
    let at = invalid_utf8
        .windows(3)
        .position(|window| window == b"Tea")
        .unwrap();
    invalid_utf8[at] = 0xff;
    let endless = "[".repeat(100_000).into_bytes();
    for (body, status, code) in [
        (Vec::new(), 400, "unreadable"),
        (b"{".to_vec(), 400, "unreadable"),
        (b"hello".to_vec(), 400, "unreadable"),
        (invalid_utf8, 400, "unreadable"),
        (endless, 400, "wrong_type"),
        (b"\x1f\x8bnot gzip at all".to_vec(), 400, "unreadable"),
        (
            other_version.to_string().into_bytes(),
            400,
            "unknown_version",
        ),
        (wrong_type.to_string().into_bytes(), 400, "wrong_type"),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let reply = collector.post(body).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (status, &json!(code)),
            "{shown}"
        );
        assert_eq!(
            reply.header("retry-after"),
            "",
            "not worth another attempt: {shown}"
        );
    }
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(0)]);
    assert_eq!(
        collector.post_json(&batch(1, &[pageview(1)])).await.json()["stored"],
        1
    );
}

#[tokio::test]
async fn what_is_too_large_is_refused_so_that_it_comes_in_smaller_parts() {
    let collector = TestCollector::start();
    let many: Vec<Value> = (0..10_000).map(|n| json!({"id": id("event", n)})).collect();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..100 {
        bomb.write_all(&zeros).unwrap();
    }
    let mut zipped = GzEncoder::new(Vec::new(), Compression::default());
    zipped
        .write_all(batch(1, &many).to_string().as_bytes())
        .unwrap();
    for (body, code) in [
        (vec![b' '; 10 * 1024 * 1024], "too_large"),
        (bomb.finish().unwrap(), "too_large"),
        (zipped.finish().unwrap(), "too_many"),
    ] {
        let bytes = body.len();
        let reply = collector.post(body).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (413, &json!(code)),
            "{bytes} bytes"
        );
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let collector = TestCollector::start();
    let broken: Vec<Result<&str, std::io::Error>> = vec![
        Ok("{\"id\":"),
        Err(std::io::ErrorKind::ConnectionReset.into()),
    ];
    let body = Body::from_stream(tokio_stream::iter(broken));
    assert_eq!(collector.send(post(body)).await.status, 400);
}

#[tokio::test]
async fn a_full_collector_asks_to_come_again() {
    let collector = TestCollector::start_with(&["--max-waiting-bytes", "1048576"]);
    // The whole waiting room is two such bodies; more of them wait for the commit at once.
    let bodies: Vec<String> = (0..6)
        .map(|n| {
            let mut event = pageview(n);
            event["webEvent"]["attributes"] = (0..50)
                .map(|k| (format!("k{k}"), json!("x".repeat(1_000))))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let events: Vec<Value> = (0..9)
                .map(|k| {
                    event["id"] = json!(id("event", n * 100 + k));
                    event.clone()
                })
                .collect();
            batch(n, &events).to_string()
        })
        .collect();
    let mut tasks = tokio::task::JoinSet::new();
    for body in bodies {
        let app = sillage_collector::app(collector.state.clone());
        tasks.spawn(async move {
            let response = tower::ServiceExt::oneshot(app, post(body)).await.unwrap();
            (
                response.status().as_u16(),
                response.headers().contains_key("retry-after"),
            )
        });
    }
    let replies = tasks.join_all().await;
    assert!(replies.contains(&(200, false)), "{replies:?}");
    assert!(replies.contains(&(503, true)), "{replies:?}");
    let acknowledged = replies.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(
        collector.sql("SELECT count(*) FROM batches"),
        [json!(acknowledged)]
    );
    assert_eq!(
        collector
            .post_json(&batch(9, &[pageview(999)]))
            .await
            .status,
        200,
        "there is room again"
    );
}

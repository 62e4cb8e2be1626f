//! Who may send: origins and keys of sites, and so many requests from one address.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::json;
use sillage_protocol::Timestamp;

use crate::support::{NOW, TestCollector, batch, get, pageview, post};

const RULES: [&str; 6] = [
    "--allow-origin",
    "shop=https://shop.example,shop=https://www.shop.example",
    "--site-key",
    "shop=key-of-the-shop-1",
    "--site-key",
    "stock=key-of-the-stock-2",
];

fn sent(site: &str, n: usize, headers: &[(&'static str, &str)]) -> Request<Body> {
    let mut sent = batch(n, &[pageview(n)]);
    sent["siteId"] = json!(site);
    let mut request = post(sent.to_string());
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn a_site_takes_events_of_its_own_pages_and_of_programs_with_its_key() {
    let collector = TestCollector::start_with(&RULES);
    for (n, (site, header, status)) in [
        ("shop", ("origin", "https://shop.example"), 200),
        ("shop", ("origin", "https://www.shop.example"), 200),
        ("shop", ("origin", "https://evil.example"), 403),
        ("shop", ("origin", "null"), 403),
        ("shop", ("x-sillage-key", "key-of-the-shop-1"), 200),
        ("shop", ("authorization", "Bearer key-of-the-shop-1"), 200),
        ("shop", ("x-sillage-key", "key-of-the-stock-2"), 403),
        ("shop", ("x-sillage-key", ""), 403),
        ("shop", ("accept", "*/*"), 403),
        ("stock", ("x-sillage-key", "key-of-the-stock-2"), 200),
        ("stock", ("origin", "https://shop.example"), 403),
        ("blog", ("origin", "https://shop.example"), 403),
    ]
    .into_iter()
    .enumerate()
    {
        let reply = collector.send(sent(site, n + 1, &[header])).await;
        assert_eq!(reply.status, status, "{site} {header:?}");
        // A page may read why.
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        if status == 403 {
            // No verdict: it does not carry the batch's id, so trackers keep their events.
            assert_eq!(reply.json()["code"], "sender_refused");
            assert!(reply.json().get("id").is_none());
        }
    }
    let stored = collector.sql("SELECT count(*) FROM events");
    assert_eq!(stored, [json!(5)]);
}

#[tokio::test]
async fn the_other_doors_ask_for_the_same() {
    let collector = TestCollector::start_with(&RULES);
    let put_events = |key: &str| {
        let body = json!({"trackingId": "shop", "sessionId": "s1", "eventList": [{"eventType": "view", "sentAt": 1_795_262_400}]});
        Request::post("/events")
            .header("x-sillage-key", key)
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    assert_eq!(collector.send(put_events("wrong")).await.status, 403);
    for call in ["webevents", "actionevent"] {
        let path = format!("/api/v2/journey/deployments/shop/{call}");
        let request = Request::post(path).body(Body::from("{}")).unwrap();
        assert_eq!(collector.send(request).await.status, 403, "{call}");
    }
    let taken = collector.send(put_events("key-of-the-shop-1")).await;
    assert_eq!(taken.status, 200);
}

#[tokio::test]
async fn an_address_that_sends_too_often_is_told_when_to_come_back() {
    static AT_MS: AtomicU64 = AtomicU64::new(NOW.0);
    let flags = [
        "--max-requests-per-minute",
        "2",
        "--trusted-proxies",
        "10.0.0.0/8",
    ];
    let collector = TestCollector::start_on("127.0.0.1:8787", &flags, || {
        Timestamp(AT_MS.load(Ordering::Relaxed))
    });
    let send = async |peer: &str, client: &str| {
        let mut request = sent("shop", 1, &[("x-forwarded-for", client)]);
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        collector.send(request).await
    };
    for client in ["203.0.113.1", "203.0.113.2"] {
        assert_eq!(send("10.0.0.1:1000", client).await.status, 200);
        assert_eq!(send("10.0.0.2:2000", client).await.status, 200);
        let refused = send("10.0.0.1:3000", client).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "30"));
        assert_eq!(refused.json()["code"], "rate_limited");
        assert_eq!(refused.header("access-control-allow-origin"), "*");
        assert_eq!(
            refused.header("access-control-expose-headers"),
            "retry-after"
        );
    }
    // Who is no proxy is believed nothing.
    for (n, status) in [(1, 200), (2, 200), (3, 429)] {
        let reply = send("198.51.100.7:1000", &format!("203.0.113.{n}")).await;
        assert_eq!(reply.status, status);
    }
    // Reads are not counted.
    let mut request = get("/healthz");
    let peer: SocketAddr = "198.51.100.7:1000".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    assert_eq!(collector.send(request).await.status, 200);
    AT_MS.fetch_add(30_000, Ordering::Relaxed);
    assert_eq!(send("10.0.0.1:1000", "203.0.113.1").await.status, 200);
    assert_eq!(send("10.0.0.1:1000", "203.0.113.1").await.status, 429);
}

#[tokio::test]
async fn a_call_of_an_aws_sdk_that_may_not_send_is_refused_by_the_name_that_aws_has_for_it() {
    let flags: Vec<&str> = RULES
        .iter()
        .copied()
        .chain(["--max-requests-per-minute", "3"])
        .collect();
    let collector = TestCollector::start_with(&flags);
    let call = |site: &str, key: Option<&str>| {
        let body = json!({
            "trackingId": site, "sessionId": "s1",
            "eventList": [{"eventType": "click", "sentAt": NOW.0 / 1_000}],
        });
        let mut request = Request::post("/events")
            .header("host", "127.0.0.1:8787")
            .body(Body::from(body.to_string()))
            .unwrap();
        if let Some(key) = key {
            let headers = request.headers_mut();
            headers.insert("x-sillage-key", key.parse().unwrap());
        }
        let peer: SocketAddr = "203.0.113.9:4711".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    };
    for (request, status, name) in [
        (call("shop", None), 403, "AccessDeniedException"),
        (
            call("shop", Some("key-of-the-stock-2")),
            403,
            "AccessDeniedException",
        ),
        (call("shop", Some("key-of-the-shop-1")), 200, ""),
        (
            call("shop", Some("key-of-the-shop-1")),
            429,
            "ThrottlingException",
        ),
    ] {
        let reply = collector.send(request).await;
        assert_eq!(
            (reply.status, reply.header("x-amzn-errortype")),
            (status, name)
        );
        if status != 200 {
            assert!(
                reply.json()["message"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
    }
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [json!(1)]);
}

//! What is filled in beside what the sender said: where the visitor is, where they came from, whether
//! anybody is there; and the path that the collector is served under.

use std::net::SocketAddr;
use std::path::Path;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{TestCollector, batch, get, pageview, post};

/// A request of a visitor behind a proxy on this machine.
fn from(address: &str, events: &[Value]) -> Request<Body> {
    let mut request = post(batch(1, events).to_string());
    let peer: SocketAddr = "127.0.0.1:4711".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
        .headers_mut()
        .insert("x-forwarded-for", address.parse().unwrap());
    request
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/geo");
    folder.join(name).display().to_string()
}

fn anonymous(mut event: Value) -> Value {
    event.as_object_mut().unwrap().remove("customerId");
    event
}

fn places(collector: &TestCollector) -> Vec<Value> {
    collector.sql(
        "SELECT json_array(event ->> '$.webEvent.ipAddress', event ->> '$.webEvent.ipOrganization',
                event ->> '$.webEvent.geolocation.locality') FROM events ORDER BY id",
    )
}

fn parsed(texts: &[Value]) -> Vec<Value> {
    texts
        .iter()
        .map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn of_an_address_its_network_is_kept_and_looked_up() {
    let databases = format!("{},{}", fixture("asn.mmdb"), fixture("city.mmdb"));
    let flags = [
        "--geo-databases",
        &databases,
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let collector = TestCollector::start_with(&flags);
    let reply = collector.send(from("203.0.113.77", &[pageview(1)])).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        parsed(&places(&collector)),
        [json!(["203.0.113.0", "Example Networks", "Geneva"])]
    );
}

#[tokio::test]
async fn an_operator_may_keep_whole_addresses_but_not_of_who_asked_not_to_be_known() {
    let flags = ["--addresses", "full", "--trusted-proxies", "127.0.0.1"];
    let collector = TestCollector::start_with(&flags);
    let events = [pageview(1), anonymous(pageview(2))];
    collector.send(from("203.0.113.77", &events)).await;
    assert_eq!(
        parsed(&places(&collector)),
        [
            json!(["203.0.113.77", null, null]),
            json!(["203.0.113.0", null, null])
        ]
    );
}

#[tokio::test]
async fn an_operator_may_keep_nothing_of_addresses() {
    let flags = [
        "--addresses",
        "none",
        "--geo-databases",
        &fixture("city.mmdb"),
    ];
    let collector = TestCollector::start_with(&flags);
    collector.send(from("203.0.113.77", &[pageview(1)])).await;
    assert_eq!(parsed(&places(&collector)), [json!([null, null, null])]);
}

#[tokio::test]
async fn a_click_knows_what_led_to_its_visit() {
    let collector = TestCollector::start();
    let mut landing = pageview(1);
    landing["webEvent"]["page"]["url"] = json!("https://www.shop.example/?utm_source=news");
    landing["webEvent"]["referrer"] = json!({"url": "https://www.google.co.uk/search?q=green+tea"});
    let mut next = pageview(2);
    next["webEvent"]["page"]["url"] = json!("https://blog.shop.example/tea");
    next["webEvent"]["referrer"] = json!({"url": "https://www.shop.example/"});
    let mut click = pageview(3);
    click.as_object_mut().unwrap().remove("webEvent");
    click["eventType"] = json!("com.genesys.journey.WebActionEvent");
    click["webActionEvent"] =
        json!({"action": {"state": "engaged"}, "actionMap": {"displayName": "buy"}});
    let reply = collector
        .post_json(&batch(1, &[landing, next, click]))
        .await;
    assert_eq!(reply.status, 200);

    let referrers = collector.sql(
        "SELECT json_array(it ->> 'medium', it ->> 'name', it ->> 'keywords', it ->> 'domain')
         FROM (SELECT id, coalesce(event -> '$.webEvent.referrer',
                   event -> '$.webActionEvent.visitReferrer') AS it FROM events)
         ORDER BY id",
    );
    let google = json!(["search", "Google", "green tea", "google.co.uk"]);
    let own = json!(["internal", null, null, "shop.example"]);
    assert_eq!(parsed(&referrers), [google.clone(), own, google]);
    let campaign = collector
        .sql("SELECT event ->> '$.webActionEvent.mktCampaign.source' FROM events ORDER BY id DESC");
    assert_eq!(campaign[0], json!("news"));
}

#[tokio::test]
async fn what_programs_send_is_marked() {
    let collector = TestCollector::start();
    for (n, agent) in [
        (
            1,
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ),
        (
            2,
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
        ),
        (
            3,
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        ),
    ] {
        let mut event = pageview(n);
        event["session"]["id"] = json!(format!("s{n}"));
        let mut request = post(batch(n, &[event]).to_string());
        request
            .headers_mut()
            .insert("user-agent", agent.parse().unwrap());
        assert_eq!(collector.send(request).await.status, 200);
    }
    let marks = [json!(1), json!(1), json!(0)];
    assert_eq!(
        collector.sql("SELECT is_bot FROM events ORDER BY id"),
        marks
    );
    assert_eq!(
        collector.sql("SELECT is_bot FROM pageviews ORDER BY id"),
        marks
    );
    assert_eq!(
        collector.sql("SELECT is_bot FROM sessions ORDER BY session_id"),
        marks
    );
}

#[tokio::test]
async fn a_collector_may_be_served_under_a_path() {
    let collector = TestCollector::start_with(&["--path-prefix", "/collect/"]);
    assert_eq!(collector.get("/collect/healthz").await.status, 200);
    let mut request = post(batch(1, &[pageview(1)]).to_string());
    *request.uri_mut() = "/collect/v1/batches?x=1".parse().unwrap();
    assert_eq!(collector.send(request).await.json()["stored"], 1);
    for path in ["/healthz", "/v1/batches", "/collected/healthz", "/"] {
        assert_eq!(collector.get(path).await.status, 404, "{path}");
    }
    let bare = collector.send(get("/collect")).await;
    assert_eq!((bare.status, bare.header("location")), (307, "/collect/"));
    assert_eq!(collector.get("/collect/").await.status, 200);
}

#[test]
fn a_path_that_is_none_is_refused() {
    use clap::Parser;
    use sillage_collector::Config;
    for path in ["collect", "/a//b", "/../x", "/a b", "/a?b"] {
        let flags = ["sillage-collector", "--path-prefix", path];
        assert!(Config::try_parse_from(flags).is_err(), "{path}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    use clap::Parser;
    use sillage_collector::Config;
    use sillage_collector::enrich::Sources;
    for (flag, file, words) in [
        (
            "--referrer-list",
            "make.py",
            "is not in the JSON format of referer-parser",
        ),
        ("--referrer-list", "missing.json", "cannot be read"),
        ("--geo-databases", "make.py", "cannot be read"),
    ] {
        let file = fixture(file);
        let config = Config::parse_from(["sillage-collector", flag, &file]);
        let error = Sources::open(&config).unwrap_err().to_string();
        assert!(error.contains(&file) && error.contains(words), "{error}");
    }
}

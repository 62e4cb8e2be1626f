//! What the dashboard asks for.

use serde_json::{Value, json};

use crate::support::{NOW, TestCollector, batch, click, get, pageview, web_event};

/// Every report, with what it needs.
const REPORTS: [&str; 11] = [
    "/v1/sites?",
    "/v1/reports/now?site=shop",
    "/v1/reports/traffic?site=shop",
    "/v1/reports/pages?site=shop",
    "/v1/reports/sources?site=shop",
    "/v1/reports/campaigns?site=shop",
    "/v1/reports/events?site=shop",
    "/v1/reports/properties?site=shop&name=order_completed",
    "/v1/reports/sessions?site=shop",
    "/v1/reports/journey?site=shop&visitor=cookie:v1",
    "/v1/reports/delivery?site=shop&to=2026-11-21T12:01:00Z",
];

async fn busy() -> TestCollector {
    let collector = TestCollector::start();
    let mut order = web_event(3, "order_completed");
    order["webEvent"]["attributes"] = json!({"total": 49.9});
    let mut landing = pageview(1);
    landing["webEvent"]["page"]["url"] =
        json!("https://shop.example/tea?utm_source=mail&utm_campaign=spring");
    let events = [landing, click(2), order];
    let reply = collector.post_json(&batch(1, &events)).await;
    assert_eq!(reply.json()["stored"], 3);
    collector
}

async fn ask(collector: &TestCollector, path: &str) -> Value {
    let reply = collector.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {:?}", reply.json());
    assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    reply.json()
}

#[tokio::test]
async fn a_visit_is_in_every_report() {
    let collector = busy().await;
    let sites = ask(&collector, REPORTS[0]).await;
    assert_eq!(sites["sites"][0]["siteId"], "shop");
    assert_eq!(sites["next"], Value::Null);
    let now = ask(&collector, REPORTS[1]).await;
    assert_eq!(
        now["active"],
        json!({"events": 3, "pageviews": 1, "clicks": 1, "visitors": 1, "sessions": 1})
    );
    assert_eq!(now["minutes"].as_array().unwrap().len(), 31);
    assert_eq!(now["pages"][0]["page"], "shop.example/tea");
    let traffic = ask(&collector, REPORTS[2]).await;
    assert_eq!(traffic["interval"], "day");
    assert_eq!(traffic["totals"], now["active"]);
    assert_eq!(traffic["buckets"].as_array().unwrap().len(), 8);
    assert_eq!(traffic["buckets"][7]["at"], "2026-11-21T00:00:00.000Z");
    assert_eq!(traffic["buckets"][7]["visitors"], 1);
    assert_eq!(traffic["to"], json!(NOW));
    let pages = ask(&collector, REPORTS[3]).await;
    assert_eq!(
        pages["pages"],
        json!([{"page": "shop.example/tea", "title": "Tea", "pageviews": 1, "visitors": 1}])
    );
    let sources = ask(&collector, REPORTS[4]).await;
    assert_eq!(sources["sources"][0]["sessions"], 1);
    let campaigns = ask(&collector, REPORTS[5]).await;
    assert_eq!(campaigns["campaigns"][0]["name"], "spring");
    let events = ask(&collector, REPORTS[6]).await;
    let names: Vec<_> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, ["click", "order_completed", "page_viewed"]);
    let properties = ask(&collector, REPORTS[7]).await;
    assert_eq!(properties["sampledEvents"], 1);
    assert_eq!(
        properties["properties"],
        json!([{"name": "total", "events": 1, "values": [{"value": "49.9", "events": 1}]}])
    );
    let sessions = ask(&collector, REPORTS[8]).await;
    assert_eq!(sessions["sessions"][0]["visitor"], "cookie:v1");
    assert_eq!(sessions["sessions"][0]["events"], 3);
    let journey = ask(&collector, REPORTS[9]).await;
    assert_eq!(
        journey["events"][0]["event"]["webEvent"]["eventName"],
        "order_completed"
    );
    assert_eq!(journey["next"], Value::Null);
    let delivery = ask(&collector, REPORTS[10]).await;
    assert_eq!(delivery["days"][0]["stored"], 3);
    assert_eq!(delivery["clocks"]["sampledBatches"], 1);
    assert_eq!(delivery["clocks"]["corrected"], 0);
}

#[tokio::test]
async fn reports_about_nothing_are_answered_too() {
    let collector = TestCollector::start();
    for path in REPORTS {
        ask(&collector, path).await;
    }
}

#[tokio::test]
async fn a_journey_is_read_page_by_page() {
    let collector = busy().await;
    let first = ask(
        &collector,
        "/v1/reports/journey?site=shop&visitor=cookie:v1&limit=2",
    )
    .await;
    assert_eq!(first["events"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let path = format!("/v1/reports/journey?site=shop&visitor=cookie:v1&limit=2&before={next}");
    let second = ask(&collector, &path).await;
    assert_eq!(
        second["events"][0]["event"]["webEvent"]["eventName"],
        "page_viewed"
    );
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_asked_is_answered_with_the_parameter_and_its_rule() {
    let collector = TestCollector::start();
    for (query, parameter) in [
        ("traffic", "site"),
        ("traffic?site=no%20site", "site"),
        ("traffic?site=shop&from=yesterday", "from"),
        (
            "traffic?site=shop&from=2026-11-21T00:00:00Z&to=2026-11-21T00:00:00Z",
            "from",
        ),
        ("traffic?site=shop&from=2020-01-01T00:00:00Z", "from"),
        ("traffic?site=shop&to=%00", "to"),
        ("traffic?site=shop&interval=week", "interval"),
        ("traffic?site=shop&interval=minute", "interval"),
        ("pages?site=shop&bots=some", "bots"),
        ("pages?site=shop&limit=0", "limit"),
        ("pages?site=shop&limit=201", "limit"),
        ("pages?site=shop&limit=-1", "limit"),
        ("properties?site=shop", "name"),
        ("journey?site=shop", "visitor"),
        ("journey?site=shop&visitor=cookie:v1&before=1", "before"),
        ("pages?site=shop&site=blog", "query"),
    ] {
        let reply = collector.get(&format!("/v1/reports/{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        assert_eq!(reply.json()["code"], "bad_parameter", "{query}");
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with(&format!("{parameter}: ")),
            "{query}: {message}"
        );
    }
}

#[tokio::test]
async fn reports_are_guarded_like_other_reads() {
    let collector = TestCollector::start_on("0.0.0.0:8787", &["--read-token", "secret"], || NOW);
    for path in REPORTS {
        assert_eq!(collector.get(path).await.status, 401, "{path}");
        let with_token = format!("{path}&token=secret");
        assert_eq!(collector.get(&with_token).await.status, 200, "{path}");
        let mut foreign = get(&with_token);
        let headers = foreign.headers_mut();
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        let reply = collector.send(foreign).await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (403, ""),
            "{path}"
        );
    }
}

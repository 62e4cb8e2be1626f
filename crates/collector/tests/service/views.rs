//! The views for people who ask in SQL: `pageviews`, `clicks`, `sessions` and `journeys`, through plain
//! SQL over what came in by the wire. `delivery` has a module of its own.

use rusqlite::Connection;
use serde_json::{Value, json};
use sillage_collector::store::sqlite::DATABASE_FILE;
use sillage_protocol::Timestamp;

use crate::support::{NOW, TestCollector, batch, click, id, pageview, web_event};

/// What `docs/sql.md` tells people to ask.
const DOCUMENT: &str = include_str!("../../../../docs/sql.md");

/// Rows of a query whose one column is JSON.
fn rows(collector: &TestCollector, query: &str) -> Vec<Value> {
    let texts = collector.sql(query);
    texts
        .iter()
        .map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap())
        .collect()
}

/// Visitor `v1`: a visit of two pages with a click and an order; two hours later another. And a
/// visitor without an id.
async fn two_visits() -> TestCollector {
    let collector = TestCollector::start();
    let mut landing = pageview(1);
    landing["webEvent"]["page"]["url"] =
        json!("https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=tea");
    landing["webEvent"]["referrer"] = json!({"url": "https://www.google.com/"});
    let mut buy = click(3);
    buy["correlationId"] = json!(id("event", 2));
    buy["webActionEvent"]["actionTarget"] = json!({"selfUri": "https://shop.example/cart"});
    let mut again = pageview(5);
    again["session"]["id"] = json!("s2");
    again["createdDate"] = json!(Timestamp(NOW.0 + 7_200_000));
    let mut anonymous = pageview(6);
    anonymous["customerId"] = Value::Null;
    anonymous["customerIdType"] = Value::Null;
    anonymous["session"]["id"] = json!("s3");
    let events = [
        landing,
        pageview(2),
        buy,
        web_event(4, "order_completed"),
        again,
        anonymous,
    ];
    let reply = collector.post_json(&batch(1, &events)).await;
    assert_eq!(reply.json()["stored"], 6, "{:?}", reply.json());
    collector
}

#[tokio::test]
async fn a_page_view_is_a_row_with_its_page_source_and_device() {
    let collector = two_visits().await;
    assert_eq!(
        rows(
            &collector,
            "SELECT json_object('id', id, 'session_id', session_id, 'visitor', visitor,
                 'created_at', created_at, 'day', day, 'hostname', hostname, 'pathname', pathname,
                 'title', title, 'medium', referrer_medium, 'campaign', campaign_source || '/' ||
                 campaign_medium || '/' || campaign_name, 'browser', browser_family,
                 'device', device_category, 'os', os_family)
             FROM pageviews ORDER BY created_at_ms LIMIT 1"
        ),
        [json!({
            "id": id("event", 1), "session_id": "s1", "visitor": "cookie:v1",
            "created_at": "2026-11-21T11:59:01.000Z", "day": "2026-11-21",
            "hostname": "shop.example", "pathname": "/", "title": "Tea", "medium": "email",
            "campaign": "news/email/tea", "browser": "Chrome", "device": "desktop", "os": "Windows",
        })]
    );
    assert_eq!(collector.sql("SELECT count(*) FROM pageviews"), [json!(4)]);
}

#[tokio::test]
async fn a_click_is_a_row_with_the_page_that_it_happened_on() {
    let collector = two_visits().await;
    assert_eq!(
        rows(
            &collector,
            "SELECT json_object('id', id, 'pageview_id', pageview_id, 'page_url', page_url,
                 'name', name, 'prompt', prompt, 'media_type', media_type, 'target_url', target_url,
                 'created_at', created_at) FROM clicks"
        ),
        [json!({
            "id": id("event", 3), "pageview_id": id("event", 2),
            "page_url": "https://shop.example/tea?q=1#top", "name": "buy", "prompt": "Buy",
            "media_type": "openAction", "target_url": "https://shop.example/cart",
            "created_at": "2026-11-21T11:59:03.000Z",
        })]
    );
}

#[tokio::test]
async fn an_offer_that_was_only_shown_is_no_click() {
    let collector = TestCollector::start();
    let mut shown = click(1);
    shown["webActionEvent"]["action"]["state"] = json!("offered");
    collector.post_json(&batch(1, &[shown])).await;
    assert_eq!(collector.sql("SELECT count(*) FROM clicks"), [json!(0)]);
    assert_eq!(collector.sql("SELECT clicks FROM sessions"), [json!(0)]);
    assert_eq!(
        collector.sql("SELECT what FROM journeys"),
        [json!("offered")]
    );
}

#[tokio::test]
async fn a_session_is_a_row_with_its_counts_and_what_it_began_and_ended_with() {
    let collector = two_visits().await;
    assert_eq!(
        rows(
            &collector,
            "SELECT json_object('session_id', session_id, 'visitor', visitor, 'started_at', started_at,
                 'ended_at', ended_at, 'duration', duration_seconds, 'events', events,
                 'pageviews', pageviews, 'clicks', clicks, 'entry', entry_url, 'exit', exit_url,
                 'medium', referrer_medium, 'campaign', campaign_name, 'browser', browser_family)
             FROM sessions WHERE visitor = 'cookie:v1' ORDER BY started_at"
        ),
        [
            json!({
                "session_id": "s1", "visitor": "cookie:v1", "started_at": "2026-11-21T11:59:01.000Z",
                "ended_at": "2026-11-21T11:59:04.000Z", "duration": 3.0, "events": 4, "pageviews": 2,
                "clicks": 1,
                "entry": "https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=tea",
                "exit": "https://shop.example/tea?q=1#top", "medium": "email", "campaign": "tea",
                "browser": "Chrome",
            }),
            json!({
                "session_id": "s2", "visitor": "cookie:v1", "started_at": "2026-11-21T14:00:00.000Z",
                "ended_at": "2026-11-21T14:00:00.000Z", "duration": 0.0, "events": 1, "pageviews": 1,
                "clicks": 0, "entry": "https://shop.example/tea?q=1#top",
                "exit": "https://shop.example/tea?q=1#top", "medium": null, "campaign": null,
                "browser": "Chrome",
            }),
        ]
    );
}

#[tokio::test]
async fn the_same_session_id_on_two_sites_is_two_sessions() {
    let collector = TestCollector::start();
    collector.post_json(&batch(1, &[pageview(1)])).await;
    let mut elsewhere = batch(1, &[pageview(1), pageview(2)]);
    elsewhere["siteId"] = json!("blog");
    collector.post_json(&elsewhere).await;
    let query = "SELECT site_id || ' ' || events FROM sessions ORDER BY 1";
    assert_eq!(collector.sql(query), [json!("blog 2"), json!("shop 1")]);
    let query = "SELECT site_id || ' ' || step FROM journeys ORDER BY 1";
    assert_eq!(
        collector.sql(query),
        [json!("blog 1"), json!("blog 2"), json!("shop 1")]
    );
}

#[tokio::test]
async fn a_journey_goes_through_all_sessions_of_a_visitor_in_order() {
    let collector = two_visits().await;
    assert_eq!(
        rows(
            &collector,
            "SELECT json_array(step, session_number, session_id, what, about, seconds_since_previous)
             FROM journeys WHERE visitor = 'cookie:v1' ORDER BY step"
        ),
        [
            json!([1, 1, "s1", "page_viewed", "Tea", null]),
            json!([2, 1, "s1", "page_viewed", "Tea", 1.0]),
            json!([3, 1, "s1", "click", "Buy", 1.0]),
            json!([4, 1, "s1", "order_completed", "Tea", 1.0]),
            json!([5, 2, "s2", "page_viewed", "Tea", 7256.0]),
        ]
    );
    let visitors = "SELECT DISTINCT visitor FROM journeys ORDER BY 1";
    assert_eq!(
        collector.sql(visitors),
        [json!("cookie:v1"), json!("session:s3")]
    );
}

#[tokio::test]
async fn one_journey_and_one_session_are_found_by_an_index() {
    let collector = TestCollector::start();
    let connection = Connection::open(collector.folder.path().join(DATABASE_FILE)).unwrap();
    for (query, index) in [
        (
            "SELECT * FROM journeys WHERE visitor = 'cookie:v1'",
            "events_by_visitor",
        ),
        (
            "SELECT * FROM sessions WHERE session_id = 's1'",
            "events_by_session",
        ),
    ] {
        let plan: Vec<String> = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
            .unwrap()
            .query_map([], |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:#?}");
        let scans = plan.iter().any(|step| step.starts_with("SCAN events"));
        assert!(!scans, "{plan:#?}");
    }
}

#[tokio::test]
async fn every_query_of_the_cookbook_is_answered() {
    let collector = two_visits().await;
    let connection = Connection::open(collector.folder.path().join(DATABASE_FILE)).unwrap();
    let queries: Vec<_> = DOCUMENT
        .split("```sql\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(queries.len() >= 10, "{queries:?}");
    for query in queries {
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |_| Ok(())).unwrap();
        assert!(rows.map(Result::unwrap).count() > 0, "no row: {query}");
    }
}

#[tokio::test]
async fn the_cookbook_names_every_column_of_every_view() {
    let collector = TestCollector::start();
    for view in ["pageviews", "clicks", "sessions", "journeys"] {
        let columns = collector.sql(&format!("SELECT name FROM pragma_table_info('{view}')"));
        assert!(!columns.is_empty(), "{view}");
        let section = DOCUMENT
            .split(&format!("### `{view}`"))
            .nth(1)
            .unwrap_or_else(|| panic!("no section for {view}"));
        let section = section.split("\n#").next().unwrap();
        for column in columns {
            let column = column.as_str().unwrap();
            assert!(section.contains(&format!("`{column}`")), "{view}.{column}");
        }
    }
}

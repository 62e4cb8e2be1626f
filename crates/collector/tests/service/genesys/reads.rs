//! The read calls of the Genesys SDKs.

use super::*;

#[tokio::test]
async fn what_a_tracker_sent_is_read_back_complete() {
    let collector = TestCollector::start();
    let mut search = web_event(3, "search_performed");
    search["webEvent"]["searchQuery"] = json!("oolong");
    let mut entry = pageview(1);
    entry["webEvent"]["referrer"] = json!({"url": "https://www.google.com/"});
    collector
        .post_json(&batch(1, &[entry, click(2), search, pageview(4)]))
        .await;
    for event in read_events(&collector, "s1").await {
        assert_eq!(missing_fields(&event, RequiredSet::Latest), [""; 0]);
    }
    let session = read_session(&collector, "s1").await;
    let parsed: Session = serde_json::from_value(session.clone()).unwrap();
    assert!(parsed.extra.is_empty(), "{:?}", parsed.extra);
    for (member, expected) in [
        ("id", json!("s1")),
        ("type", json!("web")),
        ("customerId", json!("v1")),
        ("customerIdType", json!("cookie")),
        ("eventCount", json!(4)),
        ("pageviewCount", json!(2)),
        ("durationInSeconds", json!(3)),
        ("searchTerms", json!(["oolong"])),
        ("selfUri", json!("/api/v2/journey/sessions/s1")),
        ("createdDate", pageview(1)["createdDate"].clone()),
        ("userAgentString", json!(CHROME)),
        ("authenticated", json!(false)),
    ] {
        assert_eq!(session[member], expected, "{member}");
    }
    assert_eq!(session["browser"]["family"], "Chrome");
    assert_eq!(session["referrer"]["hostname"], "www.google.com");
    assert_eq!(session["lastPage"]["pathname"], "/tea");
    assert_eq!(session["lastEvent"]["id"], id("event", 4));
    assert_eq!(session["lastEvent"]["eventName"], "page_viewed");
    assert_eq!(session.get("endedDate"), None, "it goes on");
}

#[tokio::test]
async fn a_session_that_is_over_says_when_it_ended() {
    let clock = || Timestamp(NOW.0 + 3_600_000);
    let collector = TestCollector::start_on("127.0.0.1:8787", &[], clock);
    let mut an_hour_later = batch(1, &[pageview(1)]);
    an_hour_later["sentAt"] = json!(clock());
    collector.post_json(&an_hour_later).await;
    let session = read_session(&collector, "s1").await;
    assert_eq!(session["endedDate"], session["lastEvent"]["createdDate"]);
}

#[tokio::test]
async fn reads_are_refused_in_words_that_the_sdks_can_read() {
    let collector = TestCollector::start_on("0.0.0.0:8787", &["--read-token", "t"], || NOW);
    let message = "this collector's reads need its token: \
                   `Authorization: Bearer <token>` or `?token=<token>`";
    for path in ["", "/events"] {
        let path = format!("/api/v2/journey/sessions/s1{path}");
        let reply = collector.get(&path).await;
        assert_refused(&reply, 401, "authentication.required", message);
        let read = |token: &str| {
            Request::get(&path)
                .header("authorization", format!("Bearer {token}"))
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(collector.send(read("wrong")).await.status, 401);
        assert_ne!(collector.send(read("t")).await.status, 401);
    }
    let unknown = TestCollector::start();
    let reply = unknown.get("/api/v2/journey/sessions/s1").await;
    assert_refused(&reply, 404, "not.found", "there is no session with this id");
    let written = send(&collector, WEB_EVENTS, &viewed(minutes_ago(1))).await;
    assert_eq!(written.status, 202, "writing needs no token");
}

#[tokio::test]
async fn the_same_session_id_on_two_sites_is_two_sessions() {
    let collector = TestCollector::start();
    collector
        .post_json(&batch(1, &[pageview(1), pageview(2)]))
        .await;
    let mut elsewhere = batch(2, &[pageview(3)]);
    elsewhere["siteId"] = json!("blog");
    collector.post_json(&elsewhere).await;
    let count = async |query| read_session(&collector, query).await["eventCount"].clone();
    assert_eq!(count("s1?site=shop").await, 2);
    assert_eq!(count("s1?site=blog").await, 1);
    assert_eq!(count("s1").await, 1, "of the site of its latest event");
}

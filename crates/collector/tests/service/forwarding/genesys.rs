//! What is particular to Genesys Cloud as a destination.

use super::*;

#[tokio::test]
async fn genesys_gets_each_web_event_alone_and_none_that_is_older_than_an_hour() {
    let stand_in = StandIn::start(&[]).await;
    let forwarder = Forwarder::to_genesys(&stand_in, PACE, || NOW).await;
    let mut old = pageview(9);
    old["createdDate"] = json!(Timestamp(NOW.0 - 3_600_001));
    let events = [
        old,
        pageview(1),
        web_event(2, "cart_viewed"),
        click(3),
        web_event(4, "order_completed"),
    ];
    forwarder.collector.post_json(&batch(1, &events)).await;
    assert_eq!(forwarder.idle().await["deadLetters"], 1);
    let calls = stand_in.seen();
    assert!(calls.iter().all(|call| call.status == 202), "{calls:#?}");
    let path = "/api/v2/journey/deployments/deployment-1/webevents";
    assert!(calls.iter().all(|call| call.path == path));
    let names: Vec<_> = calls
        .iter()
        .map(|call| call.body["eventName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["page_viewed", "cart_viewed", "order_completed"]);
    assert_eq!(stand_in.tokens(), 1);

    let collector = &forwarder.collector;
    let letters = dead_letters(collector, "genesys").await;
    assert_eq!(letters[0]["event"]["id"], id("event", 9));
    assert_eq!(letters[0]["code"], "too_old");
    let skipped = "sillage_forward_skipped_total{destination=\"genesys\"}";
    assert_eq!(metric(collector, skipped).await, Some(1));
    let dead = "sillage_forward_dead_letters{destination=\"genesys\"}";
    assert_eq!(metric(collector, dead).await, Some(1));
}

#[tokio::test]
async fn an_event_that_gets_too_old_while_genesys_is_away_is_not_sent_any_more() {
    static NOW_MS: AtomicU64 = AtomicU64::new(NOW.0);
    let clock: Clock = || Timestamp(NOW_MS.load(Ordering::Relaxed));
    let stand_in = StandIn::start(&[]).await;
    stand_in.then(Does::Fail(503));
    let forwarder = Forwarder::to_genesys(&stand_in, PACE, clock).await;
    forwarder
        .collector
        .post_json(&batch(1, &[pageview(1)]))
        .await;
    stand_in.until(|seen| seen.len() >= 2).await;
    NOW_MS.fetch_add(3_600_000, Ordering::Relaxed);
    assert_eq!(forwarder.idle().await["deadLetters"], 1);
    assert!(stand_in.taken().is_empty());
    let letters = dead_letters(&forwarder.collector, "genesys").await;
    assert_eq!(letters[0]["code"], "too_old");
}

#[tokio::test]
async fn a_token_that_genesys_refuses_is_replaced() {
    let stand_in = StandIn::start(&[Does::Pass, Does::Fail(401)]).await;
    let forwarder = Forwarder::to_genesys(&stand_in, PACE, || NOW).await;
    let events = [pageview(1), pageview(2)];
    forwarder.collector.post_json(&batch(1, &events)).await;
    assert_eq!(forwarder.idle().await["deadLetters"], 0);
    assert_eq!((stand_in.tokens(), stand_in.taken().len()), (2, 2));
}

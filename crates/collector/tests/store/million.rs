//! What reading takes with a million events: sessions by their figure, reports by their time limit.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use sillage_collector::store::report::{RangeQuery, TrafficQuery};
use sillage_collector::store::sqlite::{DATABASE_FILE, SqliteStore};
use sillage_collector::store::{Reports, SessionQuery, Store};
use sillage_protocol::Timestamp;

use crate::rows::NOW;

const EVENTS: u64 = 1_000_000;

/// Events of one session.
const SESSION_EVENTS: u64 = 20;

const MONTH_MS: u64 = 30 * 86_400_000;

/// Sessions one after the other over a month, of 10,000 visitors on 1,000 pages.
const FILL: &str = "
    WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?1)
    INSERT INTO events (site_id, id, batch_id, session_id, customer_id, customer_id_type, event_type,
        event_name, page_url, created_at_ms, original_created_at_ms, received_at_ms, fingerprint, event)
    SELECT 'shop', printf('01978f5e-7000-7000-8000-%012x', n), '', 's' || (n / 20),
        printf('01978f5e-7000-4000-8000-%012x', (n / 20) * 7919 % 10000), 'cookie',
        'com.genesys.journey.WebEvent', iif(n % 3, 'product_viewed', 'page_viewed'), 'https://shop.example/',
        ?2 + n * ?3, 0, 0, n,
        json_object('webEvent', json_object(
            'page', json_object('hostname', 'shop.example', 'pathname', '/' || (n * 31 % 1000),
                'title', hex(zeroblob(200))),
            'referrer', json_object('hostname', 'r' || (n % 50)),
            'mktCampaign', json_object('name', 'c' || (n / 20 % 9))))
    FROM n";

/// The rows of reports, as the store writes them.
const FILL_REPORTS: &str = "
    INSERT INTO report_events
    SELECT site_id, created_at_ms, sequence, event_name, visitor, session_id,
        event ->> '$.webEvent.page.hostname' || (event ->> '$.webEvent.page.pathname'),
        event ->> '$.webEvent.referrer.hostname', NULL, NULL, NULL, NULL,
        event ->> '$.webEvent.mktCampaign.name', 0
    FROM events";

/// How long each of many took at most, but for the slowest of a hundred.
fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

#[tokio::test]
#[ignore = "fills a store with a million events: a minute or two"]
async fn one_session_among_a_million_events_is_read_in_ten_milliseconds() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(folder.path(), 1_024).unwrap());
    let from = NOW.0 - MONTH_MS;
    let connection = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    connection
        .execute(FILL, [EVENTS, from, MONTH_MS / EVENTS])
        .unwrap();
    connection.execute(FILL_REPORTS, []).unwrap();
    drop(connection);
    let store = SqliteStore::open(folder.path(), 1_024).unwrap();

    let mut times = Vec::new();
    for n in 0..1_000 {
        let session = n * 7_919 % (EVENTS / SESSION_EVENTS);
        let query = SessionQuery {
            session_id: format!("s{session}"),
            site_id: None,
            kinds: Vec::new(),
            after: None,
            limit: 25,
        };
        let started = Instant::now();
        let events = store.session_events(query).await.unwrap();
        times.push(started.elapsed());
        assert_eq!(events.len(), 20);
    }
    let session = p99(times);
    println!("one session: p99 {session:?}");
    assert!(session < Duration::from_millis(10), "{session:?}");

    let range = || RangeQuery {
        site_id: "shop".to_owned(),
        from: Timestamp(from),
        to: NOW,
        with_bots: false,
        limit: 20,
    };
    let traffic = TrafficQuery {
        site_id: "shop".to_owned(),
        from: Timestamp(from),
        to: NOW,
        with_bots: false,
        bucket_ms: 86_400_000,
    };
    let mut report = Instant::now();
    let mut took = |name: &str| {
        println!("{name}: {:?}", report.elapsed());
        report = Instant::now();
    };
    let counted = store.traffic(traffic).await.unwrap();
    took("traffic");
    assert_eq!(
        (counted.totals.events, counted.totals.visitors),
        (EVENTS, 10_000)
    );
    assert_eq!(store.top_pages(range()).await.unwrap().len(), 20);
    took("pages");
    assert_eq!(store.top_sources(range()).await.unwrap().len(), 15);
    took("sources");
    assert_eq!(store.top_campaigns(range()).await.unwrap().len(), 9);
    took("campaigns");
    assert_eq!(store.event_names(range()).await.unwrap().len(), 2);
    took("events");
    assert_eq!(store.last_sessions(range()).await.unwrap().len(), 20);
    took("sessions");
    store.close().await.unwrap();
}

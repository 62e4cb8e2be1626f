//! The embedded store.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::json;
use sillage_collector::store::Store;
use sillage_collector::store::sqlite::{DATABASE_FILE, SqliteStore};

use crate::rows::{batch, event, pageview};

crate::contract::store_contract!(|folder, max_queued_bytes| {
    Arc::new(SqliteStore::open(folder, max_queued_bytes).unwrap())
});

/// One committed group has all four batches: another program holds the lock until they wait together.
#[tokio::test]
async fn what_one_batch_runs_into_sinks_none_of_those_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), 1 << 20).unwrap();
    let other = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON events WHEN new.event_name = 'broken'
             BEGIN SELECT raise(ABORT, 'broken'); END;
             BEGIN IMMEDIATE",
        )
        .unwrap();
    let broken = event(3, &json!({"webEvent": {"eventName": "broken"}}));
    let release = async {
        tokio::task::yield_now().await;
        other.execute_batch("COMMIT").unwrap();
    };
    let (first, second, third, fourth, ()) = tokio::join!(
        store.append(batch(1, vec![pageview(1)])),
        store.append(batch(2, vec![pageview(2)])),
        store.append(batch(3, vec![broken, pageview(4)])),
        store.append(batch(4, vec![pageview(5)])),
        release
    );
    for appended in [first, second, fourth] {
        assert_eq!(appended.unwrap().verdicts.stored, 1);
    }
    assert!(third.is_err());
    let stored: Vec<String> = other
        .prepare("SELECT id FROM events ORDER BY sequence")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(stored, [1, 2, 5].map(crate::rows::event_id));
    let totals: i64 = other
        .query_row("SELECT sum(event_count) FROM visitors", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(totals, 3, "what was begun twice is counted once");
}

/// The log begins anew although there is no moment without batches.
#[tokio::test]
async fn the_log_does_not_grow_with_what_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), 64 << 20).unwrap();
    let filler = "x".repeat(40_000);
    for n in 0..120 {
        let events = (0..20)
            .map(|at| {
                event(
                    n * 20 + at + 1,
                    &json!({"webEvent": {"attributes": {"filler": &filler}}}),
                )
            })
            .collect();
        store.append(batch(n + 1, events)).await.unwrap();
    }
    let bytes = |file: String| std::fs::metadata(folder.path().join(file)).unwrap().len();
    let log = bytes(format!("{DATABASE_FILE}-wal"));
    assert!(bytes(DATABASE_FILE.to_owned()) + log > 90_000_000);
    assert!(log < 60_000_000, "{log} bytes");
}

//! kill -9 in the middle of a stream of batches: what was acknowledged is there, once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rusqlite::Connection;
use sillage_collector::store::sqlite::DATABASE_FILE;

use crate::support::{Process, agent, batch, event_id, post};

const SENDERS: usize = 4;
const EVENTS_IN_A_BATCH: usize = 5;

/// What the senders know.
#[derive(Default)]
struct Known {
    acknowledged: Mutex<BTreeSet<String>>,
    sent: Mutex<BTreeSet<String>>,
    acknowledged_batches: AtomicUsize,
    is_over: AtomicBool,
}

#[test]
fn every_acknowledged_event_survives_ten_kills_exactly_once() {
    kill_so_often(10);
}

#[test]
#[ignore = "twice as long as the one above"]
fn every_acknowledged_event_survives_twenty_kills_exactly_once() {
    kill_so_often(20);
}

fn kill_so_often(kills: usize) {
    let folder = tempfile::tempdir().unwrap();
    let known = Known::default();
    let mut next = [0; SENDERS];
    for round in 0..kills {
        let mut process = Process::start(folder.path());
        // A different moment in each round: before the first answer, and after ever more of them.
        let kill_after = known.acknowledged_batches.load(Ordering::SeqCst) + round * 7;
        known.is_over.store(false, Ordering::SeqCst);
        thread::scope(|scope| {
            for (stream, next) in next.iter_mut().enumerate() {
                let (known, url) = (&known, process.url.clone());
                scope.spawn(move || send_until_killed(known, &url, stream, next));
            }
            while known.acknowledged_batches.load(Ordering::SeqCst) < kill_after {
                thread::yield_now();
            }
            process.child.kill().unwrap();
            known.is_over.store(true, Ordering::SeqCst);
        });
        process.child.wait().unwrap();
    }

    // One more start: recovery, and the batches whose answers were not seen.
    let process = Process::start(folder.path());
    for (stream, next) in next.into_iter().enumerate() {
        // A sender that was told to end right after an answer has not sent this one before.
        known.sent.lock().unwrap().extend(ids_of(stream, next));
        let (status, answer) = post(
            &agent(),
            &process.url,
            &batch(stream, next, EVENTS_IN_A_BATCH),
        )
        .unwrap();
        assert_eq!(status, 200);
        let settled = answer["stored"].as_u64().unwrap() + answer["duplicates"].as_u64().unwrap();
        assert_eq!(settled, EVENTS_IN_A_BATCH as u64, "{answer}");
    }
    let acknowledged = known.acknowledged.into_inner().unwrap();
    assert!(
        acknowledged.len() > kills * EVENTS_IN_A_BATCH,
        "only {} were acknowledged",
        acknowledged.len()
    );
    let stored = stored_ids(folder.path());
    let distinct: BTreeSet<String> = stored.iter().cloned().collect();
    assert_eq!(stored.len(), distinct.len(), "an event is stored twice");
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let invented: Vec<_> = distinct
        .difference(&known.sent.into_inner().unwrap())
        .cloned()
        .collect();
    assert!(invented.is_empty(), "stored and never sent: {invented:?}");
    assert_batches_are_whole(&distinct);
}

fn ids_of(stream: usize, batch: usize) -> impl Iterator<Item = String> {
    (0..EVENTS_IN_A_BATCH).map(move |place| event_id(stream, batch, place))
}

/// Sends batch after batch; a batch without an answer is the next round's first.
fn send_until_killed(known: &Known, url: &str, stream: usize, next: &mut usize) {
    let agent = agent();
    while !known.is_over.load(Ordering::SeqCst) {
        let ids: Vec<String> = ids_of(stream, *next).collect();
        known.sent.lock().unwrap().extend(ids.iter().cloned());
        let Some((200, answer)) = post(&agent, url, &batch(stream, *next, EVENTS_IN_A_BATCH))
        else {
            return;
        };
        assert_eq!(
            answer["rejected"].as_array().map(Vec::len),
            Some(0),
            "{answer}"
        );
        known.acknowledged.lock().unwrap().extend(ids);
        known.acknowledged_batches.fetch_add(1, Ordering::SeqCst);
        *next += 1;
    }
}

fn stored_ids(folder: &Path) -> Vec<String> {
    let connection = Connection::open(folder.join(DATABASE_FILE)).unwrap();
    let integrity: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(integrity, "ok");
    let receipts: usize = connection
        .query_row("SELECT sum(stored) FROM batches", [], |row| row.get(0))
        .unwrap();
    let counted: usize = connection
        .query_row("SELECT sum(event_count) FROM visitors", [], |row| {
            row.get(0)
        })
        .unwrap();
    let mut statement = connection.prepare("SELECT id FROM events").unwrap();
    let ids: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        receipts,
        ids.len(),
        "receipts and events are of one transaction"
    );
    assert_eq!(
        counted,
        ids.len(),
        "totals and events are of one transaction"
    );
    ids
}

fn assert_batches_are_whole(stored: &BTreeSet<String>) {
    for id in stored {
        // The last group of an id names stream and number, the end of the one before it the place.
        let (stream_and_number, head) = (&id[24..], &id[..21]);
        for place in 0..EVENTS_IN_A_BATCH {
            let sibling = format!("{head}{place:02x}-{stream_and_number}");
            assert!(
                stored.contains(&sibling),
                "{id} is stored without {sibling}"
            );
        }
    }
}

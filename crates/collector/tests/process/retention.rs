//! `--retention-days`, over a store with events that arrived long ago.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::support::{Process, agent, batch, post};

#[test]
fn what_is_too_old_is_deleted_soon_after_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    post(&agent(), &process.url, &batch(1, 1, 3)).unwrap();
    post(&agent(), &process.url, &batch(1, 2, 2)).unwrap();
    process.signal("-TERM");
    assert!(process.wait().success());
    let connection = Connection::open(folder.path().join("sillage.sqlite")).unwrap();
    let old =
        "UPDATE events SET received_at_ms = received_at_ms - 3 * 86400000 WHERE sequence <= 3";
    assert_eq!(connection.execute(old, []).unwrap(), 3);
    let process = Process::start_with(folder.path(), &["--retention-days", "2"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    let stored = || {
        connection
            .query_row("SELECT count(*) FROM events", [], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
    };
    while stored() > 2 {
        assert!(Instant::now() < deadline, "{} events are left", stored());
        std::thread::yield_now();
    }
    let again = post(&agent(), &process.url, &batch(1, 1, 3)).unwrap().1;
    assert_eq!(again["duplicates"], 3);
    assert_eq!(stored(), 2);
}

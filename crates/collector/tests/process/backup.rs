//! `sillage-collector backup FILE`, beside a collector that is writing.

use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rusqlite::Connection;

use crate::support::{Process, agent, batch, command, post};

fn back_up(data: &Path, file: &Path) -> Output {
    command(data).arg("backup").arg(file).output().unwrap()
}

#[test]
fn a_backup_under_load_is_one_moment_of_the_store_and_can_be_started_from() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::start(&data);
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    let copy = restored.join("sillage.sqlite");
    let is_over = AtomicBool::new(false);
    let acknowledged = AtomicUsize::new(0);
    let before = thread::scope(|scope| {
        for stream in 0..2 {
            let (process, is_over, acknowledged) = (&process, &is_over, &acknowledged);
            scope.spawn(move || {
                let agent = agent();
                let mut n = 0;
                while !is_over.load(Ordering::Relaxed) {
                    assert_eq!(
                        post(&agent, &process.url, &batch(stream, n, 10)).unwrap().0,
                        200
                    );
                    acknowledged.fetch_add(10, Ordering::Relaxed);
                    n += 1;
                }
            });
        }
        while acknowledged.load(Ordering::Relaxed) < 500 {
            thread::yield_now();
        }
        let before = acknowledged.load(Ordering::Relaxed);
        let output = back_up(&data, &copy);
        is_over.store(true, Ordering::Relaxed);
        assert!(output.status.success(), "{output:?}");
        before
    });
    let connection = Connection::open(&copy).unwrap();
    let value = |query: &str| -> i64 { connection.query_row(query, [], |row| row.get(0)).unwrap() };
    let events = value("SELECT count(*) FROM events");
    assert!(
        events >= i64::try_from(before).unwrap(),
        "{events} of {before}"
    );
    assert_eq!(events, value("SELECT sum(stored) FROM batches"));
    assert_eq!(events, value("SELECT sum(stored) FROM delivery"));
    drop(connection);
    let second = Process::start(&restored);
    let answer = post(&agent(), &second.url, &batch(0, 0, 10)).unwrap().1;
    assert_eq!(answer["duplicates"], 10);
}

#[test]
fn a_backup_of_a_collector_that_is_stopped_works_too_and_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::start(&data);
    post(&agent(), &process.url, &batch(1, 1, 3)).unwrap();
    process.signal("-TERM");
    assert!(process.wait().success());
    let copy = folder.path().join("copy.sqlite");
    let output = back_up(&data, &copy);
    assert!(output.status.success(), "{output:?}");
    let bytes = std::fs::read(&copy).unwrap();
    let output = back_up(&data, &copy);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("exists already"), "{errors}");
    assert_eq!(std::fs::read(&copy).unwrap(), bytes);
}

#[test]
fn a_backup_that_cannot_be_made_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = back_up(&folder.path().join("nothing"), &folder.path().join("copy"));
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

//! Stopping: within five seconds whatever is open, with everything stored that was taken.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Process, agent, batch, post};

const LIMIT: Duration = Duration::from_secs(5);

/// Opens a live stream and reads up to its first comment.
fn open_stream(process: &Process) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(process.address()).unwrap();
    write!(
        stream,
        "GET /v1/live HTTP/1.1\r\nHost: {}\r\n\r\n",
        process.address()
    )
    .unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while !line.starts_with(": connected") {
        line.clear();
        assert_ne!(
            reader.read_line(&mut line).unwrap(),
            0,
            "the stream ended at once"
        );
    }
    reader
}

#[test]
fn both_signals_end_event_streams_and_exit_in_time() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start(folder.path());
        assert_eq!(
            post(&agent(), &process.url, &batch(1, 1, 2)).unwrap().1["stored"],
            2
        );
        let mut streams = [open_stream(&process), open_stream(&process)];
        let begun = Instant::now();
        process.signal(signal);
        for stream in &mut streams {
            let mut rest = String::new();
            stream.read_to_string(&mut rest).unwrap();
            assert!(
                rest.ends_with("0\r\n\r\n"),
                "the stream was ended, not cut: {rest:?}"
            );
        }
        assert!(process.wait().success());
        assert!(
            begun.elapsed() < LIMIT,
            "{signal} took {:?}",
            begun.elapsed()
        );
        assert!(
            !folder.path().join("sillage.sqlite-wal").exists(),
            "the store was closed"
        );
    }
}

#[test]
fn a_client_that_never_finishes_its_request_does_not_hold_the_collector_up() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let mut slow = TcpStream::connect(process.address()).unwrap();
    write!(
        slow,
        "POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{"
    )
    .unwrap();
    // Answered after it, so the slow request is being read by now.
    assert_eq!(
        post(&agent(), &process.url, &batch(1, 1, 1)).unwrap().0,
        200
    );
    let begun = Instant::now();
    process.signal("-TERM");
    assert!(process.wait().success());
    assert!(begun.elapsed() < LIMIT, "took {:?}", begun.elapsed());
}

//! What only the bytes of a connection can do: requests hidden in others, heads and bodies that do not end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Process, agent, batch, post};

/// Sends bytes and gives everything that comes back until the collector ends the connection.
fn exchange(process: &Process, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(process.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    // Who is refused early may be cut while it still sends.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status lines of all answers.
fn statuses(answer: &str) -> Vec<&str> {
    answer
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &answer[at + 9..at + 12])
        .collect()
}

fn stored(process: &Process) -> u64 {
    let mut reply = agent()
        .get(format!("{}/metrics", process.url))
        .call()
        .unwrap();
    let page = reply.body_mut().read_to_string().unwrap();
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix("sillage_events_stored_total "));
    line.unwrap().parse().unwrap()
}

/// A request that stores one event, to be hidden in another.
fn hidden() -> String {
    let body = batch(7, 1, 1).to_string();
    format!(
        "POST /v1/batches HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_request_whose_length_is_ambiguous_is_refused_and_nothing_in_it_is_taken_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let hidden = hidden();
    let chunked = format!("0\r\n\r\n{hidden}");
    for (name, head, body) in [
        (
            "two lengths",
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            format!("12345{hidden}"),
        ),
        (
            "a list of lengths",
            "Content-Length: 5, 6\r\n",
            format!("12345{hidden}"),
        ),
        (
            "a length with a sign",
            "Content-Length: +5\r\n",
            format!("12345{hidden}"),
        ),
        (
            "a negative length",
            "Content-Length: -1\r\n",
            hidden.clone(),
        ),
        (
            "a length that overflows",
            "Content-Length: 18446744073709551617\r\n",
            hidden.clone(),
        ),
        (
            "an encoding that is not the last",
            "Transfer-Encoding: chunked, identity\r\n",
            chunked.clone(),
        ),
        (
            "an encoding that there is not",
            "Transfer-Encoding: xchunked\r\n",
            chunked.clone(),
        ),
        (
            "a space before the colon",
            "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n",
            format!("abc{hidden}"),
        ),
        (
            "a folded header",
            "X-One: 1\r\n Content-Length: 0\r\nContent-Length: 3\r\n",
            format!("abc{hidden}"),
        ),
        (
            "a carriage return alone",
            "X-One: 1\rContent-Length: 0\r\n",
            hidden.clone(),
        ),
        (
            "a zero byte",
            "X-One: 1\0\r\nContent-Length: 0\r\n",
            hidden.clone(),
        ),
        (
            "a chunk whose size is none",
            "Transfer-Encoding: chunked\r\n",
            format!("zz\r\n{hidden}"),
        ),
    ] {
        let request = format!("POST /v1/batches HTTP/1.1\r\nHost: x\r\n{head}\r\n{body}");
        let answer = exchange(&process, request.as_bytes());
        let statuses = statuses(&answer);
        assert!(
            statuses.is_empty() || statuses == ["400"],
            "{name}: {statuses:?}"
        );
    }
    assert_eq!(stored(&process), 0);
    // The test's own proof: alone, the hidden request stores its event.
    assert_eq!(statuses(&exchange(&process, hidden.as_bytes())), ["200"]);
    assert_eq!(stored(&process), 1);
}

#[test]
fn where_both_lengths_are_given_the_chunks_count_and_the_connection_ends() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let hidden = hidden();
    // RFC 9112, section 6.3: a proxy that believed the length would take what is hidden for a body.
    let request = format!(
        "POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n{hidden}",
        hidden.len() + 5
    );
    let answer = exchange(&process, request.as_bytes());
    assert_eq!(statuses(&answer).first(), Some(&"400"), "{answer}");
}

#[test]
fn nothing_of_a_request_comes_back_as_a_header() {
    let folder = tempfile::tempdir().unwrap();
    let shop = tempfile::tempdir().unwrap();
    std::fs::create_dir(shop.path().join("tea")).unwrap();
    let process = Process::start_with(folder.path(), &["--demo", shop.path().to_str().unwrap()]);
    for path in [
        "/shop/tea%0d%0aSet-Cookie:%20stolen=1",
        "/shop/tea?%0d%0aSet-Cookie:%20stolen=1",
        "/shop//evil.example/%2e%2e/tea",
        "/%0d%0aSet-Cookie:%20stolen=1",
        "/api/v2/journey/sessions/%0d%0aSet-Cookie:%20stolen=1/events",
        "/v1/reports/traffic?site=%0d%0aSet-Cookie:%20stolen=1",
    ] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\namz-sdk-invocation-id: a%0d%0aSet-Cookie: b\r\nConnection: close\r\n\r\n"
        );
        let answer = exchange(&process, request.as_bytes());
        let head = answer
            .split("\r\n\r\n")
            .next()
            .unwrap()
            .to_ascii_lowercase();
        assert!(!head.contains("\nset-cookie"), "{path}: {head}");
        assert!(!head.contains("//evil.example"), "{path}: {head}");
        assert_eq!(statuses(&answer).len(), 1, "{path}: {answer}");
    }
}

#[test]
fn reads_under_another_name_are_refused_however_the_name_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    for (line, host) in [
        ("/v1/sites", "Host: evil.example"),
        ("/v1/sites", "Host: 127.0.0.1.evil.example"),
        ("/v1/sites", "Host: evil.example#127.0.0.1"),
        ("/v1/sites", "Host: evil.example@127.0.0.1"),
        ("/v1/sites", "Host:"),
        ("http://127.0.0.1/v1/sites", "Host: evil.example"),
    ] {
        let request = format!("GET {line} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(&process, request.as_bytes());
        assert!(
            matches!(statuses(&answer)[..], ["403" | "400"]),
            "{line} {host}: {answer}"
        );
    }
}

#[test]
fn heads_that_are_too_long_or_too_many_are_refused_and_others_are_still_answered() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1_000_000));
    let wide = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "a".repeat(1_000_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X: 1\r\n".repeat(10_000)
    );
    for request in [long, wide, many] {
        let answer = exchange(&process, request.as_bytes());
        let statuses = statuses(&answer);
        assert!(
            statuses.is_empty() || matches!(statuses[..], ["431" | "414" | "400"]),
            "{statuses:?}"
        );
    }
    let (status, answer) = post(&agent(), &process.url, &batch(1, 1, 1)).unwrap();
    assert_eq!((status, &answer["stored"]), (200, &Value::from(1)));
}

#[test]
#[ignore = "waits for the limits of slow clients: a minute and a half"]
fn a_client_that_does_not_come_to_the_end_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let slow = |start: &str, patience_s: u64| {
        let mut stream = TcpStream::connect(process.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(patience_s)))
            .unwrap();
        stream.write_all(start.as_bytes()).unwrap();
        let began = Instant::now();
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .unwrap_or_else(|error| panic!("still open after {:?}: {error}", began.elapsed()));
        answer
    };
    std::thread::scope(|scope| {
        let head = scope.spawn(|| slow("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-", 70));
        let nothing = scope.spawn(|| slow("", 70));
        let body = scope.spawn(|| {
            let head = "POST /v1/batches HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
            slow(&format!("{head}Content-Length: 500\r\n\r\n{{\"id\":"), 40)
        });
        assert!(matches!(statuses(&head.join().unwrap())[..], [] | ["408"]));
        assert!(matches!(
            statuses(&nothing.join().unwrap())[..],
            [] | ["408"]
        ));
        let body = body.join().unwrap();
        assert_eq!(statuses(&body), ["408"]);
        assert!(body.contains("\"code\":\"timeout\""), "{body}");
    });
}

//! Signature Version 4, with what four official signers made of a request.

use sillage_protocol::Timestamp;

use crate::recorded::Recorded;
use crate::support::{Reply, TestCollector};

const SIGNERS: [&str; 4] = [
    "boto3-01-POST",
    "aws-js-01-POST",
    "aws-rust-01-POST",
    "sigv4-crate-01-POST",
];

const KEYS: [&str; 2] = ["--put-events-keys", "OTHER:x,AKIDEXAMPLE:secret"];

/// 2026-11-21T19:11:39Z, when boto3 signed. The last of the signers did an hour later.
const SIGNED_AT: u64 = 1_795_288_299_000;

fn when(recorded: &Recorded) -> Timestamp {
    let stamp = recorded.header("x-amz-date");
    let (day, time) = stamp.split_once('T').unwrap();
    let (hour, rest) = time.split_at(2);
    let (minute, second) = rest.split_at(2);
    let day = format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
    format!("{day}T{hour}:{minute}:{second}").parse().unwrap()
}

fn collector(keys: &[&str], at: Timestamp) -> TestCollector {
    let mut collector = TestCollector::start_with(keys);
    // A clock is a function, so each time that is needed has one of its own.
    let clocks: [(u64, sillage_collector::clock::Clock); 7] = [
        (SIGNED_AT, || Timestamp(SIGNED_AT)),
        (SIGNED_AT + 3_000, || Timestamp(SIGNED_AT + 3_000)),
        (SIGNED_AT + 3_226_000, || Timestamp(SIGNED_AT + 3_226_000)),
        (SIGNED_AT + 3_541_000, || Timestamp(SIGNED_AT + 3_541_000)),
        (SIGNED_AT + 300_000, || Timestamp(SIGNED_AT + 300_000)),
        (SIGNED_AT + 300_001, || Timestamp(SIGNED_AT + 300_001)),
        (SIGNED_AT - 300_001, || Timestamp(SIGNED_AT - 300_001)),
    ];
    let found = clocks.into_iter().find(|(ms, _)| *ms == at.0);
    let (_, clock) = found.unwrap_or_else(|| panic!("no clock for {}", at.0));
    collector.state = collector.state.with_clock(clock);
    collector
}

#[track_caller]
fn assert_refused(reply: &Reply, kind: &str, said: &str) {
    assert_eq!(
        (reply.status, reply.header("x-amzn-errortype")),
        (403, kind)
    );
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains(said), "{message}");
}

#[tokio::test]
async fn what_each_official_signer_signed_is_accepted() {
    for name in SIGNERS {
        let recorded = Recorded::read(name);
        let collector = collector(&KEYS, when(&recorded));
        let reply = collector.send(recorded.request()).await;
        assert_eq!(reply.status, 200, "{name}: {:?}", reply.body);
    }
}

#[tokio::test]
async fn whatever_was_changed_after_signing_is_refused() {
    let recorded = Recorded::read("boto3-01-POST");
    let collector = collector(&KEYS, when(&recorded));
    let mut other_body = recorded.clone();
    other_body.replace("u-1", "u-2");
    let mut other_host = recorded.clone();
    other_host.set_header("host", "elsewhere.example");
    let mut other_query = recorded.clone();
    other_query.path = "/events?a".to_owned();
    let mut other_date = recorded.clone();
    other_date.set_header("x-amz-date", "20261121T191140Z");
    let mut cut = recorded.clone();
    let authorization = recorded.header("authorization");
    cut.set_header("authorization", &authorization[..authorization.len() - 1]);
    for changed in [other_body, other_host, other_query, other_date, cut] {
        let reply = collector.send(changed.request()).await;
        assert_refused(
            &reply,
            "InvalidSignatureException",
            "not that of the request",
        );
    }
    assert_eq!(collector.sql("SELECT count(*) FROM events"), [0]);
}

#[tokio::test]
async fn another_secret_another_key_and_no_signature_are_told_apart() {
    let recorded = Recorded::read("boto3-01-POST");
    let at = when(&recorded);
    let wrong = collector(&["--put-events-keys", "AKIDEXAMPLE:other"], at);
    let reply = wrong.send(recorded.request()).await;
    assert_refused(&reply, "InvalidSignatureException", "check the secret");
    let unknown = collector(&["--put-events-keys", "OTHER:secret"], at);
    let reply = unknown.send(recorded.request()).await;
    assert_refused(&reply, "UnrecognizedClientException", "does not know");
    let mut unsigned = recorded.clone();
    unsigned.set_header("authorization", "");
    let reply = unknown.send(unsigned.request()).await;
    assert_refused(&reply, "MissingAuthenticationTokenException", "not signed");
    let open = TestCollector::start();
    assert_eq!(open.send(unsigned.request()).await.status, 200, "no keys");
}

#[tokio::test]
async fn a_signature_lives_five_minutes_either_way() {
    let recorded = Recorded::read("boto3-01-POST");
    let send = async |ms: u64| {
        let collector = collector(&KEYS, Timestamp(ms));
        collector.send(recorded.request()).await
    };
    assert_eq!(send(SIGNED_AT + 300_000).await.status, 200);
    for ms in [SIGNED_AT + 300_001, SIGNED_AT - 300_001] {
        let reply = send(ms).await;
        assert_refused(&reply, "InvalidSignatureException", "more than 5 minutes");
    }
}

#[tokio::test]
async fn a_signature_that_is_not_whole_is_refused_with_what_it_lacks() {
    let recorded = Recorded::read("boto3-01-POST");
    let collector = collector(&KEYS, when(&recorded));
    let whole = recorded.header("authorization").to_owned();
    for (from, to, said) in [
        ("AWS4-HMAC-SHA256", "Bearer", "only AWS4-HMAC-SHA256"),
        (", Signature=", ", S=", "must have Credential"),
        (
            "Credential=AKIDEXAMPLE/",
            "Credential=",
            "must have Credential",
        ),
        ("host;", "", "host and x-amz-date"),
        (";host;", ";host;x-absent;", "did not come"),
    ] {
        let mut changed = recorded.clone();
        changed.set_header("authorization", &whole.replace(from, to));
        let reply = collector.send(changed.request()).await;
        assert_refused(&reply, "IncompleteSignatureException", said);
    }
    for (from, to) in [("/personalize/", "/s3/"), ("/20261121/", "/20261120/")] {
        let mut changed = recorded.clone();
        changed.set_header("authorization", &whole.replace(from, to));
        let reply = collector.send(changed.request()).await;
        assert_refused(&reply, "InvalidSignatureException", "the scope");
    }
    for date in ["", "yesterday", "20261121T191139+", "2026112éT19113Z"] {
        let mut changed = recorded.clone();
        changed.set_header("x-amz-date", date);
        let reply = collector.send(changed.request()).await;
        assert_eq!(
            reply.header("x-amzn-errortype"),
            "IncompleteSignatureException",
            "{date}"
        );
    }
}

#[test]
fn a_secret_is_not_shown() {
    let key: sillage_collector::AccessKey = "AKIDEXAMPLE:secret".parse().unwrap();
    assert!(!format!("{key:?}").contains("secret"));
    for text in ["", "AKID", ":secret", "AKID:", "a/b:c"] {
        assert!(
            text.parse::<sillage_collector::AccessKey>().is_err(),
            "{text}"
        );
    }
}

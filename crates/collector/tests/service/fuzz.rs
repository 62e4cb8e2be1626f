//! Whatever bytes come from outside: no parser of them panics or hangs, every answer says what is wrong in the words
//! of its door, and the collector goes on. Begins with `tests/corpus`; proptest keeps what it finds in
//! `tests/proptest-regressions`. `PROPTEST_CASES` says how many forms are tried.

mod corpus;

use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use sillage_collector::cli::Cli;
use tokio::runtime::Runtime;

use crate::support::{Reply, TestCollector, batch, id, pageview};

/// Forms that are tried of each, in `npm test`.
const CASES: u32 = 300;

/// And in `npm run test:all`.
const MANY_CASES: u32 = 10_000;

/// All that takes a body.
const DOORS: [&str; 4] = [
    "/v1/batches",
    "/events",
    "/api/v2/journey/deployments/shop/webevents",
    "/api/v2/journey/deployments/shop/actionevent",
];

/// All that is read with a query. Streams that do not end are not among them.
const READS: [&str; 18] = [
    "/v1/sites",
    "/v1/reports/now",
    "/v1/reports/traffic",
    "/v1/reports/pages",
    "/v1/reports/sources",
    "/v1/reports/campaigns",
    "/v1/reports/events",
    "/v1/reports/properties",
    "/v1/reports/sessions",
    "/v1/reports/journey",
    "/v1/reports/delivery",
    "/v1/export",
    "/v1/forwards",
    "/v1/forwards/personalize/dead-letters",
    "/api/v2/journey/sessions/s1",
    "/api/v2/journey/sessions/s1/events",
    "/metrics",
    "/shop/",
];

/// Tries so many forms; `PROPTEST_CASES` counts more.
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let default = Config::default();
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default.cases,
        None => cases,
    };
    let config = Config {
        cases,
        source_file: Some(file!()),
        ..default
    };
    TestRunner::new(config)
        .run(strategy, |value| {
            property(value);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

fn in_collector(property: impl FnOnce(&Runtime, &TestCollector)) {
    let runtime = Runtime::new().unwrap();
    let flags = [
        "--trusted-proxies",
        "127.0.0.0/8,10.0.0.0/8",
        "--put-events-keys",
        "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    ];
    let collector = runtime.block_on(async { TestCollector::start_with(&flags) });
    property(&runtime, &collector);
    // It goes on as if nothing had been.
    let fine = batch(999, &[pageview(999)]).to_string();
    let reply = runtime.block_on(collector.post(fine));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["rejected"], json!([]));
}

/// An answer that a fault of the collector never leads to; a refusal says in words what is wrong.
fn is_orderly(reply: &Reply, what: &str) {
    assert!(
        (200..500).contains(&reply.status),
        "{what}: {} {:?}",
        reply.status,
        reply.body
    );
    if reply.status >= 400 {
        let refusal = reply.json();
        let words = refusal.get("message").or_else(|| refusal.get("Message"));
        assert!(
            words
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty()),
            "{what}: {refusal}"
        );
    }
}

fn send_bodies(cases: u32) {
    let bodies = (
        corpus::changed(corpus::bodies()),
        select(&DOORS[..]),
        any::<bool>(),
    );
    in_collector(|runtime, collector| {
        check(cases, &bodies, |(body, door, is_zipped)| {
            let body = if is_zipped { zipped(&body) } else { body };
            let request = Request::post(door)
                .header("host", "127.0.0.1:8787")
                .header("content-type", "application/json")
                .body(Body::from(body))
                .unwrap();
            is_orderly(&runtime.block_on(collector.send(request)), door);
        });
    });
    // The same without keys, so that what is behind the signature is reached.
    let runtime = Runtime::new().unwrap();
    let collector = runtime.block_on(async { TestCollector::start() });
    let bodies = corpus::changed(corpus::bodies());
    check(cases, &bodies, |body| {
        let request = Request::post("/events").body(Body::from(body)).unwrap();
        is_orderly(&runtime.block_on(collector.send(request)), "/events");
    });
}

fn zipped(body: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(body).unwrap();
    zip.finish().unwrap()
}

#[test]
fn any_body_is_stored_or_refused_in_words() {
    send_bodies(CASES);
}

#[test]
#[ignore = "the same with many more forms: minutes"]
fn any_of_many_bodies_is_stored_or_refused_in_words() {
    send_bodies(MANY_CASES);
}

fn send_headers(cases: u32) {
    let known = corpus::headers();
    let header =
        select(known).prop_flat_map(|(name, value)| (Just(name), corpus::changed(vec![value])));
    let headers = prop::collection::vec(header, 1..6);
    let doors_and_reads: Vec<&str> = DOORS.iter().chain(&READS).copied().collect();
    in_collector(|runtime, collector| {
        let mut n = 0;
        let next = std::cell::RefCell::new(&mut n);
        check(
            cases,
            &(headers, select(doors_and_reads)),
            |(headers, path)| {
                let is_door = DOORS.contains(&path);
                **next.borrow_mut() += 1;
                let event = pageview(**next.borrow() % 900);
                let mut request = Request::builder()
                    .method(if is_door { "POST" } else { "GET" })
                    .uri(path)
                    .body(Body::from(batch(1, &[event]).to_string()))
                    .unwrap();
                for (name, value) in headers {
                    // What no HTTP parser lets through does not get here either.
                    if let Ok(value) = HeaderValue::from_bytes(&value) {
                        request
                            .headers_mut()
                            .append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
                    }
                }
                is_orderly(&runtime.block_on(collector.send(request)), path);
            },
        );
    });
}

#[test]
fn any_headers_lead_to_an_orderly_answer() {
    send_headers(CASES);
}

#[test]
#[ignore = "the same with many more forms: minutes"]
fn any_of_many_headers_lead_to_an_orderly_answer() {
    send_headers(MANY_CASES);
}

fn ask(cases: u32) {
    let asked = (corpus::changed(corpus::parameters()), select(&READS[..]));
    in_collector(|runtime, collector| {
        check(cases, &asked, |(query, path)| {
            // Whatever byte a request line cannot hold is written as clients would.
            let query: String = query
                .iter()
                .map(|byte| match byte {
                    b'!'..=b'~' if !b"#\"<>`{}".contains(byte) => char::from(*byte).to_string(),
                    _ => format!("%{byte:02X}"),
                })
                .collect();
            let request = Request::get(format!("{path}?{query}"))
                .header("host", "127.0.0.1:8787")
                .body(Body::empty())
                .unwrap();
            is_orderly(&runtime.block_on(collector.send(request)), &query);
        });
    });
}

#[test]
fn any_query_leads_to_an_orderly_answer() {
    ask(CASES);
}

#[test]
#[ignore = "the same with many more forms: minutes"]
fn any_of_many_queries_leads_to_an_orderly_answer() {
    ask(MANY_CASES);
}

#[test]
fn any_settings_file_is_taken_or_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    check(CASES, &corpus::changed(corpus::settings()), |text| {
        std::fs::write(&file, text).unwrap();
        let arguments = ["sillage-collector", "--config", file.to_str().unwrap()];
        if let Err(error) = Cli::read(arguments.map(std::ffi::OsString::from)) {
            assert!(!error.to_string().is_empty());
        }
    });
}

/// JSON Merge Patch, as the pseudocode of RFC 7396, section 2, has it.
fn merge_patch(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut target = match target {
        Value::Object(target) => target,
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            let before = target.remove(name).unwrap_or(Value::Null);
            target.insert(name.clone(), merge_patch(before, value));
        }
    }
    Value::Object(target)
}

/// Documents that share names, so that one often patches what the other has.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z\\PC]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]|__proto__", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn what_is_stored_is_the_event_merged_into_the_defaults_by_rfc_7396() {
    let runtime = Runtime::new().unwrap();
    let collector = runtime.block_on(async { TestCollector::start() });
    let mut n = 0;
    let next = std::cell::RefCell::new(&mut n);
    check(CASES, &(document(), document()), |(default, patch)| {
        **next.borrow_mut() += 1;
        let n = **next.borrow();
        let mut defaults = pageview(1);
        defaults.as_object_mut().unwrap().remove("id");
        // Beside the members of the contract, which enrichment adds to: members that nobody knows.
        defaults["own"] = json!({"member": default});
        let event = json!({"id": id("event", n), "own": {"member": patch}});
        let mut body = batch(n, std::slice::from_ref(&event));
        body["defaults"] = defaults.clone();
        let reply = runtime.block_on(collector.post_json(&body));
        assert_eq!(reply.json()["stored"], 1, "{}", reply.json());
        let stored = collector.sql("SELECT event FROM events ORDER BY sequence DESC LIMIT 1");
        let stored: Value = serde_json::from_str(stored[0].as_str().unwrap()).unwrap();
        let merged = merge_patch(defaults, &event);
        assert_eq!(stored["own"], merged["own"]);
        assert_eq!(
            stored["webEvent"]["eventName"],
            merged["webEvent"]["eventName"]
        );
    });
}

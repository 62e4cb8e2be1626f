//! The contract's golden files: what they call valid is stored, what they call invalid is answered
//! with the code they say.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sillage_protocol::Event;
use sillage_protocol::validate::validate_strict;

use crate::support::TestCollector;

fn fixtures(folder: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../protocol/fixtures")
        .join(folder);
    let files =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            (
                path.clone(),
                serde_json::from_slice(&fs::read(path).unwrap()).unwrap(),
            )
        })
        .collect();
    assert!(!found.is_empty(), "{}", folder.display());
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn body(fixture: &Value) -> String {
    match fixture.get("body") {
        Some(body) => body.as_str().unwrap().to_owned(),
        None => fixture["document"].to_string(),
    }
}

#[tokio::test]
async fn every_valid_batch_is_stored() {
    for (path, fixture) in fixtures("batches/valid") {
        let collector = TestCollector::start();
        let reply = collector.post(body(&fixture)).await;
        assert_eq!(reply.status, 200, "{}: {:?}", path.display(), reply.json());
        let answer = reply.json();
        let merged = fixture["merged"].as_array().cloned().unwrap_or_default();
        let accepted = merged.iter().filter(|event| !event.is_null()).count();
        assert_eq!(answer["stored"], accepted, "{}: {answer}", path.display());
        let rejected = fixture["rejected"].as_array().cloned().unwrap_or_default();
        assert_eq!(
            answer["rejected"].as_array().unwrap().len(),
            rejected.len(),
            "{}: {answer}",
            path.display()
        );
        for (told, expected) in answer["rejected"].as_array().unwrap().iter().zip(&rejected) {
            for member in ["index", "id", "code"] {
                assert_eq!(told.get(member), expected.get(member), "{}", path.display());
            }
        }
        for row in collector.sql("SELECT event FROM events") {
            let event = Event::read(serde_json::from_str(row.as_str().unwrap()).unwrap()).unwrap();
            validate_strict(&event).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

#[tokio::test]
async fn every_invalid_batch_is_answered_with_its_code() {
    let collector = TestCollector::start();
    for (path, fixture) in fixtures("batches/invalid") {
        let reply = collector.post(body(&fixture)).await;
        let expected = &fixture["expected"];
        assert_eq!(
            reply.status,
            expected["status"],
            "{}: {:?}",
            path.display(),
            reply.json()
        );
        assert_eq!(reply.json()["code"], expected["code"], "{}", path.display());
    }
    assert_eq!(
        collector.sql("SELECT count(*) FROM events"),
        [Value::from(0)]
    );
}

//! What the fuzzing begins with, and how it is changed.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 36] = [
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"-0",
    b"1e999",
    b"-1",
    b"18446744073709551616",
    b"0x0",
    b"\0",
    b"\r\n",
    b"\xff",
    b"\xf0\x9f",
    b"\\ud800",
    b"\\u0000",
    b"\"__proto__\":",
    b"%",
    b"%00",
    b"&",
    b"=",
    b";",
    b"'",
    b"../",
    b"\x1f\x8b\x08",
    b"9999-12-31T23:59:59.999Z",
    b"[[[[[[[[[[[[[[[[",
    b"com.genesys.journey.WebActionEvent",
];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Every file of a folder and the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Bodies: those of the corpus, those of the contract's fixtures, and recorded ones.
pub(super) fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<_> = files(&tests().join("corpus/bodies"))
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    for path in files(&tests().join("../../protocol/fixtures")) {
        let text = fs::read_to_string(&path).unwrap();
        let Ok(fixture) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        bodies.push(match &fixture["body"] {
            Value::String(body) => body.clone().into_bytes(),
            _ => fixture["document"].to_string().into_bytes(),
        });
    }
    bodies.extend(recorded().into_iter().map(|(_, body)| body));
    bodies
}

/// Heads and bodies of the requests that SDKs sent.
fn recorded() -> Vec<(String, Vec<u8>)> {
    files(&tests().join("fixtures/sdk-requests"))
        .iter()
        .filter(|path| path.extension() == Some("http".as_ref()))
        .map(|path| {
            let bytes = fs::read(path).unwrap();
            let end = bytes.windows(4).position(|at| at == b"\r\n\r\n").unwrap();
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            (head, bytes[end + 4..].to_vec())
        })
        .collect()
}

/// Headers: those of the corpus, and of the recorded requests; names and values.
pub(super) fn headers() -> Vec<(String, Vec<u8>)> {
    let corpus = fs::read_to_string(tests().join("corpus/headers.txt")).unwrap();
    let heads = recorded().into_iter().map(|(head, _)| head);
    let lines = heads.chain([corpus]);
    let lines: Vec<String> = lines
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_bytes().to_vec()))
        .filter(|(name, _)| name != "content-length")
        .collect()
}

/// Queries of reads.
pub(super) fn parameters() -> Vec<Vec<u8>> {
    let corpus = fs::read_to_string(tests().join("corpus/parameters.txt")).unwrap();
    corpus
        .lines()
        .map(|line| line.as_bytes().to_vec())
        .collect()
}

/// Settings files: those of the corpus, and the one to begin with.
pub(super) fn settings() -> Vec<Vec<u8>> {
    let deployed = tests().join("../../../deploy/sillage.toml");
    files(&tests().join("corpus/settings"))
        .iter()
        .chain([&deployed])
        .map(|path| fs::read(path).unwrap())
        .collect()
}

/// One of the seeds, as it is or changed in a few places.
pub(super) fn changed(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (select(seeds), prop::collection::vec(change(), 0..6)).prop_map(|(mut bytes, changes)| {
        for change in &changes {
            change.make(&mut bytes);
        }
        bytes
    })
}

/// A change of bytes; places are relative to how many there are.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Cut(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static [u8]),
    End(Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<Index>(), 1..20_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<Index>(), 1..60_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (any::<Index>(), select(&PIECES[..])).prop_map(|(at, piece)| Change::Insert(at, piece)),
        any::<Index>().prop_map(Change::End),
    ]
}

impl Change {
    fn make(&self, bytes: &mut Vec<u8>) {
        let at = |index: &Index| index.index(bytes.len() + 1);
        match self {
            Self::Flip(index, bit) => {
                let at = at(index);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Cut(index, length) => {
                let at = at(index);
                let end = (at + length).min(bytes.len());
                bytes.drain(at..end);
            }
            Self::Repeat(index, length) => {
                let at = at(index);
                let end = (at + length).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Insert(index, piece) => {
                let at = at(index);
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::End(index) => bytes.truncate(at(index)),
        }
    }
}

//! What a page of a site has to do with the tracker, read over the network for the installation check.
//!
//! It gathers facts; what they mean is for the page `www/check` to say. Everything is bounded: time, bytes,
//! redirects, and above all [`Reach`]: a program that reads what others ask it to read must not read for
//! them what only it can reach.

mod address;
mod html;
mod reader;

use serde::Serialize;
use url::Url;

pub(crate) use self::address::Reach;
use self::html::PageFacts;
use self::reader::{Found, Problem, Reader};

/// Longest part of a page that is looked at, in bytes. Script tags stand early.
const MAX_PAGE_BYTES: u64 = 2 * 1024 * 1024;

/// Longest part of a script that is looked at, in bytes: the loader has some six thousand.
const MAX_SCRIPT_BYTES: u64 = 64 * 1024;

/// Most tags of the tracker whose files are asked for. Two are one too many already.
const MAX_LOADERS: usize = 2;

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inspection {
    /// How the page was answered.
    answer: Answered,
    /// What the page says.
    page: PageFacts,
    /// What the tracker on it needs, as far as its address is known.
    files: Vec<FileFacts>,
}

/// How an address was answered.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    /// The address, after redirects.
    url: String,
    /// Why there is no answer.
    problem: Option<Problem>,
    /// Status; 0 without an answer.
    status: u16,
    /// `Content-Type`.
    content_type: String,
    /// `Access-Control-Allow-Origin`.
    allows_origin: String,
    /// Each `Content-Security-Policy`.
    policies: Vec<String>,
}

/// A file that a tag leads to, or the endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FileFacts {
    /// `loader`, `chunk` or `endpoint`.
    kind: &'static str,
    #[serde(flatten)]
    answer: Answered,
}

/// Reads a page and what the tracker on it needs. Blocks, for a minute and a half at most.
pub(crate) fn inspect(url: &Url, reach: Reach) -> Inspection {
    let reader = Reader::new(reach);
    let found = reader.get(url, MAX_PAGE_BYTES);
    let base = Url::parse(&found.url).unwrap_or_else(|_| url.clone());
    let page = html::facts(&found.body, &base);
    let mut files = Vec::new();
    for tag in page.loaders().take(MAX_LOADERS) {
        if let Ok(src) = Url::parse(&tag.src) {
            look_at_tag(&reader, &src, tag.attribute("data-endpoint"), &mut files);
        }
    }
    Inspection {
        answer: answered(&found),
        page,
        files,
    }
}

fn look_at_tag(reader: &Reader, src: &Url, endpoint: Option<&str>, files: &mut Vec<FileFacts>) {
    let loader = reader.get(src, MAX_SCRIPT_BYTES);
    if let Some(Ok(url)) = html::chunk_name(&loader.body).map(|name| src.join(name)) {
        // The first bytes tell that it is there.
        files.push(file("chunk", &reader.get(&url, 1)));
    }
    files.push(file("loader", &loader));
    let endpoint = endpoint.unwrap_or(".");
    if let Ok(mut url) = src.join(endpoint) {
        let path = format!("{}/v1/batches", url.path().trim_end_matches('/'));
        url.set_path(&path);
        files.push(file("endpoint", &reader.preflight(&url)));
    }
}

fn file(kind: &'static str, found: &Found) -> FileFacts {
    let answer = answered(found);
    FileFacts { kind, answer }
}

fn answered(found: &Found) -> Answered {
    let text = |name| {
        found
            .headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let policies = found.headers.get_all("content-security-policy").iter();
    Answered {
        url: found.url.clone(),
        problem: found.problem,
        status: found.status,
        content_type: text("content-type").unwrap_or_default(),
        allows_origin: text("access-control-allow-origin").unwrap_or_default(),
        policies: policies
            .map(|policy| String::from_utf8_lossy(policy.as_bytes()).into_owned())
            .collect(),
    }
}

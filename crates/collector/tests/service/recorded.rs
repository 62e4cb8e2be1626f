//! Requests as official SDKs sent them, byte for byte.

use std::path::Path;

use axum::body::Body;
use axum::http::Request;

/// One recorded request. Its parts can be changed before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    /// Reads `tests/fixtures/sdk-requests/<name>.http`.
    pub(crate) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/sdk-requests")
            .join(name)
            .with_extension("http");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let end = bytes.windows(4).position(|at| at == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap().split(' ');
        Self {
            method: words.next().unwrap().to_owned(),
            path: words.next().unwrap().to_owned(),
            headers: lines
                .map(|line| line.split_once(": ").unwrap())
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map_or("", |(_, value)| value)
    }

    /// Replaces a part of the body, and corrects its length.
    pub(crate) fn replace(&mut self, part: &str, other: &str) {
        let body = std::str::from_utf8(&self.body).unwrap();
        assert!(body.contains(part), "{part}: {body}");
        self.body = body.replace(part, other).into_bytes();
        self.set_header("content-length", &self.body.len().to_string());
    }

    /// Sets a header, or takes it out where the value is empty.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(crate) fn request(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }
}

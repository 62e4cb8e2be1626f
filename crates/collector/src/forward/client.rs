//! One HTTP request to a service, blocking, with a bound on everything: what came back, or why nothing.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use sillage_protocol::Timestamp;

use super::CALLS_AT_ONCE;

/// Longest answer that is read, in bytes. Answers are errors of a few words, or tokens.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Latest time that a `Retry-After` is believed: the same hour as in the tracker.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3_600);

/// Sends requests. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY`).
#[derive(Clone, Debug)]
pub(crate) struct Client(ureq::Agent);

/// What a service answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Why there is no answer. Nothing of the request is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It did not come in time.
    Timeout,
    /// The connection, its TLS or what came over it failed.
    Unreachable,
}

impl NoAnswer {
    /// Stable name.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
        }
    }
}

impl Client {
    pub(crate) fn new(timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A signed request is not for whoever an answer points at.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(CALLS_AT_ONCE)
            .max_idle_connections_per_host(CALLS_AT_ONCE)
            .timeout_global(Some(timeout))
            .user_agent(concat!("sillage-collector/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.new_agent())
    }

    pub(crate) fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: &[u8],
    ) -> Result<Answer, NoAnswer> {
        let mut request = self.0.post(url);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        read(request.send(body))
    }

    pub(crate) fn put(&self, url: &str, header: (&str, &str)) -> Result<Answer, NoAnswer> {
        read(self.0.put(url).header(header.0, header.1).send_empty())
    }

    pub(crate) fn get(&self, url: &str, header: Option<(&str, &str)>) -> Result<Answer, NoAnswer> {
        let mut request = self.0.get(url);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        read(request.call())
    }
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// How long it asks to be left alone.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = if let Ok(seconds) = value.parse() {
            Duration::from_secs(seconds)
        } else {
            let at = httpdate::parse_http_date(value).ok()?;
            let at = at.duration_since(std::time::UNIX_EPOCH).ok()?;
            at.saturating_sub(Duration::from_millis(now.0))
        };
        Some(wait.min(MAX_RETRY_AFTER))
    }

    /// The first words of the answer, without what would break a line.
    pub(crate) fn words(&self) -> String {
        const MAX_WORDS_CHARS: usize = 300;
        let words: Vec<_> = self.body.split_whitespace().collect();
        words.join(" ").chars().take(MAX_WORDS_CHARS).collect()
    }
}

fn read(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, NoAnswer> {
    let (parts, mut body) = sent.map_err(|error| no_answer(&error))?.into_parts();
    let body = body
        .with_config()
        .limit(MAX_ANSWER_BYTES)
        .lossy_utf8(true)
        .read_to_string();
    let body = match body {
        // The status says enough of an answer that never ends.
        Err(ureq::Error::BodyExceedsLimit(_)) => String::new(),
        body => body.map_err(|error| no_answer(&error))?,
    };
    Ok(Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    })
}

fn no_answer(error: &ureq::Error) -> NoAnswer {
    match error {
        ureq::Error::Timeout(_) => NoAnswer::Timeout,
        _ => NoAnswer::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_may_ask_to_be_left_alone_in_seconds_or_until_a_date_and_for_an_hour_at_most() {
        // 2026-11-21T12:00:00Z.
        let now = Timestamp(1_795_262_400_000);
        for (value, seconds) in [
            ("7", Some(7)),
            ("86400", Some(3_600)),
            ("Sat, 21 Nov 2026 12:00:30 GMT", Some(30)),
            ("Sat, 21 Nov 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            let answer = Answer {
                status: 503,
                headers,
                body: String::new(),
            };
            assert_eq!(
                answer.retry_after(now),
                seconds.map(Duration::from_secs),
                "{value}"
            );
        }
    }
}

//! Reading one address: bounded in time, bytes, redirects and reach.

use std::io::{self, Read};
use std::time::Duration;

use axum::http::{HeaderMap, Uri};
use serde::Serialize;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Error, ResponseExt, http};
use url::Url;

use super::Reach;

/// Longest time for one address with all its redirects.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Most redirects that are followed. Browsers follow twenty; sites need two or three.
const MAX_REDIRECTS: u32 = 5;

/// Reads addresses.
pub(super) struct Reader(Agent);

/// What came back; as far as it came.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The address, after redirects.
    pub(super) url: String,
    pub(super) problem: Option<Problem>,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// As much as was asked for.
    pub(super) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Problem {
    /// No such host.
    UnknownHost,
    /// An address that is not read for others.
    NotPublic,
    /// It did not come in time.
    Timeout,
    /// The certificate, or the encryption.
    Tls,
    /// Redirected too often.
    Redirects,
    /// The connection, or what came over it.
    Unreachable,
}

impl Reader {
    pub(super) fn new(reach: Reach) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(MAX_REDIRECTS)
            .timeout_global(Some(TIMEOUT))
            // A proxy would resolve names itself, past the reach.
            .proxy(None)
            .user_agent(concat!(
                "sillage-collector/",
                env!("CARGO_PKG_VERSION"),
                " (installation check)"
            ))
            .build();
        let resolver = WithinReach {
            reach,
            inner: DefaultResolver::default(),
        };
        Self(Agent::with_parts(
            config,
            DefaultConnector::default(),
            resolver,
        ))
    }

    /// Reads the first bytes.
    pub(super) fn get(&self, url: &Url, max_bytes: u64) -> Found {
        let sent = self.0.get(url.as_str()).call();
        read(url, sent, max_bytes)
    }

    /// Asks what a browser asks before it sends JSON.
    pub(super) fn preflight(&self, url: &Url) -> Found {
        let request = self
            .0
            .options(url.as_str())
            .header("origin", "https://installation-check.example")
            .header("access-control-request-method", "POST");
        read(url, request.call(), 0)
    }
}

fn read(url: &Url, sent: Result<http::Response<Body>, Error>, max_bytes: u64) -> Found {
    let response = match sent {
        Ok(response) => response,
        Err(error) => {
            return Found {
                url: url.to_string(),
                problem: Some(problem(&error)),
                ..Found::default()
            };
        }
    };
    let last = response.get_uri().to_string();
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    // What broke off is looked at as far as it came.
    let read = body.as_reader().take(max_bytes).read_to_end(&mut bytes);
    Found {
        url: last,
        problem: read.err().map(|error| problem(&Error::from(error))),
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: bytes,
    }
}

fn problem(error: &Error) -> Problem {
    match error {
        Error::HostNotFound => Problem::UnknownHost,
        Error::Timeout(_) => Problem::Timeout,
        Error::TooManyRedirects => Problem::Redirects,
        Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => Problem::Tls,
        Error::Io(error) => match error.kind() {
            io::ErrorKind::PermissionDenied => Problem::NotPublic,
            io::ErrorKind::TimedOut => Problem::Timeout,
            // How rustls wraps what it finds wrong with a certificate.
            io::ErrorKind::InvalidData => Problem::Tls,
            _ if error.to_string().contains("lookup address") => Problem::UnknownHost,
            _ => Problem::Unreachable,
        },
        _ => Problem::Unreachable,
    }
}

/// Resolves names, and gives none but addresses within reach. The connection is made to what was looked
/// at here, so a name that means another address a moment later does not matter; redirects come here too.
#[derive(Debug)]
struct WithinReach {
    reach: Reach,
    inner: DefaultResolver,
}

impl Resolver for WithinReach {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut within = self.empty();
        for address in found.iter().filter(|it| self.reach.takes_in(it.ip())) {
            within.push(*address);
        }
        if within.is_empty() {
            return Err(Error::Io(io::ErrorKind::PermissionDenied.into()));
        }
        Ok(within)
    }
}

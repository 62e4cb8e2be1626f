//! Who may read.
//!
//! Ingestion is open to everybody, reading is not: to holders of the token, or, where there is none,
//! to people on the machine itself. "On the machine itself" must hold against web pages too: a page
//! opened there may not read the collector by its address (cross-site requests), nor by a name that
//! it makes resolve to 127.0.0.1 (DNS rebinding), nor may a reverse proxy lend its loopback address
//! to the whole world.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

use crate::config::Config;
use crate::error::CollectError;
use crate::site_check::Reach;
use crate::state::AppState;

/// Headers by which a proxy says that the request came from elsewhere.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// Who may read from this collector.
#[derive(Debug)]
pub(crate) enum ReadAccess {
    /// Whoever has the token.
    Token(String),
    /// Whoever is on this machine and uses one of its names. Holds the host of `--listen`.
    Loopback(String),
    /// Nobody: a public address, and no token.
    Closed,
}

impl ReadAccess {
    pub(crate) fn of(config: &Config, bound: SocketAddr) -> Self {
        match &config.read_token {
            Some(token) => Self::Token(token.clone()),
            None if bound.ip().is_loopback() => Self::Loopback(host_of(&config.listen)),
            None => Self::Closed,
        }
    }

    /// How far an installation check may reach on behalf of who may read. A token may be in the hands of
    /// somebody who is not on this machine, also where a proxy lets the collector listen on loopback.
    pub(crate) fn reach(&self) -> Reach {
        match self {
            Self::Loopback(_) => Reach::Anything,
            Self::Token(_) | Self::Closed => Reach::Public,
        }
    }

    fn check(&self, headers: &HeaderMap, query: Option<&str>) -> Result<(), CollectError> {
        refuse_other_sites(headers)?;
        match self {
            Self::Token(token) => match presented_token(headers, query) {
                Some(presented) if bool::from(presented.as_bytes().ct_eq(token.as_bytes())) => {
                    Ok(())
                }
                _ => Err(CollectError::Unauthorized),
            },
            Self::Loopback(listen_host) => {
                if FORWARDED.iter().any(|name| headers.contains_key(*name)) {
                    return Err(CollectError::Forbidden(
                        "reads through a proxy need a token: start the collector with --read-token",
                    ));
                }
                let host = request_host(headers).unwrap_or_default();
                if host == *listen_host || is_loopback_name(&host) {
                    Ok(())
                } else {
                    Err(CollectError::Forbidden(
                        "reads without a token are answered under this machine's own names only",
                    ))
                }
            }
            Self::Closed => Err(CollectError::Forbidden(
                "reads are closed: this collector does not listen on a loopback address only, \
                 and was started without --read-token",
            )),
        }
    }
}

/// Lets a read pass, or answers why not.
pub(crate) async fn guard_reads(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, CollectError> {
    state
        .read_access
        .check(request.headers(), request.uri().query())?;
    Ok(next.run(request).await)
}

/// Refuses what a browser sends on behalf of a page of another site. Such a page could not read the
/// answer (reads have no CORS headers), but it could hold streams open and measure.
fn refuse_other_sites(headers: &HeaderMap) -> Result<(), CollectError> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_other_site = match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text(header::ORIGIN).is_some_and(|origin| {
            origin.split_once("://").map(|(_, authority)| authority) != text(header::HOST)
        }),
    };
    if is_other_site {
        return Err(CollectError::Forbidden(
            "reads are not answered to pages of other sites",
        ));
    }
    Ok(())
}

fn presented_token(headers: &HeaderMap, query: Option<&str>) -> Option<String> {
    let authorization = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if let Some((scheme, token)) = authorization.and_then(|value| value.split_once(' '))
        && scheme.eq_ignore_ascii_case("bearer")
    {
        return Some(token.trim().to_owned());
    }
    // For `EventSource`, which cannot send headers.
    url::form_urlencoded::parse(query?.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned())
}

fn request_host(headers: &HeaderMap) -> Option<String> {
    Some(host_of(headers.get(header::HOST)?.to_str().ok()?))
}

/// The host of `host:port`, in lower case and without the brackets of an IPv6 address; nothing where a
/// user stands before it, which no client may send as its `Host`.
fn host_of(authority: &str) -> String {
    if authority.contains('@') {
        return String::new();
    }
    let host = authority
        .parse::<Authority>()
        .map(|authority| authority.host().to_ascii_lowercase());
    host.unwrap_or_default().trim_matches(['[', ']']).to_owned()
}

fn is_loopback_name(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn is_open(access: &ReadAccess, pairs: &[(&'static str, &str)], query: Option<&str>) -> bool {
        access.check(&headers(pairs), query).is_ok()
    }

    #[test]
    fn without_a_token_only_this_machines_names_are_answered() {
        let access = ReadAccess::Loopback("dev.example".to_owned());
        for (host, expected) in [
            ("127.0.0.1:8787", true),
            ("127.9.9.9", true),
            ("localhost:8787", true),
            ("shop.localhost:8787", true),
            ("[::1]:8787", true),
            ("dev.example:8787", true),
            ("evil.example:8787", false),
            ("127.0.0.1.evil.example", false),
            ("evil.example@127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(
                is_open(&access, &[("host", host)], None),
                expected,
                "{host}"
            );
        }
        assert!(!is_open(&access, &[], None), "no Host at all");
    }

    #[test]
    fn a_proxy_does_not_lend_its_loopback_address() {
        let access = ReadAccess::Loopback("127.0.0.1".to_owned());
        for name in FORWARDED {
            assert!(
                !is_open(
                    &access,
                    &[("host", "127.0.0.1"), (name, "203.0.113.9")],
                    None
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn pages_of_other_sites_are_refused_even_with_a_token() {
        let access = ReadAccess::Token("t".to_owned());
        let with = |name, value| {
            is_open(
                &access,
                &[
                    ("host", "c.example"),
                    ("authorization", "Bearer t"),
                    (name, value),
                ],
                None,
            )
        };
        assert!(with("sec-fetch-site", "same-origin"));
        assert!(with("sec-fetch-site", "none"));
        assert!(!with("sec-fetch-site", "same-site"));
        assert!(!with("sec-fetch-site", "cross-site"));
        assert!(with("origin", "https://c.example"));
        assert!(!with("origin", "https://evil.example"));
        assert!(!with("origin", "null"));
    }

    #[test]
    fn the_token_may_come_in_the_header_or_in_the_query() {
        let access = ReadAccess::Token("a b+c".to_owned());
        assert!(is_open(&access, &[("authorization", "bearer a b+c")], None));
        assert!(is_open(&access, &[], Some("site=x&token=a%20b%2Bc")));
        assert!(!is_open(&access, &[], Some("token=a")));
        assert!(!is_open(
            &access,
            &[("authorization", "Bearer wrong")],
            Some("token=a%20b%2Bc")
        ));
        assert!(!is_open(&access, &[("host", "127.0.0.1")], None));
    }

    #[test]
    fn a_public_address_without_a_token_is_closed() {
        assert!(!is_open(
            &ReadAccess::Closed,
            &[("host", "127.0.0.1")],
            None
        ));
    }
}

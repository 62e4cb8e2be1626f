//! From which address a request came, seen through proxies that are known.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use crate::state::AppState;

/// A network of addresses: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: u128,
    mask: u128,
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.base
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be an address or a network like 10.0.0.0/8".to_owned();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32_u32 } else { 128 };
        let length = match length {
            Some(length) => length.parse().map_err(|_| wrong())?,
            None => width,
        };
        if length > width {
            return Err(wrong());
        }
        let mask = u128::MAX.checked_shl(width - length).unwrap_or(0);
        Ok(Self {
            base: bits(address) & mask,
            mask,
        })
    }
}

/// An IPv4 address as the IPv6 address that is mapped to it: so `::ffff:10.0.0.1` is `10.0.0.1`.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address of the client of a request; `None` where it came over no network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

impl ClientAddress {
    /// Of a request with these parts.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &[Network]) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        Self(peer.map(|ConnectInfo(peer)| client_address(peer.ip(), headers, trusted)))
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let trusted = &state.config.trusted_proxies;
        Ok(Self::of(&parts.extensions, &parts.headers, trusted))
    }
}

/// The address of the client: the last one in `X-Forwarded-For` that no trusted proxy has. What
/// stands further left was written by strangers.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    let forwarded: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for named in forwarded.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match address_of(named.trim()) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// Some proxies add the port.
fn address_of(text: &str) -> Option<IpAddr> {
    let socket = || text.parse().map(|socket: std::net::SocketAddr| socket.ip());
    text.parse().or_else(|_| socket()).ok()
}

/// What one customer of a network has: an IPv4 address, or 64 bits of an IPv6 address.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let stranger = ["203.0.113.9"];
        assert_eq!(client("198.51.100.1", &stranger, &[]), "198.51.100.1");
        assert_eq!(
            client("198.51.100.1", &stranger, &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(
            client("10.1.2.3", &stranger, &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            client("::ffff:10.1.2.3", &stranger, &["10.0.0.0/8"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn what_a_client_writes_itself_is_not_believed() {
        let trusted = ["10.0.0.0/8", "192.0.2.1"];
        let forged = ["1.1.1.1, 203.0.113.9, 192.0.2.1"];
        assert_eq!(client("10.0.0.1", &forged, &trusted), "203.0.113.9");
        let twice = ["1.1.1.1", "203.0.113.9:4711"];
        assert_eq!(client("10.0.0.1", &twice, &trusted), "203.0.113.9");
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, unknown"], &trusted),
            "10.0.0.1"
        );
        assert_eq!(
            client("10.0.0.1", &["2001:db8::1"], &trusted),
            "2001:db8::1"
        );
    }

    #[test]
    fn a_network_is_written_as_everywhere() {
        for text in ["10.0.0.0/33", "10.0.0/8", "", "x", "10.0.0.0/-1", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let all: Network = "::/0".parse().unwrap();
        assert!(all.contains("192.0.2.1".parse().unwrap()));
        let v4: Network = "0.0.0.0/0".parse().unwrap();
        assert!(!v4.contains("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn addresses_of_one_household_count_as_one() {
        let of = |text: &str| household(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
    }
}

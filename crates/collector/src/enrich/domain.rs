//! The registrable domain of a host name, by the public suffix list (<https://publicsuffix.org>), which
//! the crate `psl` carries and renews.

use std::net::IpAddr;

/// The part of a host name that its owner registered: `shop.co.uk` of `www.shop.co.uk`, `me.github.io`
/// of `me.github.io`. A host name without one, as `localhost` and addresses, is its own, but for `www.`.
pub(super) fn registrable(hostname: &str) -> &str {
    suffix(hostname)
        .and_then(|_| psl::domain_str(hostname))
        .unwrap_or_else(|| hostname.strip_prefix("www.").unwrap_or(hostname))
}

/// The public suffix that a host name ends with: `co.uk` of `www.shop.co.uk`.
pub(super) fn suffix(hostname: &str) -> Option<&str> {
    let is_address = hostname.starts_with('[') || hostname.parse::<IpAddr>().is_ok();
    if is_address {
        None
    } else {
        psl::suffix_str(hostname)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_what_can_be_registered() {
        for (hostname, expected) in [
            ("www.shop.co.uk", "shop.co.uk"),
            ("shop.example", "shop.example"),
            ("a.b.shop.com", "shop.com"),
            ("me.github.io", "me.github.io"),
            ("www.me.github.io", "me.github.io"),
            ("localhost", "localhost"),
            ("www.localhost", "www.localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("co.uk", "co.uk"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("", ""),
        ] {
            assert_eq!(registrable(hostname), expected, "{hostname}");
        }
    }
}

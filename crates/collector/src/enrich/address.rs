//! How much of a visitor's address is kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How much of a visitor's address is kept, and looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AddressDetail {
    /// Nothing.
    None,
    /// The network: an IPv4 address without its last byte, the first 48 bits of an IPv6 address, as
    /// Google Analytics had it (<https://support.google.com/analytics/answer/2763052>).
    #[default]
    Truncated,
    /// All of it; of visitors without an identifier, who asked not to be known, the network alone.
    Full,
}

impl AddressDetail {
    /// What is kept of an address.
    pub(super) fn of(self, address: IpAddr, is_anonymous: bool) -> Option<IpAddr> {
        match self {
            Self::None => None,
            Self::Full if !is_anonymous => Some(address),
            Self::Full | Self::Truncated => Some(network(address)),
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8))),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(detail: AddressDetail, address: &str, is_anonymous: bool) -> Option<String> {
        detail
            .of(address.parse().unwrap(), is_anonymous)
            .map(|address| address.to_string())
    }

    #[test]
    fn an_address_is_cut_to_its_network() {
        for (address, expected) in [
            ("203.0.113.77", "203.0.113.0"),
            ("::ffff:203.0.113.77", "203.0.113.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ] {
            let truncated = kept(AddressDetail::Truncated, address, false);
            assert_eq!(truncated.as_deref(), Some(expected));
        }
    }

    #[test]
    fn whoever_asked_not_to_be_known_is_never_kept_whole() {
        let address = "203.0.113.77";
        let full = |is_anonymous| kept(AddressDetail::Full, address, is_anonymous);
        assert_eq!(full(false).as_deref(), Some(address));
        assert_eq!(full(true).as_deref(), Some("203.0.113.0"));
        assert_eq!(kept(AddressDetail::None, address, false), None);
    }
}

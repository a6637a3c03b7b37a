//! Which addresses a webhook may have, so that nobody uses this server to reach into the network it stands in.
//!
//! A name says nothing: what counts is the address that is connected to, and it is looked at after the name was
//! resolved, each time. Configuration may let networks in that are a centre's own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use awc::http::Uri;

/// Longest address of a destination, in characters.
pub const ADDRESS_CHARS_MAX: usize = 500;

/// A network, such as `10.1.0.0/16`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be an address or a network, such as 10.1.0.0/16";
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong)?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(wrong) }
    }
}

impl Network {
    fn has(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differs = own.to_bits() ^ other.to_bits();
                differs.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differs = own.to_bits() ^ other.to_bits();
                differs.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Where webhooks may go: anywhere that is public, and into networks that are let in by name.
#[derive(Debug, Clone, Default)]
pub struct Reach(pub Vec<Network>);

impl Reach {
    /// Whether this address may be connected to. Without TLS only within a network that is let in.
    pub fn allows(&self, address: IpAddr, tls: bool) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.has(address)) || (tls && is_public(address))
    }

    /// What is wrong with an address of a webhook, if anything; a name is looked up each time something is sent.
    pub fn check(&self, address: &str) -> Result<Uri, String> {
        if address.chars().count() > ADDRESS_CHARS_MAX {
            return Err(format!("must have at most {ADDRESS_CHARS_MAX} characters"));
        }
        let wrong = "must be an address such as https://example.org/hooks/vigie";
        let uri: Uri = address.parse().map_err(|_| wrong)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if !self.0.is_empty() => false,
            Some("http") => return Err("must begin with https://".to_owned()),
            _ => return Err(wrong.to_owned()),
        };
        let host = uri.host().unwrap_or_default();
        if host.is_empty() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong.to_owned());
        }
        match literal(host) {
            Some(ip) if !self.allows(ip, tls) => Err("is an address that this server does not reach".to_owned()),
            _ => Ok(uri),
        }
    }
}

/// The address that a host is, where it is no name.
pub fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether an address belongs to the open internet. What carries an IPv4 address within is looked at as that.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmark = a == 198 && (18..20).contains(&b);
    !(a == 0
        || a >= 224
        || shared
        || protocol
        || benchmark
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let part = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match part {
        // NAT64 and 6to4 lead to the address within.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // Teredo hides it, and documentation is nowhere.
        [0x2001, 0 | 0xdb8, ..] => false,
        // What is given out to the internet.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(networks: &[&str]) -> Reach {
        Reach(networks.iter().map(|network| network.parse().expect("a network")).collect())
    }

    #[test]
    fn only_the_open_internet_is_reached_and_only_over_tls() {
        for inside in [
            "127.0.0.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::",
            "2001:db8::1",
            "fec0::1",
        ] {
            let address: IpAddr = inside.parse().expect("an address");
            assert!(!Reach::default().allows(address, true), "{inside}");
        }
        for outside in ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "172.32.0.1", "100.128.0.1"] {
            let address: IpAddr = outside.parse().expect("an address");
            assert!(Reach::default().allows(address, true), "{outside}");
            assert!(!Reach::default().allows(address, false), "{outside} without TLS");
        }
    }

    #[test]
    fn a_centre_may_let_its_own_network_in_and_no_more_than_that() {
        let reach = reach(&["10.1.0.0/16", "::1", "0.0.0.0/32"]);
        for (address, allowed) in
            [("10.1.255.1", true), ("10.2.0.1", false), ("::1", true), ("::2", false), ("::ffff:10.1.0.1", true)]
        {
            assert_eq!(reach.allows(address.parse().expect("an address"), false), allowed, "{address}");
        }
        assert!(self::reach(&["0.0.0.0/0"]).allows("127.0.0.1".parse().expect("an address"), false));
        for bad in ["10.0.0.0/33", "::/129", "10.0.0", "x", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_says_what_is_wrong_with_it() {
        let open = Reach::default();
        assert!(open.check("https://example.org/hooks?x=1").is_ok());
        for bad in [
            "http://example.org/",
            "ftp://example.org/",
            "https://",
            "/hooks",
            "x",
            "https://user:pw@example.org/",
            "https://127.0.0.1/",
            "https://[::1]:8443/",
            "https://169.254.169.254/latest",
        ] {
            assert!(open.check(bad).is_err(), "{bad}");
        }
        assert!(open.check(&format!("https://example.org/{}", "a".repeat(500))).is_err());
        let inner = reach(&["127.0.0.0/8"]);
        assert!(inner.check("http://127.0.0.1:80/").is_ok());
        assert!(inner.check("http://10.0.0.1/").is_err());
    }
}

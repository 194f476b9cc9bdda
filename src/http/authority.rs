//! `host` or `host:port`, as an authority is written in a URL, in a Host field and on a command line
//! (RFC 3986 §3.2). Without a user name: nothing here has use for one.

use std::fmt;
use std::net::Ipv6Addr;

/// A host and perhaps a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority<'a> {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    pub host: &'a str,
    /// `None`: not written, or nothing behind the colon.
    pub port: Option<u16>,
}

/// What is wrong with an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAuthority {
    /// Neither a name nor an IP address.
    Host,
    /// An IPv6 address without brackets: its colons could be those of a port.
    BareIpv6,
    /// The port is no number from 0 to 65535.
    Port,
}

impl<'a> Authority<'a> {
    /// Parses `host`, `host:port`, `[v6]` or `[v6]:port`.
    ///
    /// # Errors
    /// [`BadAuthority`].
    pub fn parse(text: &'a str) -> Result<Authority<'a>, BadAuthority> {
        if text.parse::<Ipv6Addr>().is_ok() {
            return Err(BadAuthority::BareIpv6);
        }
        // The last colon, unless it stands inside the brackets of an IPv6 address.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (text, ""),
        };
        Ok(Authority {
            host: bare_host(host)?,
            port: port_number(port)?,
        })
    }
}

impl fmt::Display for Authority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(self.host)?;
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The host without the brackets of an IPv6 address. A name may have what RFC 3986 §3.2.2 calls reg-name.
fn bare_host(host: &str) -> Result<&str, BadAuthority> {
    let in_brackets = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(address) = in_brackets
        && address.parse::<Ipv6Addr>().is_ok()
    {
        return Ok(address);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&byte);
    if host.is_empty() || !host.bytes().all(allowed) {
        return Err(BadAuthority::Host);
    }
    Ok(host)
}

/// Digits only: what Rust reads as a number may begin with a plus.
fn port_number(digits: &str) -> Result<Option<u16>, BadAuthority> {
    if digits.is_empty() {
        return Ok(None);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadAuthority::Port);
    }
    digits.parse().map(Some).map_err(|_| BadAuthority::Port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_are_told_apart() {
        let good = |text, host, port| {
            assert_eq!(
                Authority::parse(text),
                Ok(Authority { host, port }),
                "{text}"
            );
        };
        good("localhost", "localhost", None);
        good("localhost:", "localhost", None);
        good("localhost:0", "localhost", Some(0));
        good("192.0.2.1:443", "192.0.2.1", Some(443));
        good("[::1]", "::1", None);
        good("[::1]:3000", "::1", Some(3000));
        for (text, wrong) in [
            ("", BadAuthority::Host),
            (":3000", BadAuthority::Host),
            ("a b", BadAuthority::Host),
            ("a/b:1", BadAuthority::Host),
            ("me@a", BadAuthority::Host),
            ("[::1", BadAuthority::Host),
            ("[a]:1", BadAuthority::Host),
            ("a:1:2", BadAuthority::Host),
            ("::1", BadAuthority::BareIpv6),
            ("::1:3000", BadAuthority::BareIpv6),
            ("a:65536", BadAuthority::Port),
            ("a:+80", BadAuthority::Port),
            ("a:http", BadAuthority::Port),
        ] {
            assert_eq!(Authority::parse(text), Err(wrong), "{text}");
        }
    }
}

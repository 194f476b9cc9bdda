//! An `https` URL (RFC 3986, RFC 9110 §4.2.2). Unaware of the connection.

use rustls::pki_types::ServerName;

use crate::error::Error;
use crate::http::authority::{Authority, BadAuthority};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// An `https` URL, split into what each layer needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// What TCP connects to: a name or an IP address, without brackets.
    pub host: String,
    /// The port that TCP connects to.
    pub port: u16,
    /// `host:port`, for messages. An IPv6 address stands in brackets.
    pub place: String,
    /// The name that step 3 compares with the certificate.
    pub server_name: ServerName<'static>,
    /// The Host field: without the port if it is 443.
    pub host_field: String,
    /// Path and query: `/`.
    pub target: String,
}

impl Url {
    /// Parses `https://host[:port][/path][?query]`.
    ///
    /// # Errors
    /// [`Error::Usage`] says what is wrong with it.
    pub fn parse(url: &str) -> Result<Url, Error> {
        parts(url).map_err(|found| Error::Usage {
            found: phrase!("{found}: {url}", found, url = text::terminal(url)),
            remedy: match (in_ascii(url), Url::meant(url)) {
                (Some(remedy), _) => remedy,
                (None, Some(meant)) => phrase!("a URL that begins with https://: {meant}", meant),
                (None, None) => phrase!("a URL like https://localhost:3000/"),
            },
        })
    }

    /// The URL that is meant by one with another scheme, or by a host and a port alone: `https://localhost:3000`.
    pub fn meant(text: &str) -> Option<String> {
        let rest = match text.split_once("://") {
            Some((_, rest)) => rest,
            None => text,
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let named =
            text.contains("://") || Authority::parse(host).is_ok_and(|one| one.port.is_some());
        let url = format!("https://{rest}");
        (named && url != text && parts(&url).is_ok()).then_some(url)
    }
}

/// The same URL with its host in ASCII, as DNS has it, if that is all that is wrong.
fn in_ascii(url: &str) -> Option<Phrase> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
    let ascii = format!("{scheme}://{}{port}{path}", text::ascii_host(host)?);
    (ascii != url && parts(&ascii).is_ok())
        .then(|| phrase!("DNS has that name in ASCII: {ascii}", ascii))
}

fn parts(url: &str) -> Result<Url, Phrase> {
    // A scheme may be written in capitals (RFC 3986 §3.1).
    let rest = match url.split_at_checked("https://".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https://") => rest,
        _ => return Err(phrase!("the URL does not begin with https://")),
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(phrase!(
            "a user name in the URL; a client shows its certificate instead"
        ));
    }
    let Authority { host, port } = Authority::parse(authority).map_err(|bad| match bad {
        BadAuthority::Host => phrase!("the host is neither a name nor an IP address"),
        BadAuthority::BareIpv6 => phrase!("an IPv6 address stands in brackets"),
        BadAuthority::Port => bad_port(),
    })?;
    let port = port.unwrap_or(443);
    if port == 0 {
        return Err(bad_port());
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(phrase!("the path has a character that has to be %-encoded"));
    }
    let server_name = ServerName::try_from(host.to_owned())
        .map_err(|_| phrase!("the host is neither a name nor an IP address"))?;
    let place = Authority {
        host,
        port: Some(port),
    }
    .to_string();
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Url {
        host: host.to_owned(),
        port,
        server_name,
        // RFC 9110 §4.2.2: the port is left out where it is the scheme's own.
        host_field: if port == 443 {
            Authority { host, port: None }.to_string()
        } else {
            place.clone()
        },
        place,
        target: format!("{slash}{path}"),
    })
}

fn bad_port() -> Phrase {
    phrase!("the port is not a number from 1 to 65535")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_into_what_each_layer_needs() {
        for (url, place, host_field, target) in [
            ("https://a", "a:443", "a", "/"),
            ("HTTPS://a.b:444/c?d#e", "a.b:444", "a.b:444", "/c?d"),
            ("https://a:443?b", "a:443", "a", "/?b"),
            ("https://[::1]:3000/", "[::1]:3000", "[::1]:3000", "/"),
            ("https://[::1]", "[::1]:443", "[::1]", "/"),
        ] {
            let parts = parts(url).unwrap();
            let found = [&parts.place, &parts.host_field, &parts.target];
            assert_eq!(found, [place, host_field, target], "{url}");
        }
    }
}

//! A site of the public web, and the CAs of this system: when the errors of `get` lead from one to the other.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::CertificateError;

use crate::credentials;
use crate::error::diagnosis::diagnose_tls;
use crate::error::{Diagnosis, Error, Report};
use crate::handshake::Trust;
use crate::instruments::doctor::explain::{self, Given};
use crate::language::Phrase;
use crate::narration::{Event, Fact, Side, Step, Teller};
use crate::phrase;
use crate::text;

/// Names that no CA of the public web signs for: RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps for private use.
const PRIVATE: [&str; 8] = [
    "localhost",
    "local",
    "internal",
    "lan",
    "home.arpa",
    "test",
    "invalid",
    "example",
];

/// Whether a CA of the public web may have signed for this host: a DNS name of two labels or more. An address is none:
/// the few that have a public certificate do not make the hint right for the others.
pub(super) fn is_public(host: &str) -> bool {
    host.parse::<IpAddr>().is_err() && !is_private(host)
}

/// Whether no CA of the public web may sign for this host (CA/Browser Forum, Baseline Requirements §7.1.2.7.12): a name of
/// one label, one that is kept for private use, or an address of a private network.
fn is_private(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local()
        }
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            let ends_with = |name: &&str| {
                let before = host.strip_suffix(*name);
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            };
            !host.contains('.') || PRIVATE.iter().any(ends_with)
        }
    }
}

/// A request of `get`, as far as it matters here.
pub(super) struct Request<'a> {
    /// As it was typed.
    pub(super) url: &'a str,
    pub(super) host: &'a str,
    pub(super) ca_native: bool,
    /// The files are those of `certs`, because nothing else was named.
    pub(super) in_the_default_folder: bool,
    /// Certificate and key as options, quoted for a shell.
    pub(super) own: String,
}

/// The CAs of this system, as [`credentials::native_trust`] reads them. If an environment variable names a list that cannot
/// be used, the error says which variable does.
pub(super) fn native_trust() -> Result<Trust, Error> {
    credentials::native_trust().map_err(|error| {
        // The doctor knows what a file that is no PEM holds instead.
        let error = explain::explain(error, &Given::default());
        let (Error::File { path, .. }
        | Error::Pem { path, .. }
        | Error::Contents { path, .. }
        | Error::Explained { path, .. }) = &error
        else {
            return error;
        };
        let Some(variable) = variable_that_names(path) else {
            return error;
        };
        let (path, failure) = (path.clone(), explain::failure(&error));
        let Report { found, remedy, .. } = error.report();
        let another = phrase!("another path in {variable}, or `unset {variable}`: then the list of this system counts", variable);
        let remedy = match error {
            // `certs` does not make the CAs of the public web.
            Error::File { .. } => another,
            _ => Phrase::lines([remedy, another]),
        };
        Error::Explained {
            path,
            failure,
            found: Phrase::lines([phrase!("the environment variable {variable} says that the CAs of this system are here", variable), found]),
            remedy,
        }
    })
}

fn variable_that_names(path: &Path) -> Option<&'static str> {
    let (file, folders) = credentials::named_lists();
    let is_in = |folder: &PathBuf| path.starts_with(folder);
    if file.as_deref() == Some(path) {
        return Some("SSL_CERT_FILE");
    }
    folders.iter().any(is_in).then_some("SSL_CERT_DIR")
}

/// The error with `--ca-native` in it: as what to try, or as what was used.
pub(super) fn explained(error: Error, request: &Request<'_>) -> Error {
    match error {
        Error::Tls {
            side,
            peer,
            diagnosis,
        } if is_unknown_issuer(&diagnosis) => Error::Tls {
            side,
            peer,
            diagnosis: unknown_issuer(diagnosis, request),
        },
        // A first look at the public web, without a folder of certificates.
        Error::File {
            doing: "read",
            path,
            source,
        } if source.kind() == io::ErrorKind::NotFound
            && request.in_the_default_folder
            && is_public(request.host) =>
        {
            Error::Explained {
                path,
                failure: Some("unreadable-file"),
                found: phrase!("there is no such file"),
                remedy: Phrase::lines([
                    suggestion(request),
                    phrase!(
                        "for a server of your own: `hello-mtls certs` makes the files in ./certs"
                    ),
                ]),
            }
        }
        other => other,
    }
}

/// The same with the right CAs in it, if it is about them: rustls does not know where they come from.
pub(super) fn not_of_this_system(mut diagnosis: Diagnosis) -> Diagnosis {
    if is_unknown_issuer(&diagnosis) {
        diagnosis.found = no_ca_of_this_system();
    }
    diagnosis
}

fn no_ca_of_this_system() -> Phrase {
    phrase!("no CA of this system signed the server's certificate")
}

/// Passes the story on with the right CAs in it, as [`not_of_this_system`] does for an error.
#[derive(Debug)]
pub(super) struct ByThisSystem(pub(super) Arc<dyn Teller>);

impl Teller for ByThisSystem {
    fn tell(&self, mut event: Event) {
        if let Fact::Refused { found, .. } = &mut event.fact {
            let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
            if *found == diagnose_tls(Side::Client, &unknown).found {
                *found = no_ca_of_this_system();
            }
        }
        self.0.tell(event);
    }

    fn listens(&self) -> bool {
        self.0.listens()
    }
}

fn is_unknown_issuer(diagnosis: &Diagnosis) -> bool {
    diagnosis.step == Step::ClientVerifiesServer && diagnosis.failure == Some("unknown-issuer")
}

fn unknown_issuer(mut diagnosis: Diagnosis, request: &Request<'_>) -> Diagnosis {
    if request.ca_native {
        diagnosis = not_of_this_system(diagnosis);
    }
    if request.ca_native && is_private(request.host) {
        diagnosis.remedy = phrase!(
            "{host} is a name or an address of a private network, and no public CA signs for it: --cacert FILE in place of --ca-native, with the CA of that network",
            host = text::terminal(request.host)
        );
    } else if request.ca_native {
        diagnosis.remedy = phrase!(
            "--cacert with the CA that signed it, if it is one of your own; if there are intermediates, the server has to send them too: hello-mtls inspect {url} shows what it sends",
            url = text::shell_word(request.url)
        );
    } else if is_public(request.host) {
        diagnosis.remedy = Phrase::lines([diagnosis.remedy, suggestion(request)]);
    }
    diagnosis
}

/// The same request with the CAs of the system, and the client's certificate if one was named.
fn suggestion(request: &Request<'_>) -> Phrase {
    phrase!(
        "for a site of the public web, trust the CAs of this system:\n  hello-mtls get {url} --ca-native{own}",
        url = text::shell_word(request.url),
        own = request.own
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `get` says of a server whose CA it does not know.
    fn said(url: &str, host: &str, ca_native: bool) -> String {
        let refused = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let error = Error::Tls {
            side: Side::Client,
            peer: host.to_owned(),
            diagnosis: diagnose_tls(Side::Client, &refused),
        };
        let request = Request {
            url,
            host,
            ca_native,
            in_the_default_folder: false,
            own: " --cert c.crt --key c.key".to_owned(),
        };
        explained(error, &request).to_string()
    }

    #[test]
    fn an_unknown_issuer_leads_to_the_cas_of_the_system_where_that_helps() {
        let public = said("https://example.org/a?b", "example.org", false);
        let command = "hello-mtls get 'https://example.org/a?b' --ca-native --cert c.crt";
        assert!(public.contains(command), "{public}");
        for (url, host, ca_native) in [
            ("https://localhost:3000/", "localhost", false),
            ("https://10.0.0.1/", "10.0.0.1", false),
            ("https://example.org/", "example.org", true),
        ] {
            let said = said(url, host, ca_native);
            assert!(!said.contains("--ca-native"), "{said}");
        }
        let with_it = said("https://example.org/", "example.org", true);
        assert!(with_it.contains("no CA of this system signed"), "{with_it}");
    }

    #[test]
    fn only_a_private_name_or_address_is_said_to_have_no_public_ca() {
        for (host, private) in [
            ("localhost", true),
            ("db.internal", true),
            ("server", true),
            ("10.1.2.3", true),
            ("192.168.0.1", true),
            ("fd00::1", true),
            ("example.org", false),
            ("9.9.9.9", false),
            ("2620:fe::9", false),
        ] {
            let said = said("https://it/", host, true);
            let words: Vec<&str> = said.split_whitespace().collect();
            let is_said = words.join(" ").contains("no public CA signs");
            assert_eq!(is_said, private, "{said}");
        }
    }

    #[test]
    fn a_public_host_is_a_dns_name_that_is_not_kept_for_private_use() {
        for host in [
            "example.com",
            "www.rust-lang.org",
            "local.example.org",
            "notlocalhost.dev.",
        ] {
            assert!(is_public(host), "{host}");
        }
        for host in [
            "localhost",
            "LOCALHOST.",
            "api.localhost",
            "nas.local",
            "vault.internal",
            "server",
            "10.0.0.1",
            "192.0.2.1",
            "::1",
            "2001:db8::1",
            "mtls.test",
            "router.home.arpa",
        ] {
            assert!(!is_public(host), "{host}");
        }
    }
}

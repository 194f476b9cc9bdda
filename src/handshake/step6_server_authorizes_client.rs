//! Step 6: the server authorizes the client.
//!
//! Step 5 proved which client it is. Whether this client may come in is a decision of the application, and no
//! standard makes it. A resumed connection skipped steps 2 to 5, so this step verifies its remembered chain
//! again.
//!
//! rustls takes no part in this step. It only keeps the verified chain (`peer_certificates`, in
//! `rustls/src/common_state.rs`).
//!
//! Breakpoint: `hello_mtls::handshake::step6_server_authorizes_client::server_authorizes_client`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 5]: super::step5_server_verifies_client
//! [step 7]: super::step7_application_data
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step6_server_authorizes_client.md")]

use std::fmt;

use rustls::Error;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;

use crate::certificates::summary::Summary;
use crate::error::diagnosis::diagnose_tls;
pub use crate::narration::NotAuthorized;
use crate::narration::{Fact, Narrator, Side, Step};
use crate::text;

/// One name on the list of clients that may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// `uri:…`: the one URI in the subjectAltName, as SPIFFE uses it.
    Uri(String),
    /// `dns:…`: one of the DNS names in the subjectAltName.
    Dns(String),
    /// `cn:…`: the one commonName. This is legacy, because no standard defines that free text as a name.
    CommonName(String),
}

impl Allowed {
    /// Parses `uri:…`, `dns:…` or `cn:…`.
    pub fn parse(text: &str) -> Result<Allowed, String> {
        let (kind, name) = text.split_once(':').unwrap_or((text, ""));
        match (kind, name) {
            (_, "") => Err("write uri:NAME, dns:NAME or cn:NAME".to_owned()),
            // Both are ASCII in a certificate (RFC 5280 §4.2.1.6), so a name with another letter would never match.
            ("uri", name) if !name.is_ascii() => {
                let encoded = text::percent_encoded(name);
                Err(format!(
                    "a URI in a certificate is ASCII: write uri:{encoded}"
                ))
            }
            ("dns", name) if !name.is_ascii() => Err(match text::ascii_host(name) {
                Some(ascii) => format!("a DNS name in a certificate is ASCII: write dns:{ascii}"),
                None => "a DNS name in a certificate is ASCII".to_owned(),
            }),
            ("uri", name) => Ok(Allowed::Uri(name.to_owned())),
            ("dns", name) => Ok(Allowed::Dns(name.to_owned())),
            ("cn", name) => Ok(Allowed::CommonName(name.to_owned())),
            _ => Err("the kind of name is uri, dns or cn".to_owned()),
        }
    }

    /// True if this is a name of `client`. If a certificate has two URIs or two common names, neither matches,
    /// because the server cannot know which of them the CA meant as the identity.
    pub fn matches(&self, client: &ClientIdentity) -> bool {
        match self {
            Allowed::Uri(uri) => client.0.uris == [uri.as_str()],
            Allowed::Dns(name) => client.0.dns_names.contains(name),
            Allowed::CommonName(name) => client.0.common_names == [name.as_str()],
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Allowed::Uri(name) => ("uri", name),
            Allowed::Dns(name) => ("dns", name),
            Allowed::CommonName(name) => ("cn", name),
        };
        write!(f, "{kind}:{}", text::terminal(name))
    }
}

/// A client with a certificate that step 5 verified. Only this module can create the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientIdentity(Summary);

impl ClientIdentity {
    /// The certificate's names and dates.
    pub fn certificate(&self) -> &Summary {
        &self.0
    }

    /// The best single name, with its kind as `--allow` spells it.
    fn name(&self) -> Option<(&'static str, &str)> {
        let Summary {
            uris,
            dns_names,
            common_names,
            ..
        } = &self.0;
        match (&uris[..], &dns_names[..], &common_names[..]) {
            ([uri], _, _) => Some(("uri", uri)),
            ([], [name], _) => Some(("dns", name)),
            ([], [], [name]) => Some(("cn", name)),
            _ => None,
        }
    }
}

/// The best single name of the client, in the form that `--allow` takes, safe to print. If the certificate has
/// no such name, this is its whole subject.
impl fmt::Display for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some((kind, name)) => {
                write!(f, "{kind}:{}", text::shorten(&text::terminal(name), 200))
            }
            None => f.write_str(&self.0.shown_subject()),
        }
    }
}

/// A client that step 6 let in. The code that answers requests takes this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizedClient(ClientIdentity);

impl AuthorizedClient {
    /// The names of this client.
    pub fn identity(&self) -> &ClientIdentity {
        &self.0
    }
}

/// Decides whether the client with this certificate chain, leaf first, may come in.
///
/// If `allowed` is empty, every client that the CA vouches for may come in. `resumed` is the verifier on a
/// resumed connection, where this function verifies the chain again.
///
/// # Errors
/// [`NotAuthorized`]. The server then answers with 403.
#[inline(never)]
pub fn server_authorizes_client(
    chain: &[CertificateDer<'_>],
    resumed: Option<&dyn ClientCertVerifier>,
    allowed: &[Allowed],
    narrator: &Narrator,
) -> Result<AuthorizedClient, NotAuthorized> {
    let decided = identity(chain).and_then(|client| {
        if let Some(verifier) = resumed {
            reverify_chain(chain, verifier, &client)?;
        }
        decide(client, allowed)
    });
    narrator.tell(Step::ServerAuthorizesClient, || match &decided {
        Ok(client) => Fact::ClientAuthorized {
            identity: client.identity().to_string(),
            resumed: resumed.is_some(),
            listed: !allowed.is_empty(),
        },
        Err(refusal) => Fact::ClientNotAuthorized(refusal.clone()),
    });
    decided
}

/// A client without a readable certificate may never come in, with or without a list: the server has no name
/// to compare or to log.
fn identity(chain: &[CertificateDer<'_>]) -> Result<ClientIdentity, NotAuthorized> {
    let summary = chain.first().and_then(Summary::of);
    summary.map(ClientIdentity).ok_or(NotAuthorized::Unreadable)
}

fn reverify_chain(
    chain: &[CertificateDer<'_>],
    verifier: &dyn ClientCertVerifier,
    client: &ClientIdentity,
) -> Result<(), NotAuthorized> {
    verify_again(chain, verifier).map_err(|found| NotAuthorized::NoLongerValid {
        client: client.to_string(),
        found,
    })
}

/// Verifies a remembered chain again. A ticket or an open connection lives for hours, in which the certificate may
/// expire or be revoked, and rustls does not look at it a second time. An error is the verifier's verdict in words.
pub(super) fn verify_again(
    chain: &[CertificateDer<'_>],
    verifier: &dyn ClientCertVerifier,
) -> Result<(), String> {
    let verdict = match chain.split_first() {
        Some((leaf, others)) => verifier.verify_client_cert(leaf, others, UnixTime::now()),
        None => Err(Error::NoCertificatesPresented),
    };
    match verdict {
        Ok(_) => Ok(()),
        Err(error) => Err(diagnose_tls(Side::Server, &error).found.to_string()),
    }
}

fn decide(client: ClientIdentity, allowed: &[Allowed]) -> Result<AuthorizedClient, NotAuthorized> {
    if allowed.is_empty() || allowed.iter().any(|name| name.matches(&client)) {
        return Ok(AuthorizedClient(client));
    }
    Err(NotAuthorized::NotListed {
        client: client.to_string(),
        single_name: client.name().is_some(),
    })
}

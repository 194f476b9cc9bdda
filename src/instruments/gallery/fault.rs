//! Faults: what certificates alone cannot do to a connection. Each method is one place at which a fault acts;
//! a fault that is not named there leaves that place as it is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::server::ResolvesServerCertUsingSni;
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, NamedGroup, SignatureScheme, SupportedProtocolVersion};

use super::Files;
use super::failed::Failed;
use super::late_requests::ask_late;
use super::misbehaving_peers::{self as peers, ClientFiltersByCaHint};
use super::pem_files::{PemFiles, unusable};
use super::two_requests::stays_open;
use crate::client::{Answer, Url, get};
use crate::error::{Error, LateRequest};
use crate::handshake::{ClientSetup, Offer, ServerSetup, TlsMax};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::server::{Service, serve_connection};
use crate::transport::Transport;

/// What certificates alone cannot do.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Only the certificates, the names or the dates are wrong.
    None,
    /// This side reads its files, and one of them is not what it should be.
    Files(Side, Files),
    /// No program listens at the address.
    ClosedPort,
    /// The server speaks no TLS: when something has come it says this, and hangs up.
    PlainServer(&'static [u8]),
    /// The client speaks no TLS: it says this, and waits.
    PlainClient(&'static [u8]),
    /// The two have no TLS version in common.
    NoCommonVersion,
    /// The two have no cipher suite in common.
    NoCommonCipherSuite,
    /// The two have no key-exchange group in common.
    NoCommonGroup,
    /// The client knows no Ed25519.
    NoCommonSignatureScheme,
    /// This side is older than ML-DSA: it checks ECDSA, Ed25519 and RSA.
    KnowsNoMlDsa(Side),
    /// The two have no application protocol in common.
    NoCommonProtocol,
    /// The server has a certificate for this name only.
    SniOnly(&'static str),
    /// The client shows its certificate only to servers that name its CA.
    ClientFiltersByCaHint,
    /// The server's verifier decides during the handshake which client may come in.
    VerifierRejectsIdentity,
    /// The server asks for no certificate until the handshake is over and a request has come.
    AsksLate(LateRequest),
    /// The server lets a client without a certificate through its handshake, and answers 400 to it.
    RefusesByStatus,
    /// The client comes a second time, on its ticket; only in between the server learns of its lists.
    Resumes,
    /// The client asks twice on one connection; only in between the server learns of its lists.
    StaysOpen,
    /// The client writes, sends close_notify and never reads.
    NeverReads,
    /// The server ends its answer by closing TCP.
    NoCloseNotify,
    /// A middlebox flips a bit in the ClientHello.
    TamperedHello,
    /// A middlebox flips a bit in what the server sends after the handshake.
    TamperedData,
    /// A middlebox cuts the connection before the answer.
    ConnectionCut,
}

/// A record that a middlebox may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    /// The client's first.
    ClientHello,
    /// The server's first after the handshake.
    ServerData,
}

impl Fault {
    /// True if two sides of TLS do it all between themselves: both speak TLS and obey it, can read their
    /// files, and no middlebox stands between them.
    pub fn is_between_two_sides(self) -> bool {
        use Fault::*;
        let elsewhere = matches!(
            self,
            Files(..)
                | ClosedPort
                | PlainServer(_)
                | PlainClient(_)
                | AsksLate(_)
                | RefusesByStatus
                | StaysOpen
                | NeverReads
                | NoCloseNotify
        );
        !elsewhere && !self.needs_middlebox()
    }

    /// The version of TLS that alone has this.
    pub(super) fn only_version(self) -> Option<TlsMax> {
        match self {
            Fault::AsksLate(LateRequest::Renegotiation) => Some(TlsMax::Tls12),
            Fault::AsksLate(LateRequest::CertificateRequest) => Some(TlsMax::Tls13),
            _ => None,
        }
    }

    /// True if a middlebox has to stand between the two sides.
    pub(super) fn needs_middlebox(self) -> bool {
        use Fault::{ConnectionCut, TamperedData, TamperedHello};
        matches!(self, TamperedHello | TamperedData | ConnectionCut)
    }

    /// What happens between the two sides, as a note about what crossed the network.
    pub(super) fn on_the_way(self) -> Option<Phrase> {
        match self {
            Fault::Resumes => Some(phrase!(
                "the second connection; the first went well and left a ticket"
            )),
            Fault::StaysOpen => Some(phrase!(
                "one connection, two requests; the server reads its new list between them"
            )),
            Fault::TamperedHello => Some(phrase!(
                "in transit, one bit of the ClientHello was flipped"
            )),
            Fault::TamperedData => Some(phrase!(
                "in transit, one bit of the server's data was flipped"
            )),
            Fault::ConnectionCut => Some(phrase!(
                "in transit, the line was cut when the server's data came"
            )),
            _ => None,
        }
    }

    /// What a side offers in step 1. Where two sides have nothing in common, each has the half of it that
    /// the other lacks.
    pub(super) fn spoil_offer(self, offer: &mut Offer, side: Side, tls_max: TlsMax) {
        static ONLY_1_2: [&SupportedProtocolVersion; 1] = [&TLS12];
        static ONLY_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];
        let provider = Arc::make_mut(&mut offer.provider);
        let serves = side == Side::Server;
        match self {
            // The server has the newer version where TLS 1.3 is shown, the older where 1.2 is.
            Fault::NoCommonVersion if serves == (tls_max == TlsMax::Tls13) => {
                offer.versions = &ONLY_1_3;
            }
            Fault::NoCommonVersion | Fault::AsksLate(LateRequest::Renegotiation) => {
                offer.versions = &ONLY_1_2;
            }
            Fault::AsksLate(LateRequest::CertificateRequest) => offer.versions = &ONLY_1_3,
            Fault::NoCommonCipherSuite => provider
                .cipher_suites
                .retain(|suite| is_chacha(suite.suite()) != serves),
            Fault::NoCommonGroup => provider
                .kx_groups
                .retain(|group| (group.name() == NamedGroup::secp384r1) == serves),
            Fault::NoCommonSignatureScheme if !serves => {
                // The list is in the order of preference: what stands before Ed25519 is ECDSA.
                let known = &mut provider.signature_verification_algorithms;
                known.mapping = before(SignatureScheme::ED25519, known.mapping);
            }
            Fault::KnowsNoMlDsa(old) if old == side => {
                // ML-DSA is the last that rustls would have.
                let known = &mut provider.signature_verification_algorithms;
                known.mapping = before(SignatureScheme::ML_DSA_44, known.mapping);
            }
            _ => {}
        }
    }

    /// Changes the settings of a server that is ready. `offer` is what they were made from.
    pub(super) fn spoil_server(
        self,
        setup: &mut ServerSetup,
        offer: Offer,
        files: &PemFiles,
    ) -> Result<(), Error> {
        match self {
            Fault::VerifierRejectsIdentity => {
                setup.config = peers::verifier_rejects_identity(setup, offer)
                    .map_err(|error| unusable(&error))?;
            }
            Fault::RefusesByStatus => {
                setup.config = peers::does_not_require_certificates(setup, offer)
                    .map_err(|error| unusable(&error))?;
            }
            Fault::AsksLate(_) => {
                Arc::make_mut(&mut setup.config).enable_secret_extraction = true;
            }
            Fault::NoCommonProtocol => {
                Arc::make_mut(&mut setup.config).alpn_protocols = vec![b"h2".to_vec()];
            }
            Fault::SniOnly(name) => {
                let mut by_name = ResolvesServerCertUsingSni::new();
                by_name
                    .add(name, files.unchecked()?)
                    .map_err(|error| unusable(&error))?;
                Arc::make_mut(&mut setup.config).cert_resolver = Arc::new(by_name);
            }
            _ => {}
        }
        Ok(())
    }

    /// Changes the settings of a client that is ready.
    pub(super) fn spoil_client(
        self,
        setup: &mut ClientSetup,
        files: &PemFiles,
    ) -> Result<(), Error> {
        if let Fault::ClientFiltersByCaHint = self {
            ClientFiltersByCaHint::install(setup, &files.certificate)?;
        }
        Ok(())
    }

    /// Serves one connection: with the product's own server, or with one that misbehaves.
    pub(super) fn serve(
        self,
        setup: &ServerSetup,
        service: &impl Service,
        transport: impl Transport,
        from: SocketAddr,
    ) -> Result<(), Failed> {
        match self {
            Fault::PlainServer(words) => peers::plain_server(words, &setup.narrator, transport),
            Fault::NoCloseNotify => peers::no_close_notify(setup, transport)?,
            Fault::RefusesByStatus => peers::refuses_by_status(setup, transport)?,
            Fault::AsksLate(request) => ask_late(request, setup, transport)?,
            _ => serve_connection(setup, service, transport, from)?,
        }
        Ok(())
    }

    /// Uses one connection: with the product's own client, or with one that misbehaves.
    pub(super) fn dial(
        self,
        setup: &ClientSetup,
        url: &Url,
        transport: impl Transport,
    ) -> Result<(), Failed> {
        match self {
            Fault::PlainClient(words) => peers::plain_client(words, &setup.narrator, transport),
            Fault::NeverReads => peers::never_reads(setup, url.server_name.clone(), transport)?,
            Fault::StaysOpen => stays_open(setup, url, transport)?,
            _ => {
                let Answer { status, reason, .. } = get(setup, url, transport, &mut io::sink())?;
                if status != 200 {
                    let said = format!("HTTP/1.1 {status} {reason}");
                    return Err(Failed { step: None, said });
                }
            }
        }
        Ok(())
    }

    /// Changes a record that passes the middlebox. False: the middlebox cuts the connection instead.
    pub(super) fn interfere(self, passing: Passing, record: &mut [u8]) -> bool {
        match (self, passing) {
            // Behind both headers and the version stands the client's random (RFC 8446 §4.1.2).
            (Fault::TamperedHello, Passing::ClientHello) => flip(record.get_mut(11)),
            (Fault::TamperedData, Passing::ServerData) => flip(record.last_mut()),
            (Fault::ConnectionCut, Passing::ServerData) => return false,
            _ => {}
        }
        true
    }
}

/// The schemes that stand before `first` in a list.
fn before<T>(
    first: SignatureScheme,
    list: &'static [(SignatureScheme, T)],
) -> &'static [(SignatureScheme, T)] {
    let mut parts = list.split(|(scheme, _)| *scheme == first);
    parts.next().unwrap_or_default()
}

fn is_chacha(suite: CipherSuite) -> bool {
    format!("{suite:?}").contains("CHACHA20")
}

fn flip(byte: Option<&mut u8>) {
    if let Some(byte) = byte {
        *byte ^= 1;
    }
}

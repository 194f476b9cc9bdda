//! What a side brings to a handshake, and what becomes of it: [`ServerSetup`] and [`ClientSetup`].

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::version::TLS12;
use rustls::{ClientConfig, KeyLog, ServerConfig, SupportedProtocolVersion};

use super::provider;
use super::step6_server_authorizes_client::Allowed;
use crate::narration::Narrator;

/// What a side shows of itself: a certificate chain, leaf first, and the leaf's private key.
#[derive(Debug)]
pub struct Identity {
    /// DER, leaf first, then intermediates.
    pub chain: Vec<CertificateDer<'static>>,
    /// PKCS#8, PKCS#1 or SEC1.
    pub key: PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Identity {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
        }
    }
}

/// Whom a side believes: the CAs that may vouch for the other side.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// CA certificates, DER.
    pub anchors: Vec<CertificateDer<'static>>,
    /// What those CAs have withdrawn. Empty: revocation is not checked. Otherwise every CA of a
    /// chain needs a list.
    pub revocation_lists: Vec<CertificateRevocationListDer<'static>>,
}

/// The highest TLS version that is offered or accepted. TLS 1.2 is always below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMax {
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3, or 1.2 if the other side cannot.
    #[default]
    Tls13,
}

impl TlsMax {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        static ONLY_1_2: [&SupportedProtocolVersion; 1] = [&TLS12];
        match self {
            TlsMax::Tls12 => &ONLY_1_2,
            TlsMax::Tls13 => rustls::ALL_VERSIONS,
        }
    }
}

/// What a side offers or accepts in step 1: usually all that a [`TlsMax`] allows.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Cipher suites, groups and signature schemes.
    pub provider: Arc<CryptoProvider>,
    /// TLS versions.
    pub versions: &'static [&'static SupportedProtocolVersion],
}

impl From<TlsMax> for Offer {
    fn from(tls_max: TlsMax) -> Offer {
        Offer {
            provider: provider(),
            versions: tls_max.versions(),
        }
    }
}

/// The server's side, ready for connections.
#[derive(Clone, Debug)]
pub struct ServerSetup {
    /// rustls's settings, with our hooks in them.
    pub config: Arc<ServerConfig>,
    /// webpki's verifier of clients, without the hook that tells: step 6 asks it again when a
    /// connection is resumed. `None`: nobody asks clients (plain TLS).
    pub verifier: Option<Arc<dyn ClientCertVerifier>>,
    /// Who is let in at step 6. Empty: every client that was verified.
    pub allowed: Vec<Allowed>,
    /// The server's voice.
    pub narrator: Narrator,
}

/// The client's side, ready for connections.
#[derive(Clone, Debug)]
pub struct ClientSetup {
    /// rustls's settings, with our hooks in them.
    pub config: Arc<ClientConfig>,
    /// The client's voice.
    pub narrator: Narrator,
}

impl ServerSetup {
    /// The same, with the secrets of each connection told to `key_log` as well.
    pub fn with_key_log(&self, key_log: Arc<dyn KeyLog>) -> ServerSetup {
        let mut setup = self.clone();
        let config = Arc::make_mut(&mut setup.config);
        config.key_log = Arc::new(BothKeyLogs(Arc::clone(&config.key_log), key_log));
        setup
    }
}

impl ClientSetup {
    /// The same, with the secrets of each connection told to `key_log` as well.
    pub fn with_key_log(&self, key_log: Arc<dyn KeyLog>) -> ClientSetup {
        let mut setup = self.clone();
        let config = Arc::make_mut(&mut setup.config);
        config.key_log = Arc::new(BothKeyLogs(Arc::clone(&config.key_log), key_log));
        setup
    }
}

/// Forwards each secret to two places: the file of SSLKEYLOGFILE, and a recording.
#[derive(Debug)]
struct BothKeyLogs(Arc<dyn KeyLog>, Arc<dyn KeyLog>);

impl KeyLog for BothKeyLogs {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        self.0.log(label, client_random, secret);
        self.1.log(label, client_random, secret);
    }
}

//! The input of a side ([`Identity`], [`Trust`], [`Offer`]), and the result: [`ServerSetup`], [`ClientSetup`].

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::version::TLS12;
use rustls::{ClientConfig, KeyLog, ServerConfig, SupportedProtocolVersion};

use super::open_connection::{ClientJudge, NewestJudge};
use super::provider;
use super::step6_server_authorizes_client::Allowed;
use crate::narration::Narrator;

/// What a side shows to the other one: a certificate chain, and the private key of its leaf.
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

/// The CAs that a side trusts, that is, the CAs that may vouch for the other side.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// CA certificates, DER.
    pub anchors: Vec<CertificateDer<'static>>,
    /// Revocation lists of those CAs, DER. If this is empty, webpki does not check revocation. Otherwise every
    /// CA of a chain needs a list.
    pub revocation_lists: Vec<CertificateRevocationListDer<'static>>,
    /// What a list counts for after its nextUpdate.
    pub expired_lists: ExpiredLists,
}

/// What a revocation list counts for after its nextUpdate, when its CA owes the next one (RFC 5280 §5.1.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiredLists {
    /// Nothing: a certificate that it speaks for is refused.
    #[default]
    Refuse,
    /// As much as before, as in rustls unless it is told otherwise. A certificate that the CA has revoked since
    /// then is accepted.
    Use,
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
    /// webpki's verifier of clients, without our hook: step 6 asks it again on a resumed connection. `None`
    /// means TLS without client certificates.
    pub judge: Option<Arc<ClientJudge>>,
    /// The judge of the newest settings of this server, which connections of earlier ones ask while they are open.
    pub newest: NewestJudge,
    /// The clients that step 6 lets in. If this is empty, it lets in every verified client.
    pub allowed: Vec<Allowed>,
    /// Receives the events of the server.
    pub narrator: Narrator,
}

/// The client's side, ready for connections.
#[derive(Clone, Debug)]
pub struct ClientSetup {
    /// rustls's settings, with our hooks in them.
    pub config: Arc<ClientConfig>,
    /// Receives the events of the client.
    pub narrator: Narrator,
}

impl ServerSetup {
    /// A copy that also gives the secrets of each connection to `key_log`.
    pub fn with_key_log(&self, key_log: Arc<dyn KeyLog>) -> ServerSetup {
        let mut setup = self.clone();
        let config = Arc::make_mut(&mut setup.config);
        config.key_log = Arc::new(BothKeyLogs(Arc::clone(&config.key_log), key_log));
        setup
    }
}

impl ClientSetup {
    /// A copy that also gives the secrets of each connection to `key_log`.
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

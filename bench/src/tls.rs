//! The two ends' settings: the client of hello-mtls, and the plain rustls server of the peers `hyper` and `bare`.

use std::path::Path;
use std::sync::Arc;

use hello_mtls::credentials::{identity, trust};
use hello_mtls::handshake::{ClientSetup, Offer, client_config, provider};
use hello_mtls::narration::{Narrator, Side};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::aws_lc_rs::kx_group::{X25519, X25519MLKEM768};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use crate::error::Result;

static ONLY_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];

/// Which key exchange the client offers. The cipher suite is always AES-128-GCM, which every server has: so all of
/// them do the same work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    X25519,
    /// X25519 together with ML-KEM-768, which a quantum computer does not break. Not every server has it.
    PostQuantum,
}

/// Whether the client takes tickets, and comes back with them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Handshake {
    Full,
    Resumed,
}

/// A client with the files in `folder/certs`, which has no ticket yet.
pub fn client(folder: &Path, exchange: Exchange, handshake: Handshake) -> Result<ClientSetup> {
    let certs = folder.join("certs");
    let mut crypto = (*provider()).clone();
    crypto.cipher_suites = vec![TLS13_AES_128_GCM_SHA256];
    crypto.kx_groups = vec![match exchange {
        Exchange::X25519 => X25519,
        Exchange::PostQuantum => X25519MLKEM768,
    }];
    let offer = Offer {
        provider: Arc::new(crypto),
        versions: &ONLY_1_3,
    };
    let own = identity(&certs.join("client.crt"), &certs.join("client.key"))?;
    let servers = trust(&certs.join("ca.crt"), &[])?;
    let mut setup = client_config(&servers, Some(own), offer, Narrator::silent(Side::Client))?;
    if handshake == Handshake::Full {
        let mut config = (*setup.config).clone();
        config.resumption = Resumption::disabled();
        setup.config = Arc::new(config);
    }
    Ok(setup)
}

/// rustls as its documentation shows it: a verifier of clients and a certificate, and nothing of hello-mtls.
pub fn plain_server(folder: &Path) -> Result<Arc<ServerConfig>> {
    let certs = folder.join("certs");
    let own = identity(&certs.join("server.crt"), &certs.join("server.key"))?;
    let mut roots = RootCertStore::empty();
    for anchor in trust(&certs.join("ca.crt"), &[])?.anchors {
        roots.add(anchor)?;
    }
    let provider = provider();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(own.chain, own.key)?;
    Ok(Arc::new(config))
}

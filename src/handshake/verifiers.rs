//! The verifiers of steps 3 and 5: webpki, with the CAs and the revocation lists of a side.
//!
//! They are in `rustls/src/webpki/server_verifier.rs` and `client_verifier.rs`, and the checks themselves are in
//! the crate `rustls-webpki`.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};

use super::{ExpiredLists, Trust};

/// The provider of cryptography. Every configuration names it, and none uses the default of the process.
///
/// The function draws one random byte, because the first one of a process takes some 30 ms, and a handshake
/// would otherwise be that much slower.
pub fn provider() -> Arc<CryptoProvider> {
    let provider = aws_lc_rs::default_provider();
    let _ = provider.secure_random.fill(&mut [0]);
    Arc::new(provider)
}

/// webpki's verifier of clients. The server asks it in step 5.
///
/// # Errors
/// What rustls finds wrong with the CAs or the lists.
pub fn client_verifier(
    trust: &Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, rustls::Error> {
    let mut builder =
        WebPkiClientVerifier::builder_with_provider(roots(trust)?, Arc::clone(provider))
            .with_crls(trust.revocation_lists.iter().cloned());
    if trust.expired_lists == ExpiredLists::Refuse {
        builder = builder.enforce_revocation_expiration();
    }
    builder.build().map_err(verifier_error)
}

/// webpki's verifier of servers. The client asks it in step 3.
///
/// # Errors
/// What rustls finds wrong with the CAs or the lists.
pub fn server_verifier(
    trust: &Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, rustls::Error> {
    let mut builder =
        WebPkiServerVerifier::builder_with_provider(roots(trust)?, Arc::clone(provider))
            .with_crls(trust.revocation_lists.iter().cloned());
    if trust.expired_lists == ExpiredLists::Refuse {
        builder = builder.enforce_revocation_expiration();
    }
    builder.build().map_err(verifier_error)
}

fn roots(trust: &Trust) -> Result<Arc<RootCertStore>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for anchor in &trust.anchors {
        roots.add(anchor.clone())?;
    }
    Ok(Arc::new(roots))
}

fn verifier_error(error: VerifierBuilderError) -> rustls::Error {
    match error {
        VerifierBuilderError::InvalidCrl(error) => rustls::Error::InvalidCertRevocationList(error),
        other => rustls::Error::General(other.to_string()),
    }
}

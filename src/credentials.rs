//! From files to the certificate that a side shows and the CAs that it trusts: step 0.
//!
//! rustls decides whether the files can be used. An error here says which files, what was wanted of them
//! and what rustls said, and leaves the explanation to the command line.

use std::env;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::sign::CertifiedKey;

use crate::certificates::{pem, revocation};
use crate::error::Error;
use crate::handshake::{Identity, Trust, client_verifier, provider};
use crate::phrase;
use crate::text;

/// Reads a certificate chain and its private key, and checks that they belong together.
///
/// # Errors
/// [`Error::File`], [`Error::Pem`] or [`Error::Unusable`], which name the file.
pub fn identity(certificate: &Path, key: &Path) -> Result<Identity, Error> {
    let identity = Identity {
        chain: pem::certificates(certificate)?,
        key: pem::private_key(key)?,
    };
    let chain = identity.chain.clone();
    let private_key = identity.key.clone_key();
    match CertifiedKey::from_der(chain, private_key, &provider()) {
        Ok(_) => Ok(identity),
        Err(cause) => Err(Error::Unusable {
            files: vec![certificate.to_owned(), key.to_owned()],
            wanted: phrase!("a certificate and its private key"),
            cause,
        }),
    }
}

/// Reads the CAs that this system trusts: for a server of the public web. `SSL_CERT_FILE` and `SSL_CERT_DIR` name other
/// ones, as with OpenSSL.
///
/// Only the list of CAs is the system's. webpki verifies, as with `--cacert`. A platform verifier would take its place,
/// and step 3 could not show what it proves.
///
/// # Errors
/// [`Error::Contents`]: the list is empty, or the user named one that cannot be read.
pub fn native_trust() -> Result<Trust, Error> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(env::var_os);
    let named = named.into_iter().flatten().next().map(PathBuf::from);
    let mut found = rustls_native_certs::load_native_certs();
    // A system's list has entries that webpki cannot use, and its program updates it. Without them fewer servers are
    // trusted, never more.
    let usable = |anchor: &_| RootCertStore::empty().add(Clone::clone(anchor)).is_ok();
    found.certs.retain(usable);
    let said: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    let broken = named.is_some() && !said.is_empty();
    if broken || found.certs.is_empty() {
        let said = text::shorten(&text::terminal(&said.join("; ")), 240);
        return Err(Error::Contents {
            path: named.unwrap_or_else(|| PathBuf::from("--ca-native")),
            found: match said.is_empty() {
                true => phrase!("there is no CA certificate in it"),
                false => phrase!("the CAs of this system cannot be read: {said}", said),
            },
            remedy: phrase!(
                "SSL_CERT_FILE with a PEM file of CAs, or unset it; on Debian the package ca-certificates has those of the public web"
            ),
        });
    }
    Ok(Trust {
        anchors: found.certs,
        ..Trust::default()
    })
}

/// Reads the CAs that may vouch for the other side, and their revocation lists.
///
/// # Errors
/// [`Error::File`], [`Error::Pem`] or [`Error::Unusable`], which name the file.
pub fn trust(authorities: &Path, revocation_lists: &[PathBuf]) -> Result<Trust, Error> {
    let mut trust = Trust {
        anchors: pem::certificates(authorities)?,
        ..Trust::default()
    };
    for anchor in &trust.anchors {
        // webpki reads of an anchor its name and its key, and nothing else, before a connection needs them.
        RootCertStore::empty()
            .add(anchor.clone())
            .map_err(|cause| Error::Unusable {
                files: vec![authorities.to_owned()],
                wanted: phrase!("a CA certificate in each block"),
                cause,
            })?;
    }
    if revocation_lists.is_empty() {
        return Ok(trust);
    }
    for list in revocation_lists {
        for new in pem::revocation_lists(list)? {
            // webpki asks the first list that speaks for a certificate, and no other. A certificate that the CA has
            // revoked in the second one alone would be let in. Which of the two is right, only the CA knows.
            let mut earlier = trust.revocation_lists.iter();
            if let Some(ca) = earlier.find_map(|one| revocation::overlap(one, &new)) {
                return Err(Error::Contents {
                    path: list.clone(),
                    found: phrase!(
                        "a second list of {ca}, and rustls looks at the first one only: a certificate that is on this list alone would be let in",
                        ca
                    ),
                    remedy: phrase!(
                        "the newest list of {ca} alone: hello-mtls inspect shows when each was made",
                        ca
                    ),
                });
            }
            trust.revocation_lists.push(new);
        }
    }
    // rustls parses the lists when it builds a verifier. The one of clients is the one that uses them.
    client_verifier(&trust, &provider()).map_err(|cause| Error::Unusable {
        files: revocation_lists.to_vec(),
        wanted: phrase!("revocation lists of version 2 in each block"),
        cause,
    })?;
    Ok(trust)
}

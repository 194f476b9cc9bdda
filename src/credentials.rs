//! From files to the certificate that a side shows and the CAs that it trusts: step 0.
//!
//! rustls decides whether the files can be used. An error here says which files, what was wanted of them
//! and what rustls said, and leaves the explanation to the command line.

use std::env;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use rustls_native_certs::{ErrorKind, load_certs_from_paths, load_native_certs};

use crate::certificates::{pem, revocation};
use crate::error::Error;
use crate::handshake::{Identity, Trust, client_verifier, provider};
use crate::phrase;

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
/// [`Error::File`] or [`Error::Pem`]: the user named a list that cannot be read. [`Error::Contents`]: no CA is in it.
pub fn native_trust() -> Result<Trust, Error> {
    let (file, folders) = named_lists();
    let mut anchors = Vec::new();
    if let Some(file) = &file {
        anchors = pem::certificates(file)?;
    }
    for folder in &folders {
        anchors.extend(pem::certificates_of_folder(folder)?);
    }
    let mut named = file.into_iter().chain(folders);
    let named = named.next();
    if named.is_none() {
        anchors = of_the_system()?;
    }
    // A system's list has entries that webpki cannot use, and its program updates it. Without them fewer servers are
    // trusted, never more.
    let usable = |anchor: &_| RootCertStore::empty().add(Clone::clone(anchor)).is_ok();
    anchors.retain(usable);
    match anchors[..] {
        [] => Err(Error::Contents {
            path: named.unwrap_or_else(|| PathBuf::from("--ca-native")),
            found: phrase!("there is no CA certificate in PEM in it"),
            remedy: phrase!(
                "SSL_CERT_FILE with a PEM file of CAs, or SSL_CERT_DIR with a folder of such files; on Debian the package ca-certificates has those of the public web"
            ),
        }),
        _ => Ok(Trust {
            anchors,
            ..Trust::default()
        }),
    }
}

/// The file that `SSL_CERT_FILE` names, and the folders of `SSL_CERT_DIR`, with colons between them. An empty value names
/// nothing, as for curl and Go; OpenSSL looks for a file without a name.
pub fn named_lists() -> (Option<PathBuf>, Vec<PathBuf>) {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let folders = set("SSL_CERT_DIR").unwrap_or_default();
    let folders = env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty());
    (set("SSL_CERT_FILE").map(PathBuf::from), folders.collect())
}

/// What cannot be read there is an error only if nothing can.
fn of_the_system() -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = match env::var_os("SSL_CERT_FILE") {
        None => load_native_certs(),
        // rustls-native-certs would take the empty value for the name of a file.
        Some(_) => {
            let places = openssl_probe::probe();
            let folder = places.cert_dir.first().map(PathBuf::as_path);
            load_certs_from_paths(places.cert_file.as_deref(), folder)
        }
    };
    let failed = found.errors.into_iter().find_map(|error| match error.kind {
        ErrorKind::Io { inner, path } => Some((inner, path)),
        // Its words may hold the bytes of the file.
        _ => None,
    });
    match failed {
        Some((source, path)) if found.certs.is_empty() => Err(Error::File {
            doing: "read",
            path,
            source,
        }),
        _ => Ok(found.certs),
    }
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

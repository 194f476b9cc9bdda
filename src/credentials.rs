//! From files to what a side shows and whom it trusts. Every error here names its file: step 0.
//!
//! rustls decides whether they can be used. Why not, the doctor says: it knows which file is wrong.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::sign::CertifiedKey;

use crate::certificates::pem;
use crate::error::Error;
use crate::error::diagnosis::diagnose_tls;
use crate::handshake::{Identity, Trust, client_verifier, provider};
use crate::instruments::doctor::{Case, Party, Shown, examine};
use crate::narration::Side;

/// Reads a certificate chain and its private key, and checks that they belong together.
///
/// # Errors
/// [`Error::File`] or [`Error::Contents`], which name the file.
pub fn identity(side: Side, certificate: &Path, key: &Path) -> Result<Identity, Error> {
    let identity = Identity {
        chain: pem::certificates(certificate)?,
        key: pem::private_key(key)?,
    };
    let (chain, private) = (identity.chain.clone(), identity.key.clone_key());
    match CertifiedKey::from_der(chain, private, &provider()) {
        Ok(_) => Ok(identity),
        Err(refused) => {
            let party = Party {
                side,
                certificate: Shown::File(certificate.to_owned()),
                key: Some(key.to_owned()),
            };
            // The CA that lies beside it is the one that can make it anew.
            let authorities = Some(certificate.with_file_name("ca.crt")).filter(|ca| ca.exists());
            let case = Case {
                authorities,
                parties: vec![party],
                ..Case::default()
            };
            Err(explained(&case, &[certificate, key], side, &refused))
        }
    }
}

/// Reads the CAs that may vouch for the other side, and their revocation lists.
///
/// # Errors
/// [`Error::File`] or [`Error::Contents`], which name the file.
pub fn trust(authorities: &Path, revocation_lists: &[PathBuf]) -> Result<Trust, Error> {
    let mut trust = Trust {
        anchors: pem::certificates(authorities)?,
        revocation_lists: Vec::new(),
    };
    for anchor in &trust.anchors {
        if let Err(refused) = RootCertStore::empty().add(anchor.clone()) {
            let case = Case {
                authorities: Some(authorities.to_owned()),
                ..Case::default()
            };
            return Err(explained(&case, &[authorities], Side::Server, &refused));
        }
    }
    if revocation_lists.is_empty() {
        return Ok(trust);
    }
    for list in revocation_lists {
        trust.revocation_lists.extend(pem::revocation_lists(list)?);
    }
    if let Err(refused) = client_verifier(&trust, &provider()) {
        let case = Case {
            authorities: Some(authorities.to_owned()),
            crls: revocation_lists.to_vec(),
            ..Case::default()
        };
        let files: Vec<&Path> = revocation_lists.iter().map(PathBuf::as_path).collect();
        return Err(explained(&case, &files, Side::Server, &refused));
    }
    Ok(trust)
}

/// The doctor's first finding about one of the files; rustls's own words if there is none.
fn explained(case: &Case, about: &[&Path], side: Side, refused: &rustls::Error) -> Error {
    let mut findings = examine(case).findings.into_iter();
    match findings.find(|finding| about.contains(&finding.file.as_path())) {
        Some(finding) => finding.into(),
        None => Error::Contents {
            path: about.first().map_or_else(PathBuf::new, PathBuf::from),
            found: diagnose_tls(side, refused).found,
            remedy: "hello-mtls doctor".to_owned(),
        },
    }
}

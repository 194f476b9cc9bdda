//! Which side these files are for: the key says which certificate, and the certificate says which side.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Key, nearby};
use crate::certificates::pem;
use crate::certificates::summary::Summary;
use crate::files;
use crate::handshake::provider;
use crate::narration::Side;

/// The side for which a certificate and its key are, if that can be told. The certificate is the one that the
/// key belongs to, wherever it stands in its file; a broken order must not decide about the role. Where the
/// file has none for that key, its leaf, and then the certificate of the key in the folder.
pub fn role_of(certificate: &Path, key: &Path) -> Option<Side> {
    let provider = provider();
    let read = |path: &Path| files::read(path).unwrap_or_default();
    let chain = pem::certificates_in(certificate, &read(certificate)).unwrap_or_default();
    let keys = pem::private_keys_in(key, &read(key)).unwrap_or_default();
    let keys = Key::load_all(keys, &provider);
    let is_named = |der: &&CertificateDer<'_>| {
        X509Certificate::from_der(der).is_ok_and(|(_, x509)| {
            let public = x509.tbs_certificate.subject_pki.raw;
            keys.iter().any(|key| key.is_of(public))
        })
    };
    let by_name = || by_name(certificate).or_else(|| by_name(key));
    if let Some(own) = chain.iter().find(is_named) {
        return side_of(own).or_else(by_name);
    }
    // The key is another's. What the leaf is for, it says itself.
    if let Some(side) = chain.iter().find(|der| !is_ca(der)).and_then(side_of) {
        return Some(side);
    }
    let neighbours = nearby::in_folders(&[key, certificate], &provider);
    let mut around = neighbours.iter().flat_map(|file| &file.certificates);
    let own = around.find(is_named).or(chain.first());
    own.and_then(side_of).or_else(by_name)
}

/// What the user calls the file, if the certificate does not say.
fn by_name(path: &Path) -> Option<Side> {
    let name = path.file_stem()?.to_string_lossy().to_lowercase();
    match (name.contains("server"), name.contains("client")) {
        (true, false) => Some(Side::Server),
        (false, true) => Some(Side::Client),
        _ => None,
    }
}

fn is_ca(der: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, x509)| x509.is_ca())
}

/// By the purpose. A CA in the place of a leaf, as `openssl req -x509` makes it, by its names.
fn side_of(der: &CertificateDer<'_>) -> Option<Side> {
    let (_, x509) = X509Certificate::from_der(der).ok()?;
    let summary = Summary::of(der)?;
    let is_dialled = !summary.dns_names.is_empty() || !summary.addresses.is_empty();
    let usage = x509.extended_key_usage().ok().flatten();
    match usage.map(|usage| (usage.value.server_auth, usage.value.client_auth)) {
        Some((true, false)) => Some(Side::Server),
        Some((false, true)) => Some(Side::Client),
        _ if x509.is_ca() && is_dialled => Some(Side::Server),
        _ => None,
    }
}

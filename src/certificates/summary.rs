//! The few facts of a certificate that the steps of the handshake need: names and dates.
//!
//! x509-parser reads them. A verifier has judged the certificate before, or will judge it: nothing here
//! is verified.

use std::net::IpAddr;

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate, X509Version};
use x509_parser::x509::X509Name;

use super::wording;
use crate::clock::Moment;
use crate::text;

/// Names and dates of one certificate. All text is as the certificate has it: not yet escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// 1 or 3; rustls takes 3 only.
    pub version: u32,
    /// The distinguished name, for people. Never compare it: it is text made of structure.
    pub subject: String,
    /// The distinguished name of the issuer, for people.
    pub issuer: String,
    /// The values of all commonName attributes of the subject.
    pub common_names: Vec<String>,
    /// The URI entries of the subjectAltName.
    pub uris: Vec<String>,
    /// The DNS entries of the subjectAltName.
    pub dns_names: Vec<String>,
    /// The IP entries of the subjectAltName.
    pub addresses: Vec<IpAddr>,
    /// The extended key usage has clientAuth and not serverAuth.
    pub for_clients_only: bool,
    /// notAfter, in seconds since 1970.
    pub not_after: i64,
    /// Size of the DER in bytes.
    pub size: usize,
}

impl Summary {
    /// Reads a certificate, DER. `None` if the bytes are no certificate; a verifier reports that with
    /// its reason.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Summary> {
        let (_, x509) = X509Certificate::from_der(certificate).ok()?;
        let mut summary = Summary {
            version: if x509.version == X509Version::V3 {
                3
            } else {
                x509.version.0.saturating_add(1)
            },
            subject: wording::distinguished(&x509.subject),
            issuer: wording::distinguished(&x509.issuer),
            common_names: x509
                .subject
                .iter_common_name()
                .map(wording::value)
                .collect(),
            not_after: x509.validity.not_after.timestamp(),
            size: certificate.len(),
            ..Summary::default()
        };
        if let Ok(Some(usage)) = x509.extended_key_usage() {
            summary.for_clients_only = usage.value.client_auth && !usage.value.server_auth;
        }
        if let Ok(Some(alternatives)) = x509.subject_alternative_name() {
            // The same entries as the bytes have them. A text in pieces (BER's constructed form) is no name in DER
            // (X.690 §10.2): OpenSSL refuses such a certificate, x509-parser takes the tags of the pieces as text.
            let san = x509
                .extensions()
                .iter()
                .find(|one| one.oid == OID_X509_EXT_SUBJECT_ALT_NAME);
            let plain = san.map(|san| are_primitive(san.value)).unwrap_or_default();
            let entries = alternatives.value.general_names.iter();
            for (number, entry) in entries.enumerate() {
                match entry {
                    GeneralName::URI(in_pieces) if plain.get(number) != Some(&true) => {
                        summary.uris.push(wording::hex(in_pieces.as_bytes()));
                    }
                    GeneralName::DNSName(in_pieces) if plain.get(number) != Some(&true) => {
                        summary.dns_names.push(wording::hex(in_pieces.as_bytes()));
                    }
                    GeneralName::URI(uri) => summary.uris.push((*uri).to_owned()),
                    GeneralName::DNSName(name) => summary.dns_names.push((*name).to_owned()),
                    GeneralName::IPAddress(bytes) => {
                        summary.addresses.extend(wording::address(bytes))
                    }
                    // Bytes that are no text still are a name: two URIs are two, even so.
                    GeneralName::Invalid(Tag(6), bytes) => summary.uris.push(wording::hex(bytes)),
                    GeneralName::Invalid(Tag(2), bytes) => {
                        summary.dns_names.push(wording::hex(bytes))
                    }
                    _ => {}
                }
            }
        }
        Some(summary)
    }

    /// The subject, safe for a terminal and of a bounded length.
    pub fn shown_subject(&self) -> String {
        text::shorten(&text::terminal(&self.subject), 60)
    }

    /// The issuer, safe for a terminal and of a bounded length.
    pub fn shown_issuer(&self) -> String {
        text::shorten(&text::terminal(&self.issuer), 60)
    }

    /// The end of the validity, `2027-11-23`.
    pub fn shown_end(&self) -> String {
        Moment::from_unix(self.not_after).date()
    }
}

/// For each entry of a SEQUENCE, whether it is a value and not made of other values.
fn are_primitive(sequence: &[u8]) -> Vec<bool> {
    let mut flags = Vec::new();
    let mut rest = Any::from_der(sequence).map_or(&[][..], |(_, all)| all.data);
    while let Ok((next, entry)) = Any::from_der(rest) {
        flags.push(entry.header.is_primitive());
        rest = next;
    }
    flags
}

/// Terminal-safe subject of a certificate; `(unreadable)` if the DER does not parse.
pub fn subject(certificate: &CertificateDer<'_>) -> String {
    Summary::of(certificate).map_or("(unreadable)".to_owned(), |one| one.shown_subject())
}

/// Terminal-safe issuer of a certificate; `(unreadable)` if the DER does not parse.
pub fn issuer(certificate: &CertificateDer<'_>) -> String {
    Summary::of(certificate).map_or("(unreadable)".to_owned(), |one| one.shown_issuer())
}

/// notAfter of a certificate, in seconds since 1970; `None` if the bytes are no certificate.
pub fn not_after(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, x509) = X509Certificate::from_der(certificate).ok()?;
    Some(x509.validity.not_after.timestamp())
}

/// nextUpdate of a revocation list, in seconds since 1970; `None` if it has none.
pub fn next_update(list: &CertificateRevocationListDer<'_>) -> Option<i64> {
    let (_, list) = CertificateRevocationList::from_der(list).ok()?;
    list.next_update().map(|time| time.timestamp())
}

/// The issuer of a certificate, DER; `None` if the bytes are no certificate.
pub fn issuer_name(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, x509) = X509Certificate::from_der(certificate).ok()?;
    Some(x509.issuer().as_raw().to_vec())
}

/// The subject of a certificate, DER; `None` if the bytes are no certificate.
fn subject_name(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, x509) = X509Certificate::from_der(certificate).ok()?;
    Some(x509.subject().as_raw().to_vec())
}

/// The CAs of a chain, DER and leaf first, that another CA signed.
pub fn intermediates(chain: &[Vec<u8>]) -> impl Iterator<Item = CertificateDer<'_>> {
    let above = chain.iter().skip(1).map(|der| der[..].into());
    above.filter(|der| subject_name(der) != issuer_name(der))
}

/// The first intermediate of a chain that is among `named`, DER, where the CA above it is not: both, as text.
pub fn partial(chain: &[Vec<u8>], named: &[Vec<u8>]) -> Option<(String, String)> {
    let is_named = |name: Option<Vec<u8>>| name.is_some_and(|name| named.contains(&name));
    let below =
        |der: &CertificateDer<'_>| is_named(subject_name(der)) && !is_named(issuer_name(der));
    let intermediate = intermediates(chain).find(below)?;
    Some((subject(&intermediate), issuer(&intermediate)))
}

/// Names, DER, as a list in words: the first five, and how many more.
pub fn shown_names(names: &[&[u8]]) -> String {
    let first = names.iter().take(5);
    let shown = first.map(|name| match X509Name::from_der(name) {
        Ok((_, name)) => shown_name(&name),
        Err(_) => "(unreadable)".to_owned(),
    });
    let mut list = shown.collect::<Vec<_>>().join("; ");
    if names.len() > 5 {
        list += &format!(" and {} more", names.len() - 5);
    }
    list
}

/// A name, DER, as it is: not yet escaped. `None`: it does not parse.
pub fn distinguished(name: &[u8]) -> Option<String> {
    let (_, name) = X509Name::from_der(name).ok()?;
    Some(wording::distinguished(&name))
}

/// A name, safe for a terminal and of a bounded length.
pub fn shown_name(distinguished: &X509Name<'_>) -> String {
    text::shorten(&text::terminal(&wording::distinguished(distinguished)), 60)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    fn named(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    #[test]
    fn an_intermediate_is_told_from_a_root_and_is_partial_where_it_alone_is_named() {
        let keys = [(); 3].map(|()| KeyPair::generate().unwrap());
        let root = named("root").self_signed(&keys[0]).unwrap();
        let issuer = Issuer::new(named("root"), &keys[0]);
        let between = named("between").signed_by(&keys[1], &issuer).unwrap();
        let issuer = Issuer::new(named("between"), &keys[1]);
        let leaf = named("leaf").signed_by(&keys[2], &issuer).unwrap();
        let chain = [leaf.der(), between.der(), root.der()].map(|der| der.to_vec());
        let [above, itself] = [root.der(), between.der()].map(|der| subject_name(der).unwrap());
        assert_eq!(intermediates(&chain).count(), 1);
        let both = Some(("CN=between".to_owned(), "CN=root".to_owned()));
        assert_eq!(partial(&chain, std::slice::from_ref(&itself)), both);
        assert_eq!(partial(&chain, &[itself, above.clone()]), None);
        assert_eq!(partial(&chain, &[above]), None);
        assert_eq!(partial(&chain, &[]), None);
    }
}

//! The few facts of a certificate that the story and step 6 need: names and dates.
//!
//! Everything else, byte by byte, is in `describe`.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use x509_parser::asn1_rs::Tag;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};
use x509_parser::x509::X509Name;

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
    /// Reads a certificate. `None` if it is none: a verifier will say so better.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Summary> {
        let (_, x509) = X509Certificate::from_der(certificate).ok()?;
        let mut summary = Summary {
            version: if x509.version == X509Version::V3 {
                3
            } else {
                x509.version.0.saturating_add(1)
            },
            subject: name(&x509.subject),
            issuer: name(&x509.issuer),
            common_names: texts(x509.subject.iter_common_name()),
            not_after: x509.validity.not_after.timestamp(),
            size: certificate.len(),
            ..Summary::default()
        };
        if let Ok(Some(usage)) = x509.extended_key_usage() {
            summary.for_clients_only = usage.value.client_auth && !usage.value.server_auth;
        }
        if let Ok(Some(alternatives)) = x509.subject_alternative_name() {
            for entry in &alternatives.value.general_names {
                match entry {
                    GeneralName::URI(uri) => summary.uris.push((*uri).to_owned()),
                    GeneralName::DNSName(name) => summary.dns_names.push((*name).to_owned()),
                    GeneralName::IPAddress(bytes) => summary.addresses.extend(address(bytes)),
                    // Bytes that are no text still are a name: two URIs are two, even so.
                    GeneralName::Invalid(Tag(6), bytes) => summary.uris.push(hex(bytes)),
                    GeneralName::Invalid(Tag(2), bytes) => summary.dns_names.push(hex(bytes)),
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

/// The subject of a certificate for the story: safe, and something even if it cannot be read.
pub fn subject(certificate: &CertificateDer<'_>) -> String {
    Summary::of(certificate).map_or_else(
        || "(unreadable)".to_owned(),
        |summary| summary.shown_subject(),
    )
}

/// The issuer of a certificate for the story.
pub fn issuer(certificate: &CertificateDer<'_>) -> String {
    Summary::of(certificate).map_or_else(
        || "(unreadable)".to_owned(),
        |summary| summary.shown_issuer(),
    )
}

/// A name, safe for a terminal and of a bounded length.
pub fn shown_name(distinguished: &X509Name<'_>) -> String {
    text::shorten(&text::terminal(&name(distinguished)), 60)
}

fn name(name: &X509Name<'_>) -> String {
    let mut parts = Vec::new();
    for attribute in name.iter_attributes() {
        let kind = x509_parser::objects::oid2abbrev(
            attribute.attr_type(),
            x509_parser::objects::oid_registry(),
        );
        let kind = kind.map_or_else(|_| attribute.attr_type().to_id_string(), str::to_owned);
        parts.push(format!("{kind}={}", value(attribute)));
    }
    match parts.is_empty() {
        true => "(no name)".to_owned(),
        false => parts.join(", "),
    }
}

fn texts<'a>(
    attributes: impl Iterator<Item = &'a x509_parser::x509::AttributeTypeAndValue<'a>>,
) -> Vec<String> {
    attributes.map(value).collect()
}

/// An attribute's text; bytes that are no text as `#` and hex (RFC 4514 §2.4).
fn value(attribute: &x509_parser::x509::AttributeTypeAndValue<'_>) -> String {
    match attribute.as_str() {
        Ok(text) => text.to_owned(),
        Err(_) => hex(attribute.as_slice()),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("#{}", digits.collect::<String>())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

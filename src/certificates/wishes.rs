//! What a request asks for beside its key, in words. Not safe to show yet: a request says what it likes.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::{ExtendedKeyUsage, KeyUsage, ParsedExtension, X509Extension};

use super::wording;

/// The attributes of the subject, and what each extension asks for: `CN=bob`, `DNS:localhost`, `to be a CA itself`,
/// `key usage keyCertSign`, `extended key usage serverAuth`.
pub(super) fn wishes(csr: &X509CertificationRequest<'_>) -> Vec<String> {
    let info = &csr.certification_request_info;
    let mut wishes: Vec<String> = info
        .subject
        .iter_attributes()
        .map(wording::attribute)
        .collect();
    for attribute in info.iter_attributes() {
        if let ParsedCriAttribute::ExtensionRequest(requested) = attribute.parsed_attribute() {
            wishes.extend(requested.extensions.iter().flat_map(of_extension));
        }
    }
    wishes
}

fn of_extension(extension: &X509Extension<'_>) -> Vec<String> {
    match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(found) => {
            found.general_names.iter().map(wording::entry).collect()
        }
        ParsedExtension::BasicConstraints(found) if found.ca => {
            vec!["to be a CA itself".to_owned()]
        }
        ParsedExtension::BasicConstraints(_) => Vec::new(),
        ParsedExtension::KeyUsage(found) => key_usages(found),
        ParsedExtension::ExtendedKeyUsage(found) => extended_key_usages(found),
        _ => vec![format!("extension {}", extension.oid)],
    }
}

/// RFC 5280 §4.2.1.3, in the order of its bits.
fn key_usages(found: &KeyUsage) -> Vec<String> {
    const NAMES: [&str; 9] = [
        "digitalSignature",
        "contentCommitment",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "crlSign",
        "encipherOnly",
        "decipherOnly",
    ];
    let all = NAMES.iter().enumerate();
    all.filter(|(bit, _)| found.flags >> bit & 1 == 1)
        .map(|(_, name)| format!("key usage {name}"))
        .collect()
}

/// RFC 5280 §4.2.1.12.
fn extended_key_usages(found: &ExtendedKeyUsage<'_>) -> Vec<String> {
    let known = [
        (found.any, "any"),
        (found.server_auth, "serverAuth"),
        (found.client_auth, "clientAuth"),
        (found.code_signing, "codeSigning"),
        (found.email_protection, "emailProtection"),
        (found.time_stamping, "timeStamping"),
        (found.ocsp_signing, "ocspSigning"),
    ];
    let known = known.into_iter().filter(|(wished, _)| *wished);
    let others = found.other.iter().map(|oid| oid.to_string());
    known
        .map(|(_, name)| name.to_owned())
        .chain(others)
        .map(|name| format!("extended key usage {name}"))
        .collect()
}

//! The names in a certificate, worded once: distinguished names and the entries of subjectAltName.
//!
//! They are written as openssl writes them. All of it is for people: code that compares names
//! compares the values of [`super::summary::Summary`]. Unaware of terminals: the text is not yet escaped.

use std::net::IpAddr;

use x509_parser::extensions::GeneralName;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// `CN=my-ca, O=…`, in the order of the bytes (RFC 4514 would turn it round). `+` joins attributes that
/// form one step of the name together.
pub fn distinguished(name: &X509Name<'_>) -> String {
    let steps = name.iter_rdn().map(|rdn| {
        let attributes: Vec<String> = rdn.iter().map(attribute).collect();
        attributes.join(" + ")
    });
    let steps: Vec<String> = steps.collect();
    if steps.is_empty() {
        return "(no name)".to_owned();
    }
    steps.join(", ")
}

/// `CN=localhost`.
pub fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type();
    let dotted = oid.to_id_string();
    let kind = match abbreviation(&dotted) {
        Some(kind) => kind.to_owned(),
        None => oid2abbrev(oid, oid_registry()).map_or(dotted, str::to_owned),
    };
    format!("{kind}={}", quoted(&value(attribute)))
}

/// An attribute's text; bytes that are no text as `#` and hex (RFC 4514 §2.4).
pub fn value(attribute: &AttributeTypeAndValue<'_>) -> String {
    match attribute.as_str() {
        Ok(text) => text.to_owned(),
        Err(_) => hex(attribute.as_slice()),
    }
}

/// An entry of subjectAltName by its kind and its value: `DNS` and `localhost`. `None` for the kinds
/// that TLS does not use.
pub fn alternative(name: &GeneralName<'_>) -> Option<(&'static str, String)> {
    Some(match name {
        GeneralName::DNSName(name) => ("DNS", (*name).to_owned()),
        GeneralName::URI(uri) => ("URI", (*uri).to_owned()),
        GeneralName::RFC822Name(mailbox) => ("email", (*mailbox).to_owned()),
        GeneralName::IPAddress(bytes) => ("IP", address(bytes)?.to_string()),
        _ => return None,
    })
}

/// An entry of subjectAltName, of whichever kind: `DNS:localhost`.
pub fn entry(name: &GeneralName<'_>) -> String {
    match alternative(name) {
        Some((kind, value)) => format!("{kind}:{}", quoted(&value)),
        None => name.to_string(),
    }
}

/// The short form that names are written with: RFC 4514 §3 for the first nine, habit for the rest.
pub fn abbreviation(dotted: &str) -> Option<&'static str> {
    Some(match dotted {
        "2.5.4.3" => "CN",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.6" => "C",
        "2.5.4.9" => "STREET",
        "0.9.2342.19200300.100.1.25" => "DC",
        "0.9.2342.19200300.100.1.1" => "UID",
        "2.5.4.4" => "SN",
        "2.5.4.42" => "GN",
        _ => return None,
    })
}

/// Text in quotes where a reader could mistake it for more than one name. Without the quotes a CA could
/// be tricked into `DNS:a, DNS:bank.example` as a single odd name, and a person would read two.
pub fn quoted(text: &str) -> String {
    let doubtful =
        |c: char| matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') || c.is_control();
    let plain = !text.is_empty() && !text.starts_with(['#', ' ']) && !text.ends_with(' ');
    if plain && !text.contains(doubtful) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An iPAddress: 4 or 16 bytes (RFC 5280 §4.2.1.6).
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

/// Bytes that are no text: `#0c03`.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("#{}", digits.collect::<String>())
}

//! Extensions of certificates, CRLs and CRL entries (RFC 5280 §4.2, §5.2, §5.3): all that v3 added,
//! and nearly all that TLS looks at.

use super::der::{self, BOOLEAN, OCTET_STRING, SEQUENCE, Text};
use super::der::{element, explained, sequence_of, unwrapped};
use super::{extension_values as values, oids, primitive};
use crate::instruments::fields::Reader;

/// An extension that this program can read: its name, what it is for and who checks it.
struct Known {
    label: &'static str,
    source: &'static str,
    meaning: &'static str,
    read: fn(&mut Reader<'_>) -> Text,
}

const KNOWN: &[Known] = &[
    Known {
        label: "subjectAltName",
        source: "RFC 5280 §4.2.1.6",
        meaning: "The names this certificate speaks for. The client compares the host it dialled with \
                  these, never with the CN (step 3); a server reads from them who the client is (step 6).",
        read: values::general_names,
    },
    Known {
        label: "basicConstraints",
        source: "RFC 5280 §4.2.1.9",
        meaning: "Whether the subject is a CA, and how many CAs may stand between it and a leaf. \
                  Checked on every intermediate in steps 3 and 5; rustls refuses a CA as a leaf.",
        read: values::basic_constraints,
    },
    Known {
        label: "keyUsage",
        source: "RFC 5280 §4.2.1.3",
        meaning: "What the key may do. OpenSSL checks that a leaf may sign handshakes and a CA \
                  certificates. rustls looks at it only when an intermediate signs a CRL.",
        read: values::key_usage,
    },
    Known {
        label: "extKeyUsage",
        source: "RFC 5280 §4.2.1.12",
        meaning: "What the certificate may be used for. Where it is present, the client wants serverAuth \
                  (step 3) and the server clientAuth (step 5), of each intermediate too.",
        read: values::ext_key_usage,
    },
    Known {
        label: "subjectKeyIdentifier",
        source: "RFC 5280 §4.2.1.2",
        meaning: "A short name for the subject's key, to tell apart CAs of one name. OpenSSL finds \
                  issuers by it; rustls ignores it.",
        read: values::subject_key_identifier,
    },
    Known {
        label: "authorityKeyIdentifier",
        source: "RFC 5280 §4.2.1.1",
        meaning: "The subjectKeyIdentifier of whoever signed this. OpenSSL passes over an issuer with \
                  another one; rustls ignores it and tries the keys.",
        read: values::authority_key_identifier,
    },
    Known {
        label: "nameConstraints",
        source: "RFC 5280 §4.2.1.10",
        meaning: "Which names the certificates below this CA may carry. Checked in steps 3 and 5. rustls \
                  knows DNS and IP; it refuses every name of another kind that is constrained.",
        read: values::name_constraints,
    },
    Known {
        label: "cRLDistributionPoints",
        source: "RFC 5280 §4.2.1.13",
        meaning: "Where the issuer publishes its CRL. Neither rustls nor OpenSSL fetches it in a \
                  handshake: they use the CRLs that they were given.",
        read: values::distribution_points,
    },
    Known {
        label: "authorityInfoAccess",
        source: "RFC 5280 §4.2.2.1",
        meaning: "Where to get the issuer's certificate (caIssuers) or to ask whether this one is \
                  revoked (OCSP). Browsers may; rustls does not look.",
        read: values::access_descriptions,
    },
    Known {
        label: "certificatePolicies",
        source: "RFC 5280 §4.2.1.4",
        meaning: "By which rules the CA checked the subject. For people and auditors; TLS does not look \
                  at it, and rustls refuses it when it is critical.",
        read: values::policies,
    },
    Known {
        label: "tlsFeature",
        source: "RFC 7633",
        meaning: "What the server promises to do in its handshakes, so that a client may refuse one \
                  without. 5 is stapled OCSP (\"must-staple\"). rustls does not enforce it.",
        read: values::tls_features,
    },
    Known {
        label: "signedCertificateTimestampList",
        source: "RFC 6962 §3.3",
        meaning: "Promises of public logs to show this certificate. Browsers want them from public CAs; \
                  rustls does not look.",
        read: der::counted,
    },
    Known {
        label: "cRLNumber",
        source: "RFC 5280 §5.2.3",
        meaning: "Grows with each CRL of this issuer, so that the newer of two can be told.",
        read: values::crl_number,
    },
    Known {
        label: "deltaCRLIndicator",
        source: "RFC 5280 §5.2.4",
        meaning: "This CRL only lists changes since the one with this number. rustls refuses such a CRL.",
        read: values::crl_number,
    },
    Known {
        label: "issuingDistributionPoint",
        source: "RFC 5280 §5.2.5",
        meaning: "Which certificates this CRL speaks about. rustls compares it with the \
                  cRLDistributionPoints of the certificate that it checks.",
        read: values::issuing_distribution_point,
    },
    Known {
        label: "reasonCode",
        source: "RFC 5280 §5.3.1",
        meaning: "Why it was revoked. Revoked is revoked: no verifier lets a reason pass.",
        read: values::reason_code,
    },
    Known {
        label: "invalidityDate",
        source: "RFC 5280 §5.3.2",
        meaning: "Since when the key may have been in wrong hands.",
        read: values::invalidity_date,
    },
    Known {
        label: "certificateIssuer",
        source: "RFC 5280 §5.3.3",
        meaning: "Whose certificate this entry is about, where a CRL speaks for several CAs. rustls \
                  refuses such a CRL.",
        read: values::general_names,
    },
];

/// `Extensions ::= SEQUENCE OF Extension`
pub(super) fn list(reader: &mut Reader<'_>) -> Text {
    unwrapped(reader, SEQUENCE, "Extensions", |reader| {
        sequence_of(reader, extension)?;
        Ok(String::new())
    })
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`, under the name that its
/// extnID stands for. Critical means: a verifier that does not understand it must refuse
/// the whole certificate.
pub(super) fn extension(reader: &mut Reader<'_>) -> Text {
    let oid = primitive::leading_oid(reader.peek()).unwrap_or_default();
    let name = oids::name(&oid).unwrap_or("unknown extension");
    let unknown = Known {
        label: name,
        source: "RFC 5280 §4.2",
        meaning: "A verifier passes over an extension that it does not know, unless that is \
                  critical: then it has to refuse. rustls and OpenSSL do.",
        read: der::counted,
    };
    let found = KNOWN.iter().find(|known| known.label == name);
    let known = found.unwrap_or(&unknown);
    let (label, source, meaning) = (known.label, known.source, known.meaning);
    explained(reader, SEQUENCE, label, source, meaning, |reader| {
        primitive::oid(reader, "extnID")?;
        let critical = match der::next_tag(reader) {
            Some(BOOLEAN) => element(reader, BOOLEAN, "critical", primitive::boolean)?,
            _ => String::new(),
        };
        let mut text = element(reader, OCTET_STRING, "extnValue", known.read)?;
        if text.is_empty() {
            return Ok(text);
        }
        if found.is_none() {
            text = format!("{oid}, {text}");
        }
        Ok(match critical.as_str() {
            "TRUE" => format!("critical: {text}"),
            _ => text,
        })
    })
}

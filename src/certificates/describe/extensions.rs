//! Extensions of certificates, CRLs and CRL entries (RFC 5280 §4.2, §5.2, §5.3): all that v3 added,
//! and nearly all that TLS looks at.

use super::der::{
    self, BIT_STRING, BOOLEAN, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, constructed, contents,
    context, each, element, inside,
};
use super::{certificate, names, oids, time};
use crate::fields::{Malformed, Reader};

/// An extension that this program can read: its name, what it is for and who checks it.
struct Known {
    oid: &'static str,
    label: &'static str,
    source: &'static str,
    meaning: &'static str,
    read: fn(&mut Reader<'_>) -> Result<String, Malformed>,
}

const KNOWN: &[Known] = &[
    Known {
        oid: "2.5.29.17",
        label: "subjectAltName",
        source: "RFC 5280 §4.2.1.6",
        meaning: "The names this certificate speaks for. The client compares the host it dialled with \
                  these, never with the CN (step 3); a server reads from them who the client is (step 6).",
        read: |reader| inside(reader, SEQUENCE, "GeneralNames", names::general_names),
    },
    Known {
        oid: "2.5.29.19",
        label: "basicConstraints",
        source: "RFC 5280 §4.2.1.9",
        meaning: "Whether the subject is a CA, and how many CAs may stand between it and a leaf. \
                  Checked on every intermediate in steps 3 and 5; rustls refuses a CA as a leaf.",
        read: basic_constraints,
    },
    Known {
        oid: "2.5.29.15",
        label: "keyUsage",
        source: "RFC 5280 §4.2.1.3",
        meaning: "What the key may do. OpenSSL checks that a leaf may sign handshakes and a CA \
                  certificates. rustls looks at it only when an intermediate signs a CRL.",
        read: key_usage,
    },
    Known {
        oid: "2.5.29.37",
        label: "extKeyUsage",
        source: "RFC 5280 §4.2.1.12",
        meaning: "What the certificate may be used for. Where it is present, the client wants serverAuth \
                  (step 3) and the server clientAuth (step 5), of each intermediate too.",
        read: |reader| {
            inside(reader, SEQUENCE, "ExtKeyUsageSyntax", |reader| {
                oid_list(reader, "KeyPurposeId")
            })
        },
    },
    Known {
        oid: "2.5.29.14",
        label: "subjectKeyIdentifier",
        source: "RFC 5280 §4.2.1.2",
        meaning: "A short name for the subject's key, to tell apart CAs of one name. OpenSSL finds \
                  issuers by it; rustls ignores it.",
        read: |reader| inside(reader, OCTET_STRING, "KeyIdentifier", key_id),
    },
    Known {
        oid: "2.5.29.35",
        label: "authorityKeyIdentifier",
        source: "RFC 5280 §4.2.1.1",
        meaning: "The subjectKeyIdentifier of whoever signed this. OpenSSL passes over an issuer with \
                  another one; rustls ignores it and tries the keys.",
        read: authority_key_identifier,
    },
    Known {
        oid: "2.5.29.30",
        label: "nameConstraints",
        source: "RFC 5280 §4.2.1.10",
        meaning: "Which names the certificates below this CA may carry. Checked in steps 3 and 5. rustls \
                  knows DNS and IP; it refuses every name of another kind that is constrained.",
        read: name_constraints,
    },
    Known {
        oid: "2.5.29.31",
        label: "cRLDistributionPoints",
        source: "RFC 5280 §4.2.1.13",
        meaning: "Where the issuer publishes its CRL. Neither rustls nor OpenSSL fetches it in a \
                  handshake: they use the CRLs that they were given.",
        read: distribution_points,
    },
    Known {
        oid: "2.5.29.46",
        label: "freshestCRL",
        source: "RFC 5280 §4.2.1.15",
        meaning: "Where a CRL of the latest changes is published. rustls ignores it.",
        read: distribution_points,
    },
    Known {
        oid: "1.3.6.1.5.5.7.1.1",
        label: "authorityInfoAccess",
        source: "RFC 5280 §4.2.2.1",
        meaning: "Where to get the issuer's certificate (caIssuers) or to ask whether this one is \
                  revoked (OCSP). Browsers may; rustls does not look.",
        read: access_descriptions,
    },
    Known {
        oid: "1.3.6.1.5.5.7.1.11",
        label: "subjectInfoAccess",
        source: "RFC 5280 §4.2.2.2",
        meaning: "Where the subject offers more about itself. TLS does not look at it.",
        read: access_descriptions,
    },
    Known {
        oid: "2.5.29.32",
        label: "certificatePolicies",
        source: "RFC 5280 §4.2.1.4",
        meaning: "By which rules the CA checked the subject. For people and auditors; TLS does not look \
                  at it, and rustls refuses it when it is critical.",
        read: policies,
    },
    Known {
        oid: "2.5.29.18",
        label: "issuerAltName",
        source: "RFC 5280 §4.2.1.7",
        meaning: "More names of the issuer. Nobody checks them.",
        read: |reader| inside(reader, SEQUENCE, "GeneralNames", names::general_names),
    },
    Known {
        oid: "1.3.6.1.5.5.7.1.24",
        label: "tlsFeature",
        source: "RFC 7633",
        meaning: "What the server promises to do in its handshakes, so that a client may refuse one \
                  without. 5 is stapled OCSP (\"must-staple\"). rustls does not enforce it.",
        read: tls_features,
    },
    Known {
        oid: "1.3.6.1.4.1.11129.2.4.2",
        label: "signedCertificateTimestampList",
        source: "RFC 6962 §3.3",
        meaning: "Promises of public logs to show this certificate. Browsers want them from public CAs; \
                  rustls does not look.",
        read: opaque,
    },
    Known {
        oid: "2.16.840.1.113730.1.13",
        label: "netscapeComment",
        source: "",
        meaning: "A note. Nobody checks it.",
        read: |reader| names::string(reader, "comment", ""),
    },
    Known {
        oid: "2.5.29.20",
        label: "cRLNumber",
        source: "RFC 5280 §5.2.3",
        meaning: "Grows with each CRL of this issuer, so that the newer of two can be told.",
        read: |reader| inside(reader, INTEGER, "CRLNumber", number),
    },
    Known {
        oid: "2.5.29.27",
        label: "deltaCRLIndicator",
        source: "RFC 5280 §5.2.4",
        meaning: "This CRL only lists changes since the one with this number. rustls refuses such a CRL.",
        read: |reader| inside(reader, INTEGER, "BaseCRLNumber", number),
    },
    Known {
        oid: "2.5.29.28",
        label: "issuingDistributionPoint",
        source: "RFC 5280 §5.2.5",
        meaning: "Which certificates this CRL speaks about. rustls compares it with the \
                  cRLDistributionPoints of the certificate that it checks.",
        read: issuing_distribution_point,
    },
    Known {
        oid: "2.5.29.21",
        label: "reasonCode",
        source: "RFC 5280 §5.3.1",
        meaning: "Why it was revoked. Revoked is revoked: no verifier lets a reason pass.",
        read: reason_code,
    },
    Known {
        oid: "2.5.29.24",
        label: "invalidityDate",
        source: "RFC 5280 §5.3.2",
        meaning: "Since when the key may have been in wrong hands.",
        read: |reader| {
            inside(reader, der::GENERALIZED_TIME, "InvalidityDate", |reader| {
                contents(reader, time::text)
            })
        },
    },
    Known {
        oid: "2.5.29.29",
        label: "certificateIssuer",
        source: "RFC 5280 §5.3.3",
        meaning: "Whose certificate this entry is about, where a CRL speaks for several CAs. rustls \
                  refuses such a CRL.",
        read: |reader| inside(reader, SEQUENCE, "GeneralNames", names::general_names),
    },
];

/// The label of an extension, by its dotted OBJECT IDENTIFIER; also of some that are not read here.
pub(super) fn label(dotted: &str) -> Option<&'static str> {
    let known = KNOWN.iter().find(|known| known.oid == dotted);
    known.map(|known| known.label).or(match dotted {
        "2.5.29.9" => Some("subjectDirectoryAttributes"),
        "2.5.29.16" => Some("privateKeyUsagePeriod"),
        "2.5.29.33" => Some("policyMappings"),
        "2.5.29.36" => Some("policyConstraints"),
        "2.5.29.54" => Some("inhibitAnyPolicy"),
        "1.3.6.1.4.1.11129.2.4.3" => Some("precertificatePoison"),
        "2.16.840.1.113730.1.1" => Some("netscapeCertType"),
        _ => None,
    })
}

/// `Extensions ::= SEQUENCE OF Extension`
pub(super) fn list(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    each(reader, extension)?;
    Ok(String::new())
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`, under the name that its
/// extnID stands for. Critical means: whoever does not understand this must refuse the whole.
fn extension(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let oid = der::leading_oid(reader.peek()).unwrap_or_default();
    let known = KNOWN.iter().find(|known| known.oid == oid);
    let (label, source, meaning) = match known {
        Some(known) => (known.label, known.source, known.meaning),
        None => (
            label(&oid).unwrap_or("unknown extension"),
            "RFC 5280 §4.2",
            "A verifier that does not know an extension passes over it, unless it is critical: then it \
             has to refuse. rustls and OpenSSL do.",
        ),
    };
    let read = known.map_or(opaque as fn(&mut Reader<'_>) -> _, |known| known.read);
    element(reader, SEQUENCE, label, source, meaning, |reader| {
        der::oid(reader, "extnID", "")?;
        let critical = match der::next_tag(reader) {
            Some(BOOLEAN) => element(reader, BOOLEAN, "critical", "", "", |reader| {
                contents(reader, der::truth)
            })?,
            _ => String::new(),
        };
        let text = element(reader, OCTET_STRING, "extnValue", "", "", read)?;
        let critical = if critical == "TRUE" { "critical: " } else { "" };
        Ok(match (text.is_empty(), known) {
            (true, _) => String::new(),
            (false, None) => format!("{critical}{oid}, {text}"),
            (false, Some(_)) => format!("{critical}{text}"),
        })
    })
}

/// Contents that are not read further.
fn opaque(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let count = reader.remaining();
    der::plain(reader)?;
    Ok(format!("{count} bytes"))
}

fn basic_constraints(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "BasicConstraints", |reader| {
        let mut text = String::from("CA:FALSE");
        if der::next_tag(reader) == Some(BOOLEAN) {
            let ca = element(reader, BOOLEAN, "cA", "", "", |reader| {
                contents(reader, der::truth)
            })?;
            text = format!("CA:{ca}");
        }
        if !reader.is_empty() {
            let most = der::integer(
                reader,
                "pathLenConstraint",
                "",
                "How many CAs may follow.",
                der::decimal,
            )?;
            text.push_str(&format!(", pathlen:{most}"));
        }
        Ok(text)
    })
}

fn key_usage(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    const NAMES: &[&str] = &[
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    inside(reader, BIT_STRING, "KeyUsage", |reader| {
        der::flags(reader, NAMES)
    })
}

fn oid_list(reader: &mut Reader<'_>, label: &str) -> Result<String, Malformed> {
    let names = each(reader, |reader| {
        Ok(oids::name_or(&der::oid(reader, label, "")?))
    })?;
    Ok(names.join(", "))
}

fn key_id(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    contents(reader, |bytes| Ok(der::hex(bytes)))
}

/// Nearly always the key identifier alone; issuer and serial are the older way to say it.
fn authority_key_identifier(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    const KEY: u8 = context(0);
    const ISSUER: u8 = constructed(1);
    const SERIAL: u8 = context(2);
    inside(reader, SEQUENCE, "AuthorityKeyIdentifier", |reader| {
        let parts = each(reader, |reader| match der::next_tag(reader) {
            Some(ISSUER) => {
                let names = element(
                    reader,
                    ISSUER,
                    "authorityCertIssuer",
                    "",
                    "",
                    names::general_names,
                )?;
                Ok(format!("issuer {names}"))
            }
            Some(SERIAL) => {
                let hex = |bytes: &[u8]| {
                    der::shortest(bytes).map(|bytes| der::hex(der::magnitude(bytes)))
                };
                let serial = element(
                    reader,
                    SERIAL,
                    "authorityCertSerialNumber",
                    "",
                    "",
                    |reader| contents(reader, hex),
                )?;
                Ok(format!("serial {serial}"))
            }
            _ => element(reader, KEY, "keyIdentifier", "", "", key_id),
        })?;
        Ok(or_empty(parts))
    })
}

fn name_constraints(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "NameConstraints", |reader| {
        let parts = each(reader, |reader| {
            let (tag, label, word) = match der::next_tag(reader) {
                Some(tag @ 0xa1) => (tag, "excludedSubtrees", "excluded"),
                _ => (constructed(0), "permittedSubtrees", "permitted"),
            };
            let names = element(reader, tag, label, "", "", |reader| {
                Ok(each(reader, subtree)?.join(", "))
            })?;
            Ok(format!("{word} {names}"))
        })?;
        Ok(parts.join("; "))
    })
}

/// `minimum` and `maximum` may follow; RFC 5280 lets nobody use them.
fn subtree(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    element(reader, SEQUENCE, "GeneralSubtree", "", "", |reader| {
        names::general_name(reader, names::network)
    })
}

fn distribution_points(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "CRLDistributionPoints", |reader| {
        let points = each(reader, |reader| {
            element(reader, SEQUENCE, "DistributionPoint", "", "", |reader| {
                let parts = each(reader, |reader| match der::next_tag(reader) {
                    Some(tag @ 0x81) => element(reader, tag, "reasons", "", "", reasons),
                    Some(tag @ 0xa2) => {
                        let names =
                            element(reader, tag, "cRLIssuer", "", "", names::general_names)?;
                        Ok(format!("signed by {names}"))
                    }
                    _ => distribution_point_name(reader),
                })?;
                Ok(parts.join(", "))
            })
        })?;
        Ok(or_empty(points))
    })
}

/// `[0] EXPLICIT CHOICE { fullName [0], nameRelativeToCRLIssuer [1] }`
fn distribution_point_name(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    element(
        reader,
        constructed(0),
        "distributionPoint",
        "",
        "",
        |reader| match der::next_tag(reader) {
            Some(tag @ 0xa1) => element(
                reader,
                tag,
                "nameRelativeToCRLIssuer",
                "",
                "",
                names::attributes,
            ),
            _ => element(
                reader,
                constructed(0),
                "fullName",
                "",
                "",
                names::general_names,
            ),
        },
    )
}

const REASONS: &[&str] = &[
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "value 7",
    "removeFromCRL",
    "privilegeWithdrawn",
    "aACompromise",
];

/// `ReasonFlags` count like `CRLReason` up to certificateHold; then come the last two.
fn reasons(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let mut flags = REASONS[..7].to_vec();
    flags.extend(&REASONS[9..]);
    der::flags(reader, &flags)
}

fn reason_code(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, ENUMERATED, "CRLReason", |reader| {
        contents(reader, |bytes| match der::shortest(bytes)? {
            [number] => Ok(REASONS
                .get(usize::from(*number))
                .map_or(format!("reason {number}"), |name| name.to_string())),
            _ => Err("a reason of more than a byte".into()),
        })
    })
}

fn issuing_distribution_point(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "IssuingDistributionPoint", |reader| {
        let parts = each(reader, |reader| {
            let (tag, label) = match der::next_tag(reader) {
                Some(tag @ 0x81) => (tag, "onlyContainsUserCerts"),
                Some(tag @ 0x82) => (tag, "onlyContainsCACerts"),
                Some(tag @ 0x83) => {
                    return element(reader, tag, "onlySomeReasons", "", "", reasons);
                }
                Some(tag @ 0x84) => (tag, "indirectCRL"),
                Some(tag @ 0x85) => (tag, "onlyContainsAttributeCerts"),
                _ => return distribution_point_name(reader),
            };
            let truth = element(reader, tag, label, "", "", |reader| {
                contents(reader, der::truth)
            })?;
            Ok(format!("{label}:{truth}"))
        })?;
        Ok(or_empty(parts))
    })
}

fn access_descriptions(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "AccessDescriptions", |reader| {
        let descriptions = each(reader, |reader| {
            element(reader, SEQUENCE, "AccessDescription", "", "", |reader| {
                let method = der::oid(reader, "accessMethod", "")?;
                let place = names::general_name(reader, names::address)?;
                Ok(format!("{} {place}", oids::name_or(&method)))
            })
        })?;
        Ok(or_empty(descriptions))
    })
}

fn policies(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "CertificatePolicies", |reader| {
        let policies = each(reader, |reader| {
            element(reader, SEQUENCE, "PolicyInformation", "", "", |reader| {
                let policy = der::oid(reader, "policyIdentifier", "")?;
                let mut text = oids::name_or(&policy);
                if !reader.is_empty() {
                    let qualifiers =
                        element(reader, SEQUENCE, "policyQualifiers", "", "", qualifiers)?;
                    text.push_str(&format!(" ({qualifiers})"));
                }
                Ok(text)
            })
        })?;
        Ok(or_empty(policies))
    })
}

fn qualifiers(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let qualifiers = each(reader, |reader| {
        element(reader, SEQUENCE, "PolicyQualifierInfo", "", "", |reader| {
            let kind = oids::name_or(&der::oid(reader, "policyQualifierId", "")?);
            let text = names::string(reader, "qualifier", "")?;
            Ok(format!("{kind} {}", names::quoted(&text)))
        })
    })?;
    Ok(qualifiers.join(", "))
}

fn tls_features(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    inside(reader, SEQUENCE, "Features", |reader| {
        let features = each(reader, |reader| {
            der::integer(reader, "TLSFeature", "RFC 7633 §4.1", "", der::decimal)
        })?;
        Ok(or_empty(features))
    })
}

fn number(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    contents(reader, |bytes| der::shortest(bytes).map(der::decimal))
}

fn or_empty(parts: Vec<String>) -> String {
    match parts.is_empty() {
        true => "(empty)".into(),
        false => parts.join(", "),
    }
}

/// A CRL's serial numbers are those of the certificates it names.
pub(super) fn revoked(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let serial = certificate::serial(reader, "userCertificate", "", "")?;
    let date = time::time(reader, "revocationDate", "", "")?;
    let mut text = format!("{serial} on {date}");
    if !reader.is_empty() {
        element(reader, SEQUENCE, "crlEntryExtensions", "", "", |reader| {
            let extensions = each(reader, extension)?;
            text.push_str(&format!(", {}", extensions.join(", ")));
            Ok(extensions.join(", "))
        })?;
    }
    Ok(text)
}

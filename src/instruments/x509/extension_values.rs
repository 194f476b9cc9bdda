//! What stands inside the extensions that this program can read. Each function reads the contents of
//! an `extnValue` and puts all of it into a line of text.

use super::der::{self, BOOLEAN, INTEGER, SEQUENCE};
use super::der::{Text, constructed, contents, context, element, joined, sequence_of};
use super::{names, oids, primitive};
use crate::certificates::wording::quoted;
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

fn commas(reader: &mut Reader<'_>, one: fn(&mut Reader<'_>) -> Text) -> Text {
    let texts = sequence_of(reader, one)?;
    Ok(if texts.is_empty() {
        phrase!("(empty)")
    } else {
        joined(texts, ", ")
    })
}

/// `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`
pub(super) fn basic_constraints(reader: &mut Reader<'_>) -> Text {
    let mut text = Phrase::from("CA:FALSE");
    if der::next_tag(reader) == Some(BOOLEAN) {
        let ca = element(reader, BOOLEAN, "cA", primitive::boolean)?;
        text = joined(vec!["CA:".into(), ca], "");
    }
    if !reader.is_empty() {
        let length = element(reader, INTEGER, "pathLenConstraint", number)?;
        text = joined(vec![text, length], ", pathlen:");
    }
    Ok(text)
}

pub(super) fn key_usage(reader: &mut Reader<'_>) -> Text {
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
    primitive::flags(reader, NAMES)
}

pub(super) fn ext_key_usage(reader: &mut Reader<'_>) -> Text {
    commas(reader, |reader| {
        Ok(oids::name_or(&primitive::oid(reader, "KeyPurposeId")?).into())
    })
}

pub(super) fn key_id(reader: &mut Reader<'_>) -> Text {
    contents(reader, |bytes| Ok(primitive::hex(bytes)))
}

/// Nearly always the key identifier alone; issuer and serial are the older way to say it.
pub(super) fn authority_key_identifier(reader: &mut Reader<'_>) -> Text {
    commas(reader, |reader| match der::next_tag(reader) {
        Some(tag @ 0xa1) => {
            let names = element(reader, tag, "authorityCertIssuer", names::general_names)?;
            Ok(phrase!("issuer {names}", names))
        }
        Some(tag @ 0x82) => {
            let serial = element(reader, tag, "authorityCertSerialNumber", |reader| {
                primitive::integer(reader, |bytes| {
                    primitive::hex(primitive::magnitude(bytes)).into()
                })
            })?;
            Ok(phrase!("serial {serial}", serial))
        }
        _ => element(reader, context(0), "keyIdentifier", key_id),
    })
}

/// `SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }`. A subtree may go on with `minimum` and
/// `maximum`, which RFC 5280 forbids.
pub(super) fn name_constraints(reader: &mut Reader<'_>) -> Text {
    fn subtree(reader: &mut Reader<'_>) -> Text {
        element(reader, SEQUENCE, "GeneralSubtree", |reader| {
            names::general_name(reader, names::network)
        })
    }
    commas(reader, |reader| {
        let (tag, label) = match der::next_tag(reader) {
            Some(tag @ 0xa1) => (tag, "excludedSubtrees"),
            _ => (constructed(0), "permittedSubtrees"),
        };
        let names = element(reader, tag, label, |reader| commas(reader, subtree))?;
        Ok(match tag {
            0xa1 => phrase!("excluded ({names})", names),
            _ => phrase!("permitted ({names})", names),
        })
    })
}

/// `DistributionPoint ::= SEQUENCE { distributionPoint [0], reasons [1], cRLIssuer [2] }`
pub(super) fn distribution_points(reader: &mut Reader<'_>) -> Text {
    fn point(reader: &mut Reader<'_>) -> Text {
        element(reader, SEQUENCE, "DistributionPoint", |reader| {
            commas(reader, |reader| match der::next_tag(reader) {
                Some(tag @ 0x81) => element(reader, tag, "reasons", reasons),
                Some(tag @ 0xa2) => {
                    let names = element(reader, tag, "cRLIssuer", names::general_names)?;
                    Ok(phrase!("signed by {names}", names))
                }
                _ => distribution_point_name(reader),
            })
        })
    }
    commas(reader, point)
}

/// `[0] EXPLICIT CHOICE { fullName [0], nameRelativeToCRLIssuer [1] }`
fn distribution_point_name(reader: &mut Reader<'_>) -> Text {
    element(
        reader,
        constructed(0),
        "distributionPoint",
        |reader| match der::next_tag(reader) {
            Some(tag @ 0xa1) => element(reader, tag, "nameRelativeToCRLIssuer", names::attributes),
            _ => element(reader, constructed(0), "fullName", names::general_names),
        },
    )
}

/// `ReasonFlags` (RFC 5280 §4.2.1.13): the same names as [`reason_code`], in other places.
fn reasons(reader: &mut Reader<'_>) -> Text {
    const FLAGS: &[&str] = &[
        "unused",
        "keyCompromise",
        "cACompromise",
        "affiliationChanged",
        "superseded",
        "cessationOfOperation",
        "certificateHold",
        "privilegeWithdrawn",
        "aACompromise",
    ];
    primitive::flags(reader, FLAGS)
}

pub(super) fn reason_code(reader: &mut Reader<'_>) -> Text {
    contents(reader, |bytes| {
        let name = match bytes {
            [0] => "unspecified",
            [1] => "keyCompromise",
            [2] => "cACompromise",
            [3] => "affiliationChanged",
            [4] => "superseded",
            [5] => "cessationOfOperation",
            [6] => "certificateHold",
            [8] => "removeFromCRL",
            [9] => "privilegeWithdrawn",
            [10] => "aACompromise",
            _ => return Err(phrase!("a reason that the standard does not know")),
        };
        Ok(name.to_owned())
    })
}

/// A CRL that does not speak for all certificates of its issuer says here for which it does.
pub(super) fn issuing_distribution_point(reader: &mut Reader<'_>) -> Text {
    commas(reader, |reader| {
        let (tag, label) = match der::next_tag(reader) {
            Some(tag @ 0x81) => (tag, "onlyContainsUserCerts"),
            Some(tag @ 0x82) => (tag, "onlyContainsCACerts"),
            Some(tag @ 0x83) => return element(reader, tag, "onlySomeReasons", reasons),
            Some(tag @ 0x84) => (tag, "indirectCRL"),
            Some(tag @ 0x85) => (tag, "onlyContainsAttributeCerts"),
            _ => return distribution_point_name(reader),
        };
        let value = element(reader, tag, label, primitive::boolean)?;
        Ok(joined(vec![label.into(), value], ":"))
    })
}

pub(super) fn access_descriptions(reader: &mut Reader<'_>) -> Text {
    fn description(reader: &mut Reader<'_>) -> Text {
        element(reader, SEQUENCE, "AccessDescription", |reader| {
            let method = oids::name_or(&primitive::oid(reader, "accessMethod")?);
            let name = names::general_name(reader, names::address)?;
            Ok(joined(vec![method.into(), name], " "))
        })
    }
    commas(reader, description)
}

pub(super) fn policies(reader: &mut Reader<'_>) -> Text {
    fn policy(reader: &mut Reader<'_>) -> Text {
        element(reader, SEQUENCE, "PolicyInformation", |reader| {
            let policy = oids::name_or(&primitive::oid(reader, "policyIdentifier")?);
            if reader.is_empty() {
                return Ok(policy.into());
            }
            let notes = element(reader, SEQUENCE, "policyQualifiers", |reader| {
                commas(reader, qualifier)
            })?;
            Ok(joined(
                vec![policy.into(), " (".into(), notes, ")".into()],
                "",
            ))
        })
    }
    commas(reader, policy)
}

/// The address of the rules (CPS), or words to show to people (userNotice).
fn qualifier(reader: &mut Reader<'_>) -> Text {
    element(reader, SEQUENCE, "PolicyQualifierInfo", |reader| {
        let kind = oids::name_or(&primitive::oid(reader, "policyQualifierId")?);
        let text = match der::next_tag(reader) {
            Some(SEQUENCE) => element(reader, SEQUENCE, "qualifier", |reader| {
                commas(reader, |reader| names::string(reader, "explicitText"))
            })?,
            _ => names::string(reader, "qualifier")?,
        };
        Ok(format!("{kind} {}", quoted(&text.english())).into())
    })
}

/// `SEQUENCE { requireExplicitPolicy [0] INTEGER, inhibitPolicyMapping [1] INTEGER }`, both optional.
pub(super) fn policy_constraints(reader: &mut Reader<'_>) -> Text {
    commas(reader, |reader| {
        let (tag, label) = match der::next_tag(reader) {
            Some(tag @ 0x81) => (tag, "inhibitPolicyMapping"),
            _ => (context(0), "requireExplicitPolicy"),
        };
        let value = element(reader, tag, label, number)?;
        Ok(joined(vec![label.into(), value], ":"))
    })
}

/// `SEQUENCE OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }`
pub(super) fn policy_mappings(reader: &mut Reader<'_>) -> Text {
    commas(reader, |reader| {
        element(reader, SEQUENCE, "mapping", |reader| {
            let issuers = oids::name_or(&primitive::oid(reader, "issuerDomainPolicy")?);
            let subjects = oids::name_or(&primitive::oid(reader, "subjectDomainPolicy")?);
            Ok(phrase!("{issuers} is {subjects}", issuers, subjects))
        })
    })
}

/// `SEQUENCE { templateID, templateMajorVersion, templateMinorVersion }`, the versions optional.
pub(super) fn template(reader: &mut Reader<'_>) -> Text {
    let id = primitive::oid(reader, "templateID")?;
    let versions = sequence_of(reader, |reader| element(reader, INTEGER, "version", number))?;
    Ok(match versions.is_empty() {
        true => id.into(),
        false => phrase!(
            "{id}, version {versions}",
            id,
            versions = joined(versions, ".")
        ),
    })
}

pub(super) fn netscape_cert_type(reader: &mut Reader<'_>) -> Text {
    const NAMES: &[&str] = &[
        "sslClient",
        "sslServer",
        "smime",
        "objectSigning",
        "reserved",
        "sslCA",
        "smimeCA",
        "objectSigningCA",
    ];
    primitive::flags(reader, NAMES)
}

pub(super) fn tls_features(reader: &mut Reader<'_>) -> Text {
    commas(reader, |reader| {
        element(reader, INTEGER, "TLSFeature", number)
    })
}

pub(super) fn number(reader: &mut Reader<'_>) -> Text {
    primitive::integer(reader, primitive::decimal)
}

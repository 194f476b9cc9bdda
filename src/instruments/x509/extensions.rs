//! Extensions of certificates, CRLs and CRL entries (RFC 5280 §4.2, §5.2, §5.3): all that v3 added,
//! and nearly all that TLS looks at.

use super::components::{Component, components};
use super::der::{self, BIT_STRING, BOOLEAN, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, Text};
use super::der::{element, explained, sequence_of, unwrapped};
use super::time::dated;
use super::{extension_values as values, names, oids, primitive};
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

/// The extensions that this program can read: the type inside `extnValue`, its reader, what it is for and
/// which side checks it. Without a type the reader sees all of `extnValue`.
const KNOWN: &[Component] = components! {
    subjectAltName (SEQUENCE) names::general_names, "RFC 5280 §4.2.1.6",
        phrase!("The names this certificate speaks for. The client compares the host it dialled with \
         these, never with the CN (step 3); a server reads from them which client it is (step 6).");
    basicConstraints (SEQUENCE) values::basic_constraints, "RFC 5280 §4.2.1.9",
        phrase!("Whether the subject is a CA, and how many CAs may stand between it and a leaf. Checked \
         on every intermediate in steps 3 and 5; rustls refuses a CA as a leaf.");
    keyUsage (BIT_STRING) values::key_usage, "RFC 5280 §4.2.1.3",
        phrase!("What the key may do. OpenSSL checks that a leaf may sign handshakes and a CA \
         certificates. rustls looks at it only when an intermediate signs a CRL.");
    extKeyUsage (SEQUENCE) values::ext_key_usage, "RFC 5280 §4.2.1.12",
        phrase!("What the certificate may be used for. Where it is present, the client wants serverAuth \
         (step 3) and the server clientAuth (step 5), of each intermediate too.");
    subjectKeyIdentifier (OCTET_STRING) values::key_id, "RFC 5280 §4.2.1.2",
        phrase!("A short name for the subject's key, to tell apart CAs of one name. OpenSSL finds \
         issuers by it; rustls ignores it.");
    authorityKeyIdentifier (SEQUENCE) values::authority_key_identifier, "RFC 5280 §4.2.1.1",
        phrase!("The subjectKeyIdentifier of the CA that signed this. OpenSSL passes over an issuer with \
         another one; rustls ignores it and tries the keys.");
    nameConstraints (SEQUENCE) values::name_constraints, "RFC 5280 §4.2.1.10",
        phrase!("Which names the certificates below this CA may carry. Checked in steps 3 and 5. rustls \
         knows DNS and IP; it refuses every name of another kind that is constrained.");
    cRLDistributionPoints (SEQUENCE) values::distribution_points, "RFC 5280 §4.2.1.13",
        phrase!("Where the issuer publishes its CRL. Neither rustls nor OpenSSL fetches it in a \
         handshake: they use the CRLs that they were given.");
    authorityInfoAccess (SEQUENCE) values::access_descriptions, "RFC 5280 §4.2.2.1",
        phrase!("Where to get the issuer's certificate (caIssuers) or to ask whether this one is revoked \
         (OCSP). Browsers may; rustls does not look.");
    certificatePolicies (SEQUENCE) values::policies, "RFC 5280 §4.2.1.4",
        phrase!("By which rules the CA checked the subject. For people and auditors; TLS does not look \
         at it, and rustls refuses it when it is critical.");
    tlsFeature (SEQUENCE) values::tls_features, "RFC 7633",
        phrase!("What the server promises to do in its handshakes, so that a client may refuse one \
         without. 5 is stapled OCSP (\"must-staple\"). rustls does not enforce it.");
    signedCertificateTimestampList () der::counted, "RFC 6962 §3.3",
        phrase!("Promises of public logs to show this certificate. Browsers want them from public CAs; \
         rustls does not look.");
    issuerAltName (SEQUENCE) names::general_names, "RFC 5280 §4.2.1.7",
        phrase!("More names of the issuer. No verifier looks for an issuer by them.");
    policyConstraints (SEQUENCE) values::policy_constraints, "RFC 5280 §4.2.1.11",
        phrase!("That the certificates below need a policy in common. RFC 5280 wants it critical, and rustls \
         refuses an intermediate with it then: webpki does no policies.");
    inhibitAnyPolicy (INTEGER) values::number, "RFC 5280 §4.2.1.14",
        phrase!("Below how many more certificates anyPolicy counts no longer. RFC 5280 wants it critical, and \
         rustls refuses an intermediate with it then.");
    policyMappings (SEQUENCE) values::policy_mappings, "RFC 5280 §4.2.1.5",
        phrase!("Which policy of the issuer is which of the subject. rustls passes over it, unless it is \
         critical.");
    freshestCRL (SEQUENCE) values::distribution_points, "RFC 5280 §4.2.1.15",
        phrase!("Where the issuer publishes what changed since its last CRL. rustls does no such lists.");
    subjectInfoAccess (SEQUENCE) values::access_descriptions, "RFC 5280 §4.2.2.2",
        phrase!("Where to get what the subject, a CA, has signed. TLS does not look at it.");
    msCertificateTemplateName () |reader| names::string(reader, "name"), "MS-WCCE",
        phrase!("By which template Microsoft's CA made it. TLS does not look at it.");
    msCertificateTemplate (SEQUENCE) values::template, "MS-WCCE",
        phrase!("By which template Microsoft's CA made it. TLS does not look at it.");
    msApplicationPolicies (SEQUENCE) values::policies, "MS-WCCE",
        phrase!("The purposes once more, as Microsoft wrote them before extKeyUsage. rustls looks at \
         extKeyUsage alone.");
    netscapeCertType (BIT_STRING) values::netscape_cert_type, "",
        phrase!("What Netscape had before extKeyUsage. OpenSSL still checks it; rustls looks at extKeyUsage alone.");
    netscapeComment () |reader| names::string(reader, "comment"), "",
        phrase!("Words for people, which programs pass over.");
    cRLNumber (INTEGER) values::number, "RFC 5280 §5.2.3",
        phrase!("Grows with each CRL of this issuer, so that the newer of two can be told.");
    deltaCRLIndicator (INTEGER) values::number, "RFC 5280 §5.2.4",
        phrase!("This CRL only lists changes since the one with this number. rustls refuses such a CRL.");
    issuingDistributionPoint (SEQUENCE) values::issuing_distribution_point, "RFC 5280 §5.2.5",
        phrase!("Which certificates this CRL speaks about. rustls compares it with the \
         cRLDistributionPoints of the certificate that it checks.");
    reasonCode (ENUMERATED) values::reason_code, "RFC 5280 §5.3.1",
        phrase!("Why it was revoked. It counts as revoked whatever the reason; removeFromCRL alone, in a delta CRL, takes it off the list (RFC 5280 §5.3.1).");
    invalidityDate () |reader| dated(reader, "InvalidityDate"), "RFC 5280 §5.3.2",
        phrase!("Since when the key may have been in wrong hands.");
    certificateIssuer (SEQUENCE) names::general_names, "RFC 5280 §5.3.3",
        phrase!("Whose certificate this entry is about, where a CRL speaks for several CAs. rustls \
         refuses such a CRL.");
};

/// `Extensions ::= SEQUENCE OF Extension`
pub(super) fn list(reader: &mut Reader<'_>) -> Text {
    unwrapped(reader, SEQUENCE, "Extensions", |reader| {
        sequence_of(reader, extension)?;
        Ok(Phrase::empty())
    })
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`, under the name that its
/// extnID stands for. Critical means: a verifier that does not understand it must refuse
/// the whole certificate.
pub(super) fn extension(reader: &mut Reader<'_>) -> Text {
    let oid = primitive::leading_oid(reader.peek()).unwrap_or_default();
    let name = oids::name(&oid).unwrap_or("unknown extension");
    let found = KNOWN.iter().find(|known| known.label == name);
    let (source, meaning) = found.map_or(UNKNOWN, |known| (known.source, known.meaning.clone()));
    explained(reader, SEQUENCE, name, source, meaning, |reader| {
        primitive::oid(reader, "extnID")?;
        let critical = match der::next_tag(reader) {
            Some(BOOLEAN) => element(reader, BOOLEAN, "critical", primitive::boolean)?,
            _ => Phrase::empty(),
        };
        let mut text = element(reader, OCTET_STRING, "extnValue", |reader| match found {
            Some(Component {
                tags: [tag, ..],
                label,
                read,
                ..
            }) => unwrapped(reader, *tag, label, read),
            Some(known) => (known.read)(reader),
            None => der::counted(reader),
        })?;
        if text.is_empty() {
            return Ok(text);
        }
        if found.is_none() {
            text = der::joined(vec![oid.into(), text], ", ");
        }
        Ok(if critical == "TRUE" {
            phrase!("critical: {text}", text)
        } else {
            text
        })
    })
}

/// The source and the meaning of an extension that is not in the table.
const UNKNOWN: (&str, Phrase) = (
    "RFC 5280 §4.2",
    phrase!(
        "A verifier passes over an extension that it does not know, unless that is critical: then it has to \
     refuse. rustls and OpenSSL do."
    ),
);

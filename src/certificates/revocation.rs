//! Revocation: a list of certificates that the authority no longer stands by (RFC 5280 §5).
//!
//! | openssl | here |
//! | --- | --- |
//! | `openssl ca -revoke client.crt`, `openssl ca -gencrl -out ca.crl` | [`revoke`] |
//!
//! A certificate cannot be called back: copies of it are everywhere. So the CA signs a list of serial
//! numbers, and each verifier has to fetch it and look. A list says until when it is good.

use rcgen::{
    CertificateRevocationListParams, KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber,
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::extensions::{
    DistributionPointName, GeneralName, IssuingDistributionPoint, ParsedExtension,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::authority::{Authority, subject_key};
use super::{Validity, failed, ml_dsa, summary};
use crate::error::Error;
use crate::language::Phrase;
use crate::phrase;

/// What the error messages of this module begin with.
const DOING: &str = "revoke";

/// Signs a list with all entries of `earlier` and these `certificates`. PEM.
///
/// # Errors
/// [`Error::Certificates`] if a certificate or the earlier list is not this authority's, or cannot be
/// read.
pub fn revoke(
    authority: &Authority,
    earlier: Option<&CertificateRevocationListDer<'_>>,
    certificates: &[CertificateDer<'_>],
    days: u32,
) -> Result<String, Error> {
    let (_, ca) = X509Certificate::from_der(authority.certificate())
        .map_err(|_| unreadable(phrase!("the CA's certificate")))?;
    let validity = Validity::from_now(days);
    // A list begins with the number 1, and each list counts on from the last one.
    let (number, mut revoked) = match earlier {
        Some(earlier) => earlier_entries(earlier, &ca)?,
        None => (vec![1], Vec::new()),
    };
    for certificate in certificates {
        let entry = new_entry(authority, certificate, validity)?;
        // Revoked once is revoked: a second entry would only contradict the first one's date.
        let is_known = |one: &RevokedCertParams| one.serial_number == entry.serial_number;
        if !revoked.iter().any(is_known) {
            revoked.push(entry);
        }
    }
    let list = CertificateRevocationListParams {
        this_update: validity.not_before.into(),
        next_update: validity.not_after.into(),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: revoked,
        key_identifier_method: key_identifier(&ca),
    };
    let signed = list
        .signed_by(&authority.issuer)
        .and_then(|list| list.pem());
    signed.map_err(|error| failed(DOING, &error))
}

/// The CA of two lists that may both speak for one certificate, in words. webpki then looks at the first list only.
///
/// A CA may split its list into one for CAs and one for leaves, and these do not overlap. It may also split it by
/// distribution point (RFC 5280 §5.2.5). But webpki takes the first such part for each certificate that names no
/// point, and would let in one that is on the second part. So these count as overlapping.
pub fn overlap(
    one: &CertificateRevocationListDer<'_>,
    other: &CertificateRevocationListDer<'_>,
) -> Option<String> {
    let (_, first) = CertificateRevocationList::from_der(one).ok()?;
    let (_, second) = CertificateRevocationList::from_der(other).ok()?;
    let apart = match (scope(&first), scope(&second)) {
        (Some(one), Some(other)) => {
            one.only_contains_user_certs && other.only_contains_ca_certs
                || one.only_contains_ca_certs && other.only_contains_user_certs
        }
        _ => false,
    };
    let same = first.issuer().as_raw() == second.issuer().as_raw();
    (same && !apart && one != other).then(|| summary::shown_name(first.issuer()))
}

/// For which certificates of its CA a list is; `None`: for all.
pub fn scope<'l>(
    list: &'l CertificateRevocationList<'_>,
) -> Option<&'l IssuingDistributionPoint<'l>> {
    let mut parsed = list.extensions().iter().map(|one| one.parsed_extension());
    parsed.find_map(|parsed| match parsed {
        ParsedExtension::IssuingDistributionPoint(scope) => Some(scope),
        _ => None,
    })
}

/// The URIs of a distribution point. webpki compares no other names.
pub fn places<'p>(point: &'p Option<DistributionPointName<'p>>) -> Vec<&'p str> {
    let names = match point {
        Some(DistributionPointName::FullName(names)) => names.as_slice(),
        _ => &[],
    };
    let uris = names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some(*uri),
        _ => None,
    });
    uris.collect()
}

/// Whether `list` has this certificate's serial number, and is of its issuer. The list's signature is not
/// checked.
pub fn is_listed(
    list: &CertificateRevocationListDer<'_>,
    certificate: &CertificateDer<'_>,
) -> bool {
    let (Ok((_, list)), Ok((_, leaf))) = (
        CertificateRevocationList::from_der(list),
        X509Certificate::from_der(certificate),
    ) else {
        return false;
    };
    list.issuer().as_raw() == leaf.issuer().as_raw()
        && list
            .iter_revoked_certificates()
            .any(|entry| entry.raw_serial() == leaf.raw_serial())
}

/// The number for the next list, and all entries of the earlier one.
///
/// Anybody can put a list into the folder. Only what this CA signed goes on into the next one.
fn earlier_entries(
    earlier: &CertificateRevocationListDer<'_>,
    ca: &X509Certificate<'_>,
) -> Result<(Vec<u8>, Vec<RevokedCertParams>), Error> {
    let (_, list) = CertificateRevocationList::from_der(earlier)
        .map_err(|_| unreadable(phrase!("the earlier list")))?;
    let same_issuer = list.issuer().as_raw() == ca.subject().as_raw();
    if !same_issuer || !is_signed_by(&list, ca) {
        return Err(Error::Certificates {
            doing: DOING.to_owned(),
            found: phrase!("the list that is there was not signed by this CA"),
            remedy: phrase!("the CA's own list, or none: then a new one begins"),
        });
    }
    let number =
        next_number(&list).ok_or_else(|| unreadable(phrase!("the number of the earlier list")))?;
    let entries = list
        .iter_revoked_certificates()
        .map(|entry| RevokedCertParams {
            serial_number: SerialNumber::from_slice(entry.raw_serial()),
            revocation_time: entry.revocation_date.to_datetime(),
            reason_code: entry.reason_code().and_then(|(_, code)| reason(code.0)),
            invalidity_date: entry.invalidity_date().map(|(_, date)| date.to_datetime()),
        });
    Ok((number, entries.collect()))
}

fn is_signed_by(list: &CertificateRevocationList<'_>, ca: &X509Certificate<'_>) -> bool {
    let (algorithm, signature) = (&list.signature_algorithm, &list.signature_value);
    ml_dsa::verify(
        ca.public_key(),
        algorithm,
        signature,
        list.tbs_cert_list.as_ref(),
    )
    .is_ok()
}

/// The entry for a certificate of this authority.
fn new_entry(
    authority: &Authority,
    certificate: &CertificateDer<'_>,
    validity: Validity,
) -> Result<RevokedCertParams, Error> {
    let (_, leaf) = X509Certificate::from_der(certificate)
        .map_err(|_| unreadable(phrase!("the certificate")))?;
    // A serial number is unique under its issuer only: in this CA's list, another CA's number would
    // revoke an innocent certificate.
    if !authority.is_issuer_of(certificate) {
        return Err(Error::Certificates {
            doing: DOING.to_owned(),
            found: phrase!("the certificate is not of this CA"),
            remedy: phrase!("only the CA that signed a certificate can revoke it"),
        });
    }
    Ok(RevokedCertParams {
        serial_number: SerialNumber::from_slice(leaf.raw_serial()),
        revocation_time: validity.now.into(),
        reason_code: None,
        invalidity_date: None,
    })
}

fn unreadable(what: Phrase) -> Error {
    Error::Certificates {
        doing: DOING.to_owned(),
        found: phrase!("{what} cannot be read", what),
        remedy: phrase!("hello-mtls inspect shows what is in a file"),
    }
}

/// One more than the number of `list`, big-endian: lists count upwards (RFC 5280 §5.2.3, at most 20 bytes).
fn next_number(list: &CertificateRevocationList<'_>) -> Option<Vec<u8>> {
    let next = (list.crl_number()? + 1u32).to_bytes_be();
    (next.len() < 20).then_some(next)
}

/// A reason of RFC 5280 §5.3.1 by its number. "Unspecified" is better left out, says the RFC.
fn reason(number: u8) -> Option<RevocationReason> {
    Some(match number {
        1 => RevocationReason::KeyCompromise,
        2 => RevocationReason::CaCompromise,
        3 => RevocationReason::AffiliationChanged,
        4 => RevocationReason::Superseded,
        5 => RevocationReason::CessationOfOperation,
        6 => RevocationReason::CertificateHold,
        8 => RevocationReason::RemoveFromCrl,
        9 => RevocationReason::PrivilegeWithdrawn,
        10 => RevocationReason::AaCompromise,
        _ => return None,
    })
}

/// The list names its issuer's key as the CA's certificate does: with another identifier OpenSSL does
/// not find that they belong together.
fn key_identifier(ca: &X509Certificate<'_>) -> KeyIdMethod {
    subject_key(ca).map_or(KeyIdMethod::Sha256, KeyIdMethod::PreSpecified)
}

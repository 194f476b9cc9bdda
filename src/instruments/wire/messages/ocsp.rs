//! What an OCSP response says (RFC 6960 §4.2.1): whether its server answered, and what of the certificate.
//!
//! Unaware of whether the CA's signature over it holds: that is not checked here.

use x509_parser::der_parser::asn1_rs::{Any, Class, FromDer};

use super::{Read, opaque_vector};
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

/// A response with its length, and its answer as value.
pub(super) fn response(reader: &mut Reader<'_>) -> Read {
    let meaning =
        phrase!("what the CA says about whether the certificate is revoked, signed (RFC 6960)");
    let der = opaque_vector(reader, 3, "response", meaning)?;
    reader.value(answer(der).unwrap_or_else(|| phrase!("not taken apart here")));
    Ok(())
}

fn answer(der: &[u8]) -> Option<Phrase> {
    let mut response = parts(part(der)?.data).into_iter();
    match response.next()?.data {
        [0] => {}
        [status] => return Some(phrase!("no answer: {status}", status = no_answer(*status))),
        _ => return None,
    }
    // responseBytes: the type of the response, and within an OCTET STRING the BasicOCSPResponse.
    let bytes = part(response.next()?.data)?;
    let basic = parts(bytes.data).into_iter().nth(1)?;
    let data = parts(part(basic.data)?.data).into_iter().next()?;
    // Version and responderID have tags of their own; then producedAt, and the responses.
    let mut rest = parts(data.data).into_iter();
    let responses = rest.find(|part| part.class() == Class::Universal && part.tag().0 == 16)?;
    let count = parts(responses.data).len();
    let mut single = parts(part(responses.data)?.data).into_iter().skip(1);
    let status = match single.next()?.tag().0 {
        0 => "good",
        1 => "revoked",
        2 => "unknown",
        _ => return None,
    };
    let mut words = format!(
        "certStatus {status}, thisUpdate {}",
        time(single.next()?.data)
    );
    if let Some(next) = single.next().filter(|part| part.tag().0 == 0)
        && let Some(next) = part(next.data)
    {
        words += &format!(", nextUpdate {}", time(next.data));
    }
    Some(match count {
        0 | 1 => words.into(),
        _ => phrase!(
            "{words}; and {count} certificates more",
            words,
            count = count - 1
        ),
    })
}

fn no_answer(status: u8) -> Phrase {
    match status {
        1 => "malformedRequest (1)".into(),
        2 => "internalError (2)".into(),
        3 => "tryLater (3)".into(),
        5 => "sigRequired (5)".into(),
        6 => "unauthorized (6)".into(),
        _ => phrase!("an unknown status"),
    }
}

fn part(der: &[u8]) -> Option<Any<'_>> {
    Any::from_der(der).ok().map(|(_, part)| part)
}

fn parts(mut der: &[u8]) -> Vec<Any<'_>> {
    let mut parts = Vec::new();
    while let Ok((rest, part)) = Any::from_der(der) {
        parts.push(part);
        der = rest;
    }
    parts
}

/// A GeneralizedTime: `20261128120000Z` as `2026-11-28 12:00:00Z`.
fn time(digits: &[u8]) -> String {
    let text = String::from_utf8_lossy(digits);
    match text.as_bytes() {
        [digits @ .., b'Z'] if digits.len() == 14 && digits.iter().all(u8::is_ascii_digit) => {
            let at = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
            let (date, time) = (
                (at(0, 4), at(4, 6), at(6, 8)),
                (at(8, 10), at(10, 12), at(12, 14)),
            );
            format!(
                "{}-{}-{} {}:{}:{}Z",
                date.0, date.1, date.2, time.0, time.1, time.2
            )
        }
        _ => text.into_owned(),
    }
}

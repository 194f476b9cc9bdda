//! The name of a failure: what the catalogue of failures calls it. The one place that decides it.
//!
//! One error can be several failures: a signature does not fit because a CA was made anew, because a key
//! was swapped, or because it is short. Then there is no name here, and the sentence names all of them.

use std::io;

use rustls::{
    AlertDescription, CertRevocationListError, CertificateError, InconsistentKeys,
    PeerIncompatible, PeerMisbehaved,
};

use super::{Progress, Seen, hellos, webpki_error};
use crate::narration::Side;

type Name = &'static str;

/// What an error of rustls on `side` is called.
pub(super) fn of_tls(side: Side, error: &rustls::Error, progress: Progress) -> Option<Name> {
    use rustls::Error as E;
    // Before the rest: rustls carries these inside of other variants.
    if let Some(cause) = webpki_error(error) {
        return of_webpki(cause).map(|names| names.of(side.peer()));
    }
    match error {
        E::InvalidCertificate(cause) => of_certificate(cause).map(|names| names.of(side.peer())),
        E::InvalidCertRevocationList(cause) => of_list(cause).map(|names| names.of(side.peer())),
        E::AlertReceived(alert) => of_alert(side, *alert, progress),
        E::PeerIncompatible(cause) => of_hello(cause),
        E::InvalidMessage(cause) if progress == Progress::Hello && hellos::is_no_record(cause) => {
            Some(match side {
                Side::Client => "not-tls-server",
                Side::Server => "not-tls-client",
            })
        }
        E::PeerMisbehaved(PeerMisbehaved::AttemptedDowngradeToTls12WhenTls13IsSupported) => {
            Some("tampered-hello")
        }
        // The first keys depend on every byte of both hellos; later only the record itself can be spoilt.
        E::DecryptError if progress == Progress::Hello => Some("tampered-hello"),
        E::DecryptError if progress == Progress::Established => Some("tampered-data"),
        E::NoCertificatesPresented if side == Side::Server => Some("no-client-certificate"),
        E::NoApplicationProtocol => Some("no-common-protocol"),
        E::InconsistentKeys(InconsistentKeys::KeyMismatch) => Some("key-mismatch"),
        E::General(words) if words == "incompatible signing key" => {
            Some("no-common-signature-scheme")
        }
        _ => None,
    }
}

/// What an error of the socket is called.
pub(super) fn of_socket(side: Side, error: &io::Error, seen: &Seen) -> Option<Name> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof if side == Side::Client => Some(match seen.progress {
            Progress::Established if seen.answer.is_some() => "no-close-notify",
            Progress::Established => "no-answer",
            _ => "server-hangs-up",
        }),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => Some("connection-cut"),
        io::ErrorKind::TimedOut
            if side == Side::Client && seen.progress == Progress::Established =>
        {
            Some("no-answer")
        }
        _ => None,
    }
}

/// A failure that either side's certificate can have.
struct Names {
    server: Name,
    client: Name,
}

impl Names {
    fn of(self, whose: Side) -> Name {
        match whose {
            Side::Server => self.server,
            Side::Client => self.client,
        }
    }
}

fn names(server: Name, client: Name) -> Option<Names> {
    Some(Names { server, client })
}

fn of_certificate(cause: &CertificateError) -> Option<Names> {
    use CertificateError as C;
    match cause {
        // Also a missing intermediate: webpki cannot know that there should be one.
        C::UnknownIssuer => names("unknown-issuer", "client-unknown-issuer"),
        C::ExpiredContext { .. } => names("expired", "client-expired"),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            names("not-yet-valid", "client-not-yet-valid")
        }
        // No host is looked for in a client's certificate, so the client's name is never used.
        C::NotValidForName | C::NotValidForNameContext { .. } => names("wrong-host", "wrong-host"),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            names("wrong-purpose", "client-wrong-purpose")
        }
        C::Revoked => names("revoked", "client-revoked"),
        C::UnknownRevocationStatus => names("crl-missing", "crl-missing"),
        C::ExpiredRevocationList | C::ExpiredRevocationListContext { .. } => {
            names("crl-expired", "client-crl-expired")
        }
        C::UnsupportedSignatureAlgorithmContext { .. } => names("weak-signature", "weak-signature"),
        C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            names("ca-key-changed", "client-ca-key-changed")
        }
        C::UnhandledCriticalExtension => names(
            "unknown-critical-extension",
            "client-unknown-critical-extension",
        ),
        _ => None,
    }
}

fn of_list(cause: &CertRevocationListError) -> Option<Names> {
    use CertRevocationListError as L;
    match cause {
        // A CA of the same name made the list: the old key of a CA is another CA.
        L::BadSignature | L::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            names("crl-of-another-ca", "client-crl-of-another-ca")
        }
        _ => None,
    }
}

fn of_webpki(cause: &webpki::Error) -> Option<Names> {
    use webpki::Error as W;
    match cause {
        W::UnsupportedCertVersion => names("x509-v1", "client-x509-v1"),
        W::CaUsedAsEndEntity => names("ca-as-leaf", "client-ca-as-leaf"),
        W::EndEntityUsedAsCa => names("issuer-not-ca", "issuer-not-ca"),
        W::PathLenConstraintViolated => names("path-length", "path-length"),
        W::NameConstraintViolation => names("name-constraints", "name-constraints"),
        W::UnsupportedCriticalExtension => names(
            "unknown-critical-extension",
            "client-unknown-critical-extension",
        ),
        W::EmptyEkuExtension => names("wrong-purpose", "client-wrong-purpose"),
        _ => None,
    }
}

fn of_hello(cause: &PeerIncompatible) -> Option<Name> {
    use PeerIncompatible as P;
    match cause {
        P::NoCipherSuitesInCommon => Some("no-common-cipher-suite"),
        P::NoKxGroupsInCommon => Some("no-common-group"),
        P::NoSignatureSchemesInCommon | P::NoCertificateRequestSignatureSchemesInCommon => {
            Some("no-common-signature-scheme")
        }
        P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled
        | P::SupportedVersionsExtensionRequired
        | P::SignatureAlgorithmsExtensionRequired
        | P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig => Some("no-common-version"),
        _ => None,
    }
}

/// An alert is about the certificate of the side that receives it, and a word for many things: only those
/// that mean one failure have a name.
fn of_alert(side: Side, alert: AlertDescription, progress: Progress) -> Option<Name> {
    use AlertDescription as A;
    let names = match alert {
        A::UnknownCA => names("unknown-issuer", "client-unknown-issuer"),
        A::CertificateExpired => names("expired", "client-expired"),
        A::CertificateRevoked => names("revoked", "client-revoked"),
        A::UnsupportedCertificate => names("wrong-purpose", "client-wrong-purpose"),
        A::BadCertificate if side == Side::Server => return Some("wrong-host"),
        A::CertificateRequired => return Some("no-client-certificate"),
        A::ProtocolVersion => return Some("no-common-version"),
        A::NoApplicationProtocol => return Some("no-common-protocol"),
        A::BadRecordMac if progress == Progress::Established => return Some("tampered-data"),
        _ => None,
    };
    names.map(|names| names.of(side))
}

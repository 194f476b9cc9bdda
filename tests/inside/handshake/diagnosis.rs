//! The table from errors of rustls to steps: each row names a step, and says what to try.

use std::io;

use hello_mtls::error::diagnosis::{diagnose, diagnose_tls};
use hello_mtls::error::{Diagnosis, Progress};
use hello_mtls::narration::Side;
use rustls::pki_types::ServerName;
use rustls::{
    AlertDescription, CertRevocationListError, CertificateError, Error, InvalidMessage,
    PeerIncompatible, PeerMisbehaved,
};

use Progress::{Certificates, Established, Hello};
use Side::{Client, Server};

fn told(side: Side, error: Error, progress: Progress) -> Diagnosis {
    diagnose(side, &io::Error::other(error), progress)
}

#[test]
fn each_error_is_told_at_its_step_and_with_something_to_try() {
    let inappropriate = || Error::InappropriateHandshakeMessage {
        expect_types: vec![rustls::HandshakeType::Finished],
        got_type: rustls::HandshakeType::ClientHello,
    };
    let alert = Error::AlertReceived;
    let signed_otherwise = || PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into();
    #[rustfmt::skip]
    let rows: Vec<(Side, Error, Progress, u8, &str)> = vec![
        // Who owes a certificate
        (Server, Error::NoCertificatesPresented, Certificates, 5, "the client sent none"),
        (Client, Error::NoCertificatesPresented, Hello, 2, "the server sent no certificate"),
        // Hellos
        (Client, InvalidMessage::InvalidContentType.into(), Hello, 1, "does not speak TLS"),
        (Server, InvalidMessage::UnknownProtocolVersion.into(), Hello, 1, "does not speak TLS"),
        (Server, PeerIncompatible::NoSignatureSchemesInCommon.into(), Hello, 2, "check no signature"),
        (Client, PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon.into(), Hello, 4, "no signature that we can make"),
        (Server, PeerIncompatible::Tls12NotOffered.into(), Hello, 1, "no TLS version"),
        (Server, PeerIncompatible::NamedGroupsExtensionRequired.into(), Hello, 1, "no key-exchange group"),
        (Server, PeerIncompatible::SignatureAlgorithmsExtensionRequired.into(), Hello, 1, "TLS 1.1 or older"),
        (Server, PeerIncompatible::NullCompressionRequired.into(), Hello, 1, "NullCompressionRequired"),
        (Client, PeerMisbehaved::AttemptedDowngradeToTls12WhenTls13IsSupported.into(), Hello, 1, "TLS 1.3"),
        // Bytes against the rules: where they were, not where everything begins
        (Server, inappropriate(), Hello, 1, "against the rules"),
        (Server, inappropriate(), Certificates, 4, "ClientHello when expecting Finished"),
        (Server, Error::PeerSentOversizedRecord, Established, 7, "against the rules"),
        (Client, InvalidMessage::MissingData("x").into(), Hello, 1, "MissingData"),
        (Client, PeerMisbehaved::TooManyKeyUpdateRequests.into(), Established, 7, "TooManyKeyUpdateRequests"),
        (Client, signed_otherwise(), Hello, 3, "did not offer"),
        (Server, signed_otherwise(), Certificates, 5, "did not offer"),
        // Certificates
        (Server, CertificateError::BadEncoding.into(), Certificates, 5, "does not parse"),
        (Server, CertificateError::ApplicationVerificationFailure.into(), Certificates, 6, "own verifier"),
        (Client, CertificateError::ApplicationVerificationFailure.into(), Hello, 3, "own verifier"),
        // Lists: their signature is checked with a certificate, the rest when they are loaded
        (Server, CertRevocationListError::BadSignature.into(), Certificates, 5, "another key signed it"),
        (Server, CertRevocationListError::IssuerInvalidForCrl.into(), Certificates, 5, "cRLSign"),
        (Server, CertRevocationListError::UnsupportedCrlVersion.into(), Certificates, 0, "version 1"),
        (Server, CertRevocationListError::ParseError.into(), Certificates, 0, "ParseError"),
        // Alerts: the same word earlier and later
        (Client, alert(AlertDescription::HandshakeFailure), Hello, 1, "share no TLS version"),
        (Client, alert(AlertDescription::HandshakeFailure), Certificates, 5, "got none"),
        (Client, alert(AlertDescription::HandshakeFailure), Established, 5, "got none"),
        (Server, alert(AlertDescription::HandshakeFailure), Certificates, 3, "server's certificate"),
        (Server, alert(AlertDescription::HandshakeFailure), Established, 7, "renegotiation"),
        (Client, alert(AlertDescription::UnrecognisedName), Hello, 2, "no certificate for that name"),
        (Client, alert(AlertDescription::AccessDenied), Established, 6, "does not let it in"),
        (Client, alert(AlertDescription::InternalError), Certificates, 5, "trouble of its own"),
        (Client, alert(AlertDescription::Unknown(200)), Established, 7, "alert 200 (200)"),
        (Server, alert(AlertDescription::CloseNotify), Certificates, 3, "left with alert close_notify"),
        // Ours
        (Client, Error::General("no root trust anchors were provided".into()), Certificates, 0, "anchors"),
        (Client, Error::FailedToGetRandomBytes, Hello, 0, "random"),
    ];
    for (side, error, progress, step, words) in rows {
        let row = format!("{side} {error:?} {progress:?}");
        let told = told(side, error, progress);
        assert_eq!(told.step.number(), step, "{row}: {told:?}");
        assert!(told.found.contains(words), "{row}: {told:?}");
        assert!(!told.remedy.is_empty(), "{row}: {told:?}");
    }
}

#[test]
fn an_error_of_unknown_progress_is_one_of_a_certificate() {
    let revoked = Error::InvalidCertificate(CertificateError::Revoked);
    assert_eq!(diagnose_tls(Server, &revoked).step.number(), 5);
    assert_eq!(diagnose_tls(Client, &revoked).step.number(), 3);
}

#[test]
fn a_certificate_with_thousands_of_names_is_told_in_a_few_lines() {
    let names = (0..5_000).map(|number| format!("DnsName(\"{number}.example\")"));
    let names = ["IpAddress(0::1)".to_owned()].into_iter().chain(names);
    let cause = CertificateError::NotValidForNameContext {
        expected: ServerName::try_from("localhost").unwrap(),
        presented: names.collect(),
    };
    let found = diagnose_tls(Client, &Error::InvalidCertificate(cause)).found;
    assert!(
        found.contains("for IP:::1, DNS:0.example, DNS:1.example")
            && found.to_string().len() < 1_000,
        "{found}"
    );
}

#[test]
fn the_names_of_a_certificate_are_told_as_openssl_writes_them() {
    let names = [
        "DnsName(\"a.example\")",
        "IpAddress(127.0.0.1)",
        "UniformResourceIdentifier(\"spiffe://a/b\")",
        "DirectoryName",
        "Unsupported(0x01)",
    ];
    let cause = CertificateError::NotValidForNameContext {
        expected: ServerName::try_from("localhost").unwrap(),
        presented: names.map(str::to_owned).to_vec(),
    };
    let found = diagnose_tls(Client, &Error::InvalidCertificate(cause)).found;
    let wanted = "but for DNS:a.example, IP:127.0.0.1, URI:spiffe://a/b, DirName, email";
    assert!(found.to_string().ends_with(wanted), "{found}");
}

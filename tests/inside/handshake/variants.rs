//! Every variant of every error enum of rustls and webpki that the table has to do with: its step and its
//! sentence. Variants stand in one group only if one sentence is true of all of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hello_mtls::error::Progress;
use hello_mtls::error::diagnosis::{diagnose, webpki_error};
use hello_mtls::instruments::failures;
use hello_mtls::narration::Side;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{
    AlertDescription, CertRevocationListError, CertificateError, ContentType,
    EncryptedClientHelloError, Error, HandshakeType, InconsistentKeys, InvalidMessage, OtherError,
    PeerIncompatible, PeerMisbehaved,
};

/// Errors that share a sentence: the step, words of the sentence, the name of the failure.
struct Group {
    step: u8,
    words: String,
    failure: Option<&'static str>,
    errors: Vec<Error>,
}

fn group<E: Into<Error>>(
    step: u8,
    words: &str,
    failure: &'static str,
    errors: impl IntoIterator<Item = E>,
) -> Group {
    Group {
        step,
        words: words.to_owned(),
        failure: Some(failure).filter(|name| !name.is_empty()),
        errors: errors.into_iter().map(Into::into).collect(),
    }
}

/// What the table says where it does not know a variant: it must know all of them.
const CATCH_ALLS: [&str; 4] = [
    "cannot agree: ",
    "certificate is refused: ",
    "breaks a rule: ",
    "the CRL cannot be used: ",
];

/// Checks each group as seen from `side`, and that no two groups share a sentence.
#[track_caller]
fn check(side: Side, progress: Progress, groups: Vec<Group>) {
    let mut sentences: BTreeMap<String, usize> = BTreeMap::new();
    for (number, group) in groups.into_iter().enumerate() {
        for error in group.errors {
            let row = format!("{error:?}");
            let diagnosis = diagnose(side, &std::io::Error::other(error), progress);
            assert_eq!(diagnosis.step.number(), group.step, "{row}: {diagnosis:?}");
            assert!(
                diagnosis.found.contains(&group.words),
                "{row}: {diagnosis:?}"
            );
            assert_eq!(diagnosis.failure, group.failure, "{row}");
            if let Some(name) = diagnosis.failure {
                assert!(
                    failures::find(name).is_some(),
                    "{row}: no failure is called {name}"
                );
            }
            assert!(!diagnosis.remedy.is_empty(), "{row}");
            for words in CATCH_ALLS {
                assert!(!diagnosis.found.contains(words), "{row}: {diagnosis:?}");
            }
            let first = *sentences
                .entry(diagnosis.found.to_string())
                .or_insert(number);
            assert_eq!(first, number, "{row} shares the sentence of group {first}");
        }
    }
}

fn at(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

fn localhost() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

/// ecdsa-with-SHA256 (RFC 5758 §3.2) and rsaEncryption (RFC 8017 §C): two identifiers, DER.
const ECDSA: [u8; 10] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const RSA: [u8; 13] = [
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
];

#[test]
#[expect(deprecated)]
fn each_variant_about_a_certificate_has_its_sentence() {
    use CertificateError as C;
    let time = at(200);
    let mismatch = C::UnsupportedSignatureAlgorithmForPublicKeyContext {
        signature_algorithm_id: ECDSA.to_vec(),
        public_key_algorithm_id: RSA.to_vec(),
    };
    #[rustfmt::skip]
    let groups = vec![
        group(3, "its DER does not parse", "", [C::BadEncoding]),
        group(3, "ends before it begins", "", [C::Expired]),
        group(3, "expired", "expired", [C::ExpiredContext { time, not_after: at(100) }]),
        group(3, "is not valid yet", "not-yet-valid", [C::NotValidYet]),
        group(3, "is valid only in", "not-yet-valid", [C::NotValidYetContext { time, not_before: at(300) }]),
        group(3, "has revoked", "revoked", [C::Revoked]),
        group(3, "critical extension", "unknown-critical-extension", [C::UnhandledCriticalExtension]),
        group(3, "no CA in --cacert", "unknown-issuer", [C::UnknownIssuer]),
        group(3, "none of the issuer", "crl-missing", [C::UnknownRevocationStatus]),
        group(3, "should have been replaced by now", "crl-expired", [C::ExpiredRevocationList]),
        group(3, "should have been replaced 1", "crl-expired", [C::ExpiredRevocationListContext { time, next_update: at(100) }]),
        group(3, "does not fit: the CA was made anew", "", [C::BadSignature]),
        group(3, "not accepted here, or not that of", "", [C::UnsupportedSignatureAlgorithm]),
        group(3, "with an algorithm that is not accepted here", "weak-signature",
            [C::UnsupportedSignatureAlgorithmContext { signature_algorithm_id: vec![], supported_algorithms: vec![] }]),
        group(3, "(signed with ECDSA, checked with RSA): the CA was made anew with another kind of key", "ca-key-changed", [mismatch]),
        group(3, "name that was dialled", "wrong-host", [C::NotValidForName]),
        group(3, "names no host at all", "wrong-host", [C::NotValidForNameContext { expected: localhost(), presented: vec![] }]),
        group(3, "not for \"localhost\" but for x", "wrong-host",
            [C::NotValidForNameContext { expected: localhost(), presented: vec!["x".to_owned()] }]),
        group(3, "another purpose", "wrong-purpose",
            [C::InvalidPurpose, C::InvalidPurposeContext { required: rustls::ExtendedKeyPurpose::ServerAuth, presented: vec![] }]),
        group(3, "OCSP", "", [C::InvalidOcspResponse]),
        group(3, "own verifier", "", [C::ApplicationVerificationFailure]),
    ];
    check(Side::Client, Progress::Hello, groups);
}

#[test]
#[expect(deprecated)]
fn each_variant_about_a_revocation_list_has_its_sentence() {
    use CertRevocationListError as L;
    let mismatch = L::UnsupportedSignatureAlgorithmForPublicKeyContext {
        signature_algorithm_id: RSA.to_vec(),
        public_key_algorithm_id: ECDSA.to_vec(),
    };
    #[rustfmt::skip]
    let groups = vec![
        group(5, "another key signed it", "client-crl-of-another-ca", [L::BadSignature]),
        group(5, "or not that of the CA's key", "", [L::UnsupportedSignatureAlgorithm]),
        group(5, "with an algorithm that is not accepted here", "",
            [L::UnsupportedSignatureAlgorithmContext { signature_algorithm_id: vec![], supported_algorithms: vec![] }]),
        group(5, "another kind of key signed it (signed with RSA, checked with ECDSA): the CA was made anew", "client-crl-of-another-ca", [mismatch]),
        group(0, "the number of the CRL", "", [L::InvalidCrlNumber]),
        group(0, "a serial number in the CRL", "", [L::InvalidRevokedCertSerialNumber]),
        group(5, "cRLSign", "", [L::IssuerInvalidForCrl]),
        group(0, "does not parse", "", [L::ParseError]),
        group(0, "of version 1", "", [L::UnsupportedCrlVersion]),
        group(0, "critical extension", "", [L::UnsupportedCriticalExtension]),
        group(0, "delta CRL", "", [L::UnsupportedDeltaCrl]),
        group(0, "indirect CRL", "", [L::UnsupportedIndirectCrl]),
        group(0, "gives a reason", "", [L::UnsupportedRevocationReason]),
    ];
    check(Side::Server, Progress::Certificates, groups);
}

/// As rustls wraps it where it has no variant of its own.
fn wrapped(error: webpki::Error) -> CertificateError {
    CertificateError::Other(OtherError(Arc::new(error)))
}

#[test]
#[expect(deprecated)]
fn each_verdict_of_webpki_has_its_sentence() {
    use webpki::Error as W;
    let time = at(200);
    let algorithm = || webpki::UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: vec![],
        supported_algorithms: vec![],
    };
    let mismatch = || webpki::UnsupportedSignatureAlgorithmForPublicKeyContext {
        signature_algorithm_id: ECDSA.to_vec(),
        public_key_algorithm_id: RSA.to_vec(),
    };
    let name = webpki::InvalidNameContext {
        expected: localhost(),
        presented: vec![],
    };
    let purpose = webpki::RequiredEkuNotFoundContext {
        required: webpki::KeyUsage::server_auth(),
        present: vec![],
    };
    #[rustfmt::skip]
    let groups: Vec<(u8, &str, &'static str, Vec<W>)> = vec![
        (3, "its DER does not parse", "", vec![W::BadDer, W::BadDerTime, W::TrailingData(webpki::DerTypeId::Certificate)]),
        (3, "says CA:TRUE", "ca-as-leaf", vec![W::CaUsedAsEndEntity]),
        (3, "not trusted on purpose", "", vec![W::CertDistrusted]),
        (3, "expired", "", vec![W::CertExpired { time, not_after: at(100) }]),
        (3, "name that was dialled", "", vec![W::CertNotValidForName(name)]),
        (3, "is valid only in", "", vec![W::CertNotValidYet { time, not_before: at(300) }]),
        (3, "has revoked", "", vec![W::CertRevoked]),
        (3, "should have been replaced", "", vec![W::CrlExpired { time, next_update: at(100) }]),
        (3, "without a single purpose", "wrong-purpose", vec![W::EmptyEkuExtension]),
        (3, "no CA (CA:FALSE)", "issuer-not-ca", vec![W::EndEntityUsedAsCa]),
        (3, "an extension that does not parse", "", vec![W::ExtensionValueInvalid, W::MalformedExtensions]),
        (3, "ends before it begins", "", vec![W::InvalidCertValidity]),
        (0, "the number of the CRL", "", vec![W::InvalidCrlNumber]),
        (3, "name constraints do not parse", "", vec![W::InvalidNetworkMaskConstraint, W::MalformedNameConstraint]),
        (3, "a serial number that is negative", "", vec![W::InvalidSerialNumber]),
        (3, "another key signed it", "", vec![W::InvalidCrlSignatureForPublicKey]),
        (3, "does not fit: the CA was made anew", "", vec![W::InvalidSignatureForPublicKey]),
        (3, "cRLSign", "", vec![W::IssuerNotCrlSigner]),
        (3, "not written as DNS names are", "", vec![W::MalformedDnsIdentifier]),
        (3, "names and name constraints than", "", vec![W::MaximumNameConstraintComparisonsExceeded]),
        (3, "above it than webpki checks", "", vec![W::MaximumPathBuildCallsExceeded, W::MaximumPathDepthExceeded, W::MaximumSignatureChecksExceeded]),
        (3, "a name that its CA may not sign", "name-constraints", vec![W::NameConstraintViolation]),
        (3, "pathlen", "path-length", vec![W::PathLenConstraintViolated]),
        (3, "another purpose", "", vec![W::RequiredEkuNotFound, W::RequiredEkuNotFoundContext(purpose)]),
        (3, "two different signature algorithms", "", vec![W::SignatureAlgorithmMismatch]),
        (3, "no CA in --cacert", "", vec![W::UnknownIssuer]),
        (3, "none of the issuer", "", vec![W::UnknownRevocationStatus]),
        (3, "X.509 version 1", "x509-v1", vec![W::UnsupportedCertVersion]),
        (3, "critical extension", "unknown-critical-extension", vec![W::UnsupportedCriticalExtension]),
        (0, "issuing distribution point", "", vec![W::UnsupportedCrlIssuingDistributionPoint]),
        (0, "of version 1", "", vec![W::UnsupportedCrlVersion]),
        (0, "delta CRL", "", vec![W::UnsupportedDeltaCrl]),
        (0, "indirect CRL", "", vec![W::UnsupportedIndirectCrl]),
        (3, "a kind of name", "", vec![W::UnsupportedNameType]),
        (0, "gives a reason", "", vec![W::UnsupportedRevocationReason]),
        (0, "onlySomeReasons", "", vec![W::UnsupportedRevocationReasonsPartitioning]),
        (3, "the CRL is signed with an algorithm that is not accepted here, or", "",
            vec![W::UnsupportedCrlSignatureAlgorithm, W::UnsupportedCrlSignatureAlgorithmForPublicKey]),
        (3, "the CRL is signed with an algorithm that is not accepted here", "", vec![W::UnsupportedCrlSignatureAlgorithmContext(algorithm())]),
        (3, "the CRL bears the CA's name, but another kind of key", "", vec![W::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(mismatch())]),
        (3, "not accepted here, or not that of", "", vec![W::UnsupportedSignatureAlgorithm, W::UnsupportedSignatureAlgorithmForPublicKey]),
        (3, "chain is signed with an algorithm that is not accepted here", "", vec![W::UnsupportedSignatureAlgorithmContext(algorithm())]),
        (3, "(signed with ECDSA, checked with RSA)", "", vec![W::UnsupportedSignatureAlgorithmForPublicKeyContext(mismatch())]),
    ];
    let groups = groups.into_iter();
    let groups = groups.map(|(step, words, failure, errors)| {
        group(step, words, failure, errors.into_iter().map(wrapped))
    });
    check(Side::Client, Progress::Hello, groups.collect());
}

#[test]
fn what_a_server_finds_in_a_clients_certificate_has_a_name_of_the_catalogue_too() {
    use CertificateError as C;
    use webpki::Error as W;
    let time = at(200);
    #[rustfmt::skip]
    let errors: Vec<Error> = [
        C::UnknownIssuer, C::ExpiredContext { time, not_after: at(100) }, C::NotValidYet, C::NotValidForName,
        C::InvalidPurpose, C::Revoked, C::UnknownRevocationStatus, C::ExpiredRevocationList,
        C::UnhandledCriticalExtension,
        C::UnsupportedSignatureAlgorithmContext { signature_algorithm_id: vec![], supported_algorithms: vec![] },
        C::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: ECDSA.to_vec(), public_key_algorithm_id: RSA.to_vec(),
        },
        wrapped(W::UnsupportedCertVersion), wrapped(W::CaUsedAsEndEntity), wrapped(W::EndEntityUsedAsCa),
        wrapped(W::PathLenConstraintViolated), wrapped(W::NameConstraintViolation),
        wrapped(W::UnsupportedCriticalExtension), wrapped(W::EmptyEkuExtension),
    ].map(Error::from).into_iter().chain([CertRevocationListError::BadSignature.into()]).collect();
    for error in errors {
        let row = format!("{error:?}");
        let error = std::io::Error::other(error);
        let diagnosis = diagnose(Side::Server, &error, Progress::Certificates);
        let name = diagnosis.failure.expect(&row);
        assert!(
            failures::find(name).is_some(),
            "{row}: no failure is called {name}"
        );
    }
}

#[test]
fn a_verdict_of_webpki_is_found_by_its_type() {
    let verdict = webpki::Error::CaUsedAsEndEntity;
    let error = Error::InvalidCertificate(wrapped(verdict.clone()));
    assert_eq!(webpki_error(&error), Some(&verdict));
    // The same text in another type is no verdict.
    let imitated = OtherError(Arc::new(std::io::Error::other(verdict.to_string())));
    let imitated = Error::InvalidCertificate(CertificateError::Other(imitated));
    assert_eq!(webpki_error(&imitated), None);
    let diagnosis = diagnose(
        Side::Client,
        &std::io::Error::other(imitated),
        Progress::Hello,
    );
    assert!(
        diagnosis.found.contains("breaks a rule: CaUsed"),
        "{diagnosis:?}"
    );
    assert_eq!(diagnosis.failure, None);
    // A list that is refused when it is loaded: step 0.
    let list = webpki::Error::UnsupportedCrlIssuingDistributionPoint;
    let list = CertRevocationListError::Other(OtherError(Arc::new(list)));
    let error = std::io::Error::other(Error::from(list));
    let diagnosis = diagnose(Side::Server, &error, Progress::Certificates);
    assert_eq!(diagnosis.step.number(), 0, "{diagnosis:?}");
}

#[test]
fn each_way_in_which_two_hellos_do_not_fit_has_its_sentence() {
    use PeerIncompatible as P;
    #[rustfmt::skip]
    let groups = vec![
        group(1, "in which form it sends points", "", [P::EcPointsExtensionRequired]),
        group(1, "extended_master_secret", "", [P::ExtendedMasterSecretExtensionRequired]),
        group(1, "one side wants bare public keys", "", [P::IncorrectCertificateTypeExtension]),
        group(1, "has no key_share", "", [P::KeyShareExtensionRequired]),
        group(1, "has no supported_groups", "", [P::NamedGroupsExtensionRequired]),
        group(4, "no signature that we can make", "no-common-signature-scheme", [P::NoCertificateRequestSignatureSchemesInCommon]),
        group(1, "share no cipher suite", "no-common-cipher-suite", [P::NoCipherSuitesInCommon]),
        group(1, "uncompressed points", "", [P::NoEcPointFormatsInCommon, P::UncompressedEcPointsRequired]),
        group(1, "share no key-exchange group", "no-common-group", [P::NoKxGroupsInCommon]),
        group(2, "can check no signature", "no-common-signature-scheme", [P::NoSignatureSchemesInCommon]),
        group(1, "NullCompressionRequired", "", [P::NullCompressionRequired]),
        group(1, "asks for another hello", "", [P::ServerSentHelloRetryRequestWithUnknownExtension]),
        group(1, "share no TLS version", "no-common-version", [
            P::ServerDoesNotSupportTls12Or13,
            P::ServerTlsVersionIsDisabledByOurConfig,
            P::SupportedVersionsExtensionRequired,
            P::Tls12NotOffered,
            P::Tls12NotOfferedOrEnabled,
        ]),
        group(1, "TLS 1.1 or older", "no-common-version", [P::SignatureAlgorithmsExtensionRequired]),
        group(1, "QUIC", "", [P::Tls13RequiredForQuic]),
        group(1, "the client had offered none", "", [P::UnsolicitedCertificateTypeExtension]),
        group(1, "ECH", "", [P::ServerRejectedEncryptedClientHello(None)]),
    ];
    check(Side::Server, Progress::Certificates, groups);
}

#[test]
fn each_breach_of_the_rules_is_named() {
    use InvalidMessage as I;
    use PeerMisbehaved as M;
    let breaches: Vec<Error> = [
        M::BadCertChainExtensions,
        M::CipherSuiteDifferedOnRetry,
        M::DisallowedEncryptedExtension,
        M::DuplicateClientHelloExtensions,
        M::DuplicateEncryptedExtensions,
        M::DuplicateHelloRetryRequestExtensions,
        M::DuplicateNewSessionTicketExtensions,
        M::DuplicateServerHelloExtensions,
        M::DuplicateServerNameTypes,
        M::EarlyDataAttemptedInSecondClientHello,
        M::EarlyDataExtensionWithoutResumption,
        M::EarlyDataOfferedWithVariedCipherSuite,
        M::EchAcceptanceVariedAfterRetry,
        M::HandshakeHashVariedAfterRetry,
        M::IllegalHelloRetryRequestWithEmptyCookie,
        M::IllegalHelloRetryRequestWithNoChanges,
        M::IllegalHelloRetryRequestWithOfferedGroup,
        M::IllegalHelloRetryRequestWithUnofferedCipherSuite,
        M::IllegalHelloRetryRequestWithUnofferedNamedGroup,
        M::IllegalHelloRetryRequestWithUnsupportedVersion,
        M::IllegalHelloRetryRequestWithWrongSessionId,
        M::IllegalHelloRetryRequestWithInvalidEch,
        M::IllegalMiddleboxChangeCipherSpec,
        M::IllegalTlsInnerPlaintext,
        M::IncorrectBinder,
        M::InvalidCertCompression,
        M::InvalidMaxEarlyDataSize,
        M::InvalidKeyShare,
        M::KeyEpochWithPendingFragment,
        M::KeyUpdateReceivedInQuicConnection,
        M::MessageInterleavedWithHandshakeMessage,
        M::MissingBinderInPskExtension,
        M::MissingKeyShare,
        M::MissingPskExtensionInSecondClientHello,
        M::MissingPskModesExtension,
        M::MissingQuicTransportParameters,
        M::OfferedDuplicateCertificateCompressions,
        M::OfferedDuplicateKeyShares,
        M::OfferedEarlyDataWithOldProtocolVersion,
        M::OfferedEmptyApplicationProtocol,
        M::OfferedIncorrectCompressions,
        M::PskExtensionMustBeLast,
        M::PskExtensionWithMismatchedIdsAndBinders,
        M::RefusedToFollowHelloRetryRequest,
        M::RejectedEarlyDataInterleavedWithHandshakeMessage,
        M::ResumptionAttemptedWithVariedEms,
        M::ResumptionOfferedWithVariedCipherSuite,
        M::ResumptionOfferedWithVariedEms,
        M::ResumptionOfferedWithIncompatibleCipherSuite,
        M::SelectedDifferentCipherSuiteAfterRetry,
        M::SelectedInvalidPsk,
        M::SelectedTls12UsingTls13VersionExtension,
        M::SelectedUnofferedApplicationProtocol,
        M::SelectedUnofferedCertCompression,
        M::SelectedUnofferedCipherSuite,
        M::SelectedUnofferedCompression,
        M::SelectedUnofferedKxGroup,
        M::SelectedUnofferedPsk,
        M::SelectedUnusableCipherSuiteForVersion,
        M::ServerEchoedCompatibilitySessionId,
        M::ServerHelloMustOfferUncompressedEcPoints,
        M::ServerNameDifferedOnRetry,
        M::ServerNameMustContainOneHostName,
        M::TooManyEmptyFragments,
        M::TooManyKeyUpdateRequests,
        M::TooManyRenegotiationRequests,
        M::TooManyWarningAlertsReceived,
        M::TooMuchEarlyDataReceived,
        M::UnexpectedCleartextExtension,
        M::UnsolicitedCertExtension,
        M::UnsolicitedEncryptedExtension,
        M::UnsolicitedSctList,
        M::UnsolicitedServerHelloExtension,
        M::WrongGroupForKeyShare,
        M::UnsolicitedEchExtension,
    ]
    .map(Error::PeerMisbehaved)
    .into_iter()
    .chain(
        [
            I::InvalidCcs,
            I::InvalidContentType,
            I::InvalidCertificateStatusType,
            I::InvalidCertRequest,
            I::InvalidDhParams,
            I::InvalidEmptyPayload,
            I::InvalidKeyUpdate,
            I::InvalidServerName,
            I::MessageTooLarge,
            I::MessageTooShort,
            I::MissingData("it"),
            I::MissingKeyExchange,
            I::NoSignatureSchemes,
            I::TrailingData("it"),
            I::UnexpectedMessage("it"),
            I::UnknownProtocolVersion,
            I::UnsupportedCompression,
            I::UnsupportedCurveType,
            I::EmptyTicketValue,
            I::IllegalEmptyList("it"),
            I::IllegalEmptyValue,
            I::DuplicateExtension(1),
            I::PreSharedKeyIsNotFinalExtension,
            I::UnknownHelloRetryRequestExtension,
            I::UnknownCertificateExtension,
        ]
        .map(Error::InvalidMessage),
    )
    .chain([
        Error::PeerSentOversizedRecord,
        Error::InappropriateMessage {
            expect_types: vec![ContentType::Handshake],
            got_type: ContentType::ApplicationData,
        },
        Error::InappropriateHandshakeMessage {
            expect_types: vec![HandshakeType::Finished],
            got_type: HandshakeType::ClientHello,
        },
    ])
    .collect();
    let mut groups: Vec<Group> = breaches
        .into_iter()
        .map(|error| {
            group(
                4,
                &format!("against the rules of TLS: {error}"),
                "",
                [error],
            )
        })
        .collect();
    #[rustfmt::skip]
    groups.extend([
        group(1, "the client's hello was changed", "tampered-hello", [M::AttemptedDowngradeToTls12WhenTls13IsSupported]),
        group(5, "did not offer", "", [M::SignedHandshakeWithUnadvertisedSigScheme]),
        group(5, "than the cipher suite says", "", [M::SignedKxWithWrongAlgorithm]),
        // No rule of TLS, but a bound of rustls.
        group(4, "64 KiB or more", "", [I::CertificatePayloadTooLarge, I::HandshakePayloadTooLarge]),
    ]);
    check(Side::Server, Progress::Certificates, groups);
}

#[test]
fn each_alert_is_told_by_its_name_and_its_meaning() {
    use AlertDescription as A;
    let alert = |step, words: &str, failure, alert: A| {
        group(step, words, failure, [Error::AlertReceived(alert)])
    };
    // As a client hears them that has shown its certificate.
    #[rustfmt::skip]
    let groups = vec![
        alert(5, "left with alert close_notify (0): it ended the connection", "", A::CloseNotify),
        alert(1, "unexpected_message (10): it did not expect this message", "", A::UnexpectedMessage),
        alert(1, "bad_record_mac (20): a record that reached it does not decrypt", "", A::BadRecordMac),
        alert(1, "decryption_failed (21): a record that reached it does not decrypt", "", A::DecryptionFailed),
        alert(1, "record_overflow (22): it could not make sense", "", A::RecordOverflow),
        alert(5, "decompression_failure (30): it ended the connection", "", A::DecompressionFailure),
        alert(5, "handshake_failure (40): it does not accept the client's certificate, or got none", "", A::HandshakeFailure),
        alert(4, "no_certificate (41): it has no certificate to show", "", A::NoCertificate),
        alert(5, "bad_certificate (42): it does not accept the client's", "", A::BadCertificate),
        alert(5, "unsupported_certificate (43): the client's certificate is made for another", "client-wrong-purpose", A::UnsupportedCertificate),
        alert(5, "certificate_revoked (44): the CA has revoked", "client-revoked", A::CertificateRevoked),
        alert(5, "certificate_expired (45): the client's certificate is expired, or", "client-expired", A::CertificateExpired),
        alert(5, "certificate_unknown (46): it does not accept the client's", "", A::CertificateUnknown),
        alert(1, "illegal_parameter (47): it says that our bytes are against the rules", "", A::IllegalParameter),
        alert(5, "unknown_ca (48): it does not know the CA", "client-unknown-issuer", A::UnknownCA),
        alert(6, "access_denied (49): it knows the client and does not", "", A::AccessDenied),
        alert(1, "decode_error (50): it could not make sense", "", A::DecodeError),
        alert(5, "decrypt_error (51): the client did not prove that it owns", "", A::DecryptError),
        alert(5, "export_restriction (60): it ended the connection", "", A::ExportRestriction),
        alert(1, "protocol_version (70): the two share no TLS version", "no-common-version", A::ProtocolVersion),
        alert(1, "insufficient_security (71): it wants stronger", "", A::InsufficientSecurity),
        alert(5, "internal_error (80): it has trouble of its own", "", A::InternalError),
        alert(1, "inappropriate_fallback (86): the client tried again", "", A::InappropriateFallback),
        alert(5, "left with alert user_canceled (90): it ended the connection", "", A::UserCanceled),
        alert(5, "no_renegotiation (100): it ended the connection", "", A::NoRenegotiation),
        alert(1, "missing_extension (109): it says that our bytes", "", A::MissingExtension),
        alert(1, "unsupported_extension (110): it says that our bytes", "", A::UnsupportedExtension),
        alert(5, "certificate_unobtainable (111): it could not fetch", "", A::CertificateUnobtainable),
        alert(5, "unrecognized_name (112): it ended the connection", "", A::UnrecognisedName),
        alert(5, "bad_certificate_status_response (113): it could not find out", "", A::BadCertificateStatusResponse),
        alert(5, "bad_certificate_hash_value (114): it could not fetch", "", A::BadCertificateHashValue),
        alert(5, "unknown_psk_identity (115): it ended the connection", "", A::UnknownPSKIdentity),
        alert(5, "certificate_required (116): the server wants a client certificate", "no-client-certificate", A::CertificateRequired),
        alert(1, "no_application_protocol (120): the two share no application", "no-common-protocol", A::NoApplicationProtocol),
        alert(5, "encrypted_client_hello_required (121): it ended the connection", "", A::EncryptedClientHelloRequired),
        alert(5, "alert 200 (200): it ended the connection", "", A::Unknown(200)),
    ];
    check(Side::Client, Progress::Certificates, groups);
}

#[test]
fn a_socket_that_ends_early_has_a_name_where_it_is_one_failure() {
    use std::io::ErrorKind as K;
    #[rustfmt::skip]
    let rows = [
        (Side::Client, K::UnexpectedEof, Some("server-hangs-up")),
        (Side::Server, K::UnexpectedEof, None),
        (Side::Client, K::ConnectionReset, Some("connection-cut")),
        (Side::Server, K::BrokenPipe, Some("connection-cut")),
        (Side::Client, K::TimedOut, None),
    ];
    for (side, kind, failure) in rows {
        let diagnosis = diagnose(side, &kind.into(), Progress::Hello);
        assert_eq!(diagnosis.failure, failure, "{side} {kind:?}");
    }
}

#[test]
fn each_other_error_of_rustls_has_its_sentence() {
    let other = || Error::Other(OtherError(Arc::new(std::io::Error::other("it"))));
    #[rustfmt::skip]
    let groups = vec![
        group(2, "the server sent no certificate", "", [Error::NoCertificatesPresented]),
        group(1, "does not speak TLS", "not-tls-server", [InvalidMessage::InvalidContentType, InvalidMessage::UnknownProtocolVersion]),
        group(1, "have not seen the same hellos", "tampered-hello", [Error::DecryptError]),
        group(1, "share no application protocol", "no-common-protocol", [Error::NoApplicationProtocol]),
        group(5, "alert unknown_ca (48)", "client-unknown-issuer", [Error::AlertReceived(AlertDescription::UnknownCA)]),
        group(0, "does not belong to the certificate", "key-mismatch", [InconsistentKeys::KeyMismatch]),
        group(0, "cannot compare it with the certificate", "", [InconsistentKeys::Unknown]),
        group(2, "can check no signature", "no-common-signature-scheme", [Error::General("incompatible signing key".to_owned())]),
        group(2, "no certificate here for the name", "", [Error::General("no server certificate chain resolved".to_owned())]),
        group(0, "any other words", "", [Error::General("any other words".to_owned())]),
        // Settings that this program does not make, and machines without clock or random numbers: rustls's words.
        group(0, "encrypted client hello failure", "", [EncryptedClientHelloError::InvalidConfigList]),
        group(0, "name type", "", [Error::UnsupportedNameType]),
        group(0, "cannot encrypt", "", [Error::EncryptError]),
        group(0, "current time", "", [Error::FailedToGetCurrentTime]),
        group(0, "random bytes", "", [Error::FailedToGetRandomBytes]),
        group(0, "not complete", "", [Error::HandshakeNotComplete]),
        group(0, "max_fragment_size", "", [Error::BadMaxFragmentSize]),
        group(0, "other error: it", "", [other()]),
    ];
    check(Side::Client, Progress::Hello, groups);
}

//! Alerts: the other side refused and said why, in a word. RFC 8446 §6.2 lists them.

use rustls::AlertDescription;

use super::other_servers::{servers_cas, versions};
use super::{Progress, Row, row, step_at_disconnect};
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;

/// The step at which the peer of `side` refused, and what its word means.
///
/// The same word means another thing earlier or later: `progress` is how far `side` was.
pub(super) fn refused_by_peer(side: Side, alert: AlertDescription, progress: Progress) -> Row {
    let meaning = about_our_certificate(side, alert, progress)
        .unwrap_or_else(|| about_the_connection(side, alert, progress));
    let refused = refused(side.peer(), alert);
    Row {
        found: phrase!("{refused}: {found}", refused, found = meaning.found),
        ..meaning
    }
}

/// `the server refused with alert bad_certificate (42)`, without a guess at what it means.
pub(super) fn refused(peer: Side, alert: AlertDescription) -> Phrase {
    let (name, number) = (name(alert), u8::from(alert));
    match alert {
        AlertDescription::CloseNotify | AlertDescription::UserCanceled => {
            phrase!(
                "the {peer} left with alert {name} ({number})",
                peer,
                name,
                number
            )
        }
        _ => phrase!(
            "the {peer} refused with alert {name} ({number})",
            peer,
            name,
            number
        ),
    }
}

/// Alerts that are about the certificate which `side` has shown, or has not.
fn about_our_certificate(side: Side, alert: AlertDescription, progress: Progress) -> Option<Row> {
    use AlertDescription as A;
    let ours = side;
    let theirs = side.peer();
    let (meaning, remedy) = match alert {
        A::CertificateRequired => (
            phrase!("the server wants a client certificate and got none"),
            phrase!("--cert FILE --key FILE, a certificate of a CA that the server trusts"),
        ),
        A::UnknownCA => (
            phrase!(
                "it does not know the CA that signed the {ours}'s certificate",
                ours
            ),
            match ours {
                Side::Client => phrase!(
                    "add that CA to {cas}; every intermediate in --cert",
                    cas = servers_cas()
                ),
                Side::Server => {
                    phrase!("the client needs that CA (--cacert); every intermediate in --cert")
                }
            },
        ),
        A::CertificateExpired => (
            phrase!(
                "the {ours}'s certificate is expired, or not valid yet by that clock",
                ours
            ),
            phrase!("a new certificate, or the right time on both machines"),
        ),
        A::CertificateRevoked => (
            phrase!("the CA has revoked the {ours}'s certificate", ours),
            phrase!("a new key, and a certificate for it from the CA"),
        ),
        A::UnsupportedCertificate => (
            phrase!("the {ours}'s certificate is made for another purpose", ours),
            phrase!(
                "a certificate with extended key usage {usage}",
                usage = format!("{ours}Auth")
            ),
        ),
        A::BadCertificate if side == Side::Server => (
            phrase!(
                "it does not accept the server's certificate: most likely it dialled a name that is not in it"
            ),
            phrase!(
                "the names that hello-mtls inspect shows in it; an IP address needs an IP entry"
            ),
        ),
        A::BadCertificate | A::CertificateUnknown => (
            phrase!(
                "it does not accept the {ours}'s certificate and does not say more",
                ours
            ),
            phrase!(
                "hello-mtls inspect shows the {ours}'s: version 3? not a CA itself? may its CA sign that?",
                ours
            ),
        ),
        A::BadCertificateStatusResponse => (
            phrase!(
                "it could not find out whether the {ours}'s certificate is still good (OCSP)",
                ours
            ),
            phrase!(
                "the {theirs}'s settings: this program sends no OCSP response",
                theirs
            ),
        ),
        // RFC 6066 §5: a client may send the address of its certificate in place of the certificate.
        A::CertificateUnobtainable | A::BadCertificateHashValue => (
            phrase!(
                "it could not fetch the {ours}'s certificate from a URL, or got another one there",
                ours
            ),
            phrase!(
                "the {theirs}'s settings: this program sends certificates, and no URLs of them",
                theirs
            ),
        ),
        A::DecryptError => (
            phrase!(
                "the {ours} did not prove that it owns its certificate's key, or the CA that signed it has \
                another key over there",
                ours
            ),
            phrase!(
                "the certificate and the key that belong together; the same ca.crt on both sides"
            ),
        ),
        A::AccessDenied if side == Side::Server => (
            phrase!("it knows the server and does not accept it"),
            phrase!("the client's log says more"),
        ),
        // OpenSSL and Node say no more than this in TLS 1.2, whatever is wrong with a certificate. To a
        // server whose handshake is complete it is about something else.
        A::HandshakeFailure if progress != Progress::Hello && !at_the_end(side, progress) => (
            phrase!(
                "it does not accept the {ours}'s certificate, or got none, and does not say more",
                ours
            ),
            phrase!(
                "--cert and --key on the {ours}'s side; the {theirs}'s log says more",
                ours,
                theirs
            ),
        ),
        _ => return None,
    };
    Some(row(Step::that_verifies(side), meaning, remedy))
}

/// The client's Finished has come: it had accepted the server's certificate before.
fn at_the_end(side: Side, progress: Progress) -> bool {
    side == Side::Server && progress == Progress::Established
}

fn about_the_connection(side: Side, alert: AlertDescription, progress: Progress) -> Row {
    use AlertDescription as A;
    let at_the_hello = match progress {
        Progress::Established => Step::ApplicationData,
        _ => Step::ClientConnects,
    };
    match alert {
        A::AccessDenied | A::UnrecognisedName if progress == Progress::Hello => row(
            Step::ServerPresentsCertificate,
            phrase!(
                "it has no certificate for that name (a client that dials an IP address sends none)"
            ),
            phrase!("another host name, or a certificate for this one on the server"),
        ),
        A::AccessDenied => row(
            Step::ServerAuthorizesClient,
            phrase!("it knows the client and does not let it in"),
            phrase!("the server's list of clients; its log says more"),
        ),
        A::HandshakeFailure if at_the_end(side, progress) => row(
            Step::ApplicationData,
            phrase!(
                "it wanted a new handshake on this connection (renegotiation), and there is none"
            ),
            phrase!("a new connection"),
        ),
        A::ProtocolVersion => row(
            Step::ClientConnects,
            phrase!("the two share no TLS version"),
            versions(),
        ),
        A::InsufficientSecurity => row(
            Step::ClientConnects,
            phrase!("it wants stronger cipher suites or groups than it was offered"),
            phrase!("the default suites and groups on both sides"),
        ),
        // RFC 7507: a client that failed with a higher version marks its second try.
        A::InappropriateFallback => row(
            Step::ClientConnects,
            phrase!(
                "the client tried again with a lower TLS version, and both can speak a higher one"
            ),
            phrase!("the client's first try: why did it fail? Look for a proxy between the two"),
        ),
        A::HandshakeFailure => row(
            Step::ClientConnects,
            phrase!("the two share no TLS version, cipher suite, group or kind of certificate"),
            phrase!(
                "TLS 1.2 and 1.3, the default suites and groups on both sides, a P-256 certificate"
            ),
        ),
        A::NoApplicationProtocol => row(
            Step::ClientConnects,
            phrase!("the two share no application protocol (ALPN)"),
            phrase!("http/1.1 on both sides"),
        ),
        A::UnexpectedMessage => row(
            at_the_hello,
            phrase!("it did not expect this message now"),
            phrase!("does it speak TLS, and directly? Look for a proxy between the two"),
        ),
        A::DecodeError | A::RecordOverflow => row(
            at_the_hello,
            phrase!("it could not make sense of our bytes"),
            phrase!("does it speak TLS, and directly?"),
        ),
        A::IllegalParameter | A::MissingExtension | A::UnsupportedExtension => row(
            at_the_hello,
            phrase!("it says that our bytes are against the rules of TLS"),
            phrase!("another TLS program on that side; look for a proxy between the two"),
        ),
        // Two names for one thing: TLS 1.0 still told bad padding from a bad MAC, and an attacker could learn
        // from it (RFC 5246 §7.2.2).
        A::BadRecordMac | A::DecryptionFailed => row(
            at_the_hello,
            phrase!("a record that reached it does not decrypt"),
            phrase!("look for a proxy or a middlebox between the two"),
        ),
        // SSL 3.0: today a client without a certificate sends an empty list (RFC 8446 §4.4.2).
        A::NoCertificate => row(
            Step::ClientPresentsCertificate,
            phrase!("it has no certificate to show, and says so as SSL 3.0 did"),
            phrase!("a TLS library of this decade on that side"),
        ),
        A::InternalError => row(
            step_at_disconnect(side, progress),
            phrase!("it has trouble of its own"),
            phrase!("the {peer}'s log", peer = side.peer()),
        ),
        _ => row(
            step_at_disconnect(side, progress),
            phrase!("it ended the connection"),
            phrase!("the {peer}'s log", peer = side.peer()),
        ),
    }
}

/// An alert by its name in RFC 8446 §6: `certificate_required`.
fn name(alert: AlertDescription) -> String {
    let camel = match alert {
        AlertDescription::UnknownCA => "UnknownCa".to_owned(),
        AlertDescription::UnrecognisedName => "UnrecognizedName".to_owned(),
        AlertDescription::UnknownPSKIdentity => "UnknownPskIdentity".to_owned(),
        AlertDescription::Unknown(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let mut name = String::new();
    for c in camel.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

//! What can go wrong, in words: the step, the file or the peer, what was found, what to try.
//!
//! [`Error`] is the one error type of the crate. [`diagnose`] is the one table from an error of rustls
//! to the step that failed; narration, logs and the command line all use it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use rustls::{
    AlertDescription, CertificateError, InconsistentKeys, InvalidMessage, PeerIncompatible,
};

use crate::clock::Moment;
use crate::finding::Finding;
use crate::narration::{Side, Step};
use crate::text;

/// Everything that this crate reports.
#[derive(Debug)]
pub enum Error {
    /// The command line asks for something that cannot be. Exit code 2.
    Usage {
        /// What was found on the command line.
        found: String,
        /// What to write instead.
        remedy: String,
    },
    /// The system would not read or write a file.
    File {
        /// `read` or `write`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is there already, and nobody allowed to overwrite it.
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// A file was read, and does not hold what it should.
    Contents {
        /// Which file, or files.
        path: PathBuf,
        /// What was found in it.
        found: String,
        /// What to try.
        remedy: String,
    },
    /// Certificates could not be made.
    Certificates {
        /// What was being made.
        doing: String,
        /// What the library said.
        found: String,
        /// What to try.
        remedy: String,
    },
    /// A socket could not be had.
    Network {
        /// `listen on` or `connect to`.
        doing: &'static str,
        /// Host and port.
        place: String,
        /// What the system said, an address a line.
        found: String,
        /// What to try.
        remedy: String,
    },
    /// TLS failed: in the handshake, or later.
    Tls {
        /// Which side we are.
        side: Side,
        /// Host and port of the other side.
        peer: String,
        /// The step, what was found, and what to try.
        diagnosis: Diagnosis,
    },
    /// The other side's HTTP is wrong, or was cut short.
    Http {
        /// Host and port of the other side.
        peer: String,
        /// What was found.
        found: String,
    },
    /// Cases of the gallery did not fail as they should.
    Gallery {
        /// Their names.
        cases: String,
    },
    /// What we write to was closed or is full.
    Output {
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// The process's exit code: 2 for a wrong command line, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage { .. } => 2,
            _ => 1,
        }
    }
}

/// What the doctor found in a file, as the reason why a command stops.
impl From<Finding> for Error {
    fn from(finding: Finding) -> Error {
        Error::Contents {
            path: finding.file,
            found: format!("{}\nexpected: {}", finding.found, finding.expected),
            remedy: finding.fix,
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage { found, remedy } => report(f, "the command line", found, remedy),
            Error::File {
                doing,
                path,
                source,
            } => report(
                f,
                &format!("cannot {doing} {}", shown(path)),
                &io_words(source),
                remedy_for_file(source, doing),
            ),
            Error::Exists { path } => report(
                f,
                &format!("{} exists already", shown(path)),
                "it was not touched, and nothing else was written",
                "another name or folder, or remove it first; certs has --force to overwrite",
            ),
            Error::Contents {
                path,
                found,
                remedy,
            } => report(
                f,
                &format!("step 0, {}: {}", Step::Preparation.title(), shown(path)),
                found,
                remedy,
            ),
            Error::Certificates {
                doing,
                found,
                remedy,
            } => report(f, &format!("cannot {doing}"), found, remedy),
            Error::Network {
                doing,
                place,
                found,
                remedy,
            } => report(
                f,
                &format!(
                    "step 1, {}: cannot {doing} {place}",
                    Step::ClientConnects.title()
                ),
                found,
                remedy,
            ),
            Error::Tls {
                side,
                peer,
                diagnosis,
            } => {
                let (step, found) = (diagnosis.step, &diagnosis.found);
                let head = format!(
                    "step {}, {} ({side}, with {peer})",
                    step.number(),
                    step.title()
                );
                report(f, &head, found, &diagnosis.remedy)
            }
            Error::Http { peer, found } => report(
                f,
                &format!(
                    "step 7, {} (client, with {peer})",
                    Step::ApplicationData.title()
                ),
                found,
                "the server, or what stands between; the answer above may be incomplete",
            ),
            Error::Gallery { cases } => report(
                f,
                "not every failure is what it was",
                &format!("what the gallery says about them does not hold here: {cases}"),
                "another version of rustls, or a machine without loopback? please report it",
            ),
            Error::Output { source } => report(
                f,
                "cannot write the output",
                &io_words(source),
                "room on the disk?",
            ),
        }
    }
}

/// Three paragraphs: where, what was found, what to try.
fn report(f: &mut fmt::Formatter<'_>, head: &str, found: &str, remedy: &str) -> fmt::Result {
    f.write_str(&text::wrap(head, 68).join("\n  "))?;
    for (label, words) in [("found:", found), ("try:", remedy)] {
        if words.is_empty() {
            continue;
        }
        // A line break in the words is meant: a command to paste must not be folded.
        let mut label = label;
        for paragraph in words.split('\n') {
            let lines = match paragraph.strip_prefix("  ") {
                Some(command) => text::fold(command, 68),
                None => text::wrap(paragraph, 70),
            };
            for line in lines {
                write!(f, "\n  {label:<6} {line}")?;
                label = "";
            }
        }
    }
    Ok(())
}

fn shown(path: &std::path::Path) -> String {
    text::terminal(&path.display().to_string())
}

fn remedy_for_file(source: &io::Error, doing: &str) -> &'static str {
    match source.kind() {
        io::ErrorKind::NotFound if doing == "read" => {
            "the name and the folder; `hello-mtls certs` makes the files in ./certs"
        }
        io::ErrorKind::NotFound => "make the folder first",
        io::ErrorKind::PermissionDenied => "the permissions of the file and of its folder: ls -l",
        _ => "another file",
    }
}

/// An error of the system without its number.
pub fn io_words(error: &io::Error) -> String {
    let words = error.to_string();
    words
        .split(" (os error")
        .next()
        .unwrap_or(&words)
        .to_owned()
}

/// Where a TLS connection broke, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The step that failed. It can be a step of the other side: an alert says so.
    pub step: Step,
    /// What was found.
    pub found: String,
    /// What to try.
    pub remedy: String,
    /// The same in the words of rustls or of the system: what other programs print, and what people
    /// search for. Safe to show, and of a bounded length.
    pub said: String,
}

/// How far a side was when its connection broke. The same alert means another step earlier or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// No certificate was seen yet: the client has accepted none, the server has sent none.
    Hello,
    /// The server's certificate is through: the client has accepted it, or the server has sent it.
    Certificates,
    /// This side's handshake is complete.
    Established,
}

/// Finds the step and the cause of an error that TLS reported on `side`.
///
/// `error` is what a read or write of a TLS stream returned: an error of rustls inside an
/// [`io::Error`], or the socket's own.
pub fn diagnose(side: Side, error: &io::Error, progress: Progress) -> Diagnosis {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        Some(error) => diagnose_at(side, error, progress),
        None => diagnose_io(side, error, progress),
    }
}

/// As [`diagnose`], for an error that came from rustls itself, when nobody knows how far it came.
pub fn diagnose_tls(side: Side, error: &rustls::Error) -> Diagnosis {
    diagnose_at(side, error, Progress::Certificates)
}

fn diagnose_at(side: Side, error: &rustls::Error, progress: Progress) -> Diagnosis {
    use rustls::Error as E;
    let verifying = match side {
        Side::Client => Step::ClientVerifiesServer,
        Side::Server => Step::ServerVerifiesClient,
    };
    let (step, found, remedy) = match error {
        E::AlertReceived(alert) => return diagnose_alert(side, *alert, progress),
        // The application's own decision, made early: what is step 6 elsewhere.
        E::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
            if side == Side::Server =>
        {
            (
                Step::ServerAuthorizesClient,
                "the client is known, and this server's own verifier does not let it in".into(),
                "its list of clients; a 403 after the handshake could have said why".into(),
            )
        }
        E::InvalidCertificate(cause) => {
            let (found, remedy) = certificate_words(side, cause);
            (verifying, found, remedy)
        }
        E::NoCertificatesPresented => (
            Step::ServerVerifiesClient,
            "the server asked for a certificate and the client sent none".into(),
            "the client needs --cert and --key (curl: the same names)".into(),
        ),
        E::InvalidMessage(InvalidMessage::InvalidContentType) => (
            Step::ClientConnects,
            format!(
                "the {} does not speak TLS: its first bytes are no TLS record",
                side.peer()
            ),
            match side {
                Side::Client => {
                    "is there a TLS server at that port? A plain one wants http://".into()
                }
                Side::Server => "the client has to say https://".into(),
            },
        ),
        E::PeerIncompatible(PeerIncompatible::NoSignatureSchemesInCommon) => no_scheme_in_common(),
        // rustls has no variants for these two: its words are the only key.
        E::General(words) if words == "incompatible signing key" => no_scheme_in_common(),
        E::General(words) if words == "no server certificate chain resolved" => (
            Step::ServerPresentsCertificate,
            "there is no certificate here for the name that the client asks for".into(),
            "a certificate for that name, or a default one; a client that dials an IP address names nobody".into(),
        ),
        E::PeerIncompatible(cause) => (
            Step::ClientConnects,
            incompatible_words(cause),
            "allow TLS 1.2 and 1.3, and the default suites and groups, on both sides".into(),
        ),
        E::NoApplicationProtocol => (
            Step::ClientConnects,
            "client and server share no application protocol (ALPN)".into(),
            "let the client offer http/1.1 (curl: --http1.1)".into(),
        ),
        // RFC 8446 §7.1: the first keys depend on every byte of both hellos.
        E::DecryptError if progress == Progress::Hello => (
            Step::ClientConnects,
            "the first encrypted record does not decrypt: the two have not seen the same hellos"
                .into(),
            "look for a proxy or a middlebox between the two".into(),
        ),
        E::DecryptError => (
            Step::ApplicationData,
            "a record does not decrypt: it was changed on the way, or made with other keys".into(),
            "look for a proxy or a middlebox between the two".into(),
        ),
        E::InconsistentKeys(InconsistentKeys::KeyMismatch) => (
            Step::Preparation,
            "the private key does not belong to the certificate".into(),
            "the key that made this certificate's request; in a chain file the leaf comes first"
                .into(),
        ),
        other => (
            Step::ClientConnects,
            text::terminal(&other.to_string()),
            "the docs page failures.md".into(),
        ),
    };
    Diagnosis {
        step,
        found,
        remedy,
        said: said(error),
    }
}

/// An error in its own words. Some of rustls's carry pages of hex.
fn said(error: &dyn fmt::Display) -> String {
    text::shorten(&text::terminal(&error.to_string()), 240)
}

/// The other side refused and said why, in a word. RFC 8446 §6.2 lists them.
fn diagnose_alert(side: Side, alert: AlertDescription, progress: Progress) -> Diagnosis {
    use AlertDescription as A;
    let refusing = match side {
        Side::Client => Step::ServerVerifiesClient,
        Side::Server => Step::ClientVerifiesServer,
    };
    let whose = if side == Side::Client {
        "client"
    } else {
        "server"
    };
    let from_the_start = match progress {
        Progress::Established => Step::ApplicationData,
        _ => Step::ClientConnects,
    };
    let (step, meaning, remedy) = match alert {
        A::CertificateRequired => (
            refusing,
            "the server wants a client certificate and got none".to_owned(),
            "--cert client.crt --key client.key".to_owned(),
        ),
        A::UnknownCA => (
            refusing,
            format!("it does not know the CA that signed the {whose}'s certificate"),
            format!("give the {} the ca.crt that signed it (--cacert), with every intermediate in --cert", side.peer()),
        ),
        A::CertificateExpired => (
            refusing,
            format!("the {whose}'s certificate is expired, or not valid yet by that clock"),
            "a new certificate, or the right time on both machines".to_owned(),
        ),
        A::CertificateRevoked => {
            (refusing, format!("the CA has revoked the {whose}'s certificate"), "a new certificate".to_owned())
        }
        A::UnsupportedCertificate => (
            refusing,
            format!("the {whose}'s certificate is made for another purpose"),
            format!("a certificate with extended key usage {whose}Auth"),
        ),
        A::BadCertificate if side == Side::Server => (
            refusing,
            "it does not accept the server's certificate: most likely it dialled a name that is not in it"
                .to_owned(),
            "the names: hello-mtls inspect server.crt; an IP address needs an IP entry".to_owned(),
        ),
        A::BadCertificate | A::CertificateUnknown => (
            refusing,
            format!("it does not accept the {whose}'s certificate and does not say more"),
            format!("hello-mtls inspect {whose}.crt: version 3? not a CA itself? may its CA sign that?"),
        ),
        A::DecryptError => (
            refusing,
            format!(
                "the {whose} did not prove that it owns its certificate's key, or the CA that signed it has \
                another key over there"
            ),
            "the certificate and the key that belong together; the same ca.crt on both sides".to_owned(),
        ),
        A::AccessDenied | A::UnrecognisedName if side == Side::Client && progress == Progress::Hello => (
            Step::ServerPresentsCertificate,
            "it has no certificate for that name".to_owned(),
            "another host name, or a certificate for this one on the server".to_owned(),
        ),
        A::AccessDenied if side == Side::Client => (
            Step::ServerAuthorizesClient,
            "it knows the client and does not let it in".to_owned(),
            "the server's list of clients; its log says more".to_owned(),
        ),
        A::AccessDenied => (
            refusing,
            "it knows the server and does not accept it".to_owned(),
            "the client's log says more".to_owned(),
        ),
        // OpenSSL and Node say no more than this in TLS 1.2, whatever is wrong with a certificate.
        A::HandshakeFailure if progress == Progress::Certificates => (
            refusing,
            format!("it does not accept the {whose}'s certificate, or got none, and does not say more"),
            format!("--cert {whose}.crt --key {whose}.key; the {}'s log says more", side.peer()),
        ),
        A::ProtocolVersion | A::HandshakeFailure | A::InsufficientSecurity => (
            Step::ClientConnects,
            "the two share no TLS version, cipher suite, group or kind of certificate".to_owned(),
            "TLS 1.2 and 1.3, the default suites and groups on both sides, a P-256 certificate".to_owned(),
        ),
        A::NoApplicationProtocol => (
            Step::ClientConnects,
            "the two share no application protocol (ALPN)".to_owned(),
            "http/1.1 on both sides".to_owned(),
        ),
        A::DecodeError | A::UnexpectedMessage | A::RecordOverflow => (
            from_the_start,
            "it could not make sense of our bytes".to_owned(),
            "does it speak TLS, and directly?".to_owned(),
        ),
        A::BadRecordMac => (
            from_the_start,
            "a record that reached it does not decrypt".to_owned(),
            "look for a proxy or a middlebox between the two".to_owned(),
        ),
        _ => (Step::ClientConnects, "it ended the connection".to_owned(), "its log".to_owned()),
    };
    let number = u8::from(alert);
    let found = format!(
        "the {} refused with alert {} ({number}): {meaning}",
        side.peer(),
        alert_name(alert)
    );
    Diagnosis {
        step,
        found,
        remedy,
        said: said(&rustls::Error::AlertReceived(alert)),
    }
}

/// An alert by its name in RFC 8446 §6: `certificate_required`.
pub fn alert_name(alert: AlertDescription) -> String {
    let camel = match alert {
        AlertDescription::UnknownCA => "UnknownCa".to_owned(),
        AlertDescription::UnrecognisedName => "UnrecognizedName".to_owned(),
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

fn no_scheme_in_common() -> (Step, String, String) {
    (
        Step::ServerPresentsCertificate,
        "the client can check no signature that the server's key can make".to_owned(),
        "another kind of key for the server: everybody checks P-256".to_owned(),
    )
}

fn incompatible_words(cause: &PeerIncompatible) -> String {
    match cause {
        PeerIncompatible::NoCipherSuitesInCommon => {
            "client and server share no cipher suite".into()
        }
        PeerIncompatible::NoKxGroupsInCommon => {
            "client and server share no key-exchange group".into()
        }
        PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled
        | PeerIncompatible::Tls13RequiredForQuic
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "client and server share no TLS version".into()
        }
        other => format!(
            "client and server cannot agree: {}",
            text::terminal(&format!("{other:?}"))
        ),
    }
}

/// What is wrong with the other side's certificate: found, and what to try.
fn certificate_words(side: Side, cause: &CertificateError) -> (String, String) {
    use CertificateError as C;
    let whose = side.peer();
    let new = || format!("a new certificate for the {whose}");
    match cause {
        C::UnknownIssuer => (
            format!("no CA in --cacert signed the {whose}'s certificate"),
            format!(
                "--cacert with the CA that signed it; if there are intermediates, the {whose} has to send them too"
            ),
        ),
        C::ExpiredContext { time, not_after } => (
            format!(
                "the {whose}'s certificate expired {} ago, on {}",
                moment(time).distance(moment(not_after)),
                moment(not_after).date_and_time()
            ),
            new(),
        ),
        C::NotValidYetContext { time, not_before } => (
            format!(
                "the {whose}'s certificate is valid only in {}, from {}",
                moment(time).distance(moment(not_before)),
                moment(not_before).date_and_time()
            ),
            format!("the clock here; it says {}", moment(time).date_and_time()),
        ),
        C::NotValidForNameContext {
            expected,
            presented,
        } if presented.is_empty() => (
            format!(
                "the {whose}'s certificate names no host at all (no subjectAltName), so not \"{}\" either",
                expected.to_str()
            ),
            "a certificate with a subjectAltName; the CN is not looked at (RFC 9525 §2)".into(),
        ),
        C::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names: Vec<String> = presented.iter().map(|name| text::terminal(name)).collect();
            (
                format!("the {whose}'s certificate is not for \"{}\" but for {}", expected.to_str(), names.join(", ")),
                "one of those names in the URL, or a certificate for this one; an IP address needs an IP entry".into(),
            )
        }
        C::InvalidPurposeContext { .. } | C::InvalidPurpose => (
            format!("the {whose}'s certificate is made for another purpose (extended key usage)"),
            format!("a certificate with {whose}Auth"),
        ),
        C::Revoked => (
            format!("the CA has revoked the {whose}'s certificate"),
            new(),
        ),
        C::UnknownRevocationStatus => (
            "a CRL is loaded, but none of the issuer of this certificate".into(),
            "--crl once for each CA of the chain".into(),
        ),
        C::BadSignature => (
            format!(
                "a signature of the {whose}'s does not fit: the CA was made anew, the {whose} does not own its \
                certificate's key, or a key has less than 2048 bits"
            ),
            "CA, certificate and key that belong together, P-256 or RSA-2048".into(),
        ),
        C::UnsupportedSignatureAlgorithmContext { .. }
        | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            format!("the {whose}'s chain is signed with an algorithm that is not accepted here"),
            "SHA-256 with P-256 or RSA-2048".into(),
        ),
        C::UnhandledCriticalExtension => (
            format!("the {whose}'s certificate has a critical extension that nobody here knows"),
            new(),
        ),
        C::Other(cause) => other_certificate_words(whose, &cause.to_string()),
        other => (text::terminal(&other.to_string()), new()),
    }
}

/// webpki hides these behind `Other`; its words are the only key.
fn other_certificate_words(whose: Side, cause: &str) -> (String, String) {
    if cause.contains("UnsupportedCertVersion") {
        return (
            format!(
                "the {whose}'s certificate is X.509 version 1: it has no extensions, so no names and no purposes"
            ),
            format!(
                "make it again as version 3:\n{}",
                openssl_v3(&whose.to_string())
            ),
        );
    }
    if cause.contains("CaUsedAsEndEntity") {
        return (
            format!(
                "the {whose}'s certificate says CA:TRUE: it may sign certificates, not serve as one"
            ),
            format!("sign a certificate for the {whose} with it: hello-mtls certs sign"),
        );
    }
    let (found, remedy) = match cause {
        "UnsupportedCriticalExtension" => (
            "has a critical extension that nobody here knows",
            "the same extension, not critical",
        ),
        "EndEntityUsedAsCa" => (
            "is signed by something that is no CA (CA:FALSE)",
            "an intermediate with CA:TRUE",
        ),
        "PathLenConstraintViolated" => (
            "has more CAs above it than one of them allows (pathlen)",
            "sign with the CA above, or make that one with a longer path",
        ),
        "NameConstraintViolation" => (
            "has a name that its CA may not sign (name constraints)",
            "a CA that may sign that name",
        ),
        _ => {
            let found = format!(
                "the {whose}'s chain breaks a rule: {}",
                text::terminal(cause)
            );
            let remedy = "hello-mtls inspect on each certificate of the chain";
            return (found, remedy.to_owned());
        }
    };
    (
        format!("the {whose}'s certificate {found}"),
        remedy.to_owned(),
    )
}

/// The tutorial's openssl line, mended: since it names no extensions, OpenSSL before 3.2 makes a
/// version 1 certificate with it.
pub fn openssl_v3(role: &str) -> String {
    let names = match role {
        "server" => "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
        _ => "subjectAltName=URI:spiffe://hello-mtls/my-client",
    };
    [
        &format!(
            "  printf 'basicConstraints=CA:FALSE\\nextendedKeyUsage={role}Auth\\n{names}\\n' \\"
        ),
        &format!("    > {role}.ext"),
        &format!("  openssl x509 -req -in {role}.csr -CA ca.crt -CAkey ca.key \\"),
        &format!("    -CAcreateserial -days 365 -extfile {role}.ext -out {role}.crt"),
    ]
    .map(String::as_str)
    .join("\n")
}

fn moment(time: &rustls::pki_types::UnixTime) -> Moment {
    Moment::from_unix(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

fn diagnose_io(side: Side, error: &io::Error, progress: Progress) -> Diagnosis {
    // Who hangs up without a word may dislike what it was shown last.
    let step = match (progress, side) {
        (Progress::Hello, _) => Step::ClientConnects,
        (Progress::Certificates, Side::Server) => Step::ClientVerifiesServer,
        (Progress::Certificates, Side::Client) => Step::ServerVerifiesClient,
        (Progress::Established, _) => Step::ApplicationData,
    };
    let other = side.peer();
    let (found, remedy) = match error.kind() {
        io::ErrorKind::TimedOut => (
            format!("the {other} was silent for too long"),
            format!("is the {other} busy, or not speaking TLS and waiting for us?"),
        ),
        io::ErrorKind::UnexpectedEof if step == Step::ClientConnects => (
            format!("the {other} hung up at the hello, without an alert"),
            format!("the {other}'s log; then what stands between: load balancer, firewall, proxy"),
        ),
        io::ErrorKind::UnexpectedEof => (
            format!("the {other} hung up in the middle, without close_notify"),
            format!(
                "the {other}'s log; a client that dislikes a certificate may leave without a word"
            ),
        ),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => (
            format!("the {other} cut the connection"),
            format!("the {other}'s log"),
        ),
        _ => (io_words(error), String::new()),
    };
    Diagnosis {
        step,
        found,
        remedy,
        said: said(error),
    }
}

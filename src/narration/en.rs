//! The story in English: what happened, and what is known now or what to try.

use super::{Certificate, Fact, Language, Misbehaviour, NotAuthorized, Side, Step, Words};

/// English.
pub const ENGLISH: Language = Language { title, side, words };

/// A step as a sentence without a full stop.
pub fn title(step: Step) -> &'static str {
    match step {
        Step::Preparation => "before the first byte",
        Step::ClientConnects => "the client connects",
        Step::ServerPresentsCertificate => "the server sends its certificate",
        Step::ClientVerifiesServer => "the client verifies the server",
        Step::ClientPresentsCertificate => "the client sends its certificate",
        Step::ServerVerifiesClient => "the server verifies the client",
        Step::ServerAuthorizesClient => "the server authorizes the client",
        Step::ApplicationData => "both exchange encrypted data",
    }
}

/// A side's name.
pub fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// A fact that the story goes on after: what happened, and what is known now or still open.
fn proved(what: impl Into<String>, known: impl AsRef<str>) -> Words {
    Words {
        what: what.into(),
        so: format!("→ {}", known.as_ref()),
    }
}

/// A fact that ends the story: what happened, and what to try.
fn refused(what: impl Into<String>, remedy: &str) -> Words {
    Words {
        what: what.into(),
        so: format!("try: {remedy}"),
    }
}

/// The words of a fact.
pub fn words(fact: &Fact) -> Words {
    match fact {
        Fact::ConnectionOpened { to } => proved(format!("connected to {to}"), ""),
        Fact::ConnectionAccepted { from } => proved(format!("{from} connects"), ""),
        Fact::ClientHelloPrepared {
            server_name,
            groups,
        } => proved(
            format!(
                "says hello to \"{server_name}\", offers {}",
                list_of_groups(groups)
            ),
            "nothing yet: whoever answers may be anybody",
        ),
        Fact::ClientHelloReceived {
            server_name,
            cipher_suites,
            groups,
        } => {
            let wanted = match server_name {
                Some(name) => format!("for \"{name}\""),
                None => "that names no server".to_owned(),
            };
            proved(
                format!("hears a hello {wanted}: {cipher_suites} cipher suites, {groups} groups"),
                "nothing yet: anybody may say hello",
            )
        }
        Fact::ServerCertificateSent {
            subject,
            chain,
            scheme,
            signed,
            asks_for_client_certificate,
        } => {
            let asks = if *asks_for_client_certificate {
                "; asks for the client's"
            } else {
                ""
            };
            proved(
                format!("{}{asks}", presented(subject, chain, scheme, *signed)),
                "nothing by itself: the client has to check both (step 3)",
            )
        }
        Fact::ServerCertificateVerified {
            certificate,
            server_name,
        } => proved(
            verified(certificate, "servers"),
            format!("a CA that I trust vouches for \"{server_name}\""),
        ),
        Fact::ServerKeyProved { scheme } => key_proved(scheme, "server"),
        Fact::ClientCertificateSent {
            subject,
            chain,
            scheme,
            signed,
        } => proved(
            presented(subject, chain, scheme, *signed),
            "nothing by itself: the server has to check both (step 5)",
        ),
        Fact::EmptyCertificateSent => proved(
            "was asked for a certificate, sends an empty one",
            "the server decides whether that will do",
        ),
        Fact::ClientCertificateVerified { certificate } => proved(
            verified(certificate, "clients"),
            "a CA that I trust vouches for that name",
        ),
        Fact::ClientKeyProved { scheme } => key_proved(scheme, "client"),
        Fact::ClientAuthorized {
            identity,
            resumed,
            listed,
        } => authorized(identity, *resumed, *listed),
        Fact::ClientNotAuthorized(refusal) => {
            let Denial { who, why, remedy } = denial(refusal);
            refused(format!("{who} is refused: {why}"), &remedy)
        }
        Fact::SessionAgreed {
            version,
            cipher_suite,
            group,
            verdict_pending,
            ..
        } => {
            let group = group.as_deref().unwrap_or("no key exchange");
            let known = if *verdict_pending {
                "I may send. Whether I am welcome, the answer will tell"
            } else {
                "nobody on the way can read what follows or change it unnoticed"
            };
            proved(format!("{version}, {cipher_suite}, {group}"), known)
        }
        Fact::ResponseReceived {
            status,
            reason,
            length,
        } => {
            let known = match status {
                403 => "TLS went well; the application does not let me in",
                200..=299 => "an answer came: only now do I know that the server let me in",
                _ => "the handshake was accepted; whether I am, the status tells",
            };
            proved(
                format!("the answer: {status} {reason}, {length} bytes"),
                known,
            )
        }
        Fact::Refused { found, remedy, .. } => refused(found, remedy),
        Fact::Misbehaved(misbehaviour) => misbehaved(misbehaviour),
    }
}

/// The preferred group, and how many more.
fn list_of_groups(groups: &[String]) -> String {
    match groups {
        [] => "no group".to_owned(),
        [only] => only.clone(),
        [first, more @ ..] => format!("{first} and {} more", more.len()),
    }
}

/// `sends CN=… (459 bytes), …`, or `(1012 bytes in 2 certificates)`.
fn presented(subject: &str, chain: &[usize], scheme: &str, signed: usize) -> String {
    let size: usize = chain.iter().sum();
    let size = match chain.len() {
        1 => format!("{size} bytes"),
        count => format!("{size} bytes in {count} certificates"),
    };
    format!("sends {subject} ({size}), signs {signed} bytes with {scheme}")
}

fn verified(certificate: &Certificate, purpose: &str) -> String {
    let Certificate {
        subject,
        issuer,
        valid_until,
    } = certificate;
    format!("{subject}: signed by {issuer}, for {purpose}, until {valid_until}")
}

fn key_proved(scheme: &str, owner: &str) -> Words {
    proved(
        format!("its signature over our handshake fits ({scheme})"),
        format!("it owns that certificate's key, now: this is the {owner}"),
    )
}

fn authorized(identity: &str, resumed: bool, listed: bool) -> Words {
    let again = if resumed {
        "resumed: no certificate came, the remembered one was verified again; "
    } else {
        ""
    };
    if listed {
        proved(
            format!("{again}{identity} is on the --allow list"),
            "it may come in",
        )
    } else {
        proved(
            format!("{again}{identity} may come in: there is no --allow list"),
            "every client that the CA vouches for is let in",
        )
    }
}

/// Why a client is not let in, for the story, the log and the 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Who it is, if that much is known.
    pub who: String,
    /// Why not.
    pub why: String,
    /// What the server's owner, or the client's, can do about it.
    pub remedy: String,
}

/// The words of a [`NotAuthorized`].
pub fn denial(refusal: &NotAuthorized) -> Denial {
    let (who, why, remedy) = match refusal {
        NotAuthorized::Unreadable => (
            "a client without a readable certificate",
            "there is nothing to authorize".to_owned(),
            "another client certificate".to_owned(),
        ),
        NotAuthorized::NoLongerValid { client, found } => (
            client.as_str(),
            format!("resumed, but its certificate is no longer valid: {found}"),
            "a new certificate for the client".to_owned(),
        ),
        NotAuthorized::NotListed {
            client,
            single_name,
        } => (
            client.as_str(),
            "known, but not on the --allow list".to_owned(),
            if *single_name {
                format!("--allow {client}")
            } else {
                "a client certificate that has one name: one URI is best".to_owned()
            },
        ),
    };
    let who = who.to_owned();
    Denial { who, why, remedy }
}

fn misbehaved(misbehaviour: &Misbehaviour) -> Words {
    match misbehaviour {
        Misbehaviour::ReadHelloAsText { bytes, reply: None } => proved(
            format!("reads {bytes} bytes, and hangs up"),
            "it says no word",
        ),
        Misbehaviour::ReadHelloAsText {
            bytes,
            reply: Some(line),
        } => proved(
            format!("reads {bytes} bytes that mean nothing to it"),
            format!("it answers \"{line}\""),
        ),
        Misbehaviour::SentPlainText { line_sent } => {
            proved(format!("sends \"{line_sent}\""), "in the clear, and no TLS")
        }
        Misbehaviour::ReadAnswerAsText { answer } => {
            refused(format!("the answer is no HTTP: {answer}"), "https://")
        }
        Misbehaviour::WroteWithoutReading { succeeded: true } => proved(
            "wrote three times, and every write went well",
            "exit code 0",
        ),
        Misbehaviour::WroteWithoutReading { succeeded: false } => {
            proved("could not write", "so it noticed")
        }
        Misbehaviour::HungUp => proved(
            "answers without a length, hangs up without close_notify",
            "it is content",
        ),
    }
}

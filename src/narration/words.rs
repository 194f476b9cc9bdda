//! The story in words: what happened, and what is known now or what to try.
//!
//! The sentences stand here in English; `language/zh.txt` has them in Chinese.

use super::{Certificate, Fact, Misbehaviour, NotAuthorized, Side, Step, Words};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// A step as a sentence without a full stop.
pub fn title(step: Step) -> Phrase {
    match step {
        Step::Preparation => phrase!("before the first byte"),
        Step::ClientConnects => phrase!("the client connects"),
        Step::ServerPresentsCertificate => phrase!("the server sends its certificate"),
        Step::ClientVerifiesServer => phrase!("the client verifies the server"),
        Step::ClientPresentsCertificate => phrase!("the client sends its certificate"),
        Step::ServerVerifiesClient => phrase!("the server verifies the client"),
        Step::ServerAuthorizesClient => phrase!("the server authorizes the client"),
        Step::ApplicationData => phrase!("both exchange encrypted data"),
    }
}

/// A side's name, as a word in a sentence.
pub fn side(side: Side) -> Phrase {
    match side {
        Side::Client => phrase!("client"),
        Side::Server => phrase!("server"),
    }
}

/// A fact that the story goes on after: what happened, and what is known now or still open.
fn proved(what: Phrase, known: Phrase) -> Words {
    let so = if known.is_empty() {
        Phrase::from("→")
    } else {
        phrase!("→ {known}", known)
    };
    Words { what, so }
}

/// A fact that ends the story: what happened, and what to try.
fn refused(what: Phrase, remedy: Phrase) -> Words {
    let so = phrase!("try: {remedy}", remedy);
    Words { what, so }
}

/// The words of a fact.
pub fn words(fact: &Fact) -> Words {
    match fact {
        Fact::ConnectionOpened { to } => proved(
            phrase!("connected to {to}", to = to.to_string()),
            Phrase::empty(),
        ),
        Fact::ConnectionAccepted { from } => proved(
            phrase!("{from} connects", from = from.to_string()),
            Phrase::empty(),
        ),
        Fact::ClientHelloPrepared {
            server_name,
            groups,
        } => {
            let groups = list_of_groups(groups);
            proved(
                phrase!(
                    "sends a hello to \"{server_name}\", offers {groups}",
                    server_name,
                    groups
                ),
                phrase!("nothing is proved yet: any server could answer"),
            )
        }
        Fact::ClientHelloReceived {
            server_name,
            cipher_suites: suites,
            groups,
        } => {
            let wanted = match server_name {
                Some(name) => phrase!("for \"{name}\"", name),
                None => phrase!("that names no server"),
            };
            proved(
                phrase!(
                    "receives a hello {wanted}: {suites} cipher suites, {groups} groups",
                    wanted,
                    suites,
                    groups
                ),
                phrase!("nothing is proved yet: any client can send a hello"),
            )
        }
        Fact::ServerCertificateSent {
            subject,
            chain,
            scheme,
            signed,
            asks_for_client_certificate,
        } => {
            let sent = presented(subject, chain, scheme, *signed);
            let sent = if *asks_for_client_certificate {
                phrase!("{sent}; asks for the client's", sent)
            } else {
                sent
            };
            proved(
                sent,
                phrase!("nothing by itself: the client has to check both (step 3)"),
            )
        }
        Fact::ServerCertificateVerified {
            certificate,
            server_name,
        } => proved(
            verified(certificate, phrase!("servers")),
            phrase!(
                "a CA that I trust vouches for \"{server_name}\"",
                server_name
            ),
        ),
        Fact::ServerKeyProved { scheme } => key_proved(scheme, side(Side::Server)),
        Fact::ClientCertificateSent {
            subject,
            chain,
            scheme,
            signed,
        } => proved(
            presented(subject, chain, scheme, *signed),
            phrase!("nothing by itself: the server has to check both (step 5)"),
        ),
        Fact::EmptyCertificateSent => proved(
            phrase!("was asked for a certificate, sends an empty one"),
            phrase!("the server decides whether it accepts that"),
        ),
        Fact::ClientCertificateVerified { certificate } => proved(
            verified(certificate, phrase!("clients")),
            phrase!("a CA that I trust vouches for that name"),
        ),
        Fact::ClientKeyProved { scheme } => key_proved(scheme, side(Side::Client)),
        Fact::ClientAuthorized {
            identity,
            resumed,
            listed,
        } => authorized(identity, *resumed, *listed),
        Fact::ClientNotAuthorized(refusal) => {
            let Denial { who, why, remedy } = denial(refusal);
            refused(phrase!("{who} is refused: {why}", who, why), remedy)
        }
        Fact::SessionAgreed {
            version,
            cipher_suite,
            group,
            verdict_pending,
            ..
        } => {
            let group = match group {
                Some(group) => Phrase::from(group),
                None => phrase!("no key exchange"),
            };
            let agreed = [version.into(), cipher_suite.into(), group];
            let known = if *verdict_pending {
                phrase!("this client may send; the answer will show whether it is accepted")
            } else {
                phrase!("an eavesdropper cannot read what follows, or change it unnoticed")
            };
            proved(Phrase::joined(agreed, &Phrase::from(", ")), known)
        }
        Fact::ResponseReceived {
            status,
            reason,
            length,
        } => {
            let known = match status {
                403 => phrase!("TLS succeeded; the application refuses this client"),
                200..=299 => {
                    phrase!("an answer of success: the server has accepted this client")
                }
                _ => phrase!("the handshake was accepted; the status tells about the request"),
            };
            proved(
                phrase!(
                    "the answer: {status} {reason}, {length} bytes",
                    status,
                    reason = text::shorten(&text::terminal(reason), 60),
                    length
                ),
                known,
            )
        }
        Fact::Refused { found, remedy, .. } => refused(found.into(), remedy.into()),
        Fact::Misbehaved(misbehaviour) => misbehaved(misbehaviour),
    }
}

/// The preferred group, and how many more.
fn list_of_groups(groups: &[String]) -> Phrase {
    match groups {
        [] => phrase!("no group"),
        [only] => only.into(),
        [first, others @ ..] => phrase!("{first} and {more} more", first, more = others.len()),
    }
}

/// `sends CN=… (459 bytes), …`, or `(1012 bytes in 2 certificates)`.
fn presented(subject: &str, chain: &[usize], scheme: &str, signed: usize) -> Phrase {
    let size: usize = chain.iter().sum();
    let size = match chain.len() {
        1 => phrase!("{size} bytes", size),
        count => phrase!("{size} bytes in {count} certificates", size, count),
    };
    phrase!(
        "sends {subject} ({size}), signs {signed} bytes with {scheme}",
        subject,
        size,
        signed,
        scheme
    )
}

fn verified(certificate: &Certificate, purpose: Phrase) -> Phrase {
    let Certificate {
        subject,
        issuer,
        valid_until: until,
    } = certificate;
    phrase!(
        "{subject}: signed by {issuer}, for {purpose}, until {until}",
        subject,
        issuer,
        purpose,
        until
    )
}

fn key_proved(scheme: &str, owner: Phrase) -> Words {
    proved(
        phrase!("its signature over our handshake fits ({scheme})", scheme),
        phrase!(
            "it owns the certificate's private key: this is the {owner}",
            owner
        ),
    )
}

fn authorized(identity: &str, resumed: bool, listed: bool) -> Words {
    let (what, known) = if listed {
        (
            phrase!("{identity} is on the --allow list", identity),
            phrase!("it may come in"),
        )
    } else {
        (
            phrase!("{identity} may come in: there is no --allow list", identity),
            phrase!("every client that the CA vouches for is let in"),
        )
    };
    let what = if resumed {
        phrase!(
            "resumed: no certificate came, the remembered one was verified again; {what}",
            what
        )
    } else {
        what
    };
    proved(what, known)
}

/// Why a client is not let in, for the story, the log and the 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The client's identity, if that much is known.
    pub who: Phrase,
    /// Why not.
    pub why: Phrase,
    /// What the server's owner, or the client's, can do about it.
    pub remedy: Phrase,
}

/// The words of a [`NotAuthorized`].
pub fn denial(refusal: &NotAuthorized) -> Denial {
    match refusal {
        NotAuthorized::Unreadable => Denial {
            who: phrase!("a client without a readable certificate"),
            why: phrase!("there is nothing to authorize"),
            remedy: phrase!("another client certificate"),
        },
        NotAuthorized::NoLongerValid { client, found } => Denial {
            who: client.into(),
            why: phrase!(
                "resumed, but its certificate is no longer valid: {found}",
                found
            ),
            remedy: phrase!("a new certificate for the client"),
        },
        NotAuthorized::EndedWhileOpen { client, found } => Denial {
            who: client.into(),
            why: phrase!(
                "the connection is still open, but its certificate is no longer valid: {found}",
                found
            ),
            remedy: phrase!("a new certificate for the client"),
        },
        NotAuthorized::NotListed {
            client,
            single_name,
        } => Denial {
            who: client.into(),
            why: phrase!("known, but not on the --allow list"),
            remedy: if *single_name {
                Phrase::from(format!("--allow {client}"))
            } else {
                phrase!("a client certificate that has one name: one URI is best")
            },
        },
    }
}

fn misbehaved(misbehaviour: &Misbehaviour) -> Words {
    match misbehaviour {
        Misbehaviour::ReadHelloAsText { bytes, reply: None } => proved(
            phrase!("reads {bytes} bytes, and hangs up", bytes),
            phrase!("it sends nothing"),
        ),
        Misbehaviour::ReadHelloAsText {
            bytes,
            reply: Some(line),
        } => proved(
            phrase!("reads {bytes} bytes that mean nothing to it", bytes),
            phrase!("it answers \"{line}\"", line),
        ),
        Misbehaviour::SentPlainText { line_sent: line } => proved(
            phrase!("sends \"{line}\"", line),
            phrase!("in the clear, and no TLS"),
        ),
        Misbehaviour::ReadAnswerAsText { answer } => refused(
            phrase!("the answer is no HTTP: {answer}", answer),
            Phrase::from("https://"),
        ),
        Misbehaviour::WroteWithoutReading { succeeded: true } => proved(
            phrase!("wrote three times, and every write went well"),
            phrase!("exit code 0"),
        ),
        Misbehaviour::WroteWithoutReading { succeeded: false } => {
            proved(phrase!("could not write"), phrase!("so it noticed"))
        }
        Misbehaviour::HungUp => proved(
            phrase!("answers without a length, hangs up without close_notify"),
            phrase!("it notices nothing"),
        ),
    }
}

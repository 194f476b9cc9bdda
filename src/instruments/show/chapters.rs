//! The seven steps as a spine: where each one's code stands, and what to say where no message is.
//!
//! Unaware of how they are shown.

use crate::instruments::wire::conversation::{
    Conversation, Ending, Kind, Message, Negotiated, PreSharedKey,
};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{HandshakeType, TLS13};
use crate::language::{Language, Phrase};
use crate::narration::Step;
use crate::phrase;

/// One of the seven steps, as a chapter.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// The step.
    pub step: Step,
    /// The file that is this step, from the root of the project.
    pub module: &'static str,
    /// The page and place of the tutorial.
    pub docs: &'static str,
    /// The standards and sections: `RFC 8446 §4.3`, then `§4.4` of the same.
    pub sources: &'static [&'static str],
    /// Those of TLS 1.2.
    pub sources_of_tls12: &'static [&'static str],
}

/// The seven, in order.
pub const CHAPTERS: [Chapter; 7] = [
    Chapter {
        step: Step::ClientConnects,
        module: "src/handshake/step1_client_connects.rs",
        docs: "docs/mtls.md#step-1",
        sources: &["RFC 8446 §4.1"],
        sources_of_tls12: &["RFC 5246 §7.4.1"],
    },
    Chapter {
        step: Step::ServerPresentsCertificate,
        module: "src/handshake/step2_server_presents_certificate.rs",
        docs: "docs/mtls.md#step-2",
        sources: &["RFC 8446 §4.3", "§4.4"],
        sources_of_tls12: &["RFC 5246 §7.4.2", "§7.4.3", "§7.4.4"],
    },
    Chapter {
        step: Step::ClientVerifiesServer,
        module: "src/handshake/step3_client_verifies_server.rs",
        docs: "docs/mtls.md#step-3",
        sources: &["RFC 8446 §4.4.3", "RFC 5280 §6", "RFC 9525 §6"],
        sources_of_tls12: &["RFC 5246 §7.4.3", "RFC 5280 §6", "RFC 9525 §6"],
    },
    Chapter {
        step: Step::ClientPresentsCertificate,
        module: "src/handshake/step4_client_presents_certificate.rs",
        docs: "docs/mtls.md#step-4",
        sources: &["RFC 8446 §4.4.2", "§4.4.3"],
        sources_of_tls12: &["RFC 5246 §7.4.6", "§7.4.8"],
    },
    Chapter {
        step: Step::ServerVerifiesClient,
        module: "src/handshake/step5_server_verifies_client.rs",
        docs: "docs/mtls.md#step-5",
        sources: &["RFC 8446 §4.4.3", "RFC 5280 §6"],
        sources_of_tls12: &["RFC 5246 §7.4.8", "RFC 5280 §6"],
    },
    Chapter {
        step: Step::ServerAuthorizesClient,
        module: "src/handshake/step6_server_authorizes_client.rs",
        docs: "docs/mtls.md#step-6",
        sources: &[],
        sources_of_tls12: &[],
    },
    Chapter {
        step: Step::ApplicationData,
        module: "src/handshake/step7_application_data.rs",
        docs: "docs/mtls.md#step-7",
        sources: &["RFC 8446 §4.6.1", "§5.2", "§6.1"],
        sources_of_tls12: &["RFC 5246 §6.2.3", "§7.2.1"],
    },
];

impl Chapter {
    /// The standards of the version that was spoken.
    pub fn sources_in(&self, conversation: &Conversation) -> &'static [&'static str] {
        match old(conversation) {
            true => self.sources_of_tls12,
            false => self.sources,
        }
    }

    /// What the step is for in the version that was spoken, in a sentence or two.
    pub fn purpose_in(&self, conversation: &Conversation) -> Phrase {
        let old = old(conversation);
        match self.step {
            Step::ClientConnects if old => {
                phrase!("Both say what they speak. Up to TLS 1.2 they exchange keys after that.")
            }
            Step::ClientConnects | Step::Preparation => phrase!(
                "Both say what they speak and exchange public keys; out of these comes a secret that nobody on the way can compute."
            ),
            Step::ServerPresentsCertificate if old => phrase!(
                "The server says who it is. Where both make fresh keys, it signs its own with the key that only it has."
            ),
            Step::ServerPresentsCertificate => phrase!(
                "The server says who it is, and signs all that was said so far with the key that only it has."
            ),
            Step::ClientVerifiesServer if old => phrase!(
                "Two proofs: a CA that the client trusts vouches for the certificate and its name; and a signature, or with RSA key exchange the server's Finished, shows that the server owns the key."
            ),
            Step::ClientVerifiesServer => phrase!(
                "Two proofs: a CA that the client trusts vouches for the certificate and its name, and the signature shows that the server owns the key."
            ),
            Step::ClientPresentsCertificate => phrase!(
                "The mirror image of step 2, and what makes it mutual: the client says who it is, and signs."
            ),
            Step::ServerVerifiesClient => phrase!(
                "The same two proofs the other way round. There is no name to compare: this tells who it is, not whether it may come in."
            ),
            Step::ServerAuthorizesClient => {
                phrase!("May this client come in? That is policy, not TLS: no standard answers it.")
            }
            Step::ApplicationData => phrase!(
                "Each record is encrypted and numbered: a changed, missing or repeated one is noticed. The end is said, too."
            ),
        }
    }

    /// 1 to 7.
    pub fn number(&self) -> u8 {
        self.step.number()
    }

    /// The step's title as a heading in this language: `The client connects`.
    pub fn title(&self, language: Language) -> String {
        let title = self.step.title().in_language(language);
        title
            .replacen("the ", "The ", 1)
            .replacen("both ", "Both ", 1)
    }
}

/// The title of what has no step, and why it has none.
pub(super) fn no_step() -> (Phrase, Phrase) {
    (
        phrase!("Messages whose step cannot be told"),
        phrase!(
            "These records are encrypted, and their keys are not known here: what each of them is for cannot be told."
        ),
    )
}

/// It speaks TLS 1.2, or less.
fn old(conversation: &Conversation) -> bool {
    let version = conversation.negotiated.version;
    version.is_some_and(|version| version < TLS13)
}

/// Nobody shows a certificate, and nothing else proves an identity.
pub(super) fn is_anonymous(negotiated: &Negotiated) -> bool {
    let suite = negotiated.cipher_suite;
    suite.is_some_and(|suite| names::CIPHER_SUITES.key_exchange(suite).ends_with("anon"))
}

/// What to say of a step beside its messages: what one side does alone, or why nothing is there.
pub(super) fn remark(conversation: &Conversation, step: Step) -> Option<Phrase> {
    let mut messages = conversation.messages.iter();
    let empty = !has_messages(conversation, step);
    let later = messages.any(|message| message.step > Some(step))
        || conversation
            .omitted
            .messages
            .keys()
            .any(|other| *other > Some(step));
    if let Ending::Refused { step: at, .. } = conversation.ending
        && at <= step
    {
        return after_a_refusal(conversation, at, step);
    }
    let words = match step {
        Step::ClientVerifiesServer | Step::ServerVerifiesClient | Step::ServerAuthorizesClient
            if !can_be_told(conversation) =>
        {
            unreadable()
        }
        _ if empty && !can_be_told(conversation) => unreadable(),
        Step::ClientVerifiesServer | Step::ServerVerifiesClient | Step::ServerAuthorizesClient
            if later || !empty =>
        {
            on_one_side(conversation, step)
        }
        _ if !empty => return None,
        Step::ClientPresentsCertificate if later => asked_nobody(conversation),
        Step::ServerPresentsCertificate if later => {
            phrase!("No message of this step was recorded.")
        }
        _ => phrase!("Not reached in this recording."),
    };
    Some(words)
}

fn unreadable() -> Phrase {
    phrase!("Cannot be told: records are encrypted, and their keys are not known here.")
}

/// What can be read settles the steps: all of it, the whole handshake, or up to TLS 1.2 the server's flight and the client's.
fn can_be_told(conversation: &Conversation) -> bool {
    let done = Kind::Handshake(HandshakeType::SERVER_HELLO_DONE);
    let mut messages = conversation.messages.iter();
    conversation.unreadable().is_none()
        || conversation.negotiated.handshake_complete
        || old(conversation)
            && (conversation.negotiated.resumed || messages.any(|message| message.kind == done))
}

fn has_messages(conversation: &Conversation, step: Step) -> bool {
    conversation.messages_of(Some(step)) > 0
}

/// The alert speaks for its own step. Later ones were not reached, or the client did not wait.
fn after_a_refusal(conversation: &Conversation, at: Step, step: Step) -> Option<Phrase> {
    if at == step {
        return None;
    }
    let at_number = at.number();
    if !has_messages(conversation, step) {
        return Some(phrase!(
            "Not reached: step {at_number} was refused.",
            at_number
        ));
    }
    let refusal =
        |message: &&Message| message.step == Some(at) && matches!(message.kind, Kind::Alert(..));
    let messages = conversation.messages.iter();
    let mut before = messages.take_while(|message| !refusal(message));
    before.any(|message| message.step == Some(step)).then(|| {
        phrase!("Sent before the refusal of step {at_number} was heard: in TLS 1.3 the client does not wait for the verdict.", at_number)
    })
}

/// The steps that one side took alone, without a message, and that came out well.
pub(super) fn acts_alone(conversation: &Conversation) -> Vec<Step> {
    let alone = [
        (
            Step::ClientVerifiesServer,
            !conversation.negotiated.without_certificates()
                && !is_anonymous(&conversation.negotiated),
        ),
        (
            Step::ServerVerifiesClient,
            conversation.negotiated.client_certificate_sent,
        ),
        (
            Step::ServerAuthorizesClient,
            conversation.negotiated.client_certificate_sent,
        ),
    ];
    let reached = |step: Step| match conversation.ending {
        Ending::Refused { step: refused, .. } => step < refused,
        _ => true,
    };
    let happened = alone.into_iter().filter(|(_, happens)| *happens);
    let happened = happened.map(|(step, _)| step);
    happened.filter(|step| reached(*step)).collect()
}

fn asked_nobody(conversation: &Conversation) -> Phrase {
    let negotiated = &conversation.negotiated;
    let asked = |message: &Message| {
        message.kind == Kind::Handshake(HandshakeType::CERTIFICATE_REQUEST)
            && message.step == Some(Step::ApplicationData)
    };
    if conversation.messages.iter().any(asked) {
        phrase!(
            "The server did not ask for a certificate here, but it did after the handshake: see step 7."
        )
    } else if negotiated.resumed {
        phrase!(
            "A resumption: the client showed its certificate, if it has one, in the earlier session."
        )
    } else if negotiated.pre_shared_key.is_some() {
        phrase!("The server asked for no certificate: the pre-shared key stands for it.")
    } else if negotiated.client_certificate_requested {
        phrase!("The server asked for a certificate; what the client answered was not recorded.")
    } else {
        phrase!(
            "The server did not ask for a certificate: this is TLS, not mutual TLS. Who the client is, it does not know."
        )
    }
}

/// The steps that one side takes alone.
fn on_one_side(conversation: &Conversation, step: Step) -> Phrase {
    let negotiated = &conversation.negotiated;
    let (asked, sent) = (
        negotiated.client_certificate_requested,
        negotiated.client_certificate_sent,
    );
    match step {
        Step::ClientVerifiesServer | Step::ServerVerifiesClient if negotiated.resumed => {
            phrase!(
                "Nothing to verify: no certificate came. What the earlier session proved of the other side, still holds: the secret of that session stands for it."
            )
        }
        Step::ClientVerifiesServer | Step::ServerVerifiesClient
            if negotiated.pre_shared_key == Some(PreSharedKey::External) && !sent =>
        {
            phrase!(
                "Nothing to verify: no certificate came. That the other side knows the pre-shared key is the proof; which peer has it was agreed on outside TLS."
            )
        }
        Step::ClientVerifiesServer | Step::ServerVerifiesClient
            if negotiated.pre_shared_key.is_some() && !sent =>
        {
            phrase!(
                "Nothing to verify: no certificate came. That the other side knows the pre-shared key is the proof. It is from an earlier session, or was agreed on outside TLS."
            )
        }
        Step::ClientVerifiesServer if is_anonymous(negotiated) => {
            phrase!(
                "Nothing to verify: with an anonymous key exchange the server proves no identity, and an attacker in the middle goes unnoticed."
            )
        }
        Step::ClientVerifiesServer => {
            phrase!(
                "No message tells of it: the client looks at the certificate by itself. A no would stand here as an alert; its yes is that it goes on."
            )
        }
        Step::ServerVerifiesClient if sent => {
            phrase!(
                "No message tells of it: the server looks at the certificate by itself. A no would stand here as an alert; its yes is that it goes on."
            )
        }
        Step::ServerVerifiesClient if negotiated.client_certificate_declined => {
            phrase!(
                "The client sent no certificate, so there is nothing to verify. A server that insists on one says no with an alert."
            )
        }
        Step::ServerVerifiesClient if asked => {
            phrase!(
                "Cannot be told: the server asked for a certificate, and what the client answered was not seen."
            )
        }
        Step::ServerAuthorizesClient if sent => {
            phrase!(
                "No message tells of it: the server's application compares the name in the client's certificate with a list of its own. A no is an answer in step 7, such as 403."
            )
        }
        Step::ServerAuthorizesClient if asked => {
            phrase!(
                "No message tells of it: what a client without a certificate may do, the server's application decides. A no is an answer in step 7, such as 403."
            )
        }
        Step::ServerAuthorizesClient if negotiated.without_certificates() => {
            phrase!(
                "No message tells of it: if the server knows the client from before, its application may compare the name with a list of its own. A no is an answer in step 7, such as 403."
            )
        }
        _ => {
            phrase!(
                "The server asked for no certificate: there is nobody to verify, and no name to let in."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_chapter_names_a_file_that_exists_and_stands_in_its_place() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (index, chapter) in CHAPTERS.iter().enumerate() {
            assert_eq!(usize::from(chapter.number()), index + 1);
            assert!(root.join(chapter.module).exists(), "{}", chapter.module);
            let (page, place) = chapter.docs.split_once('#').unwrap();
            let page = std::fs::read_to_string(root.join(page)).unwrap();
            assert!(
                page.contains(&format!("<a id=\"{place}\"></a>")),
                "{}",
                chapter.docs
            );
        }
    }
}

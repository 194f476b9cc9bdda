//! The seven steps as a spine: where each one's code stands, and what to say where no message is.
//!
//! Unaware of how they are shown.

use crate::instruments::wire::conversation::{
    Conversation, Ending, Kind, Message, Negotiated, Protection, Record,
};
use crate::narration::Step;

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
    /// What the step is for, in a sentence.
    pub purpose: &'static str,
}

/// The seven, in order.
pub const CHAPTERS: [Chapter; 7] = [
    Chapter {
        step: Step::ClientConnects,
        module: "src/handshake/step1_client_connects.rs",
        docs: "docs/mtls.md#step-1",
        sources: &["RFC 8446 §4.1"],
        purpose: "Both say what they speak and exchange public keys; out of these comes a secret that nobody \
                  on the way can compute.",
    },
    Chapter {
        step: Step::ServerPresentsCertificate,
        module: "src/handshake/step2_server_presents_certificate.rs",
        docs: "docs/mtls.md#step-2",
        sources: &["RFC 8446 §4.3", "§4.4"],
        purpose: "The server says who it is, and signs all that was said so far with the key that only it has.",
    },
    Chapter {
        step: Step::ClientVerifiesServer,
        module: "src/handshake/step3_client_verifies_server.rs",
        docs: "docs/mtls.md#step-3",
        sources: &["RFC 8446 §4.4.3", "RFC 5280 §6", "RFC 9525 §6"],
        purpose: "Two proofs: a CA that the client trusts vouches for the certificate and its name, and the \
                  signature shows that the server owns the key.",
    },
    Chapter {
        step: Step::ClientPresentsCertificate,
        module: "src/handshake/step4_client_presents_certificate.rs",
        docs: "docs/mtls.md#step-4",
        sources: &["RFC 8446 §4.4.2", "§4.4.3"],
        purpose: "The mirror image of step 2, and what makes it mutual: the client says who it is, and signs.",
    },
    Chapter {
        step: Step::ServerVerifiesClient,
        module: "src/handshake/step5_server_verifies_client.rs",
        docs: "docs/mtls.md#step-5",
        sources: &["RFC 8446 §4.4.3", "RFC 5280 §6"],
        purpose: "The same two proofs the other way round. There is no name to compare: this tells who it is, \
                  not whether it may come in.",
    },
    Chapter {
        step: Step::ServerAuthorizesClient,
        module: "src/handshake/step6_server_authorizes_client.rs",
        docs: "docs/mtls.md#step-6",
        sources: &[],
        purpose: "May this client come in? That is policy, not TLS: no standard answers it.",
    },
    Chapter {
        step: Step::ApplicationData,
        module: "src/handshake/step7_application_data.rs",
        docs: "docs/mtls.md#step-7",
        sources: &["RFC 8446 §4.6.1", "§5.2", "§6.1"],
        purpose: "Each record is encrypted and numbered: a changed, missing or repeated one is noticed. The end is \
                  said, too.",
    },
];

impl Chapter {
    /// 1 to 7.
    pub fn number(&self) -> u8 {
        self.step.number()
    }

    /// The step's title, with a capital: `The client connects`.
    pub fn title(&self) -> String {
        self.step
            .title()
            .to_string()
            .replacen("the ", "The ", 1)
            .replacen("both ", "Both ", 1)
    }
}

/// What to say of a step beside its messages: what one side does alone, or why nothing is there.
pub(super) fn remark(conversation: &Conversation, step: Step) -> Option<String> {
    let mut messages = conversation.messages.iter();
    let empty = !has_messages(conversation, step);
    let later = messages.any(|message| message.step > step);
    if let Ending::Refused { step: at, .. } = conversation.ending
        && at <= step
    {
        return after_a_refusal(conversation, at, step);
    }
    let unreadable = |record: &Record| matches!(record.protection, Protection::Unreadable(_));
    let words = match step {
        _ if empty && conversation.records.iter().any(unreadable) => {
            "Cannot be told: records are encrypted, and their keys are not known here."
        }
        Step::ClientVerifiesServer | Step::ServerVerifiesClient | Step::ServerAuthorizesClient
            if later || !empty =>
        {
            on_one_side(conversation, step)
        }
        _ if !empty => return None,
        Step::ClientPresentsCertificate if later => asked_nobody(conversation),
        Step::ServerPresentsCertificate if later => "No message of this step was recorded.",
        _ => "Not reached in this recording.",
    };
    Some(words.to_owned())
}

fn has_messages(conversation: &Conversation, step: Step) -> bool {
    let mut messages = conversation.messages.iter();
    messages.any(|message| message.step == step)
}

/// The alert speaks for its own step. Later ones were not reached, or the client did not wait.
fn after_a_refusal(conversation: &Conversation, at: Step, step: Step) -> Option<String> {
    if at == step {
        return None;
    }
    let at_number = at.number();
    if !has_messages(conversation, step) {
        return Some(format!("Not reached: step {at_number} was refused."));
    }
    let refusal =
        |message: &&Message| message.step == at && matches!(message.kind, Kind::Alert(..));
    let messages = conversation.messages.iter();
    let mut before = messages.take_while(|message| !refusal(message));
    before.any(|message| message.step == step).then(|| {
        format!(
            "Sent before the refusal of step {at_number} was heard: in TLS 1.3 the client does not wait for the verdict."
        )
    })
}

/// The steps that one side took alone, without a message, and that came out well.
pub(super) fn acts_alone(conversation: &Conversation) -> Vec<Step> {
    let alone = [
        (Step::ClientVerifiesServer, !conversation.negotiated.resumed),
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

fn asked_nobody(conversation: &Conversation) -> &'static str {
    if conversation.negotiated.resumed {
        "A resumption: the client showed its certificate, if it has one, in the earlier session."
    } else {
        "The server did not ask for a certificate: this is TLS, not mutual TLS. Who the client is, it does not know."
    }
}

/// The steps that one side takes alone.
fn on_one_side(conversation: &Conversation, step: Step) -> &'static str {
    let Negotiated {
        resumed,
        client_certificate_requested: asked,
        client_certificate_sent: sent,
        ..
    } = conversation.negotiated;
    match step {
        Step::ClientVerifiesServer | Step::ServerVerifiesClient if resumed => {
            "Nothing to verify: no certificate came. Who the other side is was proved in the earlier session, and the \
             secret behind the ticket stands for it."
        }
        Step::ClientVerifiesServer => {
            "No message tells of it: the client looks at the certificate by itself. A no would stand here as an \
             alert; its yes is that it goes on."
        }
        Step::ServerVerifiesClient if sent => {
            "No message tells of it: the server looks at the certificate by itself. A no would stand here as an \
             alert; its yes is that it goes on."
        }
        Step::ServerVerifiesClient if asked => {
            "The client sent no certificate, so there is nothing to verify. A server that insists on one says no with \
             an alert."
        }
        Step::ServerAuthorizesClient if asked || resumed => {
            "No message tells of it: the server's application compares the name in the client's certificate with a \
             list of its own. A no is an answer in step 7, such as 403."
        }
        _ => {
            "The server asked for no certificate: there is nobody to verify, and no name to let in."
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

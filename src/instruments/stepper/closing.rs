//! The last page: what was proved in this run, and where a reader can go on.

use super::known::Known;
use super::question::the;
use crate::docs;
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;

/// What each side knows of the other, and what protects the data: whether it holds, and a sentence.
pub(super) fn proofs(known: &Known) -> Vec<(bool, Phrase)> {
    let mut proofs = Vec::new();
    if let Some((side, step)) = known.refused {
        let words = phrase!(
            "At step {step}, {side} refused the other side.",
            step = step.number(),
            side = the(side)
        );
        proofs.push((false, words));
    }
    proofs.push(match (known.client_is_sure(), &known.server_chain) {
        (true, Some(name)) => {
            let words = phrase!(
                "The client knows that it talks to \"{name}\": a CA that it trusts vouches for the certificate, and the \
                 server owns the private key.",
                name
            );
            (true, words)
        }
        (true, None) => {
            let words = phrase!(
                "The client knows that it talks to the server of the earlier connection, which it verified then."
            );
            (true, words)
        }
        (false, _) => {
            let words = phrase!("The client does not know which server it talked to.");
            (false, words)
        }
    });
    let identity = known.authorized.as_deref().unwrap_or_default();
    proofs.push(match (known.server_is_sure(), &known.client_chain) {
        (true, Some(name)) => {
            let words = phrase!(
                "The server knows that it talks to {name}: a CA that it trusts vouches for the certificate, and the \
                 client owns the private key.",
                name
            );
            (true, words)
        }
        (true, None) => {
            let words = phrase!(
                "The server knows that it talks to {name}, the client of the earlier connection, and has verified the \
                 remembered certificate again.",
                name = identity
            );
            (true, words)
        }
        (false, _) if known.client_asked || known.refused.is_some() => {
            let words = phrase!("The server does not know which client it talked to.");
            (false, words)
        }
        (false, _) => {
            let words = phrase!("The server knows nothing about the client: it asked for no certificate.");
            (false, words)
        }
    });
    if let (Some([version, suite, _]), None) = (&known.session, known.refused) {
        let words = phrase!(
            "What the two said after that was encrypted ({version}, {suite}), and a change would have been noticed.",
            version,
            suite
        );
        proofs.push((true, words));
    }
    proofs
}

/// The page to read, and the command that shows what is different one step further.
pub(super) fn go_on(known: &Known, quiz: bool) -> Vec<Phrase> {
    let page = match known.refused {
        Some((_, step)) => step,
        None if known.client_asked => Step::ServerVerifiesClient,
        None => Step::ClientVerifiesServer,
    };
    let read = if known.resumed && known.refused.is_none() {
        let page = docs::page("handshake/step7_application_data.md");
        phrase!("what a resumption saves: {page}", page)
    } else {
        let page = docs::page(&format!("handshake/{}.md", file(page)));
        phrase!("the page of this step: {page}", page)
    };
    let mut options = if known.refused.is_some() || known.resumed {
        ""
    } else if known.client_asked {
        "--refuse client-unknown-issuer"
    } else {
        "--refuse unknown-issuer"
    }
    .to_owned();
    if quiz {
        options = format!("{options} --quiz");
    }
    let command = format!("hello-mtls step {}", options.trim());
    let then = phrase!("next: {command}", command = command.trim_end());
    vec![read, then]
}

/// The file of a step's page, which has the name of its module.
fn file(step: Step) -> &'static str {
    match step {
        Step::Preparation | Step::ClientConnects => "step1_client_connects",
        Step::ServerPresentsCertificate => "step2_server_presents_certificate",
        Step::ClientVerifiesServer => "step3_client_verifies_server",
        Step::ClientPresentsCertificate => "step4_client_presents_certificate",
        Step::ServerVerifiesClient => "step5_server_verifies_client",
        Step::ServerAuthorizesClient => "step6_server_authorizes_client",
        Step::ApplicationData => "step7_application_data",
    }
}

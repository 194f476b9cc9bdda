//! The last page: what was proved in this run, and where a reader can go on. The words are in `texts`.

use super::known::Known;
use super::texts::Texts;
use crate::narration::Step;

/// What each side knows of the other, and what protects the data: whether it holds, and a sentence.
pub(super) fn proofs(known: &Known, texts: &Texts) -> Vec<(bool, String)> {
    let mut proofs = Vec::new();
    if let Some((side, step)) = known.refused {
        let words = texts.refused.replace("{side}", texts.side(side));
        proofs.push((false, words.replace("{step}", &step.number().to_string())));
    }
    proofs.push(match (known.client_is_sure(), &known.server_chain) {
        (true, Some(name)) => (true, texts.proved_server.replace("{name}", name)),
        (true, None) => (true, texts.proved_server_resumed.to_owned()),
        (false, _) => (false, texts.not_proved_server.to_owned()),
    });
    let identity = known.authorized.as_deref().unwrap_or_default();
    proofs.push(match (known.server_is_sure(), &known.client_chain) {
        (true, Some(name)) => (true, texts.proved_client.replace("{name}", name)),
        (true, None) => {
            let words = texts.proved_client_resumed.replace("{name}", identity);
            (true, words)
        }
        (false, _) if known.client_asked || known.refused.is_some() => {
            (false, texts.not_proved_client.to_owned())
        }
        (false, _) => (false, texts.not_asked_client.to_owned()),
    });
    if let (Some([version, suite, _]), None) = (&known.session, known.refused) {
        let words = texts.proved_secret.replace("{version}", version);
        proofs.push((true, words.replace("{suite}", suite)));
    }
    proofs
}

/// The page to read, and the command that shows what is different one step further.
pub(super) fn go_on(known: &Known, texts: &Texts, quiz: bool) -> Vec<String> {
    let page = match known.refused {
        Some((_, step)) => step,
        None if known.client_asked => Step::ServerVerifiesClient,
        None => Step::ClientVerifiesServer,
    };
    let read = if known.resumed && known.refused.is_none() {
        texts.read_resumed.to_owned()
    } else {
        texts.read.replace("{page}", file(page))
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
    let then = texts.then.replace("{options}", options.trim());
    vec![read, then.trim_end().to_owned()]
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

//! The table: one row per failure, one file for a step or two. Data only.
//!
//! What is said about a case stands in `src/instruments/failures/`, under its name. To add a case, add its row here
//! and its words there; [`super::super::failures`] shows all of it.

mod step0_files;
mod step1_hellos;
mod step3_chain;
mod step3_leaf;
mod step3_revocation;
mod step5_client;
mod step6_and_7;

use super::pki::{Certificate, MY_SERVER};
use super::{Case, FILES, Fault, Files, Outcome, Party, SCENE, Scene, Termination};
use crate::narration::{Side, Step};

/// Every case, in the order of the story.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        step0_files::CASES,
        step1_hellos::CASES,
        step3_chain::CASES,
        step3_revocation::CASES,
        step3_leaf::CASES,
        step5_client::CASES,
        step6_and_7::CASES,
    ]
    .into_iter()
    .flatten()
}

/// A CA that openssl made: for what rcgen cannot sign.
const OLD_CA: Certificate = fixture("old-ca", include_str!("../fixtures/old-ca.pem"));

/// A certificate that openssl made.
const fn fixture(key: &'static str, pem: &'static str) -> Certificate {
    Certificate {
        key,
        fixture: Some(pem),
        ..MY_SERVER
    }
}

/// The server trusts these CAs for its clients.
const fn server_trusts(trusts: &'static [Certificate]) -> Party {
    Party {
        trusts,
        ..SCENE.server
    }
}

/// A server that shows these certificates, whatever is wrong with them.
const fn server_shows(shows: &'static [Certificate]) -> Scene {
    let server = Party {
        shows,
        checks_own_certificate: false,
        ..SCENE.server
    };
    Scene { server, ..SCENE }
}

/// A client that shows these certificates, whatever is wrong with them.
const fn client_shows(shows: &'static [Certificate]) -> Scene {
    let client = Party {
        shows,
        checks_own_certificate: false,
        ..SCENE.client
    };
    Scene { client, ..SCENE }
}

/// Two good sides, and a fault.
const fn with_fault(fault: Fault) -> Scene {
    Scene { fault, ..SCENE }
}

/// A side that reads these files.
const fn reads(side: Side, files: Files) -> Scene {
    with_fault(Fault::Files(side, files))
}

/// A side refuses its own files. A server then never starts, so its clients find a closed port.
const fn own_files(side: Side, words: &'static str) -> [Outcome; 2] {
    let (server, client) = match side {
        Side::Server => (
            Termination::With(words),
            Termination::With("Connection refused"),
        ),
        Side::Client => (Termination::Well, Termination::With(words)),
    };
    let (step, by, alert, believed) = (Step::Preparation, Some(side), None, false);
    [Outcome {
        step,
        by,
        alert,
        server,
        client,
        believed,
    }; 2]
}

/// The server ends it at the hellos.
const fn server_ends(step: Step, alert: u8, words: &'static str) -> [Outcome; 2] {
    [Outcome {
        step,
        by: Some(Side::Server),
        alert: Some((Side::Server, alert)),
        server: Termination::With(words),
        client: Termination::Alert,
        believed: false,
    }; 2]
}

/// The client refuses the server's certificate.
const fn client_refuses(alert: u8, words: &'static str) -> [Outcome; 2] {
    [Outcome {
        step: Step::ClientVerifiesServer,
        by: Some(Side::Client),
        alert: Some((Side::Client, alert)),
        server: Termination::Alert,
        client: Termination::With(words),
        believed: false,
    }; 2]
}

/// The server refuses the client's certificate. In TLS 1.3 the client believes by then that it is in.
const fn server_refuses(alert: u8, words: &'static str) -> [Outcome; 2] {
    let tls12 = Outcome {
        step: Step::ServerVerifiesClient,
        by: Some(Side::Server),
        alert: Some((Side::Server, alert)),
        server: Termination::With(words),
        client: Termination::Alert,
        believed: false,
    };
    [
        Outcome {
            believed: true,
            ..tls12
        },
        tls12,
    ]
}

/// The server knows the client, and answers that it may not come in.
const fn server_forbids(why: &'static str) -> [Outcome; 2] {
    [Outcome {
        step: Step::ServerAuthorizesClient,
        by: Some(Side::Server),
        alert: None,
        server: Termination::With(why),
        client: Termination::With("HTTP/1.1 403 Forbidden"),
        believed: true,
    }; 2]
}

/// Nothing fails here, and that is the failure.
const fn unnoticed(step: Step) -> [Outcome; 2] {
    let (by, alert, believed) = (None, None, true);
    [Outcome {
        step,
        by,
        alert,
        server: Termination::Well,
        client: Termination::Well,
        believed,
    }; 2]
}

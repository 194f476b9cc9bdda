//! The table: a row a failure, a file a step or two. Data only.
//!
//! [中文]: crate#in-chinese
//! [step 1]: crate::handshake::step1_client_connects
//! [step 2]: crate::handshake::step2_server_presents_certificate
//! [step 3]: crate::handshake::step3_client_verifies_server
//! [step 4]: crate::handshake::step4_client_presents_certificate
//! [step 5]: crate::handshake::step5_server_verifies_client
//! [step 6]: crate::handshake::step6_server_authorizes_client
//! [step 7]: crate::handshake::step7_application_data
#![doc = include_str!("../../../../docs/failures.md")]

mod hears;
mod step0_files;
mod step1_hellos;
mod step3_chain;
mod step3_leaf;
mod step3_revocation;
mod step5_client;
mod step6_and_7;

use super::pki::{Certificate, MY_SERVER};
use super::{Case, Ends, FILES, Files, Others, Outcome, Party, SCENE, Scene, Twist, Words};
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

/// Other programs cannot meet it.
const CANNOT_MEET: Others = Others {
    curl: "",
    openssl: "",
    node: "",
    tls12: None,
};

/// The key is not the certificate's.
const KEY_MISMATCH: Others = Others {
    curl: "(58) unable to set private key file: '…' type PEM",
    openssl: "x509 certificate routines:X509_check_private_key:key values mismatch",
    node: "ERR_OSSL_X509_KEY_VALUES_MISMATCH",
    tls12: None,
};

/// Other programs notice nothing.
const LET_IN: Others = Others {
    curl: "200",
    openssl: "HTTP/1.1 200 OK",
    node: "200",
    tls12: None,
};

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
        careful: false,
        ..SCENE.server
    };
    Scene { server, ..SCENE }
}

/// A client that shows these certificates, whatever is wrong with them.
const fn client_shows(shows: &'static [Certificate]) -> Scene {
    let client = Party {
        shows,
        careful: false,
        ..SCENE.client
    };
    Scene { client, ..SCENE }
}

/// Two good sides, and a twist.
const fn twisted(twist: Twist) -> Scene {
    Scene { twist, ..SCENE }
}

/// A side that reads these files.
const fn reads(side: Side, files: Files) -> Scene {
    twisted(Twist::Files(side, files))
}

/// A side finds that its own files will not do. Of a server's clients, each finds nobody.
const fn own_files(side: Side, words: &'static str) -> [Outcome; 2] {
    let (server, client) = match side {
        Side::Server => (Ends::With(words), Ends::With("Connection refused")),
        Side::Client => (Ends::Well, Ends::With(words)),
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
        server: Ends::With(words),
        client: Ends::Alert,
        believed: false,
    }; 2]
}

/// The client refuses the server's certificate.
const fn client_refuses(alert: u8, words: &'static str) -> [Outcome; 2] {
    [Outcome {
        step: Step::ClientVerifiesServer,
        by: Some(Side::Client),
        alert: Some((Side::Client, alert)),
        server: Ends::Alert,
        client: Ends::With(words),
        believed: false,
    }; 2]
}

/// The server refuses the client's certificate. In TLS 1.3 the client believes by then that it is in.
const fn server_refuses(alert: u8, words: &'static str) -> [Outcome; 2] {
    let tls12 = Outcome {
        step: Step::ServerVerifiesClient,
        by: Some(Side::Server),
        alert: Some((Side::Server, alert)),
        server: Ends::With(words),
        client: Ends::Alert,
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
        server: Ends::With(why),
        client: Ends::With("HTTP/1.1 403 Forbidden"),
        believed: true,
    }; 2]
}

/// Nothing fails here, and that is the failure.
const fn nobody_notices(step: Step) -> [Outcome; 2] {
    let (by, alert, believed) = (None, None, true);
    [Outcome {
        step,
        by,
        alert,
        server: Ends::Well,
        client: Ends::Well,
        believed,
    }; 2]
}

//! Step 7: both exchange encrypted data.
//!
//! Application data, NewSessionTicket, close_notify (RFC 8446 §4.6.1, §5.2, §6.1). In TLS 1.3 the client gets
//! here first: it has not heard whether the server accepts it. Only an answer proves that.
//!
//! Breakpoint: `hello_mtls::handshake::step7_application_data::application_data`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 6]: super::step6_server_authorizes_client
//! [wire]: crate::instruments::wire
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step7_application_data.md")]

use rustls::{CommonState, HandshakeKind, ProtocolVersion};

use crate::narration::{Fact, Narrator, Side, Step};

/// What the two sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `TLS 1.3` or `TLS 1.2`.
    pub version: String,
    /// By its name in the IANA registry: `TLS_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// `X25519MLKEM768`; `None` on a resumed TLS 1.2 connection, where no key is exchanged.
    pub group: Option<String>,
    /// True if a ticket of an earlier connection stood in for the certificates.
    pub resumed: bool,
}

/// Called by each side when its handshake is complete and data may flow. `connection` is either
/// side's rustls connection.
#[inline(never)]
pub fn application_data(connection: &CommonState, narrator: &Narrator) -> Session {
    let session = session(connection);
    narrator.tell(Step::ApplicationData, || {
        let group = session.group.as_deref().unwrap_or("no key exchange");
        let says = format!("{}, {}, {group}", session.version, session.cipher_suite);
        let open = match (narrator.side(), connection.protocol_version()) {
            (Side::Client, Some(ProtocolVersion::TLSv1_3)) => {
                "I may send. Whether I am welcome, the answer will tell"
            }
            _ => "nobody on the way can read what follows or change it unnoticed",
        };
        Fact::new(says, open)
    });
    session
}

fn session(connection: &CommonState) -> Session {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    };
    // rustls prefixes its TLS 1.3 suites, so that they differ from the older ones at a glance. The
    // registry does not.
    let cipher_suite = match connection.negotiated_cipher_suite() {
        Some(suite) => format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1),
        None => "no cipher suite".to_owned(),
    };
    Session {
        version,
        cipher_suite,
        group: connection
            .negotiated_key_exchange_group()
            .map(|group| format!("{:?}", group.name())),
        resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
    }
}

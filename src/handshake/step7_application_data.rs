//! Step 7: both exchange encrypted data.
//!
//! The messages are application data, NewSessionTicket and close_notify (RFC 8446 §4.6.1, §5.2, §6.1). In TLS
//! 1.3 the client gets here before the server has verified it. Only the first answer shows that the server
//! accepted the handshake.
//!
//! rustls cuts the data into records and encrypts them (`rustls/src/record_layer.rs`). This file is the place
//! where we look. By hand: `src/instruments/wire/decryption.rs`.
//!
//! Breakpoint: `hello_mtls::handshake::step7_application_data::application_data`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 6]: super::step6_server_authorizes_client
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step7_application_data.md")]

use std::ops::DerefMut;

use rustls::{
    CommonState, ConnectionCommon, HandshakeKind, ProtocolVersion, SideData, StreamOwned,
};

use crate::narration::{Fact, Narrator, Side, Step};
use crate::transport::{Transport, lingering_close};

/// What the two sides agreed on in the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `TLS 1.3` or `TLS 1.2`.
    pub version: String,
    /// The name in the IANA registry, for example `TLS_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// For example `X25519MLKEM768`. It is `None` on a resumed connection of TLS 1.2, which has no key exchange.
    pub group: Option<String>,
    /// True if a ticket of an earlier connection stood in for the certificates.
    pub resumed: bool,
}

/// Each side calls this when its handshake is complete and it may send data.
#[inline(never)]
pub fn application_data(connection: &CommonState, narrator: &Narrator) -> Session {
    let session = session(connection);
    // In TLS 1.3 the client's handshake is complete when it has sent its Finished, and the server reads the
    // client's certificate only later. In TLS 1.2 the client waits for the server's Finished.
    let tls13 = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    narrator.tell(Step::ApplicationData, || Fact::SessionAgreed {
        version: session.version.clone(),
        cipher_suite: session.cipher_suite.clone(),
        group: session.group.clone(),
        resumed: session.resumed,
        verdict_pending: tls13 && narrator.side() == Side::Client,
    });
    session
}

/// Ends a connection with close_notify (RFC 8446 §6.1), so that the peer can distinguish the end from a cut,
/// and gives the peer time to do the same.
pub fn close_gracefully<C, S, T>(stream: &mut StreamOwned<C, T>)
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
    T: Transport,
{
    stream.conn.send_close_notify();
    // This loop replaces rustls's `complete_io`, which would then wait for the peer's close_notify.
    while stream.conn.wants_write() {
        if stream.conn.write_tls(&mut stream.sock).is_err() {
            return;
        }
    }
    lingering_close(&mut stream.sock);
}

fn session(connection: &CommonState) -> Session {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    };
    // rustls writes `TLS13_` before its TLS 1.3 suites. The registry writes `TLS_`.
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

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
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step7_application_data.md")]

use std::ops::DerefMut;

use rustls::{
    CommonState, ConnectionCommon, HandshakeKind, ProtocolVersion, SideData, StreamOwned,
};

use crate::narration::{Fact, Narrator, Side, Step};
use crate::transport::{Transport, lingering_close};

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
    // The client's handshake is over when it has sent its Finished. In TLS 1.3 that is before the server
    // has read the client's certificate; in TLS 1.2 the server's Finished comes after it.
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

/// Ends a connection with close_notify, so that the peer can tell the end from a cut (RFC 8446 §6.1), and
/// lets it end in the same way.
pub fn close_gracefully<C, S, T>(stream: &mut StreamOwned<C, T>)
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
    T: Transport,
{
    stream.conn.send_close_notify();
    // By hand, because rustls's `complete_io` would go on to wait for the peer's close_notify.
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

//! The key schedule of TLS 1.3 as a table (RFC 8446 §7.1): a row a secret.
//!
//! ```text
//!             0                       0
//!             |                       |
//!   PSK -> Extract = early_secret     |
//!             |-- "c e traffic", "e exp master", "res binder"
//!          "derived"                  |
//!             |                       |
//! (EC)DHE -> Extract = handshake_secret
//!             |-- "c hs traffic", "s hs traffic"
//!          "derived"                  |
//!             |                       |
//!       0 -> Extract = master_secret
//!             |-- "c ap traffic", "s ap traffic", "exp master", "res master"
//! ```
//! Every traffic secret gives a key and an IV; those of the handshake a Finished key too.
//! Unaware of messages: who calls decides when a row can be computed.

use crate::instruments::wire::conversation::Epoch;
use crate::instruments::wire::decryption::{Opener, Suite};
use crate::instruments::wire::ledger::{Ledger, Named, Row};
use crate::narration::Side;

const fn row(
    name: &'static str,
    label: &'static str,
    log: &'static str,
    meaning: &'static str,
) -> Row {
    let source = "RFC 8446 §7.1";
    Row {
        name,
        label,
        log,
        meaning,
        source,
    }
}

#[rustfmt::skip]
mod rows {
    use super::{row, Row};

    pub(crate) const BINDER: Row = row("binder_key", "res binder", "", "binds a ticket to this ClientHello");
    pub(crate) const EARLY_TRAFFIC: Row = row("client_early_traffic_secret", "c e traffic", "CLIENT_EARLY_TRAFFIC_SECRET", "protects early data: known to both before the server has answered");
    pub(crate) const EARLY_EXPORTER: Row = row("early_exporter_master_secret", "e exp master", "EARLY_EXPORTER_SECRET", "for applications that want a key of their own out of early data");
    pub(crate) const FOR_HANDSHAKE: Row = row("derived for handshake", "derived", "", "the link to the next stage");
    pub(crate) const CLIENT_HANDSHAKE: Row = row("client_handshake_traffic_secret", "c hs traffic", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "protects what the client sends of the handshake");
    pub(crate) const SERVER_HANDSHAKE: Row = row("server_handshake_traffic_secret", "s hs traffic", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "protects what the server sends of the handshake");
    pub(crate) const FOR_MASTER: Row = row("derived for master", "derived", "", "the link to the next stage");
    pub(crate) const CLIENT_APPLICATION: Row = row("client_application_traffic_secret_0", "c ap traffic", "CLIENT_TRAFFIC_SECRET_0", "protects the client's data");
    pub(crate) const SERVER_APPLICATION: Row = row("server_application_traffic_secret_0", "s ap traffic", "SERVER_TRAFFIC_SECRET_0", "protects the server's data");
    pub(crate) const EXPORTER: Row = row("exporter_master_secret", "exp master", "EXPORTER_SECRET", "for applications that want a key of their own (RFC 5705)");
    pub(crate) const RESUMPTION: Row = row("resumption_master_secret", "res master", "", "what later resumptions grow from");
    pub(crate) const TICKET: Row = Row { source: "RFC 8446 §4.6.1", ..row("PSK of this ticket", "resumption", "", "the secret behind this ticket; it never crosses the wire") };
    pub(crate) const CLIENT_UPDATE: Row = Row { source: "RFC 8446 §7.2", ..row("client_application_traffic_secret_N+1", "traffic upd", "", "the next one; there is no way back, so older data stays safe") };
    pub(crate) const SERVER_UPDATE: Row = Row { source: "RFC 8446 §7.2", ..row("server_application_traffic_secret_N+1", "traffic upd", "", "the next one; there is no way back, so older data stays safe") };
    pub(crate) const FINISHED_KEY: Row = Row { source: "RFC 8446 §4.4.4", ..row("finished_key", "finished", "", "the key of one MAC") };
    pub(crate) const BINDER_FINISHED_KEY: Row = Row { source: "RFC 8446 §4.2.11.2", ..row("binder_finished_key", "finished", "", "the key of one MAC") };
    pub(crate) const CLIENT_KEY: Row = Row { source: "RFC 8446 §7.3", ..row("client_write_key", "key", "", "encrypts and seals the client's records") };
    pub(crate) const SERVER_KEY: Row = Row { source: "RFC 8446 §7.3", ..row("server_write_key", "key", "", "encrypts and seals the server's records") };
    pub(crate) const CLIENT_IV: Row = Row { source: "RFC 8446 §7.3", ..row("client_write_iv", "iv", "", "makes the client's nonces") };
    pub(crate) const SERVER_IV: Row = Row { source: "RFC 8446 §7.3", ..row("server_write_iv", "iv", "", "makes the server's nonces") };
}

pub(crate) use rows::*;

/// The context of a row that has none.
pub(crate) const NO_CONTEXT: (&str, &[u8]) = ("", &[]);

/// As many zero bytes as the hash has.
pub(crate) fn zeros(ledger: &Ledger) -> Named {
    Named {
        name: "0",
        value: vec![0; ledger.hash.len()],
    }
}

/// The first stage.
pub(crate) fn early_secret(ledger: &mut Ledger, psk: &Named) -> Named {
    let zeros = zeros(ledger);
    ledger.extract(
        "early_secret",
        &zeros,
        psk,
        "holds the PSK of a resumption, or zeros",
    )
}

/// The second and the third stage.
pub(crate) fn handshake_and_master(
    ledger: &mut Ledger,
    early: &Named,
    shared: &Named,
) -> (Named, Named) {
    let salt = of_nothing(ledger, early, &FOR_HANDSHAKE);
    let handshake = ledger.extract("handshake_secret", &salt, shared, "holds the key exchange");
    let salt = of_nothing(ledger, &handshake, &FOR_MASTER);
    let zeros = zeros(ledger);
    let master = ledger.extract(
        "master_secret",
        &salt,
        &zeros,
        "the root of all that follows the handshake",
    );
    (handshake, master)
}

/// Derive-Secret over no messages at all: its context is the hash of nothing.
pub(crate) fn of_nothing(ledger: &mut Ledger, secret: &Named, row: &Row) -> Named {
    let empty = ledger.hash.digest(&[]);
    ledger.expand(secret, row, ("Hash(\"\")", &empty), ledger.hash.len())
}

/// Key and IV of one direction and epoch (RFC 8446 §7.3).
pub(crate) fn traffic_keys(
    ledger: &mut Ledger,
    suite: Suite,
    side: Side,
    epoch: Epoch,
    secret: &Named,
) -> Option<Opener> {
    let (key, iv) = match side {
        Side::Client => (&CLIENT_KEY, &CLIENT_IV),
        Side::Server => (&SERVER_KEY, &SERVER_IV),
    };
    let key = ledger.expand(secret, key, NO_CONTEXT, suite.aead.key_len());
    let iv = ledger.expand(secret, iv, NO_CONTEXT, 12);
    Opener::new(epoch, suite.aead, &key.value, &iv.value)
}

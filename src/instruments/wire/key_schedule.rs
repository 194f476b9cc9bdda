//! The key schedule of TLS 1.3 as a table (RFC 8446 §7.1): a row a secret, and the stages that chain them.
//!
//! ```text
//!             0                       0
//!             |                       |
//!   PSK -> Extract = early_secret     |
//!             |-- "c e traffic", "e exp master", "ext binder" or "res binder"
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
//! Unaware of messages: `tls13` decides when a row can be computed.

use crate::instruments::wire::conversation::Epoch;
use crate::instruments::wire::decryption::{RecordDecrypter, Suite};
use crate::instruments::wire::derivation::{DerivationLog, NO_CONTEXT, NamedSecret, SecretSpec};
use crate::narration::Side;

#[rustfmt::skip]
mod rows {
    use crate::instruments::wire::derivation::SecretSpec;
    use crate::instruments::wire::per_side::PerSide;
    use crate::language::Phrase;
    use crate::phrase;

    const fn row(name: &'static str, label: &'static str, key_log_label: &'static str, meaning: Phrase) -> SecretSpec {
        of("RFC 8446 §7.1", name, label, key_log_label, meaning)
    }

    const fn of(source: &'static str, name: &'static str, label: &'static str, key_log_label: &'static str, meaning: Phrase) -> SecretSpec {
        SecretSpec { name, label, key_log_label, meaning, source }
    }

    pub(crate) static EARLY: SecretSpec = row("early_secret", "", "", phrase!("holds the PSK of a resumption, or zeros"));
    pub(crate) static BINDER: SecretSpec = row("binder_key", "res binder", "", phrase!("binds a ticket to this ClientHello"));
    pub(crate) static EXTERNAL_BINDER: SecretSpec = row("binder_key", "ext binder", "", phrase!("binds a key agreed on outside TLS to this ClientHello"));
    pub(crate) static BINDER_FINISHED_KEY: SecretSpec = of("RFC 8446 §4.2.11.2", "binder_finished_key", "finished", "", phrase!("the key of one MAC"));
    pub(crate) static EARLY_TRAFFIC: SecretSpec = row("client_early_traffic_secret", "c e traffic", "CLIENT_EARLY_TRAFFIC_SECRET", phrase!("protects early data: known to both before the server has answered"));
    pub(crate) static EARLY_EXPORTER: SecretSpec = row("early_exporter_master_secret", "e exp master", "EARLY_EXPORTER_SECRET", phrase!("for applications that want a key of their own out of early data"));
    pub(crate) static FOR_HANDSHAKE: SecretSpec = row("derived for handshake", "derived", "", phrase!("the link to the next stage"));
    pub(crate) static HANDSHAKE: SecretSpec = row("handshake_secret", "", "", phrase!("holds the key exchange"));
    pub(crate) static HANDSHAKE_TRAFFIC: PerSide<SecretSpec> = PerSide {
        client: row("client_handshake_traffic_secret", "c hs traffic", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", phrase!("protects what the client sends of the handshake")),
        server: row("server_handshake_traffic_secret", "s hs traffic", "SERVER_HANDSHAKE_TRAFFIC_SECRET", phrase!("protects what the server sends of the handshake")),
    };
    pub(crate) static FINISHED_KEY: SecretSpec = of("RFC 8446 §4.4.4", "finished_key", "finished", "", phrase!("the key of one MAC"));
    pub(crate) static FOR_MASTER: SecretSpec = row("derived for master", "derived", "", phrase!("the link to the next stage"));
    pub(crate) static MASTER: SecretSpec = row("master_secret", "", "", phrase!("the root of all that follows the handshake"));
    pub(crate) static APPLICATION_TRAFFIC: PerSide<SecretSpec> = PerSide {
        client: row("client_application_traffic_secret_0", "c ap traffic", "CLIENT_TRAFFIC_SECRET_0", phrase!("protects the client's data")),
        server: row("server_application_traffic_secret_0", "s ap traffic", "SERVER_TRAFFIC_SECRET_0", phrase!("protects the server's data")),
    };
    pub(crate) static NEXT_APPLICATION_TRAFFIC: PerSide<SecretSpec> = PerSide {
        client: update("client_application_traffic_secret_N+1"),
        server: update("server_application_traffic_secret_N+1"),
    };
    pub(crate) static EXPORTER: SecretSpec = row("exporter_master_secret", "exp master", "EXPORTER_SECRET", phrase!("for applications that want a key of their own (RFC 8446 §7.5)"));
    pub(crate) static RESUMPTION: SecretSpec = row("resumption_master_secret", "res master", "", phrase!("what later resumptions grow from"));
    pub(crate) static TICKET: SecretSpec = of("RFC 8446 §4.6.1", "PSK of this ticket", "resumption", "", phrase!("the secret behind this ticket; it is never sent"));
    pub(crate) static WRITE_KEY: PerSide<SecretSpec> = PerSide {
        client: keys("client_write_key", "key", phrase!("encrypts and seals the client's records")),
        server: keys("server_write_key", "key", phrase!("encrypts and seals the server's records")),
    };
    pub(crate) static WRITE_IV: PerSide<SecretSpec> = PerSide {
        client: keys("client_write_iv", "iv", phrase!("makes the client's nonces")),
        server: keys("server_write_iv", "iv", phrase!("makes the server's nonces")),
    };

    const fn update(name: &'static str) -> SecretSpec {
        of("RFC 8446 §7.2", name, "traffic upd", "", phrase!("the next one; there is no way back, so older data stays safe"))
    }

    const fn keys(name: &'static str, label: &'static str, meaning: Phrase) -> SecretSpec {
        of("RFC 8446 §7.3", name, label, "", meaning)
    }
}

pub(crate) use rows::*;

/// As many zero bytes as the hash has: what an Extract gets where there is nothing to mix in.
pub(crate) fn zeros(log: &DerivationLog) -> NamedSecret {
    NamedSecret {
        name: "0",
        value: vec![0; log.hash.len()],
    }
}

/// The first stage.
pub(crate) fn early_secret(log: &mut DerivationLog, psk: &NamedSecret) -> NamedSecret {
    let zeros = zeros(log);
    log.extract(&EARLY, &zeros, psk)
}

/// The second stage, out of what the key exchange agreed on.
pub(crate) fn handshake_secret(
    log: &mut DerivationLog,
    early: &NamedSecret,
    shared: &NamedSecret,
) -> NamedSecret {
    let salt = log.derive_secret_of_no_messages(&FOR_HANDSHAKE, early);
    log.extract(&HANDSHAKE, &salt, shared)
}

/// The third stage. It mixes nothing in: it keeps the data's secrets apart from the handshake's.
pub(crate) fn master_secret(log: &mut DerivationLog, handshake: &NamedSecret) -> NamedSecret {
    let salt = log.derive_secret_of_no_messages(&FOR_MASTER, handshake);
    let zeros = zeros(log);
    log.extract(&MASTER, &salt, &zeros)
}

/// Key and IV of one direction and epoch (RFC 8446 §7.3).
pub(crate) fn traffic_keys(
    log: &mut DerivationLog,
    suite: Suite,
    side: Side,
    epoch: Epoch,
    secret: &NamedSecret,
) -> Option<RecordDecrypter> {
    let key_length = suite.aead.key_len();
    let key = log.expand(&WRITE_KEY[side], secret, &NO_CONTEXT, key_length);
    let iv = log.expand(&WRITE_IV[side], secret, &NO_CONTEXT, 12);
    RecordDecrypter::new(epoch, suite.aead, &key.value, &iv.value)
}

/// The key of a MAC over the handshake (RFC 8446 §4.4.4).
pub(crate) fn finished_key(
    log: &mut DerivationLog,
    spec: &SecretSpec,
    secret: &NamedSecret,
) -> NamedSecret {
    let length = log.hash.len();
    log.expand(spec, secret, &NO_CONTEXT, length)
}

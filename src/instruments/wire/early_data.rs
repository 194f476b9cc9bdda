//! TLS 1.3: what a ClientHello with a ticket makes computable before the server has answered: its proof, the
//! binder (RFC 8446 §4.2.11.2), and the key of early data (§4.2.10).
//!
//! Unaware of what the server makes of it: that is for `tls13`.

use crate::instruments::wire::conversation::{Check, Derivation, Epoch, Outcome, PreSharedKey};
use crate::instruments::wire::decryption::{self, Suite};
use crate::instruments::wire::derivation::{DerivationLog, NamedSecret, input};
use crate::instruments::wire::hkdf::Hash;
use crate::instruments::wire::key_schedule::{self, finished_key, traffic_keys};
use crate::instruments::wire::messages::ClientHello;
use crate::instruments::wire::session::{Findings, OfferedPsks, Session, check_mac};
use crate::narration::Side;
use crate::phrase;

/// What early data may be encrypted with. No message before the ServerHello says which suite, so all that
/// fit are tried.
#[derive(Debug)]
pub(crate) struct EarlyData {
    secret: NamedSecret,
    suites: Vec<Suite>,
}

/// All that a ClientHello with a ticket makes computable.
pub(crate) fn early_secrets(
    session: &mut Session,
    hello: &ClientHello<'_>,
    bytes: &[u8],
    findings: &mut Findings,
) -> Option<EarlyData> {
    let psk = session.logged("PRE_SHARED_KEY");
    let traffic = session.logged(key_schedule::EARLY_TRAFFIC.key_log_label);
    // The pre-shared key settles the hash, and each MAC and secret is as long as the hash.
    let mac = hello.extensions.binders.as_ref();
    let mac = mac.map(|binders| binders.first.len());
    // A key agreed on outside TLS may have any length, so the binder tells first.
    let hash = match mac.or(traffic.as_ref().map(Vec::len)) {
        Some(48) => Hash::Sha384,
        _ => Hash::Sha256,
    };
    session.offered_psks = OfferedPsks {
        ages: hello.extensions.ticket_ages.clone(),
        first: None,
    };
    let mut log = DerivationLog::new(hash, Side::Client);
    session.early_secret = psk.map(|value| {
        let psk = NamedSecret { name: "PSK", value };
        key_schedule::early_secret(&mut log, &psk)
    });
    let binder = binder(session, &mut log, hello, bytes);
    if let Some((check, origin)) = binder {
        session.offered_psks.first = origin;
        findings.checks.push(check);
    }
    let offered = hello.extensions.early_data;
    let early_data = offered.then(|| early_traffic(session, &mut log, hello, bytes));
    findings.derivations.extend(log.entries);
    early_data.flatten()
}

/// The binder of the first ticket: a Finished over a ClientHello that has no binders yet.
fn binder(
    session: &Session,
    log: &mut DerivationLog,
    hello: &ClientHello<'_>,
    bytes: &[u8],
) -> Option<(Check, Option<PreSharedKey>)> {
    let binders = hello.extensions.binders.as_ref()?;
    let truncated = bytes.get(..binders.at)?;
    let (inputs, outcome, origin) = match &session.early_secret {
        Some(early) => {
            let hash = hash_with(session, log, truncated);
            // A key agreed on outside TLS has a label of its own, so that neither is taken for the other (§7.1).
            let (of_ticket, external) = (&key_schedule::BINDER, &key_schedule::EXTERNAL_BINDER);
            let fits = |label: &str| {
                let (length, empty) = (log.hash.len(), log.hash.digest(&[]));
                let key = log.hash.expand_label(&early.value, label, &empty, length);
                let key = log.hash.expand_label(&key, "finished", &[], length);
                log.hash.hmac(&key, &hash) == binders.first
            };
            let (spec, origin) = if !fits(of_ticket.label) && fits(external.label) {
                (external, PreSharedKey::External)
            } else {
                (of_ticket, PreSharedKey::Ticket)
            };
            let key = log.derive_secret_of_no_messages(spec, early);
            let key = finished_key(log, &key_schedule::BINDER_FINISHED_KEY, &key);
            let expected = log.hash.hmac(&key.value, &hash);
            let covered = input("Transcript-Hash(Truncated ClientHello)", &hash);
            let (inputs, outcome) = check_mac(&key, covered, &expected, binders.first);
            let origin = (outcome == Outcome::Verified).then_some(origin);
            (inputs, outcome, origin)
        }
        None => {
            let why = phrase!("the key log does not hold the pre-shared key");
            (Vec::new(), Outcome::NotPossible(why), None)
        }
    };
    let check = Check {
        name: phrase!("PSK binder"),
        proves: phrase!("the client knows the pre-shared key, and sent this very ClientHello"),
        source: "RFC 8446 §4.2.11.2",
        inputs,
        outcome,
    };
    Some((check, origin))
}

fn early_traffic(
    session: &Session,
    log: &mut DerivationLog,
    hello: &ClientHello<'_>,
    bytes: &[u8],
) -> Option<EarlyData> {
    let hash = hash_with(session, log, bytes);
    let context = input("Transcript-Hash(ClientHello)", &hash);
    let early = session.early_secret.as_ref();
    let secret = session.secret(log, &key_schedule::EARLY_TRAFFIC, early, &context);
    session.secret(log, &key_schedule::EARLY_EXPORTER, early, &context);
    let offered = hello.cipher_suites.iter();
    let known = offered.filter_map(|number| decryption::suite(*number));
    // There are three such suites; a client that repeats one does not make us try more.
    let fitting = known.filter(|suite| suite.is_tls13() && suite.hash == log.hash);
    let suites = fitting.take(3).collect();
    Some(EarlyData {
        secret: secret?,
        suites,
    })
}

/// The transcript hash with a ClientHello that is not in it yet: no suite has chosen its hash so far.
fn hash_with(session: &Session, log: &DerivationLog, hello: &[u8]) -> Vec<u8> {
    let messages = [&session.transcript.messages[..], hello].concat();
    log.hash.digest(&messages)
}

impl EarlyData {
    /// Tries the suites that early data may have; the key of the one that fits is in use then.
    pub(crate) fn find_key(self, session: &mut Session, record: &[u8]) -> Option<Vec<Derivation>> {
        for suite in self.suites {
            let mut log = DerivationLog::new(suite.hash, Side::Client);
            let epoch = Epoch::EarlyData;
            let key = traffic_keys(&mut log, suite, Side::Client, epoch, &self.secret);
            if let Some(key) = key.filter(|key| key.open(record).is_some()) {
                session.keys[Side::Client].add_first(key);
                return Some(log.entries);
            }
        }
        None
    }
}

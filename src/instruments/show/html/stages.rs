//! The stages of the key schedule, as the standards draw them: TLS 1.3 (RFC 8446 §7.1) and TLS 1.2 (RFC 5246 §6.3, §8.1).

use super::schedule::{Branch, Node, Stage, State, Values};
use crate::instruments::wire::conversation::{Conversation, Epoch, Negotiated};
use crate::instruments::wire::numbers::{TLS12, TLS13};
use crate::narration::Side::{self, Client, Server};
use crate::phrase;

/// The stages of the version that was spoken. None of those that are not taken apart here.
pub(super) fn stages(conversation: &Conversation) -> Vec<Stage> {
    let answered = |handshake: &Negotiated| handshake.version.is_some();
    let handshake = conversation.handshakes.iter().rposition(answered);
    let values = Values {
        conversation,
        handshake: handshake.unwrap_or_default(),
    };
    match conversation.negotiated.version {
        Some(TLS13) => of_tls13(&values),
        Some(TLS12) => of_tls12(&values),
        _ => Vec::new(),
    }
}

const CLIENT_HELLO: (Side, &str) = (Client, "ClientHello");
const SERVER_HELLO: (Side, &str) = (Server, "ServerHello");
const SERVER_FINISHED: (Side, &str) = (Server, "Finished");
const CLIENT_FINISHED: (Side, &str) = (Client, "Finished");
const SIDES: [Side; 2] = [Client, Server];

/// What goes into a stage: the second input of the secret. Its name is `usual` where the secret is not known.
fn input(values: &Values<'_>, into: &str, usual: &str) -> Node {
    let found = values.find(into, None);
    let mixed = found.and_then(|found| found.derivation.inputs.get(1).cloned());
    let state = match &mixed {
        None if usual != "0" => State::Unknown,
        _ => State::Known,
    };
    let name = mixed.map_or_else(|| usual.to_owned(), |input| input.name.to_string());
    let words = match &name[..] {
        "0" => phrase!("nothing to mix in"),
        "PSK" => phrase!("the secret of a ticket, or agreed on beforehand"),
        _ => phrase!("what the key exchange agreed on"),
    };
    Node {
        name,
        side: None,
        state,
        words,
        link: None,
    }
}

pub(super) fn of_tls13(values: &Values<'_>) -> Vec<Stage> {
    let early = early_branches(values);
    let handshake: Vec<Branch> = SIDES.map(|side| handshake_traffic(values, side)).into();
    let master = master_branches(values);
    // A secret is proven by what grows out of it, if that was derived and not logged.
    let proven = |branches: &[Branch]| {
        branches.iter().any(|branch| {
            let found = values.find(&branch.secret.name, None);
            branch.secret.state == State::Proven
                && found.is_some_and(|found| found.derivation.derived)
        })
    };
    let later = proven(&handshake) || proven(&master);
    let stage = |name, usual, with, proven, branches| Stage {
        inputs: vec![input(values, name, usual)],
        how: "HKDF-Extract",
        secret: values.node(name, None, None, with, proven),
        branches,
    };
    let of_early = proven(&early) || later;
    let usual = match offers_psk(values) {
        true => "PSK",
        false => "0",
    };
    // Without a pre-shared key the first stage waits for the ServerHello, which chooses the hash.
    let with = match offers_psk(values) {
        true => CLIENT_HELLO,
        false => SERVER_HELLO,
    };
    let proven_master = proven(&master);
    vec![
        stage("early_secret", usual, with, of_early, early),
        stage(
            "handshake_secret",
            "(EC)DHE",
            SERVER_HELLO,
            later,
            handshake,
        ),
        stage("master_secret", "0", SERVER_HELLO, proven_master, master),
    ]
}

/// The ClientHello has a binder, and so offers a pre-shared key.
fn offers_psk(values: &Values<'_>) -> bool {
    values.check(Client, "ClientHello").is_some()
}

fn early_branches(values: &Values<'_>) -> Vec<Branch> {
    let offered = offers_psk(values);
    let early_data = values.opened(Client, Epoch::EarlyData);
    let has_early_traffic = offered && values.has_extension(Client, "ClientHello", "early_data");
    let unless = |used: bool, node: Node| if used { node } else { node.unused() };
    let fits = values.verified(Client, "ClientHello");
    let binder = values.node("binder_key", None, None, CLIENT_HELLO, fits);
    let mac_key = values.node("binder_finished_key", None, None, CLIENT_HELLO, fits);
    let traffic = "client_early_traffic_secret";
    let secret = values.node(traffic, None, Some(Client), CLIENT_HELLO, early_data);
    let exporter = "early_exporter_master_secret";
    let exporter = values.node(exporter, None, None, CLIENT_HELLO, false);
    vec![
        Branch {
            secret: unless(offered, binder),
            keys: vec![unless(offered, mac_key).called("finished_key")],
        },
        Branch {
            secret: unless(has_early_traffic, secret),
            keys: keys(values, Client, traffic, CLIENT_HELLO, early_data)
                .into_iter()
                .map(|node| unless(has_early_traffic, node))
                .collect(),
        },
        Branch {
            secret: unless(has_early_traffic, exporter),
            keys: Vec::new(),
        },
    ]
}

/// Key and IV of a direction.
fn keys(
    values: &Values<'_>,
    side: Side,
    parent: &str,
    with: (Side, &str),
    opened: bool,
) -> Vec<Node> {
    let names = match side {
        Client => ["client_write_key", "client_write_iv"],
        Server => ["server_write_key", "server_write_iv"],
    };
    let node = |name| values.node(name, Some(parent), Some(side), with, opened);
    let [key, iv] = names.map(node);
    vec![key.called("key"), iv.called("iv")]
}

fn handshake_traffic(values: &Values<'_>, side: Side) -> Branch {
    let name = match side {
        Client => "client_handshake_traffic_secret",
        Server => "server_handshake_traffic_secret",
    };
    let opened = values.opened(side, Epoch::Handshake);
    let fits = values.verified(side, "Finished");
    let mut keys = keys(values, side, name, SERVER_HELLO, opened);
    let with = (side, "Finished");
    let finished = values.node("finished_key", Some(name), Some(side), with, fits);
    keys.push(finished);
    Branch {
        secret: values.node(name, None, Some(side), SERVER_HELLO, opened || fits),
        keys,
    }
}

fn master_branches(values: &Values<'_>) -> Vec<Branch> {
    let exporter = values.node("exporter_master_secret", None, None, SERVER_FINISHED, false);
    let resumption = values.node(
        "resumption_master_secret",
        None,
        None,
        CLIENT_FINISHED,
        false,
    );
    let with = (Server, "NewSessionTicket");
    let ticket = values.node("PSK of this ticket", None, None, with, false);
    let ticket = match values.message(with.0, with.1) {
        Some(_) => ticket,
        None => ticket.unused(),
    };
    vec![
        application_traffic(values, Client),
        application_traffic(values, Server),
        Branch {
            secret: exporter,
            keys: Vec::new(),
        },
        Branch {
            secret: resumption,
            keys: vec![ticket.called("PSK of a ticket")],
        },
    ]
}

fn application_traffic(values: &Values<'_>, side: Side) -> Branch {
    let (name, next) = match side {
        Client => (
            "client_application_traffic_secret_0",
            "client_application_traffic_secret_N+1",
        ),
        Server => (
            "server_application_traffic_secret_0",
            "server_application_traffic_secret_N+1",
        ),
    };
    let opened = values.opened(side, Epoch::Application(0));
    let mut keys = keys(values, side, name, SERVER_FINISHED, opened);
    let updated = values.opened(side, Epoch::Application(1));
    let next = values.node(next, None, Some(side), (side, "KeyUpdate"), updated);
    let next = next.called("KeyUpdate: N+1");
    keys.push(match values.message(side, "KeyUpdate") {
        Some(_) => next,
        None => next.unused(),
    });
    Branch {
        secret: values.node(name, None, Some(side), SERVER_FINISHED, opened),
        keys,
    }
}

pub(super) fn of_tls12(values: &Values<'_>) -> Vec<Stage> {
    let resumed = values.conversation.negotiated.resumed;
    let with = match resumed {
        true => SERVER_HELLO,
        false => (Client, "ClientKeyExchange"),
    };
    let opened = SIDES.map(|side| values.opened(side, Epoch::Tls12));
    let fits = SIDES.map(|side| values.verified(side, "Finished"));
    let proven = opened.contains(&true) || fits.contains(&true);
    let premaster = values.node("pre_master_secret", None, None, with, false);
    let premaster = match resumed {
        true => premaster.unused(),
        false => premaster,
    };
    let cut = |side: Side, name| values.node(name, None, Some(side), with, opened[side as usize]);
    let block = values.node("key_block", None, None, with, opened.contains(&true));
    let mut branches = vec![Branch {
        secret: block,
        keys: vec![
            cut(Client, "client_write_key"),
            cut(Client, "client_write_IV"),
            cut(Server, "server_write_key"),
            cut(Server, "server_write_IV"),
        ],
    }];
    branches.extend(SIDES.map(|side| verify_data(values, side)));
    vec![Stage {
        inputs: vec![premaster, seed(values)],
        how: "PRF",
        secret: values.node("master_secret", None, None, with, proven),
        branches,
    }]
}

/// What the PRF mixes with the pre-master secret: the randoms, or since RFC 7627 the handshake.
fn seed(values: &Values<'_>) -> Node {
    let extended = values.has_extension(Server, "ServerHello", "extended_master_secret");
    let (label, words) = match extended {
        true => (
            "extended master secret",
            phrase!("extended: the hash of the handshake goes in"),
        ),
        false => ("master secret", phrase!("both randoms go in")),
    };
    Node {
        name: label.to_owned(),
        side: None,
        state: State::Known,
        words,
        link: None,
    }
}

/// TLS 1.2 makes a Finished of the master secret itself.
fn verify_data(values: &Values<'_>, side: Side) -> Branch {
    let said = values.message(side, "Finished");
    let known = values.find("master_secret", None).is_some();
    let state = match (known, values.verified(side, "Finished")) {
        (_, true) => State::Proven,
        (true, false) if said.is_some() => State::Known,
        _ => State::Unknown,
    };
    let words = match state {
        State::Proven => phrase!("12 bytes, the same as computed here"),
        _ => phrase!("cannot be told, at {message}", message = "Finished"),
    };
    let link = said.filter(|(index, _)| super::schedule::shown(*index));
    let secret = Node {
        name: format!("verify_data, {side}"),
        side: Some(side),
        state,
        words,
        link: link.map(|(index, _)| format!("m{}", index + 1)),
    };
    Branch {
        secret,
        keys: Vec::new(),
    }
}

//! The gallery: every way in which TLS and mTLS fail, live, from both sides.
//!
//! | module | job |
//! | --- | --- |
//! | [`cases`] | the table: a row for each failure, by step |
//! | [`pki`] | certificates, described as constants |
//! | [`pki_builder`] | certificates, made as they are described |
//! | [`fault`] | what certificates alone cannot do |
//! | [`run`] | a case over a real connection, and what was seen |
//! | [`stage`], `pem_files` | the two sides of a case, ready to meet, and their files |
//! | `meeting`, `failed` | one connection, and how it ended for each side |
//! | `temp_files` | files that a side cannot use |
//! | `misbehaving_peers`, `middlebox` | peers and a box between them that misbehave |
//! | `late_requests` | a server that asks for a certificate after the handshake |
//! | `two_requests` | a client that stays, while the server's files change |
//! | [`external`] | the server of a case, open to curl, openssl and Node |
//! | [`other_clients`] | the commands that put curl, openssl, Node, Go and Python in the client's place |
//! | [`listen`] | the server of a case at an address, for a person to try |
//! | [`against`] | turned round: bad clients, and a server that should refuse them |
//! | [`panels`], `overview` | what was seen, at 80 columns: of one case, and of all |
//! | `lookup` | the failure or the case that a reader means |
//! | [`outcome_words`] | an outcome in words, and what is different in another version of TLS |
//!
//! What is said about a case stands in the catalogue, [`super::failures`], under the case's name. Most rows
//! run the product's own server and client with wrong certificates; a [`Fault`] does the rest. `tests/inside/gallery/`
//! proves the table, and makes the pages of failures of it, in English and in Chinese.

pub mod cases;
pub mod pki;
pub mod pki_builder;
pub mod fault;
pub mod run;
pub mod panels;
mod overview;
pub mod outcome_words;
pub mod stage;
pub mod external;
pub mod other_clients;
pub mod listen;
pub mod against;
pub mod pem_files;
pub mod meeting;
mod failed;
mod temp_files;
mod misbehaving_peers;
mod late_requests;
mod two_requests;
mod middlebox;
mod lookup;

pub use self::fault::Fault;
pub use self::lookup::{case_of, find, said_in};
use self::pki::{Certificate, MY_CA, MY_CLIENT, MY_SERVER, RevocationList};
use crate::handshake::{ExpiredLists, TlsMax};
use crate::instruments::failures::{self, Failure};
use crate::narration::{Side, Step};

/// One way to fail.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name on the command line and in the docs.
    pub name: &'static str,
    /// What is on the stage.
    pub scene: Scene,
    /// What has to happen: in TLS 1.3, and in TLS 1.2.
    pub fails: [Outcome; 2],
}

/// Two sides, and what goes wrong when they meet.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// The side that listens.
    pub server: Party,
    /// The side that connects.
    pub client: Party,
    /// The name that the client asks for, and compares with the certificate.
    pub server_name: &'static str,
    /// The server's `--allow`.
    pub allows: &'static [&'static str],
    /// What certificates alone cannot do.
    pub fault: Fault,
}

/// One side.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// What it shows, leaf first. Nothing: it has no certificate.
    pub shows: &'static [Certificate],
    /// The key it signs with, if that is not the leaf's own.
    pub key: Option<&'static Certificate>,
    /// The CAs that it trusts. A server without any does not ask for certificates.
    pub trusts: &'static [Certificate],
    /// What it knows to be revoked.
    pub lists: &'static [RevocationList],
    /// What those lists count for after their nextUpdate.
    pub expired_lists: ExpiredLists,
    /// Days that its clock is ahead.
    pub clock: i64,
    /// It checks its own certificate before it shows it, as rustls does. Other programs do not.
    pub checks_own_certificate: bool,
}

/// The files of a side. What is not said is as it should be.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// What is in the certificate file.
    pub certificate: Contents,
    /// What is in the key file.
    pub key: Contents,
    /// What is in the CA file.
    pub authorities: Contents,
    /// How rustls itself, without this program, reports it.
    pub rustls: &'static str,
}

/// What is in a file.
#[derive(Clone, Copy, Debug)]
pub enum Contents {
    /// What it should be.
    Right,
    /// These certificates.
    Certificates(&'static [Certificate]),
    /// The key of this certificate.
    Key(&'static Certificate),
    /// A request for this certificate.
    Request(&'static Certificate),
    /// What it should be, but written so.
    Written(fn(&str) -> Vec<u8>),
    /// This text.
    Text(&'static str),
}

/// What happens in a case, in one version of TLS.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Where it fails.
    pub step: Step,
    /// The side that notices first. `None`: neither does.
    pub by: Option<Side>,
    /// The fatal alert on the wire: its sender, and its number (RFC 8446 §6).
    pub alert: Option<(Side, u8)>,
    /// How it ends for the server.
    pub server: Termination,
    /// How it ends for the client.
    pub client: Termination,
    /// The client had reached step 7: it believed that it was in.
    pub believed: bool,
}

/// How a case ends for one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Termination {
    /// It notices nothing.
    Well,
    /// It hears the alert.
    Alert,
    /// It notices nothing or hears the alert: which, depends on what it was about to read.
    WellOrAlert,
    /// With these words of rustls, of the system, or of ours. `…` stands for anything.
    With(&'static str),
}

impl Case {
    /// What has to happen in this version of TLS.
    pub fn expected(&self, tls_max: TlsMax) -> &Outcome {
        let [tls13, tls12] = &self.fails;
        match tls_max {
            TlsMax::Tls13 => tls13,
            TlsMax::Tls12 => tls12,
        }
    }

    /// The version of TLS in which it is shown, if both sides allow this one: some failures exist in one alone.
    pub fn version(&self, tls_max: TlsMax) -> TlsMax {
        self.scene.fault.only_version().unwrap_or(tls_max)
    }

    /// What the catalogue says about it. A test proves that each case has an entry.
    pub fn failure(&self) -> Option<&'static Failure> {
        failures::find(self.name)
    }
}

/// Two sides that get on with each other. Every case begins with this and spoils something.
pub const SCENE: Scene = Scene {
    server: Party {
        shows: &[MY_SERVER],
        key: None,
        trusts: &[MY_CA],
        lists: &[],
        expired_lists: ExpiredLists::Refuse,
        clock: 0,
        checks_own_certificate: true,
    },
    client: Party {
        shows: &[MY_CLIENT],
        key: None,
        trusts: &[MY_CA],
        lists: &[],
        expired_lists: ExpiredLists::Refuse,
        clock: 0,
        checks_own_certificate: true,
    },
    server_name: "localhost",
    allows: &[],
    fault: Fault::None,
};

/// All files are as they should be.
pub const FILES: Files = Files {
    certificate: Contents::Right,
    key: Contents::Right,
    authorities: Contents::Right,
    rustls: "",
};

//! The secrets that are known so far, in each version.
//!
//! Unaware of how they are derived and of when: that is for `tls13` and `tls12`.

use crate::instruments::wire::both::Both;
use crate::instruments::wire::decryption::Suite;
use crate::instruments::wire::ledger::Named;

/// TLS 1.3: the secrets of the tree, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Tls13 {
    pub(crate) early: Option<Named>,
    pub(crate) handshake: Option<Named>,
    pub(crate) master: Option<Named>,
    pub(crate) resumption: Option<Named>,
    pub(crate) handshake_traffic: Both<Option<Named>>,
    pub(crate) application_traffic: Both<Option<Named>>,
    pub(crate) generation: Both<u32>,
    pub(crate) application_begun: bool,
    pub(crate) client_finished: bool,
}

/// What early data may be encrypted with. Which suite, nobody says before the ServerHello: all that fit are tried.
#[derive(Debug)]
pub(crate) struct Early {
    pub(crate) secret: Named,
    pub(crate) suites: Vec<Suite>,
}

/// TLS 1.2: what is computed of the key exchange.
#[derive(Debug, Default)]
pub(crate) struct Tls12 {
    pub(crate) master: Option<Named>,
    pub(crate) keys: Both<Option<(Named, Named)>>,
    pub(crate) extended: bool,
    pub(crate) client_verified: bool,
}

//! The secrets that a transcript brings along, by label and connection: the lines of an NSS key log.

use std::collections::{HashMap, HashSet};

use crate::instruments::wire::transcript::Secret;

/// The secrets of a transcript.
#[derive(Debug, Default)]
pub(crate) struct LoggedSecrets {
    /// By label and client random: a key log may hold the secrets of many connections.
    secrets: HashMap<(String, Vec<u8>), Vec<u8>>,
    connections: HashSet<Vec<u8>>,
}

impl LoggedSecrets {
    pub(crate) fn new(secrets: &[Secret]) -> LoggedSecrets {
        let mut known = LoggedSecrets::default();
        for secret in secrets.iter().cloned() {
            known.connections.insert(secret.client_random.clone());
            let key = (secret.label, secret.client_random);
            known.secrets.insert(key, secret.secret);
        }
        known
    }

    /// The secret with this label of the connection with this client random.
    pub(crate) fn secret(&self, label: &str, client_random: &[u8]) -> Option<Vec<u8>> {
        let key = (label.to_owned(), client_random.to_vec());
        self.secrets.get(&key).cloned()
    }

    /// True when there is any secret of this connection.
    pub(crate) fn knows(&self, client_random: &[u8]) -> bool {
        self.connections.contains(client_random)
    }
}

//! The tickets of one client: as many as a measurement takes.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hello_mtls::client::Url;
use hello_mtls::handshake::ClientSetup;
use rustls::NamedGroup;
use rustls::client::{
    ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;

use crate::error::Result;
use crate::load::one;

/// A client that comes back with tickets. Two threads must not take each other's, so each has one of these.
pub struct Returning {
    pub setup: ClientSetup,
    tickets: Arc<Tickets>,
}

/// The last one that came is used first: some servers remember only the newest of all clients.
#[derive(Default)]
struct Tickets {
    stack: Mutex<Vec<Tls13ClientSessionValue>>,
    /// No ticket is handed out while they are collected.
    collecting: AtomicBool,
}

impl Returning {
    /// As `setup`, with tickets for `connections` connections to `url`.
    ///
    /// Most servers send new tickets on a resumed connection. Node does not, and there the client collects them first,
    /// each pair by a full handshake.
    pub fn new(setup: &ClientSetup, url: &Url, connections: usize) -> Result<Returning> {
        let tickets = Arc::new(Tickets::default());
        let mut config = (*setup.config).clone();
        config.resumption = Resumption::store(Arc::clone(&tickets) as Arc<dyn ClientSessionStore>);
        let setup = ClientSetup {
            config: Arc::new(config),
            narrator: setup.narrator.clone(),
        };
        let client = Returning { setup, tickets };
        one(&client.setup, url)?;
        let before = client.tickets.count();
        one(&client.setup, url)?;
        if client.tickets.count() < before {
            client.tickets.collecting.store(true, Ordering::Relaxed);
            // Each full handshake brings a ticket or two. Where it brings none, the measurement will say so.
            for _ in 0..connections {
                if client.tickets.count() < connections {
                    one(&client.setup, url)?;
                }
            }
            client.tickets.collecting.store(false, Ordering::Relaxed);
        }
        Ok(client)
    }
}

impl Tickets {
    fn count(&self) -> usize {
        self.stack
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

impl ClientSessionStore for Tickets {
    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        let mut stack = self.stack.lock().unwrap_or_else(PoisonError::into_inner);
        stack.push(ticket);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        if self.collecting.load(Ordering::Relaxed) {
            return None;
        }
        let mut stack = self.stack.lock().unwrap_or_else(PoisonError::into_inner);
        stack.pop()
    }

    // The client offers one key exchange, and TLS 1.3 only.
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}
    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }
    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}
    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }
    fn remove_tls12_session(&self, _: &ServerName<'static>) {}
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tickets", self.count())
    }
}

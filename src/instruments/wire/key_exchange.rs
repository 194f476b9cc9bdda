//! A key exchange whose outcome can be seen: rustls's groups, wrapped.
//!
//! A key log (SSLKEYLOGFILE) begins in the middle of the key schedule: the secret that both sides agreed on, and the
//! early, handshake and master secrets made of it, never leave the TLS library. A recording of one's own connection
//! can have them all the same, because rustls takes its groups from the [`CryptoProvider`]. The groups here ask
//! rustls's own for everything and remember the last outcome on this thread, until rustls logs the first secret of
//! that handshake. Then [`Recording`](super::tap::Recording) writes `SHARED_SECRET` before it.
//!
//! Only a recording uses this provider. A connection that nobody records exchanges keys without it.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use rustls::crypto::aws_lc_rs::DEFAULT_KX_GROUPS;
use rustls::crypto::{
    ActiveKeyExchange, CompletedKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, ProtocolVersion, SupportedProtocolVersion};

thread_local! {
    /// What the last key exchange of this thread agreed on. A thread serves one connection at a time, and rustls logs
    /// the secrets of a handshake on the thread that exchanged the keys.
    static AGREED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What the last key exchange of this thread agreed on; from now on it is forgotten.
pub(super) fn take_agreed() -> Option<Vec<u8>> {
    AGREED.take()
}

/// A provider whose groups remember what they agree on.
pub fn observed(provider: &Arc<CryptoProvider>) -> Arc<CryptoProvider> {
    let groups = provider.kx_groups.iter();
    let kx_groups = groups.map(|group| wrapped(*group)).collect();
    Arc::new(CryptoProvider {
        kx_groups,
        ..CryptoProvider::clone(provider)
    })
}

/// rustls wants groups that live as long as the program. There are as many as rustls has itself.
fn wrapped(group: &'static dyn SupportedKxGroup) -> &'static dyn SupportedKxGroup {
    static WRAPPED: LazyLock<Vec<ObservedGroup>> = LazyLock::new(|| {
        DEFAULT_KX_GROUPS
            .iter()
            .copied()
            .map(ObservedGroup)
            .collect()
    });
    let found = WRAPPED.iter().find(|ours| ours.0.name() == group.name());
    // A group that rustls does not have by default is used as it is: its secret is not seen.
    found.map_or(group, |ours| ours)
}

/// A group of rustls's.
#[derive(Debug)]
struct ObservedGroup(&'static dyn SupportedKxGroup);

impl SupportedKxGroup for ObservedGroup {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Ok(Box::new(ObservedExchange(self.0.start()?)))
    }

    // A key encapsulation (ML-KEM) has a method of its own for the side that answers, the server.
    fn start_and_complete(&self, peer_pub_key: &[u8]) -> Result<CompletedKeyExchange, Error> {
        let completed = self.0.start_and_complete(peer_pub_key)?;
        remember(&completed.secret);
        Ok(completed)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        self.0.ffdhe_group()
    }

    fn name(&self) -> NamedGroup {
        self.0.name()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        self.0.usable_for_version(version)
    }
}

/// A key exchange that waits for the other side's public key.
struct ObservedExchange(Box<dyn ActiveKeyExchange>);

impl ActiveKeyExchange for ObservedExchange {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        self.0.complete(peer_pub_key).inspect(remember)
    }

    fn complete_for_tls_version(
        self: Box<Self>,
        peer_pub_key: &[u8],
        version: &SupportedProtocolVersion,
    ) -> Result<SharedSecret, Error> {
        let secret = self.0.complete_for_tls_version(peer_pub_key, version);
        secret.inspect(remember)
    }

    fn hybrid_component(&self) -> Option<(NamedGroup, &[u8])> {
        self.0.hybrid_component()
    }

    fn complete_hybrid_component(
        self: Box<Self>,
        peer_pub_key: &[u8],
    ) -> Result<SharedSecret, Error> {
        self.0
            .complete_hybrid_component(peer_pub_key)
            .inspect(remember)
    }

    fn pub_key(&self) -> &[u8] {
        self.0.pub_key()
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        self.0.ffdhe_group()
    }

    fn group(&self) -> NamedGroup {
        self.0.group()
    }
}

fn remember(secret: &SharedSecret) {
    AGREED.set(Some(secret.secret_bytes().to_vec()));
}

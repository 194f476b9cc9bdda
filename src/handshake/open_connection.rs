//! Step 6 again, for each request of a connection that stays open.
//!
//! A handshake verifies the client's certificate once. A client that keeps its connection open may go on for
//! hours, and meanwhile its certificate may end, or its CA may revoke it. TLS does not look again, so the server
//! does. It compares a date, and asks webpki only if the date has come or if newer files are in service.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;

use super::step6_server_authorizes_client::{AuthorizedClient, verify_again};
use super::{ServerSetup, Trust, client_verifier};
use crate::certificates::summary;
use crate::narration::{Fact, NotAuthorized, Step};

/// What a server judges its clients with.
#[derive(Debug)]
pub struct ClientJudge {
    /// webpki's verifier of clients, without our hook.
    pub verifier: Arc<dyn ClientCertVerifier>,
    /// The nextUpdate of each revocation list, in seconds since 1970: from then on the list is out of date.
    pub lists_end: Vec<i64>,
}

impl ClientJudge {
    /// # Errors
    /// What rustls finds wrong with the CAs or the lists.
    pub fn new(
        trust: &Trust,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<ClientJudge>, rustls::Error> {
        let lists = trust.revocation_lists.iter();
        Ok(Arc::new(ClientJudge {
            verifier: client_verifier(trust, provider)?,
            lists_end: lists.filter_map(summary::next_update).collect(),
        }))
    }
}

/// The newest judge of a server. All settings that replace one another share it, so that a connection which began
/// with earlier ones finds it too.
#[derive(Clone, Debug)]
pub struct NewestJudge(Arc<RwLock<Option<Arc<ClientJudge>>>>);

impl NewestJudge {
    pub(super) fn new(judge: Option<Arc<ClientJudge>>) -> NewestJudge {
        NewestJudge(Arc::new(RwLock::new(judge)))
    }

    /// Puts another one in its place, for the next request of every open connection.
    pub fn replace(&self, judge: Option<Arc<ClientJudge>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = judge;
    }

    fn get(&self) -> Option<Arc<ClientJudge>> {
        let judge = self.0.read().unwrap_or_else(PoisonError::into_inner);
        judge.clone()
    }
}

/// The last verdict on the client of one connection, and until when it holds.
#[derive(Debug)]
pub struct Standing {
    judge: Option<Arc<ClientJudge>>,
    /// Seconds since 1970. From then on the verdict may be another one.
    until: i64,
}

impl Standing {
    /// After the handshake: `chain` was verified just now, by the judge of `setup`.
    pub fn new(
        setup: &ServerSetup,
        client: Option<&AuthorizedClient>,
        chain: &[CertificateDer<'_>],
    ) -> Standing {
        let mut standing = Standing {
            judge: setup.judge.clone(),
            until: i64::MAX,
        };
        if let Some(client) = client {
            standing.until = standing.next_end(client, chain, now());
        }
        standing
    }

    /// Before each answer: may this client still come in?
    ///
    /// # Errors
    /// [`NotAuthorized::EndedWhileOpen`]. The server then answers with 403, and closes the connection.
    pub fn judge_again(
        &mut self,
        setup: &ServerSetup,
        client: Option<&AuthorizedClient>,
        chain: &[CertificateDer<'_>],
    ) -> Result<(), NotAuthorized> {
        let (Some(client), Some(newest)) = (client, setup.newest.get()) else {
            return Ok(());
        };
        let now = now();
        let same_files = self
            .judge
            .as_ref()
            .is_some_and(|last| Arc::ptr_eq(last, &newest));
        if same_files && now < self.until {
            return Ok(());
        }
        verify_again(chain, &*newest.verifier).map_err(|found| {
            let client = client.identity().to_string();
            let refusal = NotAuthorized::EndedWhileOpen { client, found };
            setup.narrator.tell(Step::ServerAuthorizesClient, || {
                Fact::ClientNotAuthorized(refusal.clone())
            });
            refusal
        })?;
        self.judge = Some(newest);
        self.until = self.next_end(client, chain, now);
        Ok(())
    }

    /// The first moment after `now` at which a certificate or a list ends. Some of them may not matter for this
    /// client, for example the list of another CA. Then webpki is asked once for nothing.
    fn next_end(&self, client: &AuthorizedClient, chain: &[CertificateDer<'_>], now: i64) -> i64 {
        let leaf = client.identity().certificate().not_after;
        let others = chain.iter().skip(1).filter_map(summary::not_after);
        // A certificate is valid in its last second, too (RFC 5280 §4.1.2.5); a list is not.
        let certificates = others.chain([leaf]).map(|last| last.saturating_add(1));
        let lists = self.judge.iter().flat_map(|judge| &judge.lists_end);
        let ends = certificates.chain(lists.copied());
        ends.filter(|end| *end > now).min().unwrap_or(i64::MAX)
    }
}

fn now() -> i64 {
    i64::try_from(UnixTime::now().as_secs()).unwrap_or(i64::MAX)
}

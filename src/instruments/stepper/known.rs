//! What the two sides have proved to each other so far: taken from what they report, and from the bytes.

use crate::instruments::wire::conversation::Negotiated;
use crate::narration::{Event, Fact, Side, Step};

/// What is known. Everything is false until an event or a message says it.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The client verified a chain for this name, and a CA vouches for it.
    pub(super) server_chain: Option<String>,
    /// The client verified the server's signature over this handshake.
    pub(super) server_key: bool,
    /// The server verified a chain with this subject.
    pub(super) client_chain: Option<String>,
    /// The server verified the client's signature over this handshake.
    pub(super) client_key: bool,
    /// The server asked for a certificate: mutual TLS.
    pub(super) client_asked: bool,
    /// The server let this identity in at step 6.
    pub(super) authorized: Option<String>,
    /// A ticket stands in for the certificates, and both Finished messages were seen.
    pub(super) resumed: bool,
    /// Version, cipher suite and key exchange, as the sides reported them at step 7.
    pub(super) session: Option<[String; 3]>,
    /// The side that refused first, and at which step.
    pub(super) refused: Option<(Side, Step)>,
}

impl Known {
    /// Takes in what a side reports.
    pub(super) fn learn(&mut self, event: &Event) {
        match &event.fact {
            Fact::ServerCertificateVerified { server_name, .. } => {
                self.server_chain = Some(server_name.clone());
            }
            Fact::ServerKeyProved { .. } => self.server_key = true,
            Fact::ClientCertificateVerified { certificate } => {
                self.client_chain = Some(certificate.subject.clone());
            }
            Fact::ClientKeyProved { .. } => self.client_key = true,
            Fact::ClientAuthorized { identity, .. } => self.authorized = Some(identity.clone()),
            Fact::SessionAgreed {
                version,
                cipher_suite,
                group,
                ..
            } => {
                let group = group.clone().unwrap_or_default();
                self.session = Some([version.clone(), cipher_suite.clone(), group]);
            }
            Fact::Refused { .. } | Fact::ClientNotAuthorized(_) if self.refused.is_none() => {
                self.refused = event.step.map(|step| (event.side, step));
            }
            _ => {}
        }
    }

    /// Takes in what the messages settled.
    pub(super) fn agreed(&mut self, negotiated: &Negotiated) {
        self.client_asked |= negotiated.client_certificate_requested;
        self.resumed |= negotiated.resumed && negotiated.handshake_complete;
    }

    /// The client has both proofs of step 3, or continues a session in which it had them.
    pub(super) fn client_is_sure(&self) -> bool {
        self.server_chain.is_some() && self.server_key || self.resumed
    }

    /// The server has both proofs of step 5, or has checked the remembered certificate again.
    pub(super) fn server_is_sure(&self) -> bool {
        let proved = self.client_chain.is_some() && self.client_key;
        proved || self.resumed && self.authorized.is_some()
    }
}

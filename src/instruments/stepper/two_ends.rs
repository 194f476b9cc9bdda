//! Certificates for a handshake that touches no file, and the two ends that hold them.

use std::sync::Arc;

use rustls::pki_types::ServerName;

use crate::certificates::authority::Authority;
use crate::certificates::request::{KeyType, Name};
use crate::certificates::signing::Grant;
use crate::certificates::{SetOptions, failed, issue};
use crate::error::Error;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{
    ClientSetup, Identity, ServerSetup, TlsMax, Trust, client_config, server_config,
};
use crate::narration::{Narrator, Recorder, Side};

/// A client and a server that are ready to meet, and what they share.
#[derive(Clone, Debug)]
pub struct TwoEnds {
    /// The client's side.
    pub client: ClientSetup,
    /// The server's side.
    pub server: ServerSetup,
    /// The name that the client asks for and looks for in the server's certificate.
    pub server_name: ServerName<'static>,
    /// Where both sides report what they do.
    pub recorder: Arc<Recorder>,
}

impl TwoEnds {
    /// A CA, a server and a client of it, made on the spot. With `tls_only`, the server does not ask
    /// for a client certificate.
    ///
    /// # Errors
    /// [`Error::Certificates`]: the system gives no random numbers.
    pub fn new(tls_only: bool, tls_max: TlsMax) -> Result<TwoEnds, Error> {
        let unusable = |error: rustls::Error| failed("use the certificates just made", &error);
        let recorder = Arc::new(Recorder::default());
        let narrator = |side| Narrator::new(side, Arc::clone(&recorder) as _);
        let authority = Authority::create("my-ca", KeyType::default(), 1)?;
        let trust = Trust {
            anchors: vec![authority.certificate().clone()],
            ..Trust::default()
        };

        let grant = Grant::client("my-client");
        let allowed = grant.names.iter().filter_map(|name| match name {
            Name::Uri(uri) => Some(Allowed::Uri(uri.clone())),
            _ => None,
        });
        let allowed = allowed.collect();
        let client = (!tls_only)
            .then(|| identity(&authority, &grant))
            .transpose()?;
        let client =
            client_config(&trust, client, tls_max, narrator(Side::Client)).map_err(unusable)?;

        let server = identity(&authority, &Grant::server(SetOptions::default().hosts))?;
        let clients = (!tls_only).then_some(&trust);
        let server = server_config(server, clients, allowed, tls_max, narrator(Side::Server))
            .map_err(unusable)?;

        let server_name =
            ServerName::try_from("localhost").map_err(|error| failed("name the server", &error))?;
        Ok(TwoEnds {
            client,
            server,
            server_name,
            recorder,
        })
    }
}

/// A leaf in memory, as a side of the handshake takes it.
fn identity(authority: &Authority, grant: &Grant) -> Result<Identity, Error> {
    let leaf = issue(authority, grant, KeyType::default(), 1)?;
    Ok(Identity {
        key: leaf.private_key(),
        chain: vec![leaf.certificate],
    })
}

//! Certificates for a story that touches no file, and the two ends that hold them.

use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, ServerName};

use super::Cast;
use crate::certificates::authority::Authority;
use crate::certificates::pem;
use crate::certificates::request::{KeyType, Name, generate, request};
use crate::certificates::signing::{Grant, sign};
use crate::certificates::{Wishes, failed};
use crate::error::Error;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{Identity, TlsMax, Trust, client_config, server_config};
use crate::narration::{Narrator, Recorder, Side};

impl Cast {
    /// A CA, a server and a client of it, made on the spot. `tls_only`: nobody asks the client.
    pub fn new(tls_only: bool, tls_max: TlsMax) -> Result<Cast, Error> {
        let unusable = |error: rustls::Error| failed("use the certificates just made", &error);
        let recorder = Arc::new(Recorder::default());
        let voice = |side| Narrator::new(side, Arc::clone(&recorder) as _);
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
            client_config(&trust, client, tls_max, voice(Side::Client)).map_err(unusable)?;

        let server = identity(&authority, &Grant::server(Wishes::default().hosts))?;
        let clients = (!tls_only).then_some(&trust);
        let server = server_config(server, clients, allowed, tls_max, voice(Side::Server))
            .map_err(unusable)?;

        let server_name =
            ServerName::try_from("localhost").map_err(|error| failed("name the server", &error))?;
        Ok(Cast {
            client,
            server,
            server_name,
            recorder,
        })
    }
}

/// Key, request, signature: a leaf in memory.
fn identity(authority: &Authority, grant: &Grant) -> Result<Identity, Error> {
    let key = generate(KeyType::default())?;
    let csr = pem::request_from_pem(&request(&key, &grant.common_name, &grant.names)?)?;
    let signed = sign(authority, &csr, grant, 1)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|error| failed("use the key just made", &error))?;
    Ok(Identity {
        chain: vec![signed.certificate],
        key,
    })
}

//! The server of a case, open to external programs: curl, openssl and Node can meet it in the place of our
//! client. Unaware of which program comes.

use std::net::SocketAddr;
use std::thread;

use super::meeting::{closed_port, listen, no_loopback, serve};
use super::pem_files::PemFiles;
use super::pki_builder::PkiBuilder;
use super::stage::Stage;
use super::temp_files::NAMES;
use super::{Case, Fault};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::wire::tap::Recording;
use crate::narration::Side;

/// Where to connect, and the files that the client of the case has.
#[derive(Clone, Debug)]
pub struct External {
    /// Where the server listens, or the middlebox before it.
    pub address: SocketAddr,
    /// The client's files: name and contents. What the client does not have is not there.
    pub files: Vec<(&'static str, Vec<u8>)>,
}

/// Opens the server of a case until the process ends. Where the client comes twice, the second
/// connection and all later ones meet the server as it is then.
///
/// # Errors
/// The stage could not be set: no certificates, no loopback.
pub fn open(case: &'static Case, tls_max: TlsMax) -> Result<External, Error> {
    let fault = case.scene.fault;
    let builder = &mut PkiBuilder::default();
    let stage = Stage::with(builder, &case.scene, tls_max)?;
    let files = client_files(fault, &stage.client_files, builder)?;
    let address = match fault {
        Fault::ClosedPort | Fault::Files(Side::Server, _) => closed_port()?,
        _ => serve_forever(stage, fault)?,
    };
    Ok(External { address, files })
}

/// Serves one connection after the other, in a thread of its own.
fn serve_forever(stage: Stage, fault: Fault) -> Result<SocketAddr, Error> {
    let (listener, address) = listen(fault)?;
    let (mut server, mut later) = (stage.ends.server, stage.later);
    let meanwhile = stage.meanwhile;
    let accept = move || {
        for socket in listener.incoming().flatten() {
            let tap = Recording::new(Side::Server);
            let _ = serve(&server, meanwhile.clone(), socket, address, &tap, fault);
            if let Some(later) = later.take() {
                server = later;
            }
        }
    };
    thread::Builder::new().spawn(accept).map_err(no_loopback)?;
    Ok(address)
}

/// The files of the client of a case: name and contents.
pub(super) fn client_files(
    fault: Fault,
    right: &PemFiles,
    builder: &mut PkiBuilder,
) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    let [certificate, key, authorities] = match fault {
        Fault::Files(Side::Client, files) => files.of(right, builder)?,
        _ => [&right.certificate, &right.key, &right.authorities].map(|pem| pem.clone().into()),
    };
    let lists = right.lists.clone().into_bytes();
    let [own_certificate, own_key, ca] = NAMES;
    let mut files = vec![
        (own_certificate, certificate),
        (own_key, key),
        (ca, authorities),
        ("ca.crl", lists),
    ];
    files.retain(|(_, contents)| !contents.is_empty());
    Ok(files)
}

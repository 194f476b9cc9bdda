//! The server of a case, open to programs from outside: curl, openssl and Node can meet it in the place
//! of our client. Unaware of what they are.

use std::net::SocketAddr;
use std::thread;

use super::files::NAMES;
use super::maker::Maker;
use super::meeting::{listen, no_loopback, nobody, serve};
use super::stage::{Papers, Stage};
use super::{Case, Twist};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::wire::tap::Recording;
use crate::narration::Side;

/// Where to dial, and what the client of the case has in its pockets.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where the server listens, or who stands before it.
    pub address: SocketAddr,
    /// The client's files: name and contents. What the client does not have is not there.
    pub files: Vec<(&'static str, Vec<u8>)>,
}

/// Opens the server of a case until the process ends. Where the client comes twice, the second
/// connection and all later ones meet the server as it is then.
///
/// # Errors
/// The stage could not be set: no certificates, no loopback.
pub fn open(case: &'static Case, tls_max: TlsMax) -> Result<Door, Error> {
    let twist = case.scene.twist;
    let maker = &mut Maker::default();
    let stage = Stage::made_by(maker, &case.scene, tls_max)?;
    let files = pockets(twist, &stage.papers, maker)?;
    let address = match twist {
        Twist::NobodyListens | Twist::Files(Side::Server, _) => nobody()?,
        _ => welcome(stage, twist)?,
    };
    Ok(Door { address, files })
}

/// Serves whoever comes.
fn welcome(stage: Stage, twist: Twist) -> Result<SocketAddr, Error> {
    let (listener, address) = listen(twist)?;
    let (mut server, mut later) = (stage.server, stage.later);
    let accept = move || {
        for socket in listener.incoming().flatten() {
            let tap = Recording::new(Side::Server);
            let _ = serve(&server, socket, address, &tap, twist);
            if let Some(later) = later.take() {
                server = later;
            }
        }
    };
    thread::Builder::new().spawn(accept).map_err(no_loopback)?;
    Ok(address)
}

fn pockets(
    twist: Twist,
    papers: &Papers,
    maker: &mut Maker,
) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    let [certificate, key, authorities] = match twist {
        Twist::Files(Side::Client, files) => files.of(papers, maker)?,
        _ => [&papers.certificate, &papers.key, &papers.authorities].map(|pem| pem.clone().into()),
    };
    let lists = papers.lists.clone().into_bytes();
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

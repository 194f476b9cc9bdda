//! Mutual TLS, the whole thing on one page: a CA, a server, a client with a certificate, a client
//! without. Uses rustls and rcgen only; copy it. To run it: `cargo run --example mtls`

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, Issuer, KeyPair};
use rcgen::{ExtendedKeyUsagePurpose as Purpose, KeyUsagePurpose};
use rustls::client::{ClientConfig, ClientConnection, verify_server_name};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ParsedCertificate, ServerConfig, ServerConnection, WebPkiClientVerifier};
use rustls::{RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::{error::Error, sync::Arc, thread, time::Duration};

/// What a side shows: a certificate chain, leaf first, and the leaf's private key.
type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);
/// The one client that the server lets in, by the DNS name in its certificate.
const ALICE: &str = "alice.clients.example";
/// How long one read may wait: without a limit, a silent peer holds a thread for ever.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(10));

fn main() -> Result<(), Box<dyn Error>> {
    // The CA. Both sides get its certificate; in production its key never leaves the CA.
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(DnType::CommonName, "my-ca");
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let mut trusted = RootCertStore::empty();
    trusted.add(ca.der().clone())?;

    // The server. Its verifier demands a certificate of this CA from every client.
    let (chain, key) = issue(&ca, "localhost", Purpose::ServerAuth)?;
    let verifier = WebPkiClientVerifier::builder(trusted.clone().into()).build()?;
    let config = ServerConfig::builder().with_client_cert_verifier(verifier);
    let config = Arc::new(config.with_single_cert(chain, key)?);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || {
        for socket in listener.incoming().flatten().take(2) {
            serve(&config, &socket).unwrap_or_else(|error| println!("server: refused: {error}"));
            // Closing with unread bytes resets a connection, and then the client loses the alert
            // that says why it was refused. So: stop writing, read what is left, then close.
            let _ = socket.shutdown(Shutdown::Write);
            let _ = io::copy(&mut (&socket).take(64 * 1024), &mut io::sink());
        }
    });

    // The clients. Both trust the CA; the first has a certificate of its own, the second has none.
    let (chain, key) = issue(&ca, ALICE, Purpose::ClientAuth)?;
    let config = ClientConfig::builder().with_root_certificates(trusted);
    ask(config.clone().with_client_auth_cert(chain, key)?, address)?;
    let stranger = ask(config.with_no_client_auth(), address);
    stranger.unwrap_or_else(|error| println!("client: refused: {error}"));
    server.join().map_err(|_| "the server panicked".into())
}

/// A key, and a certificate with one name and one purpose: no client can pass for a server.
fn issue(ca: &Issuer<KeyPair>, name: &str, purpose: Purpose) -> Result<Identity, Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.extended_key_usages = vec![purpose];
    Ok((vec![params.signed_by(&key, ca)?.der().clone()], key.into()))
}

/// One connection of the server: the handshake, the client's identity, an answer.
fn serve(config: &Arc<ServerConfig>, socket: &TcpStream) -> Result<(), Box<dyn Error>> {
    socket.set_read_timeout(PATIENCE)?;
    let mut tls = StreamOwned::new(ServerConnection::new(config.clone())?, socket);
    tls.conn.complete_io(&mut tls.sock)?;
    // The handshake proved that the client owns its certificate. Which name to let in is policy.
    let chain = tls.conn.peer_certificates().ok_or("no certificate")?;
    verify_server_name(&ParsedCertificate::try_from(&chain[0])?, &ALICE.try_into()?)?;
    println!("server: the client is {ALICE}");
    tls.write_all(format!("hello, {ALICE}").as_bytes())?;
    tls.conn.send_close_notify();
    Ok(tls.flush()?)
}

/// One connection of the client. In TLS 1.3 it is done with the handshake before the server has
/// judged its certificate: a refusal arrives only with the first read.
fn ask(config: ClientConfig, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let socket = TcpStream::connect(address)?;
    socket.set_read_timeout(PATIENCE)?;
    let connection = ClientConnection::new(config.into(), "localhost".try_into()?)?;
    let mut tls = StreamOwned::new(connection, socket);
    tls.conn.complete_io(&mut tls.sock)?;
    println!("client: the handshake is done, as far as I can see");
    println!("client: the server says: {}", io::read_to_string(tls)?);
    Ok(())
}

//! A client and a server of rustls on loopback, a tap on each side.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use hello_mtls::instruments::wire::tap::{Recording, Tap};
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::narration::Side;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SignatureAlgorithm,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    SupportedCipherSuite, SupportedProtocolVersion,
};

/// A CA and what it signed.
pub(crate) struct Pki {
    pub(crate) ca: CertificateDer<'static>,
    pub(crate) ca_pem: String,
    pub(crate) server: (CertificateDer<'static>, KeyPair),
    pub(crate) client: (CertificateDer<'static>, KeyPair),
}

impl Pki {
    pub(crate) fn new(algorithm: &'static SignatureAlgorithm) -> Pki {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(
            rcgen::DnType::CommonName,
            format!("test CA {:02x?}", &key.public_key_raw()[..4]),
        );
        let ca = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let leaf = |name: &str, purpose| {
            let key = KeyPair::generate_for(algorithm).unwrap();
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            params
                .distinguished_name
                .push(rcgen::DnType::CommonName, name);
            params.extended_key_usages = vec![purpose];
            (params.signed_by(&key, &issuer).unwrap().der().clone(), key)
        };
        Pki {
            server: leaf("localhost", ExtendedKeyUsagePurpose::ServerAuth),
            client: leaf("my-client", ExtendedKeyUsagePurpose::ClientAuth),
            ca_pem: ca.pem(),
            ca: ca.der().clone(),
        }
    }
}

/// What a run shall be.
#[derive(Clone, Copy)]
pub(crate) struct Setup<'a> {
    pub(crate) version: &'static SupportedProtocolVersion,
    pub(crate) suite: Option<SupportedCipherSuite>,
    pub(crate) mutual: bool,
    pub(crate) client_shows: bool,
    pub(crate) trusting: &'a Pki,
}

pub(crate) fn key(pair: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(pair.serialize_der()).unwrap()
}

fn roots(pki: &Pki) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(pki.ca.clone()).unwrap();
    Arc::new(roots)
}

fn provider(setup: &Setup<'_>) -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    if let Some(suite) = setup.suite {
        provider.cipher_suites = vec![suite];
    }
    Arc::new(provider)
}

pub(crate) fn server_config(pki: &Pki, setup: &Setup<'_>) -> ServerConfig {
    let provider = provider(setup);
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[setup.version])
        .unwrap();
    let builder = match setup.mutual {
        true => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(roots(setup.trusting), provider)
                .build()
                .unwrap(),
        ),
        false => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(vec![pki.server.0.clone()], key(&pki.server.1))
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

pub(crate) fn client_config(pki: &Pki, setup: &Setup<'_>) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(provider(setup))
        .with_protocol_versions(&[setup.version])
        .unwrap();
    let builder = builder.with_root_certificates(roots(setup.trusting));
    let mut config = match setup.client_shows {
        true => builder
            .with_client_auth_cert(vec![pki.client.0.clone()], key(&pki.client.1))
            .unwrap(),
        false => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

pub(crate) const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
pub(crate) const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\nHello World\n";

/// Serves one connection, and returns what its tap saw.
pub(crate) fn serve(tcp: TcpStream, config: &ServerConfig) -> Transcript {
    tcp.set_read_timeout(Some(std::time::Duration::from_secs(10)))
        .unwrap();
    let recording = Recording::new(Side::Server);
    let mut config = config.clone();
    config.key_log = Arc::new(recording.clone());
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    let mut stream = StreamOwned::new(connection, Tap::new(tcp, recording.clone()));
    let mut request = [0; 4096];
    if stream.read(&mut request).is_ok() {
        let _ = stream.write_all(RESPONSE);
        stream.conn.send_close_notify();
    }
    send_what_is_left(&mut stream);
    let _ = stream.sock.get_ref().shutdown(std::net::Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
    recording.transcript()
}

/// Not `flush`: in the middle of a handshake it would wait for the peer.
fn send_what_is_left<D>(
    stream: &mut StreamOwned<
        impl std::ops::DerefMut<Target = rustls::ConnectionCommon<D>>,
        Tap<TcpStream>,
    >,
) {
    while stream.conn.wants_write() && stream.conn.write_tls(&mut stream.sock).is_ok() {}
}

/// Makes one request, and returns what its tap saw.
pub(crate) fn get(
    tcp: TcpStream,
    config: &ClientConfig,
    act: impl FnOnce(&mut StreamOwned<ClientConnection, Tap<TcpStream>>),
) -> Transcript {
    tcp.set_read_timeout(Some(std::time::Duration::from_secs(10)))
        .unwrap();
    let recording = Recording::new(Side::Client);
    let mut config = config.clone();
    config.key_log = Arc::new(recording.clone());
    let connection =
        ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, Tap::new(tcp, recording.clone()));
    act(&mut stream);
    if stream.write_all(REQUEST).is_ok() {
        let _ = stream.read_to_end(&mut Vec::new());
        stream.conn.send_close_notify();
    }
    send_what_is_left(&mut stream);
    let _ = stream.sock.get_ref().shutdown(std::net::Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
    recording.transcript()
}

/// One connection between the two: what the client's tap saw, what the server's.
pub(crate) fn run(server: &ServerConfig, client: &ClientConfig) -> (Transcript, Transcript) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = server.clone();
    let serving = thread::spawn(move || serve(listener.accept().unwrap().0, &server));
    let seen = get(TcpStream::connect(address).unwrap(), client, |_| ());
    (seen, serving.join().unwrap())
}

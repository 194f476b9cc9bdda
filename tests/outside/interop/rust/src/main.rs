use std::error::Error;
use std::sync::Arc;

use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut ca = RootCertStore::empty(); // the CA that signed the clients
    ca.add(CertificateDer::from_pem_file("certs/ca.crt")?)?;
    let verifier = WebPkiClientVerifier::builder(ca.into())
        // .allow_unauthenticated() makes the certificate optional
        .build()?;

    let chain = CertificateDer::pem_file_iter("certs/server.crt")?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file("certs/server.key")?;
    let config = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;

    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("localhost:3000").await?;
    loop {
        let (tcp, peer) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            if let Err(error) = serve(acceptor, tcp).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn serve(acceptor: TlsAcceptor, tcp: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    let tls = acceptor.accept(tcp).await?;
    let (_, connection) = tls.get_ref();
    let client = match connection.peer_certificates() {
        Some([leaf, ..]) => x509_parser::parse_x509_certificate(leaf)?.1.subject().to_string(),
        _ => "nobody".to_owned(),
    };
    let hello = service_fn(async |_| {
        let body = format!("Hello World, {client}\n");
        Response::builder().header("Content-Type", "text/plain").body(body)
    });
    http1::Builder::new().serve_connection(TokioIo::new(tls), hello).await?;
    Ok(())
}

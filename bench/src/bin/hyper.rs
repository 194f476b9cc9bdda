//! The peer `hyper`: tokio, hyper and tokio-rustls, what most Rust services are built on. An event loop, where
//! connections share a thread for each core.
//!
//! `hyper PORT FOLDER`

use std::convert::Infallible;
use std::path::Path;

use hello_mtls_bench::error::{Result, trouble};
use hello_mtls_bench::tls::plain_server;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, folder] = &arguments[..] else {
        return trouble("usage: hyper PORT FOLDER");
    };
    let acceptor = TlsAcceptor::from(plain_server(Path::new(folder))?);
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    loop {
        let (socket, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        // A client that hangs up is no reason to end.
        tokio::spawn(async move { drop(serve(socket, acceptor).await) });
    }
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor) -> Result<()> {
    socket.set_nodelay(true)?;
    let stream = acceptor.accept(socket).await?;
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service_fn(hello))
        .await?;
    Ok(())
}

async fn hello(_request: Request<Incoming>) -> std::result::Result<Response<String>, Infallible> {
    let mut response = Response::new("Hello World\n".to_owned());
    let text = HeaderValue::from_static("text/plain");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}

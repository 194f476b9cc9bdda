//! What the server answers: Hello World, and the identity of the client.

use std::fmt::Write;

use crate::http::request::Request;
use crate::http::response::Response;
use crate::server::{Limits, Peer, Service};

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];

/// Hello World, without a log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hello {
    /// How long things may last.
    pub limits: Limits,
}

impl Service for Hello {
    fn answer(&self, request: &Request, peer: &Peer) -> Response {
        answer(request, peer)
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}

/// `/` and `/whoami`, for GET and HEAD.
pub fn answer(request: &Request, peer: &Peer) -> Response {
    let method = request.method.as_str();
    if !METHODS.contains(&method) {
        return Response::refusal(501, "a method that this server does not know");
    }
    if !matches!(request.path.as_str(), "/" | "/whoami" | "*") {
        return Response::refusal(404, "there is / and /whoami");
    }
    if !is_read(request) {
        return only_read();
    }
    match request.path.as_str() {
        "/whoami" => Response::text(200, whoami(peer)),
        _ => Response::text(200, "Hello World"),
    }
}

/// True for GET and HEAD: all that is served.
pub fn is_read(request: &Request) -> bool {
    matches!(request.method.as_str(), "GET" | "HEAD")
}

/// The answer to a method that is known, but not for this path.
pub fn only_read() -> Response {
    let mut refusal = Response::refusal(405, "GET and HEAD are all that is served");
    refusal.fields.push(("Allow", "GET, HEAD".to_owned()));
    refusal
}

/// What the handshake proved about the client, and what the two sides agreed on.
fn whoami(peer: &Peer) -> String {
    let mut page = String::new();
    match &peer.client {
        Some(client) => {
            let certificate = client.identity().certificate();
            let _ = writeln!(page, "identity:     {}", client.identity());
            let _ = writeln!(page, "subject:      {}", certificate.shown_subject());
            let _ = writeln!(page, "issuer:       {}", certificate.shown_issuer());
            let _ = writeln!(page, "valid until:  {}", certificate.shown_end());
        }
        None => {
            page.push_str("identity:     none: this server does not ask for client certificates\n")
        }
    }
    let session = &peer.session;
    let _ = writeln!(page, "protocol:     {}", session.version);
    let _ = writeln!(page, "cipher suite: {}", session.cipher_suite);
    let _ = writeln!(
        page,
        "key exchange: {}",
        session.group.as_deref().unwrap_or("none (resumed)")
    );
    let _ = writeln!(
        page,
        "resumed:      {}",
        if session.resumed { "yes" } else { "no" }
    );
    page
}

//! What `serve` answers, and where it logs.

use std::net::IpAddr;

use super::log::Log;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::server::{Limits, Peer, Service, hello};

/// Hello World, with a log.
pub(super) struct Logged {
    pub(super) log: Log,
    /// Those that send the PROXY protocol.
    pub(super) proxies: Vec<IpAddr>,
}

impl Service for Logged {
    fn answer(&self, request: &Request, peer: &Peer) -> Response {
        hello::answer(request, peer)
    }

    fn log(&self, line: &str) {
        self.log.say(line);
    }

    fn limits(&self) -> Limits {
        super::limits()
    }

    fn proxies(&self) -> &[IpAddr] {
        &self.proxies
    }
}

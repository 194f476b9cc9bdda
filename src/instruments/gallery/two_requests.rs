//! A connection with two requests, while the server's files change between them. Unaware of cases.

use std::io::{Read, Write};
use std::sync::Arc;

use rustls::StreamOwned;

use super::failed::Failed;
use super::misbehaving_peers::first_line;
use crate::client::Url;
use crate::handshake::open_connection::{ClientJudge, NewestJudge};
use crate::handshake::step7_application_data::{application_data, close_gracefully};
use crate::handshake::{self, ClientSetup};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::narration::{Fact, Step};
use crate::server::hello::Hello;
use crate::server::{Limits, Peer, Service};
use crate::transport::Transport;

/// A client that keeps its connection open and asks twice. The second answer is what it ends with.
pub(super) fn stays_open(
    setup: &ClientSetup,
    url: &Url,
    mut transport: impl Transport,
) -> Result<(), Failed> {
    let connection = handshake::connect(setup, url.server_name.clone(), &mut transport)?;
    application_data(&connection, &setup.narrator);
    let mut stream = StreamOwned::new(connection, transport);
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", url.host_field);
    let mut said = String::new();
    for _ in 1..=2 {
        // The server sends an answer as one record, so one read has it all.
        let mut answer = [0; 4096];
        let sent = stream.write_all(request.as_bytes());
        let length = sent.and_then(|()| stream.read(&mut answer)).unwrap_or(0);
        let answer = answer.get(..length).unwrap_or_default();
        said = first_line(answer);
        let status = said.split(' ').nth(1).unwrap_or_default();
        let reason = said.splitn(3, ' ').nth(2).unwrap_or_default();
        let body = answer.windows(4).position(|end| end == b"\r\n\r\n");
        setup
            .narrator
            .tell(Step::ApplicationData, || Fact::ResponseReceived {
                status: status.parse().unwrap_or(0),
                reason: reason.to_owned(),
                length: body.map_or(0, |end| (length - end - 4) as u64),
            });
    }
    close_gracefully(&mut stream);
    match said.contains(" 200 ") {
        true => Ok(()),
        false => Err(Failed { step: None, said }),
    }
}

/// Hello World, from a server that judges its clients by newer files from its first answer on.
pub(super) struct Learning {
    pub(super) hello: Hello,
    pub(super) newest: NewestJudge,
    /// `None`: its files do not change.
    pub(super) meanwhile: Option<Arc<ClientJudge>>,
}

impl Service for Learning {
    fn answer(&self, request: &Request, peer: &Peer) -> Response {
        if let Some(judge) = &self.meanwhile {
            self.newest.replace(Some(Arc::clone(judge)));
        }
        self.hello.answer(request, peer)
    }

    fn limits(&self) -> Limits {
        self.hello.limits
    }
}

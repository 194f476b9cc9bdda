//! A connection that stays open: requests on it, and how it ends.

use std::io::{self, Write};
use std::time::Duration;

use hello_mtls::client::{Url, dial};
use hello_mtls::handshake::{self, ClientSetup};
use hello_mtls::http::reader::MessageReader;
use hello_mtls::http::response::ResponseHead;
use hello_mtls::transport::{Deadline, Transport};
use rustls::{ClientConnection, StreamOwned};

use crate::error::{Result, trouble};

/// An open connection, after its handshake.
pub struct Open {
    stream: StreamOwned<ClientConnection, Deadline>,
    request: String,
}

impl Open {
    /// A handshake, and no request yet.
    pub fn new(setup: &ClientSetup, url: &Url) -> Result<Open> {
        let mut transport = dial(setup, url, 0)?;
        let connection = handshake::connect(setup, url.server_name.clone(), &mut transport)
            .map_err(|diagnosis| diagnosis.in_a_line())?;
        transport.set_deadline(Duration::from_secs(120));
        Ok(Open {
            stream: StreamOwned::new(connection, transport),
            request: format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", url.host_field),
        })
    }

    /// `count` requests, one after the other: each waits for its answer.
    pub fn requests(&mut self, count: usize) -> Result<()> {
        let mut reader = MessageReader::new(&mut self.stream);
        for _ in 0..count {
            reader.stream.write_all(self.request.as_bytes())?;
            reader.stream.flush()?;
            let head = ResponseHead::read(&mut reader).map_err(|error| format!("{error:?}"))?;
            head.copy_body(&mut reader, &mut io::sink())
                .map_err(|error| format!("{error:?}"))?;
            if head.status != 200 {
                return trouble(format!("an answer with status {}", head.status));
            }
        }
        Ok(())
    }
}

/// How a connection ended.
pub enum End {
    /// With close_notify, instead of an answer's first byte.
    Clean,
    /// In another way, in words.
    Lost(String),
}

impl Open {
    /// One request. An error says how the connection ended in place of an answer.
    pub fn request_or_end(&mut self) -> std::result::Result<(), End> {
        // A server that has ended may already refuse our bytes; what it said before can still be read.
        let written = self.stream.write_all(self.request.as_bytes());
        let mut reader = MessageReader::new(&mut self.stream);
        match reader.wait() {
            Ok(true) => {}
            // rustls reads zero bytes only after close_notify. Without it, the end is an error.
            Ok(false) => return Err(End::Clean),
            Err(error) => return Err(End::Lost(format!("{error} (written: {written:?})"))),
        }
        let lost = |error| End::Lost(format!("inside an answer: {error:?}"));
        let head = ResponseHead::read(&mut reader).map_err(lost)?;
        head.copy_body(&mut reader, &mut io::sink()).map_err(lost)?;
        Ok(())
    }

    /// The certificate that the server showed.
    pub fn certificate(&self) -> Option<Vec<u8>> {
        Some(self.stream.conn.peer_certificates()?.first()?.to_vec())
    }
}

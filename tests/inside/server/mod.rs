mod limits;
mod proxy_protocol;
mod proxies;
mod bad_peers;
mod open;
mod reload;
mod lists;
mod burst;
mod shortage;
mod ending;
mod cuts;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use hello_mtls::client::{Url, connect_tcp};
use hello_mtls::credentials::{identity, trust};
use hello_mtls::handshake::{self, ClientSetup, TlsMax, client_config};
use hello_mtls::narration::{Narrator, Side};
use hello_mtls::transport::Deadline;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::common::{Folder, Server};

/// A client with the files of `hello-mtls certs`.
fn client_in(folder: &Folder) -> ClientSetup {
    let file = |name: &str| folder.path(&format!("certs/{name}"));
    let identity = identity(&file("client.crt"), &file("client.key")).unwrap();
    let trust = trust(&file("ca.crt"), &[]).unwrap();
    let narrator = Narrator::silent(Side::Client);
    client_config(&trust, Some(identity), TlsMax::Tls13, narrator).unwrap()
}

/// A connection that stays open.
struct KeepAlive(StreamOwned<ClientConnection, Deadline>);

impl KeepAlive {
    /// Connects and shakes hands.
    fn to(server: &Server, client: &ClientSetup) -> KeepAlive {
        let url = Url::parse(&server.url("/")).unwrap();
        let (socket, _) = connect_tcp(&url.host, url.port).unwrap();
        KeepAlive::over(socket, client)
    }

    /// Shakes hands on a connection.
    fn over(socket: TcpStream, client: &ClientSetup) -> KeepAlive {
        let name = ServerName::try_from("localhost").unwrap();
        let mut transport = Deadline::new(socket, Duration::from_secs(20)).unwrap();
        let connection = handshake::connect(client, name, &mut transport).unwrap();
        KeepAlive(StreamOwned::new(connection, transport))
    }

    fn send(&mut self, bytes: &str) -> io::Result<()> {
        self.0.write_all(bytes.as_bytes())?;
        self.0.flush()
    }

    /// An answer, head and body. It is empty if close_notify came instead; a cut is an error.
    fn answer(&mut self) -> io::Result<String> {
        let mut answer = String::new();
        let mut buffer = [0; 4096];
        while !answer.ends_with("Hello World") {
            match self.0.read(&mut buffer)? {
                0 => break,
                count => answer.push_str(&String::from_utf8_lossy(&buffer[..count])),
            }
        }
        Ok(answer)
    }

    fn get(&mut self) -> io::Result<String> {
        self.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        self.answer()
    }

    /// Close_notify is what comes next: a clean end, and not a cut.
    #[track_caller]
    fn ends_clean(&mut self) {
        let end = self.0.read(&mut [0; 64]);
        assert!(matches!(end, Ok(0)), "{end:?}");
    }
}

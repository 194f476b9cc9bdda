//! HAProxy, two servers, and clients with addresses of their own.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::credentials::{identity, trust};
use hello_mtls::handshake::{self, ClientSetup, TlsMax, client_config};
use hello_mtls::narration::{Narrator, Side};
use hello_mtls::transport::Deadline;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::common::pages::root;
use crate::common::{Folder, Running, have, skip};
use crate::interop::free_port;

/// The variable in which `machines.sh` says that each machine is a network namespace, and how all addresses begin.
const MACHINES: &str = "HELLO_MTLS_MACHINES";

/// How all addresses begin. Without namespaces they are of loopback, all of which Linux gives to this machine.
fn network() -> String {
    std::env::var(MACHINES).unwrap_or_else(|_| "127.0.0".to_owned())
}

/// The address of machine number `last`.
pub(super) fn at(last: u8) -> String {
    format!("{}.{last}", network())
}

/// What a shell says to start a program on this machine.
fn on(machine: &str) -> String {
    match std::env::var(MACHINES) {
        Ok(_) => format!("exec nsenter --net=/run/netns/{machine}"),
        Err(_) => "exec".to_owned(),
    }
}

/// A server's letter, and its machine.
pub(super) const SERVERS: [(char, u8); 2] = [('a', 2), ('b', 3)];

const PATIENCE: Duration = Duration::from_secs(20);

/// The certificates: the tutorial's, one for the proxy itself, and for each server a file of its own with the clients' CAs.
const PREPARE: &str = "hello-mtls certs && cp -r certs made \
    && hello-mtls certs request client --dir made --client balancer --force \
    && hello-mtls certs sign client --dir made --client balancer --force \
    && cp made/client.crt balancer.crt && cp made/client.key balancer.key \
    && cp certs/ca.crt clients-a.crt && cp certs/ca.crt clients-b.crt";

/// The proxy and what stands behind it.
pub(super) struct Stage {
    pub(super) folder: Folder,
    pub(super) port: u16,
    pub(super) servers: Vec<Running>,
    proxy: Running,
}

impl Stage {
    /// Starts both servers with these options, in which LETTER is the server's own, and HAProxy with this configuration, in which `edits` replace words. `None`,
    /// with a visible word: something is missing here.
    pub(super) fn set(config: &str, edits: &[(&str, &str)], options: &str) -> Option<Stage> {
        if !have("haproxy") {
            return None;
        }
        if TcpListener::bind((at(9), 0)).is_err() {
            skip(&format!("this machine has no address {}", at(9)));
            return None;
        }
        // The path of a Unix socket is short, and that of target/ may not be.
        let folder = Folder::below(&std::env::temp_dir(), "hello-mtls-balance-");
        folder.run(PREPARE).ends(0);
        let port = free_port();
        let servers = [0, 1].map(|which| serve(&folder, which, port, options));
        let file = root().join("tests/outside/balance").join(config);
        let mut text = fs::read_to_string(file).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        for plus in 0..4 {
            let [from, to] = [3000, port].map(|first| format!(":{}", first + plus));
            text = text.replace(&from, &to);
        }
        folder.write("haproxy.cfg", text.replace("127.0.0", &network()));
        let stage = Stage {
            proxy: folder.start(&format!("{} haproxy -db -f haproxy.cfg", on("proxy"))),
            port,
            servers: servers.into(),
            folder,
        };
        stage.is_ready(config == "tcp.cfg");
        Some(stage)
    }

    /// Starts a server anew.
    pub(super) fn serve(&self, which: usize, options: &str) -> Running {
        serve(&self.folder, which, self.port, options)
    }

    /// HAProxy answers, and both servers have passed a health check.
    fn is_ready(&self, checks: bool) {
        until("HAProxy", || {
            let said = self.proxy.output();
            assert!(!said.contains("[ALERT]"), "{said}");
            let states = self.admin("show stat");
            let passed = states
                .lines()
                .filter(|line| line.contains(",L4OK,"))
                .count();
            !states.is_empty() && (!checks || passed == SERVERS.len())
        });
    }

    /// A command of HAProxy's runtime API, and its answer; empty if HAProxy does not answer.
    pub(super) fn admin(&self, command: &str) -> String {
        let mut answer = String::new();
        if let Ok(mut socket) = UnixStream::connect(self.folder.path("admin.sock")) {
            let _ = socket.write_all(format!("{command}\n").as_bytes());
            let _ = socket.read_to_string(&mut answer);
        }
        answer
    }

    /// What HAProxy knows of a server: `UP`, `DRAIN`, …
    pub(super) fn state_of(&self, which: usize) -> String {
        let name = format!("hello,{},", SERVERS[which].0);
        let states = self.admin("show stat");
        let line = states.lines().find(|line| line.starts_with(&name));
        let status = line.and_then(|line| line.split(',').nth(17));
        status.unwrap_or_default().to_owned()
    }

    /// The files of a client, in a folder like `certs`. It keeps no tickets.
    pub(super) fn client(&self, dir: &str) -> ClientSetup {
        let mut client = self.client_with_tickets(dir);
        let mut config = (*client.config).clone();
        config.resumption = rustls::client::Resumption::disabled();
        client.config = config.into();
        client
    }

    /// The same, with tickets.
    pub(super) fn client_with_tickets(&self, dir: &str) -> ClientSetup {
        let file = |name: &str| self.folder.path(&format!("{dir}/{name}"));
        let own = identity(&file("client.crt"), &file("client.key")).unwrap();
        let servers = trust(&self.folder.path("certs/ca.crt"), &[]).unwrap();
        let narrator = Narrator::silent(Side::Client);
        client_config(&servers, Some(own), TlsMax::Tls13, narrator).unwrap()
    }

    /// A client that has no certificate.
    pub(super) fn nobody(&self) -> ClientSetup {
        let servers = trust(&self.folder.path("certs/ca.crt"), &[]).unwrap();
        let narrator = Narrator::silent(Side::Client);
        client_config(&servers, None, TlsMax::Tls13, narrator).unwrap()
    }

    /// Connects from machine `from` to the proxy.
    pub(super) fn dial(&self, from: u8) -> io::Result<TcpStream> {
        connect(from, 1, self.port)
    }
}

fn serve(folder: &Folder, which: usize, port: u16, options: &str) -> Running {
    let (letter, last) = SERVERS[which];
    let options = options.replace("LETTER", &letter.to_string());
    let server = folder.start(&format!(
        "{} hello-mtls serve --listen {}:{port} {options}",
        on(&letter.to_string()),
        at(last)
    ));
    server.line_with("listening on");
    server
}

/// Ends a server with SIGTERM, and sees it end well.
pub(super) fn end(server: &mut Running) {
    let process = server.id().to_string();
    let told = Command::new("kill").args(["-TERM", &process]).status();
    assert!(told.unwrap().success());
    assert_eq!(server.ends(), 0, "{}", server.output());
    server.line_with("ended: every connection was closed in good order");
}

/// A TCP connection from one machine to another.
pub(super) fn connect(from: u8, to: u8, port: u16) -> io::Result<TcpStream> {
    let address = |last: u8, port: u16| SocketAddr::new(at(last).parse().unwrap(), port);
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    socket.bind(&address(from, 0).into())?;
    socket.connect(&address(to, port).into())?;
    Ok(socket.into())
}

/// Waits until this is true.
pub(super) fn until(what: &str, is_true: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < deadline, "{what}: not after {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A connection that has shaken hands.
pub(super) struct Open(StreamOwned<ClientConnection, Deadline>);

impl Open {
    pub(super) fn over(socket: TcpStream, client: &ClientSetup) -> Result<Open, String> {
        let mut transport = Deadline::new(socket, PATIENCE).map_err(|error| error.to_string())?;
        let name = ServerName::try_from("localhost").unwrap();
        let connection = handshake::connect(client, name, &mut transport);
        let connection = connection.map_err(|diagnosis| diagnosis.in_a_line())?;
        Ok(Open(StreamOwned::new(connection, transport)))
    }

    /// Asks, with these fields, each with its CRLF. It returns the whole answer, or nothing if close_notify came instead.
    pub(super) fn get(&mut self, path: &str, fields: &str) -> io::Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
        self.0.write_all(request.as_bytes())?;
        self.0.flush()?;
        let mut answer = String::new();
        let mut buffer = [0; 4096];
        while !is_whole(&answer) {
            match self.0.read(&mut buffer)? {
                0 if answer.is_empty() => break,
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => answer.push_str(&String::from_utf8_lossy(&buffer[..count])),
            }
        }
        Ok(answer)
    }

    /// True if a ticket stood in for the certificates.
    pub(super) fn is_resumed(&self) -> bool {
        self.0.conn.handshake_kind() == Some(rustls::HandshakeKind::Resumed)
    }
}

/// The head is there, and as much of a body as it announces.
fn is_whole(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return false;
    };
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.is_none_or(|(_, length)| length.parse() == Ok(body.len()))
}

/// The body of an answer.
pub(super) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// The value behind a word, on a line of its own: `identity:     uri:…`.
pub(super) fn value(text: &str, word: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    line.unwrap_or_else(|| panic!("no {word} in {text}"))
        .trim()
        .to_owned()
}

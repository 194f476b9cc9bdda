//! A server and a client in one process: who meets whom, and what both tell.

// clippy allows it in test functions, but not in what they call.
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::issue;
use hello_mtls::certificates::request::{KeyType, Name, generate};
use hello_mtls::certificates::revocation::revoke;
use hello_mtls::certificates::signing::Grant;
use hello_mtls::client::{self, Url, dial};
use hello_mtls::error::Error;
use hello_mtls::handshake;
use hello_mtls::handshake::step6_server_authorizes_client::Allowed;
use hello_mtls::handshake::{
    ClientSetup, Identity, ServerSetup, TlsMax, Trust, client_config, server_config,
};
use hello_mtls::narration::{Narrator, Recorder, Side};
use hello_mtls::server::hello::Hello;
use hello_mtls::server::listening::{Listener, Server};
use hello_mtls::server::serve_connection;
use hello_mtls::transport::{Deadline, Transport};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use rustls::StreamOwned;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

pub(crate) struct Play {
    pub(crate) tls: TlsMax,
    pub(crate) server: Identity,
    /// `None`: TLS without client certificates.
    pub(crate) clients: Option<Trust>,
    pub(crate) allowed: Vec<Allowed>,
    pub(crate) client: Option<Identity>,
    pub(crate) servers: Trust,
    /// The client's end of the line.
    pub(crate) line: Line,
}

/// What a line between the two may be like.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) bytes_at_a_time: usize,
    /// Nothing can be written any more once the handshake is done; what has arrived can be read.
    pub(crate) breaks: bool,
}

pub(crate) const GOOD_LINE: Line = Line {
    bytes_at_a_time: usize::MAX,
    breaks: false,
};

/// A server that runs, and a client that remembers its tickets.
pub(crate) struct Stage {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) setup: Arc<Mutex<ServerSetup>>,
    server: Server,
    client: ClientSetup,
    url: Url,
    line: Line,
}

impl Play {
    /// Everything as it should be.
    pub(crate) fn mtls(tls: TlsMax) -> Play {
        Play::of(&authority("my-ca"), tls)
    }

    pub(crate) fn of(ca: &Authority, tls: TlsMax) -> Play {
        Play {
            tls,
            server: for_localhost(ca),
            clients: Some(trust(ca)),
            allowed: Vec::new(),
            client: Some(for_a_client(ca)),
            servers: trust(ca),
            line: GOOD_LINE,
        }
    }

    /// The story of one connection.
    pub(crate) fn story(&self) -> String {
        let stage = self.stage();
        let got = stage.get(1);
        stage.story(1, &got)
    }

    /// The story of a second connection, on a ticket of the first.
    pub(crate) fn second_story(&self, between: impl FnOnce(&Stage)) -> String {
        let stage = self.stage();
        assert_eq!(stage.get(1), "200");
        between(&stage);
        let got = stage.get(2);
        stage.story(2, &got)
    }

    pub(crate) fn server_setup(&self, recorder: &Arc<Recorder>) -> ServerSetup {
        let (identity, allowed) = (self.server.clone(), self.allowed.clone());
        let narrator = Narrator::new(Side::Server, Arc::clone(recorder) as _);
        server_config(identity, self.clients.as_ref(), allowed, self.tls, narrator).unwrap()
    }

    pub(crate) fn stage(&self) -> Stage {
        let recorder = Arc::new(Recorder::default());
        let setup = Arc::new(Mutex::new(self.server_setup(&recorder)));
        let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
        let client = client_config(&self.servers, self.client.clone(), self.tls, narrator).unwrap();
        let listener = Listener::bind("localhost:0").unwrap();
        let port = listener.addresses[0].port();
        let current = Arc::clone(&setup);
        let serve = move |socket, address, number| {
            let setup = current.lock().unwrap().clone();
            setup.narrator.begin_connection(number, address);
            let transport = Deadline::new(socket, Duration::from_secs(10)).unwrap();
            let _ = serve_connection(&setup, &Hello::default(), transport, address);
        };
        Stage {
            recorder,
            setup,
            server: Server::start(listener, 8, serve).unwrap(),
            client,
            line: self.line,
            url: Url::parse(&format!("https://localhost:{port}/")).unwrap(),
        }
    }
}

impl Stage {
    /// Makes connection number `number`, and says what came of it.
    fn get(&self, number: u64) -> String {
        let line = self.dial(number);
        match client::get(&self.client, &self.url, line, &mut io::sink()) {
            Ok(answer) => answer.status.to_string(),
            Err(Error::Tls { diagnosis, .. }) => format!("refused at {}", diagnosis.step.number()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends these bytes, all of them before it reads one, and returns the answer.
    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<String> {
        let mut line = self.dial(1);
        let name = self.url.server_name.clone();
        let connection = handshake::connect(&self.client, name, &mut line).unwrap();
        let mut stream = StreamOwned::new(connection, line);
        stream.write_all(bytes)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn dial(&self, number: u64) -> Strange {
        Strange {
            inner: dial(&self.client, &self.url, number).unwrap(),
            line: self.line,
            phases: 0,
        }
    }

    fn story(self, connection: u64, got: &str) -> String {
        self.server.stop(Duration::from_secs(5));
        let events = self.recorder.events();
        let side = |side: Side| {
            let told = events
                .iter()
                .filter(|event| event.side == side && event.connection == connection);
            let mut steps: Vec<String> = told
                .filter_map(|event| Some((event.step?.number(), event.fact.passed())))
                .map(|(step, passed)| format!(" {step}{}", if passed { "" } else { "!" }))
                .collect();
            steps.dedup();
            steps.concat()
        };
        format!(
            "client{}; server{}; {got}",
            side(Side::Client),
            side(Side::Server)
        )
    }
}

/// A connection over a line that may be strange.
struct Strange {
    inner: Deadline,
    line: Line,
    /// The first is the handshake.
    phases: u32,
}

impl Read for Strange {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.line.bytes_at_a_time);
        self.inner.read(&mut buffer[..most])
    }
}

impl Write for Strange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.line.breaks && self.phases > 1 {
            true => Err(io::ErrorKind::BrokenPipe.into()),
            false => self.inner.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Transport for Strange {
    fn set_deadline(&mut self, within: Duration) {
        self.phases += 1;
        self.inner.set_deadline(within);
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.inner.finish_writing()
    }
}

// Certificates for the moment.

pub(crate) fn authority(name: &str) -> Authority {
    Authority::create(name, KeyType::default(), 1).unwrap()
}

fn trust(ca: &Authority) -> Trust {
    Trust {
        anchors: vec![ca.certificate().clone()],
        ..Trust::default()
    }
}

pub(crate) fn trust_and_revoke(ca: &Authority, client: Option<&Identity>) -> Trust {
    let leaf = client.unwrap().chain[0].clone();
    let list = revoke(ca, None, &[leaf], 1).unwrap();
    let list = CertificateRevocationListDer::from_pem_slice(list.as_bytes()).unwrap();
    Trust {
        revocation_lists: vec![list],
        ..trust(ca)
    }
}

pub(crate) fn for_localhost(ca: &Authority) -> Identity {
    issued(ca, &Grant::server(vec![Name::Dns("localhost".to_owned())]))
}

pub(crate) fn for_a_client(ca: &Authority) -> Identity {
    issued(ca, &Grant::client("my-client"))
}

pub(crate) fn issued(ca: &Authority, grant: &Grant) -> Identity {
    let leaf = issue(ca, grant, KeyType::default(), 1).unwrap();
    identity(leaf.certificate.clone(), &leaf.key)
}

/// A certificate that ended yesterday.
pub(crate) fn expired(ca: &Authority, purpose: ExtendedKeyUsagePurpose) -> Identity {
    let day = Duration::from_secs(86_400);
    let ca_key = KeyPair::from_pem(ca.key_pem()).unwrap();
    let issuer = Issuer::from_ca_cert_der(ca.certificate(), ca_key).unwrap();
    let key = generate(KeyType::default()).unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![purpose];
    params.not_before = (SystemTime::now() - 2 * day).into();
    params.not_after = (SystemTime::now() - day).into();
    identity(params.signed_by(&key, &issuer).unwrap().der().clone(), &key)
}

pub(crate) fn identity(certificate: CertificateDer<'static>, key: &KeyPair) -> Identity {
    Identity {
        chain: vec![certificate],
        key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
    }
}

//! The order of the story: which steps each side tells, and at which one a refusal ends it.
//!
//! In process, over loopback sockets. A story is written `client 1 3 7; server 1 2 7; 200`: the steps
//! of each side, facts of one step in a row as one, then what the client got. A `!` marks the step
//! that failed.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::request::{KeyType, Name, generate, request};
use hello_mtls::certificates::revocation::revoke;
use hello_mtls::certificates::signing::{Grant, sign};
use hello_mtls::client::{self, Url, connect_tcp};
use hello_mtls::error::Error;
use hello_mtls::handshake::step6_server_authorizes_client::Allowed;
use hello_mtls::handshake::{
    ClientSetup, Identity, ServerSetup, TlsMax, Trust, client_config, server_config,
};
use hello_mtls::narration::{Narrator, Recorder, Side};
use hello_mtls::server::listening::{Listener, Server};
use hello_mtls::server::{Limits, Site, serve_connection};
use hello_mtls::transport::{Deadline, Transport};
use hello_mtls::{pem, site};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

const VERSIONS: [TlsMax; 2] = [TlsMax::Tls13, TlsMax::Tls12];

// The seven steps, and the four.

#[test]
fn tls_is_told_in_four_steps() {
    for tls in VERSIONS {
        let play = Play {
            clients: None,
            client: None,
            ..Play::mtls(tls)
        };
        assert_eq!(play.story(), "client 1 3 7; server 1 2 7; 200", "{tls:?}");
    }
}

#[test]
fn mtls_is_told_in_seven_steps() {
    for tls in VERSIONS {
        let play = Play::mtls(tls);
        assert_eq!(
            play.story(),
            "client 1 3 4 7; server 1 2 5 6 7; 200",
            "{tls:?}"
        );
    }
}

#[test]
fn a_client_that_has_a_certificate_and_is_not_asked_does_not_send_it() {
    for tls in VERSIONS {
        let play = Play {
            clients: None,
            ..Play::mtls(tls)
        };
        assert_eq!(play.story(), "client 1 3 7; server 1 2 7; 200", "{tls:?}");
    }
}

#[test]
fn a_resumed_connection_skips_the_certificates_and_is_authorized_again() {
    for tls in VERSIONS {
        let play = Play::mtls(tls);
        assert_eq!(
            play.second_story(|_| ()),
            "client 1 7; server 1 6 7; 200",
            "{tls:?}"
        );
        let play = Play {
            clients: None,
            client: None,
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.second_story(|_| ()),
            "client 1 7; server 1 7; 200",
            "{tls:?}"
        );
    }
}

#[test]
fn the_story_is_the_same_when_bytes_come_one_at_a_time() {
    for tls in VERSIONS {
        let play = Play {
            bytes_at_a_time: 1,
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3 4 7; server 1 2 5 6 7; 200",
            "{tls:?}"
        );
        let play = Play {
            client: None,
            ..play
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

// Refusals. In TLS 1.3 the client is through before the server has judged: its 7 comes first.

#[test]
fn a_client_without_a_certificate_is_refused_at_step_5() {
    for tls in VERSIONS {
        let play = Play {
            client: None,
            ..Play::mtls(tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_client_of_another_ca_is_refused_at_step_5() {
    // The second is the same CA by name, made anew: its key is another.
    for (tls, name) in [
        (0, "strangers-ca"),
        (1, "strangers-ca"),
        (0, "my-ca"),
        (1, "my-ca"),
    ] {
        let tls = VERSIONS[tls];
        let play = Play {
            client: Some(for_a_client(&authority(name))),
            ..Play::mtls(tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?} {name}"
        );
    }
}

#[test]
fn an_expired_client_is_refused_at_step_5() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play {
            client: Some(expired(&ca, ExtendedKeyUsagePurpose::ClientAuth)),
            ..Play::of(&ca, tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_servers_certificate_is_no_clients_and_is_refused_at_step_5() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play {
            client: Some(for_localhost(&ca)),
            ..Play::of(&ca, tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_revoked_client_is_refused_at_step_5() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let mut play = Play::of(&ca, tls);
        play.clients = Some(trust_and_revoke(&ca, play.client.as_ref()));
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_client_that_is_not_on_the_list_is_refused_at_step_6_in_words() {
    for tls in VERSIONS {
        let play = Play {
            allowed: vec![Allowed::Uri("spiffe://hello-mtls/somebody-else".to_owned())],
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3 4 7; server 1 2 5 6!; 403",
            "{tls:?}"
        );
    }
}

#[test]
fn a_server_of_another_ca_is_refused_at_step_3_and_learns_nothing_of_the_client() {
    for (tls, name) in [
        (0, "strangers-ca"),
        (1, "strangers-ca"),
        (0, "my-ca"),
        (1, "my-ca"),
    ] {
        let tls = VERSIONS[tls];
        let play = Play {
            server: for_localhost(&authority(name)),
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?} {name}"
        );
    }
}

#[test]
fn a_server_of_another_name_is_refused_at_step_3() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let elsewhere = Grant::server(vec![Name::Dns("elsewhere.example".to_owned())]);
        let play = Play {
            server: issued(&ca, &elsewhere),
            ..Play::of(&ca, tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?}"
        );
    }
}

#[test]
fn an_expired_server_is_refused_at_step_3() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play {
            server: expired(&ca, ExtendedKeyUsagePurpose::ServerAuth),
            ..Play::of(&ca, tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?}"
        );
    }
}

#[test]
fn a_clients_certificate_is_no_servers_and_is_refused_at_step_3() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let mut both = Grant::client("localhost");
        both.names = vec![Name::Dns("localhost".to_owned())];
        let play = Play {
            server: issued(&ca, &both),
            ..Play::of(&ca, tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?}"
        );
    }
}

#[test]
fn who_was_revoked_since_resumes_and_is_refused_at_step_6() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play::of(&ca, tls);
        let revoked = Play {
            clients: Some(trust_and_revoke(&ca, play.client.as_ref())),
            ..Play::of(&ca, tls)
        };
        // The server keeps its tickets and learns of the list: only its verifier changes.
        let story = play.second_story(|stage| {
            let verifier = revoked.server_setup(&stage.recorder).verifier;
            stage.setup.lock().unwrap().verifier = verifier;
        });
        assert_eq!(story, "client 1 7; server 1 6!; 403", "{tls:?}");
    }
}

#[test]
fn who_was_struck_off_the_list_since_resumes_and_is_refused_at_step_6() {
    for tls in VERSIONS {
        let story = Play::mtls(tls).second_story(|stage| {
            stage.setup.lock().unwrap().allowed = vec![Allowed::CommonName("nobody".to_owned())];
        });
        assert_eq!(story, "client 1 7; server 1 6!; 403", "{tls:?}");
    }
}

fn client_refused_at_step_5(tls: TlsMax) -> &'static str {
    match tls {
        TlsMax::Tls13 => "client 1 3 4 7 5!",
        TlsMax::Tls12 => "client 1 3 4 5!",
    }
}

// Who meets whom.

struct Play {
    tls: TlsMax,
    server: Identity,
    /// `None`: TLS without client certificates.
    clients: Option<Trust>,
    allowed: Vec<Allowed>,
    client: Option<Identity>,
    servers: Trust,
    bytes_at_a_time: usize,
}

/// A server that runs, and a client that remembers its tickets.
struct Stage {
    recorder: Arc<Recorder>,
    setup: Arc<Mutex<ServerSetup>>,
    server: Server,
    client: ClientSetup,
    url: Url,
    bytes_at_a_time: usize,
}

impl Play {
    /// Everything as it should be.
    fn mtls(tls: TlsMax) -> Play {
        Play::of(&authority("my-ca"), tls)
    }

    fn of(ca: &Authority, tls: TlsMax) -> Play {
        Play {
            tls,
            server: for_localhost(ca),
            clients: Some(trust(ca)),
            allowed: Vec::new(),
            client: Some(for_a_client(ca)),
            servers: trust(ca),
            bytes_at_a_time: usize::MAX,
        }
    }

    /// The story of one connection.
    fn story(&self) -> String {
        let stage = self.stage();
        let got = stage.get(1);
        stage.story(1, &got)
    }

    /// The story of a second connection, on a ticket of the first.
    fn second_story(&self, between: impl FnOnce(&Stage)) -> String {
        let stage = self.stage();
        assert_eq!(stage.get(1), "200");
        between(&stage);
        let got = stage.get(2);
        stage.story(2, &got)
    }

    fn server_setup(&self, recorder: &Arc<Recorder>) -> ServerSetup {
        let (identity, allowed) = (self.server.clone(), self.allowed.clone());
        let narrator = Narrator::new(Side::Server, Arc::clone(recorder) as _);
        server_config(identity, self.clients.as_ref(), allowed, self.tls, narrator).unwrap()
    }

    fn stage(&self) -> Stage {
        let recorder = Arc::new(Recorder::default());
        let setup = Arc::new(Mutex::new(self.server_setup(&recorder)));
        let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
        let client = client_config(&self.servers, self.client.clone(), self.tls, narrator).unwrap();
        let listener = Listener::bind("localhost:0").unwrap();
        let port = listener.addresses[0].port();
        let site = Site {
            answer: Box::new(site::answer),
            log: Box::new(|_| ()),
            limits: Limits::default(),
        };
        let current = Arc::clone(&setup);
        let serve = move |socket, address, number| {
            let setup = current.lock().unwrap().clone();
            setup.narrator.open(number, String::new);
            let transport = Deadline::new(socket, Duration::from_secs(10)).unwrap();
            let _ = serve_connection(&setup, &site, transport, address);
        };
        Stage {
            recorder,
            setup,
            server: Server::start(listener, 8, serve).unwrap(),
            client,
            bytes_at_a_time: self.bytes_at_a_time,
            url: Url::parse(&format!("https://localhost:{port}/")).unwrap(),
        }
    }
}

impl Stage {
    /// Makes connection number `number`, and says what came of it.
    fn get(&self, number: u64) -> String {
        let (socket, _) = connect_tcp(&self.url.place).unwrap();
        self.client.narrator.open(number, String::new);
        let transport = Slow {
            inner: Deadline::new(socket, Duration::from_secs(10)).unwrap(),
            bytes_at_a_time: self.bytes_at_a_time,
        };
        match client::get(&self.client, &self.url, transport, &mut io::sink()) {
            Ok(answer) => answer.status.to_string(),
            Err(Error::Tls { diagnosis, .. }) => format!("refused at {}", diagnosis.step.number()),
            Err(error) => panic!("{error}"),
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
                .filter_map(|event| Some((event.step?.number(), event.fact.passed)))
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

/// A line on which few bytes come at a time.
struct Slow {
    inner: Deadline,
    bytes_at_a_time: usize,
}

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.bytes_at_a_time);
        self.inner.read(&mut buffer[..most])
    }
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Transport for Slow {
    fn allow(&mut self, within: Duration) {
        self.inner.allow(within);
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.inner.finish_writing()
    }
}

// Certificates for the moment.

fn authority(name: &str) -> Authority {
    Authority::create(name, KeyType::default(), 1).unwrap()
}

fn trust(ca: &Authority) -> Trust {
    Trust {
        anchors: vec![ca.certificate().clone()],
        revocation_lists: Vec::new(),
    }
}

fn trust_and_revoke(ca: &Authority, client: Option<&Identity>) -> Trust {
    let leaf = client.unwrap().chain[0].clone();
    let list = revoke(ca, None, &[leaf], 1).unwrap();
    let list = CertificateRevocationListDer::from_pem_slice(list.as_bytes()).unwrap();
    Trust {
        revocation_lists: vec![list],
        ..trust(ca)
    }
}

fn for_localhost(ca: &Authority) -> Identity {
    issued(ca, &Grant::server(vec![Name::Dns("localhost".to_owned())]))
}

fn for_a_client(ca: &Authority) -> Identity {
    issued(ca, &Grant::client("my-client"))
}

fn issued(ca: &Authority, grant: &Grant) -> Identity {
    let key = generate(KeyType::default()).unwrap();
    let csr = request(&key, &grant.common_name, &grant.names).unwrap();
    let csr = pem::request_from_pem(&csr).unwrap();
    identity(sign(ca, &csr, grant, 1).unwrap().certificate, &key)
}

/// A certificate that ended yesterday.
fn expired(ca: &Authority, purpose: ExtendedKeyUsagePurpose) -> Identity {
    let day = Duration::from_secs(86_400);
    let ca_key = KeyPair::from_pem(&ca.key_pem()).unwrap();
    let issuer = Issuer::from_ca_cert_der(ca.certificate(), ca_key).unwrap();
    let key = generate(KeyType::default()).unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![purpose];
    params.not_before = (SystemTime::now() - 2 * day).into();
    params.not_after = (SystemTime::now() - day).into();
    identity(params.signed_by(&key, &issuer).unwrap().der().clone(), &key)
}

fn identity(certificate: CertificateDer<'static>, key: &KeyPair) -> Identity {
    Identity {
        chain: vec![certificate],
        key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
    }
}

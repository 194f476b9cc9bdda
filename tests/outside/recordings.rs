//! Connections with other people's TLS: openssl, curl, Node. A tap records them; every record decrypts,
//! every byte is accounted for, every proof holds.
//!
//! `cargo test --test outside -- --ignored` records tests/transcripts anew.
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::have;
use crate::common::peers::{self, Pki, Setup};
use crate::common::wire::{every_byte_is_accounted_for, malformed};
use hello_mtls::instruments::show::notes;
use hello_mtls::instruments::wire::conversation::{Conversation, Epoch, Kind, Outcome, Protection};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::tap::{Recording, Tap};
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::narration::Side;
use rustls::version::{TLS12, TLS13};

/// Files for one test: certificates and keys, as a user would have them.
struct Desk {
    folder: PathBuf,
    pki: Pki,
}

impl Desk {
    fn new() -> Desk {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("hello-mtls-wire-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let pki = Pki::new(&rcgen::PKCS_RSA_SHA256);
        let pem = |der: &[u8]| rcgen_pem(der);
        fs::write(folder.join("ca.crt"), &pki.ca_pem).unwrap();
        for (name, (certificate, key)) in [("server", &pki.server), ("client", &pki.client)] {
            fs::write(folder.join(format!("{name}.crt")), pem(certificate)).unwrap();
            fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
        }
        Desk { folder, pki }
    }

    fn command(&self, line: &str) -> Command {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap());
        command.args(words).current_dir(&self.folder);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn rcgen_pem(der: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let bits = group
                .iter()
                .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - group.len()));
            for place in 0..4 {
                let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
                text.push(if place <= group.len() {
                    char::from(letter)
                } else {
                    '='
                });
            }
        }
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// A child that does not outlive its test.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn setup(desk: &Desk, tls12: bool) -> Setup<'_> {
    let version = if tls12 { &TLS12 } else { &TLS13 };
    Setup {
        version,
        suite: None,
        mutual: true,
        client_shows: true,
        trusting: &desk.pki,
    }
}

/// Our server, and a client from outside that gets `PORT` in its command line.
fn client_from_outside(desk: &Desk, line: &str, tls12: bool) -> Transcript {
    let config = peers::server_config(&desk.pki, &setup(desk, tls12));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut child = Kept(desk.command(&line.replace("PORT", &port)).spawn().unwrap());
    let _ = child.0.stdin.as_mut().unwrap().write_all(peers::REQUEST);
    peers::serve(listener.accept().unwrap().0, &config)
}

/// A server from outside on `PORT`; our client.
fn server_from_outside(desk: &Desk, line: &str, tls12: bool) -> Transcript {
    let (_child, tcp) = served(desk, line);
    peers::get(
        tcp,
        &peers::client_config(&desk.pki, &setup(desk, tls12)),
        |_| (),
    )
}

fn served(desk: &Desk, line: &str) -> (Kept, TcpStream) {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let child = Kept(
        desk.command(&line.replace("PORT", &free.port().to_string()))
            .spawn()
            .unwrap(),
    );
    for _ in 0..100 {
        if let Ok(tcp) = TcpStream::connect(free) {
            return (child, tcp);
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{line} does not listen");
}

/// A server and a client of somebody else, we in between.
fn between(desk: &Desk, server: &str, client: &str, input: &[u8]) -> Transcript {
    let (_server, probe) = served(desk, server);
    let port = probe.peer_addr().unwrap().port();
    // s_server serves one after the other.
    drop(probe);
    through(desk, port, client, input)
}

/// Stands between two strangers. Their secrets come from the client's key log.
fn through(desk: &Desk, server: u16, client: &str, input: &[u8]) -> Transcript {
    let mut to_server = TcpStream::connect(("127.0.0.1", server)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut client = Kept(
        desk.command(&client.replace("PORT", &port))
            .spawn()
            .unwrap(),
    );
    let mut stdin = client.0.stdin.take().unwrap();
    let from_client = listener.accept().unwrap().0;
    let recording = Recording::new(Side::Server);
    let mut tap = Tap::new(from_client, recording.clone());
    for tcp in [tap.get_ref(), &to_server] {
        tcp.set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
    }
    // One thread for both directions, so that the order of the recording is the order on the wire.
    let (mut written, mut waited) = (false, 0);
    while waited < 60 {
        let mut buffer = [0; 4096];
        let up = tap.read(&mut buffer);
        if let Ok(count) = up {
            let _ = to_server.write_all(&buffer[..count]);
        }
        let down = to_server.read(&mut buffer);
        if let Ok(count) = down {
            let _ = tap.write_all(&buffer[..count]);
        }
        let quiet = up.is_err() && down.is_err();
        waited = if quiet { waited + 1 } else { 0 };
        if quiet && waited == 20 && !written {
            written = stdin.write_all(input).is_ok();
        }
        match (up, down) {
            (_, Ok(0)) => break,
            (Ok(0), _) => to_server.shutdown(std::net::Shutdown::Write).unwrap_or(()),
            _ => {}
        }
    }
    drop((stdin, to_server, tap));
    let _ = client.0.wait();
    let log = fs::read_to_string(desk.folder.join("keys.log")).unwrap();
    let text = recording.transcript().to_string();
    let (first, rest) = text.split_once('\n').unwrap();
    Transcript::parse(&format!("{first}\n{log}\n{rest}")).unwrap()
}

/// All that holds for every connection whose secrets are known.
fn proved(transcript: &Transcript) -> Conversation {
    let conversation = explain(transcript);
    every_byte_is_accounted_for(&conversation);
    for record in &conversation.records {
        assert!(
            matches!(
                record.protection,
                Protection::None | Protection::Decrypted(_)
            ),
            "{record:?}"
        );
    }
    for message in &conversation.messages {
        assert_eq!(
            malformed(&message.fields),
            Vec::<String>::new(),
            "{}",
            message.name
        );
        assert_ne!(message.kind, Kind::Unknown, "{}", message.name);
        for check in &message.checks {
            let psk = check.name == "PSK binder";
            assert!(
                check.outcome == Outcome::Verified || psk,
                "{} {:?}",
                message.name,
                check.outcome
            );
        }
    }
    assert!(conversation.negotiated.handshake_complete);
    conversation
}

fn mutual(transcript: &Transcript) {
    let conversation = proved(transcript);
    assert!(
        conversation.negotiated.client_certificate_sent
            && conversation.negotiated.client_certificate_requested
    );
    let data: Vec<Side> = conversation
        .messages
        .iter()
        .filter(|message| message.kind == Kind::ApplicationData)
        .map(|message| message.from)
        .collect();
    assert!(data.contains(&Side::Client) && data.contains(&Side::Server));
    let verified = conversation
        .messages
        .iter()
        .flat_map(|message| &message.checks)
        .count();
    assert_eq!(verified, 4, "two signatures, two Finished");
}

const S_CLIENT: &str = "openssl s_client -quiet -connect localhost:PORT -servername localhost -CAfile ca.crt -cert client.crt -key client.key";
const S_SERVER: &str = "openssl s_server -quiet -www -accept 127.0.0.1:PORT -CAfile ca.crt -cert server.crt -key server.key";
const CURL: &str =
    "curl -s --cacert ca.crt --cert client.crt --key client.key https://localhost:PORT/";
const NODE_CLIENT: &str = "const f=require('fs').readFileSync;require('https').get({host:'localhost',port:PORT,ca:f('ca.crt'),cert:f('client.crt'),key:f('client.key')},r=>r.resume())";
const NODE_SERVER: &str = "const f=require('fs').readFileSync;require('https').createServer({ca:f('ca.crt'),cert:f('server.crt'),key:f('server.key'),requestCert:true,rejectUnauthorized:true},(q,r)=>r.end('Hello')).listen(PORT,'127.0.0.1')";

fn node(script: &str) -> String {
    format!("node -e {}", script.replace(' ', "\t"))
}

#[test]
fn clients_of_openssl_curl_and_node_are_read_and_proved_in_both_versions() {
    for (program, line) in [
        ("openssl", S_CLIENT.to_owned()),
        ("curl", CURL.to_owned()),
        ("node", node(NODE_CLIENT)),
    ] {
        if have(program) {
            let desk = Desk::new();
            for tls12 in [false, true] {
                mutual(&client_from_outside(&desk, &line, tls12));
            }
        }
    }
}

#[test]
fn servers_of_openssl_and_node_are_read_and_proved_in_both_versions() {
    for (program, line) in [
        ("openssl", format!("{S_SERVER} -Verify 1")),
        ("node", node(NODE_SERVER)),
    ] {
        if have(program) {
            let desk = Desk::new();
            for tls12 in [false, true] {
                mutual(&server_from_outside(&desk, &line, tls12));
            }
        }
    }
}

#[test]
fn a_hello_retry_request_of_openssl_is_read_and_proved() {
    if have("openssl") {
        let desk = Desk::new();
        let conversation = proved(&server_from_outside(
            &desk,
            &format!("{S_SERVER} -groups P-384"),
            false,
        ));
        assert_eq!(conversation.messages[1].name, "HelloRetryRequest");
        assert_eq!(conversation.negotiated.group, Some(0x0018));
    }
}

#[test]
fn early_data_between_two_strangers_is_read_and_proved() {
    if have("openssl") {
        let desk = Desk::new();
        fs::write(desk.folder.join("early.txt"), peers::REQUEST).unwrap();
        let (_server, first) = served(
            &desk,
            &format!(
                "{} -tls1_3 -early_data -no_anti_replay",
                S_SERVER.replace(" -www", "")
            ),
        );
        let port = first.peer_addr().unwrap().port();
        drop(first);
        let client = format!(
            "openssl s_client -tls1_3 -connect 127.0.0.1:{port} -servername localhost -CAfile ca.crt -sess_out ticket"
        );
        let mut once = Kept(desk.command(&client).spawn().unwrap());
        thread::sleep(Duration::from_millis(500));
        drop(once.0.stdin.take());
        let _ = once.0.wait();
        // The second time through our proxy: it listens on a port of its own and dials the same server.
        let transcript = through(
            &desk,
            port,
            "openssl s_client -tls1_3 -connect 127.0.0.1:PORT -servername localhost -CAfile ca.crt -sess_in ticket -early_data early.txt -keylogfile keys.log",
            b"more\n",
        );
        let conversation = proved(&transcript);
        assert!(conversation.negotiated.resumed);
        let early = conversation.records.iter().filter(|record| matches!(&record.protection, Protection::Decrypted(open) if open.epoch == Epoch::EarlyData));
        assert!(early.count() >= 2, "early data and EndOfEarlyData");
        assert!(
            conversation
                .messages
                .iter()
                .any(|message| message.name == "EndOfEarlyData")
        );
    }
}

#[test]
fn tls_1_2_without_ecdhe_is_read_and_cbc_says_why_it_is_not() {
    if have("openssl") {
        let desk = Desk::new();
        let client = "openssl s_client -quiet -tls1_2 -connect 127.0.0.1:PORT -servername localhost -CAfile ca.crt -keylogfile keys.log -cipher ";
        for suite in ["AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384"] {
            proved(&between(
                &desk,
                S_SERVER,
                &format!("{client}{suite}"),
                peers::REQUEST,
            ));
        }
        let conversation = explain(&between(
            &desk,
            S_SERVER,
            &format!("{client}ECDHE-RSA-AES128-SHA"),
            peers::REQUEST,
        ));
        every_byte_is_accounted_for(&conversation);
        let notes = notes(&conversation);
        let wanted = "AES_128_CBC_SHA is not decrypted here";
        assert!(notes.iter().any(|note| note.contains(wanted)), "{notes:?}");
    }
}

/// The committed recordings: captures that anybody can open without the programs that made them.
const SHELF: [(&str, &str); 5] = [
    (
        "curl-mtls13.transcript",
        "curl 7.88 gets from this project's server, mutual TLS 1.3",
    ),
    (
        "node-mtls13.transcript",
        "Node 20 gets from this project's server, mutual TLS 1.3",
    ),
    (
        "openssl-mtls12.transcript",
        "openssl s_client 3.0 gets from this project's server, mutual TLS 1.2",
    ),
    (
        "openssl-server-mtls13.transcript",
        "this project's client gets from openssl s_server 3.0, mutual TLS 1.3",
    ),
    (
        "openssl-server-mtls12.transcript",
        "this project's client gets from openssl s_server 3.0, mutual TLS 1.2",
    ),
];

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

#[test]
fn the_committed_recordings_are_read_and_proved_without_any_tool() {
    for (name, _) in SHELF {
        let text = fs::read_to_string(shelf().join(name)).unwrap();
        mutual(&Transcript::parse(&text).unwrap());
    }
}

#[test]
#[ignore = "writes tests/transcripts"]
fn record_the_shelf() {
    let desk = Desk::new();
    let server = format!("{S_SERVER} -Verify 1");
    let recordings = [
        client_from_outside(&desk, CURL, false),
        client_from_outside(&desk, &node(NODE_CLIENT), false),
        client_from_outside(&desk, S_CLIENT, true),
        server_from_outside(&desk, &server, false),
        server_from_outside(&desk, &server, true),
    ];
    for ((name, what), transcript) in SHELF.iter().zip(recordings) {
        let text = transcript.to_string();
        let (first, rest) = text.split_once('\n').unwrap();
        fs::write(
            shelf().join(name),
            format!("{first}\n# {what}. Throw-away keys.\n{rest}"),
        )
        .unwrap();
    }
}

//! Nobody good on the other end: `get` says so, soon, and names the peer. And a client without manners.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hello_mtls::credentials::{identity, trust};
use hello_mtls::handshake::step7_application_data::close_gracefully;
use hello_mtls::handshake::{TlsMax, accept, server_config};
use hello_mtls::narration::{Narrator, Side};
use hello_mtls::transport::Deadline;
use rustls::StreamOwned;

use crate::common::play::Play;
use crate::common::{Folder, Ran};

/// Gets from a server that does with its one connection what `serve` does.
fn get_from(serve: impl FnOnce(TcpStream) + Send + 'static) -> Ran {
    let folder = Folder::with_certs();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let server = thread::spawn(move || serve(listener.accept().expect("a client").0));
    let ran = folder
        .run(&format!("hello-mtls get https://localhost:{port}/"))
        .ends(1)
        .prints("")
        .says(&format!("with localhost:{port}"))
        .says("found:")
        .says("try:");
    server.join().expect("the server");
    ran
}

fn read_some(stream: &mut TcpStream) -> usize {
    stream.read(&mut [0; 4096]).unwrap_or(0)
}

#[test]
fn a_port_where_nobody_listens_is_named() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls get https://localhost:1/")
        .ends(1)
        .says("step 1")
        .says("cannot connect to localhost:1")
        .says("127.0.0.1:1: Connection refused")
        .says("is the server running");
}

#[test]
fn a_server_without_tls_is_recognised() {
    get_from(|mut stream| {
        read_some(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        while read_some(&mut stream) > 0 {}
    })
    .says("step 1")
    .says("the server does not speak TLS")
    .says("http://");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_without_end() {
    get_from(|mut stream| while read_some(&mut stream) > 0 {})
        .says("step 1")
        .says("the server was silent for too long");
}

#[test]
fn a_server_that_drips_bytes_is_not_waited_for_without_end() {
    // A record of 16 KiB that comes a byte at a time: each read succeeds, the handshake does not.
    get_from(|mut stream| {
        let mut bytes = [22, 3, 3, 64, 0].into_iter().chain(std::iter::repeat(0));
        while stream.write_all(&[bytes.next().unwrap_or(0)]).is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    })
    .says("step 1")
    .says("the server did not finish within 10 s; bytes that came: ");
}

#[test]
fn a_server_that_hangs_up_is_recognised() {
    // Before it read our hello, which is a reset; and after it, which is an end.
    let reset = get_from(drop);
    assert!(
        reset.stderr.contains("cut the connection") || reset.stderr.contains("hung up"),
        "{reset}"
    );
    get_from(|mut stream| {
        read_some(&mut stream);
    })
    .says("step 1")
    .says("the server hung up at the hello, without an alert");
}

#[test]
fn a_server_that_sends_a_broken_record_is_recognised() {
    get_from(|mut stream| {
        read_some(&mut stream);
        // A handshake record with a ServerHello of no bytes.
        let _ = stream.write_all(&[22, 3, 3, 0, 4, 2, 0, 0, 0]);
        while read_some(&mut stream) > 0 {}
    })
    .says("step 1");
}

/// Shakes hands as `serve` does, reads the request, and ends the connection in good order.
fn say_goodbye(folder: &Folder, socket: TcpStream) {
    let file = |name: &str| folder.path(&format!("certs/{name}"));
    let own = identity(&file("server.crt"), &file("server.key")).unwrap();
    let clients = trust(&file("ca.crt"), &[]).unwrap();
    let silent = Narrator::silent(Side::Server);
    let setup = server_config(own, Some(&clients), vec![], TlsMax::Tls13, silent).unwrap();
    let mut transport = Deadline::new(socket, Duration::from_secs(10)).unwrap();
    if let Ok(connection) = accept(&setup, &mut transport) {
        let mut stream = StreamOwned::new(connection, transport);
        let _ = stream.read(&mut [0; 4096]);
        close_gracefully(&mut stream);
    }
}

#[test]
fn a_close_notify_instead_of_an_answer_is_told_with_the_certificate_that_was_sent() {
    let folder = Folder::with_certs();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let words = [
        "the server ended the connection in good order (close_notify), without an answer",
        "the server asked for a certificate (of CN=my-ca), and the client sent CN=my-client, signed by CN=my-ca",
    ];
    for command in ["get", "doctor"] {
        let ran = thread::scope(|scope| {
            scope.spawn(|| say_goodbye(&folder, listener.accept().unwrap().0));
            folder.run(&format!("hello-mtls {command} {url}")).ends(1)
        });
        words.into_iter().fold(ran, Ran::says);
    }
}

#[test]
fn a_certificate_for_servers_is_not_made_one_for_clients_by_the_remedy_of_get() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let files = "--cacert certs/ca.crt --cert certs/server.crt --key certs/server.key";
    let ran = folder.run(&format!("hello-mtls get {} {files}", server.url("/")));
    let ran = ran
        .ends(1)
        .says("certs/server.crt: CN=localhost is for serverAuth")
        .says("then --cert certs/client.crt --key certs/client.key");
    assert!(!ran.stderr.contains("--force"), "{ran}");
}

#[test]
fn a_client_that_sends_all_before_it_listens_gets_its_answer_and_no_reset() {
    let length = 8 * 1024 * 1024;
    let mut request =
        format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
    request.extend(std::iter::repeat_n('x', length));
    let answer = Play::mtls(TlsMax::Tls13).stage().send(request.as_bytes());
    let answer = answer.expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 413 Content Too Large\r\n"),
        "{answer}"
    );
}

//! A connection that breaks: the log names the place where it did.

use std::io::{Read, Write};
use std::net::TcpStream;

use rustls::ClientConnection;
use rustls::pki_types::ServerName;

use super::{KeepAlive, client_in};
use crate::common::{Folder, Server};

/// Shakes hands, and leaves after so many bytes of the client's second flight.
fn leave_after(folder: &Folder, server: &Server, bytes: usize) -> String {
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(client_in(folder).config, name).unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let address = socket.local_addr().unwrap();
    connection.write_tls(&mut socket).unwrap();
    let mut flight = Vec::new();
    while connection.is_handshaking() {
        connection.read_tls(&mut socket).unwrap();
        connection.process_new_packets().unwrap();
        while connection.wants_write() {
            connection.write_tls(&mut flight).unwrap();
        }
    }
    assert!(flight.len() > bytes);
    socket.write_all(&flight[..bytes]).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let _ = socket.read_to_end(&mut Vec::new());
    server.running.line_with(&format!("{address} "))
}

#[test]
fn a_cut_in_the_clients_flight_is_a_failure_of_step_4() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    for bytes in [7, 100, 500] {
        let line = leave_after(&folder, &server, bytes);
        assert!(
            line.contains("failed at step 4: the client hung up in the middle"),
            "{line}"
        );
    }
    // Nothing but a ChangeCipherSpec, which a client may send before it has verified anything.
    for bytes in [0, 6] {
        let line = leave_after(&folder, &server, bytes);
        assert!(
            line.contains("the client left when it was asked for a certificate"),
            "{line}"
        );
    }
}

#[test]
fn a_cut_inside_a_request_leaves_a_line_and_one_between_requests_does_not() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let client = client_in(&folder);
    let mut cut = KeepAlive::to(&server, &client);
    cut.get().unwrap();
    cut.send("GET / HT").unwrap();
    drop(cut);
    server
        .running
        .line_with("my-client: the connection broke inside a request");
    let mut left = KeepAlive::to(&server, &client);
    left.send("GET / HT").unwrap();
    left.0.conn.send_close_notify();
    left.0.conn.write_tls(&mut left.0.sock).unwrap();
    server.running.line_with("my-client: left inside a request");
    let mut between = KeepAlive::to(&server, &client);
    between.get().unwrap();
    drop(between);
    let lines = server.running.output().matches("inside a request").count();
    assert_eq!(lines, 2);
}

//! Under a debugger no deadline runs, on either end.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hello_mtls::server::Limits;
use hello_mtls::transport::{Deadline, Transport};

const SHORT: Duration = Duration::from_millis(20);

/// A connection with a deadline, whose peer says a word after ten times as long.
fn slow_peer() -> Deadline {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    thread::spawn(move || {
        thread::sleep(10 * SHORT);
        let _ = peer.write_all(b"x");
    });
    let (socket, _) = listener.accept().unwrap();
    Deadline::new(socket, SHORT).unwrap()
}

#[test]
fn a_patient_connection_outlasts_every_deadline() {
    let error = slow_peer().read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let mut patient = slow_peer().patient();
    patient.set_deadline(SHORT);
    assert_eq!(patient.read(&mut [0]).unwrap(), 1);
}

#[test]
fn a_server_in_a_debugger_waits_longer_than_a_day() {
    let Limits {
        handshake,
        request,
        idle,
        ..
    } = Limits::patient();
    let day = Duration::from_secs(86_400);
    assert!([handshake, request, idle].iter().all(|limit| *limit > day));
}

//! A middlebox (RFC 8446 §9.3): forwards whole records between two sides, and lets a fault change one. Unaware of keys.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::fault::{Fault, Passing};

/// Puts a middlebox before a server. Returns the address to connect to.
pub(super) fn before(server: SocketAddr, fault: Fault) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let meet = move || {
        for client in listener.incoming().flatten() {
            let _ = pass_on(client, server, fault);
        }
    };
    thread::Builder::new()
        .name("middlebox".to_owned())
        .spawn(meet)?;
    Ok(address)
}

fn pass_on(client: TcpStream, server: SocketAddr, fault: Fault) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    for socket in [&client, &server] {
        socket.set_nodelay(true)?;
    }
    let (from_client, from_server) = (client.try_clone()?, server.try_clone()?);
    let client_has_data = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&client_has_data);
    let (mut hello, mut data) = (true, true);
    thread::Builder::new().spawn(move || {
        forward(from_client, server, |record| {
            let first = std::mem::take(&mut hello);
            seen.fetch_or(is_application_data(record), Ordering::SeqCst);
            !first || fault.interfere(Passing::ClientHello, record)
        });
    })?;
    // The client sends records of this type when the server has sent its whole handshake: what comes
    // back now is data.
    forward(from_server, client, |record| {
        let is_data = is_application_data(record) && client_has_data.load(Ordering::SeqCst);
        let first = is_data && std::mem::take(&mut data);
        !first || fault.interfere(Passing::ServerData, record)
    });
    Ok(())
}

fn is_application_data(record: &[u8]) -> bool {
    record.first() == Some(&0x17)
}

/// Record by record, until one side ends or `pass` says no.
fn forward(mut from: TcpStream, mut to: TcpStream, mut pass: impl FnMut(&mut Vec<u8>) -> bool) {
    while let Ok(mut record) = read_record(&mut from) {
        let passes = pass(&mut record);
        if !passes {
            let _ = from.shutdown(Shutdown::Both);
        }
        if !passes || to.write_all(&record).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// A record with its header: type, version, length (RFC 8446 §5.1).
fn read_record(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut header = [0; 5];
    from.read_exact(&mut header)?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    let mut record = header.to_vec();
    from.take(length as u64).read_to_end(&mut record)?;
    Ok(record)
}

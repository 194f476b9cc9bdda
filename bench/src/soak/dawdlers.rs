//! Clients that take their time: they send a byte now and then, or they ask and never read the answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::handshake;
use hello_mtls::handshake::step1_client_connects::client_connects;
use hello_mtls::transport::Deadline;
use nix::sys::socket::{setsockopt, sockopt};
use rustls::{ClientConnection, StreamOwned};

use super::Scene;
use crate::error::{Result, trouble};
use crate::load::{self, join};

const DAWDLERS: usize = 200;
/// Fewer, because each makes the server answer thousands of requests before it blocks.
const NEVER_READING: usize = 32;
/// A handshake may last ten seconds. The server may need a little more to notice.
const PATIENCE: Duration = Duration::from_secs(12);

/// Clients that send a byte of their ClientHello every half second: the server has to hang up on each in time, and to
/// serve others meanwhile.
pub fn slow(scene: &mut Scene) -> Result<String> {
    let scene = &*scene;
    let mut hello = Vec::new();
    let name = scene.url.server_name.clone();
    client_connects(&scene.setup.config, name, &scene.setup.narrator)?.write_tls(&mut hello)?;
    let (longest, slowest) = thread::scope(|scope| {
        let dawdle = || -> Result<Duration> {
            let mut socket = TcpStream::connect(("127.0.0.1", scene.url.port))?;
            socket.set_read_timeout(Some(Duration::from_millis(500)))?;
            let began = Instant::now();
            for byte in hello.chunks(1) {
                if socket.write_all(byte).is_err() || hung_up(&mut socket) {
                    return Ok(began.elapsed());
                }
                if began.elapsed() > PATIENCE {
                    return trouble(
                        "the server still waits for a client that sends two bytes a second",
                    );
                }
            }
            trouble("the whole ClientHello was sent")
        };
        let threads: Vec<_> = (0..DAWDLERS).map(|_| scope.spawn(dawdle)).collect();
        let slowest = others_meanwhile(scene)?;
        let held: Result<Vec<Duration>> = threads.into_iter().map(join).collect();
        let longest = held?.into_iter().max().unwrap_or_default();
        Result::Ok((longest, slowest))
    })?;
    Ok(format!(
        "{DAWDLERS} clients, held for at most {:.1} s; the slowest of 50 others was served in {} ms",
        longest.as_secs_f64(),
        slowest.as_millis()
    ))
}

/// True if the server closed the connection. False if there is nothing to read within the time limit of the socket.
fn hung_up(socket: &mut TcpStream) -> bool {
    let mut buffer = [0; 256];
    loop {
        match socket.read(&mut buffer) {
            // An alert comes before the end.
            Ok(count) if count > 0 => {}
            Ok(_) => return true,
            Err(error) => {
                use std::io::ErrorKind::{TimedOut, WouldBlock};
                return !matches!(error.kind(), WouldBlock | TimedOut);
            }
        }
    }
}

/// Fifty usual clients. Returns how long the slowest one took.
fn others_meanwhile(scene: &Scene) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let began = Instant::now();
        load::one(&scene.setup, &scene.url)?;
        slowest = slowest.max(began.elapsed());
        thread::sleep(Duration::from_millis(20));
    }
    Ok(slowest)
}

/// Clients that send requests and never read an answer. The server has to hang up on them while they still hold their
/// connections, and to serve others meanwhile.
pub fn never_reading(scene: &mut Scene) -> Result<String> {
    let scene = &*scene;
    // All shake hands first: what follows keeps the server busy.
    let mut streams = Vec::new();
    for _ in 0..NEVER_READING {
        streams.push(not_read(scene)?);
    }
    let (sent, slowest) = thread::scope(|scope| {
        let mut threads = Vec::new();
        for stream in &mut streams {
            threads.push(scope.spawn(move || Ok(only_send(stream))));
        }
        let slowest = others_meanwhile(scene)?;
        let sent: Result<Vec<usize>> = threads.into_iter().map(join).collect();
        let sent: usize = sent?.into_iter().sum();
        Result::Ok((sent, slowest))
    })?;
    let given_back = scene.at_rest_again(Duration::from_secs(45))?;
    drop(streams);
    Ok(format!(
        "{NEVER_READING} clients sent {} KiB of requests; the slowest of 50 others was served in {} ms\n        \
         while they hold their connections: {given_back}",
        sent / 1024,
        slowest.as_millis()
    ))
}

/// A connection after its handshake, which takes little at a time, and whose writes wait two seconds at most.
fn not_read(scene: &Scene) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let socket = TcpStream::connect(("127.0.0.1", scene.url.port))?;
    setsockopt(&socket.as_fd(), sockopt::RcvBuf, &4096)?;
    let mut transport = Deadline::new(socket.try_clone()?, Duration::from_secs(10))?;
    let name = scene.url.server_name.clone();
    let connection = handshake::connect(&scene.setup, name, &mut transport)
        .map_err(|diagnosis| diagnosis.in_a_line())?;
    socket.set_write_timeout(Some(Duration::from_secs(2)))?;
    Ok(StreamOwned::new(connection, socket))
}

/// Sends requests until the server takes no more, or hangs up. Returns how many bytes it sent.
fn only_send(stream: &mut StreamOwned<ClientConnection, TcpStream>) -> usize {
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    let began = Instant::now();
    let mut sent = 0;
    while began.elapsed() < Duration::from_secs(30) && stream.write_all(&request).is_ok() {
        sent += request.len();
    }
    sent
}

//! The peer `bare`: the design of hello-mtls, a blocking thread for each connection, and nothing else. No log, no
//! limits, no deadlines, no HTTP beyond the end of a request's head. So it shows what the design itself costs.
//!
//! `bare PORT FOLDER`

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use hello_mtls_bench::error::{Result, trouble};
use hello_mtls_bench::tls::plain_server;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 12\r\n";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, folder] = &arguments[..] else {
        return trouble("usage: bare PORT FOLDER");
    };
    let config = plain_server(Path::new(folder))?;
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?))?;
    for socket in listener.incoming() {
        let (socket, config) = (socket?, Arc::clone(&config));
        // A client that hangs up is no reason to end.
        thread::spawn(move || drop(serve(socket, config)));
    }
    Ok(())
}

fn serve(socket: TcpStream, config: Arc<ServerConfig>) -> Result<()> {
    socket.set_nodelay(true)?;
    let mut stream = StreamOwned::new(ServerConnection::new(config)?, socket);
    let mut request = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        request.extend(&buffer[..count]);
        if !request.ends_with(b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8_lossy(&request).to_lowercase();
        let close = head.contains("connection: close");
        let field = if close { "connection: close\r\n" } else { "" };
        stream.write_all(format!("{ANSWER}{field}\r\nHello World\n").as_bytes())?;
        request.clear();
        if close {
            stream.conn.send_close_notify();
            stream.flush()?;
            return Ok(());
        }
    }
}

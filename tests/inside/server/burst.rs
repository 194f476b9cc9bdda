//! Many clients at once, and clients that hold a place and say nothing.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::client::{self, Url};
use hello_mtls::transport::Deadline;
use socket2::{Domain, Socket, Type};

use super::{KeepAlive, client_in};
use crate::common::{Folder, Server, say_skipped};

/// The open files and the threads of a process. `None`: this system does not tell.
fn held(process: u32) -> Option<(usize, usize)> {
    let count = |what: &str| {
        Some(
            fs::read_dir(format!("/proc/{process}/{what}"))
                .ok()?
                .count(),
        )
    };
    Some((count("fd")?, count("task")?))
}

/// With the queue of std (128), all but the first would send their SYN again, after a second.
#[test]
fn five_hundred_connect_before_the_server_looks_and_all_are_served() {
    let folder = Folder::with_certs();
    // Without deadlines: five hundred handshakes take their time on a busy machine.
    let line = "HELLO_MTLS_DEBUGGER=1 exec hello-mtls serve --listen localhost:0";
    let server = Server::of(folder.start(line));
    let process = server.running.id();
    let before = held(process);
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    folder.run(&format!("kill -STOP {process}")).ends(0);
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(900));
    let sockets: Vec<TcpStream> = (0..500)
        .map(|number| connect().unwrap_or_else(|error| panic!("connection {number}: {error}")))
        .collect();
    folder.run(&format!("kill -CONT {process}")).ends(0);
    let (setup, url) = (client_in(&folder), Url::parse(&server.url("/")).unwrap());
    let sockets = Mutex::new(sockets);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(socket) = { sockets.lock().unwrap().pop() } {
                    let transport = Deadline::new(socket, client::HANDSHAKE).unwrap();
                    let mut body = Vec::new();
                    client::get(&setup, &url, transport, &mut body).unwrap();
                    assert_eq!(body, b"Hello World");
                }
            });
        }
    });
    let Some(before) = before else {
        return say_skipped("no /proc here to count open files and threads");
    };
    // A thread waits five seconds for its next connection.
    let deadline = Instant::now() + Duration::from_secs(40);
    while held(process) != Some(before) {
        assert!(Instant::now() < deadline, "{before:?} {:?}", held(process));
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a process holds of the machine's memory, in KiB.
fn resident(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// What the allocator has kept of a crowd's memory is there for the next crowd. A leak would be added to each.
#[test]
fn a_crowd_leaves_no_more_memory_behind_than_the_crowd_before() {
    let folder = Folder::with_certs();
    let line = "HELLO_MTLS_DEBUGGER=1 exec hello-mtls serve --listen localhost:0";
    let server = Server::of(folder.start(line));
    let process = server.running.id();
    let Some((files, _)) = held(process) else {
        return say_skipped("no /proc here to ask for memory");
    };
    let crowd = |_| {
        let client = client_in(&folder);
        let mut open: Vec<KeepAlive> = (0..100).map(|_| KeepAlive::to(&server, &client)).collect();
        for one in &mut open {
            assert!(one.get().unwrap().ends_with("Hello World"));
        }
        drop(open);
        while held(process).is_some_and(|(now, _)| now > files) {
            thread::sleep(Duration::from_millis(10));
        }
        resident(process).unwrap()
    };
    let left: Vec<usize> = (0..8).map(crowd).collect();
    // Less than 8 KiB a connection; an open one has some 60.
    assert!(
        left[7] < left[3] + 400 * 8,
        "KiB after each crowd: {left:?}"
    );
}

#[test]
fn silent_strangers_give_their_places_back_when_others_wait() {
    let folder = Folder::with_certs();
    let server = folder.serve("--max-connections 4");
    let connect = || TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let strangers: Vec<TcpStream> = (0..20).map(|_| connect()).collect();
    let began = Instant::now();
    let line = format!("hello-mtls get {}", server.url("/"));
    folder.run(&line).ends(0).prints("Hello World");
    // Twenty of them, four at a time, a second each; with the time of a whole handshake it would be fifty.
    let took = began.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
    let words = " s, and other clients needed its place";
    let line = server.running.line_with(words);
    assert!(line.contains("the client had said nothing for "), "{line}");
    drop(strangers);
}

#[test]
fn a_full_server_says_so_once_a_second_and_how_many_wait() {
    let folder = Folder::with_certs();
    let server = folder.serve("--max-connections 2");
    let busy = || {
        let mut socket = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        socket.write_all(&[0x16]).unwrap();
        socket
    };
    let holders: Vec<TcpStream> = (0..5).map(|_| busy()).collect();
    server
        .running
        .line_with("2 connections, the limit; waiting: ");
    thread::sleep(Duration::from_millis(2500));
    let told = server.running.output();
    let told: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("the limit"))
        .collect();
    assert!((2..=4).contains(&told.len()), "{told:#?}");
    if cfg!(target_os = "linux") {
        assert!(told[1].ends_with("waiting: 3"), "{told:#?}");
    }
    drop(holders);
}

/// They ask two thousand times and never read: the server cannot write, and lets them go.
#[test]
fn clients_that_never_read_are_let_go() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let process = server.running.id();
    let Some(before) = held(process) else {
        return say_skipped("no /proc here to count open files and threads");
    };
    let setup = client_in(&folder);
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    let never_reads = || {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&address.into()).unwrap();
        let mut client = KeepAlive::over(socket.into(), &setup);
        // More answers than the system keeps for it: the server has to wait.
        let _ = client.send(&"GET /whoami HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20_000));
        client
    };
    let began = Instant::now();
    let clients: Vec<KeepAlive> = thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(never_reads));
        threads.map(|one| one.join().unwrap()).into()
    });
    while held(process) != Some(before) {
        let (took, now) = (began.elapsed(), held(process));
        assert!(took < Duration::from_secs(100), "{before:?} {now:?}");
        thread::sleep(Duration::from_millis(100));
    }
    drop(clients);
    server.running.line_with("the answer was not sent: ");
}

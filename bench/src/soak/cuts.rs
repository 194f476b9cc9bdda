//! Connections that are cut behind every byte of what a client sends: by FIN, which is an end, and by RST, which is a
//! crash.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hello_mtls::client::get;
use hello_mtls::transport::{Deadline, Transport};
use nix::libc::linger;
use nix::sys::socket::{setsockopt, sockopt};

use super::Scene;
use crate::error::{Result, Trouble};
use crate::load::join;

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Fin,
    Rst,
}

const CLIENTS: usize = 8;

/// Cuts at every byte, in both ways.
pub fn cuts(scene: &mut Scene) -> Result<String> {
    let all = bytes_of_a_client(scene)?;
    let next = AtomicUsize::new(0);
    let scene = &*scene;
    thread::scope(|scope| {
        let work = || -> Result<()> {
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= 2 * all {
                    return Ok(());
                }
                let how = if turn.is_multiple_of(2) {
                    Cut::Fin
                } else {
                    Cut::Rst
                };
                cut(scene, turn / 2, how)?;
            }
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(join)
    })?;
    Ok(format!(
        "{} connections, cut behind each of {all} bytes by FIN and by RST",
        2 * all
    ))
}

/// How many bytes a client sends in a whole connection.
fn bytes_of_a_client(scene: &Scene) -> Result<usize> {
    let mut transport = CutTransport::connect(scene, usize::MAX)?;
    let left = &mut transport;
    get(&scene.setup, &scene.url, left, &mut io::sink())?;
    Ok(usize::MAX - transport.left)
}

fn cut(scene: &Scene, behind: usize, how: Cut) -> Result<()> {
    let mut transport = CutTransport::connect(scene, behind)?;
    let done = get(&scene.setup, &scene.url, &mut transport, &mut io::sink());
    if transport.left > 0 {
        return Err(Trouble(format!("not cut behind {behind}: {done:?}")));
    }
    match how {
        // The client waits for what the server has to say to that, and for its end.
        Cut::Fin => {
            let mut socket = transport.socket;
            let _ = socket.shutdown(Shutdown::Write);
            socket.set_read_timeout(Some(Duration::from_secs(5)))?;
            let mut rest = Vec::new();
            match socket.read_to_end(&mut rest) {
                // A reset is an end, too: our bytes were still unread.
                Err(error) if error.kind() != io::ErrorKind::ConnectionReset => {
                    Err(Trouble(format!("FIN behind byte {behind}: {error}")))
                }
                _ => Ok(()),
            }
        }
        // Without time to linger, the kernel sends RST as soon as the socket is closed.
        Cut::Rst => {
            let at_once = linger {
                l_onoff: 1,
                l_linger: 0,
            };
            Ok(setsockopt(
                &transport.socket.as_fd(),
                sockopt::Linger,
                &at_once,
            )?)
        }
    }
}

/// A connection that takes only so many bytes of its client.
struct CutTransport {
    deadline: Deadline,
    socket: TcpStream,
    left: usize,
}

impl CutTransport {
    fn connect(scene: &Scene, left: usize) -> Result<CutTransport> {
        let socket = TcpStream::connect(("127.0.0.1", scene.url.port))?;
        Ok(CutTransport {
            socket: socket.try_clone()?,
            deadline: Deadline::new(socket, Duration::from_secs(10))?,
            left,
        })
    }
}

impl Transport for &mut CutTransport {
    fn set_deadline(&mut self, within: Duration) {
        self.deadline.set_deadline(within);
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        // The cut comes first.
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

impl Read for &mut CutTransport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.left {
            0 => Err(io::ErrorKind::BrokenPipe.into()),
            _ => self.deadline.read(buffer),
        }
    }
}

impl Write for &mut CutTransport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.left);
        if count == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let written = self.deadline.write(&bytes[..count])?;
        self.left -= written;
        Ok(written)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        self.write(first.map_or(&[], |slice| slice))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! A tap: forwards every byte between TLS and TCP, and keeps a copy.
//!
//! Unaware of TLS: it sees ciphertext. What makes it readable comes from rustls through [`KeyLog`], into
//! the same [`Recording`]. One thread is meant to read and to write: what is written is kept as soon as the
//! stream below has taken it, so with two threads the answer to it could be kept first.

use std::io::{self, IoSlice, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::KeyLog;

use crate::instruments::wire::key_exchange;
use crate::instruments::wire::transcript::{Chunk, Secret, Transcript};
use crate::narration::Side;
use crate::transport::Transport;

/// How much of a connection is kept, in bytes, when nothing else is said.
const CAP: usize = 1 << 20;
/// What a chunk or a secret costs beside its bytes, so that many small ones are bounded too.
const OVERHEAD: usize = 64;

/// What a tap keeps. A clone is a second handle to the same recording.
#[derive(Clone, Debug)]
pub struct Recording {
    began: Instant,
    side: Side,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug)]
struct Kept {
    transcript: Transcript,
    room: usize,
}

impl Recording {
    /// An empty recording of a tap on this side, capped at 1 MiB.
    pub fn new(side: Side) -> Recording {
        Recording::capped_at(side, CAP)
    }

    /// An empty recording that keeps at most `cap` bytes, some overhead for each chunk included.
    pub fn capped_at(side: Side, cap: usize) -> Recording {
        let transcript = Transcript {
            tapped: Some(side),
            ..Transcript::default()
        };
        let kept = Arc::new(Mutex::new(Kept {
            transcript,
            room: cap,
        }));
        Recording {
            began: Instant::now(),
            side,
            kept,
        }
    }

    /// All that was kept until now.
    pub fn transcript(&self) -> Transcript {
        self.kept().transcript.clone()
    }

    fn chunk(&self, from: Side, bytes: &[u8]) {
        let at = Duration::from_micros(self.began.elapsed().as_micros() as u64);
        let mut kept = self.kept();
        // Each read behind the end returns nothing again; it is one end.
        let end = |chunk: &Chunk| chunk.from == from && chunk.bytes.is_empty();
        if bytes.is_empty() && kept.transcript.chunks.iter().any(end) {
            return;
        }
        if kept.has_room(bytes.len()) {
            kept.transcript.chunks.push(Chunk {
                from,
                at,
                bytes: bytes.to_vec(),
            });
        }
    }

    /// A thread that panics while it holds the lock leaves whole chunks behind: they stay worth reading.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// After the first chunk that does not fit nothing more is kept: a hole would be worse than an end.
    fn has_room(&mut self, bytes: usize) -> bool {
        let left = self.room.checked_sub(bytes + OVERHEAD);
        self.transcript.capped |= left.is_none();
        self.room = left.unwrap_or(0);
        !self.transcript.capped
    }
}

impl KeyLog for Recording {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        // The first secret of a handshake in TLS 1.3. What the two sides agreed on belongs before it.
        if label == "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
            && let Some(agreed) = key_exchange::take_agreed()
        {
            self.keep("SHARED_SECRET", client_random, &agreed);
        }
        self.keep(label, client_random, secret);
    }
}

impl Recording {
    /// Adds a secret, under its label of a key log.
    pub fn keep(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut kept = self.kept();
        if kept.has_room(label.len() + client_random.len() + secret.len()) {
            kept.transcript.secrets.push(Secret {
                label: label.to_owned(),
                client_random: client_random.to_vec(),
                secret: secret.to_vec(),
            });
        }
    }
}

/// A stream that is listened to. TLS stands above it, TCP below.
#[derive(Debug)]
pub struct Tap<T> {
    inner: T,
    recording: Recording,
}

impl<T> Tap<T> {
    /// Listens to `inner` from now on.
    pub fn new(inner: T, recording: Recording) -> Tap<T> {
        Tap { inner, recording }
    }

    /// The stream below.
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The stream below, to change its settings.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: Read> Read for Tap<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if !buffer.is_empty() {
            let bytes = buffer.get(..count).unwrap_or_default();
            self.recording.chunk(self.recording.side.peer(), bytes);
        }
        Ok(count)
    }
}

impl<T: Write> Write for Tap<T> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        if count > 0 {
            let bytes = buffer.get(..count).unwrap_or_default();
            self.recording.chunk(self.recording.side, bytes);
        }
        Ok(count)
    }

    /// The default would write the first slice only, and rustls would need a system call a record.
    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let count = self.inner.write_vectored(buffers)?;
        if count > 0 {
            let mut bytes = buffers.iter().flat_map(|buffer| buffer.iter().copied());
            let bytes: Vec<u8> = bytes.by_ref().take(count).collect();
            self.recording.chunk(self.recording.side, &bytes);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Transport> Transport for Tap<T> {
    fn set_deadline(&mut self, within: Duration) {
        self.inner.set_deadline(within);
    }

    fn wait_for_request(&mut self, within: Duration) {
        self.inner.wait_for_request(within);
    }

    fn ends_soon(&self) -> bool {
        self.inner.ends_soon()
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.inner.finish_writing()
    }

    fn first_bytes(&self) -> &[u8] {
        self.inner.first_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_recording_stops_and_says_so_while_the_bytes_go_on() {
        let recording = Recording::capped_at(Side::Client, 200);
        let mut tap = Tap::new(Vec::new(), recording.clone());
        for _ in 0..3 {
            tap.write_all(&[7; 50]).unwrap();
        }
        let transcript = recording.transcript();
        assert_eq!(transcript.chunks.len(), 1);
        assert!(transcript.capped);
        assert_eq!(tap.get_ref().len(), 150);
    }

    #[test]
    fn a_vectored_write_is_one_chunk_and_the_end_is_kept_once() {
        let recording = Recording::new(Side::Server);
        let mut tap = Tap::new(io::Cursor::new(Vec::new()), recording.clone());
        let slices = [IoSlice::new(b"ab"), IoSlice::new(b"cd")];
        assert_eq!(tap.write_vectored(&slices).unwrap(), 4);
        for _ in 0..2 {
            assert_eq!(tap.read(&mut [0; 8]).unwrap(), 0);
        }
        let chunks = recording.transcript().chunks;
        assert_eq!(chunks.len(), 2);
        assert_eq!(
            (chunks[0].from, &chunks[0].bytes[..]),
            (Side::Server, &b"abcd"[..])
        );
        assert_eq!((chunks[1].from, chunks[1].bytes.len()), (Side::Client, 0));
    }
}

//! The headers of the server's records, which are never encrypted. Unaware of what is in the records.
//!
//! In TLS 1.2 a server that wants a new handshake (renegotiation) asks inside of the encryption, and rustls declines
//! without telling its caller. But the header in front of each record names its kind (RFC 5246 §6.2.1): a handshake
//! record after the server's Finished is that question.

use std::io::{self, IoSlice, Read, Write};
use std::time::Duration;

use crate::transport::Transport;

/// Content types (RFC 5246 §6.2.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
/// Type, version, length.
const HEADER: usize = 5;

/// A transport, and what the headers of the records said that came from it.
pub(super) struct Records<T> {
    transport: T,
    /// The part of a header that has come.
    header: Vec<u8>,
    /// Bytes of the record that are still to come.
    left: usize,
    /// Handshake records since the server's ChangeCipherSpec; `None`: that has not come.
    encrypted_handshakes: Option<usize>,
}

impl<T> Records<T> {
    pub(super) fn new(transport: T) -> Records<T> {
        Records {
            transport,
            header: Vec::new(),
            left: 0,
            encrypted_handshakes: None,
        }
    }

    /// In TLS 1.2: the server sent a handshake record after its Finished. In TLS 1.3 it says nothing: there a record
    /// after the hellos is application data by its header, whatever it is.
    pub(super) fn handshake_after_finished(&self) -> bool {
        // The first one is Finished itself.
        self.encrypted_handshakes.is_some_and(|count| count > 1)
    }

    fn look_at(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let wanted = match self.left {
                0 => HEADER - self.header.len(),
                left => left,
            };
            let (these, rest) = bytes.split_at(wanted.min(bytes.len()));
            bytes = rest;
            if self.left > 0 {
                self.left -= these.len();
                continue;
            }
            self.header.extend(these);
            if let [kind, _, _, high, low] = self.header[..] {
                self.left = usize::from(u16::from_be_bytes([high, low]));
                self.header.clear();
                self.count(kind);
            }
        }
    }

    fn count(&mut self, kind: u8) {
        match (kind, &mut self.encrypted_handshakes) {
            (CHANGE_CIPHER_SPEC, encrypted) => *encrypted = Some(0),
            (HANDSHAKE, Some(count)) => *count += 1,
            _ => {}
        }
    }
}

impl<T: Transport> Transport for Records<T> {
    fn set_deadline(&mut self, within: Duration) {
        self.transport.set_deadline(within);
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.transport.finish_writing()
    }

    fn first_bytes(&self) -> &[u8] {
        self.transport.first_bytes()
    }
}

impl<T: Read> Read for Records<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.transport.read(buffer)?;
        self.look_at(&buffer[..count]);
        Ok(count)
    }
}

impl<T: Write> Write for Records<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.transport.write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.transport.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.transport.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Records;

    fn seen(records: &[(u8, &[u8])], at_once: usize) -> bool {
        let mut bytes = Vec::new();
        for (kind, content) in records {
            bytes.extend([*kind, 3, 3, 0, content.len() as u8]);
            bytes.extend(*content);
        }
        let mut records = Records::new(());
        for chunk in bytes.chunks(at_once) {
            records.look_at(chunk);
        }
        records.handshake_after_finished()
    }

    #[test]
    fn a_handshake_record_after_finished_is_seen_however_the_bytes_arrive() {
        let handshake: [(u8, &[u8]); 5] = [
            (22, b"\x02hello"),
            (22, b"\x04ticket"),
            (20, &[1]),
            (22, b"finished"),
            (23, &[22, 3, 3, 0, 0]),
        ];
        let asked = [&handshake[..], &[(22, b"request")]].concat();
        for at_once in 1..=40 {
            assert!(!seen(&handshake, at_once));
            assert!(seen(&asked, at_once));
        }
    }
}

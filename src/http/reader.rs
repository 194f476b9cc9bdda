//! Lines and bytes from a stream, with limits.
//!
//! What is read beyond the end of one message stays in the buffer: it is the next one's beginning.

use std::io::{self, Read};

use super::ReadError;
use crate::phrase;

/// A buffered reader of messages that never holds more than one line or one chunk of a body.
#[derive(Debug)]
pub struct MessageReader<'a, S> {
    /// Where the bytes come from; an answer may be written to it between two messages.
    pub stream: &'a mut S,
    buffer: Vec<u8>,
    start: usize,
}

impl<'a, S: Read> MessageReader<'a, S> {
    /// Reads from `stream`.
    pub fn new(stream: &'a mut S) -> Self {
        MessageReader {
            stream,
            buffer: Vec::new(),
            start: 0,
        }
    }

    /// Waits until at least one byte is there. False: the stream ended in good order.
    pub fn wait(&mut self) -> io::Result<bool> {
        Ok(!self.pending().is_empty() || self.fill()? > 0)
    }

    /// What has come and is not read yet.
    pub fn peek(&self) -> &[u8] {
        self.pending()
    }

    /// A line without its CRLF. `too_long` is the answer to one of more than `limit` bytes.
    ///
    /// RFC 9112 §2.2 lets a receiver take a bare LF for a line's end. Some do and some do not, which
    /// is how requests are smuggled past a proxy, so here it is an error.
    pub fn line(&mut self, limit: usize, too_long: u16) -> Result<Vec<u8>, ReadError> {
        let mut searched = 0;
        loop {
            let pending = self.pending();
            let found = pending[searched..].iter().position(|byte| *byte == b'\n');
            let end = found.map_or(pending.len(), |at| searched + at);
            // Asked before the line is complete, too: a peer need not ever send its end. One more for the CR.
            if end > limit + 1 {
                return Err(ReadError::malformed(
                    too_long,
                    phrase!("a line is too long"),
                ));
            }
            if found.is_some() {
                let line = without_cr(&pending[..end])?.to_vec();
                self.start += end + 1;
                return Ok(line);
            }
            // What has been searched is not searched again: a line that comes a byte at a time would cost
            // its length squared.
            searched = end;
            if self.fill()? == 0 {
                return Err(ReadError::Truncated(phrase!("a line is missing")));
            }
        }
    }

    /// At most `limit` bytes; none at the end of the stream.
    pub fn read_up_to(&mut self, limit: u64) -> io::Result<&[u8]> {
        if limit > 0 && self.pending().is_empty() {
            self.fill()?;
        }
        let count = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .min(self.pending().len());
        self.start += count;
        Ok(&self.buffer[self.start - count..self.start])
    }

    fn pending(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn fill(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let mut chunk = [0; 4096];
        let count = loop {
            match self.stream.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => break other?,
            }
        };
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(count)
    }
}

/// A line up to its LF, without the CR before it.
fn without_cr(line: &[u8]) -> Result<&[u8], ReadError> {
    let wrong = match line.strip_suffix(b"\r") {
        None => phrase!("a line ends with a bare LF instead of CRLF"),
        Some(line) if line.contains(&b'\r') => phrase!("a line has a CR in its middle"),
        Some(line) => return Ok(line),
    };
    Err(ReadError::malformed(400, wrong))
}

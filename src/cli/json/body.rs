//! The body of an answer in a JSON string.

use std::io::{self, Write};

/// A body on its way into a JSON string: the whole of it, up to a bound.
#[derive(Debug, Default)]
pub(in crate::cli) struct Kept(pub(in crate::cli) Vec<u8>);

/// More than this belongs into a file.
const LARGEST: usize = 16 << 20;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::Error::other(
                "a body of more than 16 MiB: leave out --json",
            ));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

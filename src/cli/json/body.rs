//! The body of an answer in a JSON string.

use std::io::{self, Write};

use crate::client::Answer;
use crate::error::{AnswerHead, Error};
use crate::phrase;

/// A body on its way into a JSON string: the whole of it, or nothing of one that is too large.
#[derive(Debug, Default)]
pub(in crate::cli) struct Kept {
    bytes: Vec<u8>,
    too_large: bool,
}

/// In MiB. More than this belongs into a file.
const LARGEST: usize = 16;

impl Kept {
    /// The body of a complete answer.
    ///
    /// # Errors
    /// [`Error::Http`]: it is too large.
    pub(in crate::cli) fn whole(&self, place: &str, answer: &Answer) -> Result<&[u8], Error> {
        if !self.too_large {
            return Ok(&self.bytes);
        }
        Err(Error::Http {
            peer: place.to_owned(),
            answer: Some(AnswerHead {
                status: answer.status,
                reason: answer.reason.clone(),
            }),
            found: phrase!(
                "the body has {count} bytes, and a line of JSON takes at most {most} MiB",
                count = answer.length,
                most = LARGEST
            ),
            remedy: phrase!("without --json; then > FILE takes a body of any size"),
            failure: None,
        })
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.too_large |= self.bytes.len() + bytes.len() > LARGEST << 20;
        match self.too_large {
            true => self.bytes = Vec::new(),
            false => self.bytes.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

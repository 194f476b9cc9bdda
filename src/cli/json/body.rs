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

/// RFC 4648 §4, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        // §10
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }
}

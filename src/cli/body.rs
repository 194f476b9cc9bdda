//! The body of an answer, on stdout: as it is in a file or a pipe, and without what a terminal obeys on a terminal.

use std::io::{self, IsTerminal, Write};

use crate::text;

/// How much of a line waits for its end.
const LINE: usize = 64 * 1024;

/// Where the body goes.
pub(super) struct Body<W: Write> {
    out: W,
    /// A server could send escape sequences, which recolour a terminal, change its title or forge a line. A program
    /// that reads a pipe gets every byte instead.
    is_terminal: bool,
    line: Vec<u8>,
    /// What the terminal was given last does not end its line.
    line_is_open: bool,
}

impl Body<io::StdoutLock<'static>> {
    pub(super) fn to_stdout() -> Self {
        let out = io::stdout().lock();
        Body {
            is_terminal: out.is_terminal(),
            line: Vec::new(),
            line_is_open: false,
            out,
        }
    }
}

impl<W: Write> Body<W> {
    /// The body is complete, or was cut short. On a terminal its last line ends, so that the prompt of the shell has a
    /// line of its own; in a file the bytes stay those of the server.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.flush()?;
        if self.line_is_open {
            self.line_is_open = false;
            self.out.write_all(b"\n")?;
        }
        self.out.flush()
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        if let Some(last) = line.last() {
            self.line_is_open = *last != b'\n';
        }
        self.out.write_all(text::for_reading(&line).as_bytes())
    }
}

impl<W: Write> Write for Body<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.out.write(bytes);
        }
        for byte in bytes {
            self.line.push(*byte);
            if *byte == b'\n' || self.line.len() == LINE {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(is_terminal: bool, parts: &[&[u8]]) -> Vec<u8> {
        let mut body = Body {
            out: Vec::new(),
            is_terminal,
            line: Vec::new(),
            line_is_open: false,
        };
        parts.iter().for_each(|part| body.write_all(part).unwrap());
        body.flush().unwrap();
        body.end().unwrap();
        body.out
    }

    #[test]
    fn a_terminal_obeys_nothing_in_a_body_and_a_pipe_gets_every_byte() {
        let parts: [&[u8]; 3] = [b"Hello \xe4\xbd", b"\xa0 \\ \x1b[31m\r\n", b"\ta\rb\xff"];
        let wanted = "Hello \u{4f60} \\ \\u{1b}[31m\r\n\ta\\rb\\xff\n";
        assert_eq!(String::from_utf8_lossy(&shown(true, &parts)), wanted);
        assert_eq!(shown(false, &parts), parts.concat());
    }

    #[test]
    fn a_terminal_is_given_the_end_of_the_last_line_and_a_pipe_is_not() {
        for (body, on_a_terminal) in [("Hello", "Hello\n"), ("Hello\n", "Hello\n"), ("", "")] {
            let bytes: &[u8] = body.as_bytes();
            assert_eq!(shown(true, &[bytes]), on_a_terminal.as_bytes());
            assert_eq!(shown(false, &[bytes]), bytes);
        }
    }
}

//! A recorded connection: which bytes crossed, in which direction, when, and the secrets to read them.
//! Unaware of what the bytes mean.
//!
//! # The file
//! Plain text, made to be read, compared and written by hand; a capture of any other program can be
//! brought in. The first line is `hello-mtls transcript 1`. Then, in any order:
//!
//! | line | meaning |
//! | --- | --- |
//! | `# …` | a comment; one may also stand behind anything else in a line |
//! | `tapped client` or `tapped server` | where the tap sat |
//! | `capped` | the recording reached its cap, or a capture misses bytes: the rest is missing |
//! | `LABEL hex hex` | a line of an NSS key log (SSLKEYLOGFILE): label, client random, secret |
//! | `> 0.001250` | here follow bytes from the client to the server; seconds since the start, may be left out |
//! | `< 0.001250` | the same, from the server to the client |
//! | `> 0.001250 end` | the client ended its direction of the TCP connection |
//! | `16 03 01 …` or `160301…` | the bytes, in lines of any length; blanks between bytes are free |
//!
//! Beside the labels of key logs two more are understood, which open the whole key schedule:
//! `PRE_SHARED_KEY` (the PSK of a resumption) and `SHARED_SECRET` (what the key exchange agreed on).

use std::fmt;
use std::time::Duration;

use crate::narration::Side;

/// The most bytes that a file may hold in chunks, and the most lines of each other kind. An explanation takes
/// some hundred times the memory of its recording.
pub(crate) const MOST_BYTES: usize = 4 << 20;
pub(crate) const MOST_SECRETS: usize = 1024;
pub(crate) const MOST_CHUNKS: usize = 1 << 16;
/// No secret of TLS is longer: two key exchanges side by side come to 98 bytes.
pub(crate) const LONGEST_SECRET: usize = 128;

const FIRST_LINE: &str = "hello-mtls transcript 1";

/// Everything that a tap saw of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Where the tap sat; `None` when it is not known. The order and times are those of this side.
    pub tapped: Option<Side>,
    /// The bytes, in the order in which they passed the tap.
    pub chunks: Vec<Chunk>,
    /// The secrets, as in a file of SSLKEYLOGFILE.
    pub secrets: Vec<Secret>,
    /// True when the recording reached its cap, and the rest is missing.
    pub capped: bool,
}

/// Bytes that passed the tap at once. Not a record and not a packet: what one call read or wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The side that sent them.
    pub from: Side,
    /// When, since the recording began. Files keep microseconds.
    pub at: Duration,
    /// The bytes. None at all: this side ended its direction of the TCP connection.
    pub bytes: Vec<u8>,
}

/// A line of a key log: label, client random and secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// E.g. `CLIENT_HANDSHAKE_TRAFFIC_SECRET`.
    pub label: String,
    /// The `random` of the ClientHello: which connection it belongs to. 32 bytes. (NSS has one exception,
    /// the label `RSA`, which nothing here needs: 8 bytes of the encrypted pre-master secret.)
    pub client_random: Vec<u8>,
    /// The secret itself.
    pub secret: Vec<u8>,
}

impl fmt::Display for Secret {
    /// The line of a key log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let random = hex(&self.client_random);
        write!(f, "{} {random} {}", self.label, hex(&self.secret))
    }
}

/// Why a file is no transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for Transcript {
    /// The file. What it says is what [`Transcript::parse`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(side) = self.tapped {
            writeln!(f, "tapped {side}")?;
        }
        if self.capped {
            writeln!(f, "capped")?;
        }
        for secret in &self.secrets {
            writeln!(f, "{secret}")?;
        }
        for chunk in &self.chunks {
            let arrow = if chunk.from == Side::Client { '>' } else { '<' };
            let end = if chunk.bytes.is_empty() { " end" } else { "" };
            let seconds = chunk.at.as_secs();
            let micros = chunk.at.subsec_micros();
            writeln!(f, "{arrow} {seconds}.{micros:06}{end}")?;
            for line in chunk.bytes.chunks(32) {
                writeln!(f, "{}", hex(line))?;
            }
        }
        Ok(())
    }
}

impl Transcript {
    /// Reads a file. `Err` names the first line that cannot be understood.
    pub fn parse(text: &str) -> Result<Transcript, ParseError> {
        let mut transcript = Transcript::default();
        let mut bytes = 0;
        let mut begun = false;
        for (index, whole) in text.lines().enumerate() {
            let line = whole.split('#').next().unwrap_or_default().trim();
            let outcome = match line {
                "" => Ok(()),
                FIRST_LINE if !begun => {
                    begun = true;
                    Ok(())
                }
                _ if !begun => Err(format!("a transcript begins with the line `{FIRST_LINE}`")),
                line => transcript.line(line, &mut bytes),
            };
            outcome.map_err(|problem| ParseError {
                line: index + 1,
                problem,
            })?;
        }
        if !begun {
            let problem = format!("the line `{FIRST_LINE}` is missing");
            return Err(ParseError { line: 1, problem });
        }
        Ok(transcript)
    }

    fn line(&mut self, line: &str, total: &mut usize) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["tapped", "client"] => self.tapped = Some(Side::Client),
            ["tapped", "server"] => self.tapped = Some(Side::Server),
            ["capped"] => self.capped = true,
            [">", ..] => self.chunks.push(chunk(Side::Client, &words)?),
            ["<", ..] => self.chunks.push(chunk(Side::Server, &words)?),
            [label, random, secret] if is_label(label) => self.secrets.push(Secret {
                label: label.to_owned(),
                client_random: right_length(label, unhex(random)?)?,
                secret: unhex(secret)?,
            }),
            _ => {
                let bytes = unhex(&words.concat())?;
                *total += bytes.len();
                let chunk = self.chunks.last_mut();
                let chunk = chunk.ok_or("bytes before the first `>` or `<` line")?;
                chunk.bytes.extend(bytes);
            }
        }
        let secret = self.secrets.last().map_or(0, |secret| secret.secret.len());
        let too_much = *total > MOST_BYTES
            || self.chunks.len() > MOST_CHUNKS
            || self.secrets.len() > MOST_SECRETS
            || secret > LONGEST_SECRET;
        if too_much {
            Err("more than a transcript may hold".to_owned())
        } else {
            Ok(())
        }
    }
}

/// `> 0.000123`, `> 0.000123 end`, `>`, `> end`.
fn chunk(from: Side, words: &[&str]) -> Result<Chunk, String> {
    let at = match words {
        [_] | [_, "end"] => Duration::ZERO,
        [_, time] | [_, time, "end"] => seconds(time)?,
        _ => return Err("after the arrow: seconds, then `end` or nothing".to_owned()),
    };
    Ok(Chunk {
        from,
        at,
        bytes: Vec::new(),
    })
}

/// Decimal seconds. By hand, because a float would not keep microseconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time in seconds like 0.001250");
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 9 || part.len() > 9 {
        return Err(wrong());
    }
    let whole = whole.parse().map_err(|_| wrong())?;
    let nanos = format!("{part:0<9}").parse().map_err(|_| wrong())?;
    Ok(Duration::new(whole, nanos))
}

fn is_label(word: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (word.contains('_') || word == "RSA") && word.bytes().all(letter)
}

fn right_length(label: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    match bytes.len() {
        32 => Ok(bytes),
        8 if label == "RSA" => Ok(bytes),
        other => Err(format!("a client random has 32 bytes, this has {other}")),
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// The same, with a blank between two bytes.
pub fn spaced_hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.chunks(1).map(hex).collect();
    bytes.join(" ")
}

pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    bytes.ok_or_else(|| "neither hex bytes nor a line that is known here".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_written_file_reads_as_meant_and_a_saved_one_reads_back_the_same() {
        let random = "ab".repeat(32);
        let text = format!(
            "# mine\nhello-mtls transcript 1\ntapped server\nCLIENT_RANDOM {random} 00ff # key\n>\n16 03 01 # header\n0001 00\n< 1.5 end\n"
        );
        let transcript = Transcript::parse(&text).unwrap();
        assert_eq!(transcript.tapped, Some(Side::Server));
        assert_eq!(transcript.secrets[0].secret, [0, 0xff]);
        assert_eq!(transcript.chunks[0].bytes, [0x16, 3, 1, 0, 1, 0]);
        assert_eq!(transcript.chunks[1].at, Duration::from_millis(1500));
        assert_eq!(Transcript::parse(&transcript.to_string()), Ok(transcript));
    }

    #[test]
    fn an_error_names_its_line() {
        for (text, line) in [
            ("", 1),
            ("\nGET / HTTP/1.1", 2),
            ("hello-mtls transcript 1\n1603", 2),
            ("hello-mtls transcript 1\n>\n160", 3),
            ("hello-mtls transcript 1\n> -1", 2),
            ("hello-mtls transcript 1\n>\n🦀", 3),
            ("hello-mtls transcript 1\nCLIENT_RANDOM 00 00", 2),
        ] {
            assert_eq!(Transcript::parse(text).unwrap_err().line, line, "{text}");
        }
    }
}

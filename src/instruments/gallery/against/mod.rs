//! Turned round: bad clients meet a server, which should refuse each of them. Does it enforce mutual TLS?
//!
//! One connection per client, a real GET, and a deadline. A good client comes first, because refusals prove
//! something only if a good client is let in. `bad_clients` makes the clients, `judge` reads what the
//! server did, `table` shows it. Run it against servers of one's own.

mod bad_clients;
mod judge;
mod table;

use std::io::{self, IoSlice, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::sign::CertifiedKey;

use self::bad_clients::{Material, Shows, all};
use self::judge::{Verdict, status_of, verdict};
use crate::certificates::pem;
use crate::client::{Answer, Url, dial, get};
use crate::credentials;
use crate::error::Error;
use crate::handshake::step4_client_presents_certificate::ClientCertificateHook;
use crate::handshake::{ClientSetup, TlsMax, Trust, client_config};
use crate::instruments::gallery::pem_files::unusable;
use crate::language::Phrase;
use crate::narration::narrator::notes;
use crate::narration::{Narrator, Side, Step};
use crate::phrase;
use crate::transport::{Deadline, Transport};

/// A server to try, and the files that good and bad clients are made of.
#[derive(Clone, Debug)]
pub struct Against<'a> {
    /// The server.
    pub url: &'a Url,
    /// The CAs that vouch for it, PEM.
    pub authorities: &'a Path,
    /// Certificate and key of a client that it should let in.
    pub own: (PathBuf, PathBuf),
    /// The server's own certificate and key, if they are at hand.
    pub server: Option<(PathBuf, PathBuf)>,
    /// The key of the CA that signs the clients, if it is at hand.
    pub ca_key: Option<PathBuf>,
    /// The revocation lists that the server has.
    pub crls: &'a [PathBuf],
}

/// What the server did with each client.
#[derive(Debug)]
pub struct Findings {
    place: String,
    target: String,
    asked: bool,
    rows: Vec<Row>,
}

/// One client, and what became of it.
#[derive(Debug)]
struct Row {
    name: Phrase,
    expected: Expected,
    of_the_ca: bool,
    verdict: Verdict,
}

/// What a server should do with a client.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    /// Let it in: a good client, for comparison.
    LetIn,
    /// Refuse it.
    Refuse,
    /// Either is right, for this reason.
    Either(Phrase),
}

impl Against<'_> {
    /// Sends the clients, one after the other.
    ///
    /// # Errors
    /// The files, or why the good client cannot tell that this is the right server: then nothing is known.
    pub fn run(&self) -> Result<Findings, Error> {
        let trust = credentials::trust(self.authorities, &[])?;
        let mut findings = Findings {
            place: self.url.place.clone(),
            target: self.url.target.clone(),
            asked: false,
            rows: Vec::new(),
        };
        let mut good_status = None;
        for (number, client) in (1..).zip(all(&self.material(&trust)?)?) {
            let shown = match client.shows {
                Shows::Nothing => Ok(None),
                Shows::Certificate(certified) => Ok(Some(*certified)),
                Shows::CannotBeMade(why) => Err(why),
            };
            let verdict = match shown {
                Err(why) => Verdict::NotTried(why),
                Ok(shown) => {
                    let (outcome, asked) = self.connect(&trust, shown, number)?;
                    let verdict = verdict(&outcome, good_status);
                    if number == 1 {
                        good_status = status_of(&outcome);
                        findings.asked = asked;
                        ended_too_early(outcome)?;
                    }
                    verdict
                }
            };
            findings.rows.push(Row {
                name: client.name,
                expected: client.expected,
                of_the_ca: client.of_the_ca,
                verdict,
            });
        }
        findings.doubt_the_ca();
        Ok(findings)
    }

    fn material<'a>(&'a self, trust: &'a Trust) -> Result<Material<'a>, Error> {
        let (certificate, key) = &self.own;
        let server = self.server.as_ref();
        let mut lists = Vec::new();
        for path in self.crls {
            lists.extend(pem::revocation_lists(path)?);
        }
        Ok(Material {
            own: credentials::identity(certificate, key)?,
            server: server
                .map(|(certificate, key)| credentials::identity(certificate, key))
                .transpose()?,
            ca_key: self.ca_key.as_deref(),
            anchors: &trust.anchors,
            lists,
        })
    }

    /// One connection. True: the server asked for a certificate.
    fn connect(
        &self,
        trust: &Trust,
        shown: Option<CertifiedKey>,
        number: u64,
    ) -> Result<(Result<Answer, Error>, bool), Error> {
        let narrator = Narrator::silent(Side::Client);
        let mut setup: ClientSetup =
            client_config(trust, None, TlsMax::default(), narrator.clone())
                .map_err(|error| unusable(&error))?;
        // Past the check of `client_config`: a thief's key does not belong to the certificate.
        let hook = ClientCertificateHook::new(shown, narrator);
        Arc::make_mut(&mut setup.config).client_auth_cert_resolver = Arc::new(hook);
        let outcome = dial(&setup, self.url, number).and_then(|socket| {
            let transport = Hurried(socket);
            get(&setup, self.url, transport, &mut io::sink())
        });
        Ok((outcome, notes().request.is_some()))
    }
}

/// The good client did not come as far as to show its certificate: then this is another server, or none.
fn ended_too_early(outcome: Result<Answer, Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::Tls { ref diagnosis, .. }) if diagnosis.step > Step::ClientVerifiesServer => {
            Ok(())
        }
        Err(error @ (Error::Tls { .. } | Error::Network { .. })) => Err(error),
        _ => Ok(()),
    }
}

impl Findings {
    /// Where a good certificate of the CA is refused, the refusal of a bad one is not about what is bad in it.
    fn doubt_the_ca(&mut self) {
        let refused = |row: &Row| matches!(row.verdict, Verdict::Refused { .. });
        let comparison = |row: &Row| row.of_the_ca && row.expected == Expected::LetIn;
        if !self.rows.iter().any(|row| comparison(row) && refused(row)) {
            return;
        }
        for row in &mut self.rows {
            if row.of_the_ca && !comparison(row) && refused(row) {
                row.verdict = Verdict::CannotBeTold(phrase!("refused, as a good one is"));
            }
        }
    }
}

/// How long a phase of a connection may last: a dozen clients in a row must come to an end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A transport on which no phase lasts longer than [`PATIENCE`].
struct Hurried(Deadline);

impl Transport for Hurried {
    fn set_deadline(&mut self, within: Duration) {
        self.0.set_deadline(within.min(PATIENCE));
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.0.finish_writing()
    }

    fn first_bytes(&self) -> &[u8] {
        self.0.first_bytes()
    }
}

impl Read for Hurried {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Hurried {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

//! `inspect`: what is in files, in a pipe, and in the Certificate message of a server.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustls::StreamOwned;

use super::files::{Paths, unusable};
use super::look::Look;
use super::public_site::{is_public, native_trust, not_of_this_system};
use super::{json, output, print};
use crate::certificates::authority::Authority;
use crate::certificates::pem::{self, Kind};
use crate::certificates::request::KeyType;
use crate::client::{Url, dial};
use crate::credentials::{identity, named_lists, trust};
use crate::error::{Diagnosis, Error};
use crate::files;
use crate::handshake::step7_application_data::close_gracefully;
use crate::handshake::{ClientSetup, TlsMax, Trust, client_config, connect};
use crate::instruments::inspect;
use crate::instruments::inspect::der::kind_of;
use crate::instruments::inspect::drawing::Sent;
use crate::instruments::page::{LongWords, Page};
use crate::language::Phrase;
use crate::narration::narrator::notes;
use crate::narration::{Narrator, Side, Silent, Step};
use crate::phrase;
use crate::text;
use crate::transport::lingering_close;

/// Reads PEM, and DER of any of these kinds. A server's chain is what its Certificate message holds: it is drawn, with
/// the verdict of this side, and the connection ends there.
#[derive(Args)]
pub(super) struct Inspect {
    /// Files, - for stdin, or https://host:port
    #[arg(required = true, value_name = "FILE|-|URL")]
    sources: Vec<PathBuf>,
    /// For a URL: CAs by which its chain is judged
    #[arg(long, value_name = "FILE", conflicts_with = "ca_native")]
    cacert: Option<PathBuf>,
    /// For a URL: those of this system
    #[arg(long)]
    ca_native: bool,
    /// For a URL: certificate to show, leaf first
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Private key of that certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// For a program: a line of JSON per item
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Inspect, look: Look) -> Result<(), Error> {
    for (number, source) in options.sources.iter().enumerate() {
        let url = source.to_str().filter(|text| is_url(text));
        let page = match url {
            Some(url) => of_server(options, url, look)?,
            None => of_file(options, source, look)?,
        };
        if number > 0 && !options.json {
            print("\n")?;
        }
        print(page)?;
    }
    Ok(())
}

/// A file may have any name, but this one would be missing in the folder `https:`.
fn is_url(text: &str) -> bool {
    let start = text.get(.."https://".len());
    start.is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

fn of_file(options: &Inspect, file: &Path, look: Look) -> Result<Vec<u8>, Error> {
    let piped = file == Path::new("-");
    let bytes = match piped {
        true => stdin()?,
        false => files::read(file)?,
    };
    let items = match items(file, bytes) {
        Err(error) if piped => return Err(of_a_pipe(error)),
        items => items?,
    };
    let name = file.display().to_string();
    let mut page = Vec::new();
    for (block, (kind, der)) in items.iter().enumerate() {
        if options.json {
            let line = json::inspected(&name, block + 1, *kind, der);
            page.extend_from_slice(line.as_bytes());
            continue;
        }
        if block > 0 {
            page.push(b'\n');
        }
        let mut title = name.clone();
        if items.len() > 1 {
            let number = block + 1;
            title = phrase!("{title}, block {number}", title, number).in_language(look.language);
        }
        inspect::write(&mut page, &title, *kind, der, look.language).map_err(output)?;
    }
    Ok(page)
}

/// PEM, or one item of DER.
fn items(file: &Path, bytes: Vec<u8>) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
    pem::items_in(file, &bytes).or_else(|error| match kind_of(&bytes) {
        Some(kind) => Ok(vec![(kind, bytes)]),
        None => Err(error),
    })
}

fn stdin() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(files::LARGEST + 1)
        .read_to_end(&mut bytes);
    let failed = |source| Error::File {
        doing: "read",
        path: PathBuf::from("-"),
        source,
    };
    read.map_err(failed)?;
    match bytes.len() as u64 > files::LARGEST {
        true => Err(failed(io::Error::other("more than 16 MiB"))),
        false => Ok(bytes),
    }
}

/// What it may be instead is known of a file, which can be read again; so can the command that changes it.
fn of_a_pipe(error: Error) -> Error {
    match error {
        Error::Pem { path, said, .. } => Error::Contents {
            path,
            found: text::terminal(&said).into(),
            remedy: phrase!(
                "keep it in a file, and name that file: PKCS#12, PKCS#7 and others are told with the command that makes PEM of them"
            ),
        },
        other => other,
    }
}

/// The chain of a server: recorded by the hook of step 3 before webpki judges it, and judged as in `get`.
fn of_server(options: &Inspect, url: &str, look: Look) -> Result<Vec<u8>, Error> {
    let url = Url::parse(url)?;
    let (trusted, from) = options.trust(&url)?;
    let own = options.cert.as_ref().zip(options.key.as_ref());
    let own = own.map(|(cert, key)| identity(cert, key)).transpose()?;
    let narrator = Narrator::new(Side::Client, Arc::new(Silent));
    let setup = client_config(&trusted, own, TlsMax::default(), narrator);
    let setup = setup.map_err(|cause| unusable(options.paths(), cause))?;
    let ended = handshake(&setup, &url)?;
    let chain: Vec<_> = notes().server_chain.into_iter().map(Into::into).collect();
    let (refusal, ended) = match ended {
        Some(diagnosis) if chain.is_empty() => {
            return Err(Error::Tls {
                side: Side::Client,
                peer: url.place,
                diagnosis,
            });
        }
        Some(diagnosis) if diagnosis.step == Step::ClientVerifiesServer => (Some(diagnosis), None),
        ended => (None, ended),
    };
    let by_system = options.by_system(&url);
    let sent = Sent {
        place: url.place,
        host: url.host,
        chain,
        trust: from.map(|from| (trusted.anchors, from)),
        refusal: refusal.map(|refusal| {
            if by_system {
                not_of_this_system(refusal)
            } else {
                refusal
            }
        }),
        ended,
    };
    if options.json {
        return Ok(json::sent(&sent).into_bytes());
    }
    let mut page = Vec::new();
    sent.write(&mut Page {
        out: &mut page,
        paint: look.paint(&io::stdout()),
        long_words: LongWords::Keep,
    })
    .map_err(output)?;
    Ok(page)
}

/// Steps 1, 3 and 4, and then the end. `None`: both sides are through.
fn handshake(setup: &ClientSetup, url: &Url) -> Result<Option<Diagnosis>, Error> {
    let mut transport = dial(setup, url, 1)?;
    match connect(setup, url.server_name.clone(), &mut transport) {
        Ok(connection) => {
            close_gracefully(&mut StreamOwned::new(connection, transport));
            Ok(None)
        }
        Err(diagnosis) => {
            lingering_close(&mut transport);
            Ok(Some(diagnosis))
        }
    }
}

impl Inspect {
    fn paths(&self) -> Paths {
        (self.cacert.clone(), self.cert.clone().zip(self.key.clone()))
    }

    /// A public name is judged by the CAs of the system, unless others are named.
    fn by_system(&self, url: &Url) -> bool {
        self.ca_native || (self.cacert.is_none() && is_public(&url.host))
    }

    /// By which CAs the chain is judged, and where they come from. Nobody named any, and there are none in `certs`: then
    /// by a CA that was made for this and has signed nothing. webpki refuses every chain, and the client goes no further.
    fn trust(&self, url: &Url) -> Result<(Trust, Option<Phrase>), Error> {
        if self.by_system(url) {
            // A list that the user named is meant to count.
            let wanted = self.ca_native || named_lists() != (None, Vec::new());
            return match native_trust() {
                Ok(trust) => Ok((trust, Some(phrase!("the CAs of this system")))),
                Err(error) if wanted => Err(error),
                Err(_) => Ok((nobody()?, None)),
            };
        }
        let default = PathBuf::from("certs/ca.crt");
        let file = self
            .cacert
            .clone()
            .or_else(|| default.exists().then_some(default));
        match file {
            Some(file) => {
                let name = text::terminal(&file.display().to_string());
                Ok((trust(&file, &[])?, Some(name.into())))
            }
            None => Ok((nobody()?, None)),
        }
    }
}

fn nobody() -> Result<Trust, Error> {
    let nobody = Authority::create("nobody", KeyType::default(), 1)?;
    Ok(Trust {
        anchors: vec![nobody.certificate().clone()],
        ..Trust::default()
    })
}

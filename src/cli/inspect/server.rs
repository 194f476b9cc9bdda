//! The chain of a server: recorded by the hook of step 3 before webpki judges it, and judged as in `get`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::StreamOwned;

use super::{Inspect, Shown};
use crate::certificates::authority::Authority;
use crate::certificates::request::KeyType;
use crate::cli::files::{Paths, unusable};
use crate::cli::look::Look;
use crate::cli::public_site::{is_public, native_trust, not_of_this_system};
use crate::cli::{json, output};
use crate::client::{Url, dial};
use crate::credentials::{identity, named_lists, trust};
use crate::error::{Diagnosis, Error};
use crate::handshake::step7_application_data::close_gracefully;
use crate::handshake::{ClientSetup, TlsMax, Trust, client_config, connect};
use crate::instruments::doctor::explain::{Given, explain};
use crate::instruments::inspect::drawing::{From, Judge, Sent};
use crate::instruments::page::{LongWords, Page};
use crate::language::Phrase;
use crate::narration::narrator::notes;
use crate::narration::{Narrator, Side, Silent, Step};
use crate::phrase;
use crate::text;
use crate::transport::lingering_close;

pub(super) fn shown(options: &Inspect, url: Url, look: Look) -> Result<Shown, Error> {
    let (place, host) = (url.place.clone(), url.host.clone());
    let sent = match sent(options, url) {
        Ok(sent) => sent,
        Err(error) => {
            let line = |error: &Error| options.json.then(|| json::no_chain(&place, &host, error));
            return Ok(Shown::nothing(error, line));
        }
    };
    let mut shown = Shown::default();
    if options.json {
        shown.page = json::sent(&sent).into_bytes();
        return Ok(shown);
    }
    sent.write(&mut Page {
        out: &mut shown.page,
        paint: look.paint(&io::stdout()),
        long_words: LongWords::Keep,
    })
    .map_err(output)?;
    Ok(shown)
}

/// One handshake, and what it showed.
fn sent(options: &Inspect, url: Url) -> Result<Sent, Error> {
    let (trusted, judge) = options.trust(&url)?;
    let own = options.cert.as_ref().zip(options.key.as_ref());
    let own = own.map(|(cert, key)| identity(cert, key)).transpose()?;
    let narrator = Narrator::new(Side::Client, Arc::new(Silent));
    let setup = client_config(&trusted, own, TlsMax::default(), narrator);
    let setup = setup.map_err(|cause| unusable(options.paths(), cause))?;
    let ended = handshake(&setup, &url)?;
    let notes = notes();
    let chain: Vec<_> = notes.server_chain.into_iter().map(Into::into).collect();
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
    // In TLS 1.3 the server's request comes before its certificate, in TLS 1.2 behind it: a client that refuses the
    // certificate there has not read so far.
    let tls12 = refusal.as_ref().is_some_and(|refusal| refusal.seen.tls12);
    let by_system = options.by_system(&url);
    Ok(Sent {
        place: url.place,
        host: url.host,
        chain,
        judge,
        asks: match notes.request {
            Some(asked) => Some(Some(asked.authorities)),
            None if tls12 => None,
            None => Some(None),
        },
        refusal: refusal.map(|refusal| {
            if by_system {
                not_of_this_system(refusal)
            } else {
                refusal
            }
        }),
        ended,
    })
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

    /// By which CAs the chain is judged. CAs that were not named are a convenience: where they cannot be used, the chain
    /// is shown without a verdict.
    fn trust(&self, url: &Url) -> Result<(Trust, Judge), Error> {
        let mut named = self.ca_native || self.cacert.is_some();
        let (trust, from) = if self.by_system(url) {
            // A list that the user named is meant to count.
            named |= named_lists() != (None, Vec::new());
            (native_trust(), From::System)
        } else {
            let file = self.cacert.clone();
            let file = file.unwrap_or_else(|| PathBuf::from("certs/ca.crt"));
            if !named && !file.exists() {
                return not_judged(phrase!(
                    "no CA was named. --cacert FILE, or --ca-native for the CAs of this system"
                ));
            }
            let name = text::terminal(&file.display().to_string());
            (trust(&file, &[]), From::File(name))
        };
        match trust {
            Ok(trust) => {
                let anchors = trust.anchors.clone();
                Ok((
                    trust,
                    Judge::Of {
                        anchors,
                        from,
                        named,
                    },
                ))
            }
            // A list that a variable names is meant to count.
            Err(error) if named || (self.by_system(url) && named_lists() != (None, Vec::new())) => {
                Err(error)
            }
            Err(error) => {
                let report = explain(error, &Given::default()).report();
                not_judged(phrase!(
                    "no CA was named, and {from} cannot be used: {found}",
                    from = from.phrase(),
                    found = report.found
                ))
            }
        }
    }
}

/// The trust in a CA that was made for this and has signed nothing: webpki refuses every chain, and the client goes no
/// further.
fn not_judged(why: Phrase) -> Result<(Trust, Judge), Error> {
    let nobody = Authority::create("nobody", KeyType::default(), 1)?;
    let trust = Trust {
        anchors: vec![nobody.certificate().clone()],
        ..Trust::default()
    };
    Ok((trust, Judge::None(why)))
}

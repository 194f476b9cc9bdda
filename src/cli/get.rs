//! `get`: one request, as curl does it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustls::KeyLog;

use super::body::Body;
use super::files::{Paths, unusable};
use super::json::{self, Got};
use super::key_log;
use super::look::Look;
use super::output::{Keeping, all_done};
use super::public_site::{ByThisSystem, Request, explained, native_trust};
use super::wire::{Watch, offer};
use super::{Files, missing, output, print, say, teller, tls_max};
use crate::client::{Answer, Url, dial, get};
use crate::credentials::{identity, trust};
use crate::error::Error;
use crate::files::at_one_moment;
use crate::handshake::{ClientSetup, TlsMax, client_config};
use crate::instruments::doctor::explain::{Given, explain};
use crate::instruments::doctor::{PeerTrust, SetupFiles};
use crate::language::Language;
use crate::narration::{Narrator, Recorder, Side};
use crate::phrase;
use crate::text;

#[derive(Args)]
pub(super) struct Get {
    /// https://host[:port][/path]
    url: String,
    #[command(flatten)]
    files: Files,
    /// Trust the CAs of this system, as for a public site
    #[arg(long, conflicts_with_all = ["certs", "cacert"])]
    ca_native: bool,
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
    /// Get it a second time, on a ticket of the first
    #[arg(long)]
    twice: bool,
    /// Tell each step
    #[arg(long)]
    narrate: bool,
    /// For a program: one line of JSON, body included
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    watch: Watch,
}

impl Get {
    /// What the doctor may look into if the request fails: nothing more, where its words are in the JSON already.
    pub(super) fn given(&self) -> Given {
        match self.json {
            true => Given::default(),
            false => self.looked_into(),
        }
    }

    fn looked_into(&self) -> Given {
        let given = self.files.given(Side::Client);
        // The CAs that the server believes are the server's affair.
        let mut case = SetupFiles {
            peer: PeerTrust::Unknown,
            ..given.case
        };
        if self.ca_native {
            case.authorities = None;
            case.parties.retain(|_| self.files.cert.is_some());
        }
        Given {
            case,
            url: Some(self.url.clone()),
            ..given
        }
    }

    /// The error with what is known of sites of the public web.
    fn explained(&self, error: Error, url: &Url) -> Error {
        let request = Request {
            url: &self.url,
            host: &url.host,
            ca_native: self.ca_native,
            in_the_default_folder: !self.ca_native && self.files.none_named(),
            own: self.files.own(),
        };
        explained(error, &request)
    }

    /// With the CAs of the system there is no folder, and no certificate that is not named.
    fn paths(&self) -> Paths {
        match self.ca_native {
            true => (None, self.files.cert.clone().zip(self.files.key.clone())),
            false => self.files.paths(Side::Client),
        }
    }
}

fn client_setup(
    get: &Get,
    key_log: Option<Arc<dyn KeyLog>>,
    language: Language,
    recorder: &Arc<Recorder>,
) -> Result<ClientSetup, Error> {
    let (authorities, own) = get.paths();
    if authorities.is_none() && !get.ca_native {
        return Err(missing("--cacert", phrase!("who vouches for the server?")));
    }
    let mut paths: Vec<&Path> = authorities.iter().map(PathBuf::as_path).collect();
    paths.extend(own.iter().flat_map(|(cert, key)| [cert.as_path(), key]));
    let (trust, identity) = at_one_moment(&paths, || {
        let trust = match &authorities {
            Some(authorities) => trust(authorities, &[])?,
            None => native_trust()?,
        };
        let own = own.as_ref();
        let identity = own.map(|(cert, key)| identity(cert, key)).transpose()?;
        Ok::<_, Error>((trust, identity))
    })?;
    let offer = offer(get.tls_max, get.watch.wanted());
    let mut teller = teller(get.narrate, language, io::stderr());
    if get.json {
        teller = Arc::new(Keeping(Arc::clone(recorder), teller));
    }
    if get.ca_native {
        teller = Arc::new(ByThisSystem(teller));
    }
    let narrator = Narrator::new(Side::Client, teller);
    let mut setup = client_config(&trust, identity, offer, narrator)
        .map_err(|cause| unusable(get.paths(), cause))?;
    if let Some(key_log) = key_log {
        Arc::make_mut(&mut setup.config).key_log = key_log;
    }
    Ok(setup)
}

pub(super) fn run(options: &Get, look: Look) -> Result<(), Error> {
    let url = Url::parse(&options.url)?;
    let (recorder, mut got) = (Arc::new(Recorder::default()), Got::default());
    let done = options.watch.check();
    let done = done.and_then(|()| connections(options, &url, look, &recorder, &mut got));
    let done = done.map_err(|error| options.explained(error, &url));
    match done {
        // A wrong command line has no result.
        Err(error) if options.json && error.exit_code() == 1 => {
            let error = explain(error, &options.looked_into());
            print(json::got(&url, &got, Some(&error), &recorder.take()))?;
            Err(error)
        }
        done => done,
    }
}

fn connections(
    options: &Get,
    url: &Url,
    look: Look,
    recorder: &Arc<Recorder>,
    got: &mut Got,
) -> Result<(), Error> {
    let language = look.language;
    let key_log = key_log::open(move |note| {
        let note = phrase!("note: {note}", note).in_language(language);
        text::wrap(&note, 80).iter().for_each(|line| say(line));
    });
    let setup = client_setup(options, key_log, language, recorder)?;
    let connections = if options.twice { 2 } else { 1 };
    let mut earlier = None;
    for number in 1..=connections {
        *got = Got::default();
        let mut transport = dial(&setup, url, number)?;
        if super::in_a_debugger() {
            transport = transport.patient();
        }
        let mut stdout = Body::to_stdout();
        let body: &mut dyn Write = match options.json {
            true => &mut got.body,
            false => &mut stdout,
        };
        let answered = if options.watch.wanted() {
            let watch = &options.watch;
            let paint = look.paint(&io::stderr());
            watch.get(&mut earlier, &setup, url, transport, body, paint)
        } else {
            get(&setup, url, transport, body)
        };
        let written = if number == connections || answered.is_err() {
            options.watch.keep(earlier.as_ref(), language)
        } else {
            Ok(())
        };
        // Also what came of a body that was cut short. It gives the lock on stdout back.
        let flushed = stdout.end().map_err(output);
        drop(stdout);
        let answered = answered.and_then(|answer| {
            let answer = got.answer.insert(answer);
            got.body.whole(&url.place, answer).map(drop)
        });
        // What happened to the connection counts more than what happened to a file.
        all_done([answered, flushed, written], language)?;
        if options.json {
            print(json::got(url, got, None, &recorder.take()))?;
        }
        if let Some(answer) = got.answer.take().filter(|answer| answer.status >= 400) {
            let report = refused(options, url, answer, language);
            say(&format!("hello-mtls: {report}"));
        }
    }
    Ok(())
}

/// The answer is complete, and so the exit code stays 0, as curl's. What was refused and why is reported beside the
/// body, with the user's own files.
fn refused(options: &Get, url: &Url, answer: Answer, language: Language) -> String {
    let Some(diagnosis) = answer.refusal else {
        let accepted = phrase!(
            "the handshake was accepted, and the answer is {status} {reason}",
            status = answer.status,
            reason = answer.shown_reason()
        );
        return accepted.in_language(language);
    };
    let error = Error::Tls {
        side: Side::Client,
        peer: url.place.clone(),
        diagnosis,
    };
    explain(error, &options.looked_into())
        .report()
        .in_language(language)
}

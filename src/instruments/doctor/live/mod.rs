//! A look at a live server: connects as `get` does, and remembers what the server showed and asked.
//!
//! What it showed is what the hooks of the steps noted. Bounded in time as `get` is.

mod cause;
mod observation;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::Error as TlsError;

use self::observation::Observation;
use super::finding::THE_SERVER_AT;
use super::reading::Files;
use super::{ChainSource, Report, SetupFiles, SideFiles, report};
use crate::client::{Url, dial, get};
use crate::error::Error;
use crate::error::diagnosis::diagnose_tls;
use crate::handshake::{ExpiredLists, TlsMax, Trust, client_config, server_verifier};
use crate::narration::narrator::notes;
use crate::narration::{Narrator, Recorder, Side, Step, words};
use crate::phrase;
use crate::text;

/// Bytes of the answer that are read; what is in it does not matter.
const ANSWER: usize = 1 << 20;

/// Examines the files of `case`, those of a client, and the server at `url`.
pub fn examine(case: &SetupFiles, url: &Url) -> Report {
    let (files, unreadable) = Files::read(case);
    if files.anchors.is_empty() {
        // Without a CA a client cannot even begin.
        let mut all = report(case, &files, unreadable);
        let note = phrase!(
            "The server was not asked: a client needs the CA that vouches for it (--cacert)"
        );
        all.verdict.notes.push(note);
        return all;
    }
    let by = PathBuf::from(format!("{THE_SERVER_AT}{}", text::terminal(&url.place)));
    let has_pair = !case.parties.is_empty();
    let seen = look(&files, has_pair, url).unwrap_or_else(Observation::nothing);
    let mut case = SetupFiles {
        host: url.server_name.clone(),
        peer_hints: seen.asked.clone(),
        ..case.clone()
    };
    if !seen.chain.is_empty() {
        let (by, chain) = (by.clone(), seen.chain.clone());
        let (certificate, key) = (ChainSource::Sent { by, chain }, None);
        case.parties.push(SideFiles {
            side: Side::Server,
            certificate,
            key,
        });
    }
    let mut all = super::examine(&case);
    all.seen = seen.sentences();
    cause::add(&seen, &mut all, (&case, &files), &by);
    all.findings.sort_by_key(|finding| finding.severity);
    all
}

/// `has_pair`: the client was given a certificate and a key, usable or not.
fn look(files: &Files, has_pair: bool, url: &Url) -> Result<Observation, Error> {
    let unusable = |failed: TlsError| Error::Tls {
        side: Side::Client,
        peer: url.place.clone(),
        diagnosis: diagnose_tls(Side::Client, &failed),
    };
    let recorder = Arc::new(Recorder::default());
    let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
    let mut trust = Trust {
        anchors: files.anchors.clone(),
        revocation_lists: files.lists.iter().map(|(_, list)| list.clone()).collect(),
        // A list that is out of date is a finding of the files. The look at the server goes on.
        expired_lists: ExpiredLists::Use,
    };
    // A list that cannot be used is a finding already, too.
    let unusable_lists = server_verifier(&trust, &files.provider).is_err();
    if unusable_lists {
        trust.revocation_lists.clear();
    }
    // A pair that cannot be used is a finding already; the server is looked at without it.
    let settings = |identity| client_config(&trust, identity, TlsMax::default(), narrator.clone());
    let with_pair = settings(files.identity());
    let unusable_pair = has_pair && (with_pair.is_err() || files.identity().is_none());
    let setup = with_pair.or_else(|_| settings(None)).map_err(unusable)?;
    let transport = dial(&setup, url, 1)?;
    let mut room = vec![0; ANSWER];
    let outcome = get(&setup, url, transport, &mut io::Cursor::new(&mut room[..]));
    let notes = notes();
    let mut events = recorder.events().into_iter();
    let agreed = events.find(|event| event.step == Some(Step::ApplicationData));
    Ok(Observation {
        chain: notes.server_chain.into_iter().map(Into::into).collect(),
        asked: notes.request.map(|asked| asked.authorities),
        session: agreed
            .filter(|event| event.fact.passed())
            .map(|event| words::words(&event.fact).what),
        unusable_pair,
        unusable_lists,
        outcome,
    })
}

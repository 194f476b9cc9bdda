//! A case over a real connection on loopback, and what was seen of it: by the server, on the wire, by
//! the client.

use std::time::Instant;

use super::failed::Failed;
use super::meeting::{Meeting, connect_refused};
use super::stage::Stage;
use super::temp_files::TempFiles;
use super::{Case, Fault, Outcome, Termination};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::failures::says;
use crate::instruments::wire::conversation::{Kind, Protection};
use crate::instruments::wire::explain;
use crate::instruments::wire::tap::Recording;
use crate::instruments::wire::transcript::Transcript;
use crate::narration::{Event, Side, Step, words};

/// What was seen of a case.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which case.
    pub case: &'static Case,
    /// Up to which version of TLS.
    pub tls_max: TlsMax,
    /// When it began: the zero of all times.
    pub began: Instant,
    /// What the server saw.
    pub server: View,
    /// What the client saw.
    pub client: View,
    /// The fatal alert, if one was sent.
    pub alert: Option<Alert>,
}

/// What one side saw.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What it told, in the order of the clock.
    pub events: Vec<Event>,
    /// How it ended, in the words of rustls, of the system, or of ours. `None`: well.
    pub said: Option<String>,
    /// The step at which it saw the failure, and when.
    pub failed: Option<(Step, Instant)>,
}

/// A fatal alert, as it crossed the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its sender.
    pub from: Side,
    /// When it passed the sender's tap.
    pub at: Instant,
    /// Its number (RFC 8446 §6).
    pub number: u8,
    /// The record, as an eavesdropper sees it.
    pub record: Vec<u8>,
    /// Level and description.
    pub plaintext: Vec<u8>,
    /// An eavesdropper could not read it.
    pub encrypted: bool,
}

/// Runs a case.
///
/// # Errors
/// The stage could not be set: no certificates, no loopback. That the case fails is what it is for.
pub fn run(case: &'static Case, tls_max: TlsMax) -> Result<Run, Error> {
    let began = Instant::now();
    let tls_max = case.version(tls_max);
    let mut run = Run {
        case,
        tls_max,
        began,
        server: View::default(),
        client: View::default(),
        alert: None,
    };
    match case.scene.fault {
        Fault::Files(side, files) => {
            let written = TempFiles::new(case, side, &files)?;
            run.began = Instant::now();
            run.view(side).ends(written.read(side));
            if side == Side::Server {
                // The server never starts, so its clients find a closed port.
                run.client.ends(connect_refused());
            }
        }
        Fault::ClosedPort => run.client.ends(connect_refused()),
        _ => meet(&mut run)?,
    }
    Ok(run)
}

impl Run {
    /// What has to happen in this version of TLS.
    pub fn expected(&self) -> &'static Outcome {
        self.case.expected(self.tls_max)
    }

    /// Where it failed, and the side that noticed first. `None`: neither did.
    pub fn noticed(&self) -> Option<(Step, Side)> {
        let seen = |view: &View, side| view.failed.map(|(step, at)| (at, step, side));
        let both = [
            seen(&self.client, Side::Client),
            seen(&self.server, Side::Server),
        ];
        // The sender of an alert has noticed the failure before, but its event may come after the other side's.
        let sent = |side| self.alert.as_ref().is_some_and(|alert| alert.from == side);
        let seen = both.into_iter().flatten();
        let first = seen.clone().find(|(.., side)| sent(*side));
        let first = first.or_else(|| seen.min_by_key(|(at, ..)| *at));
        first.map(|(_, step, side)| (step, side))
    }

    /// When the client told step 7 for the first time: it believed that it was in.
    pub fn believed(&self) -> Option<Instant> {
        let data =
            |event: &&Event| event.step == Some(Step::ApplicationData) && event.fact.passed();
        self.client.events.iter().find(data).map(|event| event.at)
    }

    /// What is not as the table says, a sentence each. None: the case failed as it should.
    pub fn differences(&self) -> Vec<String> {
        let expected = self.expected();
        let mut found = Vec::new();
        let (is, should) = (
            self.noticed(),
            expected.by.map(|side| (expected.step, side)),
        );
        if is != should {
            found.push(format!("noticed: {is:?} instead of {should:?}"));
        }
        let is = self.alert.as_ref().map(|alert| (alert.from, alert.number));
        if is != expected.alert {
            found.push(format!("alert: {is:?} instead of {:?}", expected.alert));
        }
        let (is, should) = (self.believed().is_some(), expected.believed);
        if is != should {
            found.push(format!("the client believed: {is} instead of {should}"));
        }
        for (side, view, ends) in [
            ("server", &self.server, expected.server),
            ("client", &self.client, expected.client),
        ] {
            let said = view.said.as_deref();
            let as_expected = match ends {
                Termination::Well => said.is_none(),
                Termination::Alert => {
                    said.is_some_and(|said| says(said, "received fatal alert: …"))
                }
                Termination::WellOrAlert => said.is_none_or(|said| said.contains("alert")),
                Termination::With(words) => said.is_some_and(|said| says(said, words)),
            };
            if !as_expected {
                found.push(format!("the {side} ends with {said:?} instead of {ends:?}"));
            }
        }
        found
    }

    fn view(&mut self, side: Side) -> &mut View {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

impl View {
    /// How it ended: what a program would exit with.
    fn ends(&mut self, ended: Result<(), Failed>) {
        if let Err(Failed { step, said }) = ended {
            self.said = Some(said);
            self.failed = step.map(|step| (step, Instant::now()));
        }
    }

    /// Takes this side's events. A refusal among them knows best when it was.
    fn tells(&mut self, events: Vec<Event>) {
        self.events = events;
        let refusal = self.events.iter().rfind(|event| !event.fact.passed());
        if let Some(refusal) = refusal {
            self.failed = refusal.step.map(|step| (step, refusal.at));
            self.said
                .get_or_insert_with(|| words::words(&refusal.fact).what.to_string());
        }
    }
}

/// Both sides meet on loopback, if need be twice.
fn meet(run: &mut Run) -> Result<(), Error> {
    let stage = Stage::new(&run.case.scene, run.tls_max)?;
    let fault = run.case.scene.fault;
    let mut met = Meeting::of(&stage, &stage.ends.server, fault)?;
    if let Some(later) = &stage.later {
        stage.ends.recorder.take();
        met = Meeting::of(&stage, later, fault)?;
    }
    run.began = met.began;
    run.server.ends(met.server);
    run.client.ends(met.client);
    let events = stage.ends.recorder.events().into_iter();
    let (client, server) = events.partition(|event| event.side == Side::Client);
    run.client.tells(client);
    run.server.tells(server);
    // The sender's tap has its alert even if it never arrives.
    let sent_by = |side| alert(side, met.taps.iter().map(Recording::transcript), met.began);
    run.alert = sent_by(Side::Client).or_else(|| sent_by(Side::Server));
    Ok(())
}

/// The fatal alert that `side` sent, out of its own tap.
fn alert(side: Side, taps: impl Iterator<Item = Transcript>, began: Instant) -> Option<Alert> {
    let own = taps
        .into_iter()
        .find(|transcript| transcript.tapped == Some(side))?;
    let conversation = explain(&own);
    let (number, message) =
        conversation
            .messages
            .iter()
            .find_map(|message| match message.kind {
                // A warning is no refusal: close_notify, user_canceled, no_renegotiation.
                Kind::Alert(_, number)
                    if message.from == side && !matches!(number, 0 | 90 | 100) =>
                {
                    Some((number, message))
                }
                _ => None,
            })?;
    let record = conversation
        .records
        .get(message.fragments.first()?.record)?;
    Some(Alert {
        from: side,
        at: began + message.at,
        number,
        record: record.bytes.clone(),
        plaintext: message.bytes.clone(),
        encrypted: matches!(record.protection, Protection::Decrypted(_)),
    })
}

/// The recording of a case that needs no more than two sides that meet, as the tap of the client has it.
///
/// # Errors
/// As [`run`].
pub fn recording(case: &'static Case, tls_max: TlsMax) -> Result<Transcript, Error> {
    let stage = Stage::new(&case.scene, tls_max)?;
    let met = Meeting::of(&stage, &stage.ends.server, case.scene.fault)?;
    let [client, _] = &met.taps;
    Ok(client.transcript())
}

//! The two sides of a case, ready to meet: certificates made, settings assembled, then spoiled.
//!
//! The settings are the product's own [`server_config`] and [`client_config`]. Where another program would
//! not check its own certificate, this room replaces what these have checked; [`Fault`] does the rest.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{ClientConfig, ServerConfig};

use super::pem_files::{PemFiles, unusable};
use super::pki_builder::PkiBuilder;
use super::{Fault, Party, SCENE, Scene};
use crate::error::Error;
use crate::handshake::open_connection::ClientJudge;
use crate::handshake::step2_server_presents_certificate::ServerCertificateHook;
use crate::handshake::step4_client_presents_certificate::ClientCertificateHook;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{ClientSetup, Offer, ServerSetup, TlsMax, client_config, server_config};
use crate::instruments::stepper::TwoEnds;
use crate::narration::{Narrator, Recorder, Side};

/// The two sides of a case, and what a case needs beside them.
#[derive(Debug)]
pub struct Stage {
    /// The two sides, as the stepper takes them.
    pub ends: TwoEnds,
    /// The same server when the client comes a second time, if it does.
    pub later: Option<ServerSetup>,
    /// What the server judges clients with from the first answer on, if that changes.
    pub meanwhile: Option<Arc<ClientJudge>>,
    /// The client's files, so that other programs can try in its place.
    pub client_files: PemFiles,
}

impl Stage {
    /// Makes the certificates of a scene, and both sides' settings.
    pub fn new(scene: &Scene, tls_max: TlsMax) -> Result<Stage, Error> {
        Stage::with(&mut PkiBuilder::default(), scene, tls_max)
    }

    /// The same, with a builder that is asked for more later: other files of the same CA.
    pub(super) fn with(
        builder: &mut PkiBuilder,
        scene: &Scene,
        tls_max: TlsMax,
    ) -> Result<Stage, Error> {
        let recorder = Arc::new(Recorder::default());
        let narrator = |side| Narrator::new(side, Arc::clone(&recorder) as _);
        let mut first = *scene;
        if let Fault::Resumes | Fault::StaysOpen = scene.fault {
            // On the first connection, or until its second request, the server knows of no revocation yet.
            first.server.lists = &[];
        }
        let server = server(&first, tls_max, builder, narrator(Side::Server))?;
        let mut later = None;
        if let Fault::Resumes = scene.fault {
            let mut second = self::server(scene, tls_max, builder, narrator(Side::Server))?;
            // The ticket of the first connection counts on the second only in the same storage.
            let storage = Arc::clone(&server.config.session_storage);
            Arc::make_mut(&mut second.config).session_storage = storage;
            later = Some(second);
        }
        let mut meanwhile = None;
        if let Fault::StaysOpen = scene.fault {
            meanwhile = self::server(scene, tls_max, builder, narrator(Side::Server))?.judge;
        }
        let client_files = PemFiles::of(&scene.client, builder)?;
        let client = client(scene, &client_files, tls_max, narrator(Side::Client))?;
        let server_name =
            ServerName::try_from(scene.server_name).map_err(|error| unusable(&error))?;
        let ends = TwoEnds {
            client,
            server,
            server_name,
            recorder,
        };
        Ok(Stage {
            ends,
            later,
            meanwhile,
            client_files,
        })
    }
}

fn server(
    scene: &Scene,
    tls_max: TlsMax,
    builder: &mut PkiBuilder,
    narrator: Narrator,
) -> Result<ServerSetup, Error> {
    let party = &scene.server;
    let files = PemFiles::of(party, builder)?;
    let trust = files.trust()?;
    let clients = (!party.trusts.is_empty()).then_some(&trust);
    let allowed = scene
        .allows
        .iter()
        .filter_map(|id| Allowed::parse(id).ok())
        .collect();
    // rustls would refuse a wrong certificate here: a good one takes its place, and is replaced below.
    let own = if party.checks_own_certificate {
        files.identity()?
    } else {
        PemFiles::of(&SCENE.server, builder)?.identity()?
    };
    let mut offer = Offer::from(tls_max);
    scene.fault.spoil_offer(&mut offer, Side::Server, tls_max);
    let mut setup = server_config(own, clients, allowed, offer.clone(), narrator.clone())
        .map_err(|error| unusable(&error))?;
    let config: &mut ServerConfig = Arc::make_mut(&mut setup.config);
    config.time_provider = clock(party);
    if !party.checks_own_certificate {
        let hook = ServerCertificateHook::new(files.unchecked()?, clients.is_some(), narrator);
        config.cert_resolver = Arc::new(hook);
    }
    scene.fault.spoil_server(&mut setup, offer, &files)?;
    Ok(setup)
}

fn client(
    scene: &Scene,
    files: &PemFiles,
    tls_max: TlsMax,
    narrator: Narrator,
) -> Result<ClientSetup, Error> {
    let party = &scene.client;
    let shows = !party.shows.is_empty();
    let own = if shows && party.checks_own_certificate {
        Some(files.identity()?)
    } else {
        None
    };
    let mut offer = Offer::from(tls_max);
    scene.fault.spoil_offer(&mut offer, Side::Client, tls_max);
    let mut setup = client_config(&files.trust()?, own, offer, narrator.clone())
        .map_err(|error| unusable(&error))?;
    let config: &mut ClientConfig = Arc::make_mut(&mut setup.config);
    config.time_provider = clock(party);
    if shows && !party.checks_own_certificate {
        let hook = ClientCertificateHook::new(Some(files.unchecked()?), narrator);
        config.client_auth_cert_resolver = Arc::new(hook);
    }
    scene.fault.spoil_client(&mut setup, files)?;
    Ok(setup)
}

fn clock(party: &Party) -> Arc<dyn TimeProvider> {
    Arc::new(Clock(party.clock))
}

/// A clock that is so many days ahead.
#[derive(Debug)]
struct Clock(i64);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = DefaultTimeProvider.current_time()?.as_secs();
        let shown = now.saturating_add_signed(self.0 * 86_400);
        Some(UnixTime::since_unix_epoch(Duration::from_secs(shown)))
    }
}

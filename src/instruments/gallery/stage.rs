//! The two sides of a case, ready to meet: certificates made, settings assembled, then spoiled.
//!
//! Everything is the product's own [`server_config`] and [`client_config`]. What a careful program
//! would not do to itself is done to their result, here and in `peers`, nowhere else.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{ServerName, UnixTime};
use rustls::server::ResolvesServerCertUsingSni;
use rustls::sign::CertifiedKey;
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::version::{TLS12, TLS13};
use rustls::{
    CipherSuite, ClientConfig, NamedGroup, ServerConfig, SignatureScheme, SupportedProtocolVersion,
};

use super::maker::{self, Maker};
use super::{Party, SCENE, Scene, Twist, peers};
use crate::certificates::failed;
use crate::error::Error;
use crate::handshake::step2_server_presents_certificate::ServerCertificateHook;
use crate::handshake::step4_client_presents_certificate::ClientCertificateHook;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{
    ClientSetup, Identity, Offer, ServerSetup, TlsMax, Trust, client_config, provider,
    server_config,
};
use crate::narration::{Narrator, Recorder, Side};

/// The two sides.
#[derive(Debug)]
pub struct Stage {
    /// Who listens.
    pub server: ServerSetup,
    /// Who listens when the client comes a second time, if it does.
    pub later: Option<ServerSetup>,
    /// Who dials.
    pub client: ClientSetup,
    /// The name that it dials.
    pub server_name: ServerName<'static>,
    /// Where both tell.
    pub recorder: Arc<Recorder>,
    /// The client's files, so that other programs can try in its place.
    pub papers: Papers,
}

/// The files of a side, PEM. Empty: it has none.
#[derive(Clone, Debug, Default)]
pub struct Papers {
    /// What it shows.
    pub certificate: String,
    /// The key it signs with.
    pub key: String,
    /// Whom it believes.
    pub authorities: String,
    /// What it knows to be revoked.
    pub lists: String,
}

impl Stage {
    /// Makes the certificates of a scene, and both sides' settings.
    pub fn new(scene: &Scene, tls_max: TlsMax) -> Result<Stage, Error> {
        Stage::made_by(&mut Maker::default(), scene, tls_max)
    }

    /// The same, by a maker who is asked for more later: other files of the same CA.
    pub(super) fn made_by(
        maker: &mut Maker,
        scene: &Scene,
        tls_max: TlsMax,
    ) -> Result<Stage, Error> {
        let recorder = Arc::new(Recorder::default());
        let voice = |side| Narrator::new(side, Arc::clone(&recorder) as _);
        let (first, second) = match scene.twist {
            Twist::Resumes => (
                Scene {
                    server: Party {
                        lists: &[],
                        ..scene.server
                    },
                    ..*scene
                },
                true,
            ),
            _ => (*scene, false),
        };
        let server = server(&first, tls_max, maker, voice(Side::Server))?;
        let mut later = match second {
            true => Some(self::server(scene, tls_max, maker, voice(Side::Server))?),
            false => None,
        };
        if let Some(later) = &mut later {
            let storage = Arc::clone(&server.config.session_storage);
            Arc::make_mut(&mut later.config).session_storage = storage;
        }
        let papers = papers(&scene.client, maker)?;
        let client = client(scene, &papers, tls_max, voice(Side::Client))?;
        let server_name = ServerName::try_from(scene.dials).map_err(|error| unusable(&error))?;
        Ok(Stage {
            server,
            later,
            client,
            server_name,
            recorder,
            papers,
        })
    }
}

/// What this side has in its files.
pub(super) fn papers(party: &Party, maker: &mut Maker) -> Result<Papers, Error> {
    Ok(Papers {
        certificate: maker.chain(party.shows)?,
        key: match party.key.or(party.shows.first()) {
            Some(owner) => maker.key(owner)?,
            None => String::new(),
        },
        authorities: maker.chain(party.trusts)?,
        lists: maker.lists(party.lists)?,
    })
}

fn server(
    scene: &Scene,
    tls_max: TlsMax,
    maker: &mut Maker,
    narrator: Narrator,
) -> Result<ServerSetup, Error> {
    let party = &scene.server;
    let papers = papers(party, maker)?;
    let trust = trust(&papers)?;
    let clients = (!party.trusts.is_empty()).then_some(&trust);
    let allowed = scene
        .allows
        .iter()
        .filter_map(|id| Allowed::parse(id).ok())
        .collect();
    let own = match party.careful {
        true => identity(&papers)?,
        false => identity(&self::papers(&SCENE.server, maker)?)?,
    };
    let offer = offer(scene.twist, Side::Server, tls_max);
    let mut setup = server_config(own, clients, allowed, offer.clone(), narrator.clone())
        .map_err(|error| unusable(&error))?;
    if let Twist::Slam = scene.twist {
        setup.config = peers::slamming(&setup, offer).map_err(|error| unusable(&error))?;
    }
    let config: &mut ServerConfig = Arc::make_mut(&mut setup.config);
    config.time_provider = clock(party);
    if !party.careful {
        let hook = ServerCertificateHook::new(unchecked(&papers)?, clients.is_some(), narrator);
        config.cert_resolver = Arc::new(hook);
    }
    match scene.twist {
        Twist::Protocols => config.alpn_protocols = vec![b"h2".to_vec()],
        Twist::OneDoor(name) => {
            let mut doors = ResolvesServerCertUsingSni::new();
            let added = doors.add(name, unchecked(&papers)?);
            added.map_err(|error| unusable(&error))?;
            config.cert_resolver = Arc::new(doors);
        }
        _ => {}
    }
    Ok(setup)
}

fn client(
    scene: &Scene,
    papers: &Papers,
    tls_max: TlsMax,
    narrator: Narrator,
) -> Result<ClientSetup, Error> {
    let (party, trust) = (&scene.client, trust(papers)?);
    let shows = !party.shows.is_empty() && !matches!(scene.twist, Twist::Picky);
    let own = match shows && party.careful {
        true => Some(identity(papers)?),
        false => None,
    };
    let offer = offer(scene.twist, Side::Client, tls_max);
    let mut setup =
        client_config(&trust, own, offer, narrator.clone()).map_err(|error| unusable(&error))?;
    let config: &mut ClientConfig = Arc::make_mut(&mut setup.config);
    config.time_provider = clock(party);
    if shows && !party.careful {
        let hook = ClientCertificateHook::new(Some(unchecked(papers)?), narrator);
        config.client_auth_cert_resolver = Arc::new(hook);
    } else if let Twist::Picky = scene.twist {
        let full = ClientCertificateHook::new(Some(unchecked(papers)?), narrator);
        config.client_auth_cert_resolver = Arc::new(peers::Picky::new(
            full,
            Arc::clone(&config.client_auth_cert_resolver),
            &papers.certificate,
        )?);
    }
    Ok(setup)
}

/// What a side offers in step 1. Where two sides have nothing in common, each has the half of it that
/// the other has not.
fn offer(twist: Twist, side: Side, tls_max: TlsMax) -> Offer {
    static ONLY_1_2: [&SupportedProtocolVersion; 1] = [&TLS12];
    static ONLY_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];
    let mut offer = Offer::from(tls_max);
    let provider = Arc::make_mut(&mut offer.provider);
    let serves = side == Side::Server;
    match twist {
        Twist::Versions if serves == (tls_max == TlsMax::Tls13) => offer.versions = &ONLY_1_3,
        Twist::Versions => offer.versions = &ONLY_1_2,
        Twist::Suites => provider
            .cipher_suites
            .retain(|suite| is_chacha(suite.suite()) != serves),
        Twist::Groups => provider
            .kx_groups
            .retain(|group| (group.name() == NamedGroup::secp384r1) == serves),
        Twist::Schemes if !serves => {
            // The list is in the order of preference: what stands before Ed25519 is ECDSA.
            let known = &mut provider.signature_verification_algorithms;
            let mut parts = known
                .mapping
                .split(|(scheme, _)| *scheme == SignatureScheme::ED25519);
            known.mapping = parts.next().unwrap_or_default();
        }
        _ => {}
    }
    offer
}

fn is_chacha(suite: CipherSuite) -> bool {
    format!("{suite:?}").contains("CHACHA20")
}

fn trust(papers: &Papers) -> Result<Trust, Error> {
    Ok(Trust {
        anchors: maker::certificates(&papers.authorities)?,
        revocation_lists: maker::revocation_lists(&papers.lists)?,
    })
}

fn identity(papers: &Papers) -> Result<Identity, Error> {
    let chain = maker::certificates(&papers.certificate)?;
    Ok(Identity {
        chain,
        key: maker::private_key(&papers.key)?,
    })
}

/// Certificate and key of a program that does not look at what it was given.
fn unchecked(papers: &Papers) -> Result<CertifiedKey, Error> {
    let Identity { chain, key } = identity(papers)?;
    let key = provider()
        .key_provider
        .load_private_key(key)
        .map_err(|error| unusable(&error))?;
    Ok(CertifiedKey::new(chain, key))
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

fn unusable(error: &dyn std::fmt::Display) -> Error {
    failed("set the stage", error)
}

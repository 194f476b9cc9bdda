//! webpki's own answer, by the code that the handshake runs.

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::certification_path::CertificationPath;
use super::evidence::{Evidence, SideEvidence};
use super::{ChainSource, PeerTrust};
use crate::handshake::{ExpiredLists, Trust, client_verifier, server_verifier};
use crate::narration;

/// Asks rustls to load the side's files and webpki to verify its chain. `None` if something is missing
/// for that.
pub(super) fn webpki(
    evidence: &Evidence<'_>,
    side: &SideEvidence<'_>,
) -> Option<Result<(), rustls::Error>> {
    let (leaf, rest) = side.ders.split_first()?;
    let mut loaded = Ok(());
    if side.party.key.is_some() {
        let key = side.keys.first().filter(|key| key.public.is_some())?;
        let key = key.der.clone_key();
        loaded =
            CertifiedKey::from_der(side.ders.to_vec(), key, &evidence.files.provider).map(drop);
    }
    let anchors = anchors(evidence, side);
    if anchors.is_empty() {
        return loaded.is_err().then_some(loaded);
    }
    Some(loaded.and_then(|()| verify(evidence, anchors, side.party.side, leaf, rest)))
}

/// With all bytes of a file, also those that are no certificate. Where it is not known what the other side
/// believes, the CA at which the route ends; without one webpki has nothing to say.
fn anchors(evidence: &Evidence<'_>, side: &SideEvidence<'_>) -> Vec<CertificateDer<'static>> {
    let is_sent = matches!(side.party.certificate, ChainSource::Sent { .. });
    match evidence.case.peer {
        PeerTrust::File(_) if !is_sent => evidence.files.peer.clone(),
        PeerTrust::Unknown if !is_sent => {
            let path = CertificationPath::find(evidence, side);
            let anchor = path.as_ref().and_then(CertificationPath::anchor);
            anchor
                .map(|anchor| anchor.der.clone())
                .into_iter()
                .collect()
        }
        _ => evidence.files.anchors.clone(),
    }
}

fn verify(
    evidence: &Evidence<'_>,
    anchors: Vec<CertificateDer<'static>>,
    side: narration::Side,
    leaf: &CertificateDer<'static>,
    rest: &[CertificateDer<'static>],
) -> Result<(), rustls::Error> {
    let (files, now) = (evidence.files, evidence.case.now);
    let expired_lists = match side {
        // That is for `serve` to decide. A client with lists goes by what rustls does unless it is told otherwise.
        narration::Side::Server => ExpiredLists::Use,
        narration::Side::Client => evidence.case.expired_lists,
    };
    let trust = Trust {
        anchors,
        revocation_lists: files.lists.iter().map(|(_, list)| list.clone()).collect(),
        expired_lists,
    };
    match side {
        narration::Side::Server => server_verifier(&trust, &files.provider)?
            .verify_server_cert(leaf, rest, &evidence.case.host, &[], now)
            .map(drop),
        narration::Side::Client => client_verifier(&trust, &files.provider)?
            .verify_client_cert(leaf, rest, now)
            .map(drop),
    }
}

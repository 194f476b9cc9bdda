//! webpki's own answer, by the code that the handshake runs.

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::evidence::{Evidence, SideEvidence};
use crate::handshake::{Trust, client_verifier, server_verifier};
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
    if evidence.files.anchors.is_empty() {
        return loaded.is_err().then_some(loaded);
    }
    Some(loaded.and_then(|()| verify(evidence, side.party.side, leaf, rest)))
}

fn verify(
    evidence: &Evidence<'_>,
    side: narration::Side,
    leaf: &CertificateDer<'static>,
    rest: &[CertificateDer<'static>],
) -> Result<(), rustls::Error> {
    let (files, now) = (evidence.files, evidence.case.now);
    let trust = Trust {
        anchors: files.anchors.clone(),
        revocation_lists: files.lists.iter().map(|(_, list)| list.clone()).collect(),
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

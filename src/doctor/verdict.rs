//! webpki's own verdict, by the code that the handshake runs, and what it amounts to.

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::evidence::{Evidence, Side};
use crate::error::Diagnosis;
use crate::error::diagnosis::diagnose_tls;
use crate::handshake::{Trust, client_verifier, server_verifier};
use crate::narration::{self, Step};

/// The last word on each certificate that could be judged.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// A certificate each.
    pub rulings: Vec<Ruling>,
    /// The name or address for which a server's was judged.
    pub host: String,
}

/// The last word on one side's certificate.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// Whose certificate.
    pub side: narration::Side,
    /// Why it is refused; `None`: it is accepted.
    pub refusal: Option<Diagnosis>,
    /// It is accepted, though a check called something an error.
    pub disputed: bool,
}

impl Ruling {
    pub(super) fn new(side: narration::Side, refusal: Option<&rustls::Error>) -> Ruling {
        let judge = match side {
            narration::Side::Server => narration::Side::Client,
            narration::Side::Client => narration::Side::Server,
        };
        let refusal = refusal.map(|error| diagnose_tls(judge, error));
        Ruling {
            side,
            refusal,
            disputed: false,
        }
    }
}

/// Asks rustls to load the side's files and webpki to verify its chain. `None` if something is missing
/// for that.
pub(super) fn ask(evidence: &Evidence<'_>, side: &Side<'_>) -> Option<Result<(), rustls::Error>> {
    let (leaf, rest) = side.ders.split_first()?;
    let mut loaded = Ok(());
    if side.party.key.is_some() {
        let key = side.keys.first()?.der.clone_key();
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

impl Verdict {
    /// In a sentence or two. `errors` is how many there are in the report.
    pub fn sentence(&self, errors: usize, warnings: usize) -> String {
        let refused: Vec<String> = self.rulings.iter().filter_map(refused).collect();
        let disputed: Vec<String> = self
            .rulings
            .iter()
            .filter(|ruling| ruling.disputed)
            .map(|ruling| {
                format!(
                    "webpki accepts the {}'s certificate all the same: believe webpki",
                    ruling.side
                )
            })
            .collect();
        let accepted: Vec<String> = self
            .rulings
            .iter()
            .filter(|ruling| ruling.refusal.is_none())
            .map(|ruling| match ruling.side {
                narration::Side::Server => {
                    format!("the server's certificate for \"{}\"", self.host)
                }
                narration::Side::Client => "the client's certificate".to_owned(),
            })
            .collect();
        let warned = match warnings {
            0 => "nothing to mend".to_owned(),
            1 => "1 warning".to_owned(),
            many => format!("{many} warnings"),
        };
        let mut parts = vec![match (errors, accepted.is_empty()) {
            (0, true) => format!("there is no certificate to judge; {warned}"),
            (0, false) => format!("webpki accepts {}; {warned}", accepted.join(" and ")),
            (1, _) => "it fails: 1 error".to_owned(),
            (many, _) => format!("it fails: {many} errors"),
        }];
        parts.extend(refused);
        parts.extend(disputed);
        parts.join(". ")
    }
}

fn refused(ruling: &Ruling) -> Option<String> {
    let refusal = ruling.refusal.as_ref()?;
    let who = if refusal.step == Step::Preparation {
        "rustls"
    } else {
        "webpki"
    };
    Some(format!("{who} refuses the {}'s certificate", ruling.side))
}

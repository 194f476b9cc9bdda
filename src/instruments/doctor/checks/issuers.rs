//! Who signed whom: does the chain arrive at a trusted CA, and in which order?

use std::path::Path;

use crate::instruments::doctor::certification_path::End;
use crate::instruments::doctor::evidence::{Cert, Evidence};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::pem::block::Wanted;
use crate::instruments::doctor::remedy::{append, new_leaf, reorder};
use crate::instruments::doctor::side_view::SideView;
use crate::instruments::doctor::signatures::{Signed, signed_by};
use crate::narration::Step;
use crate::text;

/// A chain that does not arrive at a trusted CA.
struct BrokenPath<'l, 'e, 'a> {
    look: &'l SideView<'e, 'a>,
    /// The file of the trusted CAs.
    authorities: &'e Path,
    own: &'e Cert<'a>,
    /// The last certificate that is known.
    top: &'e Cert<'a>,
}

/// The chain chains_to_anchor at one of the trusted CAs.
pub(super) fn chains_to_anchor(look: &SideView<'_, '_>) -> Option<Finding> {
    let route = look.route.as_ref()?;
    let stray = BrokenPath {
        look,
        authorities: look.evidence.authorities()?,
        own: route.certs.first()?,
        top: route.certs.last()?,
    };
    let broken_blocks = look.side.ders.len() > look.side.chain.len();
    match (route.end, nearby_issuer(look.evidence, stray.top)) {
        (End::Anchor(_), _) => None,
        _ if broken_blocks => None,
        // A CA that signed itself: whether a leaf may be one is another check's.
        (End::OwnIssuer, _) if route.certs.len() == 1 && stray.top.is_ca() => None,
        (End::OwnIssuer, _) if route.certs.len() == 1 => Some(stray.self_signed()),
        (_, Some(issuer)) if !issuer.self_issued() => Some(stray.missing_intermediate(issuer)),
        (_, Some(root)) => Some(stray.root_nearby(root)),
        (End::OtherKey(other), None) => Some(stray.other_key(other)),
        (End::OwnIssuer, None) => Some(stray.untrusted_root()),
        (End::Nobody, None) => Some(stray.nobody()),
    }
}

impl BrokenPath<'_, '_, '_> {
    /// An error of the chain.
    fn chain(&self, code: &'static str, found: String, fix: impl Into<String>) -> Finding {
        let (name, authorities) = (self.own.name(), text::shell(self.authorities));
        let expected = format!("a chain from {name} to a CA in {authorities}");
        self.look.error(code, expected, found, fix)
    }

    /// The same as an error of the CA file.
    fn trust(&self, code: &'static str, found: String, fix: impl Into<String>) -> Finding {
        Finding {
            file: self.authorities.to_owned(),
            ..self.chain(code, found, fix)
        }
    }

    /// `CN=localhost says that CN=my-ca signed it`.
    fn says(&self) -> String {
        let issuer = self.top.summary.shown_issuer();
        format!("{} says that {issuer} signed it", self.top.name())
    }

    fn self_signed(&self) -> Finding {
        let found = format!("{} signed itself, and is not in that file", self.top.name());
        let fix = match self.look.is_sent() {
            true => "the server's certificate by another way, to add it there".to_owned(),
            false => {
                let trust = append(self.authorities, self.look.label());
                format!("a CA signs it, or it is trusted itself:\n{trust}")
            }
        };
        self.chain("self-signed", found, fix)
    }

    fn missing_intermediate(&self, issuer: &Cert<'_>) -> Finding {
        let found = format!("{}, and that one is not in the file", self.says());
        let nearby = self.look.evidence.nearby.iter();
        let in_that_file = nearby.filter(|cert| cert.path == issuer.path);
        let whole_chain = in_that_file.clone().any(|cert| cert.der == self.own.der);
        let (file, with) = (self.look.label(), text::shell(issuer.path));
        let fix = match self.look.is_sent() {
            true => "the server has to send it as well".to_owned(),
            false if whole_chain => format!("the file with the whole chain: --cert {with}"),
            false => format!("it goes behind the leaf:\n{}", append(file, issuer.path)),
        };
        self.chain("missing-intermediate", found, fix)
    }

    fn root_nearby(&self, root: &Cert<'_>) -> Finding {
        let (file, authorities) = (text::shell(root.path), text::shell(self.authorities));
        let found = format!("{}: {file}, which is not in {authorities}", self.says());
        let fix = append(self.authorities, root.path);
        self.trust(
            "unknown-issuer",
            found,
            format!("trust that one too:\n{fix}"),
        )
    }

    fn other_key(&self, other: &Cert<'_>) -> Finding {
        let found = format!(
            "{}. {} has that name, but its key did not sign: one of the two was made anew, or changed",
            self.says(),
            text::shell(other.path)
        );
        let fix = format!("the earlier CA file, or {}", new_leaf(self.look));
        self.chain("ca-key-changed", found, fix)
    }

    fn untrusted_root(&self) -> Finding {
        let found = format!("{} signed itself, and is not in that file", self.top.name());
        let fix = "the right CA file; is that root to be trusted?";
        self.trust("unknown-root", found, fix)
    }

    fn nobody(&self) -> Finding {
        let anchors = &self.look.evidence.anchors;
        if anchors.iter().any(|anchor| leaf_as_ca(anchor, self.own)) {
            let authorities = text::shell(self.authorities);
            let found = format!("a leaf in {authorities}: it signed nobody. {}", self.says());
            let fix = "the certificate of the CA (ca.crt) goes there";
            return self.trust("leaf-as-ca", found, fix);
        }
        let first = anchors.first().map(|anchor| anchor.summary.shown_subject());
        let more = if anchors.len() > 1 { " and others" } else { "" };
        let trusted = first.unwrap_or_default();
        let found = format!("{}; trusted is {trusted}{more}", self.says());
        let renew = new_leaf(self.look);
        let fix = format!(
            "the CA file with that issuer, or the intermediate that is missing between, or {renew}"
        );
        self.trust("unknown-issuer", found, fix)
    }
}

/// A CA file that holds the leaf itself, or a certificate that is no CA.
fn leaf_as_ca(anchor: &Cert<'_>, own: &Cert<'_>) -> bool {
    let no_ca = anchor.summary.version == 3 && !anchor.is_ca() && !anchor.self_issued();
    anchor.der == own.der || no_ca
}

/// The true issuer, if it lies in the same folders.
fn nearby_issuer<'e, 'a>(evidence: &'e Evidence<'a>, cert: &Cert<'_>) -> Option<&'e Cert<'a>> {
    let nearby = evidence.nearby.iter();
    let mut named = nearby
        .filter(|near| near.subject() == cert.issuer() && near.der != cert.der)
        .take(16);
    named.find(|near| signed_by(cert, near, &evidence.files.provider) == Signed::Valid)
}

/// Each certificate is followed by its issuer.
pub(super) fn in_order(look: &SideView<'_, '_>) -> Option<Finding> {
    let (route, chain) = (look.route.as_ref()?, &look.side.chain);
    let place = |cert: &&Cert<'_>| chain.iter().position(|one| std::ptr::eq(one, *cert));
    let places: Vec<usize> = route.certs.iter().filter_map(place).collect();
    if places.is_sorted() || look.anchor().is_none() || look.side.misplaced.is_some() {
        return None;
    }
    let rest = (0..chain.len()).filter(|index| !places.contains(index));
    let order: Vec<usize> = places.iter().copied().chain(rest).collect();
    let fix = match look.side.party.certificate.path() {
        Some(path) => reorder(path, Wanted::Certificate, &order),
        None => "the server's chain file, in that order".to_owned(),
    };
    let found = "intermediates in another order; rustls sorts them, an old TLS 1.2 peer does not";
    let expected = "each certificate followed by its issuer (RFC 5246 §7.4.2)";
    Some(
        look.error("unordered-chain", expected, found, fix)
            .warning(),
    )
}

/// A CA file is for CAs: who trusts a leaf as well, cannot revoke it.
pub(super) fn leaf_among_anchors(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, anchor, evidence) = (look.leaf()?, look.anchor()?, look.evidence);
    let trusted = evidence.anchors.iter().any(|one| one.der == leaf.der);
    let file = evidence
        .authorities()
        .filter(|_| trusted && anchor.der != leaf.der)?;
    let found = format!("the leaf {} as well", leaf.name());
    let (expected, fix) = ("CAs only", "take that block out");
    let finding = error(
        "leaf-in-ca-file",
        Step::Preparation,
        file,
        expected,
        found,
        fix,
    );
    Some(finding.warning())
}

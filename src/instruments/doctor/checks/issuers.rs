//! Which CA signed which certificate: does the chain reach a trusted CA, and in which order?

use std::path::Path;

use super::pair::from_the_leaf;
use super::published::{fetched, issuers_url};
use crate::instruments::doctor::certification_path::End;
use crate::instruments::doctor::evidence::{Cert, Evidence};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::pem::block::Wanted;
use crate::instruments::doctor::remedy::{append, new_leaf, new_leaf_by, reorder, trust};
use crate::instruments::doctor::side_view::SideView;
use crate::instruments::doctor::signatures::{Signed, signed_by};
use crate::language::Phrase;
use crate::language::Value;
use crate::narration::Step;
use crate::phrase;
use crate::text;

/// A chain that does not arrive at a trusted CA.
struct BrokenPath<'l, 'e, 'a> {
    look: &'l SideView<'e, 'a>,
    /// The file of the CAs that decide, and the option that names it; `None`: nobody here knows them.
    judge: Option<(&'e Path, &'static str)>,
    own: &'e Cert<'a>,
    /// The last certificate that is known.
    top: &'e Cert<'a>,
}

/// The chain arrives at one of the CAs that decide.
pub(super) fn chains_to_anchor(look: &SideView<'_, '_>) -> Option<Finding> {
    let route = look.route.as_ref()?;
    let judge = look.evidence.judge(look.side);
    let stray = BrokenPath {
        look,
        judge: judge.filter(|_| !look.peer_unknown()),
        own: route.certs.first()?,
        top: route.certs.last()?,
    };
    let broken_blocks = look.side.ders.len() > look.side.chain.len();
    let nearby = nearby_issuer(look.evidence, stray.top);
    match (route.end, nearby) {
        (End::Anchor(anchor), _) => stray.renewed(anchor),
        _ if broken_blocks => None,
        (_, Some(issuer)) if look.peer_unknown() && !issuer.self_issued() => {
            Some(stray.missing_intermediate(issuer))
        }
        _ if look.peer_unknown() => stray.of_nobody_known(route.end),
        _ if judge.is_none() => None,
        // A CA that signed itself: whether a leaf may be one is another check's.
        (End::OwnIssuer, _) if route.certs.len() == 1 && stray.top.is_ca() => None,
        (End::OwnIssuer, _) if route.certs.len() == 1 => Some(stray.self_signed()),
        (_, Some(issuer)) if !issuer.self_issued() => Some(stray.missing_intermediate(issuer)),
        (End::OtherKey(new), Some(old)) => Some(stray.made_anew(new, old)),
        (_, Some(root)) => Some(stray.root_nearby(root)),
        (End::OtherKey(other), None) => Some(stray.other_key(other)),
        (End::OwnIssuer, None) => Some(stray.untrusted_root()),
        (End::Nobody, None) => Some(stray.nobody()),
    }
}

/// Which CA the other side has to trust, where nothing here says whether it does. A server that was asked has
/// said so itself.
pub(in crate::instruments::doctor) fn whom_to_trust(look: &SideView<'_, '_>) -> Option<Phrase> {
    let evidence = look.evidence;
    if !look.peer_unknown() || evidence.case.peer_hints.is_some() || look.misnamed().is_some() {
        return None;
    }
    let peer = match evidence.case.role_unknown {
        true => phrase!("other side"),
        false => look.role().peer().phrase(),
    };
    let Some(anchor) = look.anchor() else {
        let top = *look.route.as_ref()?.certs.last()?;
        if nearby_issuer(evidence, top).is_some() {
            return None;
        }
        let issuer = top.summary.shown_issuer();
        let trust = phrase!(
            "The {peer} has to trust {issuer}, whose certificate is not here",
            peer,
            issuer
        );
        return Some(match issuers_url(top) {
            Some(url) => phrase!(
                "{trust}; {name} names an address for it, {url}. If it is an intermediate, this side has to send it, behind the leaf",
                trust,
                name = top.name(),
                url
            ),
            None => trust,
        });
    };
    let is_ours = evidence.anchors.iter().any(|ours| ours.der == anchor.der);
    let (name, file) = (anchor.summary.shown_subject(), text::shell(anchor.path));
    (!is_ours).then(|| phrase!("The {peer} has to trust {name} ({file}): its --cacert. With that file as --peer-cacert the doctor judges by it", peer, name, file))
}

impl BrokenPath<'_, '_, '_> {
    /// The file of the CAs that decide.
    fn authorities(&self) -> &Path {
        self.judge.map_or(Path::new(""), |(file, _)| file)
    }

    /// An error of the chain.
    fn chain(
        &self,
        code: &'static str,
        found: impl Into<Phrase>,
        fix: impl Into<Phrase>,
    ) -> Finding {
        let name = self.own.name();
        let expected = match self.judge {
            Some((file, _)) => phrase!(
                "a chain from {name} to a CA in {file}",
                name,
                file = text::shell(file)
            ),
            None => phrase!(
                "a chain from {name} to a CA that the other side trusts",
                name
            ),
        };
        self.look.error(code, expected, found, fix)
    }

    /// The same as an error of the CA file.
    fn trust(
        &self,
        code: &'static str,
        found: impl Into<Phrase>,
        fix: impl Into<Phrase>,
    ) -> Finding {
        let finding = self.chain(code, found, fix);
        let file = self.judge.map(|(file, _)| file.to_owned());
        Finding {
            file: file.unwrap_or(finding.file),
            ..finding
        }
    }

    /// The remedy that trusts one more.
    fn and_trust(&self, ca: &Cert<'_>) -> Phrase {
        let (file, option) = self.judge.unwrap_or((Path::new("ca.crt"), "--cacert"));
        trust(file, ca, option)
    }

    /// `CN=localhost says that CN=my-ca signed it`.
    fn says(&self) -> Phrase {
        let issuer = self.top.summary.shown_issuer();
        phrase!(
            "{name} says that {issuer} signed it",
            name = self.top.name(),
            issuer
        )
    }

    /// What the chain itself shows, where it is not known which CA the other side trusts.
    fn of_nobody_known(&self, end: End<'_, '_>) -> Option<Finding> {
        let anchors = &self.look.evidence.anchors;
        match end {
            End::OtherKey(other) => Some(self.other_key(other).warning()),
            _ if !anchors.is_empty() && anchors.iter().all(is_leaf) => {
                let file = self.look.evidence.authorities()?;
                let finding = self.leaf_as_ca(file);
                Some(Finding {
                    file: file.to_owned(),
                    ..finding
                })
            }
            End::Nobody => Some(self.published()?.warning()),
            _ => None,
        }
    }

    /// The leaf says where its issuer's certificate is. Above an intermediate that would be a root, which nobody sends.
    fn published(&self) -> Option<Finding> {
        let alone = std::ptr::eq(self.own, self.top);
        let url = issuers_url(self.top).filter(|_| alone)?;
        let found = phrase!(
            "{says}, and that one is not in the file. The certificate says that it is at {url}; TLS does not fetch it",
            says = self.says(),
            url = text::terminal(url)
        );
        let fix = match self.look.is_sent() {
            true => {
                phrase!(
                    "the server has to send it as well. If it is a root: it belongs into the file of CAs"
                )
            }
            false => phrase!(
                "it goes behind the leaf, unless it is a root:\n{command}",
                command = fetched(url, self.look.label())
            ),
        };
        Some(self.chain("missing-intermediate", found, fix))
    }

    /// Nobody knows whether the other side has the old CA or the new one; here are both.
    fn renewed(&self, old: &Cert<'_>) -> Option<Finding> {
        let anchors = &self.look.evidence.anchors;
        let is_other =
            |ca: &&Cert<'_>| ca.subject() == old.subject() && ca.public_key() != old.public_key();
        let trusted = anchors.iter().any(|ca| ca.der == old.der);
        let new = anchors.iter().find(is_other).filter(|_| !trusted)?;
        (self.look.peer_unknown()).then(|| self.made_anew(new, old).warning())
    }

    fn self_signed(&self) -> Finding {
        let found = phrase!(
            "{name} signed itself, and is not in that file",
            name = self.top.name()
        );
        let fix = match self.look.is_sent() {
            true => phrase!("the server's certificate from its owner, to add it to that file"),
            false => phrase!(
                "a CA signs it; or {trust}",
                trust = self.and_trust(self.own)
            ),
        };
        self.chain("self-signed", found, fix)
    }

    fn missing_intermediate(&self, issuer: &Cert<'_>) -> Finding {
        let found = phrase!(
            "{says}, and that one is not in the file",
            says = self.says()
        );
        let nearby = self.look.evidence.nearby.iter();
        let in_that_file = nearby.filter(|cert| cert.path == issuer.path);
        let whole_chain = in_that_file.clone().any(|cert| cert.der == self.own.der);
        let (file, with) = (self.look.label(), text::shell(issuer.path));
        let fix = match self.look.is_sent() {
            true => phrase!("the server has to send it as well"),
            false if whole_chain => phrase!("the file with the whole chain: --cert {with}", with),
            false => phrase!(
                "it goes behind the leaf:\n{command}",
                command = append(file, issuer)
            ),
        };
        self.chain("missing-intermediate", found, fix)
    }

    fn root_nearby(&self, root: &Cert<'_>) -> Finding {
        let (file, authorities) = (text::shell(root.path), text::shell(self.authorities()));
        let found = phrase!(
            "{says}: {file}, which is not in {authorities}",
            says = self.says(),
            file,
            authorities
        );
        self.trust("unknown-issuer", found, self.and_trust(root))
    }

    fn other_key(&self, other: &Cert<'_>) -> Finding {
        let found = phrase!(
            "{says}. {file} has that name, but its key did not sign: one of the two was made anew, or changed",
            says = self.says(),
            file = text::shell(other.path)
        );
        let fix = phrase!(
            "the earlier CA file, or {renewal}",
            renewal = new_leaf(self.look)
        );
        self.chain("ca-key-changed", found, fix)
    }

    /// Two CAs of one name: the file that decides has the one, and the other one signed.
    fn made_anew(&self, new: &Cert<'_>, old: &Cert<'_>) -> Finding {
        let [new_file, old_file] = [new, old].map(|ca| text::shell(ca.path));
        let found = phrase!(
            "{says}: that was the one in {old_file}. The one in {new_file} has the same name and another key: the CA was made anew",
            says = self.says(),
            old_file,
            new_file
        );
        let fix = match (new_leaf_by(self.look, new), self.judge) {
            (Some(anew), Some(_)) => anew,
            (Some(anew), None) => phrase!("if the other side has the new CA, {anew}", anew),
            (None, Some(_)) => {
                let until = self.and_trust(old);
                phrase!(
                    "a new certificate from the new CA; until then, {until}",
                    until
                )
            }
            (None, None) => {
                phrase!("a new certificate from the new CA, if the other side has it")
            }
        };
        self.chain("ca-key-changed", found, fix)
    }

    fn untrusted_root(&self) -> Finding {
        let found = phrase!(
            "{name} signed itself, and is not in that file",
            name = self.top.name()
        );
        let fix = phrase!("the right CA file; is that root to be trusted?");
        self.trust("unknown-root", found, fix)
    }

    fn leaf_as_ca(&self, file: &Path) -> Finding {
        let found = phrase!(
            "a leaf in {file}: it signed no certificate. {says}",
            file = text::shell(file),
            says = self.says()
        );
        let fix = phrase!("the certificate of the CA (ca.crt) goes there");
        self.trust("leaf-as-ca", found, fix)
    }

    fn nobody(&self) -> Finding {
        let anchors = self.look.evidence.anchors_of(self.look.side);
        let is_it = |anchor: &&Cert<'_>| anchor.der == self.own.der || is_leaf(anchor);
        if anchors.iter().any(is_it) {
            return self.leaf_as_ca(self.authorities());
        }
        if let Some(finding) = self.published() {
            return finding;
        }
        let first = anchors.first().map(|anchor| anchor.summary.shown_subject());
        let (says, trusted) = (self.says(), first.unwrap_or_default());
        let found = if anchors.len() > 1 {
            phrase!("{says}; trusted are {trusted} and others", says, trusted)
        } else {
            phrase!("{says}; trusted is {trusted}", says, trusted)
        };
        let fix = phrase!(
            "the CA file with that issuer, or the intermediate that is missing between, or {renewal}",
            renewal = new_leaf(self.look)
        );
        self.trust("unknown-issuer", found, fix)
    }
}

/// A certificate in the place of a CA that is none.
fn is_leaf(anchor: &Cert<'_>) -> bool {
    anchor.summary.version == 3 && !anchor.is_ca() && !anchor.self_issued()
}

/// The true issuer, if it lies in the same folders. A valid one comes before one that has expired; a current file before
/// a backup; a file that holds it alone before one with others; then a file beside the certificate; then one that is called as its key is, before a copy for another use.
fn nearby_issuer<'e, 'a>(evidence: &'e Evidence<'a>, cert: &Cert<'_>) -> Option<&'e Cert<'a>> {
    let is_named = |near: &&Cert<'_>| near.subject() == cert.issuer() && near.der != cert.der;
    let mut named: Vec<&Cert<'_>> = evidence.nearby.iter().filter(is_named).collect();
    let has_key = |near: &Cert<'_>| {
        let key = near.path.with_extension("key");
        evidence.keys_of(near).any(|path| path == key)
    };
    let is_for_trust = |near: &Cert<'_>| {
        let name = near.path.file_name().unwrap_or_default();
        name.to_string_lossy().contains("cacert")
    };
    named.sort_by_cached_key(|near| {
        let elsewhere = near.path.parent() != cert.path.parent();
        (
            !near.is_valid(evidence.now()),
            near.rank(),
            elsewhere,
            !has_key(near),
            is_for_trust(near),
        )
    });
    let mut named = named.into_iter().take(16);
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
    let path = look.side.party.certificate.path();
    let reordered = path.and_then(|path| reorder(path, Wanted::Certificate, &from_the_leaf(look)));
    let fix = reordered.map_or_else(|| phrase!("the chain file, in that order"), Phrase::from);
    let found =
        phrase!("intermediates in another order; rustls sorts them, an old TLS 1.2 peer does not");
    let expected = phrase!("each certificate followed by its issuer (RFC 5246 §7.4.2)");
    Some(
        look.error("unordered-chain", expected, found, fix)
            .warning(),
    )
}

/// A CA file is for CAs: a side that trusts a leaf directly cannot have it revoked.
pub(super) fn leaf_among_anchors(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, anchor, evidence) = (look.leaf()?, look.anchor()?, look.evidence);
    let trusted = evidence.anchors.iter().any(|one| one.der == leaf.der);
    let file = evidence
        .authorities()
        .filter(|_| trusted && anchor.der != leaf.der)?;
    let found = phrase!("the leaf {name} as well", name = leaf.name());
    let (expected, fix) = (phrase!("CAs only"), phrase!("take that block out"));
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

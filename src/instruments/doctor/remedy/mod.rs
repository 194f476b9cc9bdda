//! What fixes a certificate: a new one, a new pair, a leaf of one's own CA, or a request to a CA elsewhere.
//!
//! A command is pasted as it stands, so nothing that is in use is overwritten before what replaces it
//! is whole, and what was there stays beside it ([`super::in_place`]).

mod names;
mod commands;
mod edits;

use std::path::Path;

pub(super) use self::edits::{append, reorder, replace_key, swap, trust};
use super::PeerTrust;
use super::evidence::{Cert, Evidence};
use super::finding::Finding;
use super::reading::is_backup;
use super::side_view::{ChainLink, SideView};
use super::signatures::{Signed, signed_by};
use crate::certificates::constraints;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::text;

/// For a CA that is at fault itself.
pub(super) fn new_ca() -> Phrase {
    phrase!(
        "a new CA, and new certificates from it:\n  [ -d new-certs ] || hello-mtls certs --dir new-certs\nthen --certs new-certs"
    )
}

/// A certificate of a route made anew.
pub(super) fn renew(link: &ChainLink<'_, '_, '_>) -> Phrase {
    let name = link.cert.name();
    match (link.height, as_root(link)) {
        (0, _) => new_leaf(link.look),
        (_, Some(remedy)) => remedy,
        _ => phrase!("a new certificate for {name}, from its issuer", name),
    }
}

/// A CA that another one had certified has become a root of its own, with the same key: a side that trusts the
/// root does not look at the certificate between.
fn as_root(link: &ChainLink<'_, '_, '_>) -> Option<Phrase> {
    let evidence = link.look.evidence;
    let (file, option) = evidence.judge(link.look.side)?;
    let roots = evidence.nearby.iter().filter(|near| near.self_issued());
    let roots = roots.filter(|root| root.is_as(link.cert) && root.is_valid(evidence.now()));
    let root = roots.min_by_key(|root| root.rank())?;
    let (path, trust) = (text::shell(root.path), trust(file, root, option));
    Some(phrase!(
        "{file} has that CA as a root: {trust}",
        file = path,
        trust
    ))
}

/// A new certificate for the key of this side, of version 3, with its names and its purpose.
pub(super) fn new_leaf(look: &SideView<'_, '_>) -> Phrase {
    let Some(own) = Own::of(look) else {
        return if look.is_sent() {
            phrase!("a new certificate, from its owner's CA")
        } else {
            phrase!("a new certificate, from its CA")
        };
    };
    if look.evidence.case.role_unknown {
        return phrase!(
            "a new certificate from its CA. Is it a server's or a client's? With --role the doctor says how to make it"
        );
    }
    if let Some(other) = own.of_the_other_side() {
        return other;
    }
    // A CA in the place of the leaf signs one itself, and not a CA that may be the other side's.
    let guessed = matches!(look.evidence.case.peer, PeerTrust::Unknown);
    if let Some(key) = own.signs_itself().filter(|_| guessed) {
        return commands::leaf_of_its_own(&own, key);
    }
    if let Some(other) = own.of_another_ca() {
        return other;
    }
    if let Some(signer) = own.signer() {
        return renewed(&own, &signer);
    }
    match own.signs_itself() {
        Some(key) => commands::leaf_of_its_own(&own, key),
        None => commands::request(&own),
    }
}

/// A new certificate for the key of this side, by this CA; `None` if the CA's key is not here.
pub(super) fn new_leaf_by(look: &SideView<'_, '_>, ca: &Cert<'_>) -> Option<Phrase> {
    let own = Own::of(look).filter(|_| !look.evidence.case.role_unknown)?;
    Some(renewed(&own, &own.files_of(ca)?))
}

fn renewed(own: &Own<'_, '_, '_>, signer: &Signer<'_>) -> Phrase {
    let commands = commands::our_tool(own, signer);
    let commands = commands.unwrap_or_else(|| commands::openssl(own, signer));
    phrase!("a new certificate for its key:\n{commands}", commands)
}

/// A new key in place of one that will not do, and a certificate for it. `why` introduces the commands.
pub(super) fn new_pair(look: &SideView<'_, '_>, why: Phrase) -> Phrase {
    let Some(own) = Own::of(look) else {
        return phrase!("its own key");
    };
    let certify = match own.signer() {
        Some(signer) => commands::openssl(&own, &signer).into(),
        None => commands::request(&own),
    };
    Phrase::lines([why, commands::new_key(own.key).into(), certify])
}

/// A new key and a certificate for it where the key file that was named belongs to another certificate.
pub(super) fn pair_elsewhere(look: &SideView<'_, '_>) -> Phrase {
    Own::of(look).map_or_else(|| phrase!("its own key"), |own| own.beside())
}

/// In place of a certificate that its CA has revoked. A thief may have its key, and a new certificate for that key
/// would let the thief in again.
pub(super) fn after_revocation(link: &ChainLink<'_, '_, '_>) -> Phrase {
    let look = link.look;
    if link.height > 0 {
        let name = link.cert.name();
        return phrase!(
            "another CA in the place of {name}, with a new key, and new certificates from it",
            name
        );
    }
    if look.is_sent() || look.evidence.case.role_unknown {
        return phrase!("a new key, and a certificate for it from the CA");
    }
    let why = phrase!("a new key, as the old one may be in other hands, and a certificate for it:");
    new_pair(look, why)
}

/// A new certificate for the key as it will be then: no request that is here already is of use.
pub(super) fn request(look: &SideView<'_, '_>) -> Phrase {
    let Some(own) = Own::of(look) else {
        return phrase!("a new certificate, from its CA");
    };
    match own.signer() {
        Some(signer) => commands::openssl(&own, &signer).into(),
        None => commands::request(&own),
    }
}

/// A remedy that takes what it needs from a backup says so. Current files are looked at first, so none of them has it.
pub(super) fn naming_backups(finding: Finding, evidence: &Evidence<'_>) -> Finding {
    let fix = finding.fix.to_string();
    let is_named = |file: &String| {
        let mut places = fix.match_indices(file.as_str());
        // `client.key.old2` is another file.
        places.any(|(at, _)| !fix[at + file.len()..].starts_with(|c: char| c.is_alphanumeric()))
    };
    let backups = evidence.files.nearby.iter().map(|file| &*file.path);
    let backups = backups.filter(|path| is_backup(path) && !evidence.case.names(path));
    let notes = backups.map(text::shell).filter(is_named).map(|file| {
        phrase!(
            "{file} is a backup: no current file has what is needed",
            file
        )
    });
    Finding {
        fix: notes.fold(finding.fix.clone(), |fix, note| Phrase::lines([fix, note])),
        ..finding
    }
}

/// A side whose certificate and key are files here.
struct Own<'l, 'e, 'a> {
    look: &'l SideView<'e, 'a>,
    certificate: &'e Path,
    key: &'e Path,
}

/// A CA of this setup whose key lies here as well, and the files of both.
struct Signer<'e> {
    certificate: &'e Path,
    key: &'e Path,
}

impl<'l, 'e, 'a> Own<'l, 'e, 'a> {
    fn of(look: &'l SideView<'e, 'a>) -> Option<Own<'l, 'e, 'a>> {
        Some(Own {
            look,
            certificate: look.side.party.certificate.path()?,
            key: look.side.party.key.as_deref()?,
        })
    }

    /// The CA that signed the leaf until now, or else a trusted one, if its key is here.
    fn signer(&self) -> Option<Signer<'e>> {
        let look = self.look;
        let mut authorities = self.above().chain(look.evidence.anchors_of(look.side));
        authorities.find_map(|ca| self.signs(ca).then(|| self.files_of(ca)).flatten())
    }

    /// The CAs of the route, if it arrives.
    fn above(&self) -> impl Iterator<Item = &'e Cert<'a>> {
        let look = self.look;
        let arrived = look.route.iter().filter(|_| look.anchor().is_some());
        let above = arrived.flat_map(|route| route.certs.iter().copied().skip(1));
        above.chain(look.anchor())
    }

    /// A CA above may not sign for a host that the new certificate has to name.
    fn of_another_ca(&self) -> Option<Phrase> {
        let hosts = match self.look.role() {
            Side::Server => names::hosts(self.look),
            Side::Client => Vec::new(),
        };
        self.above().find_map(|ca| {
            let constraints = constraints::of(&ca.x509)?;
            let mut hosts = hosts.iter();
            let host = hosts.find(|host| !constraints::permits_host(constraints, host))?;
            Some(phrase!(
                "a new certificate from another CA: the name constraints of {ca} leave out {host}",
                ca = ca.name(),
                host
            ))
        })
    }

    /// Files named by hand hold a certificate for the other side, and for that one alone. To make it anew for
    /// this side would take it from the other one. In the tutorial's folder the file's name says whose it is.
    fn of_the_other_side(&self) -> Option<Phrase> {
        let (role, evidence) = (self.look.role(), self.look.evidence);
        let leaf = self.look.leaf().filter(|leaf| !leaf.is_ca())?;
        let foreign = !leaf.is_for(role) && leaf.is_for(role.peer());
        if !foreign || matches!(evidence.case.peer, PeerTrust::Same) {
            return None;
        }
        let own_kind = |cert: &&Cert<'_>| {
            let named = cert.x509.extended_key_usage().ok().flatten().is_some();
            let of_that_ca = cert.issuer() == leaf.issuer() && self.same_signer(cert, leaf);
            named && !cert.is_ca() && cert.is_for(role) && of_that_ca
        };
        let mut pairs = evidence.nearby.iter().filter(own_kind);
        let pair = pairs.find_map(|cert| Some((cert.path, evidence.keys_of(cert).next()?)));
        if let Some((cert, key)) = pair {
            let [cert, key] = [cert, key].map(text::shell);
            return Some(phrase!(
                "then --cert {cert} --key {key}: that one is for a {role}",
                cert,
                key,
                role
            ));
        }
        Some(self.beside())
    }

    /// A pair in files of its own.
    fn beside(&self) -> Phrase {
        match self.signer() {
            Some(signer) => commands::pair_beside(self, &signer),
            None => phrase!(
                "a key and a certificate of its own for the {role}, from its CA; this one stays what it is",
                role = self.look.role()
            ),
        }
    }

    /// Whether one key signed both; without a CA that signed `leaf` nobody here can tell. A CA that was made anew has
    /// the old one's name.
    fn same_signer(&self, cert: &Cert<'_>, leaf: &Cert<'_>) -> bool {
        let evidence = self.look.evidence;
        let signed = |cert: &Cert<'_>, ca| signed_by(cert, ca, &evidence.files.provider);
        let known = evidence.nearby.iter().chain(&evidence.anchors);
        let mut signer = known.filter(|ca| ca.subject() == leaf.issuer());
        let signer = signer.find(|ca| signed(leaf, ca) == Signed::Valid);
        signer.is_none_or(|ca| signed(cert, ca) != Signed::Invalid)
    }

    /// A CA file that holds this very certificate, compared by its bytes: a copy has another name.
    fn trusted_copy(&self) -> Option<&'e Path> {
        let leaf = self.look.leaf()?;
        let mut anchors = self.look.evidence.anchors.iter();
        anchors
            .find(|anchor| anchor.der == leaf.der)
            .map(|anchor| anchor.path)
    }

    /// A CA that is shown as a leaf does not sign itself.
    fn signs(&self, ca: &Cert<'_>) -> bool {
        let is_leaf = self.look.leaf().is_some_and(|leaf| leaf.der == ca.der);
        let mut keys = self.look.side.keys.iter().take(1);
        ca.is_ca() && !(is_leaf && keys.any(|key| key.is_of(ca.public_key())))
    }

    fn files_of(&self, ca: &Cert<'_>) -> Option<Signer<'e>> {
        let evidence = self.look.evidence;
        // openssl reads the first certificate of a file.
        let mut first: Vec<&Cert<'_>> = evidence.nearby.iter().collect();
        first.retain(|near| near.place.0 == 1 && near.der == ca.der);
        Some(Signer {
            certificate: first.into_iter().min_by_key(|near| near.rank())?.path,
            key: evidence.keys_of(ca).next()?,
        })
    }

    /// The key of a leaf that is its own CA, as `openssl req -x509` makes it.
    fn signs_itself(&self) -> Option<&'e Path> {
        let leaf = self.look.leaf()?;
        let is_root = leaf.is_ca() && leaf.self_issued();
        is_root
            .then(|| self.look.evidence.keys_of(leaf).next())
            .flatten()
    }
}

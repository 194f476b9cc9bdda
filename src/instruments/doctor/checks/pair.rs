//! A certificate and its key: made for each other, and found at the right place.

use std::path::Path;

use crate::instruments::doctor::PeerTrust;
use crate::instruments::doctor::evidence::{Cert, Evidence};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::in_place::rewrite;
use crate::instruments::doctor::pem::block::Wanted;
use crate::instruments::doctor::reading::Key;
use crate::instruments::doctor::remedy::{
    new_leaf, new_pair, pair_elsewhere, reorder, replace_key, swap,
};
use crate::instruments::doctor::side_view::SideView;
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;
use crate::text;

/// The key is that of the first certificate in the file.
pub(super) fn key_fits(look: &SideView<'_, '_>) -> Option<Finding> {
    let key = look.side.keys.first().filter(|key| key.public.is_some())?;
    let (leaf, file) = (look.leaf()?, look.side.party.key.as_deref()?);
    let chain_file = look.side.party.certificate.path()?;
    if key.is_of(leaf.public_key()) {
        return None;
    }
    let (name, certificates) = (leaf.name(), text::shell(chain_file));
    let expected = phrase!(
        "the private key of {name} in {certificates}",
        name,
        certificates
    );
    let (found, fix) = match another_in_the_file(look, leaf, file) {
        Some(fix) => (phrase!("the first key in this file is another one"), fix),
        _ if look.misnamed().is_some() => (owner(look, key), right_certificate(look)?),
        None => (owner(look, key), right_key(look, leaf, key, file)),
    };
    let step = Step::Preparation;
    Some(error("key-mismatch", step, file, expected, found, fix))
}

/// The right key is in the same file, but not the first.
fn another_in_the_file(look: &SideView<'_, '_>, leaf: &Cert<'_>, file: &Path) -> Option<Phrase> {
    let keys = look.side.keys;
    let place = keys.iter().position(|key| key.is_of(leaf.public_key()))?;
    let reordered = reorder(file, Wanted::PrivateKey, &first(place, keys.len()));
    Some(reordered.map_or_else(
        || phrase!("that key in front, or in a file of its own"),
        Phrase::from,
    ))
}

/// A CA was named as the certificate, and the key's own certificate lies here.
fn right_certificate(look: &SideView<'_, '_>) -> Option<Phrase> {
    let own = text::shell(look.misnamed()?.path);
    let file = look.label();
    let role = look.role();
    let put = phrase!("the key's own certificate is {own}: --cert {own}", own);
    if !matches!(look.evidence.case.peer, PeerTrust::Same) {
        return Some(put);
    }
    let put_there = rewrite(file, "cat {own} >").replace("{own}", &own);
    Some(phrase!(
        "{put}, or in the place of the {role}'s:\n{command}",
        put,
        role,
        command = put_there
    ))
}

/// Whose key it is.
fn owner(look: &SideView<'_, '_>, key: &Key) -> Phrase {
    let mut nearby = look.evidence.nearby.iter();
    match nearby.find(|cert| key.is_of(cert.public_key())) {
        Some(cert) => phrase!(
            "the key of {name} in {file}",
            name = cert.name(),
            file = text::shell(cert.path)
        ),
        None => phrase!("a key that fits no certificate in this folder"),
    }
}

/// Puts the right key, if it lies nearby, in the place of this one; otherwise a way to a new pair.
fn right_key(look: &SideView<'_, '_>, leaf: &Cert<'_>, key: &Key, file: &Path) -> Phrase {
    if leaf.is_ca() {
        // A CA's certificate in the place of a leaf: the key may well be right.
        return new_leaf(look);
    }
    let (evidence, name) = (look.evidence, text::shell(file));
    let mut others = evidence.nearby.iter();
    let owner = others.find(|cert| key.is_of(cert.public_key()));
    // It is where it belongs, and the wrong one was named: to overwrite it would break its owner.
    let in_its_place = owner.is_some_and(|cert| {
        let mut all = evidence.keys_of(cert);
        named_alike(file, cert.path) || all.all(|path| path == file)
    });
    match evidence.keys_of(leaf).find(|path| *path != file) {
        Some(right) if wants(evidence, right, key) => {
            let both = swap(file, right);
            let apart = phrase!(
                "the two keys are swapped, {name} and {right}",
                name,
                right = text::shell(right)
            );
            both.map_or(apart, |both| {
                phrase!("the two keys are swapped:\n{command}", command = both)
            })
        }
        Some(right) if in_its_place => {
            let right = text::shell(right);
            phrase!("the right one is {right}: --key {right}", right)
        }
        Some(right) => {
            let put = replace_key(file, right);
            phrase!(
                "the right one is {right}:\n{command}",
                right = text::shell(right),
                command = put
            )
        }
        None if in_its_place => {
            let lost = phrase!("its own key; if that is lost:");
            Phrase::lines([lost, pair_elsewhere(look)])
        }
        None if owner.is_some() => {
            let lost = phrase!("its own key; if that is lost, a new one and a certificate for it:");
            new_pair(look, lost)
        }
        None => new_leaf(look),
    }
}

/// `server.key` and `server.crt`: a pair, by their names.
fn named_alike(key: &Path, certificate: &Path) -> bool {
    key.with_extension("") == certificate.with_extension("")
}

/// Whether the side whose key file this is needs that key.
fn wants(evidence: &Evidence<'_>, file: &Path, key: &Key) -> bool {
    evidence.sides.iter().any(|side| {
        let leaf = side.chain.first();
        side.party.key.as_deref() == Some(file)
            && leaf.is_some_and(|leaf| key.is_of(leaf.public_key()))
    })
}

/// Places from 0, with this one in front.
fn first(place: usize, of: usize) -> Vec<usize> {
    let rest = (0..of).filter(|index| *index != place);
    [place].into_iter().chain(rest).collect()
}

/// A chain begins with the leaf. Often the CA is in front.
pub(super) fn leaf_first(look: &SideView<'_, '_>) -> Option<Finding> {
    let (chain, place) = (&look.side.chain, look.side.misplaced?);
    let (step, fix) = match look.side.party.certificate.path() {
        Some(path) => {
            let by_hand = || {
                phrase!(
                    "certificate {number} of the file in front",
                    number = place + 1
                )
            };
            let reordered = reorder(path, Wanted::Certificate, &from_the_leaf(look));
            (
                Step::Preparation,
                reordered.map_or_else(by_hand, Phrase::from),
            )
        }
        None => {
            let fix = phrase!("the server's chain file begins with its own certificate");
            (look.step(), fix)
        }
    };
    let leaf = chain.first()?.name();
    let expected = phrase!("{leaf} in front: a chain begins with the leaf", leaf);
    let found = phrase!("{name} in front", name = chain.get(1)?.name());
    let finding = look.error("leaf-not-first", expected, found, fix);
    Some(Finding { step, ..finding })
}

/// The places of a file's certificates, from 0: the leaf, its issuer, and so on; then the others.
pub(super) fn from_the_leaf(look: &SideView<'_, '_>) -> Vec<usize> {
    let chain = look.side.chain.iter();
    let place = |cert: &Cert<'_>| cert.place.0.saturating_sub(1);
    let is_here = |cert: &&Cert<'_>| chain.clone().any(|one| std::ptr::eq(one, *cert));
    let route = look
        .route
        .iter()
        .flat_map(|route| route.certs.iter().copied());
    let mut order: Vec<usize> = route.filter(is_here).map(place).collect();
    for next in chain.clone().map(place) {
        if !order.contains(&next) {
            order.push(next);
        }
    }
    order
}

/// More than one key where one is read.
pub(super) fn one_key(look: &SideView<'_, '_>) -> Option<Finding> {
    let count = look.side.keys.len();
    let file = look.side.party.key.as_deref().filter(|_| count > 1)?;
    let found = phrase!("{count} private keys, of which the first is used", count);
    let (expected, fix) = (phrase!("one private key"), phrase!("a file for each key"));
    let finding = error(
        "several-keys",
        Step::Preparation,
        file,
        expected,
        found,
        fix,
    );
    Some(finding.warning())
}

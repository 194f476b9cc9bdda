//! A certificate and its key: made for each other, and found at the right place.

use std::path::Path;

use crate::instruments::doctor::evidence::{Cert, Evidence};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::pem::block::Wanted;
use crate::instruments::doctor::reading::Key;
use crate::instruments::doctor::remedy::{new_leaf, new_pair, reorder};
use crate::instruments::doctor::side_view::SideView;
use crate::narration::Step;
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
    let expected = format!("the private key of {name} in {certificates}");
    let (found, fix) = match another_in_the_file(look, leaf, file) {
        Some(fix) => ("the first key in this file is another one".to_owned(), fix),
        None => (owner(look, key), right_key(look, leaf, key, file)),
    };
    let step = Step::Preparation;
    Some(error("key-mismatch", step, file, expected, found, fix))
}

/// The right key is in the same file, but not the first.
fn another_in_the_file(look: &SideView<'_, '_>, leaf: &Cert<'_>, file: &Path) -> Option<String> {
    let keys = look.side.keys;
    let place = keys.iter().position(|key| key.is_of(leaf.public_key()))?;
    Some(reorder(file, Wanted::PrivateKey, &first(place, keys.len())))
}

/// Whose key it is.
fn owner(look: &SideView<'_, '_>, key: &Key) -> String {
    let mut nearby = look.evidence.nearby.iter();
    match nearby.find(|cert| key.is_of(cert.public_key())) {
        Some(cert) => format!("the key of {} in {}", cert.name(), text::shell(cert.path)),
        None => "a key that fits no certificate in this folder".to_owned(),
    }
}

/// Puts the right key, if it lies nearby, in the place of this one; otherwise a way to a new pair.
fn right_key(look: &SideView<'_, '_>, leaf: &Cert<'_>, key: &Key, file: &Path) -> String {
    if leaf.is_ca() {
        // A CA's certificate in the place of a leaf: the key may well be right.
        return new_leaf(look);
    }
    let (evidence, name) = (look.evidence, text::shell(file));
    let mut others = evidence.nearby.iter();
    let owner = others.find(|cert| key.is_of(cert.public_key()));
    match evidence.keys_of(leaf).find(|path| *path != file) {
        Some(right) if wants(evidence, right, key) => {
            let right = text::shell(right);
            format!(
                "the two keys are swapped; once:\n  mv {name} {name}.old && mv {right} {name} && mv {name}.old {right}"
            )
        }
        // It is where it belongs, and the wrong one was named: to overwrite it would break its owner.
        Some(right) if owner.is_some_and(|cert| named_alike(file, cert.path)) => {
            let right = text::shell(right);
            format!("the right one is {right}: --key {right}")
        }
        Some(right) => {
            let right = text::shell(right);
            format!("the right one is {right}:\n  mv {name} {name}.old && cp -p {right} {name}")
        }
        None if owner.is_some() => {
            let lost = "its own key; if that is lost, a new one and a certificate for it:";
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
            let order = first(place, chain.len());
            (
                Step::Preparation,
                reorder(path, Wanted::Certificate, &order),
            )
        }
        None => {
            let fix = "the server's chain file begins with its own certificate";
            (look.step(), fix.to_owned())
        }
    };
    let leaf = chain.first()?.name();
    let expected = format!("{leaf} in front: a chain begins with the leaf");
    let found = format!("{} in front", chain.get(1)?.name());
    let finding = look.error("leaf-not-first", expected, found, fix);
    Some(Finding { step, ..finding })
}

/// More than one key where one is read.
pub(super) fn one_key(look: &SideView<'_, '_>) -> Option<Finding> {
    let count = look.side.keys.len();
    let file = look.side.party.key.as_deref().filter(|_| count > 1)?;
    let found = format!("{count} private keys, of which the first is used");
    let (expected, fix) = ("one private key", "a file for each key");
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

//! A certificate and its key: made for each other, and found at the right place.

use std::path::Path;

use super::look::Look;
use super::remedy::{new_certificate, new_pair, reorder};
use crate::finding::{Finding, error, judged};
use crate::narration::Step;
use crate::text;

/// The key is that of the first certificate in the file.
pub(super) fn key_fits(look: &Look<'_, '_>) -> Option<Finding> {
    let (side, key) = (look.side, look.side.keys.first()?);
    let (leaf, file) = (side.chain.first()?, side.party.key.as_deref()?);
    let chain_file = side.party.certificate.path()?;
    if leaf.public_key() == key.public {
        return None;
    }
    let (shown, shown_chain) = (text::shell(file), text::shell(chain_file));
    let expected = format!("the private key of {} in {shown_chain}", leaf.name());
    let other = side
        .keys
        .iter()
        .position(|key| leaf.public_key() == key.public);
    let owner = look
        .evidence
        .nearby
        .iter()
        .find(|cert| cert.public_key() == key.public);
    let keys = &look.evidence.files.nearby_keys;
    let right = keys
        .iter()
        .find(|(path, key)| path != file && key.public == leaf.public_key());
    let found = match owner {
        _ if other.is_some() => "the first key in this file is another one".to_owned(),
        Some(owner) => format!("the key of {} in {}", owner.name(), text::shell(owner.path)),
        None => "a key that fits no certificate in this folder".to_owned(),
    };
    let fix = match (other, right) {
        (Some(place), _) => {
            let rest = (0..side.keys.len()).filter(|index| *index != place);
            reorder(file, &[place].into_iter().chain(rest).collect::<Vec<_>>())
        }
        // It is where it belongs, and the wrong one was named: to overwrite it would break its owner.
        (_, Some((right, _))) if owner.is_some_and(|cert| named_alike(file, cert.path)) => {
            let right = text::shell(right);
            format!("the right one is {right}: --key {right}")
        }
        (_, Some((right, _))) => {
            let right = text::shell(right);
            format!("the right one is {right}:\n  mv {shown} {shown}.old && cp -p {right} {shown}")
        }
        _ if owner.is_some() => new_pair(side, look.evidence),
        _ => new_certificate(side, look.evidence),
    };
    Some(error(
        "key-mismatch",
        Step::Preparation,
        file,
        expected,
        found,
        fix,
    ))
}

/// `server.key` and `server.crt`: a pair, by their names.
fn named_alike(key: &Path, certificate: &Path) -> bool {
    key.with_extension("") == certificate.with_extension("")
}

/// A chain begins with the leaf. Often the CA is in front.
pub(super) fn leaf_first(look: &Look<'_, '_>) -> Option<Finding> {
    let (side, place) = (look.side, look.side.misplaced?);
    let rest = (0..side.chain.len()).filter(|index| *index != place);
    let order: Vec<usize> = [place].into_iter().chain(rest).collect();
    let (step, fix) = match side.party.certificate.path() {
        Some(path) => (Step::Preparation, reorder(path, &order)),
        None => (
            judged(side.party.side),
            "the server's chain file begins with its own certificate".to_owned(),
        ),
    };
    let (file, leaf) = (side.party.certificate.label(), side.chain.first()?.name());
    let expected = format!("{leaf} in front: a chain begins with the leaf");
    let found = format!("{} in front", side.chain.get(1)?.name());
    Some(error("leaf-not-first", step, file, expected, found, fix))
}

/// More than one key where one is read.
pub(super) fn one_key(look: &Look<'_, '_>) -> Option<Finding> {
    let count = look.side.keys.len();
    let file = look.side.party.key.as_deref().filter(|_| count > 1)?;
    let found = format!("{count} private keys, of which the first is used");
    Some(
        error(
            "several-keys",
            Step::Preparation,
            file,
            "one private key",
            found,
            "a file for each key",
        )
        .warning(),
    )
}

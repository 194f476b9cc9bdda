//! What mends a certificate: a new one, a new pair, a leaf of one's own CA, or a request to a CA elsewhere.
//!
//! A command is pasted as it stands, so nothing that is in use is overwritten before what replaces it
//! is whole, and the old one stays beside it.

mod names;
mod commands;
mod edits;

use std::path::Path;

pub(super) use self::edits::{append, reorder};
use super::evidence::Cert;
use super::side_view::{ChainLink, SideView};

/// For a CA that is at fault itself.
pub(super) const NEW_CA: &str =
    "a new CA, and new certificates from it:\n  hello-mtls certs --dir new-certs";

/// A certificate of a route made anew.
pub(super) fn renew(link: &ChainLink<'_, '_, '_>) -> String {
    let name = link.cert.name();
    match link.height {
        0 => new_leaf(link.look),
        _ => format!("a new certificate for {name}, from its issuer"),
    }
}

/// A new certificate for the key of this side, of version 3, with its names and its purpose.
pub(super) fn new_leaf(look: &SideView<'_, '_>) -> String {
    let Some(own) = Own::of(look) else {
        return match look.is_sent() {
            true => "a new certificate, from its owner's CA".to_owned(),
            false => "a new certificate, from its CA".to_owned(),
        };
    };
    if let Some(signer) = own.signer() {
        let commands = commands::our_tool(&own, &signer);
        let commands = commands.unwrap_or_else(|| commands::openssl(&own, &signer));
        return format!("a new certificate for its key:\n{commands}");
    }
    own.signs_itself()
        .and_then(|key| commands::leaf_of_its_own(&own, key))
        .unwrap_or_else(|| commands::request(&own))
}

/// A new key in place of one that will not do, and a certificate for it. `why` introduces the commands.
pub(super) fn new_pair(look: &SideView<'_, '_>, why: &str) -> String {
    let Some(own) = Own::of(look) else {
        return "its own key".to_owned();
    };
    let certify = match own.signer() {
        Some(signer) => commands::openssl(&own, &signer),
        None => commands::request(&own),
    };
    format!("{why}\n{}\n{certify}", commands::new_key(own.key))
}

/// A new certificate for the key as it will be then: no request that is here already is of use.
pub(super) fn request(look: &SideView<'_, '_>) -> String {
    let Some(own) = Own::of(look) else {
        return "a new certificate, from its CA".to_owned();
    };
    match own.signer() {
        Some(signer) => commands::openssl(&own, &signer),
        None => commands::request(&own),
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
    is_trusted: bool,
}

impl<'l, 'e, 'a> Own<'l, 'e, 'a> {
    fn of(look: &'l SideView<'e, 'a>) -> Option<Own<'l, 'e, 'a>> {
        Some(Own {
            look,
            certificate: look.side.party.certificate.path()?,
            key: look.side.party.key.as_deref()?,
        })
    }

    /// Who signed the leaf until now, or else a trusted CA. Nobody where the certificate's file holds
    /// the key or the CAs too: then it cannot be replaced.
    fn signer(&self) -> Option<Signer<'e>> {
        let (look, evidence) = (self.look, self.look.evidence);
        let shared = [Some(self.key), evidence.case.authorities.as_deref()];
        if shared.contains(&Some(self.certificate)) {
            return None;
        }
        let arrived = look.route.iter().filter(|_| look.anchor().is_some());
        let above = arrived.flat_map(|route| route.certs.iter().copied().skip(1));
        let mut authorities = above.chain(&evidence.anchors);
        authorities.find_map(|ca| self.signs(ca).then(|| self.files_of(ca)).flatten())
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
        let mut first = evidence.nearby.iter().filter(|near| near.place.0 == 1);
        Some(Signer {
            certificate: first.find(|near| near.der == ca.der)?.path,
            key: evidence.keys_of(ca).next()?,
            is_trusted: evidence.anchors.iter().any(|anchor| anchor.der == ca.der),
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

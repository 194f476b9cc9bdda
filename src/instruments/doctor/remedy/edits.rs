//! Commands that change a PEM file: its blocks in another order, or one more at its end.

use std::path::Path;

use crate::files;
use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::in_place::{filtered, free, keep, rewrite, same_file};
use crate::instruments::doctor::pem::block::{Wanted, kind};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// Where programs of the whole machine look for the CAs that they believe.
const STORES: [&str; 16] = [
    "/etc/ssl/",
    "/etc/pki/",
    "/etc/ca-certificates/",
    "/etc/openssl/",
    "/usr/share/ca-certificates/",
    "/usr/share/pki/",
    "/usr/local/share/",
    "/usr/local/etc/openssl/",
    "/usr/local/etc/ca-certificates/",
    "/usr/lib/ssl/",
    "/opt/homebrew/etc/",
    "/var/lib/ca-certificates/",
    "/System/",
    "/Library/",
    "/nix/store/",
    "/private/etc/",
];

/// Files of CAs that many programs share, by their names in any folder: Python's certifi, Java's, curl's.
const SHARED: [&str; 7] = [
    "cacert.pem",
    "cacerts",
    "cacerts.pem",
    "ca-bundle.crt",
    "ca-certificates.crt",
    "ca-bundle.trust.crt",
    "tls-ca-bundle.pem",
];

/// Adds a certificate to a file, and nothing else of the file in which it lies, such as a private key. The
/// line end keeps END and BEGIN apart.
pub(in crate::instruments::doctor) fn append(to: &Path, cert: &Cert<'_>) -> String {
    let from = text::shell(cert.path);
    let (blocks, place) = (Blocks::read(cert.path), cert.place.0);
    let alone = blocks
        .as_ref()
        .is_some_and(|blocks| blocks.labels.len() == 1);
    let awk = format!("awk '/-BEGIN CERTIFICATE-/{{n++;p=n=={place}}}p;/-END /{{p=0}}'");
    let print = if alone {
        format!("cat {from}")
    } else {
        filtered(cert.path, &awk).replace("{f}", &from)
    };
    format!("  {} && (echo; {print}) >> {}", keep(to), text::shell(to))
}

/// Adds a CA to a file of trusted ones, and says which clients that lets in. Never to a file of the whole machine.
pub(in crate::instruments::doctor) fn trust(to: &Path, ca: &Cert<'_>, option: &str) -> Phrase {
    let (file, lets_in) = (text::shell(ca.path), ca.summary.shown_subject());
    if is_shared(to) {
        let to = text::shell(to);
        return phrase!(
            "{to} is for all programs of this machine, so nothing is added there. A file of its own for this one: {option} {file}",
            to,
            option,
            file
        );
    }
    let append = append(to, ca);
    phrase!(
        "if every certificate that {lets_in} signs may be accepted, trust it too ({option} {file} trusts it alone):\n{command}",
        lets_in,
        option,
        file,
        command = append
    )
}

/// Whether other programs believe the CAs of this file as well.
fn is_shared(path: &Path) -> bool {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let is_store = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        let in_store = STORES.iter().any(|store| path.starts_with(store));
        let mut parts = path.components();
        let of_certifi = parts.any(|part| part.as_os_str() == "certifi");
        in_store || of_certifi || SHARED.iter().any(|shared| name == *shared)
    };
    is_store(&real) || is_store(path)
}

/// Puts the blocks of one kind into another order, counted from 0 among their kind; those of another kind keep
/// their place. `None` if a command cannot tell the blocks apart.
///
/// Text in front of a block, such as the Bag Attributes of a PKCS#12 bundle, goes with that block.
pub(in crate::instruments::doctor) fn reorder(
    path: &Path,
    holds: Wanted,
    order: &[usize],
) -> Option<String> {
    let blocks = Blocks::read(path)?;
    let places: Vec<usize> = blocks.of(holds).collect();
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if blocks.is_tagged || !sorted.into_iter().eq(0..places.len()) {
        return None;
    }
    let mut moved = order.iter().filter_map(|index| places.get(*index));
    let order = (0..blocks.labels.len()).map(|place| {
        if places.contains(&place) {
            moved.next().copied().unwrap_or(place)
        } else {
            place
        }
    });
    let order: String = order.map(|place| format!("b[{place}]")).collect();
    let last = blocks.labels.len();
    let awk = format!(
        "awk -v n=0 -v ORS= '{{b[n]=b[n]$0\"\\n\"}}/-END /{{n++}}END{{print {order}b[{last}]}}'"
    );
    Some(rewrite(path, &format!("{} >", filtered(path, &awk))))
}

/// The blocks of a file, as the awk above counts them: each ends with its END line.
pub(super) struct Blocks {
    pub(super) labels: Vec<String>,
    /// Something other than blank lines stands outside of the blocks.
    pub(super) has_text: bool,
    /// Tags stand around the blocks, as in an OpenVPN profile: a block that moves would leave its tag.
    is_tagged: bool,
}

impl Blocks {
    pub(super) fn read(path: &Path) -> Option<Blocks> {
        let bytes = files::read(path).ok()?;
        let contents = String::from_utf8_lossy(&bytes);
        let (mut labels, mut open) = (Vec::new(), None);
        let (mut has_text, mut is_tagged) = (false, false);
        for line in contents.split(['\n', '\r']) {
            if let Some((_, label)) = line.split_once("-BEGIN ") {
                open = Some(label.trim_end().trim_end_matches('-').to_owned());
            } else if line.contains("-END ") {
                labels.push(open.take().unwrap_or_default());
            } else if open.is_none() {
                has_text |= !line.trim().is_empty();
                is_tagged |= line.trim_start().starts_with('<');
            }
        }
        Some(Blocks {
            labels,
            has_text,
            is_tagged,
        })
    }

    /// The places of the blocks of a kind, from 0.
    pub(super) fn of(&self, wanted: Wanted) -> impl Iterator<Item = usize> {
        let labels = self.labels.iter().enumerate();
        labels
            .filter(move |(_, label)| kind(label) == Some(wanted))
            .map(|(place, _)| place)
    }

    /// Whether a file holds one block, and nothing that a reader may want to keep.
    pub(super) fn one_alone(path: &Path) -> bool {
        Blocks::read(path).is_some_and(|blocks| blocks.labels.len() == 1 && !blocks.has_text)
    }
}

/// The right key, from a file, in the place of a wrong one. Where more stands in the file, it comes in front.
pub(in crate::instruments::doctor) fn replace_key(path: &Path, right: &Path) -> String {
    let right = text::shell(right);
    let print = if Blocks::one_alone(path) {
        format!("cat {right} >")
    } else {
        format!("(cat {right} && echo && cat {{f}}) >")
    };
    rewrite(path, &print)
}

/// Each of two files gets what the other holds. Both copies are read, so that it may be pasted twice. In braces,
/// because `A || B && C || D` would go on at D after B has failed.
pub(in crate::instruments::doctor) fn swap(one: &Path, other: &Path) -> Option<String> {
    let apart = Blocks::one_alone(one) && Blocks::one_alone(other) && !same_file(one, other);
    let old = |path: &Path| text::shell(&free(path, ".old"));
    let (from, to) = (text::shell(one), text::shell(other));
    apart.then(|| {
        format!(
            "  {{ {}; }} && {{ {}; }} && cat {} > {from} && cat {} > {to}",
            keep(one),
            keep(other),
            old(other),
            old(one)
        )
    })
}

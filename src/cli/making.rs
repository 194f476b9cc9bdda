//! What all of `certs` share: how files are made, written and listed.

use std::path::Path;

use clap::Args;
use rustls::pki_types::CertificateDer;

use super::{print, say};
use crate::certificates::authority::{Authority, is_issuer};
use crate::certificates::request::KeyType;
use crate::certificates::summary::Summary;
use crate::certificates::{GeneratedFile, constraints, pem};
use crate::clock::Moment;
use crate::error::Error;
use crate::files::NewFile;
use crate::files::claim::Claim;
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text;

#[derive(Args, Clone)]
pub(super) struct Making {
    /// ecdsa-p256, rsa-2048, ed25519 or ml-dsa-65
    /// [default: ecdsa-p256]
    #[arg(
        long,
        value_name = "TYPE",
        default_value = "ecdsa-p256",
        hide_default_value = true,
        value_parser = KeyType::parse,
        verbatim_doc_comment
    )]
    pub(super) key_type: KeyType,
    /// Days of validity
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(super) days: u32,
    /// Overwrite files that exist
    #[arg(long)]
    pub(super) force: bool,
}

pub(super) fn common_name(name: &str) -> Result<String, String> {
    match name {
        "" => Err("it is empty".to_owned()),
        _ if name.chars().count() > 64 => {
            Err("more than 64 characters (RFC 5280, upper bound)".to_owned())
        }
        _ if name != text::terminal(name) => {
            Err("it has a character that cannot be shown".to_owned())
        }
        _ => Ok(name.to_owned()),
    }
}

/// A folder for one run alone, and the language in which the run tells what it writes.
pub(super) struct Claimed {
    pub(super) claim: Claim,
    language: Language,
}

impl Claimed {
    /// What a killed run has left there is removed, and said.
    pub(super) fn of(dir: &Path, language: Language) -> Result<Claimed, Error> {
        let claim = Claim::of(dir, &mut |happened| say(&happened.in_language(language)))?;
        Ok(Claimed { claim, language })
    }

    /// A note, on stderr.
    pub(super) fn note(&self, note: &Phrase) {
        let lines = text::wrap(&note.in_language(self.language), 80);
        lines.iter().for_each(|line| say(line));
    }

    /// A file's line in the list of what was written.
    pub(super) fn listed(&self, path: &Path, purpose: &Phrase) -> String {
        let name = text::terminal(&path.display().to_string());
        let purpose = purpose.in_language(self.language);
        format!("{} {purpose}\n", text::pad(&name, 22))
    }
}

/// Writes files into a folder and lists them, a line each.
pub(super) fn write_and_list(
    claimed: &Claimed,
    dir: &Path,
    files: Vec<GeneratedFile>,
    overwrite: bool,
) -> Result<(), Error> {
    let mut list = String::new();
    let mut new = Vec::new();
    for GeneratedFile {
        name,
        contents,
        readers,
        purpose,
    } in files
    {
        let path = dir.join(&name);
        list.push_str(&claimed.listed(&path, &purpose));
        new.push(NewFile {
            path,
            contents: contents.into_bytes(),
            readers,
        });
    }
    claimed.claim.write(&new, overwrite)?;
    print(list)
}

pub(super) fn file_stem(name: &str) -> Result<String, String> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    plain
        .then(|| name.to_owned())
        .ok_or_else(|| "a name without a folder, for example server".to_owned())
}

pub(super) fn load_authority(dir: &Path, name: &str) -> Result<Authority, Error> {
    Authority::load(
        &dir.join(format!("{name}.crt")),
        &dir.join(format!("{name}.key")),
    )
}

/// An intermediate CA without constraints of its own is bound by those of the root, whose certificate may lie beside it.
pub(super) fn check_root(
    dir: &Path,
    authority: &Authority,
    leaf: &CertificateDer<'_>,
) -> Result<(), Error> {
    match pem::certificates(&dir.join("ca.crt")).as_deref() {
        Ok([root, ..]) if is_issuer(root, authority.certificate()) => {
            constraints::check(root, leaf)
        }
        _ => Ok(()),
    }
}

/// A certificate that ends after its CA. RFC 5280 §6.1 checks the dates of each certificate of the path, so
/// it stops working when the CA ends; openssl says nothing about it.
pub(super) fn outlives(leaf: &CertificateDer<'_>, ca: &CertificateDer<'_>) -> Option<Phrase> {
    let end = |der| Some(Moment::from_unix(Summary::of(der)?.not_after).date());
    let (leaf, ca) = (end(leaf)?, end(ca)?);
    (leaf > ca).then(|| {
        phrase!(
            "note: the certificate ends on {leaf}, and the CA that signed it on {ca}: from then on it is refused. Fewer --days, or a new CA first",
            leaf,
            ca
        )
    })
}

/// The library does not know files: here an error learns which one it is about.
pub(super) fn naming(verb: &str, file: &Path, error: Error) -> Error {
    match error {
        Error::Certificates { found, remedy, .. } => Error::Certificates {
            doing: format!("{verb} {}", text::terminal(&file.display().to_string())),
            found,
            remedy,
        },
        other => other,
    }
}

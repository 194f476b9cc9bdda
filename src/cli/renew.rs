//! `certs renew`: the files of a renewal, and which of the old ones are kept beside them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::making::{
    Claimed, check_root, file_stem, load_authority, naming, outlives, write_and_list,
};
use super::print;
use crate::certificates::pem;
use crate::certificates::renewal::renew;
use crate::certificates::revocation::is_listed;
use crate::certificates::{GeneratedFile, public, secret};
use crate::error::Error;
use crate::files::{self, NewFile, Readers};
use crate::phrase;
use crate::text;

#[derive(Args)]
pub(super) struct Renew {
    /// Name of the files, for example client
    #[arg(value_parser = file_stem)]
    name: String,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    pub(super) dir: PathBuf,
    /// The CA that signed it: CA.crt and CA.key
    #[arg(long, value_name = "CA", default_value = "ca", value_parser = file_stem)]
    ca: String,
    /// Days of validity, from now
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Make a new key of the same kind: NAME.key and NAME.csr
    #[arg(long)]
    new_key: bool,
}

impl Renew {
    pub(super) fn run(self, claimed: &Claimed) -> Result<(), Error> {
        let path = self.dir.join(format!("{}.crt", self.name));
        let old = pem::certificates(&path)?.swap_remove(0);
        self.check_key_is_here(&path)?;
        let authority = load_authority(&self.dir, &self.ca)?;
        self.check_not_revoked(&path, &old)?;
        let renewed = renew(&authority, &old, self.days, self.new_key)
            .and_then(|renewed| {
                check_root(&self.dir, &authority, &renewed.certificate)?;
                Ok(renewed)
            })
            .map_err(|error| naming("renew", &path, error))?;
        if let Some(note) = outlives(&renewed.certificate, authority.certificate()) {
            claimed.note(&note);
        }
        let mut new = Vec::new();
        if let Some((key, request)) = renewed.new_key {
            new.push(secret(
                self.file("key"),
                key,
                phrase!("the new private key"),
            ));
            new.push(public(
                self.file("csr"),
                request,
                phrase!("the new request"),
            ));
        }
        let chain = renewed.pem + authority.chain_pem();
        new.push(public(
            self.file("crt"),
            chain,
            phrase!("the new certificate"),
        ));
        // The old files first: if the new ones cannot be written, nothing is lost. After a run that was killed here
        // they are copies of what is still in its place.
        let kept = kept(&self.dir, &new)?;
        claimed.claim.write(&kept, false)?;
        let as_it_was = phrase!("the file as it was");
        let list = kept.iter().map(|old| claimed.listed(&old.path, &as_it_was));
        print(list.collect::<String>())?;
        write_and_list(claimed, &self.dir, new, true)
    }

    fn file(&self, end: &str) -> String {
        format!("{}.{end}", self.name)
    }

    /// The owner of a certificate often tries this on a machine that rightly has no CA key.
    fn check_key_is_here(&self, path: &Path) -> Result<(), Error> {
        let key = self.dir.join(format!("{}.key", self.ca));
        if key.exists() {
            return Ok(());
        }
        Err(Error::Certificates {
            doing: format!("renew {}", text::terminal(&path.display().to_string())),
            found: phrase!(
                "{key} is not here, and only the CA's private key can sign",
                key = text::terminal(&key.display().to_string())
            ),
            remedy: phrase!(
                "where the CA's key is kept: bring the certificate there, not the key here"
            ),
        })
    }

    /// A renewal would undo the revocation: the new certificate has a serial number that is on no list.
    fn check_not_revoked(
        &self,
        path: &Path,
        old: &rustls::pki_types::CertificateDer<'_>,
    ) -> Result<(), Error> {
        let list = self.dir.join(format!("{}.crl", self.ca));
        if !list.exists()
            || !pem::revocation_lists(&list)?
                .iter()
                .any(|list| is_listed(list, old))
        {
            return Ok(());
        }
        Err(Error::Certificates {
            doing: format!("renew {}", text::terminal(&path.display().to_string())),
            found: phrase!(
                "it is revoked, says {list}",
                list = text::terminal(&list.display().to_string())
            ),
            remedy: phrase!(
                "if its owner may have a certificate again: a new key and a new request, which the CA signs: certs request, certs sign"
            ),
        })
    }
}

/// Copies of the files that the new ones replace, byte for byte: `client.crt.old`, or the next free name.
fn kept(dir: &Path, new: &[GeneratedFile]) -> Result<Vec<NewFile>, Error> {
    let paths = new.iter().map(|file| dir.join(&file.name));
    let replaced: Vec<PathBuf> = paths.filter(|path| path.exists()).collect();
    let mut ends = (1..).map(|number| match number {
        1 => ".old".to_owned(),
        _ => format!(".old{number}"),
    });
    let is_free = |end: &String| {
        let taken = |path: &PathBuf| with_end(path, end).symlink_metadata().is_ok();
        !replaced.iter().any(taken)
    };
    let end = ends.find(is_free).unwrap_or_default();
    let copy = |path: &PathBuf| {
        let contents = files::read(path)?;
        // A key may also stand in the file of the certificate, as HAProxy wants it.
        let secret = String::from_utf8_lossy(&contents).contains("PRIVATE KEY-----");
        Ok(NewFile {
            path: with_end(path, &end),
            contents,
            readers: if secret {
                Readers::OnlyMe
            } else {
                Readers::Everybody
            },
        })
    };
    replaced.iter().map(copy).collect()
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

//! `certs ca`, `certs request`, `certs sign`, `certs renew`, `certs revoke`: one openssl command at a time.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};

use super::making::{
    Claimed, Making, check_root, common_name, file_stem, load_authority, naming, outlives,
    write_and_list,
};
use super::renew::Renew;
use crate::certificates::authority::Authority;
use crate::certificates::pem;
use crate::certificates::request::{KeyType, Name, generate, request};
use crate::certificates::revocation::revoke;
use crate::certificates::signing::{Grant, sign};
use crate::certificates::{public, secret};
use crate::error::Error;
use crate::phrase;
use crate::text;

#[derive(Subcommand)]
pub(super) enum OneCommand {
    /// Make a CA: ca.key and ca.crt
    ///
    /// As the tutorial does with:
    ///   openssl req -new -x509 -nodes -days 365 -subj '/CN=my-ca' \
    ///     -keyout ca.key -out ca.crt
    #[command(verbatim_doc_comment)]
    Ca {
        /// Folder of the files
        #[arg(long, default_value = "certs")]
        dir: PathBuf,
        /// The CA's common name
        #[arg(long, default_value = "my-ca", value_parser = common_name)]
        cn: String,
        #[command(flatten)]
        making: Making,
    },
    /// Make a key and a request: NAME.key and NAME.csr
    ///
    /// As the tutorial does with:
    ///   openssl genrsa -out server.key 2048
    ///   openssl req -new -key server.key -subj '/CN=localhost' -out server.csr
    #[command(verbatim_doc_comment)]
    Request {
        #[command(flatten)]
        leaf: Leaf,
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
        key_type: KeyType,
        /// Overwrite files that exist
        #[arg(long)]
        force: bool,
    },
    /// Sign a request with the CA: NAME.csr becomes NAME.crt
    ///
    /// As the tutorial does with:
    ///   openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
    ///     -CAcreateserial -days 365 -out server.crt
    ///
    /// But what is granted is what you write here, not what the request asks for.
    #[command(verbatim_doc_comment)]
    Sign {
        #[command(flatten)]
        leaf: Leaf,
        /// The CA that signs: CA.crt and CA.key
        #[arg(long, value_name = "CA", default_value = "ca", value_parser = file_stem)]
        ca: String,
        /// Days of validity
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: u32,
        /// Overwrite a certificate that exists
        #[arg(long)]
        force: bool,
    },
    /// Sign a certificate again: NAME.crt gets new dates
    ///
    /// As openssl does with:
    ///   openssl x509 -in client.crt -x509toreq -key client.key \
    ///     -copy_extensions copyall -out client.csr
    ///   openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key \
    ///     -copy_extensions copyall -days 365 -out client.crt
    ///
    /// Subject, names, purpose and key stay. The old file stays as NAME.crt.old.
    #[command(verbatim_doc_comment)]
    Renew(Renew),
    /// Revoke certificates: adds them to ca.crl, for serve --crl
    ///
    /// As openssl does with:
    ///   openssl ca -revoke client.crt
    ///   openssl ca -gencrl -out ca.crl
    #[command(verbatim_doc_comment)]
    Revoke {
        /// Certificates to revoke; none: a fresh list with the entries it has
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Folder with ca.crt, ca.key and ca.crl
        #[arg(long, default_value = "certs")]
        dir: PathBuf,
        /// CA that revokes: CA.crt, CA.key; into CA.crl
        #[arg(long, value_name = "CA", default_value = "ca", value_parser = file_stem)]
        ca: String,
        /// Days until the next list is due
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: u32,
    },
}

/// A leaf: whose files, and what it is to be.
#[derive(Args)]
#[command(group = ArgGroup::new("role").required(true).args(["hosts", "client"]))]
pub(super) struct Leaf {
    /// Name of the files, for example server
    #[arg(value_parser = file_stem)]
    name: String,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    dir: PathBuf,
    /// For a server with this name or address, repeatable
    #[arg(long = "host", value_name = "HOST", value_parser = Name::host)]
    hosts: Vec<Name>,
    /// For a client with this common name
    #[arg(long, value_name = "CN", value_parser = common_name)]
    client: Option<String>,
}

impl OneCommand {
    /// The folder of the files.
    pub(super) fn dir(&self) -> &Path {
        match self {
            OneCommand::Ca { dir, .. } | OneCommand::Revoke { dir, .. } => dir,
            OneCommand::Request { leaf, .. } | OneCommand::Sign { leaf, .. } => &leaf.dir,
            OneCommand::Renew(renew) => &renew.dir,
        }
    }

    /// The others find files in it.
    pub(super) fn makes_the_folder(&self) -> bool {
        matches!(self, OneCommand::Ca { .. } | OneCommand::Request { .. })
    }

    pub(super) fn run(self, claimed: &Claimed) -> Result<(), Error> {
        match self {
            OneCommand::Ca { dir, cn, making } => make_ca(claimed, &dir, &cn, &making),
            OneCommand::Request {
                leaf,
                key_type,
                force,
            } => make_request(claimed, &leaf, key_type, force),
            OneCommand::Sign {
                leaf,
                ca,
                days,
                force,
            } => sign_request(claimed, &leaf, &ca, days, force),
            OneCommand::Renew(renew) => renew.run(claimed),
            OneCommand::Revoke {
                files,
                dir,
                ca,
                days,
            } => revoke_files(claimed, &files, &dir, &ca, days),
        }
    }
}

fn make_ca(claimed: &Claimed, dir: &Path, name: &str, making: &Making) -> Result<(), Error> {
    let ca = Authority::create(name, making.key_type, making.days)?;
    let files = vec![
        secret(
            "ca.key".to_owned(),
            ca.key_pem().to_owned(),
            phrase!("the CA's private key: keep it away"),
        ),
        public(
            "ca.crt".to_owned(),
            ca.certificate_pem().to_owned(),
            phrase!("the CA's certificate"),
        ),
    ];
    write_and_list(claimed, dir, files, making.force)
}

fn make_request(
    claimed: &Claimed,
    leaf: &Leaf,
    key_type: KeyType,
    overwrite: bool,
) -> Result<(), Error> {
    let grant = leaf.grant();
    let key = generate(key_type)?;
    let csr = request(&key, &grant.common_name, &grant.names)?;
    let files = vec![
        secret(
            format!("{}.key", leaf.name),
            key.serialize_pem(),
            phrase!("the private key: stays here"),
        ),
        public(
            format!("{}.csr", leaf.name),
            csr,
            phrase!("the request: goes to the CA"),
        ),
    ];
    write_and_list(claimed, &leaf.dir, files, overwrite)
}

fn sign_request(
    claimed: &Claimed,
    leaf: &Leaf,
    ca: &str,
    days: u32,
    overwrite: bool,
) -> Result<(), Error> {
    let authority = load_authority(&leaf.dir, ca)?;
    let csr = leaf.dir.join(format!("{}.csr", leaf.name));
    let signed = sign(&authority, &pem::request(&csr)?, &leaf.grant(), days)
        .and_then(|signed| {
            check_root(&leaf.dir, &authority, &signed.certificate)?;
            Ok(signed)
        })
        .map_err(|error| naming("sign", &csr, error))?;
    for wish in &signed.not_granted {
        claimed.note(&phrase!(
            "not granted, though the request asks for it: {wish}",
            wish
        ));
    }
    if let Some(note) = outlives(&signed.certificate, authority.certificate()) {
        claimed.note(&note);
    }
    let chain = signed.pem + authority.chain_pem();
    write_and_list(
        claimed,
        &leaf.dir,
        vec![public(
            format!("{}.crt", leaf.name),
            chain,
            phrase!("the certificate"),
        )],
        overwrite,
    )
}

/// The list is written anew, with its earlier entries: what is revoked stays revoked. Two commands at a time would
/// each read the old list, and the later one would undo the revocation of the earlier one, if not for the claim.
fn revoke_files(
    claimed: &Claimed,
    files: &[PathBuf],
    dir: &Path,
    ca: &str,
    days: u32,
) -> Result<(), Error> {
    let authority = load_authority(dir, ca)?;
    let path = dir.join(format!("{ca}.crl"));
    let earlier = if path.exists() {
        pem::revocation_lists(&path)?
    } else {
        Vec::new()
    };
    let mut leaves = Vec::new();
    for file in files {
        let leaf = pem::certificates(file)?.swap_remove(0);
        if !authority.is_issuer_of(&leaf) {
            return Err(Error::Certificates {
                doing: format!("revoke {}", text::terminal(&file.display().to_string())),
                found: phrase!("it is not of this CA"),
                remedy: phrase!("only the CA that signed a certificate can revoke it: --dir, --ca"),
            });
        }
        leaves.push(leaf);
    }
    if earlier.len() > 1 {
        return Err(Error::Contents {
            path,
            found: phrase!(
                "it holds {count} lists, and a new list continues one",
                count = earlier.len()
            ),
            remedy: phrase!("a file with one list alone"),
        });
    }
    let list = revoke(&authority, earlier.first(), &leaves, days)?;
    let purpose = phrase!("the revocation list; for serve --crl, until the next one");
    write_and_list(
        claimed,
        dir,
        vec![public(format!("{ca}.crl"), list, purpose)],
        true,
    )
}

impl Leaf {
    fn grant(&self) -> Grant {
        match &self.client {
            Some(client) => Grant::client(client),
            None => Grant::server(self.hosts.clone()),
        }
    }
}

//! `certs` and its parts: the tutorial's openssl commands.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};

use super::{print, say};
use crate::certificates::authority::Authority;
use crate::certificates::request::{KeyType, Name, generate, request};
use crate::certificates::revocation::revoke;
use crate::certificates::signing::{Grant, sign};
use crate::certificates::{Made, Wishes, make_set};
use crate::error::Error;
use crate::files::{NewFile, Readers, write_all};
use crate::{pem, text};

/// Make the tutorial's eight files: ca.key ca.crt server.key server.csr server.crt client.key client.csr client.crt
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Certs {
    #[command(subcommand)]
    one: Option<OneCommand>,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    dir: PathBuf,
    /// Server's name [default: localhost 127.0.0.1 ::1]
    #[arg(long = "host", value_name = "HOST", value_parser = Name::host)]
    hosts: Vec<Name>,
    /// Client's name, also in its URI
    #[arg(long, value_name = "CN", default_value = "my-client", value_parser = common_name)]
    client: String,
    #[command(flatten)]
    making: Making,
    /// Let an intermediate CA sign the leaves
    #[arg(long)]
    intermediate: bool,
}

#[derive(Args, Clone)]
struct Making {
    /// ecdsa-p256, rsa-2048 or ed25519
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = KeyType::parse)]
    key_type: KeyType,
    /// Days of validity
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
}

#[derive(Subcommand)]
enum OneCommand {
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
        /// ecdsa-p256, rsa-2048 or ed25519
        #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = KeyType::parse)]
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
        #[arg(long, value_name = "CA", default_value = "ca")]
        ca: String,
        /// Days of validity
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: u32,
        /// Overwrite a certificate that exists
        #[arg(long)]
        force: bool,
    },
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
        /// The CA that revokes: CA.crt, CA.key; into CA.crl
        #[arg(long, value_name = "CA", default_value = "ca")]
        ca: String,
        /// Days until the next list is due
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: u32,
    },
}

/// A leaf: whose files, and what it is to be.
#[derive(Args)]
#[command(group = ArgGroup::new("role").required(true).args(["hosts", "client"]))]
struct Leaf {
    /// Name of the files, for example server
    #[arg(value_parser = file_stem)]
    name: String,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    dir: PathBuf,
    /// For a server with this name or address
    #[arg(long = "host", value_name = "HOST", value_parser = Name::host)]
    hosts: Vec<Name>,
    /// For a client with this common name
    #[arg(long, value_name = "CN", value_parser = common_name)]
    client: Option<String>,
}

fn common_name(name: &str) -> Result<String, String> {
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

fn file_stem(name: &str) -> Result<String, String> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    plain
        .then(|| name.to_owned())
        .ok_or_else(|| "a name without a folder, for example server".to_owned())
}

pub(super) fn run(certs: Certs) -> Result<(), Error> {
    match certs.one {
        None => {
            let mut wishes = Wishes {
                client: certs.client,
                key_type: certs.making.key_type,
                days: certs.making.days,
                intermediate: certs.intermediate,
                ..Wishes::default()
            };
            if !certs.hosts.is_empty() {
                wishes.hosts = certs.hosts;
            }
            place(&certs.dir, make_set(&wishes)?, certs.making.force)
        }
        Some(OneCommand::Ca { dir, cn, making }) => {
            let ca = Authority::create(&cn, making.key_type, making.days)?;
            let files = vec![
                made(
                    "ca.key".into(),
                    ca.key_pem(),
                    Readers::OnlyMe,
                    "the CA's private key: keep it away",
                ),
                made(
                    "ca.crt".into(),
                    ca.certificate_pem().to_owned(),
                    Readers::Everybody,
                    "the CA's certificate",
                ),
            ];
            place(&dir, files, making.force)
        }
        Some(OneCommand::Request {
            leaf,
            key_type,
            force,
        }) => {
            let grant = leaf.grant();
            let key = generate(key_type)?;
            let csr = request(&key, &grant.common_name, &grant.names)?;
            let files = vec![
                made(
                    format!("{}.key", leaf.name),
                    key.serialize_pem(),
                    Readers::OnlyMe,
                    "the private key: stays here",
                ),
                made(
                    format!("{}.csr", leaf.name),
                    csr,
                    Readers::Everybody,
                    "the request: goes to the CA",
                ),
            ];
            place(&leaf.dir, files, force)
        }
        Some(OneCommand::Sign {
            leaf,
            ca,
            days,
            force,
        }) => {
            let authority = load_authority(&leaf.dir, &ca)?;
            let csr = leaf.dir.join(format!("{}.csr", leaf.name));
            let signed = sign(&authority, &pem::request(&csr)?, &leaf.grant(), days)
                .map_err(|error| naming("sign", &csr, error))?;
            for wish in &signed.not_granted {
                say(&format!(
                    "not granted, though the request asks for it: {wish}"
                ));
            }
            let chain = signed.pem + authority.chain_pem();
            let file = made(
                format!("{}.crt", leaf.name),
                chain,
                Readers::Everybody,
                "the certificate",
            );
            place(&leaf.dir, vec![file], force)
        }
        Some(OneCommand::Revoke {
            files,
            dir,
            ca,
            days,
        }) => {
            let authority = load_authority(&dir, &ca)?;
            let path = dir.join(format!("{ca}.crl"));
            let earlier = match path.exists() {
                true => pem::revocation_lists(&path)?,
                false => Vec::new(),
            };
            let mut leaves = Vec::new();
            for file in &files {
                let leaf = pem::certificates(file)?.swap_remove(0);
                if !authority.is_issuer_of(&leaf) {
                    return Err(Error::Certificates {
                        doing: format!("revoke {}", text::terminal(&file.display().to_string())),
                        found: "it is not of this CA".to_owned(),
                        remedy: "only the CA that signed a certificate can revoke it: --dir, --ca"
                            .to_owned(),
                    });
                }
                leaves.push(leaf);
            }
            let list = revoke(&authority, earlier.first(), &leaves, days)?;
            let purpose = "the revocation list; for serve --crl, until the next one";
            place(
                &dir,
                vec![made(format!("{ca}.crl"), list, Readers::Everybody, purpose)],
                true,
            )
        }
    }
}

impl Leaf {
    fn grant(&self) -> Grant {
        match &self.client {
            Some(client) => Grant::client(client),
            None => Grant::server(self.hosts.clone()),
        }
    }
}

/// The library does not know files: here an error learns which one it is about.
fn naming(verb: &str, file: &Path, error: Error) -> Error {
    match error {
        Error::Certificates { found, remedy, .. } => Error::Certificates {
            doing: format!("{verb} {}", text::terminal(&file.display().to_string())),
            found,
            remedy,
        },
        other => other,
    }
}

fn load_authority(dir: &Path, name: &str) -> Result<Authority, Error> {
    Authority::load(
        &dir.join(format!("{name}.crt")),
        &dir.join(format!("{name}.key")),
    )
}

fn made(name: String, contents: String, readers: Readers, purpose: &'static str) -> Made {
    Made {
        name,
        contents,
        readers,
        purpose,
    }
}

/// Writes files into a folder and lists them, a line each.
fn place(dir: &Path, files: Vec<Made>, overwrite: bool) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::File {
        doing: "write",
        path: dir.to_owned(),
        source,
    })?;
    let mut list = String::new();
    let mut new = Vec::new();
    for Made {
        name,
        contents,
        readers,
        purpose,
    } in files
    {
        let path = dir.join(&name);
        list.push_str(&format!(
            "{:<22} {purpose}\n",
            text::terminal(&path.display().to_string())
        ));
        new.push(NewFile {
            path,
            contents: contents.into_bytes(),
            readers,
        });
    }
    write_all(&new, overwrite)?;
    print(&list)
}

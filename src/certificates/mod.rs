//! Certificates: what the tutorial does with openssl, step by step and all at once.
//!
//! The order of the story: an authority, a request with its key, the signature. [`make_set`] walks it
//! for a server and a client. Unaware of the command line; files are the caller's.

pub mod authority;
pub mod request;
pub mod signing;
pub mod constraints;
pub mod renewal;
pub mod revocation;
pub mod ml_dsa;
mod wishes;
pub mod summary;
pub mod wording;
pub mod pem;

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair, SerialNumber};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use self::authority::{Authority, permitted};
use self::request::{KeyType, Name, generate, request};
use self::signing::{Grant, sign};
use crate::error::Error;
use crate::files::{NewFile, Readers};
use crate::language::Phrase;
use crate::phrase;

/// What [`make_set`] makes.
#[derive(Clone, Debug)]
pub struct SetOptions {
    /// The names of the server.
    pub hosts: Vec<Name>,
    /// The common name of the client; its URI follows from it.
    pub client: String,
    /// The kind of all keys.
    pub key_type: KeyType,
    /// How long all certificates are valid.
    pub days: u32,
    /// Whether an intermediate CA signs the leaves.
    pub intermediate: bool,
    /// Whether the CA may sign for these hosts alone.
    pub name_constraints: bool,
}

impl Default for SetOptions {
    fn default() -> Self {
        SetOptions {
            hosts: vec![
                Name::Dns("localhost".to_owned()),
                Name::Ip([127, 0, 0, 1].into()),
                Name::Ip([0, 0, 0, 0, 0, 0, 0, 1].into()),
            ],
            client: "my-client".to_owned(),
            key_type: KeyType::default(),
            days: 365,
            intermediate: false,
            name_constraints: false,
        }
    }
}

/// A file of the set, not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// `ca.key`.
    pub name: String,
    /// PEM.
    pub contents: String,
    /// Which users may read it.
    pub readers: Readers,
    /// What it is for, and which people may see it.
    pub purpose: Phrase,
}

impl GeneratedFile {
    /// The same, with its place in the folder `dir`.
    pub fn below(self, dir: &Path) -> NewFile {
        NewFile {
            path: dir.join(self.name),
            contents: self.contents.into_bytes(),
            readers: self.readers,
        }
    }
}

/// A file that only its owner reads: a private key.
pub fn secret(name: String, contents: String, purpose: impl Into<Phrase>) -> GeneratedFile {
    GeneratedFile {
        name,
        contents,
        readers: Readers::OnlyMe,
        purpose: purpose.into(),
    }
}

/// A file that everybody may read: all but the keys.
pub fn public(name: String, contents: String, purpose: impl Into<Phrase>) -> GeneratedFile {
    GeneratedFile {
        name,
        contents,
        readers: Readers::Everybody,
        purpose: purpose.into(),
    }
}

/// Makes the tutorial's eight files: a CA, and key, request and certificate for a server and a client.
///
/// With an intermediate CA there are two more, and the leaves' files hold the chain.
///
/// # Errors
/// [`Error::Certificates`]: a name that no certificate can carry.
pub fn make_set(options: &SetOptions) -> Result<Vec<GeneratedFile>, Error> {
    use Readers::{Everybody, OnlyMe};
    let SetOptions { key_type, days, .. } = *options;
    let only = options.name_constraints.then_some(&options.hosts[..]);
    let root = Authority::create_for("my-ca", key_type, days, only)?;
    let intermediate = options
        .intermediate
        .then(|| root.create_intermediate("my-intermediate-ca", key_type, days))
        .transpose()?;
    let authority = intermediate.as_ref().unwrap_or(&root);
    let mut files = vec![
        GeneratedFile {
            purpose: ca_key_purpose(only),
            ..of_the_set("ca.key", OnlyMe, root.key_pem().to_owned())
        },
        of_the_set("ca.crt", Everybody, root.certificate_pem().to_owned()),
    ];
    if let Some(ca) = &intermediate {
        let certificate = ca.certificate_pem().to_owned();
        files.push(of_the_set(
            "intermediate.key",
            OnlyMe,
            ca.key_pem().to_owned(),
        ));
        files.push(of_the_set("intermediate.crt", Everybody, certificate));
    }
    let server = Grant::server(options.hosts.clone());
    let client = Grant::client(&options.client);
    for (name, grant) in [("server", server), ("client", client)] {
        let leaf = issue(authority, &grant, key_type, days)?;
        let [key, csr, crt] = ["key", "csr", "crt"].map(|end| format!("{name}.{end}"));
        // Each leaf brings the intermediate along: the other side has nothing but the root.
        let chain = leaf.pem + authority.chain_pem();
        files.push(of_the_set(&key, OnlyMe, leaf.key.serialize_pem()));
        files.push(of_the_set(&csr, Everybody, leaf.request));
        files.push(of_the_set(&crt, Everybody, chain));
    }
    Ok(files)
}

fn of_the_set(name: &str, readers: Readers, contents: String) -> GeneratedFile {
    GeneratedFile {
        name: name.to_owned(),
        contents,
        readers,
        purpose: purpose(name),
    }
}

/// For which servers the CA can sign. A client's name is of another kind, which no constraint here mentions.
fn ca_key_purpose(hosts: Option<&[Name]>) -> Phrase {
    let Some(hosts) = hosts else {
        return phrase!("the CA's private key; it can sign for any name");
    };
    let hosts: Vec<String> = permitted(hosts).iter().map(Name::to_string).collect();
    phrase!(
        "the CA's private key; it can sign for any client, and for no server but {hosts}",
        hosts = hosts.join(", ")
    )
}

/// What each file of the set is for, and which people may see it.
fn purpose(name: &str) -> Phrase {
    match name {
        "ca.crt" => phrase!("the CA's certificate; give it to all who should trust it"),
        "intermediate.key" => phrase!("the working CA's private key: keep it away"),
        "intermediate.crt" => phrase!("the working CA's certificate; travels behind each leaf"),
        "server.key" => phrase!("the server's private key; only the server reads it"),
        "server.csr" => phrase!("the server's request; not needed any more"),
        "server.crt" => phrase!("the server's certificate; shown to everybody"),
        "client.key" => phrase!("the client's private key; only the client reads it"),
        "client.csr" => phrase!("the client's request; not needed any more"),
        "client.crt" => phrase!("the client's certificate; shown to servers"),
        _ => Phrase::from(String::new()),
    }
}

/// A leaf, fresh from its authority, and the key of its owner.
#[derive(Debug)]
pub struct Issued {
    /// The owner's key.
    pub key: KeyPair,
    /// The request that the owner made with it, PEM.
    pub request: String,
    /// The certificate, DER.
    pub certificate: CertificateDer<'static>,
    /// The certificate, PEM.
    pub pem: String,
}

impl Issued {
    /// The owner's key as rustls takes it: PKCS#8, DER.
    pub fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

/// Issues a leaf as it happens between two parties: its owner makes a key and a request, which is all
/// that the authority gets to see; the authority reads the request, checks it and signs.
///
/// # Errors
/// [`Error::Certificates`]: a name that no certificate can carry.
pub fn issue(
    authority: &Authority,
    grant: &Grant,
    key_type: KeyType,
    days: u32,
) -> Result<Issued, Error> {
    let key = generate(key_type)?;
    let request = request(&key, &grant.common_name, &grant.names)?;
    let signed = sign(authority, &pem::request_from_pem(&request)?, grant, days)?;
    Ok(Issued {
        key,
        request,
        certificate: signed.certificate,
        pem: signed.pem,
    })
}

/// From a few minutes ago, for clocks that are a little behind, until `days` from now.
#[derive(Clone, Copy, Debug)]
struct Validity {
    now: SystemTime,
    not_before: SystemTime,
    not_after: SystemTime,
}

impl Validity {
    fn from_now(days: u32) -> Validity {
        let now = SystemTime::now();
        let day = Duration::from_secs(86_400);
        Validity {
            now,
            not_before: now - Duration::from_secs(300),
            not_after: now + day * days,
        }
    }

    fn apply(self, params: &mut CertificateParams) {
        params.not_before = self.not_before.into();
        params.not_after = self.not_after.into();
    }
}

/// 127 random bits: unpredictable (RFC 5280 §4.1.2.2 allows 20 bytes), positive, never zero.
/// rcgen's default is a hash of the public key, the same for each certificate of that key.
pub(crate) fn serial_number() -> Result<SerialNumber, Error> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Certificates {
        doing: "make a serial number".to_owned(),
        found: phrase!("the system gives no random numbers"),
        remedy: Phrase::empty(),
    })?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

/// What a library said while we were `doing` something.
pub(crate) fn failed(doing: &str, error: &dyn fmt::Display) -> Error {
    Error::Certificates {
        doing: doing.to_owned(),
        found: error.to_string().into(),
        remedy: phrase!("hello-mtls inspect shows what is in a file"),
    }
}

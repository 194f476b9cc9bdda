//! Certificates: what the tutorial does with openssl, step by step and all at once.
//!
//! The order of the story: an authority, a request with its key, the signature. [`make_set`] walks it
//! for a server and a client. Unaware of the command line; files are the caller's.

pub mod authority;
pub mod request;
pub mod signing;
pub mod revocation;
pub mod summary;
pub mod names;
pub mod pem;

use std::fmt;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, SerialNumber};

use self::authority::Authority;
use self::request::{KeyType, Name, generate, request};
use self::signing::{Grant, sign};
use crate::error::Error;
use crate::files::Readers;

/// What [`make_set`] is asked for.
#[derive(Clone, Debug)]
pub struct Wishes {
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
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            hosts: vec![
                Name::Dns("localhost".to_owned()),
                Name::Ip([127, 0, 0, 1].into()),
                Name::Ip([0, 0, 0, 0, 0, 0, 0, 1].into()),
            ],
            client: "my-client".to_owned(),
            key_type: KeyType::default(),
            days: 365,
            intermediate: false,
        }
    }
}

/// A file of the set, not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// `ca.key`.
    pub name: String,
    /// PEM.
    pub contents: String,
    /// Who may read it.
    pub readers: Readers,
    /// What it is for, and who may see it.
    pub purpose: &'static str,
}

/// Makes the tutorial's eight files: a CA, and key, request and certificate for a server and a client.
///
/// With an intermediate CA there are two more, and the leaves' files hold the chain.
pub fn make_set(wishes: &Wishes) -> Result<Vec<Made>, Error> {
    let Wishes {
        hosts,
        client,
        key_type,
        days,
        intermediate,
    } = wishes;
    let root = Authority::create("my-ca", *key_type, *days)?;
    let mut files = vec![
        secret(
            "ca.key",
            root.key_pem(),
            "the CA's private key; whoever has it can be anybody",
        ),
        public(
            "ca.crt",
            root.certificate_pem().to_owned(),
            "the CA's certificate; give it to all who should trust it",
        ),
    ];
    let below = match intermediate {
        true => Some(root.create_intermediate("my-intermediate-ca", *key_type, *days)?),
        false => None,
    };
    if let Some(below) = &below {
        files.push(secret(
            "intermediate.key",
            below.key_pem(),
            "the working CA's private key: keep it away",
        ));
        let certificate = below.certificate_pem().to_owned();
        files.push(public(
            "intermediate.crt",
            certificate,
            "the working CA's certificate; travels behind each leaf",
        ));
    }
    let authority = below.as_ref().unwrap_or(&root);
    let chain_end = authority.chain_pem();

    let server = issue(authority, &Grant::server(hosts.clone()), *key_type, *days)?;
    files.push(secret(
        "server.key",
        server.key,
        "the server's private key; only the server reads it",
    ));
    files.push(public(
        "server.csr",
        server.request,
        "the server's request; not needed any more",
    ));
    files.push(public(
        "server.crt",
        server.certificate + chain_end,
        "the server's certificate; shown to everybody",
    ));

    let client = issue(authority, &Grant::client(client), *key_type, *days)?;
    files.push(secret(
        "client.key",
        client.key,
        "the client's private key; only the client reads it",
    ));
    files.push(public(
        "client.csr",
        client.request,
        "the client's request; not needed any more",
    ));
    files.push(public(
        "client.crt",
        client.certificate + chain_end,
        "the client's certificate; shown to servers",
    ));
    Ok(files)
}

/// Key, request and certificate of one leaf, PEM.
struct Issued {
    key: String,
    request: String,
    certificate: String,
}

/// The leaf's owner makes a key and a request; the authority reads the request, checks it and signs.
fn issue(
    authority: &Authority,
    grant: &Grant,
    key_type: KeyType,
    days: u32,
) -> Result<Issued, Error> {
    let key = generate(key_type)?;
    let request = request(&key, &grant.common_name, &grant.names)?;
    let signed = sign(authority, &pem::request_from_pem(&request)?, grant, days)?;
    Ok(Issued {
        key: key.serialize_pem(),
        request,
        certificate: signed.pem,
    })
}

fn secret(name: &str, contents: String, purpose: &'static str) -> Made {
    Made {
        name: name.to_owned(),
        contents,
        readers: Readers::OnlyMe,
        purpose,
    }
}

fn public(name: &str, contents: String, purpose: &'static str) -> Made {
    Made {
        name: name.to_owned(),
        contents,
        readers: Readers::Everybody,
        purpose,
    }
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
fn serial_number() -> Result<SerialNumber, Error> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Certificates {
        doing: "make a serial number".to_owned(),
        found: "the system gives no random numbers".to_owned(),
        remedy: String::new(),
    })?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

/// What a library said while we were `doing` something.
pub(crate) fn failed(doing: &str, error: &dyn fmt::Display) -> Error {
    Error::Certificates {
        doing: doing.to_owned(),
        found: error.to_string(),
        remedy: "hello-mtls inspect shows what is in a file".to_owned(),
    }
}

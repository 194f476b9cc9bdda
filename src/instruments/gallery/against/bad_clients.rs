//! The clients: each is a good one but for one thing. Unaware of connections.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer,
};
use rustls::sign::CertifiedKey;
use x509_parser::asn1_rs::Tag;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};
use x509_parser::x509::X509Name;

use super::Expected;
use crate::certificates::ml_dsa::PrivateKey as CaKey;
use crate::certificates::request::{KeyType, Name, common_name_only, generate};
use crate::certificates::signing::client_uri;
use crate::certificates::{failed, pem};
use crate::error::Error;
use crate::handshake::{Identity, provider};
use crate::instruments::gallery::pem_files::unusable;
use crate::instruments::gallery::pki_builder::day;
use crate::language::Phrase;
use crate::phrase;

/// What clients are made of.
pub(super) struct Material<'a> {
    /// The good client.
    pub(super) own: Identity,
    /// The server's certificate and key.
    pub(super) server: Option<Identity>,
    /// The key of the clients' CA.
    pub(super) ca_key: Option<&'a Path>,
    /// CA certificates, one of which may be that CA's.
    pub(super) anchors: &'a [CertificateDer<'static>],
    /// The server's revocation lists.
    pub(super) lists: Vec<CertificateRevocationListDer<'static>>,
}

/// A client to send.
pub(super) struct BadClient {
    pub(super) name: Phrase,
    pub(super) expected: Expected,
    pub(super) shows: Shows,
    /// It is signed with the key of the clients' CA.
    pub(super) of_the_ca: bool,
}

/// What a client shows.
pub(super) enum Shows {
    Nothing,
    Certificate(Box<CertifiedKey>),
    /// Something is missing to make it.
    CannotBeMade(Phrase),
}

/// Every client, the good one first.
pub(super) fn all(material: &Material<'_>) -> Result<Vec<BadClient>, Error> {
    let own = &material.own;
    let leaf = own.chain.first().ok_or_else(|| cannot(&"no certificate"))?;
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|error| cannot(&error))?;
    let good = params_like(&leaf)?;

    let client = |name, expected, shows| BadClient {
        name,
        expected,
        shows,
        of_the_ca: false,
    };
    let certified = certified_key(own.chain.clone(), own.key.clone_key())?;
    // A thief has the certificate, which is public, and not its key.
    let thief = certified_key(
        own.chain.clone(),
        private_key(&generate(KeyType::EcdsaP256)?),
    )?;
    let servers = match &material.server {
        Some(server) => certified_key(server.chain.clone(), server.key.clone_key())?,
        None => Shows::CannotBeMade(phrase!("it needs server.crt and server.key in --certs")),
    };
    let mut clients = vec![
        client(
            phrase!("your client, for comparison"),
            Expected::LetIn,
            certified,
        ),
        client(phrase!("no certificate"), Expected::Refuse, Shows::Nothing),
        client(
            phrase!("self-signed copy of your client"),
            Expected::Refuse,
            self_signed(&good)?,
        ),
        client(
            phrase!("same CA name, another key"),
            Expected::Refuse,
            // The name that the server knows, and a key that it does not.
            of_false_ca(&good, name(leaf.issuer())?)?,
        ),
        client(
            phrase!("a stranger's CA"),
            Expected::Refuse,
            of_false_ca(&good, common_name_only("strangers-ca"))?,
        ),
        client(
            phrase!("your certificate, not its key"),
            Expected::Refuse,
            thief,
        ),
        client(
            phrase!("the server's own certificate"),
            Expected::Refuse,
            servers,
        ),
    ];
    clients.extend(of_the_ca(material, &good)?);
    Ok(clients)
}

/// Clients that only the CA itself could make.
fn of_the_ca(material: &Material<'_>, good: &CertificateParams) -> Result<Vec<BadClient>, Error> {
    let rows: [(Phrase, Expected, Spoil); 8] = [
        (
            phrase!("your CA: good, for comparison"),
            Expected::LetIn,
            |_| {},
        ),
        (phrase!("your CA: expired"), Expected::Refuse, |params| {
            (params.not_before, params.not_after) = (day(-30), day(-2));
        }),
        (
            phrase!("your CA: not yet valid"),
            Expected::Refuse,
            |params| {
                (params.not_before, params.not_after) = (day(2), day(30));
            },
        ),
        (
            phrase!("your CA: for servers only"),
            Expected::Refuse,
            |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            },
        ),
        (
            phrase!("your CA: an unknown extension"),
            Expected::Refuse,
            |params| {
                // An arc for examples (RFC 5612 §3), and a NULL in it.
                let content = vec![5, 0];
                let mut extension =
                    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 32473, 1], content);
                extension.set_criticality(true);
                params.custom_extensions.push(extension);
            },
        ),
        (phrase!("your CA: revoked"), Expected::Refuse, |_| {}),
        (
            phrase!("your CA: a CA itself"),
            Expected::Either(phrase!("OpenSSL and Go allow it, webpki does not")),
            |params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
                params.key_usages.push(KeyUsagePurpose::KeyCertSign);
            },
        ),
        (
            phrase!("your CA: CN=mallory"),
            Expected::Either(phrase!("it authorizes every client of the CA")),
            |params| {
                params.distinguished_name = common_name_only("mallory");
                let uri = Name::Uri(client_uri("mallory")).entry();
                params.subject_alt_names = uri.into_iter().collect();
            },
        ),
    ];
    let signer = material.signer()?;
    let mut clients = Vec::new();
    for (name, expected, spoil) in rows {
        let shows = match &signer {
            None => Shows::CannotBeMade(phrase!("it needs --ca-key")),
            Some(signer) => {
                let mut params = good.clone();
                spoil(&mut params);
                match (name.contains("revoked"), signer.revoked(&material.lists)) {
                    (true, None) => {
                        Shows::CannotBeMade(phrase!("it needs --crl with an entry of this CA"))
                    }
                    (true, serial) => {
                        params.serial_number = serial;
                        signer.sign(&params)?
                    }
                    (false, _) => signer.sign(&params)?,
                }
            }
        };
        clients.push(BadClient {
            name,
            expected,
            shows,
            of_the_ca: true,
        });
    }
    Ok(clients)
}

/// What is wrong with a certificate.
type Spoil = fn(&mut CertificateParams);

/// The clients' CA.
struct Signer {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, CaKey>,
}

impl Material<'_> {
    /// The CA with this key: among the CAs that are trusted, behind the client's certificate, or beside the key.
    fn signer(&self) -> Result<Option<Signer>, Error> {
        let Some(path) = self.ca_key else {
            return Ok(None);
        };
        let key = CaKey::read(&pem::private_key(path)?).map_err(|error| cannot(&error))?;
        let beside = pem::certificates(&path.with_extension("crt")).unwrap_or_default();
        let behind = self.own.chain.iter().skip(1);
        let public = rcgen::PublicKeyData::der_bytes(&key).to_vec();
        let has_it = |der: &&CertificateDer<'static>| {
            X509Certificate::from_der(der).is_ok_and(|(_, ca)| {
                ca.is_ca() && ca.public_key().subject_public_key.data == public
            })
        };
        let found = self
            .anchors
            .iter()
            .chain(behind)
            .chain(&beside)
            .find(has_it);
        let certificate = found.cloned().ok_or_else(|| Error::Contents {
            path: path.to_owned(),
            found: phrase!("it is the key of no CA certificate that is at hand"),
            remedy: phrase!("the key of the CA that signed your client, with its certificate beside it (ca.key, ca.crt)"),
        })?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(|error| cannot(&error))?;
        Ok(Some(Signer {
            certificate,
            issuer,
        }))
    }
}

impl Signer {
    fn sign(&self, params: &CertificateParams) -> Result<Shows, Error> {
        let key = generate(KeyType::EcdsaP256)?;
        let leaf = params
            .signed_by(&key, &self.issuer)
            .map_err(|error| cannot(&error))?;
        // A root at the end of the chain does no harm: every verifier ignores it.
        certified_key(
            vec![leaf.der().clone(), self.certificate.clone()],
            private_key(&key),
        )
    }

    /// A serial number that a list of this CA revokes.
    fn revoked(&self, lists: &[CertificateRevocationListDer<'_>]) -> Option<SerialNumber> {
        let (_, ca) = X509Certificate::from_der(&self.certificate).ok()?;
        lists.iter().find_map(|list| {
            let (_, list) = CertificateRevocationList::from_der(list).ok()?;
            if list.issuer().as_raw() != ca.subject().as_raw() {
                return None;
            }
            let first = list.iter_revoked_certificates().next()?;
            Some(SerialNumber::from_slice(first.raw_serial()))
        })
    }
}

/// What a good certificate says, for another key: the subject, the names and the purpose of `leaf`.
fn params_like(leaf: &X509Certificate<'_>) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(leaf.subject())?;
    params.subject_alt_names = alternative_names(leaf)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = (day(-1), day(30));
    Ok(params)
}

fn self_signed(good: &CertificateParams) -> Result<Shows, Error> {
    let key = generate(KeyType::EcdsaP256)?;
    let leaf = good.self_signed(&key).map_err(|error| cannot(&error))?;
    certified_key(vec![leaf.der().clone()], private_key(&key))
}

/// A certificate like the good one, of a CA with this name that nobody trusts, which comes along.
fn of_false_ca(good: &CertificateParams, ca: DistinguishedName) -> Result<Shows, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = ca;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = generate(KeyType::EcdsaP256)?;
    let certificate = params.self_signed(&key).map_err(|error| cannot(&error))?;
    let signer = Signer {
        certificate: certificate.der().clone(),
        issuer: Issuer::new(params, CaKey::OfRcgen(key)),
    };
    signer.sign(good)
}

/// A name, letter for letter and with the same type of string: servers compare bytes.
fn name(original: &X509Name<'_>) -> Result<DistinguishedName, Error> {
    let mut copy = DistinguishedName::new();
    for attribute in original.iter_attributes() {
        let arcs = attribute
            .attr_type()
            .iter()
            .ok_or_else(|| cannot(&"a type too long"))?;
        let value = attribute.attr_value();
        let text = String::from_utf8_lossy(value.data).into_owned();
        let value = match value.tag() {
            Tag::PrintableString => text.try_into().map(DnValue::PrintableString),
            Tag::Ia5String => text.try_into().map(DnValue::Ia5String),
            _ => Ok(DnValue::Utf8String(text)),
        };
        let value = value.map_err(|error| cannot(&error))?;
        copy.push(DnType::from_oid(&arcs.collect::<Vec<u64>>()), value);
    }
    Ok(copy)
}

/// The names of the subjectAltName that identify clients. Other kinds are left out.
fn alternative_names(leaf: &X509Certificate<'_>) -> Result<Vec<SanType>, Error> {
    let Ok(Some(extension)) = leaf.subject_alternative_name() else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in &extension.value.general_names {
        let ascii = |name: &str| name.to_owned().try_into().map_err(|error| cannot(&error));
        names.push(match entry {
            GeneralName::DNSName(name) => SanType::DnsName(ascii(name)?),
            GeneralName::URI(name) => SanType::URI(ascii(name)?),
            GeneralName::RFC822Name(name) => SanType::Rfc822Name(ascii(name)?),
            _ => continue,
        });
    }
    Ok(names)
}

/// Certificate and key of a program that does not look at what it was given.
fn certified_key(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Shows, Error> {
    let key = provider()
        .key_provider
        .load_private_key(key)
        .map_err(|error| unusable(&error))?;
    Ok(Shows::Certificate(Box::new(CertifiedKey::new(chain, key))))
}

fn private_key(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

fn cannot(error: &dyn std::fmt::Display) -> Error {
    failed("make a bad client", error)
}

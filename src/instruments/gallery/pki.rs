//! Certificates as words: a small description of a chain, and the certificates made of it.
//!
//! A description is a constant, so that a case of the table can say `Certificate { days: (-90, -3),
//! ..MY_CLIENT }` and mean a whole chain. Unaware of connections.

use crate::certificates::request::KeyType;

/// One certificate.
#[derive(Clone, Copy, Debug)]
pub struct Certificate {
    /// Its common name.
    pub name: &'static str,
    /// The label of its key: the same label is the same key.
    pub key: &'static str,
    /// The kind of that key.
    pub key_type: KeyType,
    /// Its issuer. `None`: it signs itself.
    pub issuer: Option<&'static Certificate>,
    /// The subjectAltName, as openssl writes it: `DNS:localhost,IP:127.0.0.1`.
    pub names: &'static str,
    /// The extended key usage. `None`: it has none, and is good for everything.
    pub purpose: Option<Purpose>,
    /// Whether it may sign other certificates.
    pub is_ca: IsCa,
    /// The only host names that certificates below it may have (a name constraint).
    pub name_constraint: Option<&'static str>,
    /// Days from now on which its validity begins and ends.
    pub days: (i64, i64),
    /// It has a critical extension that no program knows.
    pub unknown_critical_extension: bool,
    /// PEM made with openssl, certificate and key: nothing of the above counts but the labels.
    pub fixture: Option<&'static str>,
}

/// What an extended key usage allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// serverAuth.
    Servers,
    /// clientAuth.
    Clients,
}

/// The basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsCa {
    /// CA:FALSE.
    No,
    /// CA:TRUE.
    Unlimited,
    /// CA:TRUE, and so many CAs may stand between it and a leaf (pathLenConstraint, RFC 5280 §4.2.1.9).
    PathLength(u8),
}

/// A root: trusted by both sides unless a case says otherwise.
pub const MY_CA: Certificate = Certificate {
    name: "my-ca",
    key: "my-ca",
    key_type: KeyType::EcdsaP256,
    issuer: None,
    names: "",
    purpose: None,
    is_ca: IsCa::Unlimited,
    name_constraint: None,
    days: (-30, 3650),
    unknown_critical_extension: false,
    fixture: None,
};

/// A root that neither side trusts.
pub const STRANGERS_CA: Certificate = Certificate {
    name: "strangers-ca",
    key: "strangers-ca",
    ..MY_CA
};

/// The root anew: the same name, another key.
pub const MY_NEW_CA: Certificate = Certificate {
    key: "my-new-ca",
    ..MY_CA
};

/// A CA below the root.
pub const INTERMEDIATE: Certificate = Certificate {
    name: "my-intermediate-ca",
    key: "my-intermediate-ca",
    issuer: Some(&MY_CA),
    is_ca: IsCa::PathLength(0),
    ..MY_CA
};

/// The server's certificate.
pub const MY_SERVER: Certificate = Certificate {
    name: "localhost",
    key: "my-server",
    issuer: Some(&MY_CA),
    names: "DNS:localhost,IP:127.0.0.1",
    purpose: Some(Purpose::Servers),
    is_ca: IsCa::No,
    days: (-1, 365),
    ..MY_CA
};

/// The client's certificate.
pub const MY_CLIENT: Certificate = Certificate {
    name: "my-client",
    key: "my-client",
    names: "URI:spiffe://hello-mtls/my-client",
    purpose: Some(Purpose::Clients),
    ..MY_SERVER
};

/// A revocation list.
#[derive(Clone, Copy, Debug)]
pub struct RevocationList {
    /// Whose list.
    pub issuer: &'static Certificate,
    /// What it revokes.
    pub revoked: &'static [Certificate],
    /// Days from now of thisUpdate and nextUpdate.
    pub days: (i64, i64),
}

//! What the OBJECT IDENTIFIERs of X.509 are called in the standards that assign them.

/// The name of a dotted OBJECT IDENTIFIER, if it is one that certificates, CSRs, CRLs and keys use.
pub(super) fn name(dotted: &str) -> Option<&'static str> {
    Some(match dotted {
        // Attribute types of names: X.520, RFC 4519, PKCS #9.
        "2.5.4.3" => "commonName",
        "2.5.4.4" => "surname",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "countryName",
        "2.5.4.7" => "localityName",
        "2.5.4.8" => "stateOrProvinceName",
        "2.5.4.9" => "streetAddress",
        "2.5.4.10" => "organizationName",
        "2.5.4.11" => "organizationalUnitName",
        "2.5.4.12" => "title",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "givenName",
        "2.5.4.46" => "dnQualifier",
        "2.5.4.65" => "pseudonym",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "userId",
        "0.9.2342.19200300.100.1.25" => "domainComponent",
        "1.2.840.113549.1.9.1" => "emailAddress",
        // Attributes of a CSR: RFC 2985.
        "1.2.840.113549.1.9.2" => "unstructuredName",
        "1.2.840.113549.1.9.7" => "challengePassword",
        "1.2.840.113549.1.9.14" => "extensionRequest",
        // Keys and signatures: RFC 8017, RFC 5480, RFC 8410, RFC 9881.
        "1.2.840.113549.1.1.1" => "rsaEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.8" => "id-mgf1",
        "1.2.840.113549.1.1.10" => "id-RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.2.1" => "id-ecPublicKey",
        "1.2.840.10045.3.1.7" => "prime256v1, also P-256",
        "1.3.132.0.34" => "secp384r1, also P-384",
        "1.3.132.0.35" => "secp521r1, also P-521",
        "1.3.132.0.10" => "secp256k1",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.110" => "id-X25519",
        "1.3.101.112" => "id-Ed25519",
        "1.3.101.113" => "id-Ed448",
        "2.16.840.1.101.3.4.3.17" => "id-ml-dsa-44",
        "2.16.840.1.101.3.4.3.18" => "id-ml-dsa-65",
        "2.16.840.1.101.3.4.3.19" => "id-ml-dsa-87",
        "1.3.14.3.2.26" => "id-sha1",
        "2.16.840.1.101.3.4.2.1" => "id-sha256",
        "2.16.840.1.101.3.4.2.2" => "id-sha384",
        "2.16.840.1.101.3.4.2.3" => "id-sha512",
        // Purposes: RFC 5280 §4.2.1.12.
        "2.5.29.37.0" => "anyExtendedKeyUsage",
        "1.3.6.1.5.5.7.3.1" => "serverAuth",
        "1.3.6.1.5.5.7.3.2" => "clientAuth",
        "1.3.6.1.5.5.7.3.3" => "codeSigning",
        "1.3.6.1.5.5.7.3.4" => "emailProtection",
        "1.3.6.1.5.5.7.3.8" => "timeStamping",
        "1.3.6.1.5.5.7.3.9" => "OCSPSigning",
        // Ways to reach more about an issuer: RFC 5280 §4.2.2.
        "1.3.6.1.5.5.7.48.1" => "OCSP",
        "1.3.6.1.5.5.7.48.2" => "caIssuers",
        "1.3.6.1.5.5.7.48.5" => "caRepository",
        // Policies: RFC 5280 §4.2.1.4, CA/Browser Forum.
        "2.5.29.32.0" => "anyPolicy",
        "1.3.6.1.5.5.7.2.1" => "CPS",
        "1.3.6.1.5.5.7.2.2" => "userNotice",
        "2.23.140.1.1" => "extended-validated",
        "2.23.140.1.2.1" => "domain-validated",
        "2.23.140.1.2.2" => "organization-validated",
        "2.23.140.1.2.3" => "individual-validated",
        _ => return super::extensions::label(dotted),
    })
}

/// The short form that names are written with: RFC 4514 §3 for the first nine, habit for the rest.
pub(super) fn attribute(dotted: &str) -> String {
    match dotted {
        "2.5.4.3" => "CN".into(),
        "2.5.4.7" => "L".into(),
        "2.5.4.8" => "ST".into(),
        "2.5.4.10" => "O".into(),
        "2.5.4.11" => "OU".into(),
        "2.5.4.6" => "C".into(),
        "2.5.4.9" => "STREET".into(),
        "0.9.2342.19200300.100.1.25" => "DC".into(),
        "0.9.2342.19200300.100.1.1" => "UID".into(),
        "2.5.4.4" => "SN".into(),
        "2.5.4.42" => "GN".into(),
        _ => name_or(dotted),
    }
}

/// The name where there is one, else the dotted form.
pub(super) fn name_or(dotted: &str) -> String {
    name(dotted).unwrap_or(dotted).to_owned()
}

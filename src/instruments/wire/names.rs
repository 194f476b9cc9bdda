//! Numbers of TLS and their names: the IANA registries, as far as they occur in practice.
//!
//! Unaware of where a number stood. What no registry knows keeps its number in hex.

/// A registry of IANA, cut to what occurs.
#[derive(Debug)]
pub struct Registry {
    /// How many hex digits a number is written with.
    digits: usize,
    /// How a sentence calls a number that has no name here.
    unnamed: fn(u16) -> String,
    /// A number, its registered name, and what it means where that teaches something.
    entries: &'static [(u16, &'static str, &'static str)],
}

impl Registry {
    /// The registered name, `GREASE` or `unknown`, then the number in hex: `x25519 (0x001d)`.
    pub fn name(&self, number: impl Into<u16>) -> String {
        let number = number.into();
        let name = match self.entry(number) {
            Some((name, _)) => name,
            None if is_grease(number) => "GREASE",
            None => "unknown",
        };
        format!("{name} (0x{number:0digits$x})", digits = self.digits)
    }

    /// A word of meaning, or nothing.
    pub fn meaning(&self, number: impl Into<u16>) -> &'static str {
        let number = number.into();
        match self.entry(number) {
            Some((_, meaning)) => meaning,
            None if is_grease(number) => GREASE,
            None => "",
        }
    }

    /// The registered name without the number, for sentences.
    pub fn short(&self, number: impl Into<u16>) -> String {
        let number = number.into();
        let known = self.entry(number);
        known.map_or_else(|| (self.unnamed)(number), |(name, _)| name.to_owned())
    }

    /// How a cipher suite up to TLS 1.2 exchanges keys, by its name: `ECDHE_RSA`. Empty in TLS 1.3.
    pub fn key_exchange(&self, suite: u16) -> String {
        let name = self.short(suite);
        let words = name
            .strip_prefix("TLS_")
            .and_then(|name| name.split_once("_WITH_"));
        words.map_or_else(String::new, |(words, _)| words.to_owned())
    }

    fn entry(&self, number: u16) -> Option<(&'static str, &'static str)> {
        let known = self.entries.iter().find(|entry| entry.0 == number);
        known.map(|(_, name, meaning)| (*name, *meaning))
    }
}

const GREASE: &str = "a reserved number, sent so that servers which choke on unknown numbers are found early (RFC 8701)";

/// True for the sixteen numbers 0x?A?A that RFC 8701 reserves.
fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

fn in_hex(number: u16) -> String {
    format!("0x{number:04x}")
}

/// An alert's bare name, or its number.
pub fn alert_name(number: u8) -> String {
    ALERTS.short(number)
}

/// Protocol versions, as in `legacy_version` and supported_versions.
#[rustfmt::skip]
pub static VERSIONS: Registry = Registry { digits: 4, unnamed: in_hex, entries: &[
    (0x0304, "TLS 1.3", ""),
    (0x0303, "TLS 1.2", ""),
    (0x0302, "TLS 1.1", "deprecated (RFC 8996)"),
    (0x0301, "TLS 1.0", "deprecated (RFC 8996)"),
    (0x0300, "SSL 3.0", "broken (RFC 7568)"),
] };

/// Content types of records.
#[rustfmt::skip]
pub static CONTENT_TYPES: Registry = Registry { digits: 2, unnamed: |number| format!("unknown type {number}"), entries: &[
    (0x14, "change_cipher_spec", ""),
    (0x15, "alert", ""),
    (0x16, "handshake", ""),
    (0x17, "application_data", ""),
    (0x18, "heartbeat", ""),
] };

const AES_128: &str = "AES-128-GCM protects the records, SHA-256 makes the keys";
const ECDHE: &str =
    "TLS 1.2: a fresh key exchange, so a stolen key opens no old recording; and an AEAD";
const CBC: &str = "TLS 1.2: forward secrecy, but CBC, which invited padding attacks";
const NO_FORWARD_SECRECY: &str =
    "TLS 1.2: the server's key decrypts every recording; no forward secrecy";

/// Cipher suites.
#[rustfmt::skip]
pub static CIPHER_SUITES: Registry = Registry { digits: 4, unnamed: in_hex, entries: &[
    (0x1301, "TLS_AES_128_GCM_SHA256", AES_128),
    (0x1302, "TLS_AES_256_GCM_SHA384", "AES-256-GCM protects the records, SHA-384 makes the keys"),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256", "ChaCha20-Poly1305 protects the records: fast without AES hardware"),
    (0x1304, "TLS_AES_128_CCM_SHA256", "for small devices"),
    (0x1305, "TLS_AES_128_CCM_8_SHA256", "for small devices, with a short tag"),
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ECDHE),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", ECDHE),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ECDHE),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", ECDHE),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", ECDHE),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ECDHE),
    (0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", ""),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", ""),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", ""),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", CBC),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", CBC),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", CBC),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", CBC),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", CBC),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", CBC),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", CBC),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", CBC),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", CBC),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", CBC),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", CBC),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", CBC),
    (0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", CBC),
    (0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA", CBC),
    (0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256", CBC),
    (0x006a, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", CBC),
    (0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256", ""),
    (0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384", ""),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", NO_FORWARD_SECRECY),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384", NO_FORWARD_SECRECY),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", NO_FORWARD_SECRECY),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", NO_FORWARD_SECRECY),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256", NO_FORWARD_SECRECY),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", NO_FORWARD_SECRECY),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "64-bit blocks: too small for today's traffic"),
    (0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", "64-bit blocks: too small for today's traffic"),
    (0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "64-bit blocks: too small for today's traffic"),
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA", "forbidden (RFC 7465)"),
    (0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", ""),
    (0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM", ""),
    (0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "not a suite: a signal that renegotiation is done safely (RFC 5746)"),
    (0x5600, "TLS_FALLBACK_SCSV", "not a suite: a signal that a client retries with a lower version (RFC 7507)"),
] };

/// Groups of the key exchange.
#[rustfmt::skip]
pub static GROUPS: Registry = Registry { digits: 4, unnamed: in_hex, entries: &[
    (0x001d, "x25519", "Curve25519: short, fast"),
    (0x0017, "secp256r1", "the NIST curve P-256"),
    (0x0018, "secp384r1", "the NIST curve P-384"),
    (0x0019, "secp521r1", "the NIST curve P-521"),
    (0x001e, "x448", "Curve448"),
    (0x11ec, "X25519MLKEM768", "X25519 and ML-KEM-768 together: secret as long as either holds, also against a quantum computer"),
    (0x11eb, "SecP256r1MLKEM768", "P-256 and ML-KEM-768 together"),
    (0x11ed, "SecP384r1MLKEM1024", "P-384 and ML-KEM-1024 together"),
    (0x6399, "X25519Kyber768Draft00", "the draft before X25519MLKEM768"),
    (0x0200, "MLKEM512", "post-quantum alone"),
    (0x0201, "MLKEM768", "post-quantum alone"),
    (0x0202, "MLKEM1024", "post-quantum alone"),
    (0x0016, "secp256k1", ""),
    (0x001a, "brainpoolP256r1", ""),
    (0x001b, "brainpoolP384r1", ""),
    (0x001c, "brainpoolP512r1", ""),
    (0x0100, "ffdhe2048", "finite-field Diffie-Hellman: long numbers"),
    (0x0101, "ffdhe3072", "finite-field Diffie-Hellman"),
    (0x0102, "ffdhe4096", "finite-field Diffie-Hellman"),
    (0x0103, "ffdhe6144", "finite-field Diffie-Hellman"),
    (0x0104, "ffdhe8192", "finite-field Diffie-Hellman"),
] };

const SHA1: &str = "SHA-1: forgeable, refused by modern peers";

/// Signature schemes. In TLS 1.2 the same numbers are a hash and a signature algorithm.
#[rustfmt::skip]
pub static SIGNATURE_SCHEMES: Registry = Registry { digits: 4, unnamed: in_hex, entries: &[
    (0x0403, "ecdsa_secp256r1_sha256", ""),
    (0x0503, "ecdsa_secp384r1_sha384", ""),
    (0x0603, "ecdsa_secp521r1_sha512", ""),
    (0x0807, "ed25519", ""),
    (0x0808, "ed448", ""),
    (0x0804, "rsa_pss_rsae_sha256", "one of the six ways for an RSA key to sign in TLS 1.3, all of them PSS"),
    (0x0805, "rsa_pss_rsae_sha384", ""),
    (0x0806, "rsa_pss_rsae_sha512", ""),
    (0x0809, "rsa_pss_pss_sha256", "for keys that may do nothing but PSS"),
    (0x080a, "rsa_pss_pss_sha384", ""),
    (0x080b, "rsa_pss_pss_sha512", ""),
    (0x0401, "rsa_pkcs1_sha256", "in TLS 1.3 for signatures inside certificates only"),
    (0x0501, "rsa_pkcs1_sha384", ""),
    (0x0601, "rsa_pkcs1_sha512", ""),
    (0x0201, "rsa_pkcs1_sha1", SHA1),
    (0x0203, "ecdsa_sha1", SHA1),
    (0x0202, "dsa_sha1", SHA1),
    (0x0301, "rsa_pkcs1_sha224", ""),
    (0x0302, "dsa_sha224", ""),
    (0x0303, "ecdsa_sha224", ""),
    (0x0402, "dsa_sha256", ""),
    (0x0502, "dsa_sha384", ""),
    (0x0602, "dsa_sha512", ""),
    (0x081a, "ecdsa_brainpoolP256r1tls13_sha256", ""),
    (0x081b, "ecdsa_brainpoolP384r1tls13_sha384", ""),
    (0x081c, "ecdsa_brainpoolP512r1tls13_sha512", ""),
    (0x0904, "mldsa44", "post-quantum"),
    (0x0905, "mldsa65", "post-quantum"),
    (0x0906, "mldsa87", "post-quantum"),
] };

fn unnamed_extension(number: u16) -> String {
    if is_grease(number) {
        return "GREASE".to_owned();
    }
    format!("extension 0x{number:04x}")
}

/// Extension types.
#[rustfmt::skip]
pub static EXTENSIONS: Registry = Registry { digits: 4, unnamed: unnamed_extension, entries: &[
    (0x0000, "server_name", "which of the names behind this address the client wants (SNI): in the clear"),
    (0x0001, "max_fragment_length", "asks for smaller records; record_size_limit replaced it"),
    (0x0005, "status_request", "asks for an OCSP response with the certificate: is it revoked?"),
    (0x000a, "supported_groups", "groups for the key exchange, best first"),
    (0x000b, "ec_point_formats", "how points are written; a leftover of TLS 1.2"),
    (0x000d, "signature_algorithms", "which signatures the sender can verify: in CertificateVerify, and in certificates if nothing else says so"),
    (0x000e, "use_srtp", "for WebRTC"),
    (0x000f, "heartbeat", "known for Heartbleed"),
    (0x0010, "application_layer_protocol_negotiation", "what is to be spoken inside, e.g. HTTP/1.1 or HTTP/2 (ALPN)"),
    (0x0011, "status_request_v2", ""),
    (0x0012, "signed_certificate_timestamp", "proof that the certificate stands in public logs (Certificate Transparency)"),
    (0x0013, "client_certificate_type", "raw keys in place of X.509"),
    (0x0014, "server_certificate_type", "raw keys in place of X.509"),
    (0x0015, "padding", "zeros, to dodge a length that old servers choke on"),
    (0x0016, "encrypt_then_mac", "TLS 1.2: repairs CBC"),
    (0x0017, "extended_master_secret", "TLS 1.2: binds the master secret to the whole handshake, against a man in the middle who splices two"),
    (0x001b, "compress_certificate", "which compressions of the certificate the sender reads"),
    (0x001c, "record_size_limit", "the longest record that the sender wants to receive"),
    (0x0022, "delegated_credential", "a short-lived key that the certificate's key vouches for"),
    (0x0023, "session_ticket", "TLS 1.2: resumption by a ticket that only the server can read"),
    (0x0029, "pre_shared_key", "offers to resume: tickets, each with a proof (binder) that the client knows the secret behind it"),
    (0x002a, "early_data", "data before the handshake is done (0-RTT): fast, and replayable"),
    (0x002b, "supported_versions", "the versions that the sender speaks; legacy_version no longer counts"),
    (0x002c, "cookie", "the server's note to itself, to be sent back after a HelloRetryRequest"),
    (0x002d, "psk_key_exchange_modes", "whether a resumption makes a fresh key exchange too"),
    (0x002f, "certificate_authorities", "the names of CAs that the sender trusts: a hint on which certificate to pick"),
    (0x0030, "oid_filters", "what a client certificate has to contain"),
    (0x0031, "post_handshake_auth", "the client can be asked for a certificate later"),
    (0x0032, "signature_algorithms_cert", "which signatures the sender can verify inside certificates"),
    (0x0033, "key_share", "public keys for the key exchange, one a group: sent at once, so that one round trip is enough"),
    (0x0039, "quic_transport_parameters", "for QUIC"),
    (0x3374, "next_protocol_negotiation", "replaced by ALPN"),
    (0x4469, "application_settings_old", "browser settings for HTTP/2 (ALPS), an experiment"),
    (0x44cd, "application_settings", "browser settings for HTTP/2 (ALPS), an experiment"),
    (0x754f, "channel_id", "an experiment, given up"),
    (0xca34, "trust_anchors", "which roots the client trusts, an experiment"),
    (0xfd00, "ech_outer_extensions", "inside an encrypted ClientHello"),
    (0xfe0d, "encrypted_client_hello", "the true ClientHello, encrypted, or noise that looks like it (ECH)"),
    (0xff01, "renegotiation_info", "TLS 1.2: ties a renegotiation to the handshake before it (RFC 5746)"),
] };

/// Alert descriptions.
#[rustfmt::skip]
pub static ALERTS: Registry = Registry { digits: 2, unnamed: |number| number.to_string(), entries: &[
    (0x00, "close_notify", "nothing more follows from this side; without it, an end is indistinguishable from a cut"),
    (0x0a, "unexpected_message", "that message may not come here"),
    (0x14, "bad_record_mac", "a record did not decrypt: changed on the way, or another key"),
    (0x16, "record_overflow", "a record is longer than allowed"),
    (0x28, "handshake_failure", "no common ground: no cipher suite, group or signature that both can do; from older servers also: no client certificate"),
    (0x29, "no_certificate", "SSL 3.0 only"),
    (0x2a, "bad_certificate", "something is wrong with the certificate: its form, its name, its signature"),
    (0x2b, "unsupported_certificate", "the certificate is of the wrong kind, e.g. not made for this role"),
    (0x2c, "certificate_revoked", "its CA withdrew it"),
    (0x2d, "certificate_expired", "it has expired, or is not valid yet, by the clock of the one who says so"),
    (0x2e, "certificate_unknown", "not acceptable, for a reason that has no number of its own"),
    (0x2f, "illegal_parameter", "a field contradicts the protocol"),
    (0x30, "unknown_ca", "no chain to a CA that the sender trusts: another CA, a missing intermediate"),
    (0x31, "access_denied", "the certificate is valid, but its owner may not enter"),
    (0x32, "decode_error", "a message could not be parsed"),
    (0x33, "decrypt_error", "a signature, a Finished or a binder does not verify"),
    (0x3c, "export_restriction", "reserved"),
    (0x46, "protocol_version", "no common version"),
    (0x47, "insufficient_security", "the server wants stronger algorithms than the client has"),
    (0x50, "internal_error", "the fault is on the sender's own side"),
    (0x56, "inappropriate_fallback", "a retry with a lower version that was not needed: a downgrade attack?"),
    (0x5a, "user_canceled", "given up for reasons outside the protocol; close_notify should follow"),
    (0x64, "no_renegotiation", "TLS 1.2: its sender does not take part in another handshake"),
    (0x6d, "missing_extension", "an extension that is needed is not there"),
    (0x6e, "unsupported_extension", "an extension that was never offered"),
    (0x6f, "certificate_unobtainable", "reserved"),
    (0x70, "unrecognized_name", "nothing is served here under the name in server_name"),
    (0x71, "bad_certificate_status_response", "the OCSP response is not good"),
    (0x72, "bad_certificate_hash_value", "reserved"),
    (0x73, "unknown_psk_identity", "no such pre-shared key"),
    (0x74, "certificate_required", "the client sent no certificate, and the server insists on one"),
    (0x78, "no_application_protocol", "none of the client's ALPN protocols is spoken here"),
    (0x79, "ech_required", "the client insists on an encrypted ClientHello"),
] };

/// Types of client certificates in a CertificateRequest of TLS 1.2.
#[rustfmt::skip]
pub static CLIENT_CERTIFICATE_TYPES: Registry = Registry { digits: 2, unnamed: in_hex, entries: &[
    (0x01, "rsa_sign", ""),
    (0x02, "dss_sign", ""),
    (0x03, "rsa_fixed_dh", ""),
    (0x04, "dss_fixed_dh", ""),
    (0x40, "ecdsa_sign", "also Ed25519 (RFC 8422)"),
] };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_twice_in_a_table() {
        for registry in [
            &CIPHER_SUITES,
            &GROUPS,
            &SIGNATURE_SCHEMES,
            &EXTENSIONS,
            &ALERTS,
        ] {
            for (index, entry) in registry.entries.iter().enumerate() {
                let mut before = registry.entries[..index].iter();
                assert!(before.all(|before| before.0 != entry.0), "{entry:?}");
            }
        }
    }

    #[test]
    fn grease_is_the_sixteen_reserved_numbers() {
        assert_eq!((0..=0xffff).filter(|number| is_grease(*number)).count(), 16);
        assert_eq!(GROUPS.name(0x1a1au16), "GREASE (0x1a1a)");
        assert_eq!(GROUPS.name(0x1a2au16), "unknown (0x1a2a)");
    }
}

//! Numbers of TLS and their names: the registries of IANA, out of `registries.txt`.
//!
//! Unaware of where a number stood. What no registry knows keeps its number in hex.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The file that has them all, with its date and where it is from.
const FILE: &str = include_str!("registries.txt");

/// Section and number, then name and meaning.
type Table = HashMap<(&'static str, u16), (&'static str, &'static str)>;

static TABLE: LazyLock<Table> = LazyLock::new(|| rows().collect());

/// The rows of the file: `number name` or `number name: meaning`, below the section that they belong to. A row of
/// another form is left out, and a test fails.
fn rows() -> impl Iterator<Item = ((&'static str, u16), (&'static str, &'static str))> {
    let mut section = "";
    FILE.lines().filter_map(move |line| {
        if let Some(title) = line.strip_prefix('[') {
            section = title.trim_end_matches(']');
        }
        let (number, rest) = line.split_once(' ')?;
        let number = u16::from_str_radix(number, 16).ok()?;
        let row = rest.split_once(": ").unwrap_or((rest, ""));
        Some(((section, number), row))
    })
}

/// A registry of IANA.
#[derive(Debug)]
pub struct Registry {
    /// Its section in the file.
    section: &'static str,
    /// How many hex digits a number is written with.
    digits: usize,
    /// How a sentence calls a number that has no name here.
    unnamed: fn(u16) -> String,
    /// What can be said of a number by its name, where its row says nothing.
    by_name: fn(&str) -> &'static str,
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
            Some((name, "")) => (self.by_name)(name),
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
        TABLE.get(&(self.section, number)).copied()
    }
}

const GREASE: &str = "a reserved number, sent so that peers which choke on unknown numbers are found early (RFC 8701)";

/// True for the sixteen numbers 0x?A?A that RFC 8701 reserves.
pub(crate) fn is_grease(number: u16) -> bool {
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
pub static VERSIONS: Registry = registry("versions", 4);

/// Content types of records.
pub static CONTENT_TYPES: Registry = Registry {
    unnamed: |number| format!("unknown type {number}"),
    ..registry("content types", 2)
};

/// Cipher suites.
pub static CIPHER_SUITES: Registry = Registry {
    by_name: suite,
    ..registry("cipher suites", 4)
};

/// Groups of the key exchange.
pub static GROUPS: Registry = registry("groups", 4);

/// Signature schemes. In TLS 1.2 the same numbers are a hash and a signature algorithm.
pub static SIGNATURE_SCHEMES: Registry = registry("signature schemes", 4);

/// Extension types. What one means depends on the message that it stands in.
pub static EXTENSIONS: Registry = Registry {
    unnamed: unnamed_extension,
    ..registry("extensions", 4)
};

/// Alert descriptions.
pub static ALERTS: Registry = Registry {
    unnamed: |number| number.to_string(),
    ..registry("alerts", 2)
};

/// Types of client certificates in a CertificateRequest up to TLS 1.2.
pub static CLIENT_CERTIFICATE_TYPES: Registry = registry("client certificate types", 2);

/// All of them: a test asks what they say.
pub static ALL: [&Registry; 8] = [
    &VERSIONS,
    &CONTENT_TYPES,
    &CIPHER_SUITES,
    &GROUPS,
    &SIGNATURE_SCHEMES,
    &EXTENSIONS,
    &ALERTS,
    &CLIENT_CERTIFICATE_TYPES,
];

const fn registry(section: &'static str, digits: usize) -> Registry {
    Registry {
        section,
        digits,
        unnamed: in_hex,
        by_name: |_| "",
    }
}

fn unnamed_extension(number: u16) -> String {
    if is_grease(number) {
        return "GREASE".to_owned();
    }
    format!("extension 0x{number:04x}")
}

/// What the name of a cipher suite tells, the worst first.
fn suite(name: &str) -> &'static str {
    let has = |part: &str| name.contains(part);
    let (exchange, cipher) = name.split_once("_WITH_").unwrap_or(("", name));
    let aead = ["_GCM", "_CCM", "POLY1305", "_MGM"];
    match name {
        _ if has("_NULL_") || has("TLS_SHA") => "encrypts nothing",
        _ if has("EXPORT") => "made weak on purpose, for export in the 1990s",
        _ if has("_RC4_") => "forbidden (RFC 7465)",
        _ if has("DES") || has("RC2") || has("IDEA") => {
            "64-bit blocks: too small for today's traffic"
        }
        _ if exchange.ends_with("anon") => "proves no identity",
        "TLS_AES_128_GCM_SHA256" => "AES-128-GCM protects the records, SHA-256 makes the keys",
        "TLS_AES_256_GCM_SHA384" => "AES-256-GCM protects the records, SHA-384 makes the keys",
        "TLS_CHACHA20_POLY1305_SHA256" => {
            "ChaCha20-Poly1305 protects the records: fast without AES hardware"
        }
        "TLS_AES_128_CCM_SHA256" => "for small devices",
        "TLS_AES_128_CCM_8_SHA256" => "for small devices, with a short tag",
        _ if exchange == "TLS_RSA" => {
            "TLS 1.2: the server's key decrypts every recording; no forward secrecy"
        }
        _ if has("DHE_PSK") || has("PSK_DHE") => {
            "TLS 1.2: a key agreed on outside TLS, and a fresh key exchange"
        }
        _ if has("PSK_WITH") => "TLS 1.2: a key agreed on outside TLS; no forward secrecy",
        _ if has("DHE_") && aead.iter().any(|aead| cipher.contains(aead)) => {
            "TLS 1.2: a fresh key exchange, so a stolen key opens no old recording; and an AEAD"
        }
        _ if has("DHE_") && has("_CBC_") => {
            "TLS 1.2: forward secrecy, but CBC, which invited padding attacks"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_file_has_the_form_that_is_read_and_no_number_stands_twice() {
        let wanted = FILE.lines().filter(|line| !line.is_empty());
        let wanted = wanted.filter(|line| !line.starts_with(['#', '[']));
        assert_eq!(rows().count(), wanted.count());
        let mut before = ("", 0);
        let mut sections = Vec::new();
        for ((section, number), (name, meaning)) in rows() {
            if section == before.0 {
                assert!(number > before.1, "{section} {number:x}");
            } else {
                sections.push(section);
            }
            before = (section, number);
            assert!(!name.is_empty(), "{section} {number:x}");
            assert!(section == "versions" || !name.contains(' '), "{name}");
            assert!(!meaning.ends_with('.'), "{meaning}");
            assert!(!is_grease(number), "{section} {number:x}");
        }
        assert_eq!(
            sections,
            ALL.iter()
                .map(|registry| registry.section)
                .collect::<Vec<_>>()
        );
        assert!(
            FILE.lines()
                .any(|line| line.contains("put together on 28 November 2026"))
        );
    }

    #[test]
    fn the_registries_have_what_is_in_use_and_what_was_registered_since() {
        for (registry, number, name) in [
            (&CIPHER_SUITES, 0xc09c_u16, "TLS_RSA_WITH_AES_128_CCM"),
            (&CIPHER_SUITES, 0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
            (&CIPHER_SUITES, 0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"),
            (&CIPHER_SUITES, 0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256"),
            (&CIPHER_SUITES, 0x00c6, "TLS_SM4_GCM_SM3"),
            (&CIPHER_SUITES, 0x1306, "TLS_AEGIS_256_SHA512"),
            (&GROUPS, 41, "curveSM2"),
            (&GROUPS, 31, "brainpoolP256r1tls13"),
            (&GROUPS, 0x11ee, "curveSM2MLKEM768"),
            (&SIGNATURE_SCHEMES, 0x0708, "sm2sig_sm3"),
            (&EXTENSIONS, 24, "token_binding"),
            (&EXTENSIONS, 61, "rrc"),
            (&EXTENSIONS, 0x7550, "channel_id"),
            (&ALERTS, 21, "decryption_failed"),
            (&ALERTS, 117, "general_error"),
            (&CLIENT_CERTIFICATE_TYPES, 66, "ecdsa_fixed_ecdh"),
        ] {
            assert_eq!(registry.short(number), name);
        }
    }

    #[test]
    fn the_name_of_a_suite_tells_what_it_is_worth() {
        for (number, words) in [
            (0x0002_u16, "encrypts nothing"),
            (0x0005, "RFC 7465"),
            (0x000a, "64-bit"),
            (0x0034, "no identity"),
            (0x009c, "no forward secrecy"),
            (0x00a8, "no forward secrecy"),
            (0xc013, "CBC"),
            (0xc02f, "an AEAD"),
        ] {
            let meaning = CIPHER_SUITES.meaning(number);
            assert!(meaning.contains(words), "{number:x}: {meaning}");
        }
    }

    #[test]
    fn grease_is_the_sixteen_reserved_numbers() {
        assert_eq!((0..=0xffff).filter(|number| is_grease(*number)).count(), 16);
        assert_eq!(GROUPS.name(0x1a1au16), "GREASE (0x1a1a)");
        assert_eq!(GROUPS.name(0x1a2au16), "unknown (0x1a2a)");
    }
}

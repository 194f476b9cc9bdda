//! How one secret is made of another: HKDF (RFC 5869) and the labels of TLS 1.3 (RFC 8446 §7.1), the PRF of
//! TLS 1.2 (RFC 5246 §5). By hand, over HMAC, because this is where the handshake's words become keys.
//!
//! Unaware of which secret is for what: that is for `key_schedule` and `tls12`.

use aws_lc_rs::{digest, hmac};

/// The hash that a cipher suite names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    pub(crate) fn len(self) -> usize {
        self.digest_algorithm().output_len()
    }

    pub(crate) fn digest_algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
        }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        digest::digest(self.digest_algorithm(), bytes)
            .as_ref()
            .to_vec()
    }

    pub(crate) fn hmac(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), bytes)
            .as_ref()
            .to_vec()
    }

    /// HKDF-Expand (RFC 5869 §2.3): blocks of HMAC, each over the block before, the info and a counter.
    pub(crate) fn expand(self, secret: &[u8], info: &[u8], length: usize) -> Vec<u8> {
        let mut output = Vec::new();
        let mut block = Vec::new();
        for counter in 1..=255u8 {
            if output.len() >= length {
                break;
            }
            block = self.hmac(secret, &[&block, info, &[counter]].concat());
            output.extend_from_slice(&block);
        }
        output.truncate(length);
        output
    }

    /// HKDF-Expand-Label (RFC 8446 §7.1).
    pub(crate) fn expand_label(
        self,
        secret: &[u8],
        label: &str,
        context: &[u8],
        length: usize,
    ) -> Vec<u8> {
        self.expand(secret, &hkdf_label(label, context, length), length)
    }

    /// The PRF of TLS 1.2 (RFC 5246 §5): P_hash, whose seed is chained through HMAC.
    pub(crate) fn prf(self, secret: &[u8], label: &str, seed: &[u8], length: usize) -> Vec<u8> {
        let seed = [label.as_bytes(), seed].concat();
        let mut output = Vec::new();
        let mut a = seed.clone();
        while output.len() < length {
            a = self.hmac(secret, &a);
            output.extend(self.hmac(secret, &[&a[..], &seed].concat()));
        }
        output.truncate(length);
        output
    }
}

/// The structure HkdfLabel: it binds each output to its length, its name and the handshake.
pub(crate) fn hkdf_label(label: &str, context: &[u8], length: usize) -> Vec<u8> {
    let label = format!("tls13 {label}");
    let mut info = (length as u16).to_be_bytes().to_vec();
    for part in [label.as_bytes(), context] {
        info.push(part.len() as u8);
        info.extend_from_slice(part);
    }
    info
}

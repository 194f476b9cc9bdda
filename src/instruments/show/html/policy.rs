//! What the page may load and run: nothing but its own style and script.

use aws_lc_rs::digest::{SHA256, digest};

use super::{SCRIPT, STYLE};

/// The value of a `Content-Security-Policy` header for the [`page`](super::page).
///
/// Nothing may be loaded; the page's one style and one script are allowed by their hashes.
pub fn content_security_policy() -> String {
    // Browsers ignore frame-ancestors in the page itself, and say so: it stands in the header alone.
    format!("{}; frame-ancestors 'none'", policy())
}

/// The policy as it stands in the page itself.
pub(super) fn policy() -> String {
    let hash = |text: &str| base64(digest(&SHA256, text.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// RFC 4648 §4, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, at| {
            number << 8 | u32::from(*group.get(at).unwrap_or(&0))
        });
        for digit in 0..4 {
            let index = number >> (18 - 6 * digit) & 63;
            text.push(if digit <= group.len() {
                char::from(ALPHABET[index as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648 §10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}

//! What the page may load and run: nothing but its own style and script.

use aws_lc_rs::digest::{SHA256, digest};

use super::{SCRIPT, STYLE};
use crate::instruments::show::base64;

/// The value of a `Content-Security-Policy` header for the [`page`](super::page).
///
/// Nothing may be loaded; the page's one style and one script are allowed by their hashes.
pub fn content_security_policy() -> String {
    // Browsers ignore frame-ancestors in the page itself, and say so: it stands in the header alone.
    format!("{}; frame-ancestors 'none'", policy())
}

/// The policy as it stands in the page itself.
pub(super) fn policy() -> String {
    let hash = |text: &str| base64::encode(digest(&SHA256, text.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

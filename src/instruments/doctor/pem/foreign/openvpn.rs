//! The profiles of OpenVPN.

use std::path::Path;

use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::pem::block::{File, Wanted};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// A profile of OpenVPN that has its files inside. rustls reads its blocks in the order in which they stand,
/// and takes the CA in front for the leaf; and the tags have to stay where they are.
pub(crate) fn profile(path: &Path, bytes: &[u8], wanted: Wanted) -> Option<Finding> {
    // It holds three or four blocks. A list of megabytes is not looked through for tags.
    const LARGEST: usize = 256 * 1024;
    if bytes.len() > LARGEST || wanted != Wanted::Certificate {
        return None;
    }
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    let place = |tag: &str| lines.iter().position(|line| *line == tag.as_bytes());
    let (ca, cert) = (place("<ca>")?, place("<cert>")?);
    if cert < ca {
        return None;
    }
    let file = File::of(path, bytes, wanted);
    let from = text::shell(file.path);
    let mut fix = vec![phrase!(
        "each part into a file of its own; the profile stays as it is:"
    )];
    let mut options = String::new();
    for (tag, end, option) in [
        ("ca", "ca.crt", "cacert"),
        ("cert", "crt", "cert"),
        ("key", "key", "key"),
    ] {
        if place(&format!("<{tag}>")).is_some() {
            let out = file.beside(end);
            let command = format!(
                "  (umask 077; sed -n '/^<{tag}>/,/^<\\/{tag}>/{{/^</!p;}}' {from} > {out})"
            );
            fix.push(command.into());
            options += &format!(" --{option} {out}");
        }
    }
    fix.push(phrase!("then{options}", options));
    let found = phrase!("a profile of OpenVPN, with CA, certificate and key in it");
    Some(file.error("embedded-pem", found, Phrase::lines(fix)))
}

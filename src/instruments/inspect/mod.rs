//! The terminal view of a certificate, CSR, CRL or key: every field, what it means, who checks it.
//!
//! Shows what `openssl x509 -text -noout` and its like show, and the words beside it. It selects from
//! the tree of [`describe`] and is unaware of DER: tags, lengths and the bytes of names stay out.

mod summary;

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

use crate::instruments::fields::Field;
use crate::instruments::x509::{Kind, describe};
use crate::text;

/// Columns of the page, and where the values start.
const WIDTH: usize = 80;
const VALUES: usize = 28;
/// Bytes of hex a line; more than six lines are cut in the middle.
const HEX: usize = 16;

/// Writes the page for one file or one block of PEM: `title` names it, e.g. `certs/server.crt`.
///
/// Nothing is verified, and of a private key no private part is shown. Fails only where `out` fails.
pub fn write(out: &mut impl Write, title: &str, kind: Kind, der: &[u8]) -> io::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs() as i64);
    let tree = describe(kind, der);
    let mut page = Page { out, der };
    let (kind_name, size) = (kind_name(kind), der.len());
    page.paragraph(&format!(
        "{}: {kind_name}, {size} bytes",
        text::terminal(title)
    ))?;
    if let Some(summary) = summary::summary(kind, &tree, now) {
        page.paragraph(&summary)?;
    }
    writeln!(page.out)?;
    match kind.is_private() {
        true => page.key(kind, &tree),
        false => page.document(kind, &tree),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Certificate => "certificate",
        Kind::Request => "certification request (CSR)",
        Kind::RevocationList => "certificate revocation list (CRL)",
        Kind::Pkcs8Key => "private key (PKCS#8)",
        Kind::Pkcs1Key => "RSA private key (PKCS#1)",
        Kind::Sec1Key => "EC private key (SEC1)",
        Kind::PublicKey => "public key",
    }
}

struct Page<'a, W> {
    out: &'a mut W,
    der: &'a [u8],
}

impl<W: Write> Page<'_, W> {
    /// Everything but a private key: fingerprints, then all fields.
    fn document(&mut self, kind: Kind, tree: &Field) -> io::Result<()> {
        if kind != Kind::PublicKey {
            let meaning = "SHA-256 of all the bytes: two files with this are the same.";
            self.row(0, "fingerprint", &fingerprint(self.der), meaning)?;
        }
        let labels = [
            "subjectPublicKeyInfo",
            "subjectPKInfo",
            "SubjectPublicKeyInfo",
        ];
        let key = labels.iter().find_map(|label| tree.find(label));
        if let Some(spki) = key.and_then(|key| self.der.get(key.range.clone())) {
            self.public_key(spki)?;
        }
        self.parts(tree, 0)
    }

    /// All parts of a group, each a row or a heading over its own parts.
    fn parts(&mut self, group: &Field, indent: usize) -> io::Result<()> {
        for field in &group.children {
            if indent == 0 && !is_plumbing(field) {
                writeln!(self.out)?;
            }
            if field.malformed {
                self.malformed(field, indent)?;
            } else if !is_plumbing(field) {
                self.part(field, indent)?;
            }
        }
        Ok(())
    }

    fn part(&mut self, field: &Field, indent: usize) -> io::Result<()> {
        let bytes = plain_bytes(field);
        if field.value.is_empty() && bytes.is_none() {
            if field.meaning.is_empty() {
                return self.parts(field, indent);
            }
            self.row(indent, &field.label, &[], &field.meaning)?;
            return self.parts(field, indent + 2);
        }
        let mut values = Vec::new();
        if !field.value.is_empty() {
            values = value_lines(&field.value);
        }
        if let Some(bytes) = bytes.and_then(|field| self.der.get(field.range.clone())) {
            values.extend(hex_lines(bytes));
        }
        self.row(indent, &field.label, &values, &field.meaning)?;
        for malformed in field.leaves().into_iter().filter(|leaf| leaf.malformed) {
            self.malformed(malformed, indent + 2)?;
        }
        Ok(())
    }

    fn malformed(&mut self, field: &Field, indent: usize) -> io::Result<()> {
        let values = value_lines(&field.value);
        let (start, end) = (field.range.start, field.range.end);
        let place = format!("Bytes {start} to {end} do not follow the standard.");
        self.row(indent, "malformed", &values, &place)
    }

    /// A label, the lines of its value, and under them what it means.
    fn row(
        &mut self,
        indent: usize,
        label: &str,
        values: &[String],
        meaning: &str,
    ) -> io::Result<()> {
        let label = format!("{:indent$}{}", "", text::terminal(label));
        let mut lines = values.to_vec();
        if !meaning.is_empty() {
            let meaning = text::wrap(meaning, WIDTH - VALUES - 2);
            lines.extend(meaning.iter().map(|line| format!("  {line}")));
        }
        let mut lines = lines.iter();
        if label.chars().count() < VALUES - 1 {
            let first = lines.next().map_or("", String::as_str);
            writeln!(self.out, "{}", format!("{label:VALUES$}{first}").trim_end())?;
        } else {
            writeln!(self.out, "{label}")?;
        }
        for line in lines {
            writeln!(self.out, "{:VALUES$}{line}", "")?;
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str) -> io::Result<()> {
        for line in fold(text, WIDTH) {
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    fn public_key(&mut self, spki: &[u8]) -> io::Result<()> {
        let meaning =
            "SHA-256 of the public key. A certificate, its CSR and its key have the same.";
        self.row(0, "public key", &fingerprint(spki), meaning)
    }

    /// A private key: what can be known without giving it away.
    fn key(&mut self, kind: Kind, tree: &Field) -> io::Result<()> {
        if let Some(malformed) = tree.leaves().into_iter().find(|leaf| leaf.malformed) {
            return self.malformed(malformed, 0);
        }
        let spki = public_half(kind, self.der);
        let public = spki.as_deref().map(|spki| describe(Kind::PublicKey, spki));
        let tree = public.as_ref().unwrap_or(tree);
        for label in ["algorithm", "modulus", "publicExponent"] {
            if let Some(field) = tree.find(label) {
                self.row(0, label, &value_lines(&field.value), &field.meaning)?;
            }
        }
        if let Some(spki) = spki {
            self.public_key(&spki)?;
        }
        let meaning = "Whoever has them is, to every verifier, the one whom the certificate names. \
                       A handshake never sends them: steps 2 and 4 sign with them.";
        self.row(0, "private parts", &["present, not shown".into()], meaning)
    }
}

/// The SubjectPublicKeyInfo that belongs to a private key, DER, if it is of a kind that we can use.
fn public_half(kind: Kind, der: &[u8]) -> Option<Vec<u8>> {
    let key = match kind {
        Kind::Pkcs8Key => PrivateKeyDer::from(PrivatePkcs8KeyDer::from(der)),
        Kind::Pkcs1Key => PrivateKeyDer::from(PrivatePkcs1KeyDer::from(der)),
        Kind::Sec1Key => PrivateKeyDer::from(PrivateSec1KeyDer::from(der)),
        _ => return None,
    };
    let key = any_supported_type(&key).ok()?;
    key.public_key().map(|spki| spki.as_ref().to_vec())
}

/// What a reader of DER needs and a reader of certificates does not.
fn is_plumbing(field: &Field) -> bool {
    match field.children.is_empty() {
        true => !field.malformed && field.label != "further elements",
        false => field.label == "type",
    }
}

/// The first leaf below `field` that is plain bytes, to be shown as hex.
fn plain_bytes(field: &Field) -> Option<&Field> {
    let contents = field
        .children
        .iter()
        .find(|child| child.label == "contents");
    match contents {
        Some(leaf) if leaf.value.is_empty() => Some(leaf),
        _ if field.value.is_empty() => None,
        _ => field.children.iter().find_map(plain_bytes),
    }
}

fn fingerprint(der: &[u8]) -> Vec<String> {
    hex_lines(digest(&SHA256, der).as_ref())
}

/// Colon hex in lines; of long bytes the beginning and the end, which is what eyes compare.
fn hex_lines(bytes: &[u8]) -> Vec<String> {
    let line = |chunk: &[u8]| {
        let pairs: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    };
    if bytes.len() <= 6 * HEX {
        return bytes.chunks(HEX).map(line).collect();
    }
    let (head, rest) = bytes.split_at(2 * HEX);
    let (middle, tail) = rest.split_at(rest.len() - HEX);
    let mut lines: Vec<String> = head.chunks(HEX).map(line).collect();
    lines.push(format!("… {} bytes more …", middle.len()));
    lines.push(line(tail));
    lines
}

/// A value as lines that fit its column; colon hex in lines as long as those of plain bytes.
fn value_lines(value: &str) -> Vec<String> {
    let pairs: Vec<&str> = value.split(':').collect();
    if pairs.len() > HEX
        && pairs
            .iter()
            .all(|pair| u8::from_str_radix(pair, 16).is_ok())
    {
        return pairs.chunks(HEX).map(|line| line.join(":")).collect();
    }
    fold(&text::terminal(value), WIDTH - VALUES)
}

/// Words in lines of at most `width` columns; a longer word is broken, at a colon if it has one.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text::wrap(text, width) {
        let mut rest = line.as_str();
        while let Some((end, _)) = rest.char_indices().nth(width) {
            let cut = rest[..end].rfind(':').map_or(end, |colon| colon + 1);
            lines.push(rest[..cut].to_owned());
            rest = &rest[cut..];
        }
        lines.push(rest.to_owned());
    }
    lines
}

//! The terminal view of a certificate, CSR, CRL or key: every field, its meaning, and which side checks
//! it.
//!
//! Shows what `openssl x509 -text -noout` and its like show, and the words beside it. It selects from
//! the tree of [`describe`] and is unaware of DER: tags, lengths and the bytes of names stay out.

mod summary;
pub mod der;
pub mod data;
pub mod chain;
pub mod drawing;

use std::io::{self, Write};
use std::ops::Range;

use aws_lc_rs::digest::{SHA256, digest};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

use crate::clock::Moment;
use crate::instruments::fields::Field;
use crate::instruments::page::{LongWords, Page, Paint};
use crate::instruments::x509::{Kind, cut_short, describe};
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text;

/// The column where the values start.
const VALUES: usize = 28;
/// Bytes of hex in a line; of more than six lines the middle is left out.
const HEX: usize = 16;

/// Writes the page for one file or one block of PEM: `title` names it, e.g. `certs/server.crt`.
///
/// Nothing is verified, and of a private key no private part is shown. Fails only where `out` fails.
pub fn write(
    out: &mut impl Write,
    title: &str,
    kind: Kind,
    der: &[u8],
    language: Language,
) -> io::Result<()> {
    let now = Moment::now().unix();
    let tree = describe(kind, der);
    let mut page = Page {
        out,
        paint: Paint::on(false, language),
        long_words: LongWords::Break,
    };
    let title = text::terminal(title);
    let head = phrase!(
        "{title}: {kind}, {count} bytes",
        title,
        kind = kind_name(kind),
        count = der.len()
    );
    page.paragraph("", &page.paint.words(&head), "")?;
    if let Some(summary) = summary::summary(kind, der, now) {
        page.paragraph("", &page.paint.words(&summary), "")?;
    }
    if let Some(cut) = cut_short(der) {
        page.paragraph("", &page.paint.words(&cut), "")?;
    }
    page.blank()?;
    let mut view = FieldView { page, der };
    if kind.is_private() {
        view.key(kind, &tree)
    } else {
        view.document(kind, &tree)
    }
}

fn kind_name(kind: Kind) -> Phrase {
    match kind {
        Kind::Certificate => phrase!("certificate"),
        Kind::Request => phrase!("certification request (CSR)"),
        Kind::RevocationList => phrase!("certificate revocation list (CRL)"),
        Kind::Pkcs8Key => phrase!("private key (PKCS#8)"),
        Kind::Pkcs1Key => phrase!("RSA private key (PKCS#1)"),
        Kind::Sec1Key => phrase!("EC private key (SEC1)"),
        Kind::PublicKey => phrase!("public key"),
    }
}

/// The fields of one file as rows: a label, a value, and under them what they mean.
struct FieldView<'a> {
    page: Page<'a>,
    der: &'a [u8],
}

impl FieldView<'_> {
    /// Everything but a private key: fingerprints, then all fields.
    fn document(&mut self, kind: Kind, tree: &Field) -> io::Result<()> {
        if kind != Kind::PublicKey {
            let meaning = phrase!("SHA-256 of all the bytes: two files with this are the same.");
            let label = phrase!("fingerprint");
            self.row(0, &label, &fingerprint(self.der), &meaning)?;
        }
        let key = data::PUBLIC_KEYS.iter().find_map(|label| tree.find(label));
        if let Some(spki) = key.and_then(|key| self.der.get(key.range.clone())) {
            self.public_key(spki)?;
        }
        self.parts(tree, 0)
    }

    /// All parts of a group, each a row or a heading over its own parts.
    fn parts(&mut self, group: &Field, indent: usize) -> io::Result<()> {
        for field in &group.children {
            if indent == 0 && !is_encoding_detail(field) {
                self.page.blank()?;
            }
            if field.malformed {
                self.malformed(field, indent)?;
            } else if !is_encoding_detail(field) {
                self.part(field, indent)?;
            }
        }
        Ok(())
    }

    fn part(&mut self, field: &Field, indent: usize) -> io::Result<()> {
        let label = Phrase::from(&field.label);
        let bytes = plain_bytes(field);
        if field.value.is_empty() && bytes.is_none() {
            if field.meaning.is_empty() {
                return self.parts(field, indent);
            }
            self.row(indent, &label, "", &field.meaning)?;
            return self.parts(field, indent + 2);
        }
        let bytes = bytes.and_then(|field| self.der.get(field.range.clone()));
        let hex = bytes
            .map(|bytes| hex_lines(bytes, self.page.paint.language))
            .unwrap_or_default();
        let value = match (self.shown(&field.value), hex) {
            (value, hex) if hex.is_empty() => value,
            (value, hex) if value.is_empty() => hex,
            (value, hex) => format!("{value}\n{hex}"),
        };
        self.row(indent, &label, &value, &field.meaning)?;
        for malformed in field.leaves().into_iter().filter(|leaf| leaf.malformed) {
            self.malformed(malformed, indent + 2)?;
        }
        Ok(())
    }

    fn malformed(&mut self, field: &Field, indent: usize) -> io::Result<()> {
        let Range { start, end } = field.range;
        let place = phrase!(
            "Bytes {start} to {end} do not follow the standard.",
            start,
            end
        );
        let label = phrase!("malformed");
        self.row(indent, &label, &self.shown(&field.value), &place)
    }

    /// A label, its value (terminal-safe, possibly of several lines), and under them what it means. A
    /// label that is as wide as its column has a line of its own.
    fn row(
        &mut self,
        indent: usize,
        label: &Phrase,
        value: &str,
        meaning: &Phrase,
    ) -> io::Result<()> {
        let label = self.page.paint.words(label);
        let meaning = self.page.paint.words(meaning);
        let mut head = format!("{:indent$}{}", "", text::terminal(&label));
        let nothing_beside = value.is_empty() && meaning.is_empty();
        if text::columns(&head) >= VALUES - 1 || nothing_beside {
            self.page.line(&head)?;
            head.clear();
        }
        if !value.is_empty() {
            self.page.paragraph(&text::pad(&head, VALUES), value, "")?;
            head.clear();
        }
        if meaning.is_empty() {
            return Ok(());
        }
        self.page
            .paragraph(&text::pad(&head, VALUES + 2), &meaning, "")
    }

    fn public_key(&mut self, spki: &[u8]) -> io::Result<()> {
        let meaning =
            phrase!("SHA-256 of the public key. A certificate, its CSR and its key have the same.");
        self.row(0, &phrase!("public key"), &fingerprint(spki), &meaning)
    }

    /// A private key: what can be known without giving it away.
    fn key(&mut self, kind: Kind, tree: &Field) -> io::Result<()> {
        if let Some(malformed) = tree.leaves().into_iter().find(|leaf| leaf.malformed) {
            return self.malformed(malformed, 0);
        }
        let spki = public_half(kind, self.der);
        let public = spki.as_deref().map(|spki| describe(Kind::PublicKey, spki));
        let tree = public.as_ref().unwrap_or(tree);
        for label in data::PUBLIC_PARTS {
            if let Some(field) = tree.find(label) {
                self.row(0, &label.into(), &self.shown(&field.value), &field.meaning)?;
            }
        }
        if let Some(spki) = spki {
            self.public_key(&spki)?;
        }
        let meaning = phrase!(
            "To every verifier, their owner is the one that the certificate names. A handshake never sends them: steps 2 and 4 sign with them."
        );
        let value = self.page.paint.words(&phrase!("present, not shown"));
        self.row(0, &phrase!("private parts"), &value, &meaning)
    }

    /// A value in the language of the page.
    fn shown(&self, value: &Phrase) -> String {
        shown(&self.page.paint.words(value))
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
fn is_encoding_detail(field: &Field) -> bool {
    if field.children.is_empty() {
        !field.malformed && field.label != "further elements"
    } else {
        field.label == "type"
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

fn fingerprint(der: &[u8]) -> String {
    hex_lines(digest(&SHA256, der).as_ref(), Language::English)
}

/// Colon hex in lines; of long bytes the beginning and the end, which is what a reader compares.
fn hex_lines(bytes: &[u8], language: Language) -> String {
    let line = |chunk: &[u8]| {
        let pairs: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    };
    if bytes.len() <= 6 * HEX {
        return bytes.chunks(HEX).map(line).collect::<Vec<_>>().join("\n");
    }
    let (head, rest) = bytes.split_at(2 * HEX);
    let (middle, tail) = rest.split_at(rest.len() - HEX);
    let mut lines: Vec<String> = head.chunks(HEX).map(line).collect();
    let more = phrase!("… {count} bytes more …", count = middle.len());
    lines.push(more.in_language(language));
    lines.push(line(tail));
    lines.join("\n")
}

/// A value, terminal-safe; colon hex in lines as long as those of plain bytes.
fn shown(value: &str) -> String {
    let pairs: Vec<&str> = value.split(':').collect();
    let is_byte = |pair: &&str| u8::from_str_radix(pair, 16).is_ok();
    if pairs.len() > HEX && pairs.iter().all(is_byte) {
        let lines: Vec<String> = pairs.chunks(HEX).map(|line| line.join(":")).collect();
        return lines.join("\n");
    }
    text::terminal(value)
}

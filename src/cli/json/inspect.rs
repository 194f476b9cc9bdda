//! What `inspect` shows: items of files, and the chain of a server.

use rustls::pki_types::CertificateDer;

use super::{array, diagnosis, error, line, null, of_command};
use crate::certificates::pem::Kind;
use crate::certificates::summary::{Summary, distinguished};
use crate::error::Error;
use crate::instruments::fields::Field;
use crate::instruments::inspect::chain::{Link, Signature, Signer};
use crate::instruments::inspect::data::{kind_word, parts, public_key, sha256, summary_now};
use crate::instruments::inspect::drawing::{Judge, Sent};
use crate::narration::json::Object;

/// A block of a file: its number, and its label as it stands there. The binary form has none.
type Block<'a> = (usize, Option<&'a str>);

/// One thing that `inspect` shows: a block of a file, or the binary form.
pub(in crate::cli) fn inspected(source: &str, block: Block<'_>, kind: Kind, der: &[u8]) -> String {
    let mut object = of_source(source, Some(block));
    item(&mut object, kind, der);
    object.raw("error", &null());
    line(object)
}

/// A block that is not shown, or a source of which no block is known.
pub(in crate::cli) fn not_shown(source: &str, block: Option<Block<'_>>, why: &Error) -> String {
    let mut object = of_source(source, block);
    for name in [
        "kind",
        "bytes",
        "sha256",
        "public_key_sha256",
        "summary",
        "fields",
    ] {
        object.raw(name, &null());
    }
    object.raw("error", &error(why));
    line(object)
}

fn of_source(source: &str, block: Option<Block<'_>>) -> Object {
    let (number, label) = block.unzip();
    let mut object = of_command("inspect");
    object.member("source", source);
    object.member("block", &number);
    object.member("label", &label.flatten().map(str::to_owned));
    object
}

fn item(object: &mut Object, kind: Kind, der: &[u8]) {
    object.member("kind", kind_word(kind));
    object.member("bytes", &der.len());
    // Of the private key's file there is no fingerprint, only of its public half.
    let whole = (!kind.is_private()).then(|| sha256(der));
    object.member("sha256", &whole);
    object.member(
        "public_key_sha256",
        &public_key(kind, der).map(|key| sha256(&key)),
    );
    object.member("summary", &summary_now(kind, der));
    object.raw(
        "fields",
        &array(parts(kind, der).iter().map(|part| field(part, kind, der))),
    );
}

/// What `inspect https://…` shows: the chain that was sent, and what this side makes of it.
pub(in crate::cli) fn sent(sent: &Sent) -> String {
    let links = sent.links();
    let chain = sent.chain.iter().zip(&links).enumerate();
    let mut object = of_command("inspect");
    object.member("source", &sent.place);
    object.raw(
        "chain",
        &array(chain.map(|(at, (der, link))| {
            let mut object = Object::default();
            object.member("number", &(at + 1));
            signed_by(&mut object, der, link);
            item(&mut object, Kind::Certificate, der);
            object.json()
        })),
    );
    object.member("missing", &sent.missing());
    object.member("host", &sent.host);
    let (judged_by, not_judged) = match &sent.judge {
        Judge::Of { from, .. } => (Some(from.phrase()), None),
        Judge::None(why) => (None, Some(why.clone())),
    };
    let accepted = judged_by.as_ref().map(|_| sent.refusal.is_none());
    object.member("judged_by", &judged_by);
    object.member("not_judged", &not_judged);
    object.member("accepted", &accepted);
    let refusal = sent.refusal.as_ref().filter(|_| accepted.is_some());
    object.raw("refusal", &refusal.map_or_else(null, diagnosis));
    let asks = sent.asks.as_ref();
    let names = asks.and_then(Option::as_deref).map(|names| {
        let names = names.iter().map(|name| distinguished(name));
        names.collect::<Vec<_>>()
    });
    object.member("asks_for_certificate", &asks.map(Option::is_some));
    object.member("named_cas", &names);
    object.raw("error", &null());
    line(object)
}

/// A server that showed no chain.
pub(in crate::cli) fn no_chain(place: &str, host: &str, why: &Error) -> String {
    let mut object = of_command("inspect");
    object.member("source", place);
    object.raw("chain", &null());
    object.raw("missing", &null());
    object.member("host", host);
    for name in [
        "judged_by",
        "not_judged",
        "accepted",
        "refusal",
        "asks_for_certificate",
        "named_cas",
    ] {
        object.raw(name, &null());
    }
    object.raw("error", &error(why));
    line(object)
}

/// `signer`: `sent` with the number of a certificate, `trusted`, `itself`, `missing`, or `unknown`.
fn signed_by(object: &mut Object, der: &CertificateDer<'_>, link: &Link) {
    let (signer, number) = match link.signer {
        Signer::Sent(number, _) => ("sent", Some(number)),
        Signer::Trusted(_) => ("trusted", None),
        Signer::Itself(_) => ("itself", None),
        Signer::Missing => ("missing", None),
        Signer::Unknown => ("unknown", None),
    };
    let fits = match link.signer.signature() {
        Some(Signature::Fits) => Some(true),
        Some(Signature::DoesNotFit) => Some(false),
        Some(Signature::NotChecked) | None => None,
    };
    // A link has its names as a terminal may show them.
    let names = Summary::of(der).map(|one| (one.subject, one.issuer));
    let (subject, issuer) = names.unzip();
    object.member("subject", &subject);
    object.member("issuer", &issuer);
    object.member("signer", signer);
    object.member("signer_number", &number);
    object.member("signature_fits", &fits);
}

/// A field, and the bytes of one that no words say. `parts` keeps what is private out of this.
fn field(one: &Field, kind: Kind, der: &[u8]) -> String {
    let plain = one.children.is_empty() && one.value.is_empty() && !kind.is_private();
    let bytes = der.get(one.range.clone()).filter(|_| plain);
    let mut object = Object::default();
    object.member("label", &one.label);
    object.member("value", &one.value);
    object.member("meaning", &one.meaning);
    object.member("offset", &one.range.start);
    object.member("length", &one.range.len());
    object.member("malformed", &one.malformed);
    object.member("hex", &bytes.map(hex));
    object.raw(
        "fields",
        &array(one.children.iter().map(|part| field(part, kind, der))),
    );
    object.json()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! What `inspect` shows: items of files, and the chain of a server.

use super::{array, diagnosis, line, null, of_command};
use crate::certificates::pem::Kind;
use crate::instruments::fields::Field;
use crate::instruments::inspect::chain::{Link, Signature, Signer};
use crate::instruments::inspect::data::{kind_word, parts, public_key, sha256, summary_now};
use crate::instruments::inspect::drawing::Sent;
use crate::narration::json::Object;

/// One thing that `inspect` shows: a block of a file, or the binary form.
pub(in crate::cli) fn inspected(source: &str, block: usize, kind: Kind, der: &[u8]) -> String {
    let mut object = of_command("inspect");
    object.member("source", source);
    object.member("block", &block);
    item(&mut object, kind, der);
    line(object)
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
            signed_by(&mut object, link);
            item(&mut object, Kind::Certificate, der);
            object.json()
        })),
    );
    object.member("missing", &sent.missing());
    object.member("host", &sent.host);
    object.member("judged_by", &sent.trust.as_ref().map(|(_, by)| by.clone()));
    let accepted = sent.trust.as_ref().map(|_| sent.refusal.is_none());
    object.member("accepted", &accepted);
    let refusal = sent.refusal.as_ref().filter(|_| accepted.is_some());
    object.raw("refusal", &refusal.map_or_else(null, diagnosis));
    line(object)
}

/// `signer`: `sent` with the number of a certificate, `trusted`, `itself`, `missing`, or `unknown`.
fn signed_by(object: &mut Object, link: &Link) {
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
    object.member("subject", &link.subject);
    object.member("issuer", &link.issuer);
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

//! Commands that make keys, requests and certificates, with the names of the files that are there.

use std::path::Path;

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::names::{alternatives, common_name, hosts, subject};
use super::{Own, Signer};
use crate::certificates::pem;
use crate::files::place;
use crate::narration::Side;
use crate::text::{shell, shell_word as word};

const P256: &str = "-pkeyopt ec_paramgen_curve:P-256";

/// A new key; the old one stays beside it.
pub(super) fn new_key(key: &Path) -> String {
    let key = shell(key);
    format!("  mv {key} {key}.old\n  openssl genpkey -algorithm EC {P256} -out {key}")
}

/// With the request that is still there, `hello-mtls certs sign` does it in a line.
pub(super) fn our_tool(own: &Own<'_, '_, '_>, signer: &Signer<'_>) -> Option<String> {
    let asked = pem::request(&own.certificate.with_extension("csr")).ok()?;
    let (_, asked) = X509CertificationRequest::from_der(&asked).ok()?;
    let asked_key = asked.certification_request_info.subject_pki.raw;
    let is_crt = |path: &Path| path.extension().is_some_and(|end| end == "crt");
    let usual = signer.certificate.parent() == own.certificate.parent()
        && signer.key == signer.certificate.with_extension("key")
        && is_crt(signer.certificate)
        && is_crt(own.certificate);
    if !usual || !own.look.side.keys.first()?.is_of(asked_key) {
        return None;
    }
    let host = |host: String| format!(" --host {}", word(&host));
    let who: String = match own.look.role() {
        Side::Server => hosts(own.look).into_iter().map(host).collect(),
        Side::Client => format!(" --client {}", word(&common_name(own.look))),
    };
    let ca = match signer.certificate.file_stem()? {
        ca if ca == "ca" => String::new(),
        ca => format!(" --ca {}", shell(ca.as_ref())),
    };
    let (folder, stem) = place(own.certificate);
    Some(format!(
        "  hello-mtls certs sign {stem} --dir {folder}{ca}{who} --force"
    ))
}

/// As the tutorial does it, with the extensions that it forgot. An intermediate stays behind the leaf.
pub(super) fn openssl(own: &Own<'_, '_, '_>, signer: &Signer<'_>) -> String {
    let (key, csr) = (shell(own.key), beside(own.certificate, "csr"));
    let (cert, subject) = (shell(own.certificate), subject(own.look));
    let made = sign(own, &csr, (signer.certificate, signer.key), own.certificate);
    let chain = match signer.is_trusted {
        true => String::new(),
        false => format!(" && awk '/-BEGIN /{{n++}}n>1' {cert} >> {cert}.new"),
    };
    format!(
        "  openssl req -new -key {key} {subject} -out {csr}\n{made}{chain} && mv {cert} {cert}.old && mv {cert}.new {cert}"
    )
}

/// Signs a request: what is made is `certificate` with `.new` behind it.
fn sign(own: &Own<'_, '_, '_>, csr: &str, ca: (&Path, &Path), certificate: &Path) -> String {
    let (ext, role) = (beside(certificate, "ext"), own.look.role());
    let names = word(&alternatives(own.look));
    let [ca, ca_key, cert] = [ca.0, ca.1, certificate].map(shell);
    format!(
        "  printf '%s\\n' basicConstraints=CA:FALSE extendedKeyUsage={role}Auth subjectAltName={names} > {ext}\n  openssl x509 -req -in {csr} -CA {ca} -CAkey {ca_key} -CAcreateserial -days 365 -extfile {ext} -out {cert}.new"
    )
}

/// A CA's own certificate is in the place of the leaf: it signs one. `ca_key` is its key.
pub(super) fn leaf_of_its_own(own: &Own<'_, '_, '_>, ca_key: &Path) -> Option<String> {
    let leaf = |end| own.certificate.with_file_name(format!("leaf.{end}"));
    let [crt, key] = ["crt", "key"].map(leaf);
    if crt.exists() || key.exists() {
        return None;
    }
    // A name of its own: a CA and a leaf of one name confuse OpenSSL.
    let (csr, role) = (beside(&crt, "csr"), own.look.role());
    let made = sign(own, &csr, (own.certificate, ca_key), &crt);
    let [ca, crt, key] = [own.certificate, &crt, &key].map(shell);
    Some(format!(
        "let it sign a leaf for the {role}, and trust it as the CA:\n  openssl req -new -newkey ec {P256} -nodes -keyout {key} -subj /CN={role} -out {csr}\n{made} && mv {crt}.new {crt}\nthen --cert {crt} --key {key} --cacert {ca}"
    ))
}

/// For a CA whose key is elsewhere.
pub(super) fn request(own: &Own<'_, '_, '_>) -> String {
    let (key, csr) = (shell(own.key), beside(own.certificate, "csr"));
    let (role, subject) = (own.look.role(), subject(own.look));
    let names = word(&format!("subjectAltName={}", alternatives(own.look)));
    format!(
        "a new certificate. The CA's key is not here: its owner signs this request, with CA:FALSE and the extended key usage {role}Auth:\n  openssl req -new -key {key} {subject} -addext {names} -out {csr}"
    )
}

/// A file's name with another extension, as a word; one that is taken is not written to.
fn beside(path: &Path, extension: &str) -> String {
    let beside = path.with_extension(extension);
    let new = if beside.exists() { ".new" } else { "" };
    format!("{}{new}", shell(&beside))
}

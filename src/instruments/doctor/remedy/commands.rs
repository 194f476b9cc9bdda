//! Commands that make keys, requests and certificates, with the names of the files that are there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier;
use x509_parser::prelude::FromDer;

use super::edits::Blocks;
use super::names::{alternatives, common_name, hosts, is_usual, subject};
use super::{Own, PeerTrust, Signer};
use crate::certificates::pem;
use crate::files::place;
use crate::instruments::doctor::in_place::{self, filtered, free_stem, keep, rewrite, with_end};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::text::{shell, shell_word as word};

const P256: &str = "-pkeyopt ec_paramgen_curve:P-256";

/// A new key in the file of the old one, and in front of what else is there.
pub(super) fn new_key(key: &Path) -> String {
    let make = format!("openssl genpkey -algorithm EC {P256}");
    if Blocks::one_alone(key) {
        rewrite(key, &format!("{make} >"))
    } else {
        rewrite(key, &format!("({make} && cat {{f}}) >"))
    }
}

/// With the request that is still there, `hello-mtls certs sign` does it in a line.
pub(super) fn our_tool(own: &Own<'_, '_, '_>, signer: &Signer<'_>) -> Option<String> {
    let asked = pem::request(&own.certificate.with_extension("csr")).ok()?;
    let (_, asked) = X509CertificationRequest::from_der(&asked).ok()?;
    let asked_key = asked.certification_request_info.subject_pki.raw;
    let is_crt = |path: &Path| path.extension().is_some_and(|end| end == "crt");
    let usual = is_usual(own.look)
        && signer.certificate.parent() == own.certificate.parent()
        && signer.key == signer.certificate.with_extension("key")
        && is_crt(signer.certificate)
        && is_crt(own.certificate);
    // Our program writes a new file of one certificate, mode 0644, in the place of the old one.
    if !usual || !is_plain(own.certificate) || !own.look.side.keys.first()?.is_of(asked_key) {
        return None;
    }
    let host = |host: String| format!(" --host {}", word(&host));
    let who: String = match own.look.role() {
        Side::Server => hosts(own.look).into_iter().map(host).collect(),
        Side::Client => format!(" --client={}", word(&common_name(own.look))),
    };
    let ca = match signer.certificate.file_stem()? {
        ca if ca == "ca" => String::new(),
        ca => format!(" --ca={}", word(&ca.to_string_lossy())),
    };
    let (folder, stem) = place(own.certificate);
    // Our program would take it for an option.
    if stem.trim_start_matches('\'').starts_with('-') {
        return None;
    }
    let keep = keep(own.certificate);
    Some(format!(
        "  {keep} && hello-mtls certs sign {stem} --dir {folder}{ca}{who} --force"
    ))
}

/// A file of one certificate alone, no symlink, with the mode that our program gives it.
fn is_plain(certificate: &Path) -> bool {
    let Ok(file) = fs::symlink_metadata(certificate) else {
        return false;
    };
    file.is_file() && file.permissions().mode() & 0o777 == 0o644 && Blocks::one_alone(certificate)
}

/// As the tutorial does it, with the extensions that it forgot. What stands beside the leaf in its file stays
/// behind the new one: intermediates, a key, text.
pub(super) fn openssl(own: &Own<'_, '_, '_>, signer: &Signer<'_>) -> String {
    let (key, csr) = (shell(own.key), beside(own.certificate, "csr"));
    let subject = subject(own.look);
    let (extensions, make) = sign(own, &csr, (signer.certificate, signer.key), own.certificate);
    let put = if Blocks::one_alone(own.certificate) {
        rewrite(own.certificate, &format!("{make} -out"))
    } else {
        let place = own.look.leaf().map_or(1, |leaf| leaf.place.0);
        let rest = format!("awk '/-BEGIN CERTIFICATE-/{{n++;p=n=={place}}}!p;/-END /{{p=0}}'");
        let rest = filtered(own.certificate, &rest);
        rewrite(own.certificate, &format!("({make} && {rest}) >"))
    };
    format!("  openssl req -new -key {key} {subject} -out {csr}\n{extensions}\n{put}")
}

/// Signs a request: the line that writes the extensions, and the command that prints the certificate.
fn sign(
    own: &Own<'_, '_, '_>,
    csr: &str,
    ca: (&Path, &Path),
    certificate: &Path,
) -> (String, String) {
    let (ext, role) = (beside(certificate, "ext"), own.look.role());
    let names = word(&alternatives(own.look));
    let id = if names_its_key(own, ca.0) {
        "authorityKeyIdentifier=keyid "
    } else {
        ""
    };
    let [ca, ca_key] = [ca.0, ca.1].map(shell);
    let extensions = format!(
        "  printf '%s\\n' basicConstraints=CA:FALSE {id}extendedKeyUsage={role}Auth subjectAltName={names} > {ext}"
    );
    let make = format!(
        "openssl x509 -req -in {csr} -CA {ca} -CAkey {ca_key} -CAcreateserial -days 365 -extfile {ext}"
    );
    (extensions, make)
}

/// Whether the CA in this file has a subjectKeyIdentifier: openssl refuses to point to one that is not there.
fn names_its_key(own: &Own<'_, '_, '_>, ca: &Path) -> bool {
    let mut nearby = own.look.evidence.nearby.iter();
    let ca = nearby.find(|near| near.path == ca && near.place.0 == 1);
    ca.is_some_and(|ca| {
        let mut extensions = ca.x509.extensions().iter();
        extensions.any(|one| matches!(one.parsed_extension(), SubjectKeyIdentifier(_)))
    })
}

/// A CA's own certificate is in the place of the leaf: it signs one. `ca_key` is its key.
pub(super) fn leaf_of_its_own(own: &Own<'_, '_, '_>, ca_key: &Path) -> Phrase {
    let role = own.look.role();
    let trust = match own.trusted_copy() {
        // The side's own CA file is about the other side, and stays.
        None if matches!(own.look.evidence.case.peer, PeerTrust::Unknown) => {
            let (peer, ca) = (role.peer(), shell(own.certificate));
            Err(phrase!("{ca} is for the {peer}'s --cacert", ca, peer))
        }
        copy => Ok(copy.unwrap_or(own.certificate)),
    };
    let why = phrase!(
        "let it sign a leaf for the {role}, and trust it as the CA:",
        role
    );
    // A name of its own: a CA and a leaf of one name confuse OpenSSL.
    let name = format!("-subj /CN={role}");
    pair_of_its_own(own, (own.certificate, ca_key), why, &name, trust)
}

/// A certificate is the other side's: this side gets a pair of its own, and the other keeps what it has.
pub(super) fn pair_beside(own: &Own<'_, '_, '_>, signer: &Signer<'_>) -> Phrase {
    let role = own.look.role();
    let why = phrase!(
        "a pair of its own for the {role}; this one stays what it is:",
        role
    );
    let ca = (signer.certificate, signer.key);
    pair_of_its_own(own, ca, why, &subject(own.look), Ok(signer.certificate))
}

/// A new key and a new certificate in files that are not there yet. `trust` is the file of the CAs for --cacert, or a
/// word about the file that stays.
fn pair_of_its_own(
    own: &Own<'_, '_, '_>,
    ca: (&Path, &Path),
    why: Phrase,
    subject: &str,
    trust: Result<&Path, Phrase>,
) -> Phrase {
    let stem = own.certificate.with_file_name(own.look.role().to_string());
    let stem = free_stem(&stem, ".leaf", &[".crt", ".key"]);
    let [crt, key] = [".crt", ".key"].map(|end| with_end(&stem, end));
    let csr = beside(&crt, "csr");
    let (extensions, make) = sign(own, &csr, ca, &crt);
    let [crt, key] = [&crt, &key].map(|path| shell(path));
    let commands = format!(
        "  openssl req -new -newkey ec {P256} -nodes -keyout {key} {subject} -out {csr}\n{extensions}\n  {make} -out {crt}"
    );
    let then = match trust {
        Ok(ca) => phrase!(
            "then --cert {crt} --key {key} --cacert {ca}",
            crt,
            key,
            ca = shell(ca)
        ),
        Err(other) => phrase!("then --cert {crt} --key {key}; {other}", crt, key, other),
    };
    Phrase::lines([why, commands.into(), then])
}

/// For a CA whose key is elsewhere.
pub(super) fn request(own: &Own<'_, '_, '_>) -> Phrase {
    let (key, csr) = (shell(own.key), beside(own.certificate, "csr"));
    let (role, subject) = (own.look.role(), subject(own.look));
    let names = word(&format!("subjectAltName={}", alternatives(own.look)));
    let command = format!("  openssl req -new -key {key} {subject} -addext {names} -out {csr}");
    let purpose = format!("{role}Auth");
    phrase!(
        "a new certificate. The CA's key is not here: its owner signs this request, with CA:FALSE and the extended key usage {purpose}:\n{command}",
        purpose,
        command
    )
}

/// A file's name with another extension, as a word; one that is taken is not written to.
fn beside(path: &Path, extension: &str) -> String {
    shell(&in_place::beside(path, extension))
}

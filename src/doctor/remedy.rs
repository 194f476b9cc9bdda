//! Commands that make a certificate anew, with the names of the files that are there.
//!
//! A command is pasted as it stands, so nothing that is in use is overwritten before what replaces it
//! is whole, and the old one stays beside it.

use std::path::{Path, PathBuf};

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::evidence::{Cert, Evidence};
use super::look::{Link, Look};
use crate::certificates::request::Name;
use crate::certificates::signing::client_uri;
use crate::files::place;
use crate::narration::Side;
use crate::pem::block::{File, Wanted};
use crate::{pem, text};

/// For a CA that is at fault itself.
pub(super) const NEW_CA: &str =
    "a new CA, and new certificates from it:\n  hello-mtls certs --dir new-certs";

const P256: &str = "-pkeyopt ec_paramgen_curve:P-256";

/// A certificate of a route made anew.
pub(super) fn renew(link: &Link<'_, '_, '_>) -> String {
    let name = link.cert.name();
    match link.height {
        0 => new_leaf(link.look),
        _ => format!("a new certificate for {name}, from its issuer"),
    }
}

/// A new certificate for the key of this side, of version 3, with its names and its purpose.
pub(super) fn new_leaf(look: &Look<'_, '_>) -> String {
    let Some(certificate) = look.side.party.certificate.path() else {
        return "a new certificate, from its owner's CA".to_owned();
    };
    let Some(key) = look.side.party.key.as_deref() else {
        return "a new certificate, from its CA".to_owned();
    };
    if let Some(signer) = signer(look).filter(|_| stands_alone(look)) {
        let commands = with_our_tool(look, &signer)
            .unwrap_or_else(|| with_openssl(look, &signer, key, certificate));
        return format!("a new certificate for its key:\n{commands}");
    }
    match own_authority(look) {
        Some(leaf) => leaf,
        None => request(look, key, certificate),
    }
}

/// A new key in place of one that will not do, and a certificate for it. `why` introduces the commands.
pub(super) fn new_pair(look: &Look<'_, '_>, why: &str) -> String {
    let (Some(certificate), Some(key)) = (
        look.side.party.certificate.path(),
        look.side.party.key.as_deref(),
    ) else {
        return "its own key".to_owned();
    };
    let (name, certify) = match signer(look).filter(|_| stands_alone(look)) {
        Some(signer) => (
            text::shell(key),
            with_openssl(look, &signer, key, certificate),
        ),
        None => (text::shell(key), request(look, key, certificate)),
    };
    format!(
        "{why}\n  mv {name} {name}.old\n  openssl genpkey -algorithm EC {P256} -out {name}\n{certify}"
    )
}

/// Certificate, key and CAs are three files, so that one can be replaced.
fn stands_alone(look: &Look<'_, '_>) -> bool {
    let (party, case) = (look.side.party, look.evidence.case);
    let certificate = party.certificate.path();
    certificate != party.key.as_deref() && certificate != case.authorities.as_deref()
}

/// A CA of this setup whose key lies here as well, and the files of both.
struct Signer<'e> {
    certificate: &'e Path,
    key: &'e Path,
    is_trusted: bool,
}

/// Who signed the leaf until now, or else a trusted CA.
fn signer<'e>(look: &Look<'e, '_>) -> Option<Signer<'e>> {
    let evidence = look.evidence;
    let arrived = look.route.as_ref().filter(|_| look.anchor().is_some());
    let above = arrived
        .iter()
        .flat_map(|route| route.certs.iter().copied().skip(1));
    // A CA that is shown as a leaf does not sign itself.
    let (leaf, key) = (look.leaf(), look.side.keys.first());
    let is_own = |ca: &Cert<'_>| {
        leaf.is_some_and(|leaf| leaf.der == ca.der)
            && key.is_some_and(|key| key.is_of(ca.public_key()))
    };
    above
        .chain(&evidence.anchors)
        .filter(|ca| ca.is_ca() && !is_own(ca))
        .find_map(|ca| {
            // openssl reads the first certificate of a file.
            let mut files = evidence.nearby.iter().filter(|near| near.place.0 == 1);
            Some(Signer {
                certificate: files.find(|near| near.der == ca.der)?.path,
                key: key_of(ca, evidence)?,
                is_trusted: evidence.anchors.iter().any(|anchor| anchor.der == ca.der),
            })
        })
}

fn key_of<'e>(cert: &Cert<'_>, evidence: &Evidence<'e>) -> Option<&'e Path> {
    let mut keys = evidence.files.nearby_keys.iter();
    let (path, _) = keys.find(|(_, key)| key.is_of(cert.public_key()))?;
    Some(path)
}

/// With the request that is still there, `hello-mtls certs sign` does it in a line.
fn with_our_tool(look: &Look<'_, '_>, signer: &Signer<'_>) -> Option<String> {
    let certificate = look.side.party.certificate.path()?;
    let asked = pem::request(&certificate.with_extension("csr")).ok()?;
    let (_, asked) = X509CertificationRequest::from_der(&asked).ok()?;
    let same_key = look
        .side
        .keys
        .first()?
        .is_of(asked.certification_request_info.subject_pki.raw);
    let is_crt = |path: &Path| path.extension().is_some_and(|end| end == "crt");
    let usual = signer.certificate.parent() == certificate.parent()
        && signer.key == signer.certificate.with_extension("key")
        && is_crt(signer.certificate)
        && is_crt(certificate);
    if !same_key || !usual {
        return None;
    }
    let hosts = hosts(look)
        .into_iter()
        .map(|host| format!(" --host {}", word(&host)));
    let who: String = match look.role() {
        Side::Server => hosts.collect(),
        Side::Client => format!(" --client {}", word(&common_name(look))),
    };
    let ca = match signer.certificate.file_stem()? {
        ca if ca == "ca" => String::new(),
        ca => format!(" --ca {}", text::shell(ca.as_ref())),
    };
    let (folder, stem) = place(certificate);
    Some(format!(
        "  hello-mtls certs sign {stem} --dir {folder}{ca}{who} --force"
    ))
}

/// As the tutorial does it, with the extensions that it forgot. An intermediate stays behind the leaf.
fn with_openssl(
    look: &Look<'_, '_>,
    signer: &Signer<'_>,
    key: &Path,
    certificate: &Path,
) -> String {
    let csr = beside(certificate, "csr");
    let (cert, subject) = (text::shell(certificate), subject(look));
    let chain = match signer.is_trusted {
        true => String::new(),
        false => format!(" && awk '/-BEGIN /{{n++}}n>1' {cert} >> {cert}.new"),
    };
    format!(
        "  openssl req -new -key {} {subject} -out {csr}\n{}{chain} && mv {cert} {cert}.old && mv {cert}.new {cert}",
        text::shell(key),
        sign(look, &csr, (signer.certificate, signer.key), certificate),
    )
}

/// Signs a request: the certificate is `certificate` with `.new` behind it.
fn sign(look: &Look<'_, '_>, csr: &str, ca: (&Path, &Path), certificate: &Path) -> String {
    let (ext, role, names) = (beside(certificate, "ext"), look.role(), word(&names(look)));
    let [ca, ca_key, cert] = [ca.0, ca.1, certificate].map(text::shell);
    format!(
        "  printf '%s\\n' basicConstraints=CA:FALSE extendedKeyUsage={role}Auth subjectAltName={names} > {ext}\n  openssl x509 -req -in {csr} -CA {ca} -CAkey {ca_key} -CAcreateserial -days 365 -extfile {ext} -out {cert}.new"
    )
}

/// A CA's own certificate in the place of a leaf, as `openssl req -x509` makes it: it signs a leaf.
fn own_authority(look: &Look<'_, '_>) -> Option<String> {
    let leaf = look
        .leaf()
        .filter(|leaf| leaf.is_ca() && leaf.self_issued())?;
    let (certificate, key) = (
        look.side.party.certificate.path()?,
        key_of(leaf, look.evidence)?,
    );
    let [new, new_key] =
        ["crt", "key"].map(|end| certificate.with_file_name(format!("leaf.{end}")));
    if new.exists() || new_key.exists() {
        return None;
    }
    // Its own name: a CA and a leaf of one name confuse OpenSSL.
    let (csr, role) = (beside(&new, "csr"), look.role());
    let [cert, made, made_key] = [certificate, &new, &new_key].map(text::shell);
    Some(format!(
        "let it sign a leaf for the {role}, and trust it as the CA:\n  openssl req -new -newkey ec {P256} -nodes -keyout {made_key} -subj /CN={role} -out {csr}\n{} && mv {made}.new {made}\nthen --cert {made} --key {made_key} --cacert {cert}",
        sign(look, &csr, (certificate, key), &new),
    ))
}

/// For a CA whose key is elsewhere.
fn request(look: &Look<'_, '_>, key: &Path, certificate: &Path) -> String {
    let (key, csr, subject) = (text::shell(key), beside(certificate, "csr"), subject(look));
    let (role, names) = (
        look.role(),
        word(&format!("subjectAltName={}", names(look))),
    );
    format!(
        "a new certificate. The CA's key is not here: its owner signs this request, with CA:FALSE and the extended key usage {role}Auth:\n  openssl req -new -key {key} {subject} -addext {names} -out {csr}"
    )
}

/// The subjectAltName as openssl writes it.
fn names(look: &Look<'_, '_>) -> String {
    let entry = |host: String| match host.parse::<std::net::IpAddr>() {
        Ok(_) => format!("IP:{host}"),
        Err(_) => format!("DNS:{host}"),
    };
    match look.role() {
        Side::Server => hosts(look)
            .into_iter()
            .map(entry)
            .collect::<Vec<_>>()
            .join(","),
        Side::Client => format!("URI:{}", client_uri(&common_name(look))),
    }
}

fn subject(look: &Look<'_, '_>) -> String {
    let name = match look.role() {
        Side::Server => hosts(look).into_iter().next().unwrap_or_default(),
        Side::Client => common_name(look),
    };
    format!("-subj {}", word(&format!("/CN={name}")))
}

/// The host that is asked for, and those that the certificate names and that are host names.
fn hosts(look: &Look<'_, '_>) -> Vec<String> {
    let mut hosts = vec![look.evidence.case.host.to_str().into_owned()];
    if let Some(leaf) = look.leaf() {
        let addresses = leaf.summary.addresses.iter().map(ToString::to_string);
        let named = leaf.summary.dns_names.iter().cloned();
        hosts.extend(named.chain(addresses).take(8));
    }
    let mut known = Vec::new();
    for host in hosts.into_iter().filter(|host| Name::host(host).is_ok()) {
        if !known.contains(&host) {
            known.push(host);
        }
    }
    known
}

/// The client's name, if it is one that can be asked for again.
fn common_name(look: &Look<'_, '_>) -> String {
    let names = look.leaf().map(|leaf| leaf.summary.common_names.as_slice());
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@ ".contains(c);
    match names {
        Some([name]) if (1..=64).contains(&name.len()) && name.chars().all(plain) => name.clone(),
        _ => "my-client".to_owned(),
    }
}

fn word(text: &str) -> String {
    text::shell(Path::new(text))
}

/// A file's name with another extension, as a word; one that is taken is not written to.
fn beside(path: &Path, extension: &str) -> String {
    let beside: PathBuf = path.with_extension(extension);
    let new = if beside.exists() { ".new" } else { "" };
    format!("{}{new}", text::shell(&beside))
}

/// Adds a certificate to a file. The line end keeps END and BEGIN apart.
pub(super) fn append(to: &Path, from: &Path) -> String {
    format!("  (echo; cat {}) >> {}", text::shell(from), text::shell(to))
}

/// Puts the blocks of a PEM file into another order, counted from 0.
pub(super) fn reorder(path: &Path, holds: Wanted, order: &[usize]) -> String {
    let blocks = order.iter().map(|index| format!("b[{}]", index + 1));
    let blocks: String = blocks.collect();
    let awk =
        format!("awk '/-BEGIN /{{n++}}{{b[n]=b[n]$0\"\\n\"}}END{{printf\"%s\",{blocks}}}' {{f}} >");
    File::of(path, &[], holds).rewritten(&awk)
}

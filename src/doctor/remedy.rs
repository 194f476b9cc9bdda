//! Commands that make a certificate anew, with the names of the files that are there.

use std::path::{Path, PathBuf};

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::Shown;
use super::evidence::{Evidence, Side};
use crate::certificates::request::Name;
use crate::certificates::signing::client_uri;
use crate::files::place;
use crate::narration;
use crate::{pem, text};

/// A new certificate for the key of this side, of version 3, with its names and its purpose, signed by
/// the CA at hand.
pub(super) fn new_certificate(side: &Side<'_>, evidence: &Evidence<'_>) -> String {
    let (Shown::File(certificate), Some(authorities)) =
        (&side.party.certificate, &evidence.case.authorities)
    else {
        return "a new certificate, from its owner's CA".to_owned();
    };
    let Some(key) = &side.party.key else {
        return "a new certificate, from its CA".to_owned();
    };
    let ca_key = authorities.with_extension("key");
    let with = match ca_key.exists() {
        true => "a new certificate for its key:",
        false => "a new certificate; its CA's owner, who has the CA's key, makes it:",
    };
    let commands = ours(side, evidence, certificate, authorities, &ca_key)
        .unwrap_or_else(|| openssl(side, evidence, certificate, key, (authorities, &ca_key)));
    format!("{with}\n{commands}")
}

/// A new key in place of one that belongs to somebody else, and a certificate for it.
pub(super) fn new_pair(side: &Side<'_>, evidence: &Evidence<'_>) -> String {
    let (Shown::File(certificate), Some(authorities), Some(key)) = (
        &side.party.certificate,
        &evidence.case.authorities,
        &side.party.key,
    ) else {
        return "its own key".to_owned();
    };
    let (name, ca_key) = (text::shell(key), authorities.with_extension("key"));
    [
        "its own key; if that is lost, a new one and a certificate for it:".to_owned(),
        format!("  mv {name} {name}.old"),
        format!("  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}"),
        openssl(side, evidence, certificate, key, (authorities, &ca_key)),
    ]
    .join("\n")
}

/// With the request that is still there, `hello-mtls certs sign` does it in a line.
fn ours(
    side: &Side<'_>,
    evidence: &Evidence<'_>,
    certificate: &Path,
    authorities: &Path,
    ca_key: &Path,
) -> Option<String> {
    let asked = pem::request(&certificate.with_extension("csr")).ok()?;
    let (_, asked) = X509CertificationRequest::from_der(&asked).ok()?;
    let same_key = side.keys.first()?.public == asked.certification_request_info.subject_pki.raw;
    let beside = authorities.parent() == certificate.parent() && ca_key.exists();
    let usual = beside
        && [authorities, certificate]
            .iter()
            .all(|path| path.extension().is_some_and(|end| end == "crt"));
    if !same_key || !usual || !evidence.anchors.first()?.is_ca() {
        return None;
    }
    let who: String = match side.party.side {
        narration::Side::Server => hosts(side, evidence)
            .iter()
            .map(|host| format!(" --host {}", word(host)))
            .collect(),
        narration::Side::Client => format!(" --client {}", word(&common_name(side))),
    };
    let ca = match authorities.file_stem()? {
        ca if ca == "ca" => String::new(),
        ca => format!(" --ca {}", text::shell(ca.as_ref())),
    };
    let (folder, stem) = place(certificate);
    Some(format!(
        "  hello-mtls certs sign {stem} --dir {folder}{ca}{who} --force"
    ))
}

/// As the tutorial does it, with the extensions that it forgot.
fn openssl(
    side: &Side<'_>,
    evidence: &Evidence<'_>,
    certificate: &Path,
    key: &Path,
    ca: (&Path, &Path),
) -> String {
    let (role, names, subject) = match side.party.side {
        narration::Side::Server => {
            let hosts = hosts(side, evidence);
            let entry = |host: &String| match host.parse::<std::net::IpAddr>() {
                Ok(_) => format!("IP:{host}"),
                Err(_) => format!("DNS:{host}"),
            };
            (
                "server",
                hosts.iter().map(entry).collect::<Vec<_>>().join(","),
                hosts.first().cloned().unwrap_or_default(),
            )
        }
        narration::Side::Client => {
            let name = common_name(side);
            ("client", format!("URI:{}", client_uri(&name)), name)
        }
    };
    let [cert, csr, ext] = [
        certificate.to_owned(),
        certificate.with_extension("csr"),
        certificate.with_extension("ext"),
    ]
    .map(|path: PathBuf| text::shell(&path));
    let (key, ca, ca_key) = (text::shell(key), text::shell(ca.0), text::shell(ca.1));
    let subject = word(&format!("/CN={subject}"));
    [
        format!("  openssl req -new -key {key} -subj {subject} -out {csr}"),
        format!(
            "  printf '%s\\n' basicConstraints=CA:FALSE extendedKeyUsage={role}Auth subjectAltName={} > {ext}",
            word(&names)
        ),
        format!("  openssl x509 -req -in {csr} -CA {ca} -CAkey {ca_key} -CAcreateserial -days 365 -extfile {ext} -out {cert}"),
    ]
    .join("\n")
}

/// The host that is asked for, and those that the certificate names and that are host names.
pub(super) fn hosts(side: &Side<'_>, evidence: &Evidence<'_>) -> Vec<String> {
    let mut hosts = vec![evidence.case.host.to_str().into_owned()];
    if let Some(leaf) = side.chain.first() {
        let addresses = leaf.summary.addresses.iter().map(ToString::to_string);
        hosts.extend(
            leaf.summary
                .dns_names
                .iter()
                .cloned()
                .chain(addresses)
                .take(8),
        );
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
fn common_name(side: &Side<'_>) -> String {
    let names = side
        .chain
        .first()
        .map(|leaf| leaf.summary.common_names.as_slice());
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@ ".contains(c);
    match names {
        Some([name]) if (1..=64).contains(&name.len()) && name.chars().all(plain) => name.clone(),
        _ => "my-client".to_owned(),
    }
}

fn word(text: &str) -> String {
    text::shell(Path::new(text))
}

/// Adds a certificate to a file.
pub(super) fn append(to: &Path, from: &Path) -> String {
    format!("  cat {} >> {}", text::shell(from), text::shell(to))
}

/// Puts the blocks of a PEM file into another order, counted from 0.
pub(super) fn reorder(path: &Path, order: &[usize]) -> String {
    let name = text::shell(path);
    let blocks: String = order
        .iter()
        .map(|index| format!("b[{}]", index + 1))
        .collect();
    format!(
        "  awk '/-BEGIN /{{n++}}{{b[n]=b[n]$0\"\\n\"}}END{{printf\"%s\",{blocks}}}' {name} > {name}.new && mv {name}.new {name}"
    )
}

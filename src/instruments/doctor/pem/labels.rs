//! Labels: what a BEGIN line promises, and what to do with the wrong one.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;

use super::block::{File, Wanted, kind};
use crate::certificates::pem;
use crate::certificates::request::Name;
use crate::certificates::wording;
use crate::files::folder;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::in_place::{free_stem, is_taken, with_end};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// The label that one writes today.
pub(super) fn usual(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Certificate | Wanted::Anything => "CERTIFICATE",
        Wanted::PrivateKey => "PRIVATE KEY",
        Wanted::RevocationList => "X509 CRL",
        Wanted::Request => "CERTIFICATE REQUEST",
    }
}

/// The finding about a file whose first block is not what is wanted.
pub(super) fn wrong_label(file: &File<'_>, label: &str) -> Option<Finding> {
    let (code, what, fix) = match label {
        "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => (
            "trusted-certificate",
            phrase!("a certificate in a form of OpenSSL's own"),
            file.converted(label, "openssl x509 -in {f}").into(),
        ),
        "PKCS7" | "CMS" => (
            "pkcs7",
            phrase!("certificates in a PKCS#7 wrapper"),
            file.converted(label, "openssl pkcs7 -in {f} -print_certs")
                .into(),
        ),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => (
            instead_of(file.wanted, "csr-as-certificate"),
            phrase!("a request (CSR): a CA has to sign it first"),
            sign(file),
        ),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => (
            "public-key",
            phrase!("a public key alone"),
            phrase!(
                "the file with {wanted}; it was made together with this one",
                wanted = file.wanted.phrase()
            ),
        ),
        "OPENSSH PRIVATE KEY" => (
            "openssh-key",
            phrase!("a key of OpenSSH's own form"),
            file.rewritten("cp {f} {f}.new && ssh-keygen -p -N '' -m PKCS8 -f")
                .into(),
        ),
        "EC PARAMETERS" if file.wanted == Wanted::PrivateKey => (
            "parameters-alone",
            phrase!("the name of a curve, and no key: openssl ecparam without -genkey"),
            phrase!(
                "a key of that curve; the certificate for it comes next:\n{command}",
                command = file.converted(
                    label,
                    "chmod 600 {f} && openssl ecparam -in {f} -genkey -noout"
                )
            ),
        ),
        "DSA PRIVATE KEY" | "ANY PRIVATE KEY" => (
            "unsupported-key",
            phrase!("a private key of a kind that TLS does not use any more"),
            phrase!(
                "a new key, and then a new certificate for it:\n{command}",
                command = file.converted(label, NEW_KEY)
            ),
        ),
        _ if kind(label) == Some(Wanted::PrivateKey) || label == "ENCRYPTED PRIVATE KEY" => (
            instead_of(file.wanted, "key-as-certificate"),
            phrase!("a private key"),
            swap(file),
        ),
        _ => match kind(label) {
            Some(kind) => ("wrong-file", kind.phrase(), swap(file)),
            None => ("wrong-file", other(label), swap(file)),
        },
    };
    let label = text::shorten(&text::terminal(label), 40);
    Some(file.error(code, phrase!("{what} (BEGIN {label})", what, label), fix))
}

/// What other programs put between BEGIN and END.
fn other(label: &str) -> Phrase {
    let begins = |words: &str| label.starts_with(words);
    match label {
        _ if begins("EC PARAMETERS") => phrase!("the name of a curve, and no key"),
        _ if begins("PGP ") => phrase!("something of PGP's, which is no part of TLS"),
        _ if begins("OpenVPN Static key") => phrase!("a static key of OpenVPN's (tls-auth)"),
        _ if begins("TSS2 PRIVATE KEY") => {
            phrase!("a key that only the chip of one machine (TPM) can use")
        }
        _ if begins("SSL SESSION") => phrase!("a TLS session that openssl s_client saved"),
        _ if begins("DH PARAMETERS") => {
            phrase!("numbers for a key exchange (openssl dhparam), and no key")
        }
        _ if begins("PKCS12") => phrase!("a PKCS#12 bundle"),
        _ if begins("ATTRIBUTE CERTIFICATE") => {
            phrase!("an attribute certificate, which has no key")
        }
        _ => phrase!("something else"),
    }
}

/// In the place of a certificate some files are met so often that they have a name of their own.
fn instead_of(wanted: Wanted, name: &'static str) -> &'static str {
    if wanted == Wanted::Certificate {
        name
    } else {
        "wrong-file"
    }
}

fn swap(file: &File<'_>) -> Phrase {
    phrase!(
        "the file with {wanted}. --cacert and --cert take certificates, --key the private key, --crl a list",
        wanted = file.wanted.phrase()
    )
}

const NEW_KEY: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";

/// The CA signs a copy of the request, under names that are free, and the file gets the certificate. A request
/// that is called one stays: then the certificate is a new file beside it.
fn sign(file: &File<'_>) -> Phrase {
    let stem = file.path.with_extension("");
    let named_so = file.path.extension().is_some_and(|end| end == "csr");
    let new = if named_so && !is_taken(&with_end(&stem, ".crt")) {
        stem.clone()
    } else {
        free_stem(&stem, ".new", &[".csr", ".crt"])
    };
    let (dir, name) = (
        text::shell(folder(&new)),
        new.file_name().unwrap_or_default(),
    );
    let [csr, crt] = [".csr", ".crt"].map(|end| text::shell(&with_end(&new, end)));
    let copy = if new == stem {
        String::new()
    } else {
        format!("cp {} {csr} && ", text::shell(file.path))
    };
    let put = if named_so {
        phrase!("then {out} in its place", out = crt)
    } else {
        file.rewritten("cat {crt} >").replace("{crt}", &crt).into()
    };
    let (other, role) = granted(file);
    let (name, granted) = (name.to_string_lossy(), format!("--dir {dir} {role}"));
    let name_and_role = match text::shell_word(&name) {
        // It is no option.
        word if name.starts_with('-') => format!("{granted} -- {word}"),
        word => format!("{word} {granted}"),
    };
    let command = format!("  {copy}hello-mtls certs sign {name_and_role}");
    Phrase::lines([other, command.into(), put])
}

/// What the certificate will be for. A request may say it by a host name, and else by its own name: a person's or
/// a device's is no host.
fn granted(file: &File<'_>) -> (Phrase, String) {
    let request = pem::request(file.path).ok();
    let der = request.as_deref().unwrap_or_default();
    let asked = X509CertificationRequest::from_der(der)
        .ok()
        .map(|(_, asked)| asked);
    let subject = asked
        .as_ref()
        .map(|asked| &asked.certification_request_info.subject);
    let name = subject.and_then(|subject| subject.iter_common_name().next()?.as_str().ok());
    let extensions = asked
        .as_ref()
        .and_then(|asked| asked.requested_extensions());
    let hosts = extensions.into_iter().flatten().flat_map(hosts_in);
    let mut hosts: Vec<String> = hosts.filter(|host| Name::host(host).is_ok()).collect();
    let is_host =
        |name: &&str| *name == "localhost" || name.contains('.') && Name::host(name).is_ok();
    if hosts.is_empty() {
        hosts.extend(name.filter(is_host).map(str::to_owned));
    }
    let file_name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let of_client = file_name.contains("client") || (hosts.is_empty() && name.is_some());
    if of_client && !file_name.contains("server") {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@ ".contains(c);
        let name = name.filter(|name| name.chars().all(plain) && (1..=64).contains(&name.len()));
        let role = format!("--client={}", text::shell_word(name.unwrap_or("my-client")));
        return (
            phrase!("for a client; for a server --host NAME instead:"),
            role,
        );
    }
    if hosts.is_empty() {
        hosts.push("localhost".to_owned());
    }
    let hosts = hosts
        .iter()
        .take(8)
        .map(|host| format!("--host {}", text::shell_word(host)));
    let role = hosts.collect::<Vec<String>>().join(" ");
    (
        phrase!("for a server; for a client --client NAME instead:"),
        role,
    )
}

/// The hosts that a request names in its subjectAltName.
fn hosts_in(extension: &ParsedExtension<'_>) -> Vec<String> {
    let ParsedExtension::SubjectAlternativeName(names) = extension else {
        return Vec::new();
    };
    let names = names.general_names.iter().filter_map(wording::alternative);
    let hosts = names.filter(|(kind, _)| ["DNS", "IP"].contains(kind));
    hosts.map(|(_, host)| host).collect()
}

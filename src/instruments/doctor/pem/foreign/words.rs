//! Texts that are known by their words: web pages, keys of SSH, listings, XML, PEM in a URL.

use super::{Known, Names, Told};
use crate::language::Phrase;
use crate::phrase;

/// By the words at the beginning, in capitals.
const BEGINNINGS: &[Known<&str>] = &[
    ("<!DOCTYPE HTML", web_page),
    ("<HTML", web_page),
    ("<HEAD", web_page),
    ("SSH-", public_key_of_ssh),
    ("ECDSA-SHA2-", public_key_of_ssh),
    ("SK-", public_key_of_ssh),
    ("---- BEGIN SSH2", public_key_of_ssh),
    ("PUTTY-USER-KEY", |names| {
        of_ssh(phrase!("a key of PuTTY, for SSH"), names)
    }),
];

/// By words somewhere in it.
const WORDS: &[Known<&str>] = &[
    ("X509Certificate>", saml),
    ("<plist", property_list),
    ("\n<html", web_page),
    ("<?xml", |names| {
        page(
            phrase!("XML: an error of the server that it was fetched from?"),
            names,
        )
    }),
    ("Certificate fingerprints:", keytool),
    ("Certificate fingerprint (", keytool),
    ("Keystore type:", keytool),
    ("证书指纹", keytool),
    ("密钥库类型", keytool),
    ("X.509 Certificate Information:", |_| {
        listing(phrase!("a listing of certtool's, in words"))
    }),
    ("Certificate Request:", |_| {
        listing(phrase!("a request in words (openssl req -text)"))
    }),
    ("Signature Algorithm:", |_| {
        listing(phrase!("a certificate in words (openssl -text)"))
    }),
    ("Fingerprint=", |_| {
        listing(phrase!("a fingerprint, and no certificate"))
    }),
    ("kubernetes.io/tls", kubectl_describe),
    ("-----BEGIN%20", |names| {
        let what = phrase!(
            "PEM that is %-encoded, as in a URL or a header (nginx: $ssl_client_escaped_cert)"
        );
        url_encoded(names, what)
    }),
    ("-----BEGIN+", |names| {
        url_encoded(names, phrase!("PEM that is %-encoded, as in a form"))
    }),
];

pub(super) fn begins(start: &str, names: &Names) -> Option<Told> {
    let (_, told) = BEGINNINGS
        .iter()
        .find(|(words, _)| start.starts_with(words))?;
    Some(told(names))
}

pub(super) fn holds(text: &str, names: &Names) -> Option<Told> {
    let (_, told) = WORDS.iter().find(|(words, _)| text.contains(words))?;
    Some(told(names))
}

pub(super) fn url_encoded(names: &Names, what: Phrase) -> Told {
    // A plus between dashes is a blank; in base64 it is itself, or `%2B`.
    let unescape = "  perl -pe 's/-----[A-Z0-9+]+-----/$&=~tr|+| |r/ge; s/%([0-9A-Fa-f]{2})/chr hex $1/ge' < {f} > {out}";
    ("url-encoded", what, names.taken_out(unescape))
}

fn web_page(names: &Names) -> Told {
    page(phrase!("a web page (HTML)"), names)
}

fn page(what: Phrase, names: &Names) -> Told {
    let words = names.command("  sed 's/<[^>]*>//g' {f} | grep '[^[:space:]]' | head");
    let fix = phrase!(
        "the file itself instead of the page around it, or of the error in its place. What it says:\n{words}",
        words
    );
    ("web-page", what, fix)
}

fn public_key_of_ssh(names: &Names) -> Told {
    of_ssh(phrase!("a public key of SSH"), names)
}

fn of_ssh(what: Phrase, names: &Names) -> Told {
    let fix = phrase!(
        "the file with {wanted}. SSH and TLS have keys of one kind, but not the same files: a certificate comes from a CA, its key from openssl genpkey",
        wanted = names.wanted.phrase()
    );
    ("openssh-key", what, fix)
}

fn keytool(_: &Names) -> Told {
    (
        "certificate-listing",
        phrase!("a listing of keytool's, in words"),
        phrase!(
            "the certificate itself, by the same command with -rfc: keytool -list -rfc -keystore STORE, or keytool -printcert -rfc -file CERT"
        ),
    )
}

fn listing(what: Phrase) -> Told {
    let fix = phrase!("the certificate itself; with openssl x509 that is: without -noout");
    ("certificate-listing", what, fix)
}

fn kubectl_describe(_: &Names) -> Told {
    (
        "certificate-listing",
        phrase!("what kubectl describe says of a Secret: the sizes, not the values"),
        phrase!("kubectl get secret NAME -o yaml has the values; each is base64 of a PEM file"),
    )
}

fn saml(names: &Names) -> Told {
    let command = "  perl -0ne 'while (/X509Certificate>\\s*([^<]+?)\\s*</g) { print \"-----BEGIN CERTIFICATE-----\\n$1\\n-----END CERTIFICATE-----\\n\" }' < {f} > {out}";
    let what = phrase!("XML (SAML metadata?) with a certificate in base64");
    ("embedded-pem", what, names.taken_out(command))
}

fn property_list(names: &Names) -> Told {
    let command = "  perl -MMIME::Base64 -0ne 'while (/<data>([^<]+)/g) { $d = decode_base64($1); print $d =~ /^-----/ ? $d : \"-----BEGIN CERTIFICATE-----\\n\" . encode_base64($d) . \"-----END CERTIFICATE-----\\n\" }' < {f} > {out}";
    let what = phrase!(
        "a property list of Apple's, such as a .mobileconfig profile; certificates stand in its <data>"
    );
    let fix = phrase!(
        "{fix}; a PKCS#12 among them needs its password",
        fix = names.taken_out(command)
    );
    ("embedded-pem", what, fix)
}

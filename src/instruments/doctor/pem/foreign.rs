//! Files of other tools: what their first bytes or words give away, and the command that takes out of them
//! what is wanted. A foreign file belongs to its tool, so no command here writes to it: what is taken out
//! goes into a new file beside it.

use std::path::{Path, PathBuf};

use super::block::{File, Wanted};
use crate::files::folder;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::in_place::{free, is_taken};
use crate::text;

/// Words that give a kind of file away, its name in the catalogue, what it is, and what to do. In a remedy
/// `{f}` is the file, `{dir}` its folder, and `{out}` a new file beside it.
type Kind<M> = (M, &'static str, &'static str, &'static str);

const JKS: &str = "keytool takes the certificates out, with the store's password (Java's own is changeit):\n  keytool -list -rfc -keystore {f} > {out}\nthen {out} in its place";
/// A Java keystore in the place of a private key: keytool itself never prints one.
const JKS_KEY: &str = "keytool and openssl take the key out, with the store's password:\n  keytool -importkeystore -srckeystore {f} -destkeystore {p12} -deststoretype PKCS12\n  (umask 077; openssl pkcs12 -in {p12} -nocerts -nodes -out {out})\nthen {out} in its place";

/// By the first bytes.
const MAGICS: &[Kind<&[u8]>] = &[
    (
        b"\xfe\xed\xfe\xed",
        "java-keystore",
        "a Java keystore (JKS)",
        JKS,
    ),
    (
        b"\xce\xce\xce\xce",
        "java-keystore",
        "a Java keystore (JCEKS)",
        JKS,
    ),
    (
        b"\0\0\0\x02\0\0\0\x14",
        "java-keystore",
        "a keystore of Bouncy Castle (BKS)",
        "keytool with Bouncy Castle's provider takes the certificates out: -list -rfc -storetype BKS",
    ),
    (
        b"SQLite format 3\0",
        "wrong-file",
        "a database, as Firefox and NSS keep certificates in (cert9.db)",
        "certutil lists what is in it; with -n NAME -a behind, it prints one as PEM:\n  certutil -L -d sql:{dir}",
    ),
    (
        b"kych",
        "wrong-file",
        "a keychain of macOS",
        "on the Mac:\n  security find-certificate -a -p {f} > {out}\nthen {out} in its place",
    ),
    (
        b"\x1f\x8b",
        "compressed-file",
        "a file compressed by gzip",
        "  gzip -dc < {f} > {out}\nthen {out} in its place",
    ),
    (
        b"\xfd7zXZ\0",
        "compressed-file",
        "a file compressed by xz",
        "  xz -dc < {f} > {out}\nthen {out} in its place",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "compressed-file",
        "a file compressed by zstd",
        "  zstd -dc < {f} > {out}\nthen {out} in its place",
    ),
    (
        b"BZh",
        "compressed-file",
        "a file compressed by bzip2",
        "  bzip2 -dc < {f} > {out}\nthen {out} in its place",
    ),
    (
        b"PK\x03\x04",
        "compressed-file",
        "a zip archive",
        "one file out of it; what is in it:\n  unzip -l {f}",
    ),
    (
        b"7z\xbc\xaf\x27\x1c",
        "compressed-file",
        "a 7-Zip archive",
        "one file out of it; what is in it:\n  7z l {f}",
    ),
];

const SSH: &str = "the file with {wanted}. SSH and TLS have keys of one kind, but not the same files: a certificate comes from a CA, its key from openssl genpkey";
const PAGE: &str = "the file itself instead of the page around it, or of the error in its place. What it says:\n  sed 's/<[^>]*>//g' {f} | grep '[^[:space:]]' | head";
const KEYTOOL: &str = "the certificate itself, by the same command with -rfc: keytool -list -rfc -keystore STORE, or keytool -printcert -rfc -file CERT";
const AGAIN: &str = "the certificate itself; with openssl x509 that is: without -noout";

/// By the words at the beginning, in capitals.
const BEGINNINGS: &[Kind<&str>] = &[
    ("<!DOCTYPE HTML", "web-page", "a web page (HTML)", PAGE),
    ("<HTML", "web-page", "a web page (HTML)", PAGE),
    ("<HEAD", "web-page", "a web page (HTML)", PAGE),
    ("SSH-", "openssh-key", "a public key of SSH", SSH),
    ("ECDSA-SHA2-", "openssh-key", "a public key of SSH", SSH),
    ("SK-", "openssh-key", "a public key of SSH", SSH),
    ("---- BEGIN SSH2", "openssh-key", "a public key of SSH", SSH),
    (
        "PUTTY-USER-KEY",
        "openssh-key",
        "a key of PuTTY, for SSH",
        SSH,
    ),
];

/// By words somewhere in it.
const WORDS: &[Kind<&str>] = &[
    (
        "X509Certificate>",
        "embedded-pem",
        "XML (SAML metadata?) with a certificate in base64",
        "  perl -0ne 'while (/X509Certificate>\\s*([^<]+?)\\s*</g) { print \"-----BEGIN CERTIFICATE-----\\n$1\\n-----END CERTIFICATE-----\\n\" }' {f} > {out}\nthen {out} in its place",
    ),
    (
        "<plist",
        "embedded-pem",
        "a property list of Apple's, such as a .mobileconfig profile; certificates stand in its <data>",
        "  perl -MMIME::Base64 -0ne 'while (/<data>([^<]+)/g) { $d = decode_base64($1); print $d =~ /^-----/ ? $d : \"-----BEGIN CERTIFICATE-----\\n\" . encode_base64($d) . \"-----END CERTIFICATE-----\\n\" }' {f} > {out}\nthen {out} in its place; a PKCS#12 among them needs its password",
    ),
    ("\n<html", "web-page", "a web page (HTML)", PAGE),
    (
        "<?xml",
        "web-page",
        "XML: an error of the server that it was fetched from?",
        PAGE,
    ),
    (
        "Certificate fingerprints:",
        "certificate-listing",
        "a listing of keytool's, in words",
        KEYTOOL,
    ),
    (
        "Certificate fingerprint (",
        "certificate-listing",
        "a listing of keytool's, in words",
        KEYTOOL,
    ),
    (
        "Keystore type:",
        "certificate-listing",
        "a listing of keytool's, in words",
        KEYTOOL,
    ),
    (
        "证书指纹",
        "certificate-listing",
        "a listing of keytool's, in words",
        KEYTOOL,
    ),
    (
        "密钥库类型",
        "certificate-listing",
        "a listing of keytool's, in words",
        KEYTOOL,
    ),
    (
        "X.509 Certificate Information:",
        "certificate-listing",
        "a listing of certtool's, in words",
        AGAIN,
    ),
    (
        "Certificate Request:",
        "certificate-listing",
        "a request in words (openssl req -text)",
        AGAIN,
    ),
    (
        "Signature Algorithm:",
        "certificate-listing",
        "a certificate in words (openssl -text)",
        AGAIN,
    ),
    (
        "Fingerprint=",
        "certificate-listing",
        "a fingerprint, and no certificate",
        AGAIN,
    ),
    (
        "kubernetes.io/tls",
        "certificate-listing",
        "what kubectl describe says of a Secret: the sizes, not the values",
        "kubectl get secret NAME -o yaml has the values; each is base64 of a PEM file",
    ),
    (
        "-----BEGIN%20",
        "url-encoded",
        "PEM that is %-encoded, as in a URL or a header (nginx: $ssl_client_escaped_cert)",
        UNESCAPE,
    ),
    (
        "-----BEGIN+",
        "url-encoded",
        "PEM that is %-encoded, as in a form",
        UNESCAPE,
    ),
];

/// A plus between dashes is a blank; in base64 it is itself, or `%2B`.
const UNESCAPE: &str = "  perl -pe 's/-----[A-Z0-9+]+-----/$&=~tr|+| |r/ge; s/%([0-9A-Fa-f]{2})/chr hex $1/ge' {f} > {out}\nthen {out} in its place";

/// The finding about a file without blocks that another tool wrote.
pub(super) fn foreign(file: &File<'_>) -> Option<Finding> {
    let text = String::from_utf8_lossy(file.bytes);
    if text.contains("-----%0A") && !text.contains("-----BEGIN%20") {
        return Some(told(
            file,
            ("url-encoded", "PEM whose line ends are %-encoded"),
            UNESCAPE,
        ));
    }
    if !file.blocks.is_empty() {
        return None;
    }
    // The name of the format stands behind that of the first file (POSIX.1, ustar).
    if file.bytes.get(257..262) == Some(b"ustar") {
        let fix = "one file out of it; what is in it:\n  tar -tf {f}";
        return Some(told(file, ("compressed-file", "a tar archive"), fix));
    }
    let mut magics = MAGICS.iter();
    if let Some((_, code, what, fix)) = magics.find(|(magic, ..)| file.bytes.starts_with(magic)) {
        let a_key = file.wanted == Wanted::PrivateKey && *fix == JKS;
        return Some(told(file, (code, what), if a_key { JKS_KEY } else { fix }));
    }
    let start: String = text.trim_start().chars().take(20).collect();
    let start = start.to_ascii_uppercase();
    let beginnings = BEGINNINGS
        .iter()
        .find(|(words, ..)| start.starts_with(words));
    let json = || {
        start
            .starts_with(['{', '['])
            .then(|| json(file, &text))
            .flatten()
    };
    let words = || WORDS.iter().find(|(words, ..)| text.contains(words));
    match beginnings {
        Some((_, code, what, fix)) => Some(told(file, (code, what), fix)),
        None => {
            json().or_else(|| words().map(|(_, code, what, fix)| told(file, (code, what), fix)))
        }
    }
}

fn told(file: &File<'_>, (code, what): (&'static str, &str), fix: &str) -> Finding {
    let out = file.beside(if file.wanted == Wanted::PrivateKey {
        "key"
    } else {
        "pem"
    });
    let fix = fix
        .replace("{f}", &text::shell(file.path))
        .replace("{dir}", &text::shell(folder(file.path)))
        .replace("{p12}", &file.beside("p12"))
        .replace("{out}", &out)
        .replace("{wanted}", file.wanted.noun());
    file.error(code, what, fix)
}

/// JSON with PEM as a value (cfssl, Vault, AWS), or with certificates of a JWK (RFC 7517 §4.7).
fn json(file: &File<'_>, text: &str) -> Option<Finding> {
    let label = match file.wanted {
        Wanted::PrivateKey => "PRIVATE KEY",
        Wanted::RevocationList => "X509 CRL",
        Wanted::Request => "REQUEST",
        Wanted::Certificate | Wanted::Anything => "CERTIFICATE",
    };
    if text.contains("-----BEGIN ") {
        let filter = match key_of(text, label) {
            Some((key, true)) => format!(".{key}"),
            Some((key, false)) => format!("'.. | .{key}? // empty'"),
            None => format!("'.. | strings | select(test(\"BEGIN.*{label}-----\"))'"),
        };
        let what = "JSON with PEM in it, as cfssl, Vault and others print it";
        let fix =
            format!("  (umask 077; jq -r {filter} {{f}} > {{out}})\nthen {{out}} in its place");
        return Some(told(file, ("embedded-pem", what), &fix));
    }
    if text.contains("\"x5c\"") {
        let what = "JSON with certificates in base64 (a JWK's x5c)";
        let fix = "  jq -r '.. | .x5c? // empty | .[] | \"-----BEGIN CERTIFICATE-----\\n\\(.)\\n-----END CERTIFICATE-----\"' {f} | fold -w 64 > {out}\nthen {out} in its place";
        return Some(told(file, ("embedded-pem", what), fix));
    }
    let what = "a JWK: a key in JSON, and no certificate";
    let fix = "{wanted} as PEM, from the tool that made it";
    text.contains("\"kty\"")
        .then(|| told(file, ("embedded-pem", what), fix))
}

/// The name of the first value with a block of this label, if it is a plain word, and whether the value is
/// one of the whole text's own.
fn key_of<'t>(text: &'t str, label: &str) -> Option<(&'t str, bool)> {
    let mut values = text.match_indices("\"-----BEGIN ").filter(|(at, begin)| {
        let kind = text[at + begin.len()..].split("-----").next();
        kind.is_some_and(|kind| kind == label || (label != "CERTIFICATE" && kind.ends_with(label)))
    });
    let before = &text[..values.next()?.0];
    let name = before
        .trim_end()
        .strip_suffix(':')?
        .trim_end()
        .strip_suffix('"')?;
    let key = &name[name.rfind('"')? + 1..];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let closed = before.matches(['}', ']']).count();
    let open = before.matches(['{', '[']).count().saturating_sub(closed);
    (key.chars().all(plain) && !key.is_empty()).then_some((key, open == 1))
}

/// Base64 of `-----BEGIN `: a file that was encoded once more, as Kubernetes keeps it.
pub(super) const TWICE: &str = "LS0tLS1CRUdJTi";

/// The values of a Secret or of a kubeconfig, YAML or JSON, each into a file of its own.
pub(super) fn kubernetes(file: &File<'_>) -> Option<Finding> {
    let text = String::from_utf8_lossy(file.bytes);
    let bare = |word: &str| word.trim().trim_matches(['"', '\'']).to_owned();
    let pairs = text
        .split(['\n', ',', '{', '}'])
        .filter_map(|line| line.split_once(':'));
    let pairs: Vec<(String, String)> = pairs.map(|(key, value)| (bare(key), bare(value))).collect();
    let plain = |key: &str| {
        let usual = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !key.is_empty() && !key.starts_with('-') && key.len() < 64 && key.chars().all(usual)
    };
    let mut keys: Vec<&str> = Vec::new();
    for (key, value) in &pairs {
        if value.starts_with(TWICE) && plain(key) && !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return value_of_a_variable(file, &text);
    }
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, value)| key == name && plain(value))
    };
    let secret = pairs
        .iter()
        .any(|(key, value)| key == "kind" && value == "Secret");
    let name = value("name")
        .filter(|_| secret)
        .map(|(_, name)| name.as_str());
    let (what, list) = (
        kind_of_text(secret, &pairs),
        text::shorten(&keys.join(", "), 80),
    );
    let named = name.map_or(String::new(), |name| format!(" {name}"));
    let found = format!("{what}{named}, with base64 of PEM files in it: {list}");
    let (mut fix, mut options) = (
        "each value into a file of its own:".to_owned(),
        String::new(),
    );
    let mut outs = Vec::new();
    for key in keys.iter().take(8) {
        let (command, option) = taken_out(file, key, &mut outs);
        fix += &command;
        options += &option;
    }
    if let Some(name) = name {
        let space = value("namespace").map_or(String::new(), |(_, space)| format!(" -n {space}"));
        for key in keys.iter().take(3) {
            let path = key.replace('.', "\\.");
            fix += &format!(
                "\nor from the cluster: kubectl get secret {name}{space} -o 'jsonpath={{.data.{path}}}' | base64 -d"
            );
        }
    }
    if !options.is_empty() {
        fix += &format!("\nthen{options}");
    }
    Some(file.error("base64-twice", found, fix))
}

/// `CERT=LS0t…`: base64 of a PEM file, in a text of another kind.
fn value_of_a_variable(file: &File<'_>, text: &str) -> Option<Finding> {
    // A property list of Apple's has its values in lines of their own, and more than one kind of them.
    if text.contains("<plist") {
        return None;
    }
    let what = "a text with base64 of a PEM file in it";
    let fix = format!(
        "the first such value, into a file of its own:\n  (umask 077; grep -o '{TWICE}[A-Za-z0-9+/=]*' {{f}} | head -n 1 | base64 -d > {{out}})\nthen {{out}} in its place"
    );
    Some(told(file, ("base64-twice", what), &fix))
}

fn kind_of_text(secret: bool, pairs: &[(String, String)]) -> &'static str {
    if secret {
        "a Kubernetes Secret"
    } else if pairs.iter().any(|(key, _)| key == "clusters") {
        "a kubeconfig"
    } else {
        "a text"
    }
}

/// The command that takes this value out, and the option for the new file. Only the first of its name: an
/// annotation may hold the whole Secret once more. `outs` are the new files of the values before.
fn taken_out(file: &File<'_>, key: &str, outs: &mut Vec<PathBuf>) -> (String, String) {
    let stem = key.trim_end_matches("-data");
    let name = if stem.contains('.') {
        stem.to_owned()
    } else {
        format!("{stem}.pem")
    };
    let mut path = file.path.with_file_name(name);
    // Both ca and ca-data would be ca.pem.
    while outs.contains(&path) || is_taken(&path) {
        path = free(&path, ".new");
    }
    let (out, from) = (text::shell(&path), text::shell(file.path));
    outs.push(path);
    let option = match stem {
        stem if stem.starts_with("ca") || stem.contains("authority") => "cacert",
        stem if stem.contains("key") => "key",
        _ => "cert",
    };
    let pattern = key.replace('.', "\\.");
    let command = format!(
        "\n  (umask 077; sed -n 's/.*{pattern}\"\\{{0,1\\}}: *\"\\{{0,1\\}}\\([A-Za-z0-9+/=]*\\).*/\\1/p' {from} | head -n 1 | base64 -d > {out})"
    );
    (command, format!(" --{option} {out}"))
}

/// A profile of OpenVPN that has its files inside. rustls reads its blocks in the order in which they stand,
/// and takes the CA in front for the leaf; and the tags have to stay where they are.
pub(crate) fn profile(path: &Path, bytes: &[u8], wanted: Wanted) -> Option<Finding> {
    // It holds three or four blocks. A list of megabytes is not looked through for tags.
    const LARGEST: usize = 256 * 1024;
    if bytes.len() > LARGEST || wanted != Wanted::Certificate {
        return None;
    }
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    let place = |tag: &str| lines.iter().position(|line| *line == tag.as_bytes());
    let (ca, cert) = (place("<ca>")?, place("<cert>")?);
    if cert < ca {
        return None;
    }
    let file = File::of(path, bytes, wanted);
    let from = text::shell(file.path);
    let (mut fix, mut options) = (
        "each part into a file of its own; the profile stays as it is:".to_owned(),
        String::new(),
    );
    for (tag, end, option) in [
        ("ca", "ca.crt", "cacert"),
        ("cert", "crt", "cert"),
        ("key", "key", "key"),
    ] {
        if place(&format!("<{tag}>")).is_some() {
            let out = file.beside(end);
            fix += &format!(
                "\n  (umask 077; sed -n '/^<{tag}>/,/^<\\/{tag}>/{{/^</!p;}}' {from} > {out})"
            );
            options += &format!(" --{option} {out}");
        }
    }
    let fix = format!("{fix}\nthen{options}");
    Some(file.error(
        "embedded-pem",
        "a profile of OpenVPN, with CA, certificate and key in it",
        fix,
    ))
}

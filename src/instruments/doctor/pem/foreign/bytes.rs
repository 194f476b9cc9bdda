//! Files that are known by their first bytes: the keystores of Java, databases, archives.

use super::{Known, Names, Told};
use crate::instruments::doctor::pem::block::Wanted;
use crate::phrase;

const KNOWN: &[Known<&[u8]>] = &[
    (b"\xfe\xed\xfe\xed", |names| java_keystore("JKS", names)),
    (b"\xce\xce\xce\xce", |names| java_keystore("JCEKS", names)),
    (b"\0\0\0\x02\0\0\0\x14", |_| {
        (
            "java-keystore",
            phrase!("a keystore of Bouncy Castle (BKS)"),
            phrase!(
                "keytool with Bouncy Castle's provider takes the certificates out: -list -rfc -storetype BKS"
            ),
        )
    }),
    (b"SQLite format 3\0", |names| {
        (
            "wrong-file",
            phrase!("a database, as Firefox and NSS keep certificates in (cert9.db)"),
            phrase!(
                "certutil lists what is in it; with -n NAME -a behind, it prints one as PEM:\n{list}",
                list = names.command("  certutil -L -d sql:{dir}")
            ),
        )
    }),
    (b"kych", |names| {
        let fix = names.taken_out("  security find-certificate -a -p {f} > {out}");
        (
            "wrong-file",
            phrase!("a keychain of macOS"),
            phrase!("on the Mac:\n{fix}", fix),
        )
    }),
    (b"\x1f\x8b", |names| compressed("gzip", names)),
    (b"\xfd7zXZ\0", |names| compressed("xz", names)),
    (b"\x28\xb5\x2f\xfd", |names| compressed("zstd", names)),
    (b"BZh", |names| compressed("bzip2", names)),
    (b"PK\x03\x04", |names| archive("zip", "unzip -l {f}", names)),
    (b"7z\xbc\xaf\x27\x1c", |names| {
        archive("7-Zip", "7z l {f}", names)
    }),
];

pub(super) fn known(bytes: &[u8], names: &Names) -> Option<Told> {
    // The name of the format stands behind that of the first file (POSIX.1, ustar).
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(archive("tar", "tar -tf {f}", names));
    }
    let (_, told) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic))?;
    Some(told(names))
}

fn java_keystore(format: &str, names: &Names) -> Told {
    // keytool itself never prints a private key.
    let fix = if names.wanted == Wanted::PrivateKey {
        let commands = "  keytool -importkeystore -srckeystore {f} -destkeystore {p12} -deststoretype PKCS12\n  (umask 077; openssl pkcs12 -in {p12} -nocerts -nodes -out {out})";
        phrase!(
            "keytool and openssl take the key out, with the store's password:\n{fix}",
            fix = names.taken_out(commands)
        )
    } else {
        phrase!(
            "keytool takes the certificates out, with the store's password (Java's own is changeit):\n{fix}",
            fix = names.taken_out("  keytool -list -rfc -keystore {f} > {out}")
        )
    };
    let what = phrase!("a Java keystore ({format})", format);
    ("java-keystore", what, fix)
}

fn compressed(tool: &str, names: &Names) -> Told {
    (
        "compressed-file",
        phrase!("a file compressed by {tool}", tool),
        names.taken_out(&format!("  {tool} -dc < {{f}} > {{out}}")),
    )
}

fn archive(kind: &str, list: &str, names: &Names) -> Told {
    let fix = phrase!(
        "one file out of it; what is in it:\n  {list}",
        list = names.command(list)
    );
    let what = phrase!("a {kind} archive", kind);
    ("compressed-file", what, fix)
}

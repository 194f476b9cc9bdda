//! The house has rules: who may know whom. They are in docs, and here they are kept.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file, with its path below `src/` and its code without comments and tests.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files): (Vec<PathBuf>, Vec<(String, String)>) =
        (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                let code = fs::read_to_string(&path).unwrap();
                let code = code.split("#[cfg(test)]").next().unwrap();
                let code = code
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                files.push((name, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    files
}

/// No file for which `who` is true names any of `whom`.
fn never(who: impl Fn(&str) -> bool, whom: &[&str]) {
    let mut seen = 0;
    for (name, code) in sources().iter().filter(|(name, _)| who(name)) {
        seen += 1;
        for word in whom {
            assert!(!code.contains(word), "src/{name} names {word}");
        }
    }
    assert!(seen > 0, "a rule about nobody");
}

#[test]
fn the_handshake_does_not_know_who_watches() {
    never(
        |name| name.starts_with("handshake/"),
        &["crate::wire", "crate::show", "crate::http", "crate::cli"],
    );
    never(
        |name| name.starts_with("server"),
        &["crate::wire", "crate::show"],
    );
    never(|name| name == "client.rs", &["crate::wire", "crate::show"]);
}

#[test]
fn http_knows_nothing_of_tls_and_of_sockets() {
    never(
        |name| name.starts_with("http/"),
        &["rustls", "TcpStream", "crate::handshake", "crate::wire"],
    );
}

#[test]
fn wire_never_prints_and_show_never_parses() {
    never(
        |name| name.starts_with("wire/"),
        &[
            "crate::show",
            "stdout",
            "stderr",
            "crate::handshake",
            "crate::http",
        ],
    );
    never(
        |name| name.starts_with("show/"),
        &[
            "rustls::",
            "TcpStream",
            "crate::handshake",
            "fields::Reader",
            "read_all",
        ],
    );
}

#[test]
fn what_the_doctor_stands_on_does_not_know_the_doctor() {
    never(
        |name| name.starts_with("pem") || ["error.rs", "finding.rs"].contains(&name),
        &["crate::doctor"],
    );
    never(
        |name| name.starts_with("doctor/"),
        &["crate::credentials", "crate::cli::", "fs::write", "stdout"],
    );
}

#[test]
fn each_library_at_the_edge_is_named_in_one_place() {
    never(|name| name != "pem.rs", &["rustls_pemfile"]);
    never(
        |name| name != "cli.rs" && !name.starts_with("cli/"),
        &["clap"],
    );
}

#[test]
fn nobody_prints_with_the_macros_that_panic() {
    never(
        |_| true,
        &[
            "println!",
            "print!(",
            "eprintln!",
            "eprint!(",
            "todo!",
            "unimplemented!",
        ],
    );
}

#[test]
fn there_is_no_insecure_switch() {
    never(
        |_| true,
        &[
            "insecure",
            "assertion()",
            "allow_unauthenticated",
            "with_safe_default",
            "install_default",
        ],
    );
}

#[test]
fn the_furniture_is_smaller_than_the_house() {
    let lines = |of: &dyn Fn(&str) -> bool| -> usize {
        let files = sources();
        files
            .iter()
            .filter(|(name, _)| of(name))
            .map(|(_, code)| code.lines().count())
            .sum()
    };
    let (watching, all) = (
        lines(&|name| name.starts_with("wire/") || name.starts_with("show/")),
        lines(&|_| true),
    );
    assert!(
        2 * watching < all,
        "wire/ and show/ have {watching} of {all} lines"
    );
    assert!(
        lines(&|name| name.starts_with("handshake/")) < 1200,
        "handshake/ is read in an hour"
    );
}

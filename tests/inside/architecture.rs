//! The house has rules: who may know whom. They are in docs, and here they are kept.

use std::collections::{BTreeMap, BTreeSet};
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
                // A page that rustdoc includes is a comment, too.
                let comment = |line: &str| line.starts_with("//") || line.starts_with("#![doc");
                let code = code.lines().filter(|line| !comment(line.trim_start()));
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
        &["crate::instruments::wire", "crate::instruments::show", "crate::http", "crate::cli"],
    );
    never(
        |name| name.starts_with("server"),
        &["crate::instruments::wire", "crate::instruments::show"],
    );
    never(
        |name| name.starts_with("client"),
        &["crate::instruments::wire", "crate::instruments::show"],
    );
}

#[test]
fn http_knows_nothing_of_tls_and_of_sockets() {
    never(
        |name| name.starts_with("http/"),
        &["rustls", "TcpStream", "crate::handshake", "crate::instruments::wire"],
    );
}

#[test]
fn wire_never_prints_and_show_never_parses() {
    never(
        |name| name.starts_with("instruments/wire/"),
        &[
            "crate::instruments::show",
            "stdout",
            "stderr",
            "crate::handshake",
            "crate::http",
        ],
    );
    never(
        |name| name.starts_with("instruments/show/"),
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
        |name| name.starts_with("error/"),
        &["doctor::examine"],
    );
    never(
        |name| name.starts_with("instruments/doctor/"),
        &["crate::credentials", "crate::cli::", "fs::write", "stdout"],
    );
}

#[test]
fn each_library_at_the_edge_is_named_in_one_place() {
    never(|name| name != "certificates/pem.rs", &["rustls_pemfile"]);
    never(
        |name| !name.starts_with("cli/"),
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
        lines(&|name| name.starts_with("instruments/wire/") || name.starts_with("instruments/show/")),
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

/// `wire/messages/mod.rs` and `wire/messages.rs` are both the module `wire::messages`; lib.rs is the empty name.
fn module(file: &str) -> String {
    let name = file.trim_end_matches(".rs").trim_end_matches("/mod");
    name.replace('/', "::").trim_end_matches("lib").to_owned()
}

/// The module that a module stands in.
fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(parent, _)| parent)
}

/// Every path in the code that begins with `root`, without it: `root::a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str, root: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let code = code.replace(" as ", ",");
    for (at, _) in code.match_indices(root) {
        let (mut path, mut open) = (String::new(), Vec::new());
        for letter in code[at + root.len()..].chars() {
            match letter {
                '{' => open.push(path.clone()),
                ',' | '}' if !open.is_empty() => {
                    let prefix = open.last().unwrap().clone();
                    paths.push(std::mem::replace(&mut path, prefix));
                    if letter == '}' {
                        open.pop();
                    }
                }
                ':' | '_' => path.push(letter),
                _ if letter.is_alphanumeric() => path.push(letter),
                _ if letter.is_whitespace() && !open.is_empty() => {}
                _ => break,
            }
        }
        paths.push(path);
    }
    paths
}

/// Which modules each module names, a module being a file.
///
/// A module knows the children it declares, and whatever it names from `crate::`, `super::` or `self::`, in
/// `use` or in the midst of code. One thing does not count: what a child takes from the modules that it stands in.
/// Those hold the words that a room shares.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let files = sources();
    let modules: BTreeSet<String> = files.iter().map(|(name, _)| module(name)).collect();
    let file_of = |path: &str| {
        let mut path = path;
        while !modules.contains(path) {
            path = parent(path);
        }
        path.to_owned()
    };
    let mut graph = BTreeMap::new();
    for (name, code) in &files {
        let me = module(name);
        let below = |start: &str, path: &str| file_of(format!("{start}::{path}").trim_matches(':'));
        let children = modules.iter().filter(|child| parent(child) == me);
        let mut named: BTreeSet<String> = children.cloned().collect();
        for (root, start) in [("crate::", ""), ("super::", parent(&me)), ("self::", &me)] {
            named.extend(paths(code, root).iter().map(|path| below(start, path)));
        }
        named.retain(|other| {
            !other.is_empty() && *other != me && !me.starts_with(&format!("{other}::"))
        });
        graph.insert(me, named);
    }
    graph
}

#[test]
fn imports_run_in_no_circle() {
    let mut graph = imports();
    assert!(graph["instruments::wire::explain"].contains("instruments::wire::assembly"));
    assert!(graph["instruments::wire::messages::extensions"]
            .contains("instruments::wire::messages::certificate"));
    // Who names nobody that is left stands in no circle. What cannot be taken away so, holds one.
    loop {
        let left: BTreeSet<String> = graph.keys().cloned().collect();
        graph.retain(|_, named| !named.is_disjoint(&left));
        if graph.len() == left.len() {
            break;
        }
    }
    let mut walk: Vec<&String> = graph.keys().take(1).collect();
    while let Some(last) = walk.last() {
        let next = graph[*last].iter().find(|next| graph.contains_key(*next));
        let next = next.unwrap();
        let before = walk.iter().position(|name| *name == next);
        walk.push(next);
        if let Some(start) = before {
            panic!("a circle of imports: {:?}", &walk[start..]);
        }
    }
}

//! Who may name whom. The rules are written in `docs/architecture.md`; here they are kept.
//!
//! [`graph`] reads who names whom from the syntax of the sources. The rules below ask that graph, so that a grouped
//! import, an alias or a path in a macro is seen like any other. The last test puts forbidden lines into copies of real
//! files and looks whether each is caught: a guard that nobody tests may be asleep.

mod graph;

use std::collections::{BTreeMap, BTreeSet};

use graph::{Mention, Named, Scopes, Source, mentions, sources};

/// The rooms of the story, and what each may name beside itself and its own rooms. `cli` may name everything.
const STORY: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "credentials",
        &["certificates", "handshake", "error", "text", "language"],
    ),
    (
        "handshake",
        &[
            "certificates::summary",
            "narration",
            "error",
            "transport",
            "text",
            "language",
        ],
    ),
    (
        "server",
        &[
            "handshake",
            "http",
            "narration",
            "error",
            "transport",
            "text",
            "language",
        ],
    ),
    (
        "client",
        &[
            "handshake",
            "http",
            "narration",
            "error",
            "transport",
            "text",
            "language",
        ],
    ),
    ("http", &["clock", "language"]),
    (
        "certificates",
        &["files", "error", "text", "language", "clock", "docs"],
    ),
    ("narration", &["text", "language", "clock"]),
    ("error", &["narration", "text", "language", "clock"]),
    ("transport", &["error", "text", "language"]),
    ("files", &["error", "text", "language"]),
    ("clock", &["language"]),
    ("docs", &["language"]),
    ("language", &["text"]),
    ("text", &[]),
];

/// The rooms of the wing, from the ground upwards. A room may name the whole story, and rooms of lower floors.
const FLOORS: &[&[&str]] = &[
    &["fields", "page", "failures"],
    &["x509"],
    &["wire"],
    &["capture", "show", "inspect", "stepper"],
    &["doctor"],
    &["gallery"],
    &["lab", "demo"],
];

/// What breaks a rule today, and why it may for now: file, and what it names. An entry that is no longer needed fails.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Libraries at the edge, and the only files that may name them (a prefix).
const EDGES: &[(&str, &[&str])] = &[
    ("rustls_pemfile", &["certificates/pem.rs"]),
    ("clap", &["cli/"]),
    ("rustls_native_certs", &["credentials.rs"]),
];

/// Words that would weaken a check. There is no insecure switch, not even for tests.
const WEAKENING: [&str; 5] = [
    "insecure",
    "assertion",
    "allow_unauthenticated",
    "with_safe_default_protocol_versions",
    "install_default",
];

/// The room in which a module lies: `handshake`, or `instruments::wire`.
fn room(module: &[String]) -> String {
    match module {
        [] => "lib".to_owned(),
        [wing, room, ..] if wing == "instruments" => format!("instruments::{room}"),
        // A macro stands at the root of the crate, wherever it is written.
        [name] if name == "phrase" => "language".to_owned(),
        [room, ..] => room.clone(),
    }
}

/// The room of a file below `src/`.
fn room_of_file(file: &str) -> String {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    let module: Vec<String> = path.split('/').map(str::to_owned).collect();
    room(if path == "lib" { &[] } else { &module })
}

fn floor(room: &str) -> Option<usize> {
    let name = room.strip_prefix("instruments::")?;
    FLOORS.iter().position(|rooms| rooms.contains(&name))
}

/// Why this may not be named here. `None`: it may.
fn objection(mention: &Mention) -> Option<String> {
    let from = room_of_file(&mention.file);
    match &mention.what {
        Named::Ours(path) => {
            let to = room(path);
            let is_map = ["lib", "instruments"].contains(&from.as_str());
            if !is_map && to != from && !may_name(&from, path) {
                return Some(format!("{from} may not name {}", path.join("::")));
            }
            forbidden_word(&from, path.last()?)
        }
        Named::File(None) => Some("a file is included whose name is computed".to_owned()),
        Named::File(Some(path)) => {
            let inside = path.strip_prefix("src").ok()?;
            let to = room_of_file(&inside.with_extension("").display().to_string());
            (to != from).then(|| format!("{from} may not include {}", path.display()))
        }
        Named::Theirs(path) => foreign(&mention.file, &from, path),
        Named::Macro(name) => {
            let forbidden = [
                "println",
                "print",
                "eprintln",
                "eprint",
                "todo",
                "unimplemented",
                "dbg",
            ];
            let panics = forbidden.contains(&name.as_str());
            panics.then(|| format!("{name}! panics on a closed pipe, or is left over"))
        }
        // A glob brings names that stand alone afterwards: `use std::net::*; TcpStream`.
        Named::Word(word) => foreign(&mention.file, &from, std::slice::from_ref(word)),
    }
}

fn may_name(from: &str, path: &[String]) -> bool {
    let to = room(path);
    if from == "cli" {
        return true;
    }
    let Some(upper) = floor(from) else {
        let allowed = STORY.iter().find(|(room, _)| *room == from);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("no rule for the room {from}"));
        let path = if to == "language" {
            to
        } else {
            path.join("::")
        };
        let is_in = |prefix: &&str| path == **prefix || path.starts_with(&format!("{prefix}::"));
        return allowed.iter().any(is_in);
    };
    match floor(&to) {
        Some(lower) => lower < upper,
        // The whole story, but never the command line.
        None => STORY.iter().any(|(room, _)| *room == to) && to != "cli",
    }
}

/// Names of other crates that are kept out of a room.
fn foreign(file: &str, from: &str, path: &[String]) -> Option<String> {
    let named = path.join("::");
    let (library, last) = (path.first()?.as_str(), path.last()?.as_str());
    for (edge, files) in EDGES {
        if *edge == library && !files.iter().any(|allowed| file.starts_with(allowed)) {
            return Some(format!("{library} is named in {files:?} only"));
        }
    }
    let socket = ["TcpStream", "TcpListener", "UdpSocket"].contains(&last);
    let output = ["stdout", "stderr"].contains(&last);
    let kept_out = match from {
        "http" => library == "rustls" || socket,
        "instruments::wire" => output,
        "instruments::show" => library == "rustls" || socket,
        _ => false,
    };
    if kept_out {
        return Some(format!("{from} may not name {named}"));
    }
    forbidden_word(from, last)
}

fn forbidden_word(from: &str, word: &str) -> Option<String> {
    if WEAKENING.contains(&word) {
        return Some(format!("{word} weakens a check"));
    }
    let parses = from == "instruments::show" && ["Reader", "read_all"].contains(&word);
    parses.then(|| format!("show never parses, and {word} does"))
}

/// The rules that these mentions break, as `src/file:line: why`.
fn broken_rules(mentions: impl IntoIterator<Item = Mention>) -> Vec<String> {
    let broken = mentions.into_iter().filter_map(|mention| {
        let why = objection(&mention)?;
        Some(format!("src/{}:{}: {why}", mention.file, mention.line))
    });
    broken.collect()
}

fn is_exception(broken: &str) -> bool {
    let fits = |(file, what): &&(&str, &str)| {
        broken.starts_with(&format!("src/{file}")) && broken.contains(what)
    };
    EXCEPTIONS.iter().any(|exception| fits(&exception))
}

/// The rows `| `room` | job | may name |` of the page, in either language.
#[test]
fn the_page_about_the_architecture_has_the_same_rules() {
    for page in ["docs/architecture.md", "docs/zh/architecture.md"] {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = std::fs::read_to_string(&page).unwrap();
        for (room, allowed) in STORY.iter().filter(|(room, _)| *room != "main") {
            let is_row = |line: &&str| {
                line.starts_with(&format!("| `{room}/`"))
                    || line.starts_with(&format!("| `{room}.rs`"))
            };
            let row = text.lines().find(is_row);
            let row = row.unwrap_or_else(|| panic!("{page:?} has no row for {room}"));
            let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
            let named: BTreeSet<&str> = cell.split('`').skip(1).step_by(2).collect();
            let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
            assert_eq!(named, allowed, "{page:?}: {row}");
        }
        for (floor, rooms) in FLOORS.iter().enumerate() {
            for room in *rooms {
                let rows = ["/", ".rs"].map(|end| format!("| `{room}{end}` | {} |", floor + 1));
                let is_told = rows.iter().any(|row| text.contains(row));
                assert!(is_told, "{page:?} has no row {rows:?}");
            }
        }
    }
}

/// To the nearest thousand.
#[test]
fn the_length_of_the_story_is_the_one_that_is_told() {
    let sources = sources();
    let story = |source: &&Source| !source.file.starts_with("instruments/");
    let lines = sources.iter().filter(story).map(|one| one.lines_of_code);
    let told = format!("{},000", (lines.sum::<usize>() + 500) / 1000);
    for (page, words) in [
        ("src/lib.rs", "about {} lines of code"),
        ("docs/architecture.md", "some {} lines of code"),
        ("docs/zh/architecture.md", "大约 {} 行代码"),
    ] {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = std::fs::read_to_string(&page).unwrap();
        let words = words.replace("{}", &told);
        assert!(text.contains(&words), "{page:?} does not say: {words}");
    }
}

#[test]
fn each_room_names_only_what_it_may() {
    let mut broken = broken_rules(mentions(&sources()));
    let unused = EXCEPTIONS.iter().filter(|(file, what)| {
        let fits = |rule: &String| rule.starts_with(&format!("src/{file}")) && rule.contains(what);
        !broken.iter().any(fits)
    });
    let unused: Vec<_> = unused.collect();
    assert!(
        unused.is_empty(),
        "exceptions that are no longer needed: {unused:?}"
    );
    broken.retain(|rule| !is_exception(rule));
    assert!(
        broken.is_empty(),
        "{} broken rules:\n{}",
        broken.len(),
        broken.join("\n")
    );
}

/// Takes away, again and again, what names nothing that is left. What cannot be taken away so, stands in a circle.
fn circle(mut graph: BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    loop {
        let left: BTreeSet<String> = graph.keys().cloned().collect();
        graph.retain(|_, named| !named.is_disjoint(&left));
        if graph.len() == left.len() {
            break;
        }
    }
    let mut walk = vec![graph.keys().next()?.clone()];
    loop {
        let next = graph[walk.last()?]
            .iter()
            .find(|next| graph.contains_key(*next))?;
        let start = walk.iter().position(|name| name == next);
        walk.push(next.clone());
        if let Some(start) = start {
            return Some(walk.split_off(start));
        }
    }
}

#[test]
fn rooms_stand_in_no_circle() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mention in mentions(&sources()) {
        let Named::Ours(path) = &mention.what else {
            continue;
        };
        let (from, to) = (room_of_file(&mention.file), room(path));
        if from != to && !["lib", "instruments", "main"].contains(&from.as_str()) {
            graph.entry(from).or_default().insert(to);
        }
    }
    assert!(graph["handshake"].contains("narration"), "{graph:?}");
    assert_eq!(circle(graph), None);
}

/// A module is a file here. It names the children that it declares, and whatever else it names. One thing does not
/// count: what a child takes from the modules that it stands in, which hold the words that a room shares.
#[test]
fn files_stand_in_no_circle() {
    let sources = sources();
    let modules: BTreeMap<Vec<String>, String> = sources
        .iter()
        .map(|source| (source.module(), source.file.clone()))
        .collect();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mention in mentions(&sources) {
        let Named::Ours(path) = &mention.what else {
            continue;
        };
        let longest = (0..=path.len())
            .rev()
            .find_map(|length| modules.get_key_value(&path[..length]));
        let Some((module, file)) = longest else {
            continue;
        };
        let me = sources
            .iter()
            .find(|source| source.file == mention.file)
            .map(Source::module);
        if !me.is_some_and(|me| me.starts_with(module)) {
            graph.entry(mention.file).or_default().insert(file.clone());
        }
    }
    assert_eq!(circle(graph), None);
}

#[test]
fn the_wing_is_as_large_as_it_may_be() {
    let sources = sources();
    let lines = |prefixes: &[&str]| -> usize {
        let fits = |source: &&Source| {
            prefixes
                .iter()
                .any(|prefix| source.file.starts_with(prefix))
        };
        sources
            .iter()
            .filter(fits)
            .map(|source| source.lines_of_code)
            .sum()
    };
    let (watching, all) = (
        lines(&["instruments/wire/", "instruments/show/"]),
        lines(&[""]),
    );
    assert!(
        2 * watching < all,
        "wire/ and show/ have {watching} of {all} lines"
    );
    let handshake = lines(&["handshake/"]);
    assert!(
        handshake < 1200,
        "handshake/ is read in an hour, and has {handshake} lines"
    );
}

/// `lib.rs` and `instruments/mod.rs` may name every room, so they may do nothing else: no code, no `pub use`.
#[test]
fn the_maps_declare_rooms_and_nothing_else() {
    let sources = sources();
    let maps = sources
        .iter()
        .filter(|source| ["lib.rs", "instruments/mod.rs"].contains(&source.file.as_str()));
    for map in maps {
        for item in &map.syntax.items {
            let declares = matches!(item, syn::Item::Mod(module) if module.content.is_none());
            assert!(declares, "src/{}: {item:#?}", map.file);
        }
    }
}

#[test]
fn a_module_with_rooms_is_a_folder_with_a_mod_rs() {
    for source in sources() {
        let folder = source.file.trim_end_matches(".rs");
        let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(folder);
        assert!(
            !beside.is_dir(),
            "src/{}: {folder}/mod.rs is the style here",
            source.file
        );
    }
}

/// Copies of real files, to which lines are added.
struct Copies {
    sources: Vec<Source>,
    scopes: Scopes,
}

impl Copies {
    fn new() -> Copies {
        let sources = sources();
        let scopes = Scopes::of(&sources);
        Copies { sources, scopes }
    }

    /// The rules that `line` breaks when it is added to a copy of `file`.
    fn broken_by(&self, file: &str, line: &str) -> Vec<String> {
        let original = self.sources.iter().find(|source| source.file == file);
        let original = original.unwrap_or_else(|| panic!("there is no src/{file}"));
        // Tests stand at the end of a file, and do not count: what is added stands in front of them.
        let text = &original.text;
        let (code, tests) = text.split_at(text.find("#[cfg(test)]").unwrap_or(text.len()));
        let copy = Source::parse(file, &format!("{code}\n{line}\n{tests}"));
        let mut scopes = self.scopes.clone();
        let before = broken_rules(scopes.mentions(original));
        scopes.add(&copy);
        let after = broken_rules(scopes.mentions(&copy)).into_iter();
        after.filter(|rule| !before.contains(rule)).collect()
    }
}

#[test]
fn every_forbidden_line_is_caught() {
    const VERIFIERS: &str = "handshake/verifiers.rs";
    let copies = Copies::new();
    for (file, line) in [
        // Every way of naming an instrument from the story.
        (VERIFIERS, "use crate::instruments::wire;"),
        (VERIFIERS, "use crate::{http, instruments::wire};"),
        (
            VERIFIERS,
            "use crate::{error::{self, Error}, instruments::{self, wire::{explain, tap::Tap}}};",
        ),
        (
            VERIFIERS,
            "use crate::instruments as other; fn f() { other::wire::explain(); }",
        ),
        (VERIFIERS, "use crate as c; use c::instruments::doctor;"),
        (
            VERIFIERS,
            "use crate as c; fn f() { c::instruments::doctor::examine(); }",
        ),
        (VERIFIERS, "use super::super::instruments::wire::tap;"),
        (VERIFIERS, "use crate::instruments::*;"),
        (VERIFIERS, "pub use crate::instruments::wire::explain;"),
        (VERIFIERS, "fn f() { crate::instruments::wire::explain(); }"),
        (
            VERIFIERS,
            "fn f(x: crate::instruments::wire::tap::Tap<u8>) {}",
        ),
        (
            VERIFIERS,
            "fn f() -> Vec<crate::instruments::fields::Field> { vec![] }",
        ),
        (
            VERIFIERS,
            "impl crate::instruments::doctor::Trait for () {}",
        ),
        (
            VERIFIERS,
            "mod inner { use super::super::super::instruments::wire; }",
        ),
        (
            VERIFIERS,
            "mod inner { use crate::{self as us}; fn f() { us::instruments::wire::explain(); } }",
        ),
        (
            VERIFIERS,
            "fn f() { format!(\"{}\", crate::instruments::wire::explain()); }",
        ),
        (
            VERIFIERS,
            "macro_rules! m { () => { $crate::instruments::wire::explain() }; }",
        ),
        (
            VERIFIERS,
            "macro_rules! m { () => { use crate::{error, instruments}; }; }",
        ),
        (
            VERIFIERS,
            "#[doc = include_str!(\"../instruments/show/html/page.css\")] fn f() {}",
        ),
        (
            VERIFIERS,
            "const X: &str = include_str!(\"../instruments/show/html/page.css\");",
        ),
        (
            VERIFIERS,
            "const X: &[u8] = include_bytes!(\"../instruments/show/html/page.js\");",
        ),
        (
            VERIFIERS,
            "const X: &str = include_str!(concat!(\"../instru\", \"ments/x\"));",
        ),
        (
            VERIFIERS,
            "#[path = \"../instruments/fields.rs\"] mod stolen;",
        ),
        ("http/mod.rs", "use crate::server;"),
        // The rows of the table.
        (VERIFIERS, "use crate::http::Response;"),
        (VERIFIERS, "use crate::certificates::{pem, summary};"),
        (VERIFIERS, "use crate::credentials::identity;"),
        (VERIFIERS, "use crate::cli;"),
        ("server/mod.rs", "use crate::certificates::signing;"),
        ("client/mod.rs", "use crate::server::listening;"),
        ("certificates/mod.rs", "use crate::handshake::Trust;"),
        ("credentials.rs", "use crate::instruments::doctor::examine;"),
        ("narration/mod.rs", "use crate::error::Error;"),
        ("error/mod.rs", "use crate::handshake::Trust;"),
        ("text/mod.rs", "use crate::clock;"),
        ("instruments/fields.rs", "use crate::instruments::x509;"),
        ("instruments/x509/mod.rs", "use crate::instruments::wire;"),
        ("instruments/wire/mod.rs", "use crate::instruments::show;"),
        ("instruments/show/mod.rs", "use crate::instruments::doctor;"),
        (
            "instruments/doctor/mod.rs",
            "use crate::instruments::gallery;",
        ),
        ("instruments/doctor/mod.rs", "use crate::cli;"),
        (
            "instruments/gallery/mod.rs",
            "use crate::instruments::demo;",
        ),
        // The nevers.
        (VERIFIERS, "fn f() { println!(\"\"); }"),
        (VERIFIERS, "fn f() { std::eprintln!(\"\"); }"),
        (VERIFIERS, "macro_rules! m { () => { println!(\"\") }; }"),
        (VERIFIERS, "fn f() { todo!() }"),
        (
            VERIFIERS,
            "fn f() { rustls_pemfile::certs(&mut &b\"\"[..]); }",
        ),
        (VERIFIERS, "use clap::Parser;"),
        (
            VERIFIERS,
            "fn f() { rustls::client::danger::ServerCertVerified::assertion(); }",
        ),
        (VERIFIERS, "fn f(x: Builder) { x.allow_unauthenticated(); }"),
        ("http/mod.rs", "use rustls::Error;"),
        ("http/mod.rs", "use std::{io, net::{self, TcpStream}};"),
        ("http/mod.rs", "use std::net::*; fn f(x: TcpStream) {}"),
        ("http/mod.rs", "use std::net as n; fn f(x: n::TcpStream) {}"),
        ("http/mod.rs", "extern crate rustls as r;"),
        (VERIFIERS, "use crate::*;"),
        (VERIFIERS, "use hello_mtls::instruments::wire;"),
        (
            VERIFIERS,
            "fn f() { use crate::{instruments as i}; { i::wire::explain(); } }",
        ),
        ("certificates/mod.rs", "use crate::credentials::identity;"),
        ("instruments/wire/mod.rs", "fn f() { std::io::stdout(); }"),
        (
            "instruments/wire/mod.rs",
            "use std::io; fn f() { io::stderr(); }",
        ),
        (
            "instruments/show/mod.rs",
            "use crate::instruments::fields::Reader;",
        ),
        ("instruments/show/mod.rs", "use rustls::ServerConnection;"),
    ] {
        assert!(
            !copies.broken_by(file, line).is_empty(),
            "not caught in src/{file}: {line}"
        );
    }
}

/// `error` may name `narration`, and `transport` may name `error`. That is no way round for `transport`.
#[test]
fn a_room_that_is_handed_on_is_caught() {
    let sources = sources();
    let mut scopes = Scopes::of(&sources);
    scopes.add(&Source::parse(
        "error/mod.rs",
        "pub use crate::narration::Fact; pub use crate::narration as story;",
    ));
    for line in [
        "use crate::error::Fact;",
        "use crate::error::{self, story::Side};",
        "fn f(x: crate::error::Fact) {}",
    ] {
        let copy = Source::parse("transport.rs", line);
        let broken = broken_rules(scopes.mentions(&copy));
        assert!(
            broken.iter().any(|rule| rule.contains("narration")),
            "not caught in src/transport.rs: {line}: {broken:?}"
        );
    }
}

#[test]
fn what_is_allowed_is_not_caught() {
    let copies = Copies::new();
    for (file, line) in [
        (
            "handshake/verifiers.rs",
            "use crate::{certificates::summary, narration::{Fact, Side}};",
        ),
        (
            "handshake/verifiers.rs",
            "use std::io::{self, Read}; fn f() { io::stdout(); }",
        ),
        (
            "handshake/verifiers.rs",
            "fn instruments() {} fn f() { instruments(); }",
        ),
        (
            "handshake/verifiers.rs",
            "/// See `crate::instruments::wire`.\nfn f() {}",
        ),
        (
            "handshake/verifiers.rs",
            "#[cfg(test)] mod tests { use crate::instruments::wire; }",
        ),
        ("http/mod.rs", "use crate::clock;"),
        ("cli/mod.rs", "use crate::instruments::{doctor, gallery};"),
        (
            "instruments/gallery/mod.rs",
            "use crate::{handshake, instruments::{doctor, wire}};",
        ),
    ] {
        assert_eq!(
            copies.broken_by(file, line),
            [""; 0],
            "caught in src/{file}: {line}"
        );
    }
}

//! The pages of this folder: the configurations stand there as they are started, the tables as they were measured.

use std::fs;
use std::path::PathBuf;

use super::clients::CLIENTS;
use super::files_of;
use super::servers::SERVERS;
use super::table::{Table, writing};
use crate::common::pages::{blocks, root};

const LANGUAGES: [&str; 2] = ["docs", "docs/zh"];

/// A row per way to refuse: TLS versions and kinds of keys that agree share one.
fn rows(program: &str, role: &str) -> Vec<String> {
    let table = Table::expected(program, role);
    let mut seen: Vec<(String, Vec<String>)> = Vec::new();
    for tls in super::VERSIONS {
        for (kind, _) in super::KEYS {
            let outcome = |word| {
                let tried = format!("required TLS {tls} {kind} {word}");
                table.outcome(&tried).unwrap_or("–").to_owned()
            };
            // A client's own words may look like HTML.
            let quote = if role == "client" { "`" } else { "" };
            let [none, stranger] = ["none", "stranger"].map(outcome);
            let cells = format!("{quote}{none}{quote} | {quote}{stranger}{quote}");
            let under = format!("{tls} {}", kind.to_uppercase());
            match seen.iter_mut().find(|(same, _)| *same == cells) {
                Some((_, list)) => list.push(under),
                None => seen.push((cells, vec![under])),
            }
        }
    }
    let row = |(cells, list): &(String, Vec<String>)| {
        let under = match list.as_slice() {
            [_, _, _, _] => "1.3, 1.2".to_owned(),
            [one, other] if one[..3] == other[..3] => one[..3].to_owned(),
            list => list.join(", "),
        };
        format!("| {} | {under} | {cells} |", table.version)
    };
    seen.iter().map(row).collect()
}

fn optional_row(program: &str) -> String {
    let table = Table::expected(program, "server");
    let outcome = |word| {
        let outcome = table.outcome(&format!("optional TLS 1.3 ecdsa {word}"));
        outcome
            .unwrap_or("–")
            .replace("Hello World, ", "")
            .replace("Hello World,", "")
    };
    let cells = ["good", "none", "stranger"]
        .map(outcome)
        .map(|cell| cell.trim().to_owned());
    format!("| {} | {} |", table.version, cells.join(" | "))
}

/// The page with these rows in the table behind this comment.
fn with_rows(page: &str, name: &str, rows: &[String]) -> String {
    let marker = format!("<!-- {name}: make interop writes these rows -->\n");
    let (before, rest) = page
        .split_once(&marker)
        .expect("the comment before the table");
    let (table, after) = rest.split_once("\n\n").expect("a line after the table");
    let head: Vec<&str> = table.lines().take(2).collect();
    format!(
        "{before}{marker}{}\n{}\n\n{after}",
        head.join("\n"),
        rows.join("\n")
    )
}

#[test]
fn the_tables_of_the_page_are_those_that_were_measured() {
    let servers: Vec<String> = SERVERS
        .iter()
        .flat_map(|it| rows(it.name, "server"))
        .collect();
    let clients: Vec<String> = CLIENTS
        .iter()
        .flat_map(|it| rows(it.name, "client"))
        .collect();
    let optional: Vec<String> = SERVERS.iter().map(|it| optional_row(it.name)).collect();
    for folder in LANGUAGES {
        let path = root().join(folder).join("interop.md");
        let page = fs::read_to_string(&path).unwrap();
        let mut measured = with_rows(&page, "servers", &servers);
        measured = with_rows(&measured, "optional", &optional);
        measured = with_rows(&measured, "clients", &clients);
        if writing() {
            fs::write(&path, measured).unwrap();
        } else {
            assert_eq!(page, measured, "{path:?}: `make interop` writes it");
        }
    }
}

/// The files that a reader needs: all but what was measured.
fn configurations() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = SERVERS.iter().map(|it| files_of(it.name)).collect();
    folders.extend(["curl", "wget"].map(files_of));
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|it| it.to_str());
            match extension {
                None if path.is_dir() => folders.push(path),
                Some("tsv" | "lock") => {}
                _ => files.push(path),
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_configurations_stand_on_the_page_as_they_are_started() {
    let files = configurations();
    assert!(files.len() >= 19, "{files:?}");
    for folder in LANGUAGES {
        let page = fs::read_to_string(root().join(folder).join("servers.md")).unwrap();
        let blocks: Vec<String> = blocks(&page)
            .into_iter()
            .map(|(word, lines)| match word {
                // Quotations of Rust begin with the name of their file.
                "rust,ignore" => lines[1..].join("\n"),
                _ => lines.join("\n"),
            })
            .collect();
        for path in &files {
            let file = fs::read_to_string(path).unwrap();
            let stands = blocks.iter().any(|block| block == file.trim_end());
            assert!(stands, "{folder}/servers.md has not: {path:?}\n{file}");
        }
    }
}

#[test]
fn the_overview_of_the_page_tells_the_refusals_that_were_measured() {
    for folder in LANGUAGES {
        let page = fs::read_to_string(root().join(folder).join("servers.md")).unwrap();
        for server in SERVERS {
            let table = Table::expected(server.name, "server");
            let [none, stranger] = ["none", "stranger"].map(|word| {
                let tried = format!("required TLS 1.3 ecdsa {word}");
                table.outcome(&tried).unwrap_or("–").to_owned()
            });
            let cells = format!("(#{}) | {none} | {stranger} |", server.name);
            assert!(page.contains(&cells), "{folder}/servers.md: {cells}");
        }
    }
}

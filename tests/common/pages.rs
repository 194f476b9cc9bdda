//! The pages of the docs, and the fenced blocks in them.
use std::fs;
use std::path::{Path, PathBuf};

/// Where the project lies.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Markdown page in a folder and below, in order. SUMMARY.md is no page: the site's table of contents.
pub(crate) fn pages_in(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None if path.is_dir() => folders.push(path),
                Some(extension) if extension == "md" && !path.ends_with("SUMMARY.md") => {
                    pages.push(path);
                }
                _ => {}
            }
        }
    }
    pages.sort();
    pages
}

/// Every Markdown page of the project.
pub(crate) fn pages() -> Vec<PathBuf> {
    let mut pages = pages_in(&root().join("docs"));
    for page in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        pages.push(root().join(page));
    }
    pages
}

/// The fenced blocks of a page: the word behind the fence, and the lines.
pub(crate) fn blocks(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(word)) => open = Some((word.trim(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, lines)), None) => lines.push(line),
            (None, None) => {}
        }
    }
    blocks
}

/// The page without its fenced blocks.
pub(crate) fn prose(page: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in page.lines() {
        let fence = line.starts_with("```");
        inside ^= fence;
        if !inside && !fence {
            lines.push(line);
        }
    }
    lines
}

/// The commands behind `$ ` in a text, each as it would be pasted: with its continuation lines.
pub(crate) fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(first) = line.trim_start().strip_prefix("$ ") else {
            continue;
        };
        let mut command = first.to_owned();
        while command.ends_with('\\') {
            command.push('\n');
            command.push_str(lines.next().expect("a line that goes on"));
        }
        commands.push(command);
    }
    commands
}

/// `[step 2]: step2_….md`, a link that is written out at the end of a page.
pub(crate) fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ")
}

/// Every link of a page: those in the text, and those written out at its end.
pub(crate) fn links(page: &str) -> Vec<&str> {
    let mut links: Vec<&str> = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    links.extend(
        prose(page)
            .into_iter()
            .filter_map(definition)
            .map(|(_, target)| target),
    );
    links
}

/// A line with its times, sizes, dates and ports masked: what another run has otherwise.
pub(crate) fn masked(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut masked = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let measured = ["ms", "bytes", "left"]
            .iter()
            .any(|unit| next.starts_with(unit));
        let dated = word.len() == 10 && word.as_bytes()[4] == b'-' && word.as_bytes()[7] == b'-';
        let port = word
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse::<u16>().ok());
        masked.push(match (measured, dated, port) {
            (true, ..) => {
                word.trim_matches(|c: char| c.is_ascii_digit() || c == '.')
                    .to_owned()
                    + "N"
            }
            (_, true, _) => "DATE".to_owned(),
            // A client's port, by lot. Those below are chosen, and have to be right.
            (.., Some(30_000..)) => format!("{}:PORT", word.rsplit_once(':').unwrap().0),
            _ => (*word).to_owned(),
        });
    }
    masked.join(" ")
}

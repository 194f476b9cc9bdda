//! The table of contents of the site: every page of the docs is in it, in either language.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::pages::{links, pages_in, root};

/// The pages that a SUMMARY.md names, in its order.
fn contents(folder: &Path) -> Vec<String> {
    let summary = fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    links(&summary).into_iter().map(str::to_owned).collect()
}

/// The pages of a folder, without those of the other language.
fn written(folder: &Path) -> BTreeSet<String> {
    let other = folder.join("zh");
    pages_in(folder)
        .into_iter()
        .filter(|page| !page.starts_with(&other))
        .map(|page| page.strip_prefix(folder).unwrap().display().to_string())
        .collect()
}

#[test]
fn every_page_is_in_the_table_of_contents_once_and_at_the_same_place_in_both_languages() {
    let english = contents(&root().join("docs"));
    for folder in ["docs", "docs/zh"] {
        let folder = root().join(folder);
        let listed = contents(&folder);
        let once: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(
            once.len(),
            listed.len(),
            "{folder:?}: a page is listed twice"
        );
        assert_eq!(
            once,
            written(&folder),
            "{folder:?}: SUMMARY.md, and the pages that exist"
        );
        assert_eq!(listed, english, "{folder:?}: the order");
    }
}

#[test]
fn the_course_has_the_order_of_the_map() {
    let map = fs::read_to_string(root().join("docs/README.md")).unwrap();
    let course = map.split("<a id=\"class\">").next().unwrap();
    let mut order: Vec<&str> = Vec::new();
    for page in links(course) {
        if !page.contains('#') && !page.starts_with("zh/") && !order.contains(&page) {
            order.push(page);
        }
    }
    let contents = contents(&root().join("docs"));
    assert!(order.len() > 12, "{order:?}");
    // The first entry is the map itself.
    assert_eq!(contents[1..=order.len()], order[..]);
}

#[test]
fn the_two_books_are_set_up_alike() {
    let settings = |name: &str| -> Vec<String> {
        let book = fs::read_to_string(root().join(name)).unwrap();
        let own = ["#", "description", "language", "build-dir", "theme ="];
        book.lines()
            .filter(|line| !own.iter().any(|word| line.starts_with(word)))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(settings("docs/zh/book.toml"), settings("docs/book.toml"));
}

//! Certificates and keys as trees of fields and as pages.
use std::borrow::Cow;

use hello_mtls::instruments::fields::Field;
use hello_mtls::instruments::inspect;
use hello_mtls::instruments::x509::Kind;
use hello_mtls::language::Language;

pub(crate) fn value<'a>(tree: &'a Field, label: &str) -> Cow<'a, str> {
    let field = tree.find(label);
    field
        .unwrap_or_else(|| panic!("no {label}: {tree:#?}"))
        .value
        .english()
}

pub(crate) fn page(title: &str, kind: Kind, der: &[u8]) -> String {
    let mut page = Vec::new();
    inspect::write(&mut page, title, kind, der, Language::English).unwrap();
    String::from_utf8(page).unwrap()
}

pub(crate) fn squeezed(page: &str) -> String {
    page.chars()
        .filter(|c| !c.is_whitespace() && *c != ':')
        .collect()
}

/// Well-formed, and every byte in exactly one leaf.
pub(crate) fn assert_whole(tree: &Field, der: &[u8]) {
    assert_eq!(leaf_bytes(tree), der.len());
    let malformed: Vec<_> = tree
        .leaves()
        .into_iter()
        .filter(|leaf| leaf.malformed)
        .collect();
    assert!(malformed.is_empty(), "{malformed:#?}");
}

/// The leaves follow each other without gap or overlap; how many bytes they hold.
pub(crate) fn leaf_bytes(tree: &Field) -> usize {
    let mut at = 0;
    for leaf in tree.leaves() {
        assert_eq!(leaf.range.start, at, "{}", leaf.label);
        at = leaf.range.end;
    }
    at
}

//! Where the pages of the tutorial can be read. The program names them, and an installed program stands alone.

use std::path::Path;

use crate::language::Phrase;
use crate::phrase;

/// The site with these pages: `homepage` in Cargo.toml, which ends in `/`. Empty as long as there is none.
const SITE: &str = env!("CARGO_PKG_HOMEPAGE");

/// Where a page can be read, for example `wire.md#capture`: below the current directory, or else on the site, or else in
/// the sources, wherever they are.
pub fn page(name: &str) -> Phrase {
    place(name, at_hand(name), SITE)
}

/// Whether this folder has the page, as that of the project does.
pub fn at_hand(name: &str) -> bool {
    let file = name.split('#').next().unwrap_or(name);
    Path::new("docs").join(file).is_file()
}

/// What the paths `src/…` and `docs/…` mean in a view that names many of them.
pub fn paths() -> Phrase {
    meaning_of_paths(SITE)
}

fn meaning_of_paths(site: &str) -> Phrase {
    if site.is_empty() {
        return phrase!("The paths src/… and docs/… are in the sources of hello-mtls.");
    }
    phrase!(
        "The pages docs/… are also at {site}, and the paths src/… are in the sources of hello-mtls.",
        site
    )
}

fn place(name: &str, at_hand: bool, site: &str) -> Phrase {
    if at_hand {
        return phrase!("docs/{name}", name);
    }
    if site.is_empty() {
        return phrase!("docs/{name} (in the sources of hello-mtls)", name);
    }
    let name = name.replacen(".md", ".html", 1);
    phrase!("{site}{name}", site, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language::{Chinese, English};

    #[test]
    fn a_page_is_named_by_a_path_only_where_the_path_exists() {
        // Tests run in the folder of the project.
        let here = page("wire.md#capture");
        assert_eq!(here.in_language(English), "docs/wire.md#capture");
        assert_eq!(here.in_language(Chinese), "docs/zh/wire.md#capture");
        assert!(!at_hand("no-such-page.md"));

        let elsewhere = place("lab.md", false, "");
        assert!(elsewhere.english().contains("in the sources"));
        let site = place("wire.md#capture", false, "https://example.org/hello/");
        let address = "https://example.org/hello/wire.html#capture";
        assert_eq!(site.in_language(English), address);
        let address = "https://example.org/hello/zh/wire.html#capture";
        assert_eq!(site.in_language(Chinese), address);
        assert!(meaning_of_paths("https://example.org/").contains("https://example.org/"));
    }
}

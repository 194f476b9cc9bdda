//! The program alone, in a folder without the sources, as `cargo install` leaves it: what it prints leads somewhere there.

use crate::common::Folder;

/// What a command printed, as one line.
fn printed(folder: &Folder, line: &str) -> String {
    let ran = folder.run(line);
    let all = format!("{} {}", ran.stdout, ran.stderr);
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The places in a text where a path of the sources stands alone, as if it were one of this folder.
fn paths_that_lead_nowhere(text: &str) -> Vec<&str> {
    // A view that names many paths says once what they are.
    if text.contains("docs/… are in the sources") || text.contains("docs/… are also at") {
        return Vec::new();
    }
    let words: Vec<&str> = text.split(' ').collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let explained =
            words.get(at + 1).is_some_and(|next| *next == "(in") || word.contains("://");
        if word.starts_with("docs/") && !explained {
            found.push(*word);
        }
    }
    found
}

#[test]
fn no_command_prints_a_path_of_the_docs_as_if_it_were_here() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls lab start first-hello").ends(0);
    folder.run("hello-mtls lab start by-hand").ends(0);
    folder.write("notes", "no capture");
    let recording = crate::common::pages::root().join("docs/transcripts/refused13.transcript");
    let wire = format!("hello-mtls wire {}", recording.display());
    let mut named = 0;
    for line in [
        "hello-mtls demo",
        "hello-mtls gallery",
        "hello-mtls gallery expired",
        "hello-mtls gallery \"alert unknown ca\"",
        "hello-mtls step --tls < /dev/null",
        "hello-mtls step --refuse client-expired < /dev/null",
        "hello-mtls lab",
        "hello-mtls lab check first-hello",
        "hello-mtls lab hint by-hand",
        "hello-mtls wire notes",
        "hello-mtls certs renew --cert certs/ca.crt",
        &wire,
    ] {
        let text = printed(&folder, line);
        assert!(!text.is_empty(), "{line}");
        assert_eq!(paths_that_lead_nowhere(&text), [""; 0], "{line}");
        named += usize::from(text.contains("in the sources of hello-mtls"));
    }
    let has_site = !env!("CARGO_PKG_HOMEPAGE").is_empty();
    assert!(named >= 6 || has_site, "some of them name a page: {named}");
}

#[test]
fn a_path_that_leads_nowhere_is_noticed() {
    assert_eq!(
        paths_that_lead_nowhere("see docs/wire.md now"),
        ["docs/wire.md"]
    );
    let said = "see docs/wire.md (in the sources of hello-mtls)";
    assert_eq!(paths_that_lead_nowhere(said), [""; 0]);
}

//! Two recorded connections, side by side: in the terminal, on a page, and from the command line.
use std::fs;

use crate::common::Folder;
use crate::common::pages::root;
use crate::common::wire::recordings;
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{html, side_by_side};
use hello_mtls::instruments::wire::conversation::Conversation;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;

fn recorded(name: &str) -> Conversation {
    let path = root().join(format!("docs/transcripts/{name}.transcript"));
    explain(&Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap())
}

fn text(first: &Conversation, second: &Conversation, paint: Paint) -> String {
    let mut out = Vec::new();
    side_by_side::write(&mut out, ["first", "second"], [first, second], paint).unwrap();
    String::from_utf8(out).unwrap()
}

fn page(first: &Conversation, second: &Conversation) -> String {
    html::compare::page(["a<b>", "second"], [first, second], Language::English)
}

/// The messages of a page that only one connection has: the name, and whether it is the first that has it.
fn only(page: &str) -> Vec<(String, bool)> {
    let rows = page.split("<tr class=\"").skip(1);
    let rows = rows.filter(|row| row.split('"').next().unwrap().ends_with(" only"));
    rows.map(|row| {
        let head = row.split("</th>").next().unwrap();
        let name = head.rsplit("</span> ").next().unwrap().replace("<wbr>", "");
        let cells: Vec<&str> = row.split("<td").skip(1).collect();
        (name, cells[1].contains("missing"))
    })
    .collect()
}

#[test]
fn mutual_tls_differs_from_tls_in_three_messages() {
    let page = page(&recorded("tls13"), &recorded("mtls13"));
    let names = ["CertificateRequest", "Certificate", "CertificateVerify"];
    let expected = names.map(|name| (name.to_owned(), false));
    assert_eq!(only(&page), expected);
    assert!(page.contains("the server alone: TLS, not mutual TLS"));
    assert!(page.contains("both: mutual TLS, each showed a certificate"));
}

#[test]
fn a_connection_does_not_differ_from_itself() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let page = page(&conversation, &conversation);
        assert!(only(&page).is_empty(), "{name}");
        assert!(!page.contains("class=\"differs\""), "{name}");
        assert!(!page.contains("class=\"fields\""), "{name}");
        let text = text(&conversation, &conversation, Paint::PLAIN);
        assert_eq!(text.matches('≠').count(), 1, "{name}: the legend: {text}");
    }
}

#[test]
fn of_lists_only_what_one_side_alone_offers_is_told() {
    let text = text(&recorded("mtls12"), &recorded("mtls13"), Paint::PLAIN);
    assert!(
        text.contains("supported_groups › named_group_list: only B: X25519MLKEM768"),
        "{text}"
    );
    assert!(text.contains("supported_versions › versions: only B: TLS 1.3"));
    let listener = text.split("certificates").nth(1).unwrap();
    assert!(
        listener.contains("those of both"),
        "TLS 1.2 hides no certificate"
    );
}

#[test]
fn any_two_recordings_fit_80_columns_in_both_languages() {
    let all = recordings();
    let chinese = Paint::on(false, Language::Chinese);
    for (first, second) in all.iter().zip(all.iter().skip(1)) {
        let both = [first, second].map(|(_, transcript)| explain(transcript));
        for paint in [Paint::PLAIN, chinese] {
            for line in text(&both[0], &both[1], paint).lines() {
                assert!(
                    hello_mtls::text::columns(line) <= 80,
                    "{} {}: {line}",
                    first.0,
                    second.0
                );
            }
        }
    }
}

#[test]
fn the_page_of_two_loads_nothing_and_escapes_the_names_of_the_files() {
    let page = page(&recorded("tls13"), &recorded("mtls12"));
    assert!(page.contains("a&lt;b&gt;") && !page.contains("a<b>"));
    for outside in [
        "<script",
        " src=",
        "@import",
        "url(",
        "<link",
        " style=",
        " onclick=",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    let policy = html::content_security_policy();
    let in_page = policy.split("; frame-ancestors").next().unwrap();
    assert!(page.contains(&format!("content=\"{in_page}\"")));
}

/// A folder with two recordings of one connection each, and a capture of two.
fn folder() -> Folder {
    let folder = Folder::new();
    for (name, from) in [
        ("tls.transcript", "docs/transcripts/tls13.transcript"),
        ("mtls.transcript", "docs/transcripts/mtls13.transcript"),
        ("one.pcapng", "tests/captures/hello-retry.pcapng"),
        ("two.pcapng", "tests/captures/go.pcapng"),
    ] {
        folder.write(name, fs::read(root().join(from)).unwrap());
    }
    folder
}

#[test]
fn two_files_on_the_command_line_are_compared() {
    let folder = folder();
    folder
        .run("hello-mtls wire tls.transcript mtls.transcript")
        .ends(0)
        .says("CertificateRequest")
        .says("A  tls.transcript");
    folder
        .run("hello-mtls wire tls.transcript one.pcapng --lang zh --html both.html")
        .ends(0)
        .prints("");
    let page = folder.read("both.html");
    assert!(page.contains("<html lang=\"zh\">") && page.contains("one.pcapng"));
    assert_eq!(
        folder.mode("both.html"),
        0o600,
        "it may quote what was said"
    );
}

#[test]
fn a_capture_of_several_connections_is_not_compared_and_the_error_says_what_to_type() {
    let folder = folder();
    let refused = folder
        .run("hello-mtls wire tls.transcript two.pcapng")
        .ends(1)
        .says("TLS connections in this capture")
        .says("hello-mtls wire two.pcapng --stream N --save two.transcript");
    drop(refused);
    // What it says, with a number of the list.
    folder
        .run("hello-mtls wire two.pcapng --stream 0 --save two.transcript")
        .ends(0);
    folder
        .run("hello-mtls wire tls.transcript two.transcript")
        .ends(0);
}

#[test]
fn what_two_files_cannot_have_is_a_wrong_command_line() {
    let folder = folder();
    for option in ["--stream 0", "--save new.transcript", "--pcapng new.pcapng"] {
        folder
            .run(&format!(
                "hello-mtls wire tls.transcript mtls.transcript {option}"
            ))
            .ends(2);
    }
    assert!(!folder.path("new.transcript").exists());
}

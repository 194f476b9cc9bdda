//! What is shown of a recorded connection: complete, within its bounds, and safe whatever a peer sends.
mod chinese;
mod page;

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use crate::common::pages::root;
use crate::common::peers::{self, Pki, Setup};
use crate::common::snapshots::holds;
use crate::common::wire::recordings;
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{html, terminal};
use hello_mtls::instruments::wire::conversation::Conversation;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript, hex};
use hello_mtls::language::Language;
use hello_mtls::narration::Side;

fn transcript(name: &str) -> Transcript {
    let path = root().join("tests/transcripts").join(name);
    Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap()
}

fn text_of(conversation: &Conversation, paint: Paint) -> String {
    let mut out = Vec::new();
    terminal::write(&mut out, conversation, paint).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_samples_in_the_docs_are_what_is_shown() {
    let conversation = explain(&transcript("hello-mtls13.transcript"));
    holds(
        "docs/wire-sample.txt",
        &text_of(&conversation, Paint::PLAIN),
    );
    holds(
        "docs/zh/wire-sample.txt",
        &text_of(&conversation, Paint::on(false, Language::Chinese)),
    );
    for (file, language) in [
        ("docs/wire-sample.html", Language::English),
        ("docs/zh/wire-sample.html", Language::Chinese),
    ] {
        holds(file, &html::sample(&conversation, language));
    }
}

#[test]
fn every_line_of_the_terminal_fits_80_columns_and_without_colour_no_escape_is_in_it() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let text = text_of(&conversation, Paint::PLAIN);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
            assert!(!line.ends_with(' '), "{name}: {line:?}");
        }
        assert!(!text.contains('\u{1b}'));
        assert_eq!(
            without_colours(&text_of(&conversation, Paint::COLOURED)),
            text,
            "{name}"
        );
    }
}

/// Without our own colours, and nothing else.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').unwrap();
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{code}"
        );
        plain.push_str(rest);
    }
    plain
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[test]
fn every_message_and_all_seven_steps_stand_in_both_views() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let (text, page) = (
            text_of(&conversation, Paint::PLAIN),
            html::page(&conversation, Language::English),
        );
        for step in 1..=7 {
            assert!(text.contains(&format!("\n── {step}. ")), "{name}");
            assert!(page.contains(&format!("id=\"step-{step}\"")), "{name}");
        }
        for message in &conversation.messages {
            assert!(text.contains(&message.name), "{name}: {}", message.name);
        }
        assert_eq!(
            page.matches("<article ").count(),
            conversation.messages.len(),
            "{name}"
        );
    }
}

#[test]
fn every_byte_of_every_message_stands_in_its_dump_in_order() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let page = html::page(&conversation, Language::English);
        let dumps: Vec<String> = page
            .split("<div class=\"bytes\">")
            .skip(1)
            .map(|rest| without_tags(rest.split("</div>").next().unwrap()).replace(' ', ""))
            .collect();
        assert_eq!(dumps.len(), conversation.messages.len(), "{name}");
        for message in &conversation.messages {
            // A run above 2,048 bytes is cut: the next test.
            let whole = dumps.contains(&hex(&message.bytes));
            assert!(
                whole || message.bytes.len() > 2048,
                "{name}: {}",
                message.name
            );
        }
    }
}

fn without_tags(html: &str) -> String {
    html.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect()
}

#[test]
fn a_long_run_of_bytes_is_cut_in_its_middle_and_says_so() {
    let mut bytes = vec![23, 3, 3, 0x27, 0x10];
    bytes.extend([0xab; 10_000]);
    let page = html::page(&explain(&one_chunk(bytes)), Language::English);
    assert!(page.contains("bytes are not shown</span>"));
    assert!(page.matches(" ab").count() < 2_000);
}

#[test]
fn pages_are_well_formed_their_ids_unique_and_their_links_lead_somewhere() {
    for (name, transcript) in recordings()
        .into_iter()
        .chain([("hostile".to_owned(), hostile())])
    {
        well_formed(&name, &html::page(&explain(&transcript), Language::English));
    }
}

/// Every tag is closed in order, every id stands once, every link within the page has its target.
fn well_formed(name: &str, page: &str) {
    let (mut open, mut ids, mut targets) = (Vec::new(), HashSet::new(), Vec::new());
    let body = page
        .split_once("</head>")
        .unwrap()
        .1
        .rsplit_once("<script>")
        .unwrap()
        .0;
    for part in body.split('<').skip(1) {
        let (tag, _) = part
            .split_once('>')
            .unwrap_or_else(|| panic!("{name}: <{part}"));
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
            continue;
        }
        let element = tag.split(' ').next().unwrap();
        if !matches!(element, "meta" | "br" | "input") {
            open.push(element);
        }
        for attribute in tag.split('"').collect::<Vec<_>>().chunks(2) {
            match attribute {
                [key, value] if key.ends_with(" id=") => {
                    assert!(ids.insert(*value), "{name}: {value} stands twice")
                }
                [key, value] if key.ends_with(" href=") => targets.extend(value.strip_prefix('#')),
                _ => {}
            }
        }
    }
    assert_eq!(open, ["body"], "{name}");
    for target in targets {
        assert!(ids.contains(target), "{name}: nothing has the id {target}");
    }
}

const EVIL: &str =
    "\u{1b}[2J\u{9b}31m\u{202e}<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>\u{7f}";

/// A connection whose names, headers and bodies all try to break out.
fn hostile() -> Transcript {
    let (ca, issuer) = evil_authority();
    let leaf = |name: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(
            rcgen::DnType::CommonName,
            format!("{EVIL}\r\n\tforged: {name}"),
        );
        (params.signed_by(&key, &issuer).unwrap().der().clone(), key)
    };
    let pki = Pki {
        server: leaf("server"),
        client: leaf("client"),
        ca_pem: ca.pem(),
        ca: ca.der().clone(),
    };
    let version = &rustls::version::TLS13;
    let setup = Setup {
        version,
        suite: None,
        mutual: true,
        client_shows: true,
        trusting: &pki,
    };
    let mut server = peers::server_config(&pki, &setup);
    let mut client = peers::client_config(&pki, &setup);
    server.alpn_protocols = vec![EVIL.into()];
    client.alpn_protocols = vec![EVIL.into()];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || peers::serve(listener.accept().unwrap().0, &server));
    let request = format!("GET /{EVIL} HTTP/1.1\r\n{EVIL}: {EVIL}\r\n\r\n{EVIL}");
    let seen = peers::get(
        std::net::TcpStream::connect(address).unwrap(),
        &client,
        |stream| {
            std::io::Write::write_all(stream, request.as_bytes()).unwrap();
        },
    );
    serving.join().unwrap();
    // The name asked for: rustls would refuse to send such a one.
    let mut seen = seen;
    let hello = &mut seen.chunks[0].bytes;
    let at = hello
        .windows(9)
        .position(|nine| nine == b"localhost")
        .unwrap();
    hello[at..at + 9].copy_from_slice(b"\x1b[1m<b>\"'");
    seen
}

fn evil_authority() -> (rcgen::Certificate, rcgen::Issuer<'static, rcgen::KeyPair>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, EVIL);
    let ca = params.self_signed(&key).unwrap();
    (ca, rcgen::Issuer::new(params, key))
}

#[test]
fn nothing_of_a_hostile_peer_reaches_terminal_or_page_unescaped() {
    let conversation = explain(&hostile());
    assert_eq!(
        conversation.negotiated.server_name.as_deref(),
        Some("\u{1b}[1m<b>\"'")
    );
    assert_eq!(conversation.negotiated.protocol.as_deref(), Some(EVIL));
    let obeyed = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
    };
    let text = text_of(&conversation, Paint::PLAIN);
    assert!(
        text.contains("\\u{1b}[2J\\u{9b}31m\\u{202e}<script>"),
        "it is shown, escaped"
    );
    assert_eq!(text.chars().find(|c| obeyed(*c)), None);
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    without_colours(&text_of(&conversation, Paint::COLOURED));

    let page = html::page(&conversation, Language::English);
    assert!(
        page.contains("\\u{1b}[2J\\u{9b}31m\\u{202e}&lt;script&gt;alert(1)"),
        "it is shown, escaped"
    );
    assert_eq!(page.chars().find(|c| obeyed(*c)), None);
    for shown in [&text, &page] {
        assert!(shown.contains("\\r\\n\\tforged: server"), "in one line");
    }
    assert_eq!(page.matches("<script").count(), 1, "our own");
    for tag in ["<img", "<b>\"", "<b>&"] {
        assert!(!page.contains(tag), "{tag}");
    }
}

#[test]
fn the_page_loads_nothing_and_its_policy_allows_only_its_own_style_and_script() {
    let page = html::page(
        &explain(&transcript("hello-mtls13.transcript")),
        Language::English,
    );
    for outside in [
        " src=",
        "@import",
        "url(",
        "<link",
        "<iframe",
        "fetch(",
        " style=",
        " onclick=",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    let policy = html::content_security_policy();
    let in_page = policy.split("; frame-ancestors").next().unwrap();
    assert!(page.contains(&format!("content=\"{in_page}\"")));
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe")
    );
    assert!(html::SCRIPT.lines().count() <= 160);
    assert!(page.contains(&format!("<style>{}</style>", html::STYLE)));
    assert!(page.contains(&format!("<script>{}</script>", html::SCRIPT)));
}

fn one_chunk(bytes: Vec<u8>) -> Transcript {
    let chunk = Chunk {
        from: Side::Client,
        at: Duration::ZERO,
        bytes,
    };
    Transcript {
        chunks: vec![chunk],
        ..Transcript::default()
    }
}

#[test]
fn what_a_peer_repeats_without_end_is_shown_up_to_a_bound() {
    let mut suites = vec![22, 3, 1, 0x3f, 0xfb, 1, 0, 0x3f, 0xf7, 3, 3];
    suites.extend([7; 32]);
    suites.extend([0, 0x3f, 0xd0]);
    suites.extend([0x13, 0x01].repeat(0x3fd0 / 2));
    for bytes in [
        [21, 3, 3, 0, 2, 1, 90].repeat(100_000),
        [22, 3, 3, 0, 4, 0, 0, 0, 0].repeat(60_000),
        vec![0x41; 700_000],
        suites.repeat(40),
    ] {
        let conversation = explain(&one_chunk(bytes));
        assert!(html::page(&conversation, Language::English).len() < 16 << 20);
        assert!(text_of(&conversation, Paint::PLAIN).len() < 1 << 20);
    }
}

//! The page in a real browser: it runs, it marks what belongs together, everybody can use it.
//!
//! Needs Chromium; the checks of accessibility and of the HTML need `npm ci --prefix tests/browser`.

// The programs share this folder, and none needs all of it.
#[allow(dead_code)]
#[path = "../common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::pages::root;
use common::{have, skip};
use hello_mtls::instruments::show::html;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;

fn page(name: &str) -> String {
    let path = root().join(format!("tests/transcripts/{name}.transcript"));
    let transcript = Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap();
    html::page(&explain(&transcript), Language::English)
}

fn browser() -> Option<&'static str> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let runs = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let found = names.into_iter().find(runs);
    if found.is_none() {
        skip("Chromium is missing");
    }
    found
}

/// A page as the browser leaves it, and what stood in its console.
struct Seen {
    dom: String,
    console: Vec<String>,
}

fn open(browser: &str, page: &str, options: &[&str]) -> Seen {
    let unique = format!(
        "hello-mtls-page-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let dir = std::env::temp_dir().join(unique);
    fs::create_dir_all(&dir).unwrap();
    let file = dir.join("page.html");
    fs::write(&file, page).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args([
            "--disable-quic",
            "--enable-logging=stderr",
            "--virtual-time-budget=30000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", dir.join("profile").display()))
        .args(options)
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let _ = fs::remove_dir_all(&dir);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(dom.contains("</html>"), "{log}");
    let console = log
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_owned)
        .collect();
    Seen { dom, console }
}

/// The page with a script of ours behind it. Its own policy would not let that run.
fn with_probe(page: &str, probe: &str) -> String {
    let (before, rest) = page.split_once("<meta http-equiv").unwrap();
    let (_, after) = rest.split_once(">\n").unwrap();
    format!(
        "{before}{}",
        after.replace("</body>", &format!("{probe}\n</body>"))
    )
}

/// What a probe wrote into the element `<pre id="found">`.
fn found(seen: &Seen) -> &str {
    let found = seen
        .dom
        .split_once("<pre id=\"found\">")
        .and_then(|(_, rest)| rest.split_once("</pre>"));
    found
        .unwrap_or_else(|| panic!("the probe did not end: {:?}", seen.console))
        .0
}

const TELL: &str = "const tell = (words) => { const pre = document.createElement('pre'); pre.id = 'found'; \
                    pre.textContent = words; document.body.append(pre); };";

#[test]
fn the_page_runs_its_script_and_has_nothing_to_complain_of() {
    let Some(browser) = browser() else { return };
    for name in ["hello-mtls13", "hello-refused13", "openssl-mtls12"] {
        let seen = open(browser, &page(name), &[]);
        assert_eq!(seen.console, Vec::<String>::new(), "{name}");
        assert!(
            seen.dom.contains("id=\"open-all\">"),
            "the script shows the button"
        );
    }
}

#[test]
fn a_script_that_is_not_the_pages_own_does_not_run() {
    let Some(browser) = browser() else { return };
    let smuggled = page("hello-mtls13").replace(
        "</main>",
        "<script>document.title = 'taken'</script></main>",
    );
    let seen = open(browser, &smuggled, &[]);
    assert!(!seen.dom.contains("<title>taken"));
    assert!(
        seen.console
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{:?}",
        seen.console
    );
}

#[test]
fn a_field_marks_its_bytes_bytes_mark_their_field_and_arrows_go_on() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const on = (selector) => [...document.querySelectorAll(selector + '.on')].map((e) => e.id).join(' ');
        const words = [];
        document.getElementById('m1f3').dispatchEvent(new MouseEvent('mouseover', {{ bubbles: true }}));
        words.push(on('.bytes a'));
        const group = document.querySelector('#m1f5');
        group.querySelector('summary').focus();
        words.push(on('.bytes a'));
        document.getElementById('m1b4').focus();
        words.push(on('.tree li'));
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowLeft', bubbles: true }}));
        words.push(document.activeElement.id);
        document.getElementById('open-all').click();
        words.push(document.querySelectorAll('details:not([open])').length + ' closed');
        tell(words.join(', '));
        </script>"
    );
    let seen = open(browser, &with_probe(&page("hello-mtls13"), &probe), &[]);
    assert_eq!(found(&seen), "m1b3, m1b6 m1b7, m1f4, m1b3, 0 closed");
}

#[test]
fn axe_finds_nothing_light_or_dark_wide_or_narrow_closed_or_open() {
    let axe = root().join("tests/browser/node_modules/axe-core/axe.min.js");
    let Some(browser) = browser() else { return };
    if !axe.exists() {
        return skip("axe-core is missing (npm ci --prefix tests/browser)");
    }
    let dark = "--blink-settings=preferredColorScheme=0";
    for (name, options, opened) in [
        ("hello-mtls13", ["--window-size=1300,900", dark], false),
        ("hello-mtls12", ["--window-size=500,900", "--lang=en"], true),
        ("hello-refused13", ["--window-size=1000,900", dark], true),
        (
            "hello-resumed13",
            ["--window-size=1300,900", "--lang=en"],
            false,
        ),
    ] {
        let click = if opened {
            "document.getElementById('open-all').click();"
        } else {
            ""
        };
        let probe = format!(
            "<script src=\"file://{}\"></script><script>{TELL}{click}
            const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            const wide = document.documentElement.scrollWidth > innerWidth ? 'wider than the window;' : '';
            axe.run(document, {{ runOnly: {{ type: 'tag', values: tags }} }}).then((result) => tell(wide +
              matchMedia('(prefers-color-scheme: dark)').matches + ' ' + result.passes.length + ' ' +
              result.violations.map((v) => v.id + ': ' + v.nodes[0].target).join('; ')), tell);
            </script>",
            axe.display()
        );
        let seen = open(browser, &with_probe(&page(name), &probe), &options);
        let words: Vec<&str> = found(&seen).splitn(3, ' ').collect();
        assert_eq!(
            words[0],
            if options[1] == dark { "true" } else { "false" },
            "{words:?}"
        );
        assert!(words[1].parse::<u32>().unwrap() > 20, "{words:?}");
        assert_eq!(words[2], "", "{name} {options:?} open: {opened}");
    }
}

#[test]
fn html_validate_finds_nothing() {
    let program = root().join("tests/browser/node_modules/.bin/html-validate");
    if !have("node") {
        return;
    }
    if !program.exists() {
        return skip("html-validate is missing (npm ci --prefix tests/browser)");
    }
    let file = std::env::temp_dir().join(format!("hello-mtls-valid-{}.html", std::process::id()));
    for name in ["hello-mtls13", "hello-refused13", "node-mtls13"] {
        fs::write(&file, page(name)).unwrap();
        let (valid, words) = validate(&program, &file);
        assert!(valid, "{name}: {words}");
        // It would find something.
        fs::write(
            &file,
            page(name).replace(
                "<main id=\"main\">",
                "<main id=\"main\"><div><p id=\"main\">",
            ),
        )
        .unwrap();
        assert!(!validate(&program, &file).0, "{name}");
    }
    fs::remove_file(file).unwrap();
}

fn validate(program: &Path, file: &Path) -> (bool, String) {
    let output = Command::new(program)
        .args(["--preset", "standard"])
        .arg(file)
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

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
use hello_mtls::instruments::wire::conversation::Conversation;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;

fn page(name: &str) -> String {
    match name.split_once(" beside ") {
        Some((first, second)) => {
            let both = [&explained(first), &explained(second)];
            html::compare::page([first, second], both, Language::English)
        }
        None => html::page(&explained(name), Language::English),
    }
}

fn explained(name: &str) -> Conversation {
    let path = root().join(format!("tests/transcripts/{name}.transcript"));
    explain(&Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap())
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
        // The browser's own pages may complain of a slow computer.
        .filter(|line| line.contains("CONSOLE") && !line.contains("source: chrome://"))
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
            seen.dom.contains("<template id=\"tools\"></template>"),
            "the script takes the tools out of the template"
        );
    }
}

#[test]
fn two_connections_side_by_side_have_nothing_to_complain_of_either() {
    let Some(browser) = browser() else { return };
    let both = ["hello-mtls13", "hello-mtls12"].map(explained);
    let page = html::compare::page(["a", "b"], [&both[0], &both[1]], Language::English);
    assert_eq!(open(browser, &page, &[]).console, Vec::<String>::new());
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
        document.querySelector('#m1 .whole').open = true;
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
fn the_fields_of_a_message_are_one_stop_of_the_tab_key_with_arrows_between_them() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const words = [];
        const key = (name) => {{
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: name, bubbles: true }}));
          words.push(document.activeElement.closest('li').id + ' ' + document.activeElement.localName);
        }};
        const stops = [...document.querySelectorAll('#m1 .card > .tree :is(summary, .anchor)')].filter((e) => e.tabIndex === 0);
        words.push(stops.length + ' stop');
        stops[0].focus();
        for (const name of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown',
          'ArrowLeft', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowDown']) key(name);
        tell(words.join(', '));
        </script>"
    );
    let seen = open(browser, &with_probe(&page("hello-mtls13"), &probe), &[]);
    let expected = "1 stop, m1f2 a, m1f3 a, m1f4 a, m1f5 summary, m1f5 summary, m1f6 a, m1f5 summary, m1f5 a, \
                    m1f5 summary, m1f5 summary, m1f8 summary";
    assert_eq!(found(&seen), expected);
}

#[test]
fn a_page_as_it_opens_has_at_most_60_stops_of_the_tab_key() {
    let Some(browser) = browser() else { return };
    for name in ["hello-mtls13", "hello-mtls12", "hello-refused13"] {
        let probe = format!(
            "<script>{TELL}
            const stops = [...document.querySelectorAll('a, summary, button, input, [tabindex]')]
              .filter((e) => e.tabIndex >= 0 && e.checkVisibility());
            tell(stops.length);
            </script>"
        );
        let seen = open(browser, &with_probe(&page(name), &probe), &[]);
        let stops: u32 = found(&seen).parse().unwrap();
        assert!((20..=60).contains(&stops), "{name}: {stops}");
    }
}

#[test]
fn a_search_hides_the_other_messages_and_marks_the_fields() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const words = [];
        const search = (text) => {{
          const input = document.getElementById('search');
          input.value = text;
          input.dispatchEvent(new Event('input'));
          const shown = [...document.querySelectorAll('.message:not([hidden])')];
          const hits = [...document.querySelectorAll('.hit')].filter((hit) => hit.checkVisibility());
          words.push(shown.length + ' shown', hits.map((hit) => hit.id).join(' '), document.getElementById('status').textContent);
        }};
        search('SNI localhost');
        search('no such words');
        search('');
        tell(words.join(', '));
        </script>"
    );
    let seen = open(browser, &with_probe(&page("hello-mtls13"), &probe), &[]);
    let expected =
        "1 shown, m1f25, Messages that match: 1, 0 shown, , Messages that match: 0, 18 shown, , ";
    assert_eq!(found(&seen), expected);
}

#[test]
fn the_sign_of_a_link_copies_its_address() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const copied = [];
        Object.defineProperty(navigator, 'clipboard', {{ value: {{ writeText: async (text) => copied.push(text) }} }});
        document.querySelector('#m1f4 > .anchor').click();
        setTimeout(() => tell(copied.map((text) => text.split('/').pop()) + ', ' + location.hash + ', ' +
          document.getElementById('status').textContent), 50);
        </script>"
    );
    let seen = open(browser, &with_probe(&page("hello-mtls13"), &probe), &[]);
    let expected = "page.html#m1f4, #m1f4, The address of this place is copied.";
    assert_eq!(found(&seen), expected);
}

#[test]
fn a_link_opens_what_it_leads_to_and_on_paper_all_is_open() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const words = [];
        const closed = () => document.querySelectorAll('details:not([open])').length;
        addEventListener('hashchange', () => {{
          const field = document.getElementById('m6f20');
          words.push(field.checkVisibility());
          const before = closed();
          dispatchEvent(new Event('beforeprint'));
          words.push(closed());
          dispatchEvent(new Event('afterprint'));
          words.push(before > 0 && closed() === before);
          tell(words.join(', '));
        }});
        words.push(document.getElementById('m6f20').checkVisibility());
        location.hash = '#m6f20';
        </script>"
    );
    let seen = open(browser, &with_probe(&page("hello-mtls13"), &probe), &[]);
    assert_eq!(found(&seen), "false, true, 0, true");
}

#[test]
fn on_390_pixels_no_name_of_a_field_is_broken_and_nothing_is_wider() {
    let Some(browser) = browser() else { return };
    for language in [Language::English, Language::Chinese] {
        // A window of the browser is never as narrow; a frame is.
        let probe = format!(
            "<script>{TELL}
            if (window === top) {{
              const frame = document.createElement('iframe');
              frame.width = 390;
              frame.style.border = 0;
              frame.srcdoc = document.documentElement.outerHTML;
              frame.onload = () => {{
                const page = frame.contentDocument;
                for (const details of page.querySelectorAll('details')) details.open = true;
                const broken = [...page.querySelectorAll('.tree .name')].filter((name) => name.getClientRects().length > 1);
                tell(page.defaultView.innerWidth + ' ' + page.documentElement.scrollWidth + ' ' +
                  page.querySelectorAll('.tree .name').length + ' ' + broken.map((name) => name.textContent));
              }};
              document.body.append(frame);
            }}
            </script>"
        );
        let conversation = explained("hello-mtls13");
        let page = html::page(&conversation, language);
        let seen = open(browser, &with_probe(&page, &probe), &[]);
        let words: Vec<&str> = found(&seen).splitn(4, ' ').collect();
        assert_eq!(words[0], "390");
        assert!(words[1].parse::<u32>().unwrap() <= 390, "{words:?}");
        assert!(words[2].parse::<u32>().unwrap() > 300, "{words:?}");
        assert_eq!(words[3], "");
    }
}

#[test]
fn the_tree_and_the_ladder_are_a_stop_each_with_arrows_between_their_links() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const words = [];
        for (const box of document.querySelectorAll('.tree-of-keys, .flights')) {{
          const links = [...box.querySelectorAll('a')];
          words.push(links.filter((link) => link.getAttribute('tabindex') === '0').length);
          links[0].focus();
          links[0].dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowDown', bubbles: true }}));
          words.push(document.activeElement === links[1] && links[1].getAttribute('tabindex'));
        }}
        tell(words.join(', '));
        </script>"
    );
    let seen = open(browser, &with_probe(&page("hello-mtls13"), &probe), &[]);
    assert_eq!(found(&seen), "1, 0, 1, 0");
}

#[test]
fn a_button_brings_the_messages_into_the_order_of_the_wire_and_back() {
    let Some(browser) = browser() else { return };
    let probe = format!(
        "<script>{TELL}
        const order = () => [...document.querySelectorAll('article.message')].map((card) => card.id).join(' ');
        const before = order();
        const button = document.getElementById('by-wire');
        button.click();
        const wire = order();
        const hidden = [...document.querySelectorAll('.step')].every((step) => step.hidden);
        button.click();
        tell([wire, hidden, order() === before, before === wire].join(', '));
        </script>"
    );
    // The verdict of step 5 came after data of step 7.
    let seen = open(browser, &with_probe(&page("hello-refused13"), &probe), &[]);
    let count = explained("hello-refused13").messages.len();
    let all: Vec<String> = (1..=count).map(|number| format!("m{number}")).collect();
    let expected = format!("{}, true, true, false", all.join(" "));
    assert_eq!(found(&seen), expected);
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
        (
            "hello-tls13 beside hello-mtls12",
            ["--window-size=500,900", dark],
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
    fs::write(&file, page("hello-tls13 beside hello-mtls12")).unwrap();
    let (valid, words) = validate(&program, &file);
    assert!(valid, "{words}");
    fs::remove_file(file).unwrap();
}

fn validate(program: &Path, file: &Path) -> (bool, String) {
    let output = Command::new(program)
        .args(["--preset", "standard,recommended"])
        .arg(file)
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

//! The site: it can be built, and no link of it leads nowhere. `site/check.py` says so, and is tested itself.

use std::process::{Command, Output};

use crate::common::pages::root;
use crate::common::{Folder, have, skip};

fn python(script: &str, site: &str) -> Output {
    Command::new("python3")
        .arg(root().join(script))
        .arg(site)
        .env("HELLO", env!("CARGO_BIN_EXE_hello-mtls"))
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

#[test]
fn the_site_is_built_and_every_link_leads_to_a_page_and_a_place() {
    if !have("python3") {
        return;
    }
    let folder = Folder::new();
    let site = folder.path("site").display().to_string();
    let built = python("site/build.py", &site);
    if said(&built).contains("mdbook is missing") {
        return skip("mdbook is missing: sh site/tools.sh");
    }
    assert!(built.status.success(), "{}", said(&built));
    let checked = python("site/check.py", &site);
    assert!(checked.status.success(), "{}", said(&checked));

    // A recording is a page, in both languages; a file of the project is one, too; and a file that a page names is a link.
    for page in [
        "transcripts/refused13.html",
        "zh/transcripts/refused13.html",
    ] {
        assert!(
            folder
                .read(&format!("site/{page}"))
                .contains("certificate_required"),
            "{page}"
        );
    }
    // mdBook's own search finds no Chinese, because it looks for words between blanks.
    let chinese = folder.read("site/zh/tls.html");
    let script = chinese.split("elasticlunr-").nth(1);
    assert!(script.unwrap().contains("search.js\"></script>"));
    for (page, link) in [
        ("connections.html", "href=\"transcripts/tls13.html\""),
        ("zh/connections.html", "href=\"transcripts/tls13.html\""),
        (
            "servers.html",
            "href=\"files/tests/outside/interop/nginx/mtls.conf.html\"",
        ),
        ("README.html", "href=\"files/CONTRIBUTING.md.html#L"),
        (
            "handshake/step5_server_verifies_client.html",
            "href=\"../debugger.html\"",
        ),
        ("wire-sample.html", "href=\"mtls.html#step-1\""),
        ("zh/index.html", "lang=\"zh-CN\""),
    ] {
        assert!(
            folder.read(&format!("site/{page}")).contains(link),
            "{page}: {link}"
        );
    }
}

#[test]
fn the_check_of_the_site_notices_each_kind_of_broken_link() {
    if !have("python3") {
        return;
    }
    let page = |body: &str| format!("<html lang=\"en\"><body id=\"top\">{body}</body></html>");
    let check = |body: &str| {
        let folder = Folder::new();
        folder.write("index.html", page(body));
        folder.write("other.html", page("<a id=\"here\"></a>"));
        let output = python("site/check.py", &folder.path("").display().to_string());
        (output.status.success(), said(&output))
    };
    let right = "<a href=\"other.html#here\"></a><a href=\"#top\"></a><a href=\"https://example.org/\"></a>";
    let (passed, said) = check(right);
    assert!(passed, "{said}");
    for (body, problem) in [
        ("<a href=\"none.html\"></a>", "none.html leads nowhere"),
        ("<a href=\"other.html#there\"></a>", "no such place"),
        ("<a href=\"#there\"></a>", "no such place"),
        ("<img src=\"none.png\">", "none.png leads nowhere"),
        ("<a href=\"../outside.html\"></a>", "leaves the site"),
    ] {
        let (passed, said) = check(body);
        assert!(!passed && said.contains(problem), "{body}: {said}");
    }
}

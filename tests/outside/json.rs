//! `--json`, read by a parser that other people wrote.

use crate::common::{Folder, have};

/// Reads stdin line by line, and prints the members at this path of each.
const READ: &str = "python3 -c 'import json,sys\nfor line in sys.stdin:\n one = json.loads(line)\n assert one[\"version\"] == 1\n for name in sys.argv[1:]: one = one[name]\n print(one)'";

#[test]
fn python_reads_the_json_of_every_command() {
    if !have("python3") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let url = server.url("/");
    for (command, path, wanted) in [
        (format!("get {url}"), "body", "Hello World\n"),
        (format!("get {url}"), "session version", "TLS 1.3\n"),
        ("doctor".to_owned(), "fails", "False\n"),
        (format!("doctor {url}"), "errors", "0\n"),
        (
            "inspect certs/ca.crt certs/ca.key".to_owned(),
            "kind",
            "certificate\nprivate-key-pkcs8\n",
        ),
        (format!("inspect {url}"), "accepted", "True\n"),
        ("gallery --all".to_owned(), "as_expected", "True\n"),
    ] {
        let line = format!("hello-mtls {command} --json | {READ} {path}");
        folder.run(&line).ends(0).prints(wanted);
    }
}

#[test]
fn python_decodes_a_body_that_is_no_text() {
    if !have("python3") || !have("openssl") {
        return;
    }
    let folder = Folder::with_certs();
    // The body: five bytes, of which two are no UTF-8.
    folder.write(
        "certs/answer",
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n\x00a\xff\xfe\n",
    );
    let server = crate::common::s_server(&folder, "-HTTP");
    let decode = "python3 -c 'import json,sys,base64\none = json.load(sys.stdin)\nassert one[\"body\"] is None\nprint(base64.b64decode(one[\"body_base64\"]))'";
    let line = format!("hello-mtls get {} --json | {decode}", server.url("/answer"));
    folder.run(&line).ends(0).prints("b'\\x00a\\xff\\xfe\\n'\n");
}

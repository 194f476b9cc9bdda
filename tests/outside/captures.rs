//! The recipes of docs/wire.md, "Captures of other programs": a real capture of another program, explained.
//!
//! The commands are the page's. Only what needs root or the internet is replaced: `sudo` runs its command as it is,
//! where tcpdump is missing dumpcap takes its place, and the browser has no window.
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::common::pages::root;
use crate::common::{Folder, have, port_3000, say_skipped};

/// The commands of the `sh` block, or the lines of the block of another language, below this anchor.
fn block(anchor: &str, language: &str) -> String {
    let page = fs::read_to_string(root().join("docs/wire.md")).unwrap();
    let (_, below) = page.split_once(&format!("<a id=\"{anchor}\">")).unwrap();
    let (_, block) = below.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("\n```").unwrap().0.to_owned()
}

/// A folder with the programs that stand in for `sudo` and `tcpdump`. `None`, with a visible word: this machine
/// may not capture.
fn ready() -> Option<Folder> {
    let program = if Command::new("tcpdump").arg("--version").output().is_ok() {
        "tcpdump"
    } else {
        "dumpcap"
    };
    if !have(program) {
        return None;
    }
    let folder = Folder::with_certs();
    fs::create_dir(folder.path("bin")).unwrap();
    folder.write("bin/sudo", "#!/bin/sh\nexec \"$@\"\n");
    if program == "dumpcap" {
        folder.write(
            "bin/tcpdump",
            "#!/bin/sh\nexec dumpcap -q -i \"$2\" -f 'tcp port 3000' -w -\n",
        );
    }
    folder.run("chmod +x bin/*").ends(0);
    let allowed = folder.run("timeout 1 dumpcap -i lo -w try.pcapng; test -s try.pcapng");
    if !allowed.stderr.contains("Capturing on") {
        // No program is missing, so this fails nowhere.
        say_skipped("this machine may not capture on lo");
        return None;
    }
    Some(folder)
}

/// Runs the capture of the page around these commands; the last of them is `hello-mtls wire`.
fn explained(folder: &Folder, commands: &str) -> String {
    let capture = block("capture", "sh hands").replacen("sudo", "exec bin/sudo", 1);
    let capture = format!("PATH=$PWD/bin:$PATH; {capture}");
    let running = folder.start(&capture);
    // Neither program says on a stream of its own that it has begun: the file does.
    for _ in 0..100 {
        sleep(Duration::from_millis(100));
        if !folder.bytes("capture.pcap").is_empty() {
            break;
        }
    }
    sleep(Duration::from_millis(300));
    let (client, wire) = commands.rsplit_once('\n').unwrap();
    let client = client.to_owned();
    folder.run(&client);
    sleep(Duration::from_millis(1500));
    drop(running);
    folder.run(wire).ends(0).stdout
}

fn is_read(view: &str) {
    for words in [
        "── 7.",
        "CertificateVerify",
        "Hello World",
        "signature of CertificateVerify",
    ] {
        assert!(view.contains(words), "{words} is missing in\n{view}");
    }
    assert!(!view.contains("missing in the capture"), "{view}");
}

#[test]
fn the_recipe_for_curl_gives_an_explained_connection() {
    let (Some(_port_3000), true) = (port_3000(), have("curl")) else {
        return;
    };
    let Some(folder) = ready() else { return };
    let server = folder.start("exec hello-mtls serve");
    server.line_with("Server running");
    is_read(&explained(&folder, &block("capture-curl", "sh hands")));
}

#[test]
fn the_recipe_for_a_browser_gives_a_list_with_secrets() {
    let (Some(_port_3000), true) = (port_3000(), have("chromium")) else {
        return;
    };
    let Some(folder) = ready() else { return };
    let server = folder.start("exec hello-mtls serve --tls");
    server.line_with("Server running");
    let headless = "timeout 60 chromium --headless --no-sandbox --disable-gpu --ignore-certificate-errors \
                    --user-data-dir=$PWD/browser --dump-dom";
    let commands = block("capture-browser", "sh hands").replacen("chromium", headless, 1);
    let view = explained(&folder, &commands);
    if view.contains("TLS connections in this capture") {
        assert!(view.contains("secrets fit"), "{view}");
        let number = view
            .lines()
            .find(|line| line.contains("secrets fit"))
            .unwrap();
        let number = number.split_whitespace().next().unwrap();
        let one = folder.run(&format!(
            "hello-mtls wire capture.pcap --keylog keys.log --stream {number}"
        ));
        assert!(one.ends(0).stdout.contains("Finished"));
    } else {
        is_read(&view);
    }
}

const CLIENT_JS: &str = "const f=require('fs').readFileSync;require('https').get({host:'localhost',port:3000,family:4,\
ca:f('certs/ca.crt'),cert:f('certs/client.crt'),key:f('certs/client.key')},r=>r.resume())";

#[test]
fn the_recipe_for_node_gives_an_explained_connection() {
    let (Some(_port_3000), true) = (port_3000(), have("node")) else {
        return;
    };
    let Some(folder) = ready() else { return };
    folder.write("client.js", CLIENT_JS);
    let server = folder.start("exec hello-mtls serve");
    server.line_with("Server running");
    is_read(&explained(&folder, &block("capture-own", "sh hands")));
}

const CLIENT_GO: &str = r#"package main

import ("crypto/tls"; "crypto/x509"; "io"; "log"; "net/http"; "os")

func main() {
	ca, _ := os.ReadFile("certs/ca.crt")
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	pair, err := tls.LoadX509KeyPair("certs/client.crt", "certs/client.key")
	if err != nil { log.Fatal(err) }
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}}
	KEYS
	transport := &http.Transport{TLSClientConfig: config}
	answer, err := (&http.Client{Transport: transport}).Get("https://localhost:3000/")
	if err != nil { log.Fatal(err) }
	io.Copy(io.Discard, answer.Body)
	transport.CloseIdleConnections()
}
"#;

#[test]
fn the_lines_for_go_give_an_explained_connection() {
    let (Some(_port_3000), true) = (port_3000(), have("go")) else {
        return;
    };
    let Some(folder) = ready() else { return };
    let lines = block("capture-own", "go");
    folder.write("client.go", CLIENT_GO.replace("KEYS", &lines));
    folder
        .run("GOFLAGS=-mod=mod GOCACHE=$PWD/cache HOME=$PWD go build -o client client.go")
        .ends(0);
    let server = folder.start("exec hello-mtls serve");
    server.line_with("Server running");
    let commands = "./client\nhello-mtls wire capture.pcap --keylog keys.log";
    is_read(&explained(&folder, commands));
}

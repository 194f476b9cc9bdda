//! The clients of others at `hello-mtls serve`.

use super::table::Table;
use super::{KEYS, Shows, VERSIONS, copy, desk};
use crate::common::{Folder, Ran, have};

/// A client of others, as `docs/servers.md` shows it.
pub(super) struct Other {
    /// The folder of its files.
    pub(super) name: &'static str,
    /// What has to be installed.
    program: &'static str,
    /// Prints its name and version.
    version: &'static str,
    /// Makes what it needs beside its files.
    prepare: &'static str,
    run: &'static str,
    /// The edits of its files that leave it without a certificate.
    without: &'static [(&'static str, &'static str)],
    /// Stands in the line that tells of a refusal.
    tells: &'static [&'static str],
}

pub(super) const CLIENTS: [Other; 6] = [
    Other {
        name: "curl",
        program: "curl",
        version: "curl --version | sed -nE '1s/(curl [^ ]*).*(OpenSSL[^ ]*).*/\\1 \\2/p'",
        prepare: "",
        run: "sh client.sh",
        without: &[("--cert certs/client.crt --key certs/client.key ", "")],
        tells: &["curl: ("],
    },
    Other {
        name: "wget",
        program: "wget",
        version: "wget --version | sed -nE '1s/GNU Wget ([0-9.]+).*/Wget \\1/p'",
        prepare: "",
        run: "sh client.sh",
        without: &[(
            "--certificate=certs/client.crt --private-key=certs/client.key ",
            "",
        )],
        tells: &["received alert", "Giving up"],
    },
    Other {
        name: "node",
        program: "node",
        version: "node --version | sed 's/v/Node /'",
        prepare: "",
        run: "node client.js",
        without: &[
            ("  cert: readFileSync('certs/client.crt'),\n", ""),
            ("  key: readFileSync('certs/client.key'),\n", ""),
        ],
        tells: &["SSL routines"],
    },
    Other {
        name: "go",
        program: "go",
        version: "go version | sed 's/go version go\\([0-9.]*\\).*/Go \\1/'",
        prepare: "",
        run: "go run client.go",
        without: &[("[]tls.Certificate{own}", "[]tls.Certificate{own}[:0]")],
        tells: &["Get \""],
    },
    Other {
        name: "python",
        program: "python3",
        version: "python3 --version",
        prepare: "",
        run: "python3 client.py",
        without: &[("context.load_cert_chain", "print")],
        tells: &["Error"],
    },
    Other {
        name: "java",
        program: "javac",
        version: "java --version | sed -n '1s/[^0-9]*\\([0-9.]*\\).*/Java \\1/p'",
        prepare: "sh keystores.sh",
        run: "java Client.java",
        without: &[(
            "tls.init(keys.getKeyManagers(), trust",
            "tls.init(null, trust",
        )],
        tells: &["fatal alert"],
    },
];

fn meet(name: &str) {
    let other = CLIENTS.iter().find(|other| other.name == name).unwrap();
    if !have(other.program) {
        return;
    }
    let mut cells = Vec::new();
    let mut version = String::new();
    for (kind, key_type) in KEYS {
        let folder = desk(key_type);
        version = folder.run(other.version).ends(0).stdout.trim().to_owned();
        for tls in VERSIONS {
            let server = folder.serve(&format!("--tls-max {tls}"));
            for (shows, word) in Shows::ALL {
                let tried = format!("required TLS {tls} {kind} {word}");
                cells.push((tried, other.outcome(&folder, server.port, shows)));
            }
        }
    }
    Table { version, cells }.compare(name, "client");
}

impl Other {
    /// What a visit comes to, in the client's own words.
    fn outcome(&self, folder: &Folder, port: u16, shows: Shows) -> String {
        let (place, own, edits) = match shows {
            Shows::Good => ("good", "certs", &[][..]),
            Shows::Nothing => ("none", "certs", self.without),
            Shows::Strangers => ("strangers", "stranger", &[][..]),
        };
        let is_new = !folder.path(place).exists();
        copy(self.name, &folder.path(place), port, edits);
        if is_new {
            let copy = format!("cp -r ../certs . && cp ../{own}/client.* certs");
            let prepare = format!("cd {place} && {copy}\n{}", self.prepare);
            folder.run(&prepare).ends(0);
        }
        let ran = folder.run(&format!("cd {place} && {}", self.run));
        if ran.stdout.contains("Hello World") {
            return "200".to_owned();
        }
        self.words(&ran).replace(&port.to_string(), "3000")
    }

    /// The line that tells of the refusal, without what differs each time.
    fn words(&self, ran: &Ran) -> String {
        let said = format!("{}\n{}", ran.stdout, ran.stderr);
        let tells = |line: &&str| self.tells.iter().any(|words| line.contains(words));
        let last = || said.lines().rfind(|line| !line.trim().is_empty());
        let line = said.lines().rfind(tells).or_else(last);
        let line = line.unwrap_or("(nothing)").trim();
        let from = self.tells.iter().find_map(|words| line.find(words));
        let rest = &line[from.unwrap_or_default()..];
        match self.name {
            // Before it stands the time.
            "go" => rest.to_owned(),
            // Before it stands the address of a buffer, behind it a place in OpenSSL's source.
            "node" => rest.split(":../").next().unwrap_or_default().to_owned(),
            // The repairs of a version move these.
            "curl" => {
                let steady = |word: &&str| !word.starts_with("OpenSSL/");
                let words: Vec<&str> = line.split(' ').filter(steady).collect();
                words.join(" ")
            }
            "python" => match line.split_once(" (_ssl.c:") {
                Some((before, _)) => before.to_owned(),
                None => line.to_owned(),
            },
            "java" => line.trim_start_matches("Caused by: ").to_owned(),
            _ => line.to_owned(),
        }
    }
}

#[test]
fn curl_gets_in_where_the_table_says() {
    meet("curl");
}

#[test]
fn wget_gets_in_where_the_table_says() {
    meet("wget");
}

#[test]
fn a_client_of_node_gets_in_where_the_table_says() {
    meet("node");
}

#[test]
fn a_client_of_go_gets_in_where_the_table_says() {
    meet("go");
}

#[test]
fn a_client_of_python_gets_in_where_the_table_says() {
    meet("python");
}

#[test]
fn a_client_of_java_gets_in_where_the_table_says() {
    meet("java");
}

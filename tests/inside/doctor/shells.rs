//! Printed edits in the shells and with the tools of other systems: dash, zsh, busybox, mawk, gawk.

use std::fs;
use std::path::PathBuf;

use super::pasting::Spoiled;
use super::program::{all_commands, codes_of, hello, text};
use hello_mtls::narration::Side;

use super::set::*;
use crate::common::have;

/// A shell, and the tools that it finds first.
type System = (
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

const SYSTEMS: &[System] = &[
    (&["dash"], "mawk", &["awk"]),
    (&["bash"], "gawk", &["awk"]),
    (&["zsh"], "mawk", &["awk"]),
    (
        &["busybox", "sh"],
        "busybox",
        &[
            "awk", "base64", "cat", "cp", "grep", "head", "rm", "sed", "tail", "tr",
        ],
    ),
];

/// Names that a shell reads as something else if they are not quoted; zsh takes a leading = for a program, and awk
/// the last name for an assignment.
const NAMES: [&str; 3] = ["=a%b.crt", "-it's a \"$HOME\" !1 `x` *证{f}.crt", "s=1.crt"];

/// What is wrong with server.crt, and how it is made so.
const EDITS: &[Spoiled] = &[
    ("leaf-not-first", |set| {
        let text = "Bag Attributes\n    localKeyID: 01\n";
        let [ca, leaf] = ["ca.crt", "server.crt"].map(|file| text.to_owned() + &set.read(file));
        set.write(
            "server.crt",
            p256().serialize_pem() + &ca + &leaf + "# end\n",
        );
    }),
    ("leaf-not-first", |set| {
        set.edit("server.crt", |leaf| {
            (set.read("ca.crt") + &leaf).replace('\n', "\r")
        });
    }),
    ("joined-blocks", |set| {
        let (leaf, intermediate, _) = set.below(|_| ());
        set.write("server.crt", leaf.trim_end().to_owned() + &intermediate);
    }),
    ("missing-intermediate", |set| {
        let (leaf, intermediate, _) = set.below(|_| ());
        set.write("server.crt", leaf);
        set.write("bundle.pem", p256().serialize_pem() + &intermediate);
    }),
    ("missing-intermediate", |set| {
        let (leaf, intermediate, _) = set.below(|_| ());
        set.write("server.crt", leaf);
        let bundle = intermediate + &p256().serialize_pem();
        set.write("bundle.pem", bundle.replace('\n', "\r"));
    }),
    ("one-line", |set| {
        set.edit("server.crt", |text| text.replace('\n', " "))
    }),
    ("one-line", |set| {
        set.edit("server.crt", |text| text.replace('\n', "\\n"))
    }),
    ("bad-begin-line", |set| {
        set.edit("server.crt", |text| {
            text.replacen("-----\n", "-----\t\n", 1)
        })
    }),
    ("byte-order-mark", |set| {
        set.edit("server.crt", |text| format!("\u{feff}{text}"))
    }),
    ("base64-twice", |set| {
        set.edit("server.crt", |text| base64(text.as_bytes()))
    }),
    ("indented", |set| {
        set.edit("server.crt", |text| {
            text.replace("-----BEGIN", "  -----BEGIN")
        });
    }),
    ("no-begin-line", |set| {
        let lines = |text: String| text.lines().filter(|line| !line.starts_with('-')).collect();
        set.edit("server.crt", lines);
    }),
    ("trusted-certificate", |set| {
        set.openssl("trusted.crt", "leaf.key", "ca.crt");
        set.edit("server.crt", |text| {
            format!("# mine\n{text}{}", p256().serialize_pem())
        });
    }),
    ("key-in-public-file", |set| {
        set.edit("server.crt", |leaf| leaf + &p256().serialize_pem());
    }),
    ("key-in-public-file", |set| {
        set.edit("server.crt", |leaf| {
            (leaf + &p256().serialize_pem()).replace('\n', "\r")
        });
    }),
    ("expired", expired_in_a_chain),
    ("expired", |set| {
        expired_in_a_chain(set);
        set.edit("server.crt", |chain| chain.replace('\n', "\r"));
    }),
];

/// A leaf that has expired, with another certificate behind it. The CA's key is there.
fn expired_in_a_chain(set: &mut Set) {
    set.write("ca.key", set.root.key().serialize_pem());
    set.leaf(Side::Server, |params| {
        params.not_after = rcgen::date_time_ymd(2025, 2, 1);
    });
    let other = ca_params("other").self_signed(&p256()).unwrap().pem();
    set.edit("server.crt", |leaf| leaf + &other);
}

#[test]
fn a_printed_edit_works_in_every_shell_and_keeps_every_block() {
    let systems = SYSTEMS
        .iter()
        .filter(|(shell, tools, _)| have(shell[0]) && have(tools));
    for (number, (shell, tools, applets)) in systems.enumerate() {
        let programs = programs(tools, applets);
        for (place, (code, make)) in EDITS.iter().enumerate() {
            let mut set = Set::new(&format!("shell-{number}-{place}"));
            make(&mut set);
            let name = NAMES[(place + number) % NAMES.len()];
            fs::rename(set.dir.join("server.crt"), set.dir.join(name)).unwrap();
            let before = blocks(&set.dir);
            let doctor = || {
                let cert = format!("--cert={name}");
                let files = [
                    "--cacert",
                    "ca.crt",
                    "--key",
                    "server.key",
                    "--role",
                    "server",
                ];
                text(&hello(&set.dir, &[&["doctor", &cert][..], &files].concat()).stdout)
            };
            let page = doctor();
            assert!(codes_of(&page).contains(code), "{code}: {page}");
            let script = all_commands(&page);
            let said = pasted_into(shell, Some(&programs), &set.dir, &script);
            assert_eq!(said, Ok(()), "{shell:?}, {tools}, {code}: {script}");
            assert!(
                before.is_subset(&blocks(&set.dir)),
                "{shell:?} {tools}: {script}"
            );
            let after = doctor();
            assert!(
                !codes_of(&after).contains(code),
                "{shell:?} {tools}: {script}\n{after}"
            );
        }
    }
}

/// A folder in which these names are this program.
fn programs(tools: &str, names: &[&str]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor/tools-{tools}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut folders = path
        .split(':')
        .map(|folder| PathBuf::from(folder).join(tools));
    let program = folders.find(|program| program.exists()).unwrap();
    for name in names {
        std::os::unix::fs::symlink(&program, folder.join(name)).unwrap();
    }
    folder
}

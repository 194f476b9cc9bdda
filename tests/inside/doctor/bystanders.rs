//! What a remedy says of files that are not at fault: they stay as they are, and only one that fits is proposed.

use super::program::{all_commands, flat};
use crate::common::{Folder, have};

#[test]
fn the_only_key_of_another_certificate_is_never_overwritten() {
    if !have("openssl") {
        return;
    }
    // The names of the pair are not alike: what counts is that no other file has its key.
    let folder = Folder::with_certs();
    folder
        .run("cd certs && mv client.key alice-key.pem && mv client.crt alice-cert.pem")
        .ends(0);
    let doctor = "hello-mtls doctor --role server --cacert certs/ca.crt --cert certs/server.crt";
    let swapped = format!("{doctor} --key certs/alice-key.pem");
    folder
        .run(&swapped)
        .ends(1)
        .says("the right one is certs/server.key: --key certs/server.key");
    folder.run("rm certs/server.key").ends(0);
    let before = ["alice-key.pem", "server.crt"].map(|name| folder.read(&format!("certs/{name}")));
    let report = folder.run(&swapped).ends(1);
    folder.run(&all_commands(&report.stdout)).ends(0);
    let after = ["alice-key.pem", "server.crt"].map(|name| folder.read(&format!("certs/{name}")));
    assert_eq!(before, after);
    let page = flat(&report.stdout);
    let (_, then) = page.split_once("then ").unwrap();
    let (then, _) = then.split_once(" Verdict").unwrap();
    folder
        .run(&format!("hello-mtls doctor --role server {then}"))
        .ends(0);
}

#[test]
fn a_pair_of_another_ca_with_the_same_name_is_not_proposed() {
    if !have("openssl") {
        return;
    }
    let folder = Folder::with_certs();
    // Another CA of the same name, and a client of its own that comes first in the folder.
    folder.run("hello-mtls certs --dir other").ends(0);
    let files = "for end in crt key; do cp other/ca.$end certs/another-ca.$end; \
                 cp other/client.$end certs/a-client.$end; done";
    folder.run(files).ends(0);
    let doctor = "hello-mtls doctor --role client --cacert certs/ca.crt \
                  --cert certs/server.crt --key certs/server.key";
    folder
        .run(doctor)
        .ends(1)
        .says("--cert certs/client.crt --key certs/client.key: that one is for a client");
}

#[test]
fn a_path_that_no_shell_expanded_is_not_made_a_folder() {
    let folder = Folder::with_certs();
    for path in ["~/certs", "$HOME/certs", "${CERTS}/certs"] {
        folder
            .run(&format!("hello-mtls doctor --certs '{path}'"))
            .ends(1)
            .says("A shell expands ~ and variables in some places only")
            .does_not_say("hello-mtls certs --dir");
    }
}

#[test]
fn in_a_large_folder_the_files_of_the_same_name_are_looked_at_first() {
    let folder = Folder::with_certs();
    folder
        .run("for i in $(seq 80); do echo > certs/a-$i.txt; done")
        .ends(0);
    folder
        .run("hello-mtls doctor --role server --cert certs/server.crt --key certs/client.key")
        .ends(1)
        .says("the right one is certs/server.key");
}

#[test]
fn a_begin_line_that_has_another_end_line_is_shown_with_it() {
    let folder = Folder::with_certs();
    folder
        .run("sed -i.bak 's/BEGIN C/BEGIN  C/' certs/server.crt")
        .ends(0);
    folder
        .run("hello-mtls doctor --role server")
        .ends(1)
        .says("line 1: BEGIN says \" CERTIFICATE\", END says \"CERTIFICATE\"")
        .does_not_say("without its END line");
}

/// OpenSSL holds the CN against the constraints where there is no DNS entry; `openssl verify` says the same.
#[test]
fn a_clients_cn_that_looks_like_a_host_is_told_where_names_are_constrained() {
    if !have("openssl") {
        return;
    }
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs --dir nc --host localhost --name-constraints")
        .ends(0);
    for (cn, warned) in [("svc.prod.test", true), ("alice", false)] {
        let make = format!(
            "cd nc && printf 'basicConstraints=CA:FALSE\\nextendedKeyUsage=clientAuth\\n' > ext && \
             openssl req -new -key client.key -subj /CN={cn} -out c.csr && \
             openssl x509 -req -in c.csr -CA ca.crt -CAkey ca.key -days 9 -extfile ext -out c.crt"
        );
        folder.run(&make).ends(0);
        let verified = folder.run("openssl verify -CAfile nc/ca.crt nc/c.crt");
        verified.ends(if warned { 2 } else { 0 });
        let doctor = "hello-mtls doctor --role client --cacert nc/ca.crt --peer-cacert nc/ca.crt \
                      --cert nc/c.crt --key nc/client.key";
        let told = folder.run(doctor).ends(0);
        assert_eq!(
            flat(&told.stdout).contains("reads svc.prod.test as a host name"),
            warned
        );
    }
}

/// The server has another CA of the same name: the files only make it likely, and its refusal says no more.
#[test]
fn a_refusal_points_to_the_warning_that_may_be_its_reason() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir other").ends(0);
    let server = folder.serve("--certs other");
    let doctor =
        "hello-mtls doctor --cacert other/ca.crt --cert certs/client.crt --key certs/client.key";
    folder
        .run(&format!("{doctor} {}", server.url("/")))
        .ends(1)
        .says("first what is told below as [client-ca-key-changed]: it may be the reason");
}

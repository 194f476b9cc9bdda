//! What was replaced stays out: a revoked key, and the backups that a remedy, an editor or a package manager left.

use crate::common::{Folder, have};

/// The commands of a report, as a person pastes them.
fn commands(page: &str) -> String {
    let is_command = |line: &&str| line.starts_with("      ") && !line.starts_with("         ");
    let lines = page.lines().filter(is_command);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_remedy_for_a_revoked_client_is_a_new_key_and_it_gets_in() {
    if !have("openssl") {
        return;
    }
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    let before = ["certs/client.key", "certs/client.crt"].map(|name| folder.read(name));
    let server = folder.serve("--crl certs/ca.crl");
    let get = format!("hello-mtls get {}", server.url("/"));
    folder.run(&get).ends(1).says("revoked");

    let report = folder.run("hello-mtls doctor --role client --crl certs/ca.crl");
    let report = report.ends(1).says("a new key");
    folder.run(&commands(&report.stdout)).ends(0);
    folder.run(&get).ends(0).prints("Hello World");
    let key = folder.read("certs/client.key");
    assert_ne!(key, before[0], "the key is the old one");
    let old = ["certs/client.key.old", "certs/client.crt.old"].map(|name| folder.read(name));
    assert_eq!(old, before, "something was lost");
    folder
        .run("hello-mtls doctor --role client --crl certs/ca.crl")
        .ends(0);
}

/// The CA file has a second CA, and its backup the first one alone.
#[test]
fn a_current_file_comes_before_a_backup_that_holds_less() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir other").ends(0);
    let both = "cp certs/ca.crt certs/ca.crt.old && cat other/ca.crt >> certs/ca.crt && \
                rm certs/server.csr";
    folder.run(both).ends(0);
    folder
        .run("hello-mtls doctor --role server --host other.test")
        .ends(1)
        .says("-CA certs/ca.crt")
        .does_not_say("ca.crt.old");
}

#[test]
fn a_backup_is_proposed_only_where_no_current_file_fits_and_is_called_a_backup() {
    let folder = Folder::with_certs();
    let other = "mv certs/client.key certs/client.key.old && \
                 hello-mtls certs request new --client new && mv certs/new.key certs/client.key";
    folder.run(other).ends(0);
    folder
        .run("hello-mtls doctor --role client")
        .ends(1)
        .says("the right one is certs/client.key.old")
        .says("certs/client.key.old is a backup: no current file has what is needed");
    folder.run("cp certs/client.key.old certs/zoe.key").ends(0);
    folder
        .run("hello-mtls doctor --role client")
        .ends(1)
        .says("the right one is certs/zoe.key")
        .does_not_say("backup");
}

#[test]
fn a_folder_with_names_of_its_own_is_described_by_its_current_files() {
    let folder = Folder::with_certs();
    let names = "mkdir own && cp certs/ca.crt own/ca.pem && for end in key crt; do \
                 cp certs/client.$end own/alice.$end; cp certs/client.$end own/alice.$end.old; done";
    folder.run(names).ends(0);
    let line = "hello-mtls doctor --certs own --role client";
    folder
        .run(line)
        .ends(1)
        .says("--cert own/alice.crt --key")
        .does_not_say("--cert own/alice.crt.old")
        .does_not_say("--key own/alice.key.old");
}

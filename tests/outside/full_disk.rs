//! A disk without room for one more byte: a small file system in memory, which the kernel mounts for one command.

use crate::common::{EIGHT, Folder, Ran, Server, skip};

/// Runs the command with a folder `full`, in which `prepare` has left all room to a file of zeros.
fn on_a_full_disk(folder: &Folder, prepare: &str, command: &str) -> Ran {
    let script = format!(
        "mkdir -p full; mount -t tmpfs -o size=256k none full; {prepare}; \
         cat /dev/zero > full/zeros 2> /dev/null; {command}; code=$?; \
         rm full/zeros; ls -A full > left; cp -R full after; exit $code"
    );
    folder.run(&format!("rm -rf after; unshare -rm sh -c '{script}'"))
}

fn can_mount() -> bool {
    let mounts = "unshare -rm sh -c 'mkdir full && mount -t tmpfs none full'";
    let can = Folder::new().run(mounts).code == 0;
    if !can {
        skip("no mount namespace for a small disk (unshare -rm)");
    }
    can
}

#[test]
fn certificates_are_made_as_a_whole_or_not_at_all() {
    if !can_mount() {
        return;
    }
    let folder = Folder::new();
    on_a_full_disk(&folder, "true", "hello-mtls certs --dir full/certs")
        .ends(1)
        .prints("")
        .says("cannot write full/certs/ca.key")
        .says("No space left on device");
    assert!(folder.names("after/certs").is_empty());

    // A set that is there stays what it was.
    let old = "hello-mtls certs --dir full > /dev/null; cp -R full before";
    on_a_full_disk(&folder, old, "hello-mtls certs --dir full --force")
        .ends(1)
        .prints("")
        .says("cannot write full/ca.key");
    assert_eq!(folder.names("after"), EIGHT);
    folder.run("diff -r before after").ends(0);
    let revoke = "hello-mtls certs revoke --dir full full/client.crt";
    on_a_full_disk(&folder, "cp before/* full", revoke)
        .ends(1)
        .says("cannot write full/ca.crl");
    folder.run("diff -r before after").ends(0);
}

#[test]
fn each_output_of_a_request_that_finds_no_room_is_named() {
    if !can_mount() {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let get = format!("hello-mtls get {}", server.url("/"));
    let outputs = "--save full/one.transcript --html full/one.html --pcapng full/one.pcapng";
    on_a_full_disk(&folder, "true", &format!("{get} {outputs}"))
        .ends(1)
        .prints("Hello World")
        .says("cannot write full/one.transcript")
        .says("cannot write full/one.html")
        .says("cannot write full/one.pcapng");
    assert!(folder.names("after").is_empty());
    let wire = "hello-mtls wire one.transcript --html full/one.html";
    folder.run(&format!("{get} --save one.transcript")).ends(0);
    on_a_full_disk(&folder, "true", wire)
        .ends(1)
        .says("cannot write full/one.html");

    let body = on_a_full_disk(&folder, "true", &format!("{get} > full/zeros2"));
    body.ends(1).says("cannot write the output");
}

#[test]
fn secrets_that_find_no_room_are_named_and_the_connection_goes_on() {
    if !can_mount() {
        return;
    }
    let folder = Folder::with_certs();
    let server = Server::of(folder.start("exec hello-mtls serve --listen localhost:0"));
    let get = format!("SSLKEYLOGFILE=full/keys hello-mtls get {}", server.url("/"));
    on_a_full_disk(&folder, "true", &get)
        .ends(0)
        .prints("Hello World")
        .says("SSLKEYLOGFILE: full/keys cannot be written (No space left on device), so secrets are missing there");
}

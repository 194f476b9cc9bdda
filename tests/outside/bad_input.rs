//! Files that openssl made and that cannot be used: what is said, and whether the printed remedy works.

use crate::common::spoiled::spoiled;
use crate::common::{Folder, openssl};

#[test]
fn an_encrypted_key_is_named_and_what_is_printed_unlocks_it() {
    if openssl().is_none() {
        return;
    }
    let traditional = "openssl pkey -in SIDE.key -traditional -aes256 -passout pass:x -out x";
    for encrypt in [
        "openssl pkcs8 -topk8 -passout pass:x -in SIDE.key -out x",
        traditional,
    ] {
        spoiled(
            &format!("{encrypt}; mv x SIDE.key"),
            "certs/SIDE.key",
            "encrypted with a passphrase",
        );
    }
    let folder = Folder::with_certs();
    let encrypt = traditional.replace("SIDE", "client");
    folder
        .run(&format!("cd certs; {encrypt}; mv x client.key"))
        .ends(0);
    let get = "hello-mtls get https://localhost:1/";
    let refused = folder.run(get).ends(1);
    let unlock = refused.to_paste("with its passphrase");
    folder
        .run(&unlock.replace("openssl pkey", "openssl pkey -passin pass:x"))
        .ends(0);
    assert_eq!(folder.mode("certs/client.key"), 0o600);
    folder
        .run(get)
        .ends(1)
        .says("cannot connect to localhost:1");
}

#[test]
fn what_inspect_prints_decrypts_a_key_into_a_new_file() {
    if openssl().is_none() {
        return;
    }
    let key = "certs/client.key";
    for (encrypt, tool) in [
        ("pkey -traditional -aes256", "openssl pkey"),
        ("pkcs8 -topk8", "openssl pkey"),
        ("pkcs8 -topk8 -outform DER", "openssl pkcs8"),
    ] {
        let folder = Folder::with_certs();
        folder
            .run(&format!(
                "openssl {encrypt} -in {key} -passout pass:x -out x"
            ))
            .ends(0);
        let encrypted = folder.bytes("x");
        let ran = folder.run("hello-mtls inspect x").ends(1);
        let decrypt = ran.to_paste("with its passphrase, into a new file");
        folder
            .run(&decrypt.replace(tool, &format!("{tool} -passin pass:x")))
            .ends(0);
        assert_eq!(
            (folder.mode("x.key"), folder.bytes("x")),
            (0o600, encrypted)
        );
        let ran = folder.run("hello-mtls inspect x.key").ends(0);
        let own = folder.run(&format!("hello-mtls inspect {key}")).ends(0);
        let (_, own) = own.stdout.split_once("public key").unwrap();
        assert!(ran.stdout.ends_with(own), "{ran}");
    }
}

#[test]
fn a_revocation_list_of_version_1_is_named_and_called_so() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    folder.write("index", "");
    folder.write(
        "v1.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=30\n",
    );
    folder
        .run("openssl ca -config v1.cnf -gencrl -keyfile certs/ca.key -cert certs/ca.crt -out v1.crl")
        .ends(0);
    folder
        .run("hello-mtls serve --listen localhost:0 --crl v1.crl")
        .ends(1)
        .says("step 0, before the first byte: v1.crl")
        .says("version 1");
}

//! Answers that are nearly right, or right in other words: what the check calls them, and what it says.

use hello_mtls::instruments::lab::reading::Certificate;

use super::learner::{solve, started};

#[test]
fn options_that_a_command_line_does_not_take_are_answered_as_it_answers_them() {
    let folder = started("shut-the-door");
    for (options, said) in [
        (
            "--cacert ca-of-servers.crt --cacert ca-of-clients.crt",
            "--cacert stands there twice",
        ),
        ("", "--cacert FILE is missing: without --tls"),
        ("--narrate", "the word --narrate is not known here"),
    ] {
        folder.write(
            "lab/shut-the-door/serve.args",
            format!("--cert server.crt --key server.key {options}\n"),
        );
        folder
            .run("hello-mtls lab check shut-the-door")
            .ends(1)
            .says(said);
    }
}

#[test]
fn an_answer_of_another_length_is_not_called_right() {
    let folder = started("whose-fault");
    folder.write(
        "lab/whose-fault/answers.txt",
        "recording-1: ? ? ?\nrecording-1: 3 client unknown ca\n recording-2: 1, client, 0 # a guess\n",
    );
    folder
        .run("hello-mtls lab check whose-fault")
        .ends(1)
        .says("as in 3 client 45, and here stand 4")
        .says("as in 3 client 45, and here stand 0")
        .says(" of 3 are right");
}

/// Most sizes are read from a line that says bytes.
#[test]
fn a_size_may_be_written_as_wire_shows_it() {
    let folder = started("quantum");
    solve(&folder, "quantum");
    let sizes = folder.read("lab/quantum/sizes.txt");
    folder.write("lab/quantum/sizes.txt", sizes.replace('\n', " bytes\n"));
    folder.run("hello-mtls lab check quantum").ends(0);
    folder.write("lab/quantum/sizes.txt", "Certificate = many\n");
    folder
        .run("hello-mtls lab check quantum")
        .ends(1)
        .says("many is no number of bytes")
        .says("nothing yet");
}

#[test]
fn a_request_never_costs_the_key() {
    let folder = started("the-key-stays-home");
    folder
        .run("hello-mtls certs request --dir lab/the-key-stays-home/home --client ada client")
        .ends(1)
        .says("a key that is removed is lost")
        .says("openssl req -new -key makes a request for a key that is there");
}

/// The balancer has no certificate to show, and the learner hears it from the balancer's answer.
#[test]
fn an_application_that_refuses_the_balancer_is_named() {
    let folder = started("behind-the-proxy");
    folder.write(
        "lab/behind-the-proxy/serve.args",
        "--cert server.crt --key server.key --cacert ca.crt\n",
    );
    let found = folder
        .run("hello-mtls lab check behind-the-proxy --json")
        .ends(1);
    assert!(
        found
            .stdout
            .contains("the server answers 502 Bad Gateway: the application refuses the balancer"),
        "{found}"
    );
}

/// ML-DSA has three sizes, and the task names one of them.
#[test]
fn an_ml_dsa_key_of_another_size_is_another_key() {
    let folder = started("quantum");
    solve(&folder, "quantum");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ML_DSA_44).unwrap();
    let ca = rcgen::CertificateParams::default()
        .self_signed(&key)
        .unwrap();
    let with = folder.read("lab/quantum/new-ca.crt") + &ca.pem();
    folder.write("lab/quantum/new-ca.crt", with);
    folder
        .run("hello-mtls lab check quantum")
        .ends(1)
        .says("✗ ca-key")
        .says("new-ca.crt has a key of another kind")
        .says("✓ old-client");
}

#[test]
fn a_day_that_has_begun_counts() {
    let days = |seconds| {
        let certificate = Certificate {
            fingerprint: String::new(),
            key: String::new(),
            serial: String::new(),
            validity: (0, seconds),
            is_ca: false,
            roles: (true, true),
        };
        certificate.days()
    };
    assert_eq!(days(398 * 86_400), 398);
    assert_eq!(days(398 * 86_400 + 1), 399);
}

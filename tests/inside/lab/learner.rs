//! A learner who has only what the lab prints: where the pages are, what went wrong, and commands that can be pasted.

use crate::common::{Folder, Ran};

/// A folder in which an exercise was started.
pub(super) fn started(name: &str) -> Folder {
    let folder = Folder::new();
    folder
        .run(&format!("hello-mtls lab start {name}"))
        .ends(0)
        .says(&format!("read lab/{name}/README.md"));
    folder
}

/// Pastes the solution, as it is printed.
pub(super) fn solve(folder: &Folder, name: &str) {
    folder
        .run(&format!("hello-mtls lab solution {name} > solution"))
        .ends(0);
    folder
        .run("sed -n '/^```sh/,/^```/p' solution | grep -v '```' > solve.sh && sh -e solve.sh")
        .ends(0);
}

/// The command behind `try`, as it was printed.
fn remedy(ran: &Ran) -> String {
    let lines = ran
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("    try "));
    let mut command = String::new();
    for line in lines {
        command += line.trim_start().trim_start_matches("try").trim_start();
        if !line.ends_with('\\') {
            break;
        }
        command.push('\n');
    }
    command
}

#[test]
fn the_list_and_the_start_name_the_page_of_the_lab_and_the_next_command() {
    let folder = started("renew");
    folder.run("hello-mtls lab").ends(0).says("/lab.");
    let printed = folder
        .run("hello-mtls lab reset renew")
        .ends(0)
        .says("/lab.");
    let commands: Vec<&str> = printed
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .collect();
    assert_eq!(commands, ["cd lab/renew", "hello-mtls lab check renew"]);
    folder
        .run(&commands.join(" && "))
        .ends(1)
        .says("not solved yet");
}

#[test]
fn a_check_without_an_exercise_fails_and_says_what_to_start() {
    let folder = Folder::new();
    folder
        .run("hello-mtls lab check")
        .ends(1)
        .says("hello-mtls lab start who-is-who");
    let json = folder.run("hello-mtls lab check --json").ends(1);
    assert_eq!(
        json.stdout,
        "{\"version\":1,\"solved\":false,\"exercises\":[]}\n"
    );
}

#[test]
fn a_machine_gets_its_line_though_an_exercise_cannot_be_graded() {
    let folder = started("renew");
    folder.run("hello-mtls lab start two-cas").ends(0);
    folder.write("lab/two-cas/.draw", "mine");
    for line in ["lab check --json", "lab check two-cas --json"] {
        folder
            .run(&format!("hello-mtls {line}"))
            .ends(1)
            .says(r#""name":"two-cas","status":"fail","tests":[{"name":"files""#);
    }
    folder
        .run("hello-mtls lab check")
        .ends(1)
        .says("lab: renew")
        .says("lab reset two-cas");
    folder
        .run("hello-mtls lab")
        .ends(0)
        .says("0 of 1 tests pass");
    folder
        .run("hello-mtls lab check who-is-who --json")
        .ends(1)
        .says("this exercise was not started");
}

#[test]
fn what_is_expected_names_the_client_in_one_paragraph() {
    let folder = started("behind-the-proxy");
    let found = folder
        .run("hello-mtls lab check behind-the-proxy")
        .ends(1)
        .says("and knows the client as uri:spiffe://");
    let rows = found.stdout.trim().lines();
    let empty = rows.filter(|line| line.is_empty()).count();
    assert_eq!(empty, 2, "below the title, and before the result: {found}");
}

#[test]
fn a_hint_says_how_to_get_the_next_one() {
    let folder = started("renew");
    for (line, next) in [("", "renew 2"), (" 2", "renew 3")] {
        folder
            .run(&format!("hello-mtls lab hint renew{line}"))
            .ends(0)
            .says(&format!("hello-mtls lab hint {next}"));
    }
    folder
        .run("hello-mtls lab hint renew 3")
        .ends(0)
        .does_not_say("lab hint");
}

#[test]
fn a_chain_in_the_wrong_order_is_named_and_the_remedy_can_be_pasted() {
    let folder = started("the-missing-link");
    let leaf = folder.read("lab/the-missing-link/server.crt");
    // One of the three signed the server. Whichever it is, the key belongs to the second certificate.
    let wrong = |issuer: u8| {
        let issuer = folder.read(&format!(
            "lab/the-missing-link/downloads/issuing-{issuer}.crt"
        ));
        folder.write("lab/the-missing-link/server.crt", issuer + &leaf);
    };
    wrong(1);
    for (place, path) in [
        (".", "lab/the-missing-link/server.crt"),
        ("lab/the-missing-link", "./server.crt"),
    ] {
        let check = format!("cd {place} && hello-mtls lab check the-missing-link");
        let found = folder.run(&check).ends(1).says("begins with the leaf");
        assert!(
            remedy(&found).contains(&format!("-e {path}.old")),
            "{found}"
        );
    }
    let check = "hello-mtls lab check the-missing-link";
    let solved = (1..=3).filter(|issuer| {
        wrong(*issuer);
        let pasted = remedy(&folder.run(check));
        folder.run(&pasted).ends(0);
        folder.run(check).code == 0
    });
    assert_eq!(solved.count(), 1);
}

#[test]
fn files_that_do_not_fit_are_handed_to_the_doctor_by_their_names() {
    let folder = started("renew");
    folder
        .run("hello-mtls certs --dir other && cat other/server.key > lab/renew/server.key")
        .ends(0);
    folder
        .run("hello-mtls lab check renew")
        .ends(1)
        .says("openssl req -new -key lab/renew/server.key")
        // Its names are those that it had.
        .does_not_say("DNS:localhost");
}

#[test]
fn a_name_that_allow_does_not_take_is_answered_with_the_form() {
    let folder = started("let-in-a-not-b");
    let options = "--cert server.crt --key server.key --cacert ca.crt";
    for (allow, said) in [
        ("--allow CN=ada-11", "cn:…"),
        ("--allow=CN=ada-11", "cn:…"),
        ("--allow spiffe://hello-mtls/ada-11", "uri:spiffe://…"),
        ("--allow URI:spiffe://hello-mtls/ada-11", "uri:spiffe://…"),
        (
            "--allow \"uri:spiffe://hello-mtls/ada-11\"",
            "quotation marks",
        ),
    ] {
        folder.write(
            "lab/let-in-a-not-b/serve.args",
            format!("{options} {allow}\n"),
        );
        folder
            .run("hello-mtls lab check let-in-a-not-b")
            .ends(1)
            .says(said)
            .says("step6_server_authorizes_client");
    }
}

#[test]
fn a_stage_that_is_missing_keeps_no_other_from_being_tried() {
    let folder = started("change-the-root");
    folder
        .run("cd lab/change-the-root && for stage in 1 2 4; do cp -r stages/0 stages/$stage; done && rm stages/2/client.key")
        .ends(0);
    let found = folder
        .run("hello-mtls lab check change-the-root")
        .ends(1)
        .says("✓ stage-1")
        .says("✓ server-1-client-0")
        .says("not in this folder: stages/2/client.key")
        .says("not in this folder: stages/3/server.crt, stages/3/server.key")
        .says("✓ stage-4")
        .says("its key is still trusted in stages/4/server-trusts.crt, stages/4/client-trusts.crt");
    assert!(!found.stdout.contains("server-4-client-3"), "{found}");
}

/// The old server asks for certificates of the old CA, and refuses the new client: that hides what the client did.
#[test]
fn a_client_that_still_trusts_the_old_ca_is_named_and_not_its_peer() {
    let folder = started("change-the-root");
    solve(&folder, "change-the-root");
    folder
        .run("cd lab/change-the-root && cat old-ca.crt new/ca.crt > stages/4/client-trusts.crt")
        .ends(0);
    let found = folder
        .run("hello-mtls lab check change-the-root")
        .ends(1)
        .says("the client accepted the server at step 3; then the server refuses at step 5")
        .says("the old CA is trusted by stages/4/client-trusts.crt")
        .says("its key is still trusted in stages/4/client-trusts.crt");
    assert!(!found.stdout.contains("\\n"), "{found}");
    for line in found.stdout.lines() {
        assert!(hello_mtls::text::columns(line) <= 80, "{line}");
    }
}

/// Two of them lead to 2^40 paths.
#[test]
fn links_that_lead_back_do_not_hold_the_check() {
    let folder = started("the-key-stays-home");
    folder
        .run("cd lab/the-key-stays-home && ln -s . a && ln -s . b && timeout 20 hello-mtls lab check")
        .ends(1);
}

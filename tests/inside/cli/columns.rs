//! What the program prints fits a terminal of 80 columns: each help, and what the commands answer.

use hello_mtls::text::columns;

use crate::common::{Folder, Ran};

#[track_caller]
pub(super) fn fits(ran: &Ran) {
    for line in ran.stdout.lines().chain(ran.stderr.lines()) {
        let columns = columns(line);
        assert!(columns <= 80, "{columns} columns: {line}\n{ran}");
    }
}

#[test]
fn every_help_fits_80_columns() {
    let folder = Folder::new();
    for command in [
        "",
        "certs",
        "certs ca",
        "certs request",
        "certs sign",
        "certs renew",
        "certs revoke",
        "inspect",
        "serve",
        "get",
        "doctor",
        "wire",
        "step",
        "gallery",
        "lab",
        "lab check",
        "demo",
        "help",
    ] {
        for help in ["-h", "--help"] {
            fits(&folder.run(&format!("hello-mtls {command} {help}")).ends(0));
        }
    }
}

#[test]
fn an_option_that_can_be_repeated_says_so() {
    let folder = Folder::new();
    for (command, options) in [
        ("certs", vec!["--host"]),
        ("certs request", vec!["--host"]),
        ("certs sign", vec!["--host"]),
        ("serve", vec!["--allow", "--crl"]),
        ("doctor", vec!["--crl"]),
    ] {
        let help = folder.run(&format!("hello-mtls {command} -h")).ends(0);
        for option in options {
            let mut lines = help.stdout.lines();
            let line = lines.find(|line| line.trim_start().starts_with(option));
            assert!(
                line.is_some_and(|line| line.contains("repeatable")),
                "{help}"
            );
        }
    }
}

#[test]
fn what_the_commands_answer_fits_80_columns() {
    let folder = Folder::new();
    for command in [
        "certs",
        "certs --intermediate --dir more",
        "certs ca --dir third --days 9",
        "certs request bob --client bob",
        "certs sign bob --client bob",
        "certs sign bob --client bob --days 3650 --force",
        "certs revoke certs/bob.crt",
        "inspect certs/client.crt certs/client.csr certs/ca.crl certs/server.key",
        "doctor",
        "step",
    ] {
        fits(&folder.run(&format!("hello-mtls {command}")).ends(0));
    }
}

#[test]
fn a_chinese_name_keeps_the_80_columns() {
    let folder = Folder::new();
    let long = "示例公司测试部门客户端证书张三李四王五赵六孙七周八吴九郑十";
    for command in [
        format!("certs --client {long}"),
        "inspect certs/client.crt certs/client.csr certs/client.key".to_owned(),
        "certs revoke certs/client.crt".to_owned(),
        "certs request 张三 --client 张三".to_owned(),
        "certs sign 张三 --client 张三".to_owned(),
        "inspect certs/张三.crt certs/张三.csr".to_owned(),
    ] {
        fits(&folder.run(&format!("hello-mtls {command}")).ends(0));
    }
}

#[test]
fn every_view_shows_a_chinese_client_within_80_columns() {
    let folder = Folder::with_certs();
    let made = folder
        .run("hello-mtls certs request 张三 --client 张三")
        .ends(0);
    fits(&made);
    let listed = made.stdout.lines().filter_map(|line| line.split_once("  "));
    for (file, purpose) in listed.filter(|(file, _)| file.starts_with("certs/张三")) {
        let gap = 2 + purpose.len() - purpose.trim_start().len();
        assert_eq!(columns(file) + gap, 23, "{made}");
    }
    fits(
        &folder
            .run("hello-mtls certs sign 张三 --client 张三")
            .ends(0),
    );
    fits(&folder.run("hello-mtls inspect certs/张三.crt").ends(0));

    let server = folder.serve("");
    let own = "--cert certs/张三.crt --key certs/张三.key --cacert certs/ca.crt";
    let line = format!("hello-mtls get {} {own} --wire", server.url("/"));
    let watched = folder.run(&line).ends(0);
    assert!(watched.stderr.contains("张三"), "{watched}");
    fits(&watched);

    let mismatched = "--cert certs/张三.crt --key certs/server.key --cacert certs/ca.crt";
    let line = format!("hello-mtls doctor --role client {mismatched}");
    let report = folder.run(&line).ends(1);
    assert!(report.stdout.contains("张三"), "{report}");
    fits(&report);
    let line = format!("hello-mtls get {} {mismatched}", server.url("/"));
    fits(&folder.run(&line).ends(1));
    fits(&folder.run("hello-mtls gallery wrong-host").ends(0));
}

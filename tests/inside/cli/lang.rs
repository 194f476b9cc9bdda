//! The language of the program: by its option, else by the locale, and English for a machine.

use super::columns::fits;
use crate::common::Folder;

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[test]
fn the_option_counts_more_than_the_locale_and_a_locale_more_than_nothing() {
    let folder = Folder::new();
    for (command, chinese) in [
        ("hello-mtls get https://localhost/ --lang zh", true),
        ("LC_ALL=zh_CN.UTF-8 hello-mtls get https://localhost/", true),
        (
            "LC_ALL= LC_MESSAGES=zh_CN LANG=C hello-mtls get https://localhost/",
            true,
        ),
        (
            "LC_ALL=zh_CN.UTF-8 hello-mtls --lang en get https://localhost/",
            false,
        ),
        (
            "LC_ALL=en_US.UTF-8 LANG=zh_CN hello-mtls get https://localhost/",
            false,
        ),
        ("hello-mtls get https://localhost/", false),
    ] {
        let ran = folder.run(command).ends(1);
        assert_eq!(ran.stderr.contains("无法"), chinese, "{ran}");
        assert!(ran.stderr.contains("certs/ca.crt"), "{ran}");
    }
    let ran = folder.run("hello-mtls step --lang fr").ends(2);
    assert!(ran.stderr.contains("en or zh"), "{ran}");
}

#[test]
fn the_story_the_gallery_and_the_steps_are_told_in_chinese_within_80_columns() {
    let folder = Folder::with_certs();
    let server = folder.serve("--narrate --lang zh");
    let url = server.url("/");
    for command in [
        format!("hello-mtls get {url} --narrate --lang zh"),
        "hello-mtls gallery --lang zh".to_owned(),
        "hello-mtls gallery unknown-ca --lang zh".to_owned(),
        "hello-mtls gallery client-expired --tls-max 1.2 --lang zh".to_owned(),
        "hello-mtls step --lang zh".to_owned(),
    ] {
        let ran = folder.run(&command).ends(0);
        fits(&ran);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let chinese = all.chars().filter(|c| is_chinese(*c)).count();
        assert!(chinese > 100, "{chinese} characters: {ran}");
        // What a value of a field means.
        let english = ["fresh key exchange", "a point", "critical: "];
        assert!(english.iter().all(|words| !all.contains(words)), "{ran}");
    }
}

/// Four words of English in a row, in a line that is no command to paste.
fn english_sentence(page: &str) -> Option<String> {
    let is_command = |line: &&str| {
        let margin = line.len() - line.trim_start().len();
        (6..=8).contains(&margin)
    };
    let is_word = |word: &&str| {
        let word = word.trim_end_matches([',', '.', ';', ':']);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let prose: Vec<&str> = page.lines().filter(|line| !is_command(line)).collect();
    let prose = prose.join(" ");
    let words: Vec<&str> = prose.split_whitespace().collect();
    let mut runs = words.windows(4);
    runs.find(|run| run.iter().all(is_word))
        .map(|run| run.join(" "))
}

#[test]
fn what_cannot_be_done_is_told_in_chinese_alone() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let taken = server.url("").replace("https://", "");
    folder
        .run("hello-mtls certs ca --dir other --cn other")
        .ends(0);
    folder
        .run("cp other/ca.key certs/stranger.key && cp certs/ca.crt certs/stranger.crt")
        .ends(0);
    folder
        .run("cp certs/server.key certs/leaf.key && cp certs/server.crt certs/leaf.crt")
        .ends(0);
    for command in [
        format!("serve --listen {}", taken.trim_end_matches('/')),
        "serve --listen 192.0.2.1:3000".to_owned(),
        "get https://nosuch.invalid/".to_owned(),
        "certs revoke other/ca.crt".to_owned(),
        "certs renew ca".to_owned(),
        "certs renew client --dir certs --ca stranger".to_owned(),
        "certs sign client --client x --ca leaf --force".to_owned(),
    ] {
        let ran = folder
            .run(&format!("hello-mtls {command} --lang zh"))
            .ends(1);
        let told = ran.stderr.split("无法").nth(1).unwrap_or("，");
        assert!(!told.starts_with(|first: char| first.is_ascii()), "{ran}");
        // The system's own words stay as they are.
        let own = ran.stderr.replace("Address already in use", "");
        if !own.contains("failed to lookup") {
            assert_eq!(english_sentence(&own), None, "{ran}");
        }
    }
}

#[test]
fn the_doctor_speaks_chinese_of_files_and_of_a_live_server() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let url = server.url("/");
    for (broken, command) in [
        ("key", "cp certs/client.key key/server.key"),
        ("ca", "cp certs/server.crt ca/ca.crt"),
        (
            "chain",
            "cat certs/ca.crt certs/server.crt > chain/server.crt",
        ),
    ] {
        folder
            .run(&format!("cp -r certs {broken} && {command}"))
            .ends(0);
    }
    for (command, code, words) in [
        (
            "hello-mtls doctor --certs key",
            1,
            "实际情况 key/client.crt 里",
        ),
        (
            "hello-mtls doctor --certs ca --host other.test",
            1,
            "解决办法 那里应该放",
        ),
        (
            "hello-mtls doctor --certs chain",
            1,
            "在最前面：证书链以叶证书开头",
        ),
        (&format!("hello-mtls doctor {url} --certs ca"), 1, "结论："),
        (&format!("hello-mtls doctor {url}"), 0, "要求客户端出示证书"),
    ] {
        let ran = folder.run(&format!("{command} --lang zh")).ends(code);
        fits(&ran);
        assert!(ran.stdout.contains(words), "{words}: {ran}");
        let chinese = ran.stdout.chars().filter(|c| is_chinese(*c)).count();
        assert!(chinese > 50, "{chinese} characters: {ran}");
        assert_eq!(english_sentence(&ran.stdout), None, "{ran}");
    }
}

#[test]
fn inspect_explains_each_field_in_chinese_within_80_columns() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    for (file, words) in [
        ("ca.crt", "根 CA"),
        ("server.crt", "从不看 CN（第 3 步）"),
        ("client.csr", "只是愿望，由 CA 决定"),
        ("client.key", "有，但不显示"),
        ("ca.crl", "这份列表是什么时候生成的"),
    ] {
        let ran = folder
            .run(&format!("hello-mtls inspect certs/{file} --lang zh"))
            .ends(0);
        fits(&ran);
        assert!(
            ran.stdout
                .replace([' ', '\n'], "")
                .contains(&words.replace(' ', "")),
            "{words}: {ran}"
        );
        assert_eq!(english_sentence(&ran.stdout), None, "{ran}");
    }
}

#[test]
fn an_english_sentence_is_seen_and_a_command_is_none() {
    let said = "    found    the right one is\n             this";
    assert_eq!(
        english_sentence(said).as_deref(),
        Some("found the right one")
    );
    assert_eq!(english_sentence("      openssl req new key out"), None);
}

#[test]
fn what_is_wrong_with_a_file_is_told_in_chinese_within_80_columns() {
    let folder = Folder::with_certs();
    folder
        .run("grep -v -e ----- certs/client.crt | base64 -d > c.der")
        .ends(0);
    // The beginning of a PKCS#12 file, and nothing in it: a SEQUENCE of version 3 and an empty SEQUENCE.
    folder
        .run(r"printf '\060\005\002\001\003\060\000' > c.p12")
        .ends(0);
    let own = "--cacert certs/ca.crt --key certs/client.key";
    for (command, words) in [
        (
            format!("get https://localhost:1/ {own} --cert certs/client.key"),
            "私钥（BEGIN PRIVATE KEY）",
        ),
        (
            format!("get https://localhost:1/ {own} --cert c.der"),
            "证书，DER 格式（二进制）",
        ),
        (format!("serve {own} --cert c.p12"), "PKCS#12 库："),
    ] {
        let ran = folder
            .run(&format!("hello-mtls {command} --lang zh"))
            .ends(1);
        fits(&ran);
        assert!(ran.stderr.contains(words), "{ran}");
        assert!(ran.stderr.contains("应该是：PEM 格式的证书"), "{ran}");
        // The file, and what to do.
        assert!(ran.stderr.contains("certs/client.key") || ran.stderr.contains("c."));
        assert!(ran.stderr.contains("试试："), "{ran}");
    }
}

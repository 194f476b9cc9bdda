//! The language of the program: by its option, else by the locale, and English for a machine.

use hello_mtls::text::columns;

use crate::common::{Folder, Ran};

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[track_caller]
fn fits(ran: &Ran) {
    for line in ran.stdout.lines().chain(ran.stderr.lines()) {
        let columns = columns(line);
        assert!(columns <= 80, "{columns} columns: {line}\n{ran}");
    }
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
    }
}

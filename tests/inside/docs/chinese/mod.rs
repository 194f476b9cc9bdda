//! The words of the Chinese texts: what a Chinese reader knows the subject by, and renderings that mislead. The texts are
//! the pages, the exercises of the lab, and what the program says.

mod words;

use std::fs;

use crate::common::pages::{pages_in, prose, root};
use words::{BANNED, FAILURES, PROGRAM, REQUIRED, RIGHT};

/// What is wrong in a page, a line each.
fn wrong_words(name: &str, page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in prose(page).iter().enumerate() {
        let line = own_words(line);
        for (banned, instead, why, pages) in BANNED {
            let here = pages.iter().any(|part| name.contains(part));
            if here && line.contains(banned) {
                wrong.push(format!(
                    "{name}, line {} of prose: {banned}: write {instead} ({why})",
                    number + 1
                ));
            }
        }
    }
    wrong
}

/// A line without what is right, and without what it only quotes: an alias may be named, as in 也译“签发者”.
fn own_words(line: &str) -> String {
    let mut parts = line.split('“');
    let mut own = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        own += part.split_once('”').map_or(part, |(_, after)| after);
    }
    RIGHT.iter().fold(own, |own, right| own.replace(right, ""))
}

fn missing_words(name: &str, page: &str) -> Vec<String> {
    let belongs = REQUIRED.iter().filter(|(_, pages)| pages.contains(&name));
    let missing = belongs.filter(|(word, _)| !page.contains(word));
    missing
        .map(|(word, _)| format!("{name} has to say {word}"))
        .collect()
}

/// The lines of a table of texts that begin with one of these keys, without the key. The others are left blank.
fn told(table: &str, keys: &[&str]) -> String {
    let lines = table.lines().map(|line| {
        let text = keys.iter().find_map(|key| line.strip_prefix(key));
        text.unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// All Chinese texts, each by its path.
fn texts() -> Vec<(String, String)> {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let lab = pages_in(&root().join("src/instruments/lab/texts/zh"));
    assert!(!lab.is_empty(), "the lab has texts");
    let pages = pages_in(&root().join("docs/zh")).into_iter().chain(lab);
    let mut texts: Vec<(String, String)> = pages
        .map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap().into())
        .chain(["README.zh-CN.md".to_owned()])
        .map(|name| (name.clone(), read(&name)))
        .collect();
    for (name, keys) in [
        (PROGRAM, &["zh: "][..]),
        (FAILURES, &["story: ", "cause: ", "remedy: "][..]),
    ] {
        texts.push((name.to_owned(), told(&read(name), keys)));
    }
    texts
}

#[test]
fn the_texts_speak_as_chinese_readers_do() {
    let mut wrong = Vec::new();
    for (name, text) in texts() {
        wrong.extend(wrong_words(&name, &text));
        wrong.extend(missing_words(&name, &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A half-width mark beside a Chinese character, or a straight quotation mark beside one or beside a placeholder.
fn narrow_mark(line: &str) -> Option<String> {
    let outside_code: String = line.split('`').step_by(2).collect::<Vec<_>>().join("x");
    let characters: Vec<char> = outside_code.chars().collect();
    let han = |character: char| ('\u{4e00}'..='\u{9fff}').contains(&character);
    let wrong = |mark: char, beside: char| match mark {
        '"' => han(beside) || matches!(beside, '{' | '}'),
        ',' | ';' | ':' | '?' | '!' => han(beside),
        _ => false,
    };
    let pair = characters
        .windows(2)
        .find(|pair| wrong(pair[0], pair[1]) || wrong(pair[1], pair[0]));
    pair.map(|pair| pair.iter().collect())
}

#[test]
fn marks_are_as_wide_as_the_characters_beside_them() {
    let mut wrong = Vec::new();
    for (name, text) in texts() {
        for line in prose(&text) {
            wrong.extend(narrow_mark(line).map(|mark| format!("{name}: {mark} in {line}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(narrow_mark("名为 \"{name}\" 的练习").unwrap(), "\"{");
    assert_eq!(narrow_mark("没有,也没有").unwrap(), "有,");
    assert_eq!(narrow_mark("`a, \"{b}\"`，名为“{name}”"), None);
}

#[test]
fn an_alias_in_quotation_marks_is_no_mistake_and_a_scope_is_kept() {
    let words = |name: &str, page: &str| wrong_words(name, page).len();
    assert_eq!(words("docs/zh/glossary.md", "颁发者（也译“签发者”）"), 0);
    assert_eq!(words("docs/zh/glossary.md", "“颁发者”是签发者"), 1);
    assert_eq!(words("docs/zh/questions.md", "这个问题的回答"), 0);
    assert_eq!(words("docs/zh/http.md", "一个回答先拼好"), 1);
    assert_eq!(words("docs/zh/questions.md", "会话恢复的连接"), 0);
    assert_eq!(
        words("docs/zh/questions.md", "```\n签发者\n```"),
        0,
        "not in blocks"
    );
    assert_eq!(words(PROGRAM, &told("en: owner\nzh: 主人", &["zh: "])), 1);
    assert_eq!(words(PROGRAM, &told("# 主人\nen: 主人", &["zh: "])), 0);
    assert_eq!(words("docs/zh/tls.md", "一个证书颁发机构的一个证书"), 1);
    let missing = missing_words("docs/zh/wire.md", "没有");
    assert_eq!(missing[0], "docs/zh/wire.md has to say 解密");
}

#[test]
fn no_rendering_is_banned_and_recommended_at_once() {
    for (banned, instead, why, pages) in BANNED {
        assert!(!instead.contains(banned), "{banned}: {instead}");
        assert!(!why.is_empty() && !pages.is_empty());
    }
}

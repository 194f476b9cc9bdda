//! The words of the Chinese pages: what a Chinese reader knows the subject by, and renderings that mislead.

use std::fs;

use crate::common::pages::{pages_in, prose, root};

/// All pages.
const EVERYWHERE: &[&str] = &[""];

/// Pages where HTTP is spoken: there 回答 would be a response.
const HTTP: &[&str] = &["http.md", "step6_", "step7_"];

/// A rendering, what to write in its place, why, and the pages for which that holds.
type Banned = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const BANNED: [Banned; 41] = [
    (
        "签发者",
        "颁发者",
        "the usual word for a certificate's issuer; 签发者 is that of a JWT",
        EVERYWHERE,
    ),
    (
        "回答",
        "响应",
        "RFC 9110 in Chinese: an HTTP response",
        HTTP,
    ),
    (
        "HTTP 回答",
        "HTTP 响应",
        "RFC 9110 in Chinese: an HTTP response",
        EVERYWHERE,
    ),
    (
        "恢复的连接",
        "会话恢复（时）",
        "reads as: connected again after a break",
        EVERYWHERE,
    ),
    (
        "终结",
        "终止 TLS，也叫 TLS 卸载",
        "TLS termination; 终结 is to put an end to",
        EVERYWHERE,
    ),
    ("录制", "录下的流量", "录制 is said of video", EVERYWHERE),
    (
        "打不开",
        "解不开",
        "to decrypt is 解密, 解开; a file may be 打不开",
        &["wire.md", "glossary.md", "step1_"],
    ),
    ("线路上", "网络上", "literal: on the wire", EVERYWHERE),
    (
        "路上的人",
        "网络上的第三方、窃听者",
        "nobody knows which road",
        EVERYWHERE,
    ),
    (
        "路上没有人",
        "传输途中没有人",
        "nobody knows which road",
        EVERYWHERE,
    ),
    (
        "路上有人",
        "传输途中有人",
        "nobody knows which road",
        EVERYWHERE,
    ),
    (
        "路上谁",
        "传输途中谁",
        "nobody knows which road",
        EVERYWHERE,
    ),
    (
        "进门",
        "握手成功",
        "a metaphor that has to be explained",
        EVERYWHERE,
    ),
    (
        "证书和证明",
        "证书和签名",
        "in daily Chinese a 证明 is a 证书",
        EVERYWHERE,
    ),
    (
        "当客户端用",
        "当客户端证书用",
        "a certificate is not used as a client",
        EVERYWHERE,
    ),
    (
        "当服务器用",
        "当服务器证书用",
        "a certificate is not used as a server",
        EVERYWHERE,
    ),
    (
        "签的客户端",
        "签发的客户端证书",
        "a CA signs certificates, not clients",
        EVERYWHERE,
    ),
    ("点名的 CA", "列出的 CA", "the server lists CAs", EVERYWHERE),
    ("到处停用", "已被废弃", "RFC 8996 deprecates", EVERYWHERE),
    (
        "做两次也无妨",
        "幂等",
        "the standard's own word",
        EVERYWHERE,
    ),
    (
        "一种也做不了",
        "做不出其中任何一种签名",
        "no subject, no object",
        EVERYWHERE,
    ),
    (
        "没有自己的字节",
        "没有自己的消息",
        "telegram style",
        EVERYWHERE,
    ),
    (
        "的滋味",
        "看看怎样被拒绝",
        "literal: a taste of",
        EVERYWHERE,
    ),
    ("讲出", "说明", "no usual collocation", EVERYWHERE),
    ("怪错", "误导", "has to be read twice", EVERYWHERE),
    ("来问使用者", "回调", "rustls calls back", EVERYWHERE),
    (
        "在哪里来问",
        "在什么时候回调",
        "rustls calls back",
        EVERYWHERE,
    ),
    (
        "干活的中间",
        "负责日常签发的中间",
        "literal: working CA",
        EVERYWHERE,
    ),
    ("接手的是", "取代的是", "literal: take over", EVERYWHERE),
    ("特意如此", "特意写成", "literal: on purpose", EVERYWHERE),
    ("不怀好意", "不可信", "literal: hostile", EVERYWHERE),
    ("有敌意", "不可信", "literal: hostile", EVERYWHERE),
    ("凭什么", "理由", "reads as a reproach", EVERYWHERE),
    (
        "看到的是实情",
        "看到的就是真实的执行过程",
        "literal: honest",
        EVERYWHERE,
    ),
    ("有希望的", "可能被接受的", "literal: promising", EVERYWHERE),
    ("差一点才是", "格式有一点不对", "not Chinese", EVERYWHERE),
    (
        "以 56 退出",
        "退出码是 56",
        "literal: exits with",
        EVERYWHERE,
    ),
    ("一张证。", "各用一张证书", "telegram style", EVERYWHERE),
    (
        "读也读不到、改也改不了",
        "读不到，改动也会被发现",
        "a change cannot be prevented, only noticed",
        EVERYWHERE,
    ),
    (
        "偷看或改动",
        "偷看，改动也会被发现",
        "a change cannot be prevented, only noticed",
        EVERYWHERE,
    ),
    (
        "对方**在哪一步没有通过检查",
        "对方在哪一步的检查上没有让你通过",
        "says the opposite: the peer did not fail",
        EVERYWHERE,
    ),
];

/// Words by which a Chinese reader knows the subject and looks for it, and the pages where they belong.
const REQUIRED: [(&str, &[&str]); 8] = [
    (
        "双向认证",
        &["README.zh-CN.md", "docs/zh/mtls.md", "docs/zh/glossary.md"],
    ),
    ("传输层安全", &["docs/zh/tls.md", "docs/zh/glossary.md"]),
    ("数字证书", &["docs/zh/tls.md", "docs/zh/glossary.md"]),
    ("非对称加密", &["docs/zh/tls.md", "docs/zh/glossary.md"]),
    (
        "颁发者",
        &[
            "docs/zh/glossary.md",
            "docs/zh/certificates.md",
            "docs/zh/failures.md",
        ],
    ),
    (
        "响应",
        &[
            "docs/zh/http.md",
            "docs/zh/failures.md",
            "docs/zh/servers.md",
        ],
    ),
    (
        "会话恢复",
        &[
            "docs/zh/questions.md",
            "docs/zh/glossary.md",
            "docs/zh/failures.md",
        ],
    ),
    ("解密", &["docs/zh/wire.md"]),
];

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

/// Renderings that are right, although a banned one stands in them: the verb, and the file.
const RIGHT: [&str; 3] = ["会话恢复的连接", "录制到", "录制文件"];

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

#[test]
fn the_pages_speak_as_chinese_readers_do() {
    let mut wrong = Vec::new();
    let readme = root().join("README.zh-CN.md");
    let texts = pages_in(&root().join("src/instruments/lab/texts/zh"));
    assert!(!texts.is_empty(), "the lab has texts");
    for path in pages_in(&root().join("docs/zh"))
        .into_iter()
        .chain(texts)
        .chain([readme])
    {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
        let page = fs::read_to_string(&path).unwrap();
        wrong.extend(wrong_words(name, &page));
        wrong.extend(missing_words(name, &page));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
    let missing = missing_words("docs/zh/wire.md", "没有");
    assert_eq!(missing, ["docs/zh/wire.md has to say 解密"]);
}

#[test]
fn no_rendering_is_banned_and_recommended_at_once() {
    for (banned, instead, why, pages) in BANNED {
        assert!(!instead.contains(banned), "{banned}: {instead}");
        assert!(!why.is_empty() && !pages.is_empty());
    }
}

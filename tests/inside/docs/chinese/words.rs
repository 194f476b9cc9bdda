//! What the Chinese texts may not say, and what they have to say.

/// The phrases of the program.
pub(super) const PROGRAM: &str = "src/language/zh.txt";

/// What the catalogue says of each failure.
pub(super) const FAILURES: &str = "src/instruments/failures/zh.txt";

/// All pages.
const EVERYWHERE: &[&str] = &[""];

/// Pages where HTTP is spoken: there 回答 would be a response.
const HTTP: &[&str] = &["http.md", "step6_", "step7_"];

/// A rendering, what to write in its place, why, and the pages for which that holds.
pub(super) type Banned = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

pub(super) const BANNED: [Banned; 59] = [
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
    (
        "条连接",
        "个连接",
        "one measure word for one thing",
        EVERYWHERE,
    ),
    (
        "个证书",
        "张证书",
        "one measure word for one thing",
        EVERYWHERE,
    ),
    ("环回", "回环", "one word for loopback", EVERYWHERE),
    ("个来回", "个往返", "one word for a round trip", EVERYWHERE),
    (
        "段 PEM",
        "PEM 块",
        "one word for the lines from BEGIN to END",
        EVERYWHERE,
    ),
    (
        "PEM 段",
        "PEM 块",
        "one word for the lines from BEGIN to END",
        EVERYWHERE,
    ),
    ("作保", "担保", "one word for: to vouch", EVERYWHERE),
    (
        "主人",
        "持有者（证书）、所有者（文件）",
        "literal: owner; a 主人 has servants or guests",
        EVERYWHERE,
    ),
    ("小偷", "攻击者、窃贼", "a 小偷 picks pockets", EVERYWHERE),
    (
        "相信的 CA",
        "信任的 CA",
        "the trade's word for trust",
        EVERYWHERE,
    ),
    (
        "封条",
        "认证标签",
        "literal: the seal of a record",
        EVERYWHERE,
    ),
    ("封印", "校验值", "literal: the seal of a file", EVERYWHERE),
    (
        "抽签",
        "随机选定、出题",
        "literal: drawn by lot",
        EVERYWHERE,
    ),
    (
        "关在门外",
        "连不上",
        "a metaphor that has to be explained",
        EVERYWHERE,
    ),
    ("来了一个", "……来访问", "literal: there comes a", EVERYWHERE),
    (
        "回答 2",
        "响应 2",
        "RFC 9110 in Chinese: an HTTP response",
        EVERYWHERE,
    ),
    (
        "回答 4",
        "响应 4",
        "RFC 9110 in Chinese: an HTTP response",
        EVERYWHERE,
    ),
    (
        "打开一条记录",
        "解密一条记录",
        "a record is decrypted; a file is opened",
        EVERYWHERE,
    ),
];

/// Words by which a Chinese reader knows the subject and looks for it, and the pages where they belong.
pub(super) const REQUIRED: [(&str, &[&str]); 10] = [
    (
        "双向认证",
        &[
            "README.zh-CN.md",
            "docs/zh/mtls.md",
            "docs/zh/glossary.md",
            PROGRAM,
        ],
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
            PROGRAM,
            FAILURES,
        ],
    ),
    (
        "响应",
        &[
            "docs/zh/http.md",
            "docs/zh/failures.md",
            "docs/zh/servers.md",
            PROGRAM,
            FAILURES,
        ],
    ),
    (
        "会话恢复",
        &[
            "docs/zh/questions.md",
            "docs/zh/glossary.md",
            "docs/zh/failures.md",
            PROGRAM,
            FAILURES,
        ],
    ),
    ("解密", &["docs/zh/wire.md", PROGRAM]),
    ("往返", &["docs/zh/wire.md", "docs/zh/tls.md", PROGRAM]),
    ("信任", &["docs/zh/lab.md", PROGRAM, FAILURES]),
];

/// Renderings that are right, although a banned one stands in them: the verb and the file, a CA, files of certificates.
pub(super) const RIGHT: [&str; 5] = [
    "会话恢复的连接",
    "录制到",
    "录制文件",
    "个证书颁发机构",
    "个证书文件",
];

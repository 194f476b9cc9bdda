//! The page of failures in Chinese: what is said around the catalogue. The words of programs stay as they are.

use hello_mtls::language::Language;

use super::page::Page;

pub(crate) const CHINESE: Page = Page {
    language: Language::Chinese,
    path: "docs/zh/failures.md",
    head: HEAD,
    twin: "[English]: ../failures.md",
    by_alert: "\n<a id=\"by-alert\"></a>\n## 按告警查找\n\n表里的告警是 rustls 的选择，别的服务器未必如此：客户端证书不论出了什么问题，哪怕根本没发，Go 和 Caddy 都回 bad_certificate；TLS 1.2 里客户端没发证书，OpenSSL 和 Node 回 handshake_failure；nginx 不发告警，而是返回状态码 400。\n\n| 告警 | rustls 的叫法 | 情形 |\n| --- | --- | --- |\n",
    doctor: "由 `hello-mtls doctor` 找到，没有可以演示的情形。",
    late: "，此前它以为握手已经成功",
    in_tls12: "在 TLS 1.2 里",
    remedy: "怎么办",
};

const HEAD: &str = "\
[English]

# 怎么失败

很多人认识双向 TLS（mutual TLS，mTLS），是从一条报错开始的。这里把每一种失败从两边各看一遍：服务器怎么说，网络上传的告警（alert）是什么，客户端怎么说；同样的失败，别的程序又叫它什么。

`hello-mtls gallery CASE` 为你演示其中一种：连接是真的，证书是专门为它生成的。`hello-mtls gallery --all` 把它们全部演示一遍。只靠 TLS 的两端就能重现的失败，还可以用 `hello-mtls step --refuse CASE` 一批消息一批消息地看。手里只有一句报错，就用 `hello-mtls gallery \"报错原文\"`，它会列出哪些情形里会出现这句话。

每一种失败只有一个名字，`hello-mtls doctor` 打印的也是它。有些失败没有可以演示的情形：它们由 doctor 在文件里、或者在正在运行的服务器上找到，这里只有简短的条目。

这一页由 `src/instruments/failures` 里的目录和 `src/instruments/gallery/cases` 里的表生成。`HELLO_MTLS_BLESS=1 cargo test --test inside` 会重新写出它；测试会让每一种失败真正发生一次，和表对照。`…` 代表每次运行都不一样的内容。程序说的话保持原文，好让你拿自己的报错来搜。

读之前先知道几件事：

- 在 TLS 1.3 里，客户端先完成握手（handshake）。服务器拒绝它的证书（certificate）时，客户端已经以为握手成功了，下面写作“此前它以为握手已经成功”。客户端第一次读数据时，才会读到拒绝，所以 curl 这时的退出码是 56，而在 TLS 1.2 里是 35、60 或 98。
- OpenSSL 把大多数告警叫作 `sslv3 alert …` 或 `tlsv1 alert …`，在 TLS 1.3 里也一样。服务器已经拒绝了 `s_client`，它照样会打印 `Verify return code: 0 (ok)`：那一行只说服务器的证书。
- Node 客户端在握手之后才验证服务器，验证不通过就直接断开，不发告警。服务器只看到连接断开。
- rustls 说的 `peer`（对方），有时指的是你自己的证书。
- curl、openssl 和 Node 的原话，出自旁边写明的版本；换一个版本，同样的失败可能换一种说法。
- 有两种情形本程序做不出来，所以这里没有。一种是没有密码学后端（crypto provider），或者同时有两个：rustls 会 panic，说 `Could not automatically determine the process-level CryptoProvider`；用 `builder_with_provider` 指定一个。另一种是 P-521 私钥：用 ring 时和 weak-key 一样失败，用 aws-lc-rs 则没有问题。
";

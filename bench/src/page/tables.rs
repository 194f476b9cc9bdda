//! The tables of costs, of crowds and of memory.

use super::{Language, Table, shown};
use crate::figures::Figures;
use crate::servers::{ALL, Server};

const OWN: &str = "hello-mtls";

/// What was measured, and where.
pub fn setting(figures: &Figures, language: Language) -> String {
    let of = |name: &str| figures.setting.get(name).map_or("", String::as_str);
    let mut versions = Vec::new();
    for server in ALL {
        let version = of(server.name());
        let missing = language.say("not installed", "未安装");
        let version = if version.is_empty() { missing } else { version };
        versions.push(format!("{} {version}", server.name()));
    }
    let mut table = Table::new(&[
        language.say("measured", "测量环境"),
        language.say("value", "值"),
    ]);
    table.row(&[language.say("date", "日期"), of("date")]);
    let machine = format!(
        "{}, {} {}",
        of("processor"),
        of("cores"),
        language.say("cores", "核")
    );
    table.row(&[language.say("machine", "机器"), &machine]);
    table.row(&[
        language.say("kernel", "内核"),
        &format!("Linux {}", of("kernel")),
    ]);
    let rounds = figures.of("ecdsa-p256/full", OWN).len().to_string();
    table.row(&[language.say("rounds", "轮数"), &rounds]);
    table.row(&[language.say("versions", "版本"), &versions.join(", ")]);
    table.done()
}

/// One row for each thing that a connection of hello-mtls may add or save.
pub fn what_costs_what(figures: &Figures, language: Language) -> String {
    let mut table = Table::new(&[
        language.say("one connection with one request", "一个连接，一次请求"),
        language.say("ECDSA P-256, µs", "ECDSA P-256（µs）"),
        language.say("RSA-2048, µs", "RSA-2048（µs）"),
    ]);
    for (english, chinese, measure) in [
        ("TLS, full handshake", "TLS，完整握手", "full/tls"),
        ("mTLS, full handshake", "mTLS，完整握手", "full"),
        (
            "mTLS, full, X25519MLKEM768",
            "mTLS，完整握手，X25519MLKEM768",
            "full/pq",
        ),
        ("TLS, resumed", "TLS，会话恢复", "resumed/tls"),
        ("mTLS, resumed", "mTLS，会话恢复", "resumed"),
        (
            "mTLS, resumed, X25519MLKEM768",
            "mTLS，会话恢复，X25519MLKEM768",
            "resumed/pq",
        ),
        (
            "a request on an open connection",
            "已建立的连接上的一次请求",
            "keep-alive",
        ),
        (
            "verifying the client's chain once",
            "验证一次客户端的证书链",
            "verify",
        ),
    ] {
        let cell = |key: &str| shown(figures.spread(&format!("{key}/{measure}"), OWN));
        table.row(&[
            language.say(english, chinese),
            &cell("ecdsa-p256"),
            &cell("rsa-2048"),
        ]);
    }
    table.done()
}

/// All servers with one kind of key: CPU time, and hello-mtls as a multiple of each.
pub fn costs(figures: &Figures, language: Language, key: &str) -> String {
    let own = language.say("÷ it", "与它之比");
    let name = if key == "rsa-2048" {
        "RSA-2048"
    } else {
        "P-256"
    };
    let mut table = Table::new(&[
        &format!(
            "{name}: {}",
            language.say("server CPU, µs", "服务器 CPU（µs）")
        ),
        language.say("full handshake", "完整握手"),
        own,
        language.say("resumed", "会话恢复"),
        own,
        language.say("keep-alive request", "长连接上的请求"),
        own,
    ]);
    let names = ALL.map(Server::name).into_iter().chain(["limit"]);
    for name in names {
        if figures.of(&format!("{key}/full"), name).is_empty() {
            table.row(&missing(figures, name, language, 6));
            continue;
        }
        let mut row = vec![called(name, language)];
        for measure in ["full", "resumed", "keep-alive"] {
            let measure = format!("{key}/{measure}");
            let ratio = figures.ratio(&measure, OWN, name);
            row.push(shown(figures.spread(&measure, name)));
            row.push(ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2}")));
        }
        table.row(&row);
    }
    table.done()
}

/// 64 clients that never pause.
pub fn crowd(figures: &Figures, language: Language) -> String {
    let mut table = Table::new(&[
        language.say("64 clients, ms", "64 个客户端（ms）"),
        "P-256, p50",
        "P-256, p99",
        "RSA, p50",
        "RSA, p99",
    ]);
    let columns = [
        "ecdsa-p256/p50",
        "ecdsa-p256/p99",
        "rsa-2048/p50",
        "rsa-2048/p99",
    ];
    rows(&mut table, figures, language, &columns);
    table.done()
}

/// 1,000 clients that connect at the same moment.
pub fn burst(figures: &Figures, language: Language) -> String {
    let mut table = Table::new(&[
        language.say("1,000 clients at once", "1,000 个客户端同时连接"),
        language.say("waited a second to connect", "建立连接等了一秒的个数"),
        language.say("last connected, ms", "最后一个连上（ms）"),
        language.say("last answered, ms", "最后一个收到响应（ms）"),
        language.say("without an answer", "没有收到响应"),
    ]);
    let columns = [
        "burst/late",
        "burst/connected",
        "burst/answered",
        "burst/failed",
    ];
    rows(&mut table, figures, language, &columns);
    table.done()
}

/// Memory.
pub fn idle(figures: &Figures, language: Language) -> String {
    let mut table = Table::new(&[
        language.say("memory", "内存"),
        language.say(
            "each of 1,000 connections, KiB",
            "1,000 个连接，每个（KiB）",
        ),
        language.say(
            "each of 5,000 connections, KiB",
            "5,000 个连接，每个（KiB）",
        ),
        language.say("without connections, MiB", "没有连接时（MiB）"),
    ]);
    rows(
        &mut table,
        figures,
        language,
        &["idle/1000", "idle/5000", "idle/0"],
    );
    table.done()
}

/// A row for each server, a column for each measure.
fn rows(table: &mut Table, figures: &Figures, language: Language, measures: &[&str]) {
    for server in ALL {
        let name = server.name();
        if figures.of(measures[0], name).is_empty() {
            table.row(&missing(figures, name, language, measures.len()));
            continue;
        }
        let mut row = vec![called(name, language)];
        row.extend(
            measures
                .iter()
                .map(|measure| shown(figures.spread(measure, name))),
        );
        table.row(&row);
    }
}

/// A server that this machine lacks has a row that says so.
fn missing(figures: &Figures, name: &str, language: Language, columns: usize) -> Vec<String> {
    let installed = figures.setting.get(name).is_none_or(|it| !it.is_empty());
    let why = match installed {
        true => language.say("not measured", "未测量"),
        false => language.say("not installed", "未安装"),
    };
    let mut row = vec![called(name, language), why.to_owned()];
    row.extend((1..columns).map(|_| String::new()));
    row
}

/// What a table calls a server.
pub fn called(name: &str, language: Language) -> String {
    let called = match name {
        "hyper" => "tokio + hyper + tokio-rustls",
        "bare" => language.say("bare rustls, blocking threads", "只用 rustls 和阻塞线程"),
        "limit" => language.say("rustls in memory: the limit", "内存中的 rustls：极限"),
        OWN => "**hello-mtls**",
        other => other,
    };
    called.to_owned()
}

//! The table of what grows with a list.

use super::{Language, Table, number, shown};
use crate::figures::Figures;

const OWN: &str = "hello-mtls";

/// Start, handshake and memory, for each list and each length.
pub fn table(figures: &Figures, language: Language) -> String {
    let mut table = Table::new(&[
        "hello-mtls serve",
        language.say("start, ms", "启动（ms）"),
        language.say("full handshake, µs", "完整握手（µs）"),
        language.say("memory, MiB", "内存（MiB）"),
    ]);
    for (english, chinese, case) in [
        ("without a list", "不带任何列表", "none/0"),
        ("100 × `--allow`", "100 个 `--allow`", "allow/100"),
        ("10,000 × `--allow`", "10,000 个 `--allow`", "allow/10000"),
        ("`--crl`, 1 entry", "`--crl`，1 条", "crl/1"),
        ("`--crl`, 1,000 entries", "`--crl`，1,000 条", "crl/1000"),
        ("`--crl`, 10,000 entries", "`--crl`，10,000 条", "crl/10000"),
        (
            "`--crl`, 100,000 entries",
            "`--crl`，100,000 条",
            "crl/100000",
        ),
        ("`--cacert`, 100 CAs", "`--cacert`，100 个 CA", "cas/100"),
        (
            "`--cacert`, 1,000 CAs",
            "`--cacert`，1,000 个 CA",
            "cas/1000",
        ),
    ] {
        let cell = |what: &str| shown(figures.spread(&format!("growth/{case}/{what}"), OWN));
        let name = language.say(english, chinese);
        table.row(&[name, &cell("start"), &cell("full"), &cell("memory")]);
    }
    table.done() + &one_connection(figures, language)
}

/// A paragraph on one long connection.
fn one_connection(figures: &Figures, language: Language) -> String {
    let of = |measure: &str| {
        let spread = figures.spread(&format!("growth/requests/{measure}"), OWN);
        spread.map_or("–".to_owned(), |spread| number(spread.median))
    };
    let [first, last] = ["first", "last"].map(of);
    let [before, after] = ["first/memory", "last/memory"].map(of);
    match language {
        Language::English => format!(
            "\nOn one connection, each of the first 1,000 requests takes {first} µs of CPU, and each of the requests \
             8,001 to 9,000\ntakes {last} µs. The memory of the process is {before} MiB after the former, and {after} \
             MiB after the latter.\n"
        ),
        Language::Chinese => format!(
            "\n在同一个连接上，前 1,000 次请求平均每次用 {first} µs 的 CPU，第 8,001 到 9,000 次平均每次用 {last} µs；\
             进程的内存先后是 {before} MiB 和 {after} MiB。\n"
        ),
    }
}

//! The plot: bars of CPU time, one panel for each kind of key. Drawn by hand as SVG, readable on light and dark pages.

use super::{Language, number};
use crate::figures::Figures;
use crate::servers::{ALL, Server};

const WIDTH: f64 = 760.0;
/// Where the bars begin, and how long the longest one is.
const LEFT: f64 = 210.0;
const LONGEST: f64 = 450.0;
const BAR: f64 = 12.0;
const ROW: f64 = 36.0;
const HEAD: f64 = 34.0;

const STYLE: &str = "\
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .full { fill: #2f6fb5 } .resumed { fill: #d08a1d }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .full { fill: #6ea8e6 } .resumed { fill: #e6b052 }
  }
";

/// Both panels.
pub fn plot(figures: &Figures, language: Language) -> String {
    let mut body = String::new();
    let mut top = 10.0;
    let longest = longest(figures);
    for (key, name) in [("ecdsa-p256", "ECDSA P-256"), ("rsa-2048", "RSA-2048")] {
        top = panel(&mut body, figures, language, key, name, longest, top) + 14.0;
    }
    let title = language.say(
        "Server CPU per connection, in microseconds: full and resumed handshakes of each server. The tables of the \
         page have the same numbers.",
        "每个连接的服务器 CPU 时间（微秒）：各个服务器的完整握手和会话恢复。数字与页面中的表格相同。",
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" role=\"img\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n{body}</svg>\n"
    )
}

/// The servers with a bar, and the limit.
fn names() -> impl Iterator<Item = &'static str> {
    ALL.map(Server::name).into_iter().chain(["limit"])
}

/// The largest median: both panels have one scale.
fn longest(figures: &Figures) -> f64 {
    let medians = super::super::measure::KEYS.iter().flat_map(|key| {
        names().filter_map(move |name| Some(figures.spread(&format!("{key}/full"), name)?.median))
    });
    medians.fold(1.0, f64::max)
}

/// One panel. Returns where it ends.
fn panel(
    body: &mut String,
    figures: &Figures,
    language: Language,
    key: &str,
    name: &str,
    longest: f64,
    top: f64,
) -> f64 {
    let unit = language.say(
        "server CPU per connection, µs",
        "每个连接的服务器 CPU 时间（µs）",
    );
    *body += &text("title", 10.0, top + 14.0, &format!("{name}: {unit}"));
    legend(body, language, top + 14.0);
    let mut y = top + HEAD;
    let mut servers: Vec<&str> = names()
        .filter(|name| figures.spread(&format!("{key}/full"), name).is_some())
        .collect();
    let of = |measure: &str, name: &str| {
        let spread = figures.spread(&format!("{key}/{measure}"), name);
        spread.map_or(0.0, |spread| spread.median)
    };
    servers.sort_by(|one, other| of("full", one).total_cmp(&of("full", other)));
    for server in servers {
        *body += &text("", 10.0, y + BAR + 4.0, &label(server, language));
        for (at, class) in ["full", "resumed"].into_iter().enumerate() {
            let y = y + at as f64 * (BAR + 2.0);
            let (value, long) = (of(class, server), of(class, server) / longest * LONGEST);
            *body += &format!(
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{long:.1}\" height=\"{BAR}\"/>\n"
            );
            *body += &text("", LEFT + long + 6.0, y + BAR - 1.0, &number(value));
        }
        y += ROW;
    }
    y
}

/// What the colours mean, at the right end of a line.
fn legend(body: &mut String, language: Language, y: f64) {
    for (class, x, words) in [
        ("full", 500.0, language.say("full handshake", "完整握手")),
        ("resumed", 640.0, language.say("resumed", "会话恢复")),
    ] {
        let top = y - 10.0;
        *body += &format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{BAR}\" height=\"{BAR}\"/>\n"
        );
        *body += &text("", x + 18.0, y, words);
    }
}

fn text(class: &str, x: f64, y: f64, words: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>\n")
}

/// What the plot calls a server: `**` is Markdown, and means nothing here.
fn label(server: &str, language: Language) -> String {
    super::tables::called(server, language).replace('*', "")
}

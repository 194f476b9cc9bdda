//! The table as a page of the docs, in any language. Unaware of connections.

use std::collections::BTreeMap;
use std::fmt::Write;

use hello_mtls::gallery::{Case, Ends, Outcome, SEEN, Twist, Words, cases};
use hello_mtls::handshake::TlsMax;
use hello_mtls::narration::{Side, Step};
use hello_mtls::wire::names::alert_name;
use rustls::AlertDescription;

/// The pages of the steps, the same in every language.
const STEPS: [(u8, &str); 7] = [
    (1, "step1_client_connects"),
    (2, "step2_server_presents_certificate"),
    (3, "step3_client_verifies_server"),
    (4, "step4_client_presents_certificate"),
    (5, "step5_server_verifies_client"),
    (6, "step6_server_authorizes_client"),
    (7, "step7_application_data"),
];

/// How a language says what the table says in numbers and names.
pub(crate) struct Language {
    /// The page, seen from the project.
    pub(crate) path: &'static str,
    /// All before the first list.
    pub(crate) head: &'static str,
    /// Where the link in the first line leads: the page in the other language.
    pub(crate) twin: &'static str,
    /// The heading of the list by alert, and its columns.
    pub(crate) by_alert: &'static str,
    /// A step's heading: its number and its title.
    pub(crate) step: fn(Step) -> String,
    /// What a step is called in a link: its number.
    pub(crate) step_number: fn(u8) -> String,
    /// What is said about a case.
    pub(crate) words: fn(&Case) -> Words,
    /// Between two sentences.
    pub(crate) space: &'static str,
    /// Between the name of a thing and what is said about it.
    pub(crate) colon: &'static str,
    /// Between two things in a row.
    pub(crate) semicolon: &'static str,
    /// A side.
    pub(crate) side: fn(Side) -> &'static str,
    /// The rows: the alert, what differs in TLS 1.2, the remedy.
    pub(crate) rows: [&'static str; 3],
    /// A side notices nothing.
    pub(crate) nothing: &'static str,
    /// A side notices nothing, or hears the alert.
    pub(crate) nothing_or_alert: &'static str,
    /// A side hears some alert.
    pub(crate) some_alert: &'static str,
    /// There is no alert.
    pub(crate) no_alert: &'static str,
    /// The client had reached step 7.
    pub(crate) late: &'static str,
    /// In TLS 1.2 the client has not.
    pub(crate) in_time: &'static str,
    /// In TLS 1.2 only it has.
    pub(crate) too_early: &'static str,
}

/// The page, Markdown.
pub(crate) fn page(language: &Language) -> String {
    let mut page = language.head.to_owned();
    by_alert(&mut page, language.by_alert);
    let mut step = None;
    for case in cases::all() {
        let [tls13, tls12] = &case.fails;
        if step.replace(tls13.step) != Some(tls13.step) {
            heading(&mut page, language, tls13.step);
        }
        let (name, words) = (case.name, (language.words)(case));
        let (story, cause, space) = (words.story, words.cause, language.space);
        let _ = write!(
            page,
            "\n<a id=\"{name}\"></a>\n### {name}\n\n{story}{space}{cause}\n\n| | |\n| --- | --- |\n"
        );
        outcome(&mut page, language, case, tls13);
        difference(&mut page, language, tls13, tls12);
        others(&mut page, language, case);
        let [.., remedy] = language.rows;
        row(&mut page, &format!("**{remedy}**"), words.remedy);
    }
    page.push('\n');
    // At the end, as on the steps' pages: on rustdoc's page of `gallery::cases` they lead elsewhere.
    let _ = writeln!(page, "{}", language.twin);
    for (number, file) in STEPS {
        let name = (language.step_number)(number);
        let _ = writeln!(page, "[{name}]: handshake/{file}.md");
    }
    page
}

/// `[unknown-ca]: …` for every case: what a step's page links to, where rustdoc shows it.
pub(crate) fn links_for_rustdoc() -> String {
    let link = |case: &Case| format!("[{name}]: crate::gallery::cases#{name}\n", name = case.name);
    cases::all().map(link).collect()
}

fn heading(page: &mut String, language: &Language, step: Step) {
    let number = step.number();
    let title = (language.step)(step);
    let _ = writeln!(page, "\n<a id=\"step-{number}\"></a>\n## {title}");
    if STEPS.iter().any(|(with_page, _)| *with_page == number) {
        let _ = writeln!(page, "\n→ [{}]", (language.step_number)(number));
    }
}

/// For those who have an alert in their hands: which cases send it.
fn by_alert(page: &mut String, heading: &str) {
    let mut alerts: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for case in cases::all() {
        for (_, alert) in case.fails.iter().filter_map(|outcome| outcome.alert) {
            let names = alerts.entry(alert).or_default();
            if !names.contains(&case.name) {
                names.push(case.name);
            }
        }
    }
    page.push_str(heading);
    for (alert, names) in alerts {
        let links: Vec<String> = names
            .iter()
            .map(|name| format!("[{name}](#{name})"))
            .collect();
        let called = AlertDescription::from(alert);
        let _ = writeln!(
            page,
            "| {} ({alert}) | `{called:?}` | {} |",
            alert_name(alert),
            links.join(", ")
        );
    }
}

fn outcome(page: &mut String, language: &Language, case: &Case, outcome: &Outcome) {
    if let Twist::Files(_, files) = case.scene.twist
        && !files.rustls.is_empty()
    {
        row(page, "rustls", &code(files.rustls));
    }
    let late = match (outcome.by, outcome.believed) {
        (Some(_), true) => language.late,
        _ => "",
    };
    let [said_by_alert, ..] = language.rows;
    let server = ends(language, outcome, outcome.server, "");
    row(page, (language.side)(Side::Server), &server);
    row(page, said_by_alert, &alert(language, outcome));
    let client = ends(language, outcome, outcome.client, late);
    row(page, (language.side)(Side::Client), &client);
}

/// What is otherwise in TLS 1.2, in a row.
fn difference(page: &mut String, language: &Language, tls13: &Outcome, tls12: &Outcome) {
    let [said_by_alert, in_tls12, _] = language.rows;
    let mut rest = Vec::new();
    if tls13.step != tls12.step {
        rest.push((language.step)(tls12.step));
    }
    let mut differs = |what: &str, before: String, after: String| {
        if before != after {
            rest.push(format!("{what}{}{after}", language.colon));
        }
    };
    differs(
        said_by_alert,
        alert(language, tls13),
        alert(language, tls12),
    );
    for (side, before, after) in [
        (Side::Server, tls13.server, tls12.server),
        (Side::Client, tls13.client, tls12.client),
    ] {
        let said = |outcome, how| ends(language, outcome, how, "");
        differs(
            (language.side)(side),
            said(tls13, before),
            said(tls12, after),
        );
    }
    match (tls13.believed, tls12.believed) {
        (true, false) => rest.push(language.in_time.to_owned()),
        (false, true) => rest.push(language.too_early.to_owned()),
        _ => {}
    }
    if !rest.is_empty() {
        row(page, in_tls12, &rest.join(language.semicolon));
    }
}

/// What other programs say, a row each.
fn others(page: &mut String, language: &Language, case: &Case) {
    let [_, in_tls12, _] = language.rows;
    let [tls13, tls12] = [TlsMax::Tls13, TlsMax::Tls12].map(|tls_max| case.said_by(tls_max));
    for ((program, tls13), tls12) in SEEN.iter().zip(tls13).zip(tls12) {
        match (code(tls13), code(tls12)) {
            _ if tls13.is_empty() => {}
            (before, after) if before == after => row(page, program, &before),
            (before, after) => {
                let semicolon = language.semicolon;
                row(
                    page,
                    program,
                    &format!("{before}{semicolon}{in_tls12} {after}"),
                );
            }
        }
    }
}

fn ends(language: &Language, outcome: &Outcome, ends: Ends, late: &str) -> String {
    match (ends, outcome.alert) {
        (Ends::Well, _) => language.nothing.to_owned(),
        (Ends::WellOrAlert, _) => language.nothing_or_alert.to_owned(),
        (Ends::With(words), _) => format!("{}{late}", code(words)),
        (Ends::Alert, Some((_, alert))) => {
            let heard = rustls::Error::AlertReceived(AlertDescription::from(alert));
            format!("{}{late}", code(&heard.to_string()))
        }
        (Ends::Alert, None) => language.some_alert.to_owned(),
    }
}

fn alert(language: &Language, outcome: &Outcome) -> String {
    let Some((from, alert)) = outcome.alert else {
        return language.no_alert.to_owned();
    };
    let [from, to] = [from, from.peer()].map(language.side);
    let colon = language.colon;
    format!("{from} → {to}{colon}{} ({alert})", alert_name(alert))
}

fn row(page: &mut String, what: &str, text: &str) {
    let _ = writeln!(page, "| {what} | {} |", text.replace('|', "\\|"));
}

fn code(words: &str) -> String {
    format!("`{words}`")
}

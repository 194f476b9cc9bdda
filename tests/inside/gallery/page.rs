//! The table as a page of the docs, in any language. Unaware of connections.

use std::collections::BTreeMap;
use std::fmt::Write;

use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::gallery::versions::{Wording, code};
use hello_mtls::instruments::gallery::{Case, Outcome, SEEN, Twist, Words, cases};
use hello_mtls::instruments::wire::names::alert_name;
use hello_mtls::narration::{Side, Step};
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
    /// Between two names in a list.
    pub(crate) comma: &'static str,
    /// A step's heading: its number and its title.
    pub(crate) step: fn(Step) -> String,
    /// What a step is called in a link: its number.
    pub(crate) step_number: fn(u8) -> String,
    /// What is said about a case.
    pub(crate) words: fn(&Case) -> Words,
    /// Between two sentences.
    pub(crate) space: &'static str,
    /// How an outcome is worded.
    pub(crate) wording: Wording,
    /// The client had reached step 7.
    pub(crate) late: &'static str,
    /// Before what is otherwise in TLS 1.2.
    pub(crate) in_tls12: &'static str,
    /// The remedy.
    pub(crate) remedy: &'static str,
}

/// The page, Markdown.
pub(crate) fn page(language: &Language) -> String {
    let mut page = language.head.to_owned();
    by_alert(&mut page, language);
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
        let otherwise = language.wording.otherwise(tls13, tls12);
        if !otherwise.is_empty() {
            row(&mut page, language.in_tls12, &otherwise);
        }
        others(&mut page, language, case);
        row(&mut page, &format!("**{}**", language.remedy), words.remedy);
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
    let link = |case: &Case| {
        format!(
            "[{name}]: crate::instruments::gallery::cases#{name}\n",
            name = case.name
        )
    };
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
fn by_alert(page: &mut String, language: &Language) {
    let mut alerts: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for case in cases::all() {
        for (_, alert) in case.fails.iter().filter_map(|outcome| outcome.alert) {
            let names = alerts.entry(alert).or_default();
            if !names.contains(&case.name) {
                names.push(case.name);
            }
        }
    }
    page.push_str(language.by_alert);
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
            links.join(language.comma)
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
    let wording = &language.wording;
    let [server, client] = [Side::Server, Side::Client].map(wording.side);
    row(page, server, &wording.ends(outcome, outcome.server));
    row(page, wording.alert, &wording.alert(outcome));
    let client_ends = wording.ends(outcome, outcome.client);
    row(page, client, &format!("{client_ends}{late}"));
}

/// What other programs say, a row each.
fn others(page: &mut String, language: &Language, case: &Case) {
    let [before, after] = [TlsMax::Tls13, TlsMax::Tls12].map(|tls_max| case.said_by(tls_max));
    for ((program, before), after) in SEEN.iter().zip(before).zip(after) {
        if before.is_empty() {
            continue;
        }
        let mut words = code(before);
        if before != after {
            let Wording { semicolon, .. } = language.wording;
            words += &format!("{semicolon}{} {}", language.in_tls12, code(after));
        }
        row(page, program, &words);
    }
}

fn row(page: &mut String, what: &str, text: &str) {
    let _ = writeln!(page, "| {what} | {} |", text.replace('|', "\\|"));
}

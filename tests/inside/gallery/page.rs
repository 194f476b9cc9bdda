//! The catalogue as a page of the docs, in each language. Unaware of connections.

use std::collections::BTreeMap;
use std::fmt::Write;

use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::failures::{self, Failure, SEEN};
use hello_mtls::instruments::gallery::outcome_words::{
    alert, code, differences, side, step_title, termination,
};
use hello_mtls::instruments::gallery::{Case, Fault, Outcome, case_of, cases};
use hello_mtls::instruments::wire::names::alert_name;
use hello_mtls::language::Language;
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

/// What a page says around the catalogue.
pub(crate) struct Page {
    pub(crate) language: Language,
    /// The page, seen from the project.
    pub(crate) path: &'static str,
    /// All before the first list.
    pub(crate) head: &'static str,
    /// Where the link in the first line leads: the page in the other language.
    pub(crate) twin: &'static str,
    /// The heading of the list by alert, and its columns.
    pub(crate) by_alert: &'static str,
    /// Said of a failure without a live case.
    pub(crate) doctor: &'static str,
    /// The client had reached step 7.
    pub(crate) late: &'static str,
    /// Before what is different in TLS 1.2.
    pub(crate) in_tls12: &'static str,
    /// The remedy.
    pub(crate) remedy: &'static str,
}

impl Page {
    /// The page, Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut page = self.head.to_owned();
        self.by_alert(&mut page);
        let mut step = None;
        for failure in failures::all() {
            if step.replace(failure.step) != Some(failure.step) {
                self.heading(&mut page, failure.step);
            }
            self.entry(&mut page, failure);
        }
        page.push('\n');
        // At the end, as on the steps' pages: on rustdoc's page of `failures` they lead elsewhere.
        let _ = writeln!(page, "{}", self.twin);
        for (number, file) in STEPS {
            let _ = writeln!(page, "[{}]: handshake/{file}.md", self.step_name(number));
        }
        page
    }

    fn entry(&self, page: &mut String, failure: &Failure) {
        let (name, words) = (&failure.name, failure.words(self.language));
        let (story, cause) = (&words.story, &words.cause);
        let space = self.language.pick(" ", "");
        let _ = write!(
            page,
            "\n<a id=\"{name}\"></a>\n### {name}\n\n{story}{space}{cause}"
        );
        let Some(case) = case_of(failure) else {
            let colon = self.language.pick(": ", "：");
            let (remedy, doctor) = (self.remedy, self.doctor);
            let _ = writeln!(
                page,
                "{space}{doctor}\n\n**{remedy}**{colon}{}",
                words.remedy
            );
            return;
        };
        page.push_str("\n\n| | |\n| --- | --- |\n");
        let [tls13, tls12] = &case.fails;
        self.outcome(page, case, tls13);
        let different = differences(self.language, tls13, tls12);
        if !different.is_empty() {
            row(page, self.in_tls12, &different);
        }
        self.programs(page, failure);
        row(page, &format!("**{}**", self.remedy), &words.remedy);
    }

    /// What a step is called in a link: its number.
    fn step_name(&self, number: u8) -> String {
        match self.language {
            Language::English => format!("step {number}"),
            Language::Chinese => format!("第 {number} 步"),
        }
    }

    fn heading(&self, page: &mut String, step: Step) {
        let (number, title) = (step.number(), step_title(self.language, step));
        let title = match self.language {
            Language::English => format!("Step {number}: {title}"),
            Language::Chinese => format!("第 {number} 步：{title}"),
        };
        let _ = writeln!(page, "\n<a id=\"step-{number}\"></a>\n## {title}");
        if STEPS.iter().any(|(with_page, _)| *with_page == number) {
            let _ = writeln!(page, "\n→ [{}]", self.step_name(number));
        }
    }

    /// For a reader who has an alert: which cases send it.
    fn by_alert(&self, page: &mut String) {
        let mut alerts: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
        for case in cases::all() {
            for (_, alert) in case.fails.iter().filter_map(|outcome| outcome.alert) {
                let names = alerts.entry(alert).or_default();
                if !names.contains(&case.name) {
                    names.push(case.name);
                }
            }
        }
        page.push_str(self.by_alert);
        for (alert, names) in alerts {
            let links = names.iter().map(|name| format!("[{name}](#{name})"));
            let links: Vec<String> = links.collect();
            let called = AlertDescription::from(alert);
            let _ = writeln!(
                page,
                "| {} ({alert}) | `{called:?}` | {} |",
                alert_name(alert),
                links.join(self.language.pick(", ", "、"))
            );
        }
    }

    fn outcome(&self, page: &mut String, case: &Case, outcome: &Outcome) {
        if let Fault::Files(_, files) = case.scene.fault
            && !files.rustls.is_empty()
        {
            row(page, "rustls", &code(files.rustls));
        }
        let late = match (outcome.by, outcome.believed) {
            (Some(_), true) => self.late,
            _ => "",
        };
        let language = self.language;
        let ends = |ends| termination(language, outcome, ends);
        row(page, &side(language, Side::Server), &ends(outcome.server));
        row(
            page,
            language.pick("alert", "告警"),
            &alert(language, outcome),
        );
        let client = format!("{}{late}", ends(outcome.client));
        row(page, &side(language, Side::Client), &client);
    }

    /// What other programs say, a row each.
    fn programs(&self, page: &mut String, failure: &Failure) {
        let [tls13, tls12] = [TlsMax::Tls13, TlsMax::Tls12].map(|tls_max| failure.said_by(tls_max));
        for ((program, tls13), tls12) in SEEN.iter().zip(tls13).zip(tls12) {
            if tls13.is_empty() {
                continue;
            }
            let mut words = code(tls13);
            if tls13 != tls12 {
                let semicolon = self.language.pick("; ", "；");
                words += &format!("{semicolon}{} {}", self.in_tls12, code(tls12));
            }
            row(page, program, &words);
        }
    }
}

/// `[unknown-issuer]: …` for every failure: what a step's page links to, where rustdoc shows it.
pub(crate) fn links_for_rustdoc() -> String {
    let link = |failure: &Failure| {
        let name = &failure.name;
        format!("[{name}]: crate::instruments::failures#{name}\n")
    };
    failures::all().iter().map(link).collect()
}

fn row(page: &mut String, what: &str, text: &str) {
    let _ = writeln!(page, "| {what} | {} |", text.replace('|', "\\|"));
}

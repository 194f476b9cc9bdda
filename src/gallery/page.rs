//! The table as a page of the docs: `docs/failures.md` in English. Unaware of connections.

use std::collections::BTreeMap;
use std::fmt::Write;

use rustls::AlertDescription;

use super::versions::{alert, code, ends, otherwise};
use super::{Case, Outcome, SEEN, Twist, cases};
use crate::handshake::TlsMax;
use crate::wire::names::alert_name;

const HEAD: &str = "\
# How it fails

Most people meet mutual TLS as an error message. Here is each of them from both sides: what the server
says, the alert on the wire, what the client says, and what the same failure is called elsewhere.

`hello-mtls gallery CASE` runs a case for you, over a real connection with certificates made for it.
`hello-mtls gallery --all` runs them all.

This page is made from the table in `src/gallery/cases`; `HELLO_MTLS_BLESS=1 cargo test --test gallery`
writes it, and a test compares it with what really happens. `…` stands for what differs from run to run.

Before you read:

- In TLS 1.3 the client is done first. When the server refuses its certificate, it believes already that
  it is in: \"after it believed that it was in\" below. The refusal comes with its first read, so curl exits
  with 56 there, and with 35, 60 or 98 in TLS 1.2.
- OpenSSL calls most alerts \"sslv3 alert …\" or \"tlsv1 alert …\", in TLS 1.3 too. `s_client` prints
  \"Verify return code: 0 (ok)\" even when the server has refused it: that line is about the server's
  certificate alone.
- Node verifies the server after the handshake, and leaves without an alert. Its server sees a closed
  connection.
- rustls says \"peer\" also where it means your own certificate.
- The words of curl, openssl and Node are those of the versions beside them; another version may word the
  same failure otherwise.
- Not here, since nothing of this program can do it: no crypto provider or two (rustls panics with \"Could not
  automatically determine the process-level CryptoProvider\"; `builder_with_provider` names one), and P-521
  keys, which fail as weak-key does with ring and work with aws-lc-rs.
- Not here, since they fail as key-as-certificate does: .p12, .p7b, TRUSTED CERTIFICATE, a public key, UTF-16.
  `hello-mtls inspect FILE` says which it is.
";

/// The page, Markdown.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    by_alert(&mut page);
    let mut step = None;
    for case in cases::all() {
        let [tls13, tls12] = &case.fails;
        if step.replace(tls13.step) != Some(tls13.step) {
            let (number, title) = (tls13.step.number(), tls13.step.title());
            let _ = writeln!(page, "\n## Step {number}: {title}");
        }
        let _ = write!(
            page,
            "\n<a id=\"{name}\"></a>\n### {name}\n\n{} {}\n\n| | |\n| --- | --- |\n",
            case.words.story,
            case.words.cause,
            name = case.name
        );
        outcome(&mut page, case, tls13);
        let otherwise = otherwise(tls13, tls12);
        if !otherwise.is_empty() {
            row(&mut page, "in TLS 1.2", &otherwise);
        }
        others(&mut page, case);
        row(&mut page, "**fix**", case.words.remedy);
    }
    page
}

/// For those who have an alert in their hands: which cases send it.
fn by_alert(page: &mut String) {
    let mut alerts: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for case in cases::all() {
        for (_, alert) in case.fails.iter().filter_map(|outcome| outcome.alert) {
            let names = alerts.entry(alert).or_default();
            if !names.contains(&case.name) {
                names.push(case.name);
            }
        }
    }
    page.push_str("\n## By alert\n\n| alert | rustls calls it | cases |\n| --- | --- | --- |\n");
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

fn outcome(page: &mut String, case: &Case, outcome: &Outcome) {
    if let Twist::Files(_, files) = case.scene.twist
        && !files.rustls.is_empty()
    {
        row(page, "rustls", &code(files.rustls));
    }
    row(page, "server", &ends(outcome, outcome.server, ""));
    row(page, "alert", &alert(outcome));
    let late = match (outcome.by, outcome.believed) {
        (Some(_), true) => ", after it believed that it was in",
        _ => "",
    };
    row(page, "client", &ends(outcome, outcome.client, late));
}

/// What other programs say, a row each.
fn others(page: &mut String, case: &Case) {
    let [before, after] = [TlsMax::Tls13, TlsMax::Tls12].map(|tls_max| case.said_by(tls_max));
    for ((program, before), after) in SEEN.iter().zip(before).zip(after) {
        match before {
            "" => {}
            _ if before == after => row(page, program, &code(before)),
            _ => row(
                page,
                program,
                &format!("{}; in TLS 1.2 {}", code(before), code(after)),
            ),
        }
    }
}

fn row(page: &mut String, what: &str, text: &str) {
    let _ = writeln!(page, "| {what} | {} |", text.replace('|', "\\|"));
}
